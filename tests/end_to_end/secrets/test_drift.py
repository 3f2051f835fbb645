"""Secrets that are changed or deleted on GitHub behind Portcullis, or taken out of the YAML."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.conftest import CANARY, seed
from tests.end_to_end.live import Live
from tests.sandbox.sealing import sealed
from tests.support.project import Project

if TYPE_CHECKING:
    from tests.support.project import Outcome
    from tests.support.sandbox import Sandbox, World

ORGANIZATION = """\
organization: acme
plan: team
settings: {display_name: Acme, billing_email: billing@acme.example}
automation: {app_id: 1001}
teams: {makers: {members: [kim]}}
protection: {main: {required_checks: [ci]}}
secrets:
  ORG_CHANGED: {from: {config: one}, visible_to: [tool], stores: [actions, dependabot]}
  ORG_GONE: {from: {config: two}, visible_to: [tool], stores: [actions, dependabot]}
repositories:
  tool:
    visibility: public
    access: {makers: push}
    secrets:
      REPO_CHANGED: {from: {config: one}, stores: [actions, dependabot]}
      REPO_GONE: {from: {config: two}, stores: [actions, dependabot]}
    environments:
      gate:
        secrets:
          GATE_CHANGED: {from: {config: one}}
          GATE_GONE: {from: {config: two}}
"""
VALUES = {"one": f"{CANARY}-one", "two": f"{CANARY}-two"}
PLACES = {
    "ORG": [
        ("actions", "/orgs/acme/actions/secrets"),
        ("dependabot", "/orgs/acme/dependabot/secrets"),
    ],
    "REPO": [
        ("actions", "/repos/acme/tool/actions/secrets"),
        ("dependabot", "/repos/acme/tool/dependabot/secrets"),
    ],
    "GATE": [("actions", "/repos/acme/tool/environments/gate/secrets")],
}
"""Where the secrets are, by the first word of their names."""
EVERY = {
    f"{base}/{scope}_{what}"
    for scope, stores in PLACES.items()
    for _, base in stores
    for what in ("CHANGED", "GONE")
}
FOREIGN = "foreign-value"


@pytest.fixture(scope="module")
def project(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The organization, made; the tests here go on from each other's end, which is its start."""
    world = sandbox.world("drift", seed("acme", ["kim"]))
    declared = Project(tmp_path_factory.mktemp("drift") / "project", world)
    declared.write(ORGANIZATION)
    declared.create(VALUES)
    declared.make()
    return declared


@pytest.fixture
def meddled(project: Project) -> Project:
    """Somebody changed a secret of each scope and store, showed one to all, deleted another."""
    world = project.world
    world.clock(advance=5)
    with world.client() as api:
        for scope, stores in PLACES.items():
            for _, base in stores:
                body = sealed(api, base, FOREIGN)
                body |= {"visibility": "all"} if scope == "ORG" else {}
                assert world.request("PUT", f"{base}/{scope}_CHANGED", body)["status"] == 204
                assert world.request("DELETE", f"{base}/{scope}_GONE")["status"] == 204
    world.clock(advance=5)
    world.clear_journal()
    return project


def live(world: World) -> dict[str, str]:
    """Path to value, of each declared secret that is there."""
    listed = {
        f"{base}/{each['name']}": (scope, store, each["name"])
        for scope, stores in PLACES.items()
        for store, base in stores
        for each in world.request("GET", base)["body"]["secrets"]
    }
    return {path: _value(world, *place) for path, place in listed.items()}


def _value(world: World, scope: str, store: str, name: str) -> str:
    if scope == "ORG":
        return world.secret(name, org="acme", store=store)
    environment = "gate" if scope == "GATE" else None
    return world.secret(name, repository="acme/tool", environment=environment, store=store)


def wanted() -> dict[str, str]:
    """`live`, as it is declared."""
    return {path: VALUES["two" if path.endswith("GONE") else "one"] for path in EVERY}


def written(world: World, method: str) -> set[str]:
    """The paths of secrets that were written; those of an environment may have its number."""
    paths = {entry["path"] for entry in world.writes(method=method)}
    named = {re.sub(r"^/repositories/\d+/", "/repos/acme/tool/", path) for path in paths}
    return {path for path in named if "/secrets/" in path}


def drift(outcome: Outcome) -> list[str]:
    """Return the reported drift, without the name of the type."""
    lines = [line.split(maxsplit=2) for line in outcome.stdout.splitlines()]
    return sorted(words[2] for words in lines if words[:1] == ["drift"])


REPORTED = sorted(
    f"{where}{name} was {what} on GitHub, not by Portcullis"
    for what in ("changed", "deleted")
    for end in ["CHANGED" if what == "changed" else "GONE"]
    for where, name in (
        ("actions/", f"ORG_{end}"),
        ("dependabot/", f"ORG_{end}"),
        ("tool/actions/", f"REPO_{end}"),
        ("tool/dependabot/", f"REPO_{end}"),
        ("tool/gate/", f"GATE_{end}"),
    )
)


