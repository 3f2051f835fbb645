"""Servers that are no good source: one talks nonsense, one takes its time."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

import httpx

if TYPE_CHECKING:
    from types import TracebackType

CANARY = "canary-in-an-answer-that-nobody-can-read"


class Server:
    """A server on a port that the system chooses; a context manager that stops it."""

    def __init__(self, behind: str | None = None, seconds: float = 0.0) -> None:
        """Answer nonsense; or what the server ``behind`` answers, ``seconds`` later."""

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                time.sleep(seconds)
                size = int(self.headers.get("Content-Length") or 0)
                status, body = 200, f"<html>{CANARY}</html>".encode()
                if behind:
                    given = {key: value for key, value in self.headers.items() if key != "Host"}
                    answer = httpx.request(
                        self.command,
                        f"{behind}{self.path}",
                        headers=given,
                        content=self.rfile.read(size),
                        trust_env=False,
                    )
                    status, body = answer.status_code, answer.content
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the library's names

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Start it."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
