"""Handle one request to a world, from its raw parts to the response, without a web framework."""

from __future__ import annotations

import hashlib
import itertools
import logging
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sandbox import audit, graphql, rest
from sandbox.access import app_permissions, permissions, token_scopes
from sandbox.access.actors import Actor, authenticate
from sandbox.api import limits, lookups
from sandbox.api.errors import GitHubError, not_found
from sandbox.api.http import Call, Request, Response
from sandbox.api.journal import redacted, redacted_query

if TYPE_CHECKING:
    from sandbox.world.world import World

LOG = logging.getLogger("sandbox")
ROUTER = rest.router()
_UNKNOWN = "unknown route"
_UPLOADS = "/api/uploads"  # where clients of an Enterprise Server send a release's files
_ids = itertools.count(1)


def answer(
    world: World, request: Request, actor: Actor | None = None, *, journal: bool = True
) -> Response:
    """Answer a request, save what it changed, and write it down.

    Args:
        world: The world that is asked.
        request: The request.
        actor: Who asks; None reads the token.
        journal: Whether the request is written into the journal.
    """
    started = time.perf_counter()
    call = Call(
        world=world,
        actor=actor or Actor(),
        method=request.method,
        raw_path=request.path,
        host=request.host,
        query=dict(parse_qsl(request.query, keep_blank_values=True)),
        headers=request.headers,
        content=request.content,
    )
    operation = _UNKNOWN
    try:
        if actor is None:
            call.actor = authenticate(world, request.headers.get("authorization"))
            limits.check(world, call.actor, request.method, request.path)
        if request.path.rstrip("/") == "/api/graphql":
            operation = "POST /graphql"
            response = graphql.answer(call)
        else:
            route, response = _rest(call, request)
            operation = route
        audit.note(call)
        world.commit()
    except GitHubError as error:
        world.rollback()
        response = Response(error.status, error.body(), dict(error.headers))
        operation = error.operation or operation
    except Exception:
        world.rollback()
        LOG.exception("%s %s in world %s", request.method, request.path, world.name)
        response = Response(500, {"message": "Server Error"})
    response = _finish(call, response, request.path)
    if journal:
        _write_down(call, operation, response, time.perf_counter() - started)
    return response


def _rest(call: Call, request: Request) -> tuple[str, Response]:
    for prefix in ("/api/v3", _UPLOADS):
        if f"{request.path}/".startswith(f"{prefix}/"):
            call.raw_path = request.path.removeprefix(prefix) or "/"
            break
    else:
        raise _gap(call, request)
    path = lookups.whole_ref(lookups.legacy_path(call.world, call.raw_path))
    # HEAD is answered as GET is; the server leaves the body out
    found = ROUTER.find("GET" if request.method == "HEAD" else request.method, path)
    if found is None:
        raise _gap(call, request)
    route, call.parameters = found
    try:
        lookups.resolve(call)
        permissions.require(call, route.needs)
        token_scopes.require(call, route)
        app_permissions.require(call, route)
        return route.operation, route.handler(call)
    except GitHubError as error:
        error.operation = route.operation
        raise


def note_gap(world: World, method: str, path: str) -> None:
    """Record a request for something that the sandbox does not have."""
    world.gaps[method, path] = world.gaps.get((method, path), 0) + 1


def _gap(call: Call, request: Request) -> GitHubError:
    note_gap(call.world, request.method, request.path)
    return not_found()


def _finish(call: Call, response: Response, request_path: str) -> Response:
    """Return the response with the common headers, its body encoded."""
    world = call.world
    content = response.encoded()
    tag = _tag(call, response, content)
    reads = call.method in ("GET", "HEAD")
    fresh = reads and tag is not None and call.headers.get("if-none-match") == tag
    points = 1 if call.cost is None else call.cost.points
    limits.spend(world, call.actor, request_path, 304 if fresh else response.status, points)
    headers = {
        "X-GitHub-Request-Id": f"SBX:{next(_ids):08X}",
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-GitHub-Api-Version-Selected": call.headers.get("x-github-api-version", "2022-11-28"),
        **limits.headers(world, call.actor, limits.resource_of(request_path)),
        "X-OAuth-Scopes": ", ".join(call.actor.scopes),
        "X-Accepted-OAuth-Scopes": ", ".join(call.accepted_scopes),
        **response.headers,
    }
    if content:
        headers.setdefault("Content-Type", "application/json; charset=utf-8")
    if tag is not None:
        headers["ETag"] = tag
    return Response(304, b"", headers) if fresh else Response(response.status, content, headers)


def _tag(call: Call, response: Response, content: bytes) -> str | None:
    """Return the ETag of what is shown to this caller; None where ETags are off.

    What was just made or changed has one too, as on GitHub; there is none without a body.
    """
    shown = response.status in (200, 201, 202) and content
    if not (call.world.settings["etags"] and shown):
        return None
    return f'W/"{hashlib.sha256(content).hexdigest()}"'


def _write_down(call: Call, operation: str, response: Response, seconds: float) -> None:
    body: Any = None
    if call.content:
        try:
            body = redacted(call.json())
        except GitHubError:
            body = "not JSON"
    call.world.journal.add(
        {
            "time": call.world.clock.now(),
            "method": call.method,
            "path": call.raw_path,
            "query": redacted_query(call.query),
            "operation": operation,
            "status": response.status,
            "actor": call.actor.login,
            "request_bytes": len(call.content),
            "response_bytes": len(response.body or b""),
            "body": body,
            "seconds": round(seconds, 6),
        }
    )
