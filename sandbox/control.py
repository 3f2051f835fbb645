"""The control interface: worlds, seeds, faults, clock, journal; for tests and for `make`.

Everything is JSON below `/_control`, only from this machine, and never from a web page.

- `GET /_control/` says what there is.
- `GET /_control/worlds`, `POST /_control/worlds {"name", "seed"?}` -> tokens that were made,
  `DELETE /_control/worlds/{world}`, `POST .../{world}/reset {"seed"?}`,
  `POST .../{world}/seed {seed}` adds to it.
- `GET .../{world}/state?kind=` all records (secrets as ciphertext), `GET .../{world}/gaps`,
  `DELETE .../{world}/gaps`.
- `POST .../{world}/requests {"actor", "method", "path", "body"?}` makes a REST (or, with the path
  `/graphql`, a GraphQL) request as somebody, behind everybody's back: it is not in the journal.
- `GET .../{world}/journal?method=&path=&operation=&status=&actor=&since=&limit=`,
  `GET .../{world}/journal/counts`, `DELETE .../{world}/journal`.
- `GET|POST|DELETE .../{world}/faults`, `DELETE .../{world}/faults/{id}`: see `faults.Fault`.
- `GET|PUT .../{world}/clock {"set"?, "advance"?, "stopped"?, "tick"?}`.
- `GET|PATCH .../{world}/settings {"etags"?}`.
- `POST .../{world}/tokens {"login", "scopes"?}` -> a new token.
- `POST .../{world}/secrets/reveal {"store", "org"|"repository", "environment"?, "name"}` -> the
  plaintext: the only place that gives it.
"""

from __future__ import annotations

import fnmatch
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from sandbox import boxes, clock, dispatch, lookups, seed
from sandbox.actors import Actor

from sandbox.http import Response


if TYPE_CHECKING:
    from sandbox.faults import Fault
    from sandbox.world import World
    from sandbox.worlds import Sandbox

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Mistake(Exception):  # noqa: N818 - a caller's mistake, not an error of ours
    """A control request that cannot be done; the message says why and what is allowed."""


def faulty(fault: Fault) -> Response:
    """Return the answer that a fault gives in place of the true one."""
    if fault.status is None:
        raise AssertionError("only faults with a status answer by themselves")
    messages = {
        429: "You have exceeded a secondary rate limit.",
        403: "Forbidden",
        404: "Not Found",
    }
    body = fault.body or {
        "message": messages.get(fault.status, "Server Error"),
        "documentation_url": "https://docs.github.com/rest",
        "status": str(fault.status),
    }
    return Response(fault.status, body)


def _host(text: str) -> str:
    return text.rpartition("]")[0].lstrip("[") if text.startswith("[") else text.partition(":")[0]


def answer(  # noqa: PLR0913 - the parts of a request
    sandbox: Sandbox,
    method: str,
    path: str,
    query: str,
    headers: dict[str, str],
    content: bytes,
    client: str,
    host: str,
) -> Response:
    """Answer a control request."""
    if client not in ("127.0.0.1", "::1") or _host(headers.get("host", "")) not in _LOOPBACK:
        return _refused(403, "the control interface answers this machine only")
    if "origin" in headers or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return _refused(403, "the control interface does not answer web pages")
    fields = dict(parse_qsl(query))
    try:
        body = json.loads(content) if content else {}
    except ValueError as error:
        return _refused(400, f"the body is not JSON: {error}")
    if not isinstance(body, dict):
        return _refused(400, "the body has to be a JSON object")
    try:
        return _route(sandbox, method, path, fields, body, host)
    except (Mistake, ValueError, TypeError) as error:
        return _refused(422, str(error))
    except KeyError as error:
        return _refused(422, f"{error} is missing or not known")


def _refused(status: int, message: str) -> Response:
    return Response(status, {"message": message})


