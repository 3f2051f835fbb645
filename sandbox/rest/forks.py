"""Forks: a copy of a repository that somebody may propose changes from.

Source: https://docs.github.com/rest/repos/forks
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import defaults, fields
from sandbox.errors import forbidden, not_found
from sandbox.http import Response
from sandbox.pages import page
from sandbox.permissions import level, org_role, permission
from sandbox.routing import Routes
from sandbox.shapes.repositories import full_repository, listed_repository

if TYPE_CHECKING:
    from sandbox.http import Call
    from sandbox.records import Record

ROUTES = Routes()
_FORKS = "/repos/{owner}/{repo}/forks"


@ROUTES.get(_FORKS, needs="repo:read")
def list_forks(call: Call) -> Response:
    """The forks that the caller may see."""
    accounts = [*call.world.all("organization"), *call.world.all("user")]
    forks = [
        each
        for account in accounts
        for each in call.world.all("repository", account.id)
        if each.get("fork_of") == call.repository.id
        and level(permission(call.world, each, call.actor))
    ]
    return page(call, forks, lambda each: listed_repository(call, each))


@ROUTES.post(_FORKS, needs="repo:read")
def create(call: Call) -> Response:
    """Fork a repository to one's own account, or to an organization; an old fork is returned."""
    found = fields.body(call, organization="text", name="text", default_branch_only="boolean")
    account = _account(call, found.get("organization"))
    if call.repository["visibility"] != "public" and not call.repository["allow_forking"]:
        raise forbidden("The repository exists, but forking is disabled.")
    name = found.get("name", call.repository.name)
    old = call.world.find("repository", name, account.id)
    if old is None:
        old = _copy(call, account, name, only_default=found.get("default_branch_only", False))
    return Response(202, full_repository(call, old))


def _account(call: Call, login: str | None) -> Record:
    if login is None:
        if call.actor.user is None:
            raise not_found()
        return call.actor.user
    org = call.world.find("organization", login)
    if org is None or org_role(call.world, org, call.actor.id) is None:
        raise not_found()
    return org


def _copy(call: Call, account: Record, name: str, *, only_default: bool) -> Record:
    world, source = call.world, call.repository
    fork = defaults.add_repository(
        world,
        account,
        name,
        visibility=source["visibility"],
        default_branch=source["default_branch"],
        fork_of=source.id,
    )
    for kind in ("commit", "blob"):
        for each in world.all(kind, source.id):
            world.add(kind, fork.id, each.name, **each.data)
    default = f"refs/heads/{source['default_branch']}"
    for ref in world.all("ref", source.id):
        if not only_default or ref.name == default:
            world.add("ref", fork.id, ref.name, **ref.data)
    return fork
