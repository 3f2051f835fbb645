"""The only way out of a job: a proxy on loopback that stands for the hosts that a release uses.

A workflow keeps its own addresses: `https://api.github.com` leads to a world of the sandbox, the
addresses of a registry to its double. Every other host is refused and noted.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.release.harness.authority import Authority
    from tests.support.sandbox import World

    Route = Callable[[str], str]
    """From a path of a host to the address that it leads to."""

_PER_CONNECTION = {
    "connection",
    "proxy-connection",
    "proxy-authorization",
    "keep-alive",
    "host",
    "content-length",
    "content-encoding",
    "transfer-encoding",
}
_FORBIDDEN = 403


@dataclass
class Front:
    """A running front.

    Attributes:
        address: The proxy's address.
        variables: What a job's environment needs to use it, and to trust it.
        refused: The hosts that were asked for and are not there.
        requests: Method, host and path of what went through, with the status.
    """

    address: str
    variables: dict[str, str]
    refused: list[str] = field(default_factory=list)
    requests: list[tuple[str, str, int]] = field(default_factory=list)


def github(world: World) -> dict[str, Route]:
    """Return the routes of GitHub's hosts to a world of the sandbox."""

    def api(path: str) -> str:
        return f"{world.base_url}api{path}" if path == "/graphql" else f"{world.rest_url}{path}"

    return {
        "api.github.com": api,
        "uploads.github.com": lambda path: f"{world.base_url}api/uploads{path}",
    }


def names(world: World) -> dict[str, str]:
    """Return the addresses that a world gives itself in its answers, and GitHub's for them."""
    return {
        f"{world.base_url}api/uploads": "https://uploads.github.com",
        world.rest_url: "https://api.github.com",
    }


def to(address: str) -> Route:
    """Return a route to a server that has the same paths."""
    return lambda path: f"{address}{path}"


@contextmanager
def front(
    authority: Authority,
    routes: Mapping[str, Route],
    renamed: Mapping[str, str],
) -> Iterator[Front]:
    """Run a front for some hosts.

    Args:
        authority: The authority that jobs trust.
        routes: Each host, and where a path of it leads.
        renamed: Addresses in answers, and what stands for them.
    """
    with httpx.Client(timeout=60, trust_env=False) as client:
        server = _Server(("127.0.0.1", 0), _Proxy)
        server.client, server.authority, server.routes = client, authority, routes
        server.renamed = renamed
        bundle = str(authority.bundle)
        address = f"http://127.0.0.1:{server.server_port}"
        server.front = Front(
            address,
            {
                "HTTP_PROXY": address,
                "HTTPS_PROXY": address,
                "http_proxy": address,
                "https_proxy": address,
                "NO_PROXY": "127.0.0.1,localhost",
                "no_proxy": "127.0.0.1,localhost",
                "SSL_CERT_FILE": bundle,
                "REQUESTS_CA_BUNDLE": bundle,
                "CURL_CA_BUNDLE": bundle,
                "NPM_CONFIG_CAFILE": bundle,
                "CARGO_HTTP_CAINFO": bundle,
                "NODE_EXTRA_CA_CERTS": bundle,
            },
        )
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.front
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    client: httpx.Client
    authority: Authority
    routes: Mapping[str, Route]
    renamed: Mapping[str, str]
    front: Front
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    host = ""

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 - http.server's signature
        """Write no log: headers and paths may hold secrets."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        content = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if self.command != "HEAD" or "content-length" not in {name.lower() for name, _ in headers}:
            self.send_header("Content-Length", str(len(content)))
        with suppress(ConnectionError):  # a client that has read enough hangs up
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

    def _forward(self) -> None:
        path = self.path.partition("?")[0]
        query = self.path.removeprefix(path)
        target = self.server.routes[self.host](path) + query
        kept = [(n, v) for n, v in self.headers.items() if n.lower() not in _PER_CONNECTION]
        answer = self.server.client.request(
            self.command, target, headers=kept, content=self._body()
        )
        self.server.front.requests.append((self.command, f"{self.host}{path}", answer.status_code))
        # what a HEAD request asks for is often the length
        dropped = _PER_CONNECTION - ({"content-length"} if self.command == "HEAD" else set())
        back = [(n, v) for n, v in answer.headers.multi_items() if n not in dropped]
        content = answer.content
        for own, public in self.server.renamed.items():
            content = content.replace(own.encode(), public.encode())
            back = [(n, v.replace(own, public)) for n, v in back]
        self._answer(answer.status_code, back, content)


class _Tunnel(_Handler):
    """What a client says inside of a tunnel, as the host that it asked for."""

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _Handler._forward  # noqa: N815, SLF001 - http.server's names


class _Proxy(_Handler):
    """What a client says to the proxy itself."""

    def do_CONNECT(self) -> None:
        """Let a client talk to a host that has a route, and to no other."""
        host = self.path.rpartition(":")[0]
        if host not in self.server.routes:
            self.server.front.refused.append(host)
            self._answer(_FORBIDDEN, [], b"")
            return
        self.send_response_only(200, "Connection established")
        self.end_headers()
        self.close_connection = True
        with suppress(OSError):  # a client may hang up at any time
            secured = self.server.authority.context(host).wrap_socket(
                self.connection, server_side=True
            )
            with secured:
                tunnel = type("Tunnel", (_Tunnel,), {"host": host})
                tunnel(secured, self.client_address, self.server)

    def _refuse(self) -> None:
        self.server.front.refused.append(self.path)
        self._answer(_FORBIDDEN, [], b"")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _refuse  # noqa: N815 - http.server's names
