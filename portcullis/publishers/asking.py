"""Requests to registries: public data only, without credentials, and bounded in time and size."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any, Self

import httpx

if TYPE_CHECKING:
    from types import TracebackType

_PATIENCE_SECONDS = 10
"""For a connection, and for each part of an answer."""
_LONGEST_SECONDS = 60
"""For a whole answer."""
_MOST_BYTES = 64 * 1024 * 1024
"""The documents of npm packages with many versions have tens of megabytes."""
_AGENT = "portcullis (publishers check)"
"""crates.io refuses requests that do not say which program makes them."""
_PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"})
_CERTIFICATES = frozenset({"SSL_CERT_FILE", "SSL_CERT_DIR"})
"""What the environment has for connections; names of proxies may be in lower case."""

_REASONS = {
    401: "shows this to people with access only",
    403: "refuses the request",
    429: "asks for fewer requests; try again later",
}


class UnknownError(Exception):
    """The registry does not say who published a release; the text is the reason."""


class Registry:
    """A registry that is asked about packages; a context manager that ends its connections."""

    def __init__(self, name: str, address: str) -> None:
        """Prepare requests; none is made yet.

        Args:
            name: what people call the registry.
            address: its address, without a slash at its end.
        """
        self.name = name
        self._address = address
        self._client: httpx.Client | None = None
        self._trouble = ""
        try:
            self._client = httpx.Client(
                headers={"User-Agent": _AGENT}, timeout=_PATIENCE_SECONDS, follow_redirects=False
            )
        # the environment names a proxy or certificates that cannot be used
        except (httpx.InvalidURL, ImportError, OSError, ValueError) as error:
            self._trouble = _unusable(error)

    def __enter__(self) -> Self:
        """Return the registry."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End its connections."""
        if self._client:
            self._client.close()

    def get(self, *path: str, accept: str = "application/json") -> dict[str, Any] | None:
        """Return what the registry has at a path; None where there is nothing.

        Args:
            path: its segments, quoted where they need to be.
            accept: the format to ask for.

        Raises:
            UnknownError: the registry does not answer, refuses, or answers something else.
        """
        try:
            found = self._content("/".join((self._address, *path)), accept)
        except (httpx.HTTPError, httpx.InvalidURL, ImportError, OSError, ValueError) as error:
            what = f"{self.name} cannot be reached ({type(error).__name__})"
            raise UnknownError(what) from None
        if found is None:
            return None
        try:
            answer = json.loads(found)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise self.strange()
        return answer

    def strange(self) -> UnknownError:
        """Return the error for an answer that is not as the registry documents it."""
        return UnknownError(f"{self.name} answers something other than it documents")

    def _content(self, url: str, accept: str) -> bytes | None:
        until = time.monotonic() + _LONGEST_SECONDS
        content = bytearray()
        if self._client is None:
            raise UnknownError(f"{self.name} cannot be reached: {self._trouble}")
        with self._client.stream("GET", url, headers={"Accept": accept}) as answer:
            status = answer.status_code
            if status == httpx.codes.NOT_FOUND:
                return None
            if status != httpx.codes.OK:
                down = "is down" if status >= httpx.codes.INTERNAL_SERVER_ERROR else "answers"
                reason = _REASONS.get(status, down)
                raise UnknownError(f"{self.name} {reason} (HTTP {status})")
            for part in answer.iter_bytes():
                content += part
                if len(content) > _MOST_BYTES or time.monotonic() > until:
                    raise UnknownError(f"{self.name} sends too much, or too slowly")
        return bytes(content)


def _unusable(error: Exception) -> str:
    """Return what the environment names and httpx cannot use; never a value, for its password."""
    names = _CERTIFICATES if isinstance(error, OSError) else _PROXIES
    found = [name for name in os.environ if os.environ[name] and name.upper() in names]
    where = ", ".join(sorted(found or names))
    return (
        f"check {where} in the environment ({type(error).__name__}); allowed: an http:// or "
        "https:// address of a proxy, and a file or folder of certificates that exists"
    )
