"""Roles: who has rights in every repository, and what custom roles are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from portcullis.live.people import roles
from tests.portcullis.live.conftest import asking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portcullis.live.people.roles import Read
    from tests.support.sandbox import World

SEED: dict[str, Any] = {
    "organizations": [
        {
            "login": "acme",
            "plan": "enterprise",
            "owners": ["ana"],
            "members": ["ben", "kim"],
            "teams": {"devs": {"members": ["ben"]}},
            "repositories": {"tool": {"teams": {"devs": "push"}}},
        }
    ],
    "tokens": [{"login": "ana"}],
}
ROLES = "/orgs/acme/organization-roles"
ADMIN, READ = 8136, 8132
"""GitHub's own roles `all_repo_admin` and `all_repo_read`."""
CUSTOM = {"name": "captain", "base_role": "write", "permissions": ["reopen_issue"]}


@pytest.fixture(scope="module")
def custom(shared: World) -> int:
    """Give away roles; the id of a custom one."""
    made = shared.request("POST", ROLES, {"name": "auditors", "permissions": ["read_audit_logs"]})
    assert made["status"] == 201, made
    number = int(made["body"]["id"])
    for path in (f"users/kim/{ADMIN}", f"teams/devs/{READ}", f"teams/devs/{number}"):
        assert shared.request("PUT", f"{ROLES}/{path}")["status"] == 204, path
    made = shared.request("POST", "/orgs/acme/custom-repository-roles", CUSTOM)
    assert made["status"] == 201, made
    return number


def read(world: World) -> Read:
    """Return the roles of the organization."""
    with asking(world) as conversation:
        return roles.of_organization(conversation, "acme")


def of_repositories(world: World, team: dict[str, Any], *, planned: bool = True) -> Read:
    """Return the custom roles of repositories."""
    with asking(world) as conversation:
        return roles.of_repositories(conversation, "acme", [team], planned=planned)


def team() -> dict[str, Any]:
    """A team's grant as GraphQL shows it."""
    return {"slug": "devs", "repositories": {"edges": [{"node": {"name": "tool"}}]}}


def test_who_has_a_role_is_read(world: World, custom: int) -> None:
    """Promise: people and teams with a role of the organization, each once (E8).

    Who has a role by a team is in the team. GitHub's own roles are nobody's.
    """
    found, gaps = read(world)
    assert not gaps
    holders: dict[tuple[str, str], Mapping[str, Any]] = {
        (each.kind, each.name): each.inputs for each in found
    }
    assert holders == {
        (roles.ROLE, "auditors"): {
            "name": "auditors",
            "description": "",
            "baseRole": "none",
            "permissions": ["read_audit_logs"],
        },
        (roles.USER, "all_repo_admin/kim"): {"login": "kim", "roleId": ADMIN},
        (roles.TEAM, "all_repo_read/devs"): {"teamSlug": "devs", "roleId": READ},
        (roles.TEAM, "auditors/devs"): {"teamSlug": "devs", "roleId": custom},
    }


def test_custom_roles_are_read_and_name_grants(world: World, custom: int) -> None:
    """Promise: what a custom role of repositories may do is read, and grants have its name."""
    assert custom
    path = "/orgs/acme/teams/devs/repos/acme/tool"
    assert world.request("PUT", path, {"permission": "captain"})["status"] == 204
    granted = team()
    found, gaps = of_repositories(world, granted)
    assert not gaps
    assert [each.inputs for each in found] == [
        {
            "name": "captain",
            "description": "",
            "baseRole": "write",
            "permissions": ["reopen_issue"],
        }
    ]
    assert granted["repositories"]["edges"][0]["role"] == "captain"


@pytest.mark.parametrize("status", [403, 404, 500])
def test_hidden_roles_are_not_taken_for_none(
    world: World, custom: int, slept: list[float], status: int
) -> None:
    """Promise: a role whose people GitHub does not show is named, and the rest is read (E8)."""
    assert custom
    world.fault(path=f"*/organization-roles/{ADMIN}/users", status=status, count=None)
    found, gaps = read(world)
    assert [(gap.what, gap.kinds, gap.why.status) for gap in gaps] == [
        ("people with the role all_repo_admin", (roles.USER,), status)
    ]
    assert {each.name for each in found} == {"auditors", "all_repo_read/devs", "auditors/devs"}
    assert bool(slept) == (status == 500)
    world.fault(path="*/organization-roles", status=status, count=None)
    [gap] = read(world)[1]
    assert gap.kinds == (roles.ROLE, roles.USER, roles.TEAM)


@pytest.mark.parametrize("planned", [True, False])
def test_a_plan_that_nobody_shows_may_have_no_custom_roles(world: World, planned: bool) -> None:  # noqa: FBT001 - a parameter of a test
    """Promise: hidden custom roles are named where the plan has some; grants are read anyway."""
    world.fault(path="*/custom-repository-roles", status=404, count=None)
    granted = team()
    found, gaps = of_repositories(world, granted, planned=planned)
    assert not found
    assert [gap.kinds for gap in gaps] == ([(roles.REPOSITORY_ROLE,)] if planned else [])
    assert granted["repositories"]["edges"][0]["role"]
