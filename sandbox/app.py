"""The sandbox as an ASGI application: worlds, control interface and pages behind one port."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox import html
from sandbox.api import dispatch
from sandbox.api.fault_answers import answer_of
from sandbox.api.http import Request, Response
from sandbox.control import control
from sandbox.runs import oidc

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from sandbox.world.world import World
    from sandbox.world.worlds import Sandbox

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of a request's body."""


class App:
    """The ASGI application over a sandbox.

    Requests are answered one after the other, each in one go: a world never sees two at once.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        """Serve a sandbox."""
        self.sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; uvicorn calls this."""
        if scope["type"] != "http":
            raise RuntimeError(f"the sandbox speaks HTTP, not {scope['type']}")
        content = await _body(receive)
        if content is None:
            await _send(send, Response(413, {"message": "Payload too large"}))
            return
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        request = Request(
            method=scope["method"],
            path=scope["raw_path"].decode("ascii", "replace"),
            query=scope["query_string"].decode("ascii", "replace"),
            headers=headers,
            content=content,
            host=f"{scope['scheme']}://{headers.get('host', 'localhost')}",
            client=scope["client"][0] if scope.get("client") else "",
        )
        name, _, rest = request.path.lstrip("/").partition("/")
        if name == "_control":
            await _send(send, control.answer(self.sandbox, request))
        elif rest.startswith(f"{oidc.PATH}/") and name in self.sandbox.worlds:
            world = self.sandbox.worlds[name]
            await _send(send, oidc.answer(world, request.below(f"/{name}")))
        elif not rest.startswith("api/"):
            await _send(send, self._page(name, request))
        elif name in self.sandbox.worlds:
            world = self.sandbox.worlds[name]
            await self._ask(world, request.below(f"/{name}"), scope, send)
        else:
            await _send(send, self._no_world(name))

    def _page(self, name: str, request: Request) -> Response:
        """Answer with a page; a program that misses the API learns where it is."""
        response = html.answer(self.sandbox, request)
        reading = replace(request, method="GET")
        if response.status == 405 and html.answer(self.sandbox, reading).status == 200:  # noqa: PLR2004 - HTTP's own numbers
            return response  # there is a page, which cannot be changed
        if response.status not in (404, 405) or "text/html" in request.headers.get("accept", ""):
            return response
        world = self.sandbox.worlds.get(name)
        if world is None:
            return self._no_world(name)
        dispatch.note_gap(world, request.method, request.path)
        host = f"{request.host}/{name}"
        message = (
            f"There is no {request.path}. This world's REST API is at {host}/api/v3, its GraphQL "
            f"API at {host}/api/graphql."
        )
        return Response(404, {"message": message, "status": "404"})

    def _no_world(self, name: str) -> Response:
        known = ", ".join(sorted(self.sandbox.worlds)) or "none"
        message = (
            f"This sandbox has no world {name!r}. It has: {known}. Its REST API is at "
            "/WORLD/api/v3, its GraphQL API at /WORLD/api/graphql. A world is made by the control "
            "interface or a seed file."
        )
        return Response(404, {"message": message, "status": "404"})

    async def _ask(self, world: World, request: Request, scope: Scope, send: Send) -> None:
        """Ask a world, unless a fault strikes: then answer as the fault says, or not at all."""
        path = request.path.removeprefix("/api").removeprefix("/v3")
        fault = world.faults.strike(request.method, path)
        if fault is None:
            await _send(send, dispatch.answer(world, request))
            return
        transport: asyncio.Transport = scope["state"]["transport"]
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.drop == "before":
            transport.abort()
            return
        response = answer_of(fault) or dispatch.answer(world, request)
        response.headers.update(fault.headers)
        if fault.drop == "after":
            transport.abort()
            return
        await _send(send, response, transport if fault.drop == "half" else None)


async def _body(receive: Receive) -> bytes | None:
    parts, size = [], 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > BODY_LIMIT:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def _send(send: Send, response: Response, cut: asyncio.Transport | None = None) -> None:
    """Send a response; with `cut`, only half of its body, and close that connection."""
    content = response.encoded()
    if response.body is not None and not isinstance(response.body, bytes):
        response.headers.setdefault("Content-Type", "application/json; charset=utf-8")
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in response.headers.items()
    ]
    if response.status not in (204, 304):
        headers.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if cut is None:
        await send({"type": "http.response.body", "body": content})
        return
    half = content[: len(content) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    cut.close()
