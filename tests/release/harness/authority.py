"""A certificate authority that only the jobs of a test trust."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from pathlib import Path


class Authority:
    """An authority with its own key, and a certificate for each host that it is asked for.

    Attributes:
        bundle: The file with the authority's certificate, for clients.
    """

    def __init__(self, folder: Path) -> None:
        """Make its key, and write its certificate into a folder."""
        self._authority = trustme.CA()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self.bundle = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(self.bundle)

    def context(self, host: str) -> ssl.SSLContext:
        """Return the context of a server that is this host."""
        if host not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._authority.issue_cert(host).configure_cert(context)
            self._contexts[host] = context
        return self._contexts[host]
