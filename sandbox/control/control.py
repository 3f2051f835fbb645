"""The control interface: worlds, seeds, faults, clock and journal, for tests and for `make`.

Everything is JSON below `/_control`. Requests are accepted from this machine only, and never from a
web page. A wrong or unknown field is answered with 422 and changes nothing. `bodies.py` has all
fields.

- `GET /_control/`: this text, and the names of the worlds.
- `GET /_control/worlds`: all worlds. `POST /_control/worlds {"name", "seed"?}`: create one; the
  answer has the tokens that were created.
- `GET /_control/worlds/{world}`: one world. `DELETE` on it deletes it.
- `POST .../{world}/reset {"seed"?}`: start the world again. `POST .../{world}/seed {seed}`: add to
  it.
- `GET .../{world}/state?kind=`: all records, with secrets as ciphertext.
- `GET|DELETE .../{world}/gaps`: requests that the sandbox does not support.
- `POST .../{world}/requests {"actor", "method", "path", "body"?}`: send an API request as a person
  (with the path `/graphql`, a GraphQL request). It is not recorded in the journal.
- `GET .../{world}/journal?method=&path=&operation=&status=&actor=&since=&limit=`,
  `GET .../{world}/journal/counts`, `DELETE .../{world}/journal`: the requests received.
- `GET|POST|DELETE .../{world}/faults`, `DELETE .../{world}/faults/{id}`: see `faults.Fault`.
- `GET|PUT .../{world}/clock {"set"?, "advance"?, "stopped"?, "tick"?}`: the world's time.
- `GET|PATCH .../{world}/settings {"etags"?, "rate_limits"?, "limits"?, "sealed_boxes"?}`.
- `POST .../{world}/tokens {"login", "scopes"?}`: create a token.
- `POST .../{world}/secrets/reveal {"store", "org"|"repository", "environment"?, "name"}`: a
  secret's value. Only this and what a job sees contain one.
- `GET .../{world}/jobs`, `GET|POST .../{world}/jobs/{id}`, `PUT .../{world}/job-plans`: workflow
  jobs; see `jobs.py`.
"""

from __future__ import annotations

import fnmatch
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from sandbox.access.actors import ALL_SCOPES, Actor
from sandbox.api import dispatch, lookups
from sandbox.api.http import Request, Response
from sandbox.control import bodies, jobs
from sandbox.control.order import Mistake, Order
from sandbox.secrets import sealed_boxes
from sandbox.seed import apply, read
from sandbox.world import clock
from sandbox.world.kinds.accounts import ORGANIZATION
from sandbox.world.kinds.actions import SECRETS
from sandbox.world.kinds.protection import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from sandbox.seed.models import Seed
    from sandbox.world.records import AnyRecord
    from sandbox.world.world import World
    from sandbox.world.worlds import Sandbox

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


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
    except (ValueError, RecursionError):
        return _refused(400, "the body is not JSON")
    if not isinstance(body, dict):
        return _refused(400, "the body has to be a JSON object")
    try:
        return _route(sandbox, request, body)
    except (Mistake, ValueError) as error:
        return _refused(422, str(error))


def _route(sandbox: Sandbox, request: Request, body: dict[str, Any]) -> Response:
    parts = [unquote(part) for part in request.path.strip("/").split("/")][1:]
    if not parts:
        return Response(200, {"about": __doc__, "worlds": sorted(sandbox.worlds)})
    if parts == ["worlds"]:
        return _worlds(sandbox, request.method, body)
    if parts[0] != "worlds":
        return _refused(404, f"there is no {request.path}; see GET /_control")
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
        wanted = read.parse(bodies.checked(bodies.Reset, body).get("seed") or {})
        sandbox.delete(world.name)
        return _made(sandbox, world.name, wanted)
    name, _, item = "/".join(parts).partition("/")
    exact = (request.method, f"{name}/{item}")
    found = VERBS.get(exact) or VERBS.get((request.method, f"{name}/*" if item else name))
    if found is None:
        return _refused(404, f"there is no {request.method} {request.path}; see GET /_control")
    verb, model = found
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    if request.method == "GET":
        query, body = bodies.checked(model, query), {}
    else:
        query, body = bodies.checked(bodies.Nothing, query), bodies.checked(model, body)
    try:
        result = verb(world, Order(item, query, body, request.host))
    except BaseException:
        world.rollback()
        raise
    world.commit()
    return Response(204) if result is None else Response(200, result)


def summary(world: World) -> dict[str, Any]:
    """Return a world in short: organizations, counts, clock, settings."""
    kinds: dict[str, int] = {}
    for record in world.tables:
        kinds[record.kind] = kinds.get(record.kind, 0) + 1
    return {
        "name": world.name,
        "organizations": [org.name for org in world.all(ORGANIZATION)],
        "records": kinds,
        "requests": world.journal.total,
        "clock": {"now": world.clock.now(), **world.clock.state()},
        "settings": world.settings,
    }


def _worlds(sandbox: Sandbox, method: str, body: dict[str, Any]) -> Response:
    if method == "GET":
        return Response(200, [summary(world) for world in sandbox.worlds.values()])
    if method != "POST":
        return _refused(405, "allowed: GET to list worlds, POST to create one")
    wanted = bodies.checked(bodies.NewWorld, body)
    source = wanted.get("copy_of")
    if source is not None and source not in sandbox.worlds:
        return _refused(404, f"copy_of: no world {source!r}")
    return _made(sandbox, wanted["name"], read.parse(wanted.get("seed") or {}), source)


def _made(sandbox: Sandbox, name: str, seeds: Seed, source: str | None = None) -> Response:
    world = sandbox.create(name)
    try:
        if source is not None:
            world.copy(sandbox.worlds[source])
        tokens = apply.apply(world, seeds)
    except BaseException:
        sandbox.delete(name)
        raise
    world.commit()
    return Response(201, {**summary(world), "tokens": tokens})


