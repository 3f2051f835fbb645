"""Users, and the requesting person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.access.permissions import visible_repositories
from sandbox.api import lookups
from sandbox.api.errors import not_found
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.shapes.accounts import (
    full_user,
    private_user,
    simple_organization,
    simple_user,
)
from sandbox.shapes.memberships import org_membership
from sandbox.shapes.repositories import full_repository, minimal_repository
from sandbox.world.kinds.accounts import ORGANIZATION, USER, Account, Organization, User
from sandbox.world.kinds.people import MEMBER, ORG_INVITATION
from sandbox.world.records import is_a

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()


def _orgs(call: Call, user: Record[User]) -> list[Record[Organization]]:
    return [
        org
        for org in call.world.all(ORGANIZATION)
        if call.world.find(MEMBER, str(user.id), org.id) is not None
    ]


def _me(call: Call) -> Record[User]:
    if call.actor.user is None:
        raise not_found()
    return call.actor.user


@ROUTES.get("/user", needs="user")
def get_authenticated(call: Call) -> Response:
    """Return the calling user."""
    return Response(200, private_user(call, _me(call)))


@ROUTES.get("/user/orgs", needs="user")
def list_own_orgs(call: Call) -> Response:
    """Return the organizations of the requesting person."""
    return page(call, _orgs(call, _me(call)), lambda org: simple_organization(call, org))


@ROUTES.get("/user/repos", needs="user")
def list_own_repositories(call: Call) -> Response:
    """Return the repositories that the requesting person has rights on."""
    accounts: list[Account] = [*call.world.all(ORGANIZATION), _me(call)]
    found = [
        repository
        for account in accounts
        for repository in visible_repositories(call.world, account, call.actor)
    ]
    return page(call, found, lambda repository: full_repository(call, repository))


@ROUTES.get("/user/memberships/orgs", needs="user")
def list_own_memberships(call: Call) -> Response:
    """Return the memberships of the requesting person, also offered ones; `state` narrows."""
    me, state = _me(call), call.query.get("state")
    name = str(me.id)
    found = []
    for org in call.world.all(ORGANIZATION):
        if state != "pending" and call.world.find(MEMBER, name, org.id) is not None:
            found.append(org)
        if state != "active" and call.world.find(ORG_INVITATION, name, org.id) is not None:
            found.append(org)
    return page(call, found, lambda org: org_membership(call, org, me))


@ROUTES.get("/users", needs="user")
def list_users(call: Call) -> Response:
    """Return all users."""
    return page(call, call.world.all(USER), lambda user: simple_user(call, user))


@ROUTES.get("/users/{username}", needs="user")
def get_by_username(call: Call) -> Response:
    """Return a user, or an organization seen as a user."""
    account = call.world.account(call.parameters["username"])
    if account is None:
        raise not_found()
    if is_a(account, ORGANIZATION):
        return Response(200, {**full_user(call, account), "blog": account.data["blog"] or ""})
    return Response(200, full_user(call, account))


@ROUTES.get("/user/{account_id}", needs="user")
def get_by_id(call: Call) -> Response:
    """Return a user by id."""
    found = call.world.get(USER, call.integer("account_id"))
    if found is None:
        raise not_found()
    return Response(200, full_user(call, found))


@ROUTES.get("/users/{username}/orgs", needs="user")
def list_orgs(call: Call) -> Response:
    """Return the organizations of a user."""
    user = lookups.user(call, call.parameters["username"])
    return page(call, _orgs(call, user), lambda org: simple_organization(call, org))


@ROUTES.get("/users/{username}/repos", needs="user")
def list_repositories(call: Call) -> Response:
    """Return the repositories of a user that the caller may see."""
    account = call.world.account(call.parameters["username"])
    if account is None:
        raise not_found()
    found = visible_repositories(call.world, account, call.actor)
    return page(call, found, lambda repository: minimal_repository(call, repository))
