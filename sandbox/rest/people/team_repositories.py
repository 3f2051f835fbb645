"""Repositories of a team: what it may do where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import (
    custom_role,
    level,
    old_name,
    require,
    team_permission,
    team_role,
    visible_repositories,
)
from sandbox.api import fields, lookups
from sandbox.api.errors import GitHubError, invalid, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.shapes.repositories import team_repository
from sandbox.world.kinds.people import TEAM_REPOSITORY, Permission, Team

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/orgs/{org}/teams/{team_slug}/repos"
_ONE = _LIST + "/{owner}/{repo}"


def _shape(call: Call, team: Record[Team], repository: Record[Repository]) -> dict[str, Any]:
    found = team_permission(call.world, team, repository)
    if found == "none":
        raise not_found()
    role = team_role(call.world, team, repository)
    return team_repository(call, repository, old_name(found), role)


@ROUTES.get(_LIST, needs="org:member")
def list_repositories(call: Call) -> Response:
    """Return the repositories of a team, inherited ones included, that the caller may see."""
    team = lookups.team(call)
    found = [
        repository
        for repository in visible_repositories(call.world, call.org, call.actor)
        if level(team_permission(call.world, team, repository))
    ]
    return page(call, found, lambda repository: _shape(call, team, repository))


@ROUTES.get(_ONE, needs="org:member")
def check(call: Call) -> Response:
    """Answer 204, or with the media type for it the repository and the team's role."""
    team = lookups.team(call)
    shown = _shape(call, team, call.repository)
    if "repository+json" not in call.headers.get("accept", ""):
        return NO_CONTENT
    return Response(200, shown)


@ROUTES.put(_ONE, needs="org:member")
def set_permission(call: Call) -> Response:
    """Give a team a permission on a repository."""
    team = lookups.team(call)
    require(call, "repo:admin")
    if call.repository.parent != call.org.id:
        raise GitHubError(422, "Validation Failed", ["The repository is of another owner."])
    permission = fields.body(call, permission="text").get("permission", "push")
    if not level(permission) and custom_role(call.world, call.repository, permission) is None:
        raise invalid(
            f"{permission!r} is not a permission: pull, triage, push, maintain, admin, or the "
            "name of a custom repository role."
        )
    permission = old_name(permission)
    grant = call.world.find(TEAM_REPOSITORY, str(call.repository.id), team.id)
    if grant is None:
        call.world.make(
            TEAM_REPOSITORY, team.id, str(call.repository.id), Permission(permission=permission)
        )
    else:
        call.world.change(grant, permission=permission)
    return NO_CONTENT


@ROUTES.delete(_ONE, needs="org:member")
def remove(call: Call) -> Response:
    """Remove a team's permission."""
    team = lookups.team(call)
    require(call, "repo:admin")
    grant = call.world.find(TEAM_REPOSITORY, str(call.repository.id), team.id)
    if grant is not None:
        call.world.remove(grant)
    return NO_CONTENT
