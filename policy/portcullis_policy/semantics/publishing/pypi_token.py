"""How far a PyPI token reaches, read from the token itself: it is a macaroon, and says so.

Nothing of a token is kept or returned but the answer. Sources: https://github.com/pypi/warehouse
(warehouse/macaroons/caveats), https://github.com/rescrv/libmacaroons (format 2, binary).
"""

import base64
import binascii
import json

_PREFIX = "pypi-"
_MORE = 0x80
_VERSION, _END, _IDENTIFIER = 2, 0, 2
_OF_PROJECTS = (1, 2, 4)
"""Tags of the caveats that bind a token to projects: by name, by id, by publisher."""


def is_account_wide(token: str) -> bool | None:
    """Say whether a token publishes every project of its account; None if it cannot be read.

    Args:
        token: a secret's value.
    """
    if not token.startswith(_PREFIX):
        return None
    body = token.strip()[len(_PREFIX) :]
    try:
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        caveats = _caveats(raw)
    except (binascii.Error, ValueError, IndexError):
        return None
    return not any(_binds_to_projects(caveat) for caveat in caveats)


def _caveats(raw: bytes) -> list[bytes]:
    """Return the caveats of a macaroon.

    Raises:
        ValueError: it is none of version 2.
        IndexError: it ends early.
    """
    if raw[0] != _VERSION:
        raise ValueError("another version")
    found: list[bytes] = []
    at, sections = 1, 0
    while True:
        fields: dict[int, bytes] = {}
        while raw[at] != _END:
            kind = raw[at]
            length, at = _number(raw, at + 1)
            if at + length > len(raw):
                raise ValueError("it ends early")
            fields[kind], at = raw[at : at + length], at + length
        at += 1
        if not fields:  # two ends in a row: the caveats are over
            return found
        if sections and _IDENTIFIER in fields:
            found.append(fields[_IDENTIFIER])
        sections += 1


def _number(raw: bytes, at: int) -> tuple[int, int]:
    """Return a number in base 128 and where it ends."""
    value = shift = 0
    while True:
        value |= (raw[at] & ~_MORE) << shift
        shift += 7
        at += 1
        if not raw[at - 1] & _MORE:
            return value, at


def _binds_to_projects(caveat: bytes) -> bool:
    """Say whether a caveat names projects, in the form of today or that of before 2022."""
    try:
        said = json.loads(caveat)
    except ValueError:
        return False
    if isinstance(said, list):
        return bool(said) and said[0] in _OF_PROJECTS
    permissions = said.get("permissions") if isinstance(said, dict) else None
    return isinstance(permissions, dict) and "projects" in permissions
