"""Collaborators of a repository, and invitations of those who are not members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.actors import Actor
from sandbox.access.collaborators import collaborators
from sandbox.access.permissions import custom_role, level, old_name, org_role, owner, permission
from sandbox.api import fields, lookups
from sandbox.api.errors import invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.commits import base, html_base
from sandbox.shapes.repositories import minimal_repository, permissions_of
from sandbox.world.kinds.accounts import USER, User
from sandbox.world.kinds.people import COLLABORATOR, INVITATION, Invitation, Permission
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/repos/{owner}/{repo}/collaborators"
_ONE = _LIST + "/{username}"
_INVITATIONS = "/repos/{owner}/{repo}/invitations"


def _shape(call: Call, user: Record[User], found: str) -> dict[str, Any]:
    return {**simple_user(call, user), "permissions": permissions_of(found), "role_name": found}


def _people(call: Call, affiliation: str) -> list[tuple[Record[User], str]]:
    found = collaborators(call.world, call.repository)
    if affiliation != "all":
        found = [each for each in found if each.direct]
    if affiliation == "outside":
        found = [each for each in found if not each.member]
    return [(each.user, each.permission) for each in found]


@ROUTES.get(_LIST, needs="repo:write")
def list_collaborators(call: Call) -> Response:
    """Return who may do what; `affiliation` narrows to `direct` or `outside`."""
    people = _people(call, call.query.get("affiliation", "all"))
    wanted = level(call.query.get("permission", "read"))
    people = [(user, has) for user, has in people if level(has) >= wanted]
    return page(call, people, lambda pair: _shape(call, *pair))


@ROUTES.get(_ONE, needs="repo:write")
def check(call: Call) -> Response:
    """Answer 204 for a collaborator, else 404."""
    user = lookups.user(call, call.parameters["username"])
    if user.id not in {each.id for each, _ in _people(call, "all")}:
        raise not_found()
    return NO_CONTENT


@ROUTES.get(_ONE + "/permission", needs="repo:read")
def get_permission(call: Call) -> Response:
    """Return what a user may do."""
    user = lookups.user(call, call.parameters["username"])
    has = permission(call.world, call.repository, Actor(user=user))
    # the old field knows four levels only
    old = {"triage": "read", "maintain": "write"}.get(has, has)
    return Response(200, {"permission": old, "role_name": has, "user": _shape(call, user, has)})


@ROUTES.put(_ONE, needs="repo:admin")
def add(call: Call) -> Response:
    """Add a member at once, invite anybody else; or change the permission."""
    user = lookups.user(call, call.parameters["username"])
    wanted = fields.body(call, permission="text").get("permission", "push")
    if not level(wanted) and custom_role(call.world, call.repository, wanted) is None:
        raise invalid(f"{wanted!r} is not a permission")
    wanted = old_name(wanted)
    account = owner(call.world, call.repository)
    there = call.world.find(COLLABORATOR, str(user.id), call.repository.id)
    if there is not None:
        call.world.change(there, permission=wanted)
        return NO_CONTENT
    if account.kind == "organization" and org_role(call.world, account, user.id):
        call.world.make(
            COLLABORATOR, call.repository.id, str(user.id), Permission(permission=wanted)
        )
        return NO_CONTENT
    invitation = call.world.find(INVITATION, str(user.id), call.repository.id)
    if invitation is None:
        invitation = call.world.make(
            INVITATION,
            call.repository.id,
            str(user.id),
            Invitation(permission=wanted, inviter=call.actor.id),
        )
    else:
        invitation = call.world.change(invitation, permission=wanted)
    return Response(201, _invitation(call, invitation))


@ROUTES.delete(_ONE, needs="repo:admin")
def remove(call: Call) -> Response:
    """Remove a collaborator, or take an invitation back."""
    user = lookups.user(call, call.parameters["username"])
    name, repository = str(user.id), call.repository.id
    collaborator = call.world.find(COLLABORATOR, name, repository)
    if collaborator is not None:
        call.world.remove(collaborator)
    invitation = call.world.find(INVITATION, name, repository)
    if invitation is not None:
        call.world.remove(invitation)
    return NO_CONTENT


def _invitation(call: Call, invitation: Record[Invitation]) -> dict[str, Any]:
    invitee = call.world.get(USER, int(invitation.name))
    inviter = call.world.get(USER, invitation.data["inviter"])
    names = {"pull": "read", "push": "write"}
    return {
        "id": invitation.id,
        "node_id": node_id("invitation", invitation.id),
        "repository": minimal_repository(call, call.repository),
        "invitee": None if invitee is None else simple_user(call, invitee),
        "inviter": None if inviter is None else simple_user(call, inviter),
        "permissions": names.get(invitation.data["permission"], invitation.data["permission"]),
        "created_at": invitation.created_at,
        "expired": False,
        "url": f"{base(call)}/invitations/{invitation.id}",
        "html_url": f"{html_base(call)}/invitations",
    }


def _find_invitation(call: Call) -> Record[Invitation]:
    found = call.world.get(INVITATION, call.integer("invitation_id"))
    if found is None or found.parent != call.repository.id:
        raise not_found()
    return found


@ROUTES.get(_INVITATIONS, needs="repo:admin")
def list_invitations(call: Call) -> Response:
    """Return the invitations that are pending."""
    found = call.world.all(INVITATION, call.repository.id)
    return page(call, found, lambda each: _invitation(call, each))


@ROUTES.patch(_INVITATIONS + "/{invitation_id}", needs="repo:admin")
def update_invitation(call: Call) -> Response:
    """Change the permission that an invitation offers."""
    found = fields.body(call, permissions=("read", "write", "maintain", "triage", "admin"))
    wanted = old_name(found.get("permissions", "read"))
    changed = call.world.change(_find_invitation(call), permission=wanted)
    return Response(200, _invitation(call, changed))


@ROUTES.delete(_INVITATIONS + "/{invitation_id}", needs="repo:admin")
def delete_invitation(call: Call) -> Response:
    """Cancel an invitation."""
    call.world.remove(_find_invitation(call))
    return NO_CONTENT


@ROUTES.patch("/user/repository_invitations/{invitation_id}", needs="user")
def accept_invitation(call: Call) -> Response:
    """Accept an invitation."""
    found = call.world.get(INVITATION, call.integer("invitation_id"))
    if found is None or found.name != str(call.actor.id):
        raise not_found()
    call.world.make(
        COLLABORATOR, found.parent, found.name, Permission(permission=found.data["permission"])
    )
    call.world.remove(found)
    return NO_CONTENT
