"""Adoption of what exists: as safe as what Portcullis creates, and exactly as declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.end_to_end.conftest import seed
from tests.end_to_end.live import Live
from tests.sandbox.sealing import seal
from tests.support.extent import EVERY
from tests.support.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox, World

HEAD = """\
organization: acme
plan: enterprise
settings:
  display_name: Acme
  billing_email: billing@acme.example
"""
LEGACY = """\
protection:
  main: {required_checks: [ci]}
teams:
  rel: {members: [ana, kim]}
  idle: {}
repositories:
  legacy:
    default_branch: main
    workflows: false
    access: {rel: maintain}
    environments:
      prod:
        reviewers: {teams: [rel]}
"""
LATER = """\
    variables: {COLOUR: green}
    protection:
      stable: {branches: [release/*]}
      fresh: {branches: [hotfix/*]}
"""
RULESET = {"name": "stable", "target": "branch", "enforcement": "disabled"}
UNDECLARED_SECRETS = (
    "/orgs/acme/actions/secrets/OLD",
    "/repos/acme/legacy/actions/secrets/OLD",
    "/repos/acme/legacy/dependabot/secrets/OLD",
    "/repos/acme/legacy/environments/prod/secrets/OLD",
)
ORGANIZATION_VARIABLE = {"name": "DEBUG", "value": "1", "visibility": "all"}
UNMANAGED = (
    "acme: Actions secret OLD, variable DEBUG",
    "legacy: Actions secret OLD, Dependabot secret OLD, environment old, variable DEBUG",
    "legacy/prod: secret OLD, variable DEBUG",
)
LIMITED = {"protected_branches": False, "custom_branch_policies": True}


def legacy_seed() -> dict[str, Any]:
    """Return an organization that had a repository and teams before Portcullis."""
    found: dict[str, Any] = seed("acme", ["ana", "ben", "kim"], "enterprise")
    organization = found["organizations"][0]
    organization["teams"] = {
        "rel": {"members": ["ana", "ben"]},
        "idle": {"members": ["ben"]},
        "strangers": {"members": ["ben"]},
    }
    organization["repositories"] = {
        "legacy": {
            "visibility": "private",
            "files": {"README.md": "old"},
            "teams": {"rel": "push", "strangers": "admin"},
        }
    }
    return found


def adopted(sandbox: Sandbox, folder: Path, name: str, *, protect: bool) -> Project:
    """Return a project after `make adopt` of the legacy organization."""
    world = sandbox.world(f"adopt-{name}", legacy_seed())
    environment = "/repos/acme/legacy/environments/prod"
    reviewer = {"type": "User", "id": world.request("GET", "/users/ben")["body"]["id"]}
    world.request(
        "PUT", environment, {"deployment_branch_policy": LIMITED, "reviewers": [reviewer]}
    )
    for policy in ({"name": "main", "type": "branch"}, {"name": "feature/*", "type": "branch"}):
        world.request("POST", f"{environment}/deployment-branch-policies", policy)
    for path in (f"{environment}/variables", "/repos/acme/legacy/actions/variables"):
        world.request("POST", path, {"name": "DEBUG", "value": "1"})
    world.request("POST", "/orgs/acme/actions/variables", ORGANIZATION_VARIABLE)
    world.request("PUT", "/repos/acme/legacy/environments/old", {})
    for path in UNDECLARED_SECRETS:
        world.request("PUT", path, sealed(world, path))
    project = Project(folder / "project", world, protect=protect)
    project.write(HEAD + LEGACY)
    project.create({})
    world.clear_journal()
    outcome = project.portcullis("adopt")
    assert outcome.code == 0, outcome.text
    assert world.writes() == []
    assert "RepositoryEnvironmentDeploymentPolicy legacy/prod/branch/feature/*" in outcome.text
    assert "TeamRepository legacy/strangers" in outcome.text
    assert "TeamMembers idle" in outcome.text
    for line in UNMANAGED:
        assert f"unmanaged  {line}\n" in outcome.text, outcome.text
    return project


def sealed(world: World, path: str) -> dict[str, Any]:
    """Return a secret's value as GitHub takes it, with what the path's kind needs beside it."""
    key = world.request("GET", f"{path.rpartition('/')[0]}/public-key")["body"]
    more = {"visibility": "all"} if path.startswith("/orgs/") else {}
    return {**seal(key, "x"), **more}


def test_what_was_adopted_is_protected_and_exact(sandbox: Sandbox, tmp_path: Path) -> None:
    """What leaves the YAML right after `make adopt` is not deleted; what stays is as declared.

    Extra refs, reviewers, members and grants are listed by name, and gone after `make up`. What
    somebody made on GitHub below a managed repository before it is declared is adopted by `make up`
    itself: environments, rulesets and variables. What is new beside it does not stop that.
    """
    project = adopted(sandbox, tmp_path, "exact", protect=True)
    project.write(HEAD)
    refused = project.portcullis("up")
    assert refused.code != 0
    for name in ("idle", "legacy/prod"):  # the engine stops at what would go first
        assert f"::{name}" in refused.text, refused.text
    assert project.world.writes() == []
    by_hand = "/repos/acme/legacy/environments/stage"
    project.world.request("PUT", by_hand, {"deployment_branch_policy": LIMITED})
    policy = {"name": "*", "type": "branch"}
    project.world.request("POST", f"{by_hand}/deployment-branch-policies", policy)
    project.write(HEAD + LEGACY)
    up = project.portcullis("up")
    assert up.code == 0, up.text
    for name in (
        "delete   RepositoryEnvironmentDeploymentPolicy legacy/prod/branch/feature/*",
        "delete   TeamRepository legacy/strangers",
        "update   RepositoryEnvironment legacy/prod",
        "update   TeamMembers rel",
        "delete   TeamMembers idle",
        "ben leaves idle",
        "ben leaves rel",
        "kim joins rel",
        "reviewer ben replaced by team rel",
        "permission: push -> maintain",
        "permission: admin -> none",
        "default repository permission: read -> none",
    ):
        assert name in up.text, up.text
    live = Live(project.world, "acme")
    assert live.environments("legacy")["prod"]["deploy_from"] == {"branch:main"}
    assert live.environments("legacy")["prod"]["reviewers"] == {"rel"}
    assert live.access("legacy") == {"rel": "maintain"}
    assert live.teams()["rel"]["members"] == {"ana", "kim"}
    assert live.teams()["idle"]["members"] == set()
    colour = {"name": "COLOUR", "value": "red"}
    project.world.request("POST", "/repos/acme/legacy/actions/variables", colour)
    project.world.request("POST", "/repos/acme/legacy/rulesets", RULESET)
    project.write(f"{HEAD}{LEGACY}      stage: {{}}\n{LATER}")
    up = project.portcullis("up")
    assert up.code == 0, up.text
    assert "delete   RepositoryEnvironmentDeploymentPolicy legacy/stage/branch/*" in up.text
    assert "value: red -> green" in up.text
    assert "update   RepositoryRuleset legacy/stable" in up.text
    assert live.repository_rulesets("legacy").keys() == {"stable", "fresh"}
    assert live.environments("legacy")["stage"]["deploy_from"] == {"branch:main"}


def test_protection_in_the_way_is_named_before_anything_runs(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Promise: adoption and `make up` name what refuses managed files; nothing stops halfway (16).

    The preview shows the lines that the update replaces in a file that people wrote.
    """
    world = sandbox.world("adopt-obstacles", legacy_seed())
    protection = {
        "required_status_checks": None,
        "enforce_admins": True,
        "required_pull_request_reviews": {"required_approving_review_count": 1},
        "restrictions": None,
    }
    path = "/repos/acme/legacy/branches/main/protection"
    assert world.request("PUT", path, protection)["status"] == 200
    project = Project(tmp_path / "project", world)
    files = "    files:\n      README.md: {content: new}\n"
    project.write(f"{HEAD}automation: {{app_id: 1001}}\n{LEGACY}{files}")
    project.create({})
    world.clear_journal()
    line = "legacy: classic protection main refuses managed files; write file_changes"
    adopted = project.portcullis("adopt")
    assert adopted.code == 0, adopted.text
    assert f"first      {line}" in adopted.text
    assert "adopted    RepositoryFile legacy/README.md" in adopted.text
    refused = project.portcullis("up")
    assert refused.code == 1, refused.text
    assert f"first:\n  {line}" in refused.text
    assert "is on GitHub already, and is overwritten" in refused.text
    assert "-old" in refused.text
    assert "+new" in refused.text
    assert world.writes() == []
    assert world.request("DELETE", path)["status"] == 204
    done = project.portcullis("up")
    assert done.code == 0, done.text
    assert Live(world, "acme").file("legacy", "README.md") == "new"


if EVERY:  # `pulumi destroy` archives, and guards name a deletion, in every run of the tests

    def test_an_adopted_repository_is_archived(sandbox: Sandbox, tmp_path: Path) -> None:
        """With protection off, a repository that leaves the YAML is archived, as the preview says.

        Everything that the stack has goes with it, which has to be unlocked.
        """
        project = adopted(sandbox, tmp_path, "lost", protect=False)
        project.write(HEAD)
        unlocked = project.unlock(project.portcullis("up"))
        assert "delete 11 of 16 resources" in unlocked
        up = project.portcullis("up")
        assert up.code == 0, up.text
        assert "archive  Repository legacy" in up.text
        assert Live(project.world, "acme").repositories()["legacy"]["archived"] is True
