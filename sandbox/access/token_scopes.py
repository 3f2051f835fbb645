"""Scopes of classic tokens: they limit a token to a part of what its owner may do.

Source: https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sandbox.api.errors import GitHubError, not_found

if TYPE_CHECKING:
    from sandbox.access.actors import Actor
    from sandbox.api.http import Call
    from sandbox.api.routing import Route
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record

_INCLUDES = {
    "repo": ("repo:status", "repo_deployment", "public_repo", "repo:invite", "security_events"),
    "admin:org": ("write:org",),
    "write:org": ("read:org",),
    "admin:repo_hook": ("write:repo_hook",),
    "write:repo_hook": ("read:repo_hook",),
    "admin:public_key": ("write:public_key",),
    "write:public_key": ("read:public_key",),
    "audit_log": ("read:audit_log",),
    "user": ("read:user", "user:email", "user:follow"),
}
_READS = ("GET", "HEAD")
_OWN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("DELETE /repos/{owner}/{repo}", ("delete_repo",)),
    ("POST /orgs/{org}/repos", ("repo", "public_repo")),
    ("POST /user/repos", ("repo", "public_repo")),
    ("GET /orgs/{org}", ()),
    ("GET /orgs/{org}/repos", ()),
    ("POST /repos/{owner}/{repo}/statuses/{sha}", ("repo", "repo:status")),
)
"""Operations whose scopes do not follow from their path, and the scopes: one of them is enough."""
_PLACES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("/orgs/{org}/hooks", ("admin:org_hook",), ("admin:org_hook",)),
    ("/orgs/{org}/audit-log", ("read:audit_log",), ()),
    ("/repos/{owner}/{repo}/hooks", ("repo", "read:repo_hook"), ("repo", "write:repo_hook")),
    ("/user/ssh_signing_keys", ("read:public_key",), ("write:public_key",)),
    ("/user/keys", ("read:public_key",), ("write:public_key",)),
)
"""Beginnings of paths, the scopes for reading, the scopes for writing."""
_WHOLE = ("/actions/", "/codespaces/", "/environments", "/dependabot/")


@cache
def granted(scopes: tuple[str, ...]) -> frozenset[str]:
    """Return a token's scopes, with those that they include."""
    found: set[str] = set()
    waiting = list(scopes)
    while waiting:
        scope = waiting.pop()
        found.add(scope)
        waiting += _INCLUDES.get(scope, ())
    return frozenset(found)


def is_classic(actor: Actor) -> bool:
    """Return whether the caller uses a classic token: an App's has permissions, no scopes."""
    return actor.by_token and actor.installation is None and actor.app is None


def hides(actor: Actor, repository: Record[Repository]) -> bool:
    """Return whether the caller's token has no scope for a repository that is not public."""
    private = repository.data["visibility"] != "public"
    return private and is_classic(actor) and "repo" not in granted(actor.scopes)


def may_change(actor: Actor, repository: Record[Repository]) -> bool:
    """Return whether the scopes of the caller's token allow it to change a repository."""
    if hides(actor, repository):
        return False
    return not is_classic(actor) or bool(granted(actor.scopes) & {"repo", "public_repo"})


def accepted(call: Call, route: Route) -> tuple[str, ...]:
    """Return the scopes that allow a route, one of which is enough; empty: any token."""
    for operation, scopes in _OWN:
        if route.operation == operation:
            return scopes
    reads = route.method in _READS
    for place, reading, changing in _PLACES:
        if route.template.startswith(place):
            return reading if reads else changing
    if route.template.startswith("/orgs/{org}/"):
        return _of_organization(route, reads=reads)
    if route.template.startswith("/repos/{owner}/{repo}"):
        return _of_repository(call, route, reads=reads)
    return ()


def _of_organization(route: Route, *, reads: bool) -> tuple[str, ...]:
    if reads and route.needs != "org:admin":
        return ("read:org",)
    return ("admin:org",)


def _of_repository(call: Call, route: Route, *, reads: bool) -> tuple[str, ...]:
    if call.repository.data["visibility"] != "public":
        return ("repo",)
    if reads and route.needs == "repo:read":
        return ()
    # secrets, environments and settings of Actions need the whole, also in public repositories
    whole = any(part in route.template for part in _WHOLE)
    return ("repo",) if whole else ("repo", "public_repo")


def require(call: Call, route: Route) -> None:
    """Refuse a classic token without a scope that the route needs; others have permissions.

    Raises:
        GitHubError: 404 where a private repository would show, otherwise 403.
    """
    actor = call.actor
    if not is_classic(actor):
        return
    call.accepted_scopes = accepted(call, route)
    if not call.accepted_scopes or granted(actor.scopes) & set(call.accepted_scopes):
        return
    if route.template.startswith("/repos/") and call.repository.data["visibility"] != "public":
        raise not_found()
    raise GitHubError(
        403,
        "Your token has not been granted the required scopes to execute this operation: "
        f"one of {', '.join(call.accepted_scopes)}.",
    )
