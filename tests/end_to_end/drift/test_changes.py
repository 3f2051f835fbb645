"""Changes on GitHub past Portcullis: drift names them, and an update sets them right."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import Phase, given, settings
from rich.console import Console

from components.declaration import load
from components.github_access import GitHubAccess
from portcullis.drift.look import Look, look
from portcullis.drift.report import CHANGED_SINCE, LOST_OWNER
from portcullis.drift.state import as_on_github, deployed
from portcullis.live.compare import Drift, compare
from portcullis.live.jobs import subjects
from portcullis.project import StackSettings
from tests.end_to_end.conftest import CANARY, make_small
from tests.end_to_end.drift.changes import CHANGES, Found, settings_of
from tests.end_to_end.drift.random_changes import EDITS, Edit
from tests.support.extent import EVERY
from tests.support.project import STACK

if TYPE_CHECKING:
    from tests.support.project import Project
    from tests.support.sandbox import Sandbox, World

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failure is not made smaller: each example reads an organization."""

State = dict[str, Any]

BEFORE: set[Found] = {("undeclared", "Membership", "owner"), ("undeclared", "Membership", "zoe")}
"""The organization's owner, whom nobody can declare, and a member who is in no team."""


def look_at(project: Project, world: World | None = None, state: State | None = None) -> Look:
    """Return the project's live organization, compared with its file.

    Args:
        project: The project, deployed.
        world: A copy of its world; None for that world itself.
        state: Its state; None to read it.
    """
    settings = StackSettings(STACK, project.folder)
    access = GitHubAccess(
        (world or project.world).base_url, token=project.environment["GITHUB_TOKEN"]
    )
    known = state_of(project) if state is None else state
    silent = Console(file=io.StringIO())
    return look(access, settings, load("test", project.folder), silent, state=known)


def state_of(project: Project) -> State:
    """Return the project's state."""
    state: State = json.loads(project.pulumi("stack", "export", check=True).stdout)
    return state


