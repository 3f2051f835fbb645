"""What lies at the paths of managed files on GitHub: a file, or something that is in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LINK = "120000"
FILE_MODE = "100644"


@dataclass(frozen=True)
class Entry:
    """An entry of a folder in git."""

    kind: str
    """Git's type: `blob`, `tree`, or `commit` for a submodule."""
    mode: str
    """Git's mode in octal digits, as in `100755` for a file that can be run."""

    @property
    def is_link(self) -> bool:
        """Return whether it is a symbolic link."""
        return self.mode == _LINK

    def __str__(self) -> str:
        """Return what it is, for people."""
        if self.is_link:
            return "a symbolic link"
        return {"blob": "a file", "tree": "a folder"}.get(self.kind, "a submodule")


def folders(paths: Iterable[str]) -> list[str]:
    """Return all folders above ``paths``; `""` is the root."""
    return list(dict.fromkeys(["", *(above for path in paths for above in _above(path))]))


def _above(path: str) -> Iterator[str]:
    parts = path.split("/")
    for count in range(1, len(parts)):
        yield "/".join(parts[:count])


def obstacle(tree: Mapping[str, Entry], path: str) -> str | None:
    """Return why a commit cannot put a file at ``path``: it would replace something else.

    Args:
        tree: What is on GitHub, by path: all entries of `folders`.
        path: Where a file is declared.
    """
    for above in _above(path):
        if above in tree and tree[above].kind != "tree":
            return f"`{above}` is {tree[above]} on GitHub"
    if path in tree and tree[path].kind != "blob":
        return f"it is {tree[path]} on GitHub"
    return None