def _seed(world: World, order: Order) -> dict[str, Any]:
    return {"tokens": apply.apply(world, read.parse(order.body))}


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
    raw, _, raw_query = body["path"].partition("?")
    method = body["method"]
    path = "/api/graphql" if raw == "/graphql" else f"/api/v3{raw}"
    content = b"" if body.get("body") is None else json.dumps(body["body"]).encode()
    headers = {"accept": body.get("accept", "application/vnd.github+json")}
    host = f"{order.host}/{world.name}"
    request = Request(method, path, raw_query, headers, content, host)
    response = dispatch.answer(world, request, Actor(user=user), journal=False)
    return {
        "status": response.status,
        "headers": response.headers,
        "body": json.loads(response.body) if response.body else None,
    }


def _counts(world: World, _order: Order) -> dict[str, int]:
    return world.journal.counts()


def _journal(world: World, order: Order) -> list[dict[str, Any]]:
    query = order.query
    exact = {key: query[key] for key in ("method", "operation", "actor", "status") if key in query}

    def keep(entry: dict[str, Any]) -> bool:
        return (
            entry["number"] > query.get("since", 0)
            and all(entry[key] == value for key, value in exact.items())
            and fnmatch.fnmatchcase(entry["path"], query.get("path", "*"))
        )

    found = world.journal.select(keep)
    return found[-query["limit"] :] if "limit" in query else found


def _clear_journal(world: World, _order: Order) -> None:
    world.journal.clear()


def _faults(world: World, _order: Order) -> list[dict[str, Any]]:
    return world.faults.list()


def _add_fault(world: World, order: Order) -> dict[str, Any]:
    return asdict(world.faults.add(**order.body))


def _remove_faults(world: World, order: Order) -> None:
    if order.item and order.item not in {str(each.id) for each in world.faults.faults}:
        raise Mistake(f"there is no such fault in world {world.name}; see GET faults")
    world.faults.remove(int(order.item) if order.item else None)


def _clock(world: World, order: Order) -> dict[str, Any]:
    moves, before = order.body, world.clock.state()
    moment = moves.get("set")
    if moment is not None or "stopped" in moves:
        start = world.clock.seconds() if moment is None else clock.parse(moment)
        stopped = bool(moves.get("stopped", world.clock.stopped_at is not None))
        world.clock.set(start, stopped=stopped)
    world.clock.advance(moves.get("advance", 0.0))
    world.clock.tick = moves.get("tick", world.clock.tick)
    if not 0 <= world.clock.seconds() < clock.END:
        world.clock.take_up(before)
        raise Mistake("the clock goes from 1970 to 2999")
    return {"now": world.clock.now(), **world.clock.state()}


def _settings(world: World, order: Order) -> dict[str, Any]:
    apply.set_settings(world, order.body)
    return world.settings


def _add_token(world: World, order: Order) -> dict[str, Any]:
    user = order.user(world, "login")
    scopes = order.body.get("scopes", list(ALL_SCOPES))
    return {"token": apply.new_token(world, user, scopes, order.body.get("token"))}


def _reveal(world: World, order: Order) -> dict[str, Any]:
    body = order.body
    store = body.get("store", "actions")
    holder: AnyRecord | None = world.find(ORGANIZATION, body.get("org", ""))
    if "repository" in body:
        owner, _, name = body["repository"].partition("/")
        holder = lookups.find_repository(world, owner, name)
        if holder is not None and "environment" in body:
            holder = world.find(ENVIRONMENT, body["environment"], holder.id)
    secret = None if holder is None else world.find(SECRETS[store], body["name"], holder.id)
    if holder is None or secret is None:
        raise Mistake(f"there is no such {store} secret in world {world.name}")
    value = sealed_boxes.decrypt(world, store, holder.id, secret.data["encrypted_value"])
    return {"value": value.decode("utf-8", "backslashreplace")}


VERBS: dict[tuple[str, str], tuple[Callable[[World, Order], Any], type[BaseModel]]] = {
    ("POST", "secrets/reveal"): (_reveal, bodies.Secret),
    ("POST", "seed"): (_seed, bodies.Anything),
    ("GET", "state"): (_state, bodies.State),
    ("GET", "gaps"): (_gaps, bodies.Nothing),
    ("DELETE", "gaps"): (_clear_gaps, bodies.Nothing),
    ("POST", "requests"): (_request, bodies.Request),
    ("GET", "journal"): (_journal, bodies.Journal),
    ("GET", "journal/counts"): (_counts, bodies.Nothing),
    ("DELETE", "journal"): (_clear_journal, bodies.Nothing),
    ("GET", "faults"): (_faults, bodies.Nothing),
    ("POST", "faults"): (_add_fault, bodies.Fault),
    ("DELETE", "faults"): (_remove_faults, bodies.Nothing),
    ("DELETE", "faults/*"): (_remove_faults, bodies.Nothing),
    ("GET", "clock"): (_clock, bodies.Nothing),
    ("PUT", "clock"): (_clock, bodies.Clock),
    ("GET", "settings"): (_settings, bodies.Nothing),
    ("PATCH", "settings"): (_settings, bodies.Anything),
    ("POST", "tokens"): (_add_token, bodies.Token),
    ("GET", "jobs"): (jobs.read, bodies.Nothing),
    ("GET", "jobs/*"): (jobs.read, bodies.Nothing),
    ("POST", "jobs/*"): (jobs.end, bodies.JobEnd),
    ("PUT", "job-plans"): (jobs.plan, bodies.JobPlan),
}
"""Method and path of each verb, with its fields: in the query for GET, else in the body."""
