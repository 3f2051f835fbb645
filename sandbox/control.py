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
  plaintext. That, and what a job sees, are the only places that give it.
- `GET .../{world}/jobs`, `GET|POST .../{world}/jobs/{id}`, `PUT .../{world}/job-plans`: see
  `runs/control.py`.
"""

from __future__ import annotations

import fnmatch
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from sandbox import boxes, clock, dispatch, lookups, seed
from sandbox.actors import ALL_SCOPES, Actor
from sandbox.http import Request, Response
from sandbox.runs import control as jobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.records import Record
    from sandbox.world import World
    from sandbox.worlds import Sandbox

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Mistake(Exception):  # noqa: N818 - a caller's mistake, not an error of ours
    """A control request that cannot be done; the message says why and what is allowed."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of one world.

    Attributes:
        item: What follows the verb in the path, such as a fault's id; or an empty text.
        query: The query string's fields.
        body: The JSON body.
        host: Scheme, host and port that the client used.
    """

    item: str
    query: dict[str, str]
    body: dict[str, Any]
    host: str

    def user(self, world: World, field: str) -> Record:
        """Return the user that a field of the body names."""
        login = str(self.body[field])
        found = world.find("user", login)
        if found is None:
            raise Mistake(f"{field}: there is no user {login!r} in world {world.name}")
        return found


def _host(text: str) -> str:
    return text.rpartition("]")[0].lstrip("[") if text.startswith("[") else text.partition(":")[0]


def _refused(status: int, message: str) -> Response:
    return Response(status, {"message": message})


def stranger(request: Request, *, pages: bool = False) -> str | None:
    """Return why a request is not let in, or None.

    Args:
        request: The request.
        pages: Whether the sandbox's own pages are let in.
    """
    if request.client not in _LOOPBACK or _host(request.headers.get("host", "")) not in _LOOPBACK:
        return "the control interface answers this machine only"
    site = request.headers.get("sec-fetch-site", "none")
    origin = request.headers.get("origin")
    own = origin is None or (pages and origin == request.host)
    if not own or site not in ("none", "same-origin"):
        return "the control interface does not answer web pages"
    return None


def answer(sandbox: Sandbox, request: Request) -> Response:
    """Answer a control request."""
    reason = stranger(request)
    if reason is not None:
        return _refused(403, reason)
    try:
        body = json.loads(request.content) if request.content else {}
    except ValueError as error:
        return _refused(400, f"the body is not JSON: {error}")
    if not isinstance(body, dict):
        return _refused(400, "the body has to be a JSON object")
    try:
        return _route(sandbox, request, body)
    except (Mistake, ValueError, TypeError) as error:
        return _refused(422, str(error))
    except KeyError as error:
        return _refused(422, f"{error} is missing or not known")


def _route(sandbox: Sandbox, request: Request, body: dict[str, Any]) -> Response:
    parts = [unquote(part) for part in request.path.strip("/").split("/")][1:]
    if not parts:
        return Response(200, {"about": __doc__, "worlds": sorted(sandbox.worlds)})
    if parts == ["worlds"]:
        return _worlds(sandbox, request.method, body)
    if parts[0] != "worlds":
        return _refused(404, f"no such thing: {request.path}; see GET /_control")
    world = sandbox.worlds.get(parts[1])
    if world is None:
        known = ", ".join(sorted(sandbox.worlds)) or "none"
        return _refused(404, f"no world {parts[1]!r}; there are: {known}")
    return _world(sandbox, world, parts[2:], request, body)


def _world(
    sandbox: Sandbox, world: World, parts: list[str], request: Request, body: dict[str, Any]
) -> Response:
    if not parts and request.method == "GET":
        return Response(200, summary(world))
    if not parts and request.method == "DELETE":
        sandbox.delete(world.name)
        return Response(204)
    if parts == ["reset"] and request.method == "POST":
        sandbox.delete(world.name)
        return _made(sandbox, world.name, body.get("seed"))
    name, _, item = "/".join(parts).partition("/")
    verb = VERBS.get((request.method, f"{name}/*" if item else name))
    if verb is None:
        return _refused(404, f"no such thing: {request.method} {request.path}; see GET /_control")
    order = Order(item, dict(parse_qsl(request.query)), body, request.host)
    result = verb(world, order)
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


def _seed(world: World, order: Order) -> dict[str, Any]:
    try:
        return {"tokens": seed.apply(world, seed.parse(order.body))}
    except ValueError:
        world.rollback()
        raise


def _state(world: World, order: Order) -> list[dict[str, Any]]:
    kind = order.query.get("kind")
    return [asdict(record) for record in world.tables if kind in (None, record.kind)]


def _gaps(world: World, _order: Order) -> list[dict[str, Any]]:
    return [
        {"method": method, "path": path, "count": count}
        for (method, path), count in world.gaps.items()
    ]


def _clear_gaps(world: World, _order: Order) -> None:
    world.gaps.clear()


def _request(world: World, order: Order) -> dict[str, Any]:
    body = order.body
    user = order.user(world, "actor")
    raw, _, raw_query = str(body["path"]).partition("?")
    method = str(body["method"]).upper()
    path = "/api/graphql" if raw == "/graphql" else f"/api/v3{raw}"
    content = b"" if body.get("body") is None else json.dumps(body["body"]).encode()
    headers = {"accept": str(body.get("accept", "application/vnd.github+json"))}
    host = f"{order.host}/{world.name}"
    request = Request(method, path, raw_query, headers, content, host)
    response = dispatch.answer(world, request, Actor(user=user), journal=False)
    return {
        "status": response.status,
        "headers": response.headers,
        "body": json.loads(response.body) if response.body else None,
    }


def _journal(world: World, order: Order) -> Any:  # noqa: ANN401 - any JSON
    query = order.query
    if order.item == "counts":
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


def _clear_journal(world: World, _order: Order) -> None:
    world.journal.clear()


def _faults(world: World, _order: Order) -> list[dict[str, Any]]:
    return world.faults.list()


def _add_fault(world: World, order: Order) -> dict[str, Any]:
    return asdict(world.faults.add(**order.body))


def _remove_faults(world: World, order: Order) -> None:
    world.faults.remove(int(order.item) if order.item else None)


def _clock(world: World, order: Order) -> dict[str, Any]:
    moves = order.body
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


def _settings(world: World, order: Order) -> dict[str, Any]:
    seed.set_settings(world, order.body)
    return world.settings


def _add_token(world: World, order: Order) -> dict[str, Any]:
    user = order.user(world, "login")
    scopes = order.body.get("scopes", list(ALL_SCOPES))
    return {"token": seed.new_token(world, user, scopes, order.body.get("token"))}


def _reveal(world: World, order: Order) -> dict[str, Any]:
    body = order.body
    store = str(body.get("store", "actions"))
    holder = world.find("organization", str(body.get("org", "")))
    if "repository" in body:
        owner, _, name = str(body["repository"]).partition("/")
        holder = lookups.find_repository(world, owner, name)
        if holder is not None and "environment" in body:
            holder = world.find("environment", str(body["environment"]), holder.id)
    secret = None if holder is None else world.find(f"{store}_secret", body["name"], holder.id)
    if holder is None or secret is None:
        raise Mistake(f"there is no such secret: {body}")
    value = boxes.decrypt(world, store, holder.id, secret["encrypted_value"])
    return {"value": value.decode("utf-8", "backslashreplace")}


VERBS: dict[tuple[str, str], Callable[[World, Order], Any]] = {
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
    ("GET", "jobs"): jobs.read,
    ("GET", "jobs/*"): jobs.read,
    ("POST", "jobs/*"): jobs.end,
    ("PUT", "job-plans"): jobs.plan,
}
