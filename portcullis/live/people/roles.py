"""Roles: those of the organization, with everybody who has one, and custom roles of repositories.

A role of the organization gives its people rights in every repository, whatever teams and
collaborators have there.

Sources:
    https://docs.github.com/rest/orgs/organization-roles
    https://docs.github.com/enterprise-cloud@latest/rest/orgs/custom-roles
    https://docs.github.com/rest/teams/teams#list-team-repositories
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from portcullis.live.asking import Unread
from portcullis.live.resource import Gap, LiveResource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portcullis.live.asking import Asking

ROLE, USER, TEAM = "OrganizationRole", "OrganizationRoleUser", "OrganizationRoleTeam"
REPOSITORY_ROLE = "OrganizationRepositoryRole"

_PREDEFINED = "Predefined"
"""The source of a role that every organization has."""

_INDIRECT = "indirect"
"""The assignment of a person who has a role only as a member of a team."""

Read = tuple[list[LiveResource], list[Gap]]
"""What was read, and what could not be."""


def of_organization(asking: Asking, organization: str) -> Read:
    """Return the custom roles of an organization, and everybody who has a role of it."""
    base = f"/orgs/{organization}/organization-roles"
    roles = asking.listed(base, "roles")
    if isinstance(roles, Unread):
        return [], [Gap("roles of the organization", (ROLE, USER, TEAM), None, roles)]
    found = [_role(ROLE, each) for each in roles if each.get("source") != _PREDEFINED]
    gaps: list[Gap] = []
    for kind, path, what in ((USER, "users", "people"), (TEAM, "teams", "teams")):
        paths = [f"{base}/{each['id']}/{path}" for each in roles]
        for role, answer in zip(roles, asking.each(asking.listed, paths), strict=True):
            if isinstance(answer, Unread):
                gaps.append(Gap(f"{what} with the role {role['name']}", (kind,), None, answer))
            else:
                found += filter(None, map(partial(_holder, kind, role), answer))
    return found, gaps


def of_repositories(
    asking: Asking, organization: str, teams: Sequence[dict[str, Any]], *, planned: bool
) -> Read:
    """Return the custom roles of repositories, and put them into the grants of teams.

    GraphQL has only what each role is based on.

    Args:
        asking: A conversation with GitHub.
        organization: Its login.
        teams: As GraphQL shows them; their grants get names of roles.
        planned: Whether the organization's plan has such roles; False where nobody shows the plan.
    """
    base = f"/orgs/{organization}"
    roles = asking.listed(f"{base}/custom-repository-roles", "custom_roles")
    if roles == []:
        return [], []
    found: list[LiveResource] = []
    gaps: list[Gap] = []
    if not isinstance(roles, Unread):
        found += [_role(REPOSITORY_ROLE, each) for each in roles]
    elif planned:
        gaps.append(Gap("custom roles of repositories", (REPOSITORY_ROLE,), None, roles))
    granted = [team for team in teams if team["repositories"]["edges"]]
    lists = asking.each(lambda team: asking.listed(f"{base}/teams/{team['slug']}/repos"), granted)
    for team, listed in zip(granted, lists, strict=True):
        if isinstance(listed, Unread):
            gaps.append(Gap(f"roles of team {team['slug']}", (), None, listed))
            team["hidden_roles"] = listed
            continue
        names = {each["name"]: each.get("role_name") for each in listed}
        for edge in team["repositories"]["edges"]:
            edge["role"] = names.get(edge["node"]["name"])
    return found, gaps


def _role(kind: str, role: Mapping[str, Any]) -> LiveResource:
    inputs = {
        "name": role["name"],
        "description": role.get("description") or "",
        "baseRole": role.get("base_role") or "none",
        "permissions": sorted(role.get("permissions") or ()),
    }
    return LiveResource(kind, role["name"], str(role["id"]), inputs)


def _holder(kind: str, role: Mapping[str, Any], item: Mapping[str, Any]) -> LiveResource | None:
    """Return who has a role; None for a person who has it by a team."""
    field, name = ("teamSlug", item.get("slug")) if kind == TEAM else ("login", item.get("login"))
    if kind == USER and item.get("assignment") == _INDIRECT:
        return None
    inputs = {field: name, "roleId": role["id"]}
    return LiveResource(kind, f"{role['name']}/{name}", f"{role['id']}:{name}", inputs)
