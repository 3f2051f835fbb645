"""The files under `esc/` beside what ESC has. Values are compared where files may have them only.

Nothing here opens an environment: secrets stay ciphertext.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portcullis.esc import definition
from portcullis.esc.connection import EscError, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_esc_sdk.esc_client import EscClient

    from portcullis.esc.files import Environment, Files

_MISSING = 404


@dataclass
class Difference:
    """What apply would change in an environment, and what it leaves to people."""

    environment: Environment
    is_new: bool
    target: definition.Definition
    changes: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)


def compare(client: EscClient, files: Files) -> list[Difference]:
    """Return each environment of the files beside that of ESC, in the order in which to apply.

    Raises:
        EscError: ESC cannot be asked.
    """
    return [_compare(client, files, each) for each in files.environments()]


def _compare(client: EscClient, files: Files, wanted: Environment) -> Difference:
    name = definition.Name(files.access.organization, wanted.project, wanted.name)
    try:
        found, is_new = definition.read(client, name), False
    except EscError as error:
        if error.status != _MISSING:
            raise
        found, is_new = definition.empty(name), True
    target = copy.deepcopy(found)
    difference = Difference(wanted, is_new, target, ["create it"] if is_new else [])
    _imports(difference, found)
    _opened(difference, found)
    _keys(difference, found)
    return difference


def _imports(difference: Difference, found: definition.Definition) -> None:
    """Add imports; a pinned one (`...@stable`) stands for the one without its pin."""
    wanted = difference.environment.imports
    there = {each.partition("@")[0] for each in found.imports}
    if missing := [each for each in wanted if each not in there]:
        difference.changes.append(f"import {', '.join(missing)}")
        difference.target.data.setdefault("imports", []).extend(missing)
    if others := sorted(there - {*wanted}):
        difference.by_hand.append(f"imports what no file names: {', '.join(others)}")


def _opened(difference: Difference, found: definition.Definition) -> None:
    for key, value in difference.environment.opened:
        there = found.values.get(key)
        if definition.kind(there) == "secret":
            difference.by_hand.append(
                f"{key} is set in ESC, the file has it opened: left as it is; to change over, "
                f"--delete {difference.environment}:{key}"
            )
        elif there != value:
            difference.changes.append(
                f"{'change' if key in found.values else 'add'} {key} (opened)"
            )
            difference.target.values[key] = value


def _keys(difference: Difference, found: definition.Definition) -> None:
    wanted = difference.environment
    declared = {*wanted.keys, *(key for key, _ in wanted.opened)}
    if missing := [key for key in wanted.keys if key not in found.values]:
        difference.by_hand.append(f"no value yet (portcullis secrets import): {', '.join(missing)}")
    for key in wanted.keys:
        if key in found.values and definition.kind(found.values[key]) == "plain":
            difference.by_hand.append(
                f"{key} is plain text in ESC: create a new value at its issuer, then "
                f"pulumi env set --secret {found.environment.organization}/{wanted} {key}"
            )
    for key in found.values:
        if key not in declared and not wanted.imports:
            difference.by_hand.append(
                f"{key} is in no file: list it in esc/, or --delete {wanted}:{key}"
            )


def unknown(client: EscClient, files: Files) -> list[str]:
    """Return environments of the files' projects that no file names.

    Raises:
        EscError: ESC cannot be asked.
    """
    wanted = {str(each) for each in files.environments()}
    there = [
        f"{project}/{name}"
        for project, name in environments(client, files.access.organization)
        if project in files.projects
    ]
    return [each for each in there if each not in wanted]


def environments(client: EscClient, organization: str) -> Iterator[tuple[str, str]]:
    """Yield project and name of every environment that the token may see.

    Raises:
        EscError: ESC cannot be asked.
    """
    with in_words(organization):
        page = client.list_environments(organization)
    while True:
        for each in page.environments or []:
            yield each.project, each.name
        if not page.next_token:
            return
        with in_words(organization):
            page = client.list_environments(organization, page.next_token)
