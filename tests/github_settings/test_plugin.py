"""The provider of GitHub's settings, on the real engine: one story, read back by plain HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.arguments import Arguments

if TYPE_CHECKING:
    from pathlib import Path

    from tests.github_settings.conftest import PlainProject

POLICY = "/orgs/acme/settings/immutable-releases"
TOOL = "/repos/acme/tool/immutable-releases"
APPROVAL = "/orgs/acme/actions/permissions/fork-pr-contributor-approval"
FORKS = "/orgs/acme/actions/permissions/fork-pr-workflows-private-repos"
RETENTION = "/orgs/acme/actions/permissions/artifact-and-log-retention"
PRIVATE = {
    "run_workflows_from_fork_pull_requests": True,
    "send_write_tokens_to_workflows": False,
    "send_secrets_and_variables": False,
    "require_approval_for_fork_pr_workflows": True,
}
APPROVED = {"approval_policy": "all_external_contributors"}
Row = tuple[str, str, dict[str, Any]]


def rows(project: PlainProject) -> dict[str, Row]:
    """Every kind of setting, by path on GitHub."""
    with project.world.client() as client:
        site = client.get("/repos/acme/site").json()["id"]
    selected = {"enforced_repositories": "selected", "selected_repository_ids": [site]}
    in_tool = "/repos/acme/tool/actions/permissions"
    tool = {"repository": "tool"}
    return {
        POLICY: ("OrganizationImmutableReleases", "acme", selected),
        TOOL: ("RepositoryImmutableReleases", "tool", {**tool, "enabled": True}),
        APPROVAL: ("OrganizationForkApproval", "acme", APPROVED),
        f"{in_tool}/fork-pr-contributor-approval": (
            *("RepositoryForkApproval", "tool"),
            {**tool, **APPROVED},
        ),
        FORKS: ("OrganizationPrivateForkWorkflows", "acme", PRIVATE),
        f"{in_tool}/fork-pr-workflows-private-repos": (
            *("RepositoryPrivateForkWorkflows", "tool"),
            {**tool, **PRIVATE},
        ),
        "/repos/acme/tool/private-vulnerability-reporting": (
            *("RepositoryPrivateVulnerabilityReporting", "tool"),
            {**tool, "enabled": True},
        ),
        RETENTION: ("OrganizationRetention", "acme", {"days": 30}),
        f"{in_tool}/artifact-and-log-retention": (
            *("RepositoryRetention", "tool"),
            {**tool, "days": 20},
        ),
    }


def shown(project: PlainProject, path: str) -> dict[str, Any]:
    """What GitHub answers; nothing for 404."""
    with project.world.client() as client:
        answer = client.get(path)
        found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        if "selected_repositories_url" in found:
            listed = client.get(f"{path}/repositories").json()["repositories"]
            found["selected_repository_ids"] = [each["id"] for each in listed]
    return found


def with_token(project: PlainProject) -> list[Path]:
    """The files of the state in which the token can be read."""
    files = [path for path in (project.folder / "state").rglob("*") if path.is_file()]
    assert files
    return [path for path in files if project.world.token in path.read_text(encoding="utf-8")]


@pytest.fixture(scope="module")
def made(plain: PlainProject) -> PlainProject:
    """All kinds of settings; a run was killed before the state had what GitHub had done."""
    wanted = rows(plain)
    plain.declare(*wanted.values())
    with plain.world.client() as client:
        assert client.put(TOOL).status_code == 204
        assert client.put(POLICY, json=wanted[POLICY][2]).status_code == 204
    outcome = plain.up("--skip-preview")
    assert outcome.code == 0, outcome.text
    return plain


def test_settings_are_made_as_declared(made: PlainProject) -> None:
    """Each field of each setting is on GitHub (immutable releases: P4), also after a killed run."""
    for path, (_, _, fields) in rows(made).items():
        wanted = {name: value for name, value in fields.items() if name != "repository"}
        assert wanted.items() <= shown(made, path).items(), path


def test_the_state_has_no_token(made: PlainProject) -> None:
    """The token of the environment is in no file of the stack."""
    assert not with_token(made)


def test_a_refresh_sees_each_setting(made: PlainProject) -> None:
    """What was changed on GitHub is found by a refresh, and set back by an update."""
    weak: dict[str, dict[str, Any]] = {
        POLICY: {"enforced_repositories": "none"},
        APPROVAL: {"approval_policy": "first_time_contributors"},
        FORKS: {**PRIVATE, "send_secrets_and_variables": True},
        RETENTION: {"days": 90},
    }
    with made.world.client() as client:
        assert client.delete(TOOL).status_code == 204
        for path, body in weak.items():
            assert client.put(path, json=body).status_code == 204
    outcome = made.refresh("--skip-preview")
    assert outcome.code == 0, outcome.text
    assert set(outcome.operations(final=True)) >= {
        "OrganizationImmutableReleases acme",
        "RepositoryImmutableReleases tool",
        "OrganizationForkApproval acme",
        "OrganizationPrivateForkWorkflows acme",
        "OrganizationRetention acme",
    }
    back = made.up("--skip-preview")
    assert back.changed("OrganizationPrivateForkWorkflows acme") == {"sendSecretsAndVariables"}
    assert shown(made, FORKS) == PRIVATE


def test_mistakes_name_field_and_what_is_allowed(made: PlainProject) -> None:
    """All wrong fields of a resource are named at once, at preview."""
    made.declare(
        (
            *("RepositoryForkApproval", "tool"),
            {"repository": "tool", "approval_policy": "nobody", "days": 3},
        ),
    )
    outcome = made.preview()
    assert outcome.code != 0
    for part in (
        "RepositoryForkApproval.approvalPolicy is not what GitHub takes; allowed: first_time",
        "RepositoryForkApproval has no field days; allowed: approvalPolicy, repository",
    ):
        assert part in outcome.text


def test_a_refusal_names_resource_and_reason(made: PlainProject) -> None:
    """A refusal has GitHub's words, the resource and the request; nothing else changes."""
    made.declare(
        *rows(made).values(),
        ("RepositoryImmutableReleases", "gone", {"repository": "gone", "enabled": True}),
    )
    outcome = made.up("--skip-preview")
    assert outcome.code != 0
    assert "RepositoryImmutableReleases (enabled): PUT /repos/acme/gone/immutable" in outcome.text
    assert "GitHub answered 404: Not Found" in outcome.text
    assert outcome.operations() == {"RepositoryImmutableReleases gone": "create"}