@pytest.fixture(scope="module")
def changed(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small organization, deployed; the tests of this file follow each other."""
    project = make_small(sandbox, tmp_path_factory.mktemp("drift"), "drift")
    project.make()
    project.world.control("POST", "seed", {"users": [{"login": "mallory"}]})
    return project


def test_nothing_is_found_on_an_untouched_organization(changed: Project) -> None:
    """Promise: what was deployed and left alone has no drift, and everything could be read (E8)."""
    seen = look_at(changed)
    assert settings_of(seen.drift) == BEFORE
    assert not seen.live.gaps


@pytest.fixture(scope="module")
def known(changed: Project) -> State:
    """The ids that the state has, read once."""
    return state_of(changed)


@settings(max_examples=100 if EVERY else 8, derandomize=not EVERY, deadline=None, phases=PHASES)
@given(edits=EDITS)
def test_random_changes_are_found_and_nothing_else(
    sandbox: Sandbox, changed: Project, known: State, edits: list[Edit]
) -> None:
    """Promise: drift names exactly what was changed: no more, and no less (E8)."""
    copy = sandbox.copy(changed.world, f"{changed.world.name}-{uuid4().hex}")
    try:
        wanted = BEFORE.union(*(edit.make(copy) for edit in edits))
        seen = look_at(changed, copy, known)
        assert settings_of(seen.drift) == wanted, edits
        assert not seen.live.gaps
    finally:
        sandbox.delete(copy.name)


def test_each_change_is_found_and_nothing_else(changed: Project) -> None:
    """Promise: every kind of change past Portcullis is found, by name and field (E8, S15)."""
    wanted = set(BEFORE)
    for change in CHANGES:
        change.make(changed.world)
        wanted |= change.found
    seen = look_at(changed)
    assert settings_of(seen.drift) == wanted
    # a run that is killed between the repair of the state and the update loses nothing
    state = state_of(changed)
    repaired = as_on_github(state, _of_state(state, seen))
    assert as_on_github(repaired, _of_state(repaired, seen)) == repaired


def _of_state(state: dict[str, Any], seen: Look) -> list[Drift]:
    """Return where the state is not as GitHub is."""
    found = compare(deployed(state), seen.on_github)
    return [each for each in found if each.what != "undeclared"]


def test_an_update_sets_right_what_is_declared_and_leaves_the_rest(changed: Project) -> None:
    """Promise: one `up` repairs all that is declared, what refresh cannot see too (E8, S15).

    What nobody declared stays, but for who may deploy and push below declared things.
    """
    done = changed.portcullis("up")
    assert done.code == 0, done.text
    assert CANARY not in done.text
    left = settings_of(look_at(changed).drift)
    assert {each[0] for each in left} == {"undeclared"}, left
    assert ("undeclared", "TeamRepository", "tool/apprentices") not in left
    assert ("undeclared", "RepositoryWebhook", "tool/https://theirs.example/tool") in left


def _report(project: Project) -> dict[str, Any]:
    """Return what `portcullis drift` prints as JSON."""
    done = project.portcullis("drift", "--format", "json")
    assert done.code == 1, done.text
    assert "token=hidden" not in done.text
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_the_report_names_what_is_dangerous_and_no_secret(changed: Project) -> None:
    """Promise: dangerous drift is separated; what the last update saw otherwise is no news (E8).

    Workflow files that nobody declared are judged by what is in them.
    """
    report = _report(changed)
    dangerous = {item["name"] for item in report["items"] if item["dangerous"]}
    assert "tool/ben" in dangerous
    assert "all_repo_admin/zoe" in dangerous
    assert "all_repo_read/makers" not in dangerous
    assert "tool/theirs" in dangerous
    assert "tool/.github/workflows/sound.yml" not in dangerous
    [theirs] = [each for each in report["items"] if each["name"].endswith("/theirs.yml")]
    assert "WF004" in {each["rule"] for each in theirs["findings"]}
    assert [item["name"] for item in report["items"] if not item["known"]] == [
        item["name"] for item in report["items"] if item["dangerous"]
    ]


def test_what_changed_since_the_last_update_is_news(changed: Project) -> None:
    """Promise: new owners, lost ones, runner groups, templates, and webhooks that were changed."""
    world = changed.world
    [hook] = world.request("GET", "/orgs/acme/hooks")["body"]
    for method, path, body in (
        ("PATCH", f"/orgs/acme/hooks/{hook['id']}", {"events": ["*"]}),
        ("PUT", "/orgs/acme/memberships/kim", {"role": "member"}),
        ("PUT", "/orgs/acme/memberships/ana", {"role": "admin"}),
        (
            "POST",
            "/orgs/acme/actions/runner-groups",
            {"name": "theirs", "allows_public_repositories": True},
        ),
        (
            "PUT",
            "/orgs/acme/actions/oidc/customization/sub",
            {"include_claim_keys": ["repository_owner"]},
        ),
    ):
        assert world.request(method, path, body)["status"] < 300, path
    news = {
        (item["what"], item["kind"], item["name"]): item["differences"]
        for item in _report(changed)["items"]
        if not (item["known"] or item["name"].startswith("tool/"))
    }
    assert news == {
        ("missing", "Membership", "kim"): [LOST_OWNER],
        ("changed", "TeamMembers", "makers"): ["kim: maintainer -> member of makers"],
        ("undeclared", "Membership", "ana"): [],
        ("undeclared", "OrganizationRoleUser", "all_repo_admin/zoe"): [],  # it is dangerous
        ("undeclared", "Repository", "theirs"): ["visibility: public"],  # it is dangerous
        ("undeclared", "ActionsRunnerGroup", "theirs"): [
            "repositories: all",
            "public repositories may use it",
        ],
        ("undeclared", subjects.ORGANIZATION, "acme"): ["claims: repository_owner"],
        ("undeclared", "OrganizationWebhook", "https://theirs.example/hook"): [
            "events: *",
            CHANGED_SINCE,
        ],
    }


def test_repositories_and_teams_are_recognized_by_their_ids(changed: Project) -> None:
    """Promise: a rename, a deletion, and another thing of the same name, each with what to do (E8).

    What lies in a renamed repository is compared under its declared name; what lies in one that is
    gone, or replaced, is not listed.
    """
    world = changed.world
    for method, path, body in (
        ("PATCH", "/repos/acme/tool", {"name": "tool2"}),
        ("POST", "/orgs/acme/repos", {"name": "tool"}),
        ("DELETE", "/orgs/acme/teams/releasers", None),
        ("DELETE", "/orgs/acme/teams/apprentices", None),
        ("POST", "/orgs/acme/teams", {"name": "apprentices"}),
        ("PATCH", "/orgs/acme/teams/makers", {"name": "doers"}),
    ):
        assert world.request(method, path, body)["status"] < 300, path
    stranger = world.request("GET", "/repos/acme/tool")["body"]["id"]
    items = _report(changed)["items"]
    found = {
        (item["what"], item["kind"], item["name"]): item["differences"]
        for item in items
        if item["kind"] in {"Repository", "Team"} and item["name"] != "theirs"
    }
    tool = found.pop(("changed", "Repository", "tool"))
    assert tool[0] == "name: tool2 -> tool"
    assert "is called `tool2` on GitHub now" in tool[1]
    assert "`tool2`" in tool[2]
    makers = found.pop(("changed", "Team", "makers"))
    assert any("is called `doers` on GitHub now" in line for line in makers)
    apprentices = found.pop(("changed", "Team", "apprentices"))
    assert apprentices[0] == "it was deleted and created again under its name"
    assert "make adopt" in apprentices[-1]
    releasers = found.pop(("missing", "Team", "releasers"))
    assert "make adopt" in releasers[-1]
    assert found == {("undeclared", "Repository", f"tool (id {stranger})"): ["visibility: public"]}
    rest = [(each["what"], each["kind"], each["name"]) for each in items]
    assert {each for each in rest if each[0] == "missing"} == {
        ("missing", "Team", "releasers"),
        ("missing", "Membership", "kim"),
    }
    assert not any(item["set_right_by_update"] for item in items if item["kind"] == "Repository")
