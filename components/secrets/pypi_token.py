"""PyPI's API tokens: macaroons, which contain their own restrictions in readable form.

Sources: https://pypi.org/help/#apitoken, https://pypitoken.readthedocs.io/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pypitoken

from components.names.registries import normalized

if TYPE_CHECKING:
    from collections.abc import Sequence


def check(value: str, project: str | None, domain: str) -> str | None:
    """Return what is wrong with a token, without repeating any of it; None if nothing is.

    Args:
        value: the token.
        project: the one project that it has to be restricted to; None: any, or all of an account.
        domain: of the registry that it has to be one of.
    """
    read = _read(value)
    if read is None:
        return "the value is no PyPI API token: one is pypi- and letters, digits, - and _ alone"
    its_domain, restrictions = read
    if its_domain != domain:
        return f"the token is not one of {domain}"
    return None if project is None else _scope(restrictions, project)


def _read(value: str) -> tuple[str, list[pypitoken.Restriction]] | None:
    """Return the domain and the restrictions of a token, as far as it is one."""
    # the decoder skips characters outside of its alphabet, and PyPI refuses them
    if not re.fullmatch(r"pypi-[A-Za-z0-9_-]+=*", value):
        return None
    try:
        token = pypitoken.Token.load(value)
        read = token.domain, token.restrictions
    except (pypitoken.PyPITokenException, ValueError):
        return None
    return read


def _scope(restrictions: Sequence[pypitoken.Restriction], project: str) -> str | None:
    """Return what all restrictions together allow."""
    names: list[set[str]] = []
    ids: list[set[str]] = []
    for restriction in restrictions:
        match restriction:
            case pypitoken.ProjectNamesRestriction() | pypitoken.LegacyProjectNamesRestriction():
                names.append({normalized(name) for name in restriction.project_names})
            case pypitoken.ProjectIDsRestriction():
                ids.append(set(restriction.project_ids))
    if not (names or ids):
        return "the token is valid for all projects of its account: make one for this project alone"
    if names and set.intersection(*names) != {normalized(project)}:
        return "the token is not one for this project alone"
    if ids and len(set.intersection(*ids)) != 1:
        return "the token is not one for one project alone"
    return None
