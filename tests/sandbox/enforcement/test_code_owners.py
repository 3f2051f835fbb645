"""Who owns code: people and teams that may write, as GitHub has it (issue 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.enforcement.acting import REPO

if TYPE_CHECKING:
    from tests.sandbox.enforcement.acting import Acting

OWNERS = {
    "granted": ("@acme/crew", {"tess"}),
    "nested": ("@acme/nested", {"ana", "max"}),  # who makes a team is in it
    "without": ("@acme/without", set[str]()),
    "hidden": ("@acme/hidden", set[str]()),
    "writer": ("@kim", {"kim"}),
    "stranger": ("@zoe", set[str]()),
}
"""Folders, the owner of each, and whom GitHub asks for a review."""


def test_owners_without_write_access_are_not_asked(acting: Acting) -> None:
    """A team needs its own access or its parent's, even in a public repository.

    What its members have otherwise does not count: kim may write, and `without` owns nothing.
    """
    api = acting.as_("ana")
    assert api.get(REPO).json()["visibility"] == "public"
    crew = api.get("/orgs/acme/teams/crew").json()["id"]
    for team, member, more in (
        ("nested", "max", {"parent_team_id": crew, "privacy": "closed"}),
        ("without", "kim", {"privacy": "closed"}),
        ("hidden", "kim", {"privacy": "secret"}),
    ):
        assert api.post("/orgs/acme/teams", json={"name": team, **more}).status_code == 201
        joined = api.put(f"/orgs/acme/teams/{team}/memberships/{member}", json={})
        assert joined.status_code == 200, joined.text
    grant = api.put(f"/orgs/acme/teams/hidden{REPO}", json={"permission": "push"})
    assert grant.status_code == 204
    text = "".join(f"/{folder}/ {owner}\n" for folder, (owner, _) in OWNERS.items())
    assert acting.write("ana", path=".github/CODEOWNERS", text=text).status_code == 201
    asked = {}
    for folder in OWNERS:
        number = acting.pull("ben", branch=folder, path=f"{folder}/x")
        shown = api.get(f"{REPO}/pulls/{number}").json()["requested_reviewers"]
        asked[folder] = {each["login"] for each in shown}
    assert asked == {folder: people for folder, (_, people) in OWNERS.items()}
