"""New names reach every place of a state that has the old one, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from portcullis.renames.moves import Move
from portcullis.renames.state import moved, on_branches, without
from portcullis.renames.things import Thing

ROOT = "urn:pulumi:test::portcullis::portcullis:index:Organization::acme"
START = "urn:pulumi:test::portcullis::portcullis:index:Organization$"


def component(kind: str, name: str) -> dict[str, Any]:
    """Return a component below the organization."""
    urn = f"{START}portcullis:index:{kind}::{name}"
    return {"urn": urn, "type": f"portcullis:index:{kind}", "parent": ROOT}


def resource(
    parent: dict[str, Any],
    kind: str,
    label: str,
    ident: str,
    /,
    **properties: str,
) -> dict[str, Any]:
    """Return a resource below a component; its outputs are its inputs and its id."""
    type_ = f"github:index/{kind[0].lower()}{kind[1:]}:{kind}"
    head, _ = parent["urn"].rsplit("::", 1)
    return {
        "urn": f"{head}${type_}::{label}",
        "type": type_,
        "id": ident,
        "parent": parent["urn"],
        "inputs": dict(properties),
        "outputs": {"id": ident, **properties},
    }


def state() -> dict[str, Any]:
    """Return a repository `acme` in the organization acme, another, and a team of both."""
    acme, lib = component("Repository", "acme"), component("Repository", "lib")
    team = component("Team", "acme")
    resources = [
        {"urn": ROOT, "type": "portcullis:index:Organization"},
        team,
        resource(team, "Team", "acme", "7", name="acme", slug="acme"),
        resource(team, "TeamMembers", "acme", "7", teamSlug="acme"),
        acme,
        resource(acme, "Repository", "acme", "acme", name="acme"),
        resource(acme, "TeamRepository", "acme/acme", "7:acme", teamId="7", repository="acme"),
        resource(acme, "RepositoryCustomProperty", "acme/p", "acme:acme:p", repository="acme"),
        resource(acme, "RepositoryFile", "acme/a", "acme:a:main", repository="acme", branch="main"),
        resource(acme, "ActionsVariable", "acme/acme", "acme:ACME", repository="acme"),
        lib,
        resource(lib, "Repository", "lib", "lib", name="lib"),
        resource(lib, "TeamRepository", "lib/acme", "7:lib", teamId="7", repository="lib"),
    ]
    for each in resources[5:10]:
        each["dependencies"] = [resources[5]["urn"], resources[2]["urn"]]
        each["propertyDependencies"] = {"repository": [resources[5]["urn"]]}
    return {"version": 3, "deployment": {"resources": resources}}


def seen(changed: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return type, name and id of each resource on GitHub."""
    return [
        (each["type"].rpartition(":")[2], each["urn"].rpartition("::")[2], each["id"])
        for each in changed["deployment"]["resources"]
        if "id" in each
    ]


def test_a_repository_moves_with_all_it_has() -> None:
    """Names, ids and references change; the organization and the team of the same name do not."""
    thing = Thing("repositories", "acme", "acme", 1, "R", component("Repository", "acme")["urn"])
    changed = moved(state(), [Move(thing, "new", "new")])
    assert seen(changed) == [
        ("Team", "acme", "7"),
        ("TeamMembers", "acme", "7"),
        ("Repository", "new", "new"),
        ("TeamRepository", "new/acme", "7:new"),
        ("RepositoryCustomProperty", "new/p", "acme:new:p"),
        ("RepositoryFile", "new/a", "new:a:main"),
        ("ActionsVariable", "new/acme", "new:ACME"),
        ("Repository", "lib", "lib"),
        ("TeamRepository", "lib/acme", "7:lib"),
    ]
    resources = changed["deployment"]["resources"]
    urns = {each["urn"] for each in resources}
    assert {each.get("parent", ROOT) for each in resources} <= urns
    assert {urn for each in resources for urn in each.get("dependencies", ())} <= urns
    assert resources[6]["propertyDependencies"] == {"repository": [resources[5]["urn"]]}
    assert {each["inputs"].get("repository") for each in resources[6:10]} == {"new"}
    assert all(each["outputs"]["id"] == each["id"] for each in resources if "id" in each)


def test_a_team_moves_with_its_grants() -> None:
    """Its grants lie below the repositories, also below one of the same name."""
    thing = Thing("teams", "acme", "acme", 7, "T", component("Team", "acme")["urn"])
    changed = moved(state(), [Move(thing, "new", "new")])
    assert seen(changed) == [
        ("Team", "new", "7"),
        ("TeamMembers", "new", "7"),
        ("Repository", "acme", "acme"),
        ("TeamRepository", "acme/new", "7:acme"),
        ("RepositoryCustomProperty", "acme/p", "acme:acme:p"),
        ("RepositoryFile", "acme/a", "acme:a:main"),
        ("ActionsVariable", "acme/acme", "acme:ACME"),
        ("Repository", "lib", "lib"),
        ("TeamRepository", "lib/new", "7:lib"),
    ]
    assert changed["deployment"]["resources"][3]["inputs"] == {"teamSlug": "new"}


@pytest.mark.parametrize("order", [1, -1], ids=["repository first", "team first"])
def test_a_grant_moves_with_its_repository_and_its_team(order: int) -> None:
    """Both are renamed at once; which of them the state lists first depends on the last run."""
    repository = component("Repository", "acme")["urn"]
    team = component("Team", "acme")["urn"]
    moves = [
        Move(Thing("repositories", "acme", "acme", 1, "R", repository), "book", "book"),
        Move(Thing("teams", "acme", "acme", 7, "T", team), "writers", "writers"),
    ]
    changed = seen(moved(state(), moves[::order]))
    assert [each for each in changed if each[0] == "TeamRepository"] == [
        ("TeamRepository", "book/writers", "7:book"),
        ("TeamRepository", "lib/writers", "7:lib"),
    ]


def test_a_stranger_leaves_with_all_it_had() -> None:
    """Nothing in the state refers to what is gone."""
    thing = Thing("repositories", "acme", "acme", 1, "R", component("Repository", "acme")["urn"])
    changed = without(state(), [thing])
    assert [name for _, name, _ in seen(changed)] == ["acme", "acme", "lib", "lib/acme"]


def test_managed_files_are_on_the_default_branch() -> None:
    """A branch that was renamed takes its files along."""
    changed = on_branches(state(), {"acme": "trunk"})
    file = changed["deployment"]["resources"][8]
    assert (file["id"], file["inputs"]["branch"]) == ("acme:a:trunk", "trunk")
    assert changed["deployment"]["resources"][5]["outputs"]["defaultBranch"] == "trunk"
    assert on_branches(state(), {"other": "trunk"}) == state()
