"""Servers on loopback: registries as processes, what stands before them as WSGI applications."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from contextlib import contextmanager
from http import HTTPStatus
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import httpx

from tests.release.harness.tools import PATH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication


def answer_json(
    start: StartResponse, status: int, body: object, *more: tuple[str, str]
) -> Iterable[bytes]:
    """Answer a request of a WSGI application with JSON, and perhaps with more headers."""
    content = json.dumps(body).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(content))), *more]
    start(f"{status} {HTTPStatus(status).phrase}", headers)
    return [content]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:  # noqa: ANN401 - http.server's signature
        """Write no log."""


@contextmanager
def serving(application: WSGIApplication) -> Iterator[str]:
    """Serve an application on a free port; its address is the value."""
    server = _Server(("127.0.0.1", 0), _Quiet)
    server.set_app(application)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_START_SECONDS = 30.0


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running(command: Callable[[int], list[str]], folder: Path) -> Iterator[str]:
    """Run a server in a process of its own; its address is the value.

    Args:
        command: Returns the command for a port.
        folder: Its home and working directory.

    Raises:
        RuntimeError: It does not start.
    """
    port = free_port()
    process = subprocess.Popen(
        command(port),
        cwd=folder,
        env={"PATH": PATH, "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(address, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server {process.args!r} does not start")
