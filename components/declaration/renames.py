"""Mistakes in `renamed_from`: an old name has to be free, and belongs to one thing only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Protocol

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.organization import OrganizationConfig

    class Renamed(Protocol):
        """An item that may have had another name."""

        @property
        def renamed_from(self) -> str | None:
            """The name before."""


def check(config: OrganizationConfig) -> Iterator[Problem]:
    """Yield the problems of every `renamed_from`."""
    yield from _section(("teams",), config.teams)
    yield from _section(("repositories",), config.repositories)
    yield from _section(("protection",), config.protection)
    yield from _section(("tag_protection",), config.tag_protection)
    for name, repository in config.repositories.items():
        where: Segments = ("repositories", name)
        yield from _section((*where, "protection"), repository.protection)
        yield from _section((*where, "tag_protection"), repository.tag_protection)


def _section(path: Segments, items: Mapping[str, Renamed]) -> Iterator[Problem]:
    """Yield the problems of a section; GitHub compares names without regard to case."""
    declared = {name.lower(): name for name in items}
    seen: dict[str, str] = {}
    for name, item in items.items():
        old = item.renamed_from
        if old is None:
            continue
        where, allowed = (*path, name, "renamed_from"), "the old name of this one"
        if old == name:
            yield where, "this is the name that it has", allowed
        elif old.lower() in declared and declared[old.lower()] != name:
            what = (
                f"`{old}` is declared too; if it is a new one, and the rename is done, "
                "remove renamed_from; if not, rename first, with a `make up` of its own"
            )
            yield where, what, "an old name that is not declared"
        elif old.lower() in seen:
            yield where, f"`{seen[old.lower()]}` was renamed from this one too", allowed
        seen[old.lower()] = name