def test_a_preview_tells_and_an_up_sets_again(meddled: Project) -> None:
    """A preview changes neither GitHub nor the state; `up` sets in place what it reported of.

    Selected repositories are those of the YAML again, nothing is deleted on the way, and the
    second `up` has nothing to say (S11, A7).
    """
    world = meddled.world
    before = meddled.state()
    preview = meddled.portcullis("preview")
    assert preview.code == 0, preview.text
    assert drift(preview) == REPORTED
    assert "make up sets them again" in preview.stdout
    assert world.writes() == []
    assert meddled.state() == before
    up = meddled.portcullis("up")
    assert up.code == 0, up.text
    assert drift(up) == REPORTED
    assert live(world) == wanted()
    assert Live(world, "acme").secrets() == {
        f"{store}/{name}": ("selected", {"tool"})
        for store in ("actions", "dependabot")
        for name in ("ORG_CHANGED", "ORG_GONE")
    }
    assert written(world, "PUT") == EVERY
    assert world.writes(method="DELETE") == []
    text = json.dumps(meddled.state())
    assert "ciphertext" in text
    for outcome in (preview, up):
        assert CANARY not in outcome.text + text
        assert FOREIGN not in outcome.text + text
    world.clear_journal()
    again = meddled.portcullis("up")
    assert again.code == 0, again.text
    assert drift(again) == []
    assert world.writes() == []


def test_what_github_does_not_tell_stops_before_a_change(project: Project) -> None:
    """Where the lists cannot be read, nothing is taken for deleted, and nothing is changed."""
    project.world.clear_journal()
    project.world.fault(method="GET", path="/repos/acme/tool/actions/secrets", status=403, count=9)
    before = project.state()
    outcome = project.portcullis("up")
    project.world.clear_faults()
    assert outcome.code == 1, outcome.text
    assert "nothing was changed" in outcome.stderr
    assert "was answered with 403" in outcome.stderr
    assert drift(outcome) == []
    assert project.world.writes() == []
    assert project.state() == before


def test_secrets_that_went_with_their_environment(project: Project) -> None:
    """One `up` makes the environment and its secrets again; without the look it says what to do."""
    world = project.world
    assert world.request("DELETE", "/repos/acme/tool/environments/gate")["status"] == 204
    world.clear_journal()
    refused = project.portcullis("up", "--no-live")
    assert refused.code == 1, refused.text
    assert "nothing was changed: GitHub answers 404 for the repositories or" in refused.stderr
    assert "Check first that the token or the App may read them" in refused.stderr
    assert "`pulumi refresh --skip-preview --stack test`" in refused.stderr
    assert "was deleted on GitHub" not in refused.text
    assert refused.stderr.endswith("  tool/gate/GATE_CHANGED\n  tool/gate/GATE_GONE\n")
    assert world.writes() == []
    up = project.portcullis("up")
    assert up.code == 0, up.text
    assert live(world) == wanted()


def test_a_secret_out_of_the_yaml_is_a_deletion(project: Project) -> None:
    """The preview names it, `up` deletes only it, and asks nobody for the organization (S6)."""
    world = project.world
    line = "      REPO_GONE: {from: {config: two}, stores: [actions, dependabot]}\n"
    project.edit(line, "")
    world.clear_journal()
    up = project.portcullis("up")
    assert up.code == 0, up.text
    preview = up.stdout[: up.stdout.index("\nupdate ")]
    named = sorted(line.split() for line in preview.splitlines() if "delete " in line)
    assert named == [
        ["delete", "ActionsSecret", "tool/actions/REPO_GONE"],
        ["delete", "DependabotSecret", "tool/dependabot/REPO_GONE"],
    ]
    gone = {f"{base}/REPO_GONE" for _, base in PLACES["REPO"]}
    assert written(world, "DELETE") == gone
    assert live(world) == {path: each for path, each in wanted().items() if path not in gone}


def test_all_secrets_out_of_the_yaml_want_the_name_typed(project: Project) -> None:
    """Not by `--yes` without a keyboard, not by another name; by the organization's own (S7)."""
    world = project.world
    before = live(world)
    path = project.folder / "orgs" / "test.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "from:" not in line and "secrets:" not in line]
    path.write_text("".join(kept).replace("gate:", "gate: {}"), encoding="utf-8")
    world.clear_journal()
    nobody = project.portcullis("up")
    assert nobody.code == 1
    assert "this would delete all secrets of acme" in nobody.stderr
    wrong = project.portcullis("up", keyboard="acme2\n")
    assert wrong.code == 1
    assert "nothing was changed" in wrong.stderr
    assert world.writes() == []
    assert live(world) == before
    right = project.portcullis("up", keyboard="acme\n")
    assert right.code == 0, right.text
    assert "delete ALL secrets of acme? Type its name: " in right.text
    assert live(world) == {}
