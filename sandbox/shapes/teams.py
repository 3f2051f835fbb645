"""Teams as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.shapes.accounts import team_organization
from sandbox.world.kinds.accounts import ORGANIZATION
from sandbox.world.kinds.people import TEAM, TEAM_MEMBER, TEAM_REPOSITORY, Team
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record


def simple_team(call: Call, team: Record[Team]) -> dict[str, Any]:
    """Return a team as `team-simple`: what stands for a parent."""
    org = call.world.get(ORGANIZATION, team.parent)
    login = org.name if org is not None else ""
    url = f"{call.api}/organizations/{team.parent}/team/{team.id}"
    return {
        "id": team.id,
        "node_id": node_id("team", team.id),
        "url": url,
        "html_url": f"{call.host}/orgs/{login}/teams/{team.name}",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "name": team.data["name"],
        "slug": team.name,
        "description": team.data["description"],
        "permission": "pull",
        "privacy": team.data["privacy"],
        "notification_setting": team.data["notification_setting"],
        "type": "organization",
        "organization_id": team.parent,
    }


def simple_with_parent(
    call: Call, team: Record[Team], permission: str | None = None
) -> dict[str, Any]:
    """Return a team as `team`: in lists.

    Args:
        call: The request.
        team: The team.
        permission: Its permission on the repository whose teams are listed.
    """
    parent = team.data.get("parent_team")
    above = None if parent is None else call.world.get(TEAM, parent)
    body = {
        **simple_team(call, team),
        "parent": None if above is None else simple_team(call, above),
    }
    if permission is not None:
        rank = ("pull", "triage", "push", "maintain", "admin")
        body["permission"] = permission
        if permission in rank:
            body["permissions"] = {
                name: rank.index(name) <= rank.index(permission) for name in rank
            }
    return body


def full_team(call: Call, team: Record[Team]) -> dict[str, Any]:
    """Return a team as `team-full`."""
    org = call.world.get(ORGANIZATION, team.parent)
    if org is None:
        raise AssertionError(f"team {team.name} has no organization")
    return {
        **simple_with_parent(call, team),
        "members_count": call.world.count(TEAM_MEMBER, team.id),
        "repos_count": call.world.count(TEAM_REPOSITORY, team.id),
        "created_at": team.created_at,
        "updated_at": team.updated_at,
        "organization": team_organization(call, org),
    }
