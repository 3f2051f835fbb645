"""Who is asked to join an organization is no member before saying yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

ORG = "/orgs/acme"
MEMBERSHIP = f"{ORG}/memberships/zoe"
IN_TEAM = f"{ORG}/teams/release/memberships/zoe"
MINE = "/user/memberships/orgs/acme"


def _logins(api: httpx.Client, path: str) -> list[str]:
    return [each["login"] for each in api.get(path).json()]


def test_an_invited_person_is_pending(world: World, api: httpx.Client) -> None:
    """Listed as an invitation, not as a member, and sees nothing private (C2)."""
    assert api.put(MEMBERSHIP, json={"role": "admin"}).json()["state"] == "pending"
    assert api.get(MEMBERSHIP).json()["role"] == "admin"
    assert _logins(api, f"{ORG}/invitations") == ["zoe"]
    assert "zoe" not in _logins(api, f"{ORG}/members")
    with world.client("zoe") as zoe:
        assert zoe.get("/repos/acme/widget").status_code == 404
        assert zoe.get(MINE).json()["state"] == "pending"


def test_saying_yes_makes_a_member_with_the_offered_role_and_teams(
    world: World, api: httpx.Client
) -> None:
    """Role and team as they were offered; the invitation is gone (C2)."""
    api.put(MEMBERSHIP, json={"role": "member"})
    assert api.put(IN_TEAM, json={"role": "maintainer"}).json()["state"] == "pending"
    [waiting] = api.get(f"{ORG}/teams/release/invitations").json()
    teams = api.get(f"{ORG}/invitations/{waiting['id']}/teams").json()
    assert [each["slug"] for each in teams] == ["release"]
    with world.client("zoe") as zoe:
        assert zoe.patch(MINE, json={"state": "active"}).json()["state"] == "active"
        assert zoe.get("/repos/acme/widget").status_code == 200
        [mine] = zoe.get("/user/memberships/orgs", params={"state": "active"}).json()
        assert mine["organization"]["login"] == "acme"
    assert api.get(IN_TEAM).json() == api.get(IN_TEAM).json() | {
        "role": "maintainer",
        "state": "active",
    }
    assert api.get(f"{ORG}/invitations").json() == []


def test_an_owner_maintains_the_teams_of_the_invitation(world: World, api: httpx.Client) -> None:
    """Owners maintain every team that they are in (C2)."""
    api.put(MEMBERSHIP, json={"role": "admin"})
    api.put(IN_TEAM, json={"role": "member"})
    with world.client("zoe") as zoe:
        zoe.patch(MINE, json={"state": "active"})
    assert api.get(IN_TEAM).json()["role"] == "maintainer"


def test_planting_a_member_ends_the_invitation(world: World, api: httpx.Client) -> None:
    """Nobody is a member twice (C2)."""
    api.put(MEMBERSHIP, json={})
    more = {"login": "acme", "owners": ["ana"], "members": ["zoe"]}
    world.control("POST", "seed", {"organizations": [more]})
    with world.client("zoe") as zoe:
        zoe.patch(MINE, json={"state": "active"})
        assert len(zoe.get("/user/memberships/orgs").json()) == 1
    assert _logins(api, f"{ORG}/members").count("zoe") == 1


def test_an_invitation_to_a_team_does_not_approve_or_reach(world: World, api: httpx.Client) -> None:
    """In a team, by invitation only: not among its members, and without its repositories (C2)."""
    api.put(IN_TEAM, json={})
    assert "zoe" not in _logins(api, f"{ORG}/teams/release/members")
    with world.client("zoe") as zoe:
        assert zoe.get("/repos/acme/widget").status_code == 404
    assert api.delete(IN_TEAM).status_code == 204
    assert api.get(IN_TEAM).status_code == 404
    assert api.get(MEMBERSHIP).json()["state"] == "pending"


def test_a_teams_maintainer_cannot_bring_strangers_in(world: World) -> None:
    """Members of the organization may be added by a maintainer; others by an owner only (C2)."""
    with world.client("kim") as kim:
        assert kim.put(IN_TEAM, json={}).status_code == 403
        assert kim.put(f"{ORG}/teams/release/memberships/ana", json={}).status_code == 200


def test_a_new_teams_maintainers_are_members(world: World) -> None:
    """No stranger gets in by maintaining a team that a member makes (C2)."""
    with world.client("kim") as kim:
        new = {"name": "Night", "maintainers": ["zoe"]}
        assert kim.post(f"{ORG}/teams", json=new).status_code == 422
        assert kim.post(f"{ORG}/teams", json={**new, "maintainers": ["ben"]}).status_code == 201


def test_an_invitation_is_taken_back(world: World, api: httpx.Client) -> None:
    """By its id, and by the membership; then there is nothing to accept (C2)."""
    for path in ("memberships/zoe", "invitations/{id}"):
        api.put(MEMBERSHIP, json={})
        [waiting] = api.get(f"{ORG}/invitations").json()
        assert api.delete(f"{ORG}/{path.format(**waiting)}").status_code == 204
        with world.client("zoe") as zoe:
            assert zoe.patch(MINE, json={"state": "active"}).status_code == 404
    assert api.get(f"{ORG}/invitations").json() == []


def test_the_audit_log_tells_of_inviting_joining_and_taking_back(
    world: World, api: httpx.Client
) -> None:
    """Joining is no cancelled invitation (C2)."""
    api.put(MEMBERSHIP, json={})
    with world.client("zoe") as zoe:
        zoe.patch(MINE, json={"state": "active"})
    api.delete(MEMBERSHIP)
    api.put(MEMBERSHIP, json={})
    api.delete(MEMBERSHIP)
    reported = [each["action"] for each in reversed(api.get(f"{ORG}/audit-log").json())]
    assert reported == [
        "org.invite_member",
        "org.add_member",
        "org.remove_member",
        "org.invite_member",
        "org.cancel_invitation",
    ]
