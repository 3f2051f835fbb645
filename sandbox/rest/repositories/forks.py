"""Forks: a copy of a repository that somebody may propose changes from.

Source: https://docs.github.com/rest/repos/forks
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.access.permissions import level, org_role, owner, permission, visible_forks
from sandbox.api import fields
from sandbox.api.errors import GitHubError, conflict, forbidden, invalid, not_found
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.git import objects, refs
from sandbox.repositories import defaults, pulls
from sandbox.shapes.repositories import full_repository, listed_repository
from sandbox.world.kinds.accounts import ORGANIZATION, Account
from sandbox.world.kinds.code import BLOB, COMMIT, GIT_TAG, REF
from sandbox.world.kinds.repositories import REPOSITORY, Repository

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Data, Kind, Record
    from sandbox.world.world import World

ROUTES = Routes()
_FORKS = "/repos/{owner}/{repo}/forks"


@ROUTES.get(_FORKS, needs="repo:read")
def list_forks(call: Call) -> Response:
    """Return the forks that the caller may see."""
    forks = visible_forks(call.world, call.repository, call.actor)
    return page(call, forks, lambda each: listed_repository(call, each))


@ROUTES.post(_FORKS, needs="repo:read")
def create(call: Call) -> Response:
    """Fork a repository to one's own account, or to an organization; an old fork is returned."""
    found = fields.body(call, organization="text", name="text", default_branch_only="boolean")
    account = _account(call, found.get("organization"))
    if call.repository.data["visibility"] != "public" and not call.repository.data["allow_forking"]:
        raise forbidden("The repository exists, but forking is disabled.")
    name = found.get("name", call.repository.name)
    old = call.world.find(REPOSITORY, name, account.id)
    if old is None:
        old = _copy(call, account, name, only_default=found.get("default_branch_only", False))
    return Response(202, full_repository(call, old))


def _account(call: Call, login: str | None) -> Account:
    if login is None:
        if call.actor.user is None:
            raise not_found()
        return call.actor.user
    org = call.world.find(ORGANIZATION, login)
    if org is None or org_role(call.world, org, call.actor.id) is None:
        raise not_found()
    return org


def _copy_all(
    world: World, kind: Kind[Data], source: Record[Repository], fork: Record[Repository]
) -> None:
    for each in world.all(kind, source.id):
        world.make(kind, fork.id, each.name, each.data)


def _copy(call: Call, account: Account, name: str, *, only_default: bool) -> Record[Repository]:
    world, source = call.world, call.repository
    fork = defaults.add_repository(
        world,
        account,
        name,
        visibility=source.data["visibility"],
        default_branch=source.data["default_branch"],
        fork_of=source.id,
    )
    _copy_all(world, COMMIT, source, fork)
    _copy_all(world, BLOB, source, fork)
    _copy_all(world, GIT_TAG, source, fork)
    default = f"refs/heads/{source.data['default_branch']}"
    for ref in world.all(REF, source.id):
        if not only_default or ref.name == default:
            world.make(REF, fork.id, ref.name, ref.data)
    return fork


@ROUTES.post("/repos/{owner}/{repo}/merge-upstream", needs="repo:write")
def merge_upstream(call: Call) -> Response:
    """Bring what is new upstream into a fork's branch of the same name."""
    branch = fields.body(call, **{"branch!": "text"})["branch"]
    world, fork = call.world, call.repository
    source = world.get(REPOSITORY, fork.data.get("fork_of") or 0)
    if source is None or not level(permission(world, source, call.actor)):
        raise invalid("This repository is not a fork, or its upstream is gone.")
    name = f"refs/heads/{branch}"
    ours, theirs = objects.find_ref(world, fork, name), objects.find_ref(world, source, name)
    if ours is None:
        raise GitHubError(404, "Branch not found")
    if theirs is None:
        raise invalid(f"The upstream has no branch {branch}.")
    pulls.take_commits(world, source, fork, str(theirs.data["sha"]))
    head, new = (world.find(COMMIT, str(each.data["sha"]), fork.id) for each in (ours, theirs))
    if head is None or new is None or call.actor.user is None:
        raise not_found()
    upstream = f"{owner(world, source).name}:{branch}"
    if new.name in {each.name for each in objects.history(world, fork, head)}:
        said = f"This branch is not behind the upstream {upstream}."
        return Response(200, _synced("none", said, upstream))
    if head.name in {each.name for each in objects.history(world, fork, new)}:
        refs.move(call, name, new.name)
        said = f"Successfully fetched and fast-forwarded from the upstream {upstream}."
        return Response(200, _synced("fast-forward", said, upstream))
    message = f"Merge branch '{upstream}' into {branch}"
    making = objects.made_by(call.actor.user, message, world.clock.now(), signed=True)
    made = objects.merge(world, fork, head, new, making)
    if made is None:
        raise conflict("There are merge conflicts")
    refs.move(call, name, made.name)
    return Response(200, _synced("merge", f"Successfully merged {upstream}.", upstream))


def _synced(kind: str, message: str, upstream: str) -> dict[str, str]:
    return {"message": message, "merge_type": kind, "base_branch": upstream}