def _route(  # noqa: PLR0913 - the parts of a request
    sandbox: Sandbox,
    method: str,
    path: str,
    query: dict[str, str],
    body: dict[str, Any],
    host: str,
) -> Response:
    parts = [unquote(part) for part in path.strip("/").split("/") if part]
    if not parts:
        return Response(200, {"about": __doc__, "worlds": sorted(sandbox.worlds)})
    if parts[0] != "worlds":
        return _refused(404, f"no such thing: /_control/{path}; see GET /_control/")
    if len(parts) == 1:
        return _worlds(sandbox, method, body)
    name = parts[1]
    world = sandbox.worlds.get(name)
    if world is None:
        known = ", ".join(sorted(sandbox.worlds)) or "none"
        return _refused(404, f"no world {name!r}; there are: {known}")
    if len(parts) == 2:  # noqa: PLR2004 - the world itself
        if method == "DELETE":
            sandbox.delete(name)
            return Response(204)
        return Response(200, summary(world))
    if parts[2] == "reset" and method == "POST":
        sandbox.delete(name)
        return _made(sandbox, name, body.get("seed"))
    verb = VERBS.get((method, parts[2] + ("/*" if len(parts) > 3 else "")))  # noqa: PLR2004
    if verb is None:
        return _refused(404, f"no such thing: {method} /_control/{path}; see GET /_control/")
    result = verb(world, {"": parts[3] if len(parts) > 3 else "", **query}, {**body, "_host": host})  # noqa: PLR2004
    world.commit()
    return Response(204) if result is None else Response(200, result)


def summary(world: World) -> dict[str, Any]:
    """Return a world in short: organizations, counts, clock, settings."""
    kinds: dict[str, int] = {}
    for record in world.tables:
        kinds[record.kind] = kinds.get(record.kind, 0) + 1
    return {
        "name": world.name,
        "organizations": [org.name for org in world.all("organization")],
        "records": kinds,
        "requests": world.journal.total,
        "clock": {"now": world.clock.now(), **world.clock.state()},
        "settings": world.settings,
    }


def _worlds(sandbox: Sandbox, method: str, body: dict[str, Any]) -> Response:
    if method == "GET":
        return Response(200, [summary(world) for world in sandbox.worlds.values()])
    if method != "POST":
        return _refused(405, "worlds are listed (GET) and made (POST)")
    unknown = body.keys() - {"name", "seed"}
    if unknown or not isinstance(body.get("name"), str):
        raise Mistake("a world is made from {name: text, seed: optional}")
    return _made(sandbox, body["name"], body.get("seed"))


def _made(sandbox: Sandbox, name: str, seeds: object) -> Response:
    world = sandbox.create(name)
    try:
        tokens = seed.apply(world, seed.parse(seeds or {}))
    except BaseException:
        sandbox.delete(name)
        raise
    world.commit()
    return Response(201, {**summary(world), "tokens": tokens})


