"""Invitations to an organization: an invited person is no member until they accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields, lookups
from sandbox.api.errors import not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.memberships import org_membership
from sandbox.shapes.teams import simple_with_parent
from sandbox.world.kinds.accounts import ORGANIZATION, USER, Organization, User
from sandbox.world.kinds.people import (
    MEMBER,
    ORG_INVITATION,
    TEAM,
    TEAM_MEMBER,
    Member,
    OrganizationInvitation,
    Team,
    TeamMember,
)
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_INVITATIONS = "/orgs/{org}/invitations"
_MINE = "/user/memberships/orgs/{org}"


def invite(call: Call, user: Record[User], role: str) -> Record[OrganizationInvitation]:
    """Ask a user to join the organization, or change the role that was offered.

    Source: https://docs.github.com/rest/orgs/members#set-organization-membership-for-a-user
    """
    found = call.world.find(ORG_INVITATION, str(user.id), call.org.id)
    if found is not None:
        return call.world.change(found, role=role)
    return call.world.make(
        ORG_INVITATION,
        call.org.id,
        str(user.id),
        OrganizationInvitation(role=role, inviter=call.actor.id, teams={}),
    )


def invite_to_team(call: Call, user: Record[User], team: Record[Team], role: str) -> None:
    """Ask a user to join the organization, and to be in a team from then on."""
    found = call.world.find(ORG_INVITATION, str(user.id), call.org.id) or invite(
        call, user, "member"
    )
    call.world.change(found, teams={**found.data["teams"], str(team.id): role})


def take_back_from_team(
    call: Call, invitation: Record[OrganizationInvitation], team: Record[Team]
) -> None:
    """Leave a team out of an invitation."""
    teams = {
        ident: role for ident, role in invitation.data["teams"].items() if ident != str(team.id)
    }
    call.world.change(invitation, teams=teams)


@ROUTES.get(_INVITATIONS, needs="org:member")
def list_pending(call: Call) -> Response:
    """Return the invitations that are pending."""
    found = call.world.all(ORG_INVITATION, call.org.id)
    return page(call, found, lambda each: _invitation(call, each))


@ROUTES.get("/orgs/{org}/teams/{team_slug}/invitations", needs="org:member")
def list_pending_of_team(call: Call) -> Response:
    """Return the pending invitations that name a team."""
    team = str(lookups.team(call).id)
    invitations = call.world.all(ORG_INVITATION, call.org.id)
    found = [each for each in invitations if team in each.data["teams"]]
    return page(call, found, lambda each: _invitation(call, each))


@ROUTES.get(_INVITATIONS + "/{invitation_id}/teams", needs="org:admin")
def list_teams(call: Call) -> Response:
    """Return the teams that an invitation leads into."""
    return page(call, _teams(call, _find(call)), lambda each: simple_with_parent(call, each))


@ROUTES.delete(_INVITATIONS + "/{invitation_id}", needs="org:admin")
def cancel(call: Call) -> Response:
    """Cancel an invitation."""
    call.world.remove(_find(call))
    return NO_CONTENT


@ROUTES.get(_MINE, needs="user")
def get_own(call: Call) -> Response:
    """Return the membership of the requesting person, also one that is only offered."""
    return Response(200, org_membership(call, _org(call), _me(call)))


@ROUTES.patch(_MINE, needs="user")
def accept(call: Call) -> Response:
    """Accept an invitation: the person joins the organization and the invitation's teams."""
    fields.body(call, **{"state!": ("active",)})
    org, me = _org(call), _me(call)
    found = call.world.find(ORG_INVITATION, str(me.id), org.id)
    if found is not None:
        call.world.remove(found)
        call.world.make(MEMBER, org.id, str(me.id), Member(role=found.data["role"]))
        for team in _teams(call, found):
            # owners maintain every team that they are in
            owner = found.data["role"] == "admin"
            role = "maintainer" if owner else found.data["teams"][str(team.id)]
            call.world.make(TEAM_MEMBER, team.id, str(me.id), TeamMember(role=role))
    return Response(200, org_membership(call, org, me))


def _me(call: Call) -> Record[User]:
    if call.actor.user is None:
        raise not_found()
    return call.actor.user


def _org(call: Call) -> Record[Organization]:
    found = call.world.find(ORGANIZATION, call.parameters["org"])
    if found is None:
        raise not_found()
    return found


def _find(call: Call) -> Record[OrganizationInvitation]:
    found = call.world.get(ORG_INVITATION, call.integer("invitation_id"))
    if found is None or found.parent != call.org.id:
        raise not_found()
    return found


def _teams(call: Call, invitation: Record[OrganizationInvitation]) -> list[Record[Team]]:
    """Return the teams that are still there."""
    found = (call.world.get(TEAM, int(ident)) for ident in invitation.data["teams"])
    return [team for team in found if team is not None]


def _invitation(call: Call, invitation: Record[OrganizationInvitation]) -> dict[str, Any]:
    url = f"{call.api}/orgs/{call.org.name}/invitations/{invitation.id}"
    invitee = call.world.get(USER, int(invitation.name))
    inviter = call.world.get(USER, invitation.data["inviter"])
    return {
        "id": invitation.id,
        "node_id": node_id("org_invitation", invitation.id),
        "login": None if invitee is None else invitee.name,
        "email": None,
        "role": {"member": "direct_member"}.get(invitation.data["role"], invitation.data["role"]),
        "created_at": invitation.created_at,
        "inviter": None if inviter is None else simple_user(call, inviter),
        "team_count": len(_teams(call, invitation)),
        "invitation_teams_url": f"{url}/teams",
        "invitation_source": "member",
    }
