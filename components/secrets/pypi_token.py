"""PyPI's API tokens: macaroons, in which their own restrictions stand, readable by anybody.

Sources: https://pypi.org/help/#apitoken, https://pypitoken.readthedocs.io/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import pypitoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Registry = Literal["pypi", "testpypi"]
DOMAINS: Mapping[Registry, str] = {"pypi": "pypi.org", "testpypi": "test.pypi.org"}


def check(value: str, project: str | None, domain: str) -> str | None:
    """What is wrong with a token, in words that hold nothing of it; None if nothing is.

    Args:
        value: the token.
        project: the one project that it has to be restricted to; None: any, or all of an account.
        domain: of the registry that it has to be one of.
    """
    token = _read(value)
    if token is None:
        return "the value is no PyPI API token: one begins with pypi-, and has no blanks around it"
    if token.domain != domain:
        return f"the token is not one of {domain}"
    return None if project is None else _scope(token.restrictions, project)


def _read(value: str) -> pypitoken.Token | None:
    try:
        token = pypitoken.Token.load(value)
        whole = token.prefix == "pypi" and value == value.strip() and token.restrictions is not None
    except (pypitoken.PyPITokenException, ValueError):
        return None
    return token if whole else None


def _scope(restrictions: Sequence[pypitoken.Restriction], project: str) -> str | None:
    names: set[str] = set()
    scoped = False
    for restriction in restrictions:
        match restriction:
            case pypitoken.ProjectNamesRestriction() | pypitoken.LegacyProjectNamesRestriction():
                scoped = True
                names |= {_normalized(name) for name in restriction.project_names}
            case pypitoken.ProjectIDsRestriction():
                scoped = True
    if not scoped:
        return f"the token is valid for all projects of its account, not for {project} alone"
    if names and names != {_normalized(project)}:
        return f"the token is not restricted to the project {project} alone"
    return None


def _normalized(name: str) -> str:
    """Source: https://packaging.python.org/en/latest/specifications/name-normalization/."""
    return re.sub(r"[-_.]+", "-", name).lower()
