"""Rate limits, both kinds, as GitHub documents them; off unless a world's settings switch them on.

Source: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api and
https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from sandbox.api.errors import GitHubError
from sandbox.world import plans
from sandbox.world.kinds.accounts import ORGANIZATION
from sandbox.world.usage import Usage

if TYPE_CHECKING:
    from sandbox.access.actors import Actor
    from sandbox.world.world import World

HOUR = 3600
MINUTE = 60
USER = 5_000
"""Requests an hour of a person's token, and of an App's installation."""
ENTERPRISE_APP = 15_000
"""Requests an hour of an installation in an organization of Enterprise Cloud."""
WORKFLOW = 1_000
"""Requests an hour of the token of a repository's workflows."""
SECONDARY = {
    "points_a_minute": 900,
    "graphql_points_a_minute": 2_000,
    "content_a_minute": 80,
    "content_an_hour": 500,
}
"""Secondary limits: a read costs 1 point, a write 5; what makes content counts beside that."""
SEARCH = 30
"""Searches a minute."""
_RESOURCES = ("core", "graphql", "search", "integration_manifest", "code_search")
NAMES = (*_RESOURCES, *SECONDARY)
"""Limits that a world may set otherwise."""
_SECONDARY_MESSAGE = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)


def on(world: World) -> bool:
    """Return whether a world's limits are enforced."""
    return bool(world.settings["rate_limits"])


def _caller(actor: Actor) -> str:
    """Return the key of a limit that a person's, installation's or repository's tokens share."""
    if actor.job is not None:
        return f"jobs of {sorted(actor.repositories or ())}"
    if actor.installation is not None:
        return f"installation {actor.installation.id}"
    return f"user {actor.id}"


def _usage(world: World, actor: Actor) -> Usage:
    return world.usage.setdefault(_caller(actor), Usage())


def limit(world: World, actor: Actor, resource: str) -> int:
    """Return how much of a resource a caller has in its window."""
    given = world.settings["limits"].get(resource)
    if given is not None:
        return int(given)
    if resource == "search":
        return SEARCH
    if actor.job is not None:
        return WORKFLOW
    if actor.installation is not None:
        account = world.get(ORGANIZATION, actor.installation.parent)
        if account is not None and plans.at_least(account, "enterprise"):
            return ENTERPRISE_APP
    return USER


def _window(world: World, actor: Actor, resource: str) -> tuple[int, int]:
    """Return end and use of the present window; a new one begins with the first request."""
    now = int(world.clock.seconds())
    end, used = _usage(world, actor).windows.get(resource, (0, 0))
    length = MINUTE if resource == "search" else HOUR
    return (now + length, 0) if end <= now else (end, used)


def state(world: World, actor: Actor, resource: str) -> dict[str, Any]:
    """Return a resource as `GET /rate_limit` shows it."""
    most = limit(world, actor, resource)
    end, used = _window(world, actor, resource)
    if not on(world):
        used = 0
    left = max(0, most - used)
    return {
        "limit": most,
        "used": min(used, most),
        "remaining": left,
        "reset": end,
        "resource": resource,
    }


def all_states(world: World, actor: Actor) -> dict[str, dict[str, Any]]:
    """Return all resources as `GET /rate_limit` shows them."""
    return {resource: state(world, actor, resource) for resource in _RESOURCES}


def headers(world: World, actor: Actor, resource: str) -> dict[str, str]:
    """Return the headers about a caller's limit, which every response has."""
    found = state(world, actor, resource)
    return {
        "X-RateLimit-Limit": str(found["limit"]),
        "X-RateLimit-Remaining": str(found["remaining"]),
        "X-RateLimit-Used": str(found["used"]),
        "X-RateLimit-Reset": str(found["reset"]),
        "X-RateLimit-Resource": resource,
    }


def resource_of(path: str) -> str:
    """Return the resource that a request's path takes from."""
    if path.rstrip("/") == "/api/graphql":
        return "graphql"
    return "search" if path.startswith("/api/v3/search/") else "core"


def check(world: World, actor: Actor, method: str, path: str) -> None:
    """Refuse a request whose caller has used up a limit; count it towards the secondary ones.

    Raises:
        GitHubError: 403 with GitHub's words, and Retry-After for the secondary limits.
    """
    if not on(world) or path == "/api/v3/rate_limit":
        return
    resource = resource_of(path)
    if not state(world, actor, resource)["remaining"]:
        raise GitHubError(403, f"API rate limit exceeded for {_caller(actor)}.")
    wait = _secondary(world, _usage(world, actor), method, resource)
    if wait:
        raise GitHubError(403, _SECONDARY_MESSAGE, headers={"Retry-After": str(wait)})


def _secondary(world: World, usage: Usage, method: str, resource: str) -> int:
    """Count a request; return the seconds to wait when it is one too many, else 0."""
    now = world.clock.seconds()
    most = {**SECONDARY, **world.settings["limits"]}
    kind = "graphql_points_a_minute" if resource == "graphql" else "points_a_minute"
    points = usage.points.setdefault(kind, deque())
    while points and points[0][0] <= now - MINUTE:
        points.popleft()
    cost = 1 if method in ("GET", "HEAD", "OPTIONS") or resource == "graphql" else 5
    if sum(each[1] for each in points) + cost > most[kind]:
        return int(points[0][0] + MINUTE - now) + 1
    while usage.content and usage.content[0] <= now - HOUR:
        usage.content.popleft()
    makes = method == "POST" and resource == "core"
    if makes:
        recent = [each for each in usage.content if each > now - MINUTE]
        if len(recent) >= most["content_a_minute"]:
            return int(recent[0] + MINUTE - now) + 1
        if len(usage.content) >= most["content_an_hour"]:
            return int(usage.content[0] + HOUR - now) + 1
        usage.content.append(now)
    points.append((now, cost))
    return 0


def spend(world: World, actor: Actor, path: str, status: int, cost: int = 1) -> None:
    """Count an answered request towards the primary limit; a 304 is free."""
    not_modified = 304
    if not on(world) or path == "/api/v3/rate_limit" or status == not_modified:
        return
    resource = resource_of(path)
    end, used = _window(world, actor, resource)
    _usage(world, actor).windows[resource] = (end, used + cost)
