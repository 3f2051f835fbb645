"""Tokens as registries make them, for nobody: a marker in each says where it was seen."""

from __future__ import annotations

import base64
import re

import pypitoken
from pymacaroons import MACAROON_V2, Macaroon  # type: ignore[import-untyped]

PYPI, TEST_PYPI = "pypi.org", "test.pypi.org"
NPM_LETTERS = 36


def pypi_token(project: str | None, marker: str = "marker", domain: str = PYPI) -> str:
    """A token of PyPI, restricted to ``project``; ``marker`` stands in it as it is written here.

    Args:
        project: None for all projects of an account.
        marker: letters, digits, - and _.
        domain: of the registry.
    """
    token = bare(marker, domain)
    if project is not None:
        token.restrict(project_names=[re.sub(r"[-_.]+", "-", project).lower()])
    return token.dump()


def bare(marker: str = "marker", domain: str = PYPI) -> pypitoken.Token:
    """A token without restrictions, of which tests make others."""
    # the bytes that are ``marker`` in base64; before them stand the version, the domain and the
    # identifier's own head, and all that has to be a multiple of three
    head = 3 + len(domain) + 2
    text = marker + "-" * (-len(marker) % 4)
    identifier = b"-" * (-head % 3) + base64.urlsafe_b64decode(text)
    macaroon = Macaroon(location=domain, identifier=identifier, key="nobody's", version=MACAROON_V2)
    return pypitoken.Token("pypi", macaroon)


def npm_token(marker: str = "marker") -> str:
    """A token of npm, with the letters and digits of ``marker``, as many as there is room for."""
    return "npm_" + re.sub(r"[^A-Za-z0-9]", "", marker)[:NPM_LETTERS].ljust(NPM_LETTERS, "0")
