"""A proxy on loopback that puts a world's prefix before the paths of a client's requests.

gh talks to `http://api.github.localhost` when its host is `github.localhost`; the same addresses
lead to a world of the sandbox through this proxy. Every other host is refused.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox import World

HOST = "github.localhost"
_DROPPED = {"connection", "proxy-connection", "host", "content-length", "transfer-encoding"}
_FORBIDDEN = 403


@contextmanager
def front(world: World) -> Iterator[str]:
    """Run the proxy of a world; its address is the value."""
    with httpx.Client(timeout=60) as client:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(client, world))
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _target(world: World, address: str) -> str | None:
    """Return where a request goes; None for a host that is not the client's GitHub."""
    parts = urlsplit(address)
    query = f"?{parts.query}" if parts.query else ""
    if parts.hostname == f"uploads.{HOST}":
        return f"{world.base_url}api/uploads{parts.path}{query}"
    if parts.hostname != f"api.{HOST}":
        return None
    if parts.path == "/graphql":
        return f"{world.base_url}api/graphql"
    return f"{world.rest_url}{parts.path}{query}"


def _handler(client: httpx.Client, world: World) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            target = _target(world, self.path)
            if target is None:
                self._answer(_FORBIDDEN, {}, b"no such host here\n")
                return
            headers = [(n, v) for n, v in self.headers.items() if n.lower() not in _DROPPED]
            answer = client.request(self.command, target, headers=headers, content=content)
            kept = {n: v for n, v in answer.headers.items() if n.lower() not in _DROPPED}
            # the sandbox names itself in links: gh follows them through this proxy
            text = answer.content.replace(world.rest_url.encode(), f"http://api.{HOST}".encode())
            kept = {n: v.replace(world.rest_url, f"http://api.{HOST}") for n, v in kept.items()}
            self._answer(answer.status_code, kept, text)

        def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            with suppress(ConnectionError):  # a client that has read enough hangs up
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _forward  # noqa: N815 - http.server's names

        def log_message(self, *_: Any) -> None:  # noqa: ANN401 - http.server's signature
            """Write no log: the sandbox keeps a journal."""

    return Handler
