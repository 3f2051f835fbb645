"""The sandbox as an ASGI application: worlds, control interface and pages behind one port."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sandbox import control, dispatch, html
from sandbox.http import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from sandbox.faults import Fault
    from sandbox.worlds import Sandbox

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of a request's body."""


class Dropped(Exception):  # noqa: N818 - it is not an error of ours
    """The connection is to be cut."""


class App:
    """The ASGI application over a sandbox."""

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
        path = scope["raw_path"].decode("ascii", "replace")
        query = scope["query_string"].decode("ascii", "replace")
        host = f"{scope['scheme']}://{headers.get('host', 'localhost')}"
        try:
            fault, response = self._route(scope, path, query, headers, content, host)
            if fault is not None:
                response = await self._struck(fault, response, scope)
        except Dropped:
            return
        half = fault is not None and fault.drop == "half"
        await _send(send, response, transport=scope["state"]["transport"] if half else None)

    def _route(  # noqa: PLR0913 - the parts of a request
        self,
        scope: Scope,
        path: str,
        query: str,
        headers: dict[str, str],
        content: bytes,
        host: str,
    ) -> tuple[Fault | None, Callable[[], Response] | Response]:
        name, _, rest = path.lstrip("/").partition("/")
        method: str = scope["method"]
        if name == "_control":
            client = scope["client"][0] if scope.get("client") else ""
            return None, control.answer(
                self.sandbox, method, rest, query, headers, content, client, host
            )
        world = self.sandbox.worlds.get(name)
        if not rest.startswith("api/"):
            return None, html.answer(self.sandbox, method, name, rest)
        if world is None:
            known = ", ".join(sorted(self.sandbox.worlds)) or "none"
            return None, Response(
                404,
                {
                    "message": f"This sandbox has no world {name!r}. It has: {known}. A world is "
                    "made by its control interface or a seed file.",
                    "status": "404",
                },
            )
        request = dispatch.Request(method, f"/{rest}", query, headers, content, f"{host}/{name}")
        below = f"/{rest}".removeprefix("/api/v3") if rest != "api/graphql" else "/graphql"
        fault = world.faults.strike(method, below)
        if fault is None:
            return None, dispatch.answer(world, request)
        return fault, lambda: dispatch.answer(world, request)

    async def _struck(
        self, fault: Fault, true_answer: Callable[[], Response] | Response, scope: Scope
    ) -> Response:
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.drop == "before":
            scope["state"]["transport"].abort()
            raise Dropped
        if fault.status is not None:
            response = control.faulty(fault)
        else:
            response = true_answer() if callable(true_answer) else true_answer
        if fault.drop == "after":
            scope["state"]["transport"].abort()
            raise Dropped
        response.headers.update(fault.headers)
        return response


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


async def _send(send: Send, response: Response, transport: Any = None) -> None:  # noqa: ANN401 - asyncio's
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
    if transport is not None:
        await send(
            {
                "type": "http.response.body",
                "body": content[: len(content) // 2],
                "more_body": True,
            }
        )
        transport.close()
        return
    await send({"type": "http.response.body", "body": content})
