"""The names that are declared, and problems with names that are not."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from components.declaration.mistakes import listed, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments


@dataclass(frozen=True)
class Names:
    """All names that are declared, those of items with mistakes included."""

    teams: frozenset[str]
    repositories: frozenset[str]
    root: Path
    """The project's folder, in which `from_file` names files."""
    wrong: frozenset[Segments] = frozenset()
    """Paths with mistakes: what is meant there is not known."""

    def sure(self, path: Segments) -> bool:
        """Return whether everything at ``path`` is known."""
        return not any(wrong[: len(path)] == path for wrong in self.wrong)

    def team(self, path: Segments, name: str) -> Iterator[Problem]:
        """Find a team that is not declared."""
        if ("teams",) not in self.wrong:
            yield from _unknown(path, "team", name, self.teams)

    def team_list(self, path: Segments, names: Iterable[str]) -> Iterator[Problem]:
        """Find the unknown teams of a list."""
        for index, name in enumerate(names):
            yield from self.team((*path, index), name)

    def repository(self, path: Segments, name: str) -> Iterator[Problem]:
        """Find a repository that is not declared."""
        if ("repositories",) not in self.wrong:
            yield from _unknown(path, "repository", name, self.repositories)

    def repository_list(self, path: Segments, names: Iterable[str]) -> Iterator[Problem]:
        """Find the unknown repositories of a list."""
        if ("repositories",) in self.wrong:
            return
        for index, name in enumerate(names):
            yield from _unknown((*path, index), "repository", name, self.repositories)

    def patterns(self, path: Segments, patterns: Iterable[str]) -> Iterator[Problem]:
        """Find patterns that match no repository."""
        if ("repositories",) in self.wrong:
            return
        for index, pattern in enumerate(patterns):
            if not any(fnmatchcase(name, pattern) for name in self.repositories):
                what = "no repository of this organization matches"
                near = nearest(pattern, self.repositories)
                yield (*path, index), what + near, listed(self.repositories)


def _unknown(path: Segments, noun: str, name: str, known: frozenset[str]) -> Iterator[Problem]:
    """Find an unknown name. It is quoted only if it is nearly right: it might be a secret."""
    if name not in known:
        near = nearest(name, known)
        what = f"there is no such {noun} in this organization"
        yield (
            path,
            f"`{name}` is not a {noun} of this organization{near}" if near else what,
            listed(known),
        )
