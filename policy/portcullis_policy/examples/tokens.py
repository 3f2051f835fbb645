"""Tokens of no account: the shape of a PyPI token, with what it would be limited to."""

import base64


def pypi_token(*caveats: str) -> str:
    """Return a token with these caveats, signed by nobody."""
    body = b"\x02" + _field(1, b"pypi.org") + _field(2, b"an-example") + b"\x00"
    body += b"".join(_field(2, caveat.encode()) + b"\x00" for caveat in caveats) + b"\x00"
    body += _field(6, bytes(32))
    return "pypi-" + base64.urlsafe_b64encode(body).decode().rstrip("=")


def _field(kind: int, content: bytes) -> bytes:
    return bytes((kind, len(content))) + content
