"""An issuer of a test's own: it signs whatever claims a test wants.

It stands for GitHub where the sandbox has no such token: subjects with ids.
"""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from typing import Self

KID = "of-the-test"


class Issuer:
    """A discovery document, a key, and tokens; a context manager that stops it."""

    def __init__(self) -> None:
        """Start listening on a loopback port."""
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        shown = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        keys = {"keys": [{**shown, "kid": KID, "alg": "RS256", "use": "sig"}]}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
                found = {"issuer": url, "jwks_uri": f"{url}/keys"}
                body = json.dumps(keys if self.path == "/keys" else found).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def token(self, **claims: Any) -> str:  # noqa: ANN401 - any claims
        """Sign claims, for five minutes."""
        now = int(time.time())
        payload = {"iss": self.url, "iat": now, "nbf": now - 60, "exp": now + 300, **claims}
        return jwt.encode(payload, self._key, "RS256", headers={"kid": KID})

    def __enter__(self) -> Self:
        """Return it, listening."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
