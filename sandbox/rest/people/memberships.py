"""Members of an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sandbox.access.permissions import org_role
from sandbox.api import fields, lookups
from sandbox.api.errors import GitHubError, forbidden, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.rest.people.invitations import invite
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.memberships import org_membership
from sandbox.world.kinds.accounts import USER, User
from sandbox.world.kinds.people import (
    COLLABORATOR,
    MEMBER,
    ORG_INVITATION,
    ORG_ROLE,
    ROLE_USER,
    TEAM,
    TEAM_MEMBER,
)
from sandbox.world.kinds.repositories import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.api.http import Call
    from sandbox.world.records import Data, Kind, Record

Granted = TypeVar("Granted", bound="Mapping[str, object]")

ROUTES = Routes()


def _members(call: Call, role: str = "all") -> list[Record[User]]:
    found = []
    for member in call.world.all(MEMBER, call.org.id):
        user = call.world.get(USER, int(member.name))
        if user is not None and role in ("all", member.data["role"]):
            found.append(user)
    return found


@ROUTES.get("/orgs/{org}/members", needs="org:anyone")
def list_members(call: Call) -> Response:
    """Return the members; `role` narrows to `admin` or `member`.

    Owners also see who has no second factor. Apps are no owners: whether GitHub answers those that
    may administrate the organization is not documented, so they are refused here.
    """
    found = _members(call, call.query.get("role", "all"))
    if call.query.get("filter") == "2fa_disabled":
        person = call.actor.user
        role = org_role(call.world, call.org, person.id) if person is not None else None
        if role != "admin" or call.actor.permissions is not None:
            raise GitHubError(422, "Only owners can use this filter.")
        found = [user for user in found if user.data.get("two_factor_disabled")]
    return page(call, found, lambda user: simple_user(call, user))


@ROUTES.get("/orgs/{org}/public_members", needs="org:anyone")
def list_public_members(call: Call) -> Response:
    """Return the public members: none."""
    return page(call, [], lambda user: user)


@ROUTES.get("/orgs/{org}/members/{username}", needs="org:member")
def check_member(call: Call) -> Response:
    """Answer 204 for a member, else 404."""
    user = lookups.user(call, call.parameters["username"])
    if org_role(call.world, call.org, user.id) is None:
        raise not_found()
    return NO_CONTENT


@ROUTES.delete("/orgs/{org}/members/{username}", needs="org:admin")
def remove_member(call: Call) -> Response:
    """Remove a member: from all teams, roles and repositories."""
    return remove_membership(call)


@ROUTES.get("/orgs/{org}/memberships/{username}", needs="org:member")
def get_membership(call: Call) -> Response:
    """Return a user's membership."""
    user = lookups.user(call, call.parameters["username"])
    return Response(200, org_membership(call, call.org, user))


@ROUTES.put("/orgs/{org}/memberships/{username}", needs="org:admin")
def set_membership(call: Call) -> Response:
    """Invite a user, or change the role of a member."""
    user = lookups.user(call, call.parameters["username"])
    role = fields.body(call, role=("admin", "member")).get("role", "member")
    member = call.world.find(MEMBER, str(user.id), call.org.id)
    if member is None:
        invite(call, user, role)
    else:
        if member.data["role"] == "admin" and role != "admin":
            _keep_an_owner(call, user)
        call.world.change(member, role=role)
    return Response(200, org_membership(call, call.org, user))


@ROUTES.delete("/orgs/{org}/memberships/{username}", needs="org:admin")
def remove_membership(call: Call) -> Response:
    """Remove a member, from all teams, roles and repositories; or take an invitation back.

    Source: https://docs.github.com/rest/orgs/members#remove-an-organization-member
    """
    user = lookups.user(call, call.parameters["username"])
    member = call.world.find(MEMBER, str(user.id), call.org.id)
    if member is None:
        invitation = call.world.find(ORG_INVITATION, str(user.id), call.org.id)
        if invitation is None:
            raise not_found()
        call.world.remove(invitation)
        return NO_CONTENT
    if member.data["role"] == "admin":
        _keep_an_owner(call, user)
    _remove_below(call, TEAM, TEAM_MEMBER, user)
    _remove_below(call, ORG_ROLE, ROLE_USER, user)
    _remove_below(call, REPOSITORY, COLLABORATOR, user)
    call.world.remove(member)
    return NO_CONTENT


def _remove_below(call: Call, place: Kind[Data], kind: Kind[Granted], user: Record[User]) -> None:
    """Remove what a user has of a kind in each of the organization's records of another kind."""
    for each in call.world.all(place, call.org.id):
        granted = call.world.find(kind, str(user.id), each.id)
        if granted is not None:
            call.world.remove(granted)


def _keep_an_owner(call: Call, user: Record[User]) -> None:
    if [owner.id for owner in _members(call, "admin")] == [user.id]:
        raise forbidden("You cannot remove the last owner of an organization.")


@ROUTES.get("/orgs/{org}/outside_collaborators", needs="org:member")
def list_outside_collaborators(call: Call) -> Response:
    """Return the people with access to a repository who are not members."""
    found = {}
    for repository in call.world.all(REPOSITORY, call.org.id):
        for collaborator in call.world.all(COLLABORATOR, repository.id):
            user = call.world.get(USER, int(collaborator.name))
            if user is not None and org_role(call.world, call.org, user.id) is None:
                found[user.id] = user
    return page(call, list(found.values()), lambda user: simple_user(call, user))