def _seed(world: World, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - verbs
    host = {key: value for key, value in body.items() if key != "_host"}
    try:
        return {"tokens": seed.apply(world, seed.parse(host))}
    except ValueError:
        world.rollback()
        raise


def _state(world: World, query: dict[str, str], body: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG001 - verbs
    kind = query.get("kind")
    return [asdict(record) for record in world.tables if kind in (None, record.kind)]


def _gaps(world: World, query: dict[str, str], body: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG001 - verbs
    return [
        {"method": method, "path": path, "count": count}
        for (method, path), count in world.gaps.items()
    ]


def _clear_gaps(world: World, query: dict[str, str], body: dict[str, Any]) -> None:  # noqa: ARG001 - verbs
    world.gaps.clear()


def _request(world: World, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - verbs
    user = world.find("user", body["actor"])
    if user is None:
        raise Mistake(f"no user {body['actor']!r}")
    raw, _, raw_query = str(body["path"]).partition("?")
    method = str(body["method"]).upper()
    path = "/api/graphql" if raw == "/graphql" else f"/api/v3{raw}"
    content = b"" if body.get("body") is None else json.dumps(body["body"]).encode()
    headers = {"accept": str(body.get("accept", "application/vnd.github+json"))}
    host = f"{body['_host']}/{world.name}"
    request = dispatch.Request(method, path, raw_query, headers, content, host)
    response = dispatch.answer(world, request, Actor(user=user), journal=False)
    return {
        "status": response.status,
        "headers": response.headers,
        "body": json.loads(response.body) if response.body else None,
    }


def _journal(world: World, query: dict[str, str], body: dict[str, Any]) -> Any:  # noqa: ANN401, ARG001 - verbs
    if query[""] == "counts":
        return world.journal.counts()
    since = int(query.get("since", "0"))
    exact = {key: query[key] for key in ("method", "operation", "actor", "status") if key in query}

    def keep(entry: dict[str, Any]) -> bool:
        return (
            entry["number"] > since
            and all(str(entry[key]) == value for key, value in exact.items())
            and fnmatch.fnmatchcase(entry["path"], query.get("path", "*"))
        )

    found = world.journal.select(keep)
    return found[-int(query["limit"]) :] if "limit" in query else found


def _clear_journal(world: World, query: dict[str, str], body: dict[str, Any]) -> None:  # noqa: ARG001 - verbs
    world.journal.clear()


def _faults(world: World, query: dict[str, str], body: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG001 - verbs
    return world.faults.list()


def _add_fault(world: World, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - verbs
    return asdict(world.faults.add(**{k: v for k, v in body.items() if k != "_host"}))


def _remove_faults(world: World, query: dict[str, str], body: dict[str, Any]) -> None:  # noqa: ARG001 - verbs
    world.faults.remove(int(query[""]) if query[""] else None)


def _clock(world: World, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - verbs
    moves = {key: value for key, value in body.items() if key != "_host"}
    unknown = moves.keys() - {"set", "advance", "stopped", "tick"}
    if unknown:
        raise Mistake(f"{', '.join(sorted(unknown))}: a clock has set, advance, stopped, tick")
    if "set" in moves or "stopped" in moves:
        start = clock.parse(moves["set"]) if "set" in moves else world.clock.seconds()
        stopped = bool(moves.get("stopped", world.clock.stopped_at is not None))
        world.clock.set(start, stopped=stopped)
    world.clock.advance(float(moves.get("advance", 0)))
    world.clock.tick = float(moves.get("tick", world.clock.tick))
    return {"now": world.clock.now(), **world.clock.state()}


def _settings(world: World, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - verbs
    seed.set_settings(world, {key: value for key, value in body.items() if key != "_host"})
    return world.settings


def _add_token(world: World, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - verbs
    user = world.find("user", body["login"])
    if user is None:
        raise Mistake(f"no user {body['login']!r}")
    scopes = body.get("scopes", list(seed.ALL_SCOPES))
    return {"token": seed.new_token(world, user, scopes, body.get("token"))}


def _reveal(world: World, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - verbs
    store = str(body.get("store", "actions"))
    holder = world.find("organization", str(body.get("org", "")))
    if "repository" in body:
        owner, _, name = str(body["repository"]).partition("/")
        holder = lookups.find_repository(world, owner, name)
        if holder is not None and "environment" in body:
            holder = world.find("environment", str(body["environment"]), holder.id)
    secret = None if holder is None else world.find(f"{store}_secret", body["name"], holder.id)
    if holder is None or secret is None:
        raise Mistake(f"no such secret: { ({k: v for k, v in body.items() if k != '_host'}) }")
    value = boxes.decrypt(world, store, holder.id, secret["encrypted_value"])
    return {"value": value.decode("utf-8", "backslashreplace")}


VERBS = {
    ("POST", "secrets/*"): _reveal,
    ("POST", "seed"): _seed,
    ("GET", "state"): _state,
    ("GET", "gaps"): _gaps,
    ("DELETE", "gaps"): _clear_gaps,
    ("POST", "requests"): _request,
    ("GET", "journal"): _journal,
    ("GET", "journal/*"): _journal,
    ("DELETE", "journal"): _clear_journal,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _remove_faults,
    ("DELETE", "faults/*"): _remove_faults,
    ("GET", "clock"): _clock,
    ("PUT", "clock"): _clock,
    ("GET", "settings"): _settings,
    ("PATCH", "settings"): _settings,
    ("POST", "tokens"): _add_token,
}