def test_deleted_settings_have_githubs_default(made: PlainProject) -> None:
    """Deleting sets GitHub's default, or leaves the setting where the table says so."""
    made.declare()
    outcome = made.up("--skip-preview")
    assert outcome.code == 0, outcome.text
    assert shown(made, POLICY) == {"enforced_repositories": "none"}
    assert shown(made, TOOL) == {}
    assert shown(made, APPROVAL) == {"approval_policy": "first_time_contributors"}
    assert shown(made, FORKS) == dict.fromkeys(PRIVATE, False)
    assert shown(made, RETENTION)["days"] == 30


def test_an_existing_setting_is_imported(made: PlainProject) -> None:
    """`pulumi import` takes a setting of a repository by its name, with all fields."""
    with made.world.client() as client:
        assert client.put("/repos/acme/site/immutable-releases").status_code == 204
    made.environment["GITHUB_OWNER"] = "acme"
    kind = "github-settings:index:RepositoryImmutableReleases"
    # the language host of tests generates no code
    options = ("--yes", "--skip-preview", "--generate-code=false")
    made.pulumi("import", kind, "imported", "site", *options, check=True)
    [found] = [each for each in made.state()["resources"] if each["urn"].endswith("::imported")]
    assert found["outputs"] == {"enabled": True, "repository": "site"}
    made.pulumi("state", "delete", found["urn"], "--yes", "--force", check=True)


def test_a_token_of_the_config_is_encrypted(made: PlainProject) -> None:
    """A token of the stack's config is in no file in the open, nor in anybody's arguments.

    A refresh, which runs without the program, has it all the same.
    """
    token = made.environment.pop("GITHUB_TOKEN")
    made.pulumi("config", "set", "--secret", "github:token", check=True, stdin=token)
    made.declare(("RepositoryForkApproval", "tool", {"repository": "tool", **APPROVED}))
    watch = Arguments(token)
    try:
        outcome = made.up("--skip-preview")
        refreshed = made.refresh("--skip-preview")
    finally:
        watch.stop()
    assert outcome.code == 0, outcome.text
    assert refreshed.code == 0, refreshed.text
    assert watch.seen == set()
    assert not with_token(made)
