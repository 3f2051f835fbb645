"""Memberships of organizations and teams as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api.errors import not_found
from sandbox.shapes.accounts import simple_organization, simple_user
from sandbox.world.kinds.people import MEMBER, ORG_INVITATION, TEAM_MEMBER, Team

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.kinds.accounts import Organization, User
    from sandbox.world.records import Record


def org_membership(call: Call, org: Record[Organization], user: Record[User]) -> dict[str, Any]:
    """Return a membership of an organization; 404 when there is none."""
    member = call.world.find(MEMBER, str(user.id), org.id)
    invited = call.world.find(ORG_INVITATION, str(user.id), org.id)
    found = member or invited
    if found is None:
        raise not_found()
    return {
        "url": f"{call.api}/orgs/{org.name}/memberships/{user.name}",
        "state": "pending" if member is None else "active",
        "role": found.data["role"],
        "direct_membership": True,
        "enterprise_teams_providing_indirect_membership": [],
        "organization_url": f"{call.api}/orgs/{org.name}",
        "organization": simple_organization(call, org),
        "user": simple_user(call, user),
    }


def team_membership(call: Call, team: Record[Team], user: Record[User]) -> dict[str, Any]:
    """Return a membership of a team; 404 when there is none."""
    member = call.world.find(TEAM_MEMBER, str(user.id), team.id)
    invited = call.world.find(ORG_INVITATION, str(user.id), team.parent)
    if member is not None:
        role, state = member.data["role"], "active"
    elif invited is not None and str(team.id) in invited.data["teams"]:
        role, state = invited.data["teams"][str(team.id)], "pending"
    else:
        raise not_found()
    return {
        "url": f"{call.api}/organizations/{team.parent}/team/{team.id}/memberships/{user.name}",
        "role": role,
        "state": state,
    }
