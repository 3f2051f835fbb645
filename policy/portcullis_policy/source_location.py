"""Where to look: the line of the YAML file that declared a resource.

Components carry `declaredIn` (a file) and `path` (the item in it); line numbers are found here by
reading the file, because as inputs they would make a diff of every edit above them.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from portcullis_policy import yaml_nodes
from portcullis_policy.facts import Step
from portcullis_policy.printable import printable

_MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """Where something is declared: a place in a YAML file.

    Attributes:
        file: the file, relative to the project root; None where no component names one.
        line: counted from 1; None where the file cannot be read.
        column: counted from 1.
        path: keys and list positions, from the top of the organization to the field to change.
        item: how many steps of the path lead to the declared item; the rest lead to a field of it.
    """

    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: tuple[Step, ...] = ()
    item: int = 0

    @property
    def place(self) -> str:
        """Return `file:line:column`, as far as it is known; nothing without a file."""
        return printable(
            ":".join(str(each) for each in (self.file, self.line, self.column) if each)
        )

    @property
    def dotted_item(self) -> str:
        """Return the item's path, with dots; the field's where the item is the organization."""
        return printable(".".join(map(str, self.path[: self.item] or self.path)))

    @property
    def dotted(self) -> str:
        """Return the whole path, with dots."""
        return printable(".".join(map(str, self.path)))


def project_roots() -> tuple[Path, ...]:
    """Return the folders that `declaredIn` may be relative to, the likeliest first.

    PORTCULLIS_ROOT alone if it is set; else the folder above the pack, and the working directory.
    """
    configured = os.environ.get("PORTCULLIS_ROOT")
    if configured:
        return (Path(configured),)
    above = Path(__file__).absolute().parents[2]  # not resolved: the pack may be a link
    return (above, Path.cwd(), Path.cwd().parent)


def locate(
    declared_in: str, path: Sequence[Step], root: Path | None = None, item: int = 0
) -> SourceLocation:
    """Return the location of the longest part of a path that exists in a file.

    Args:
        declared_in: the file, relative to the project root.
        path: keys and list positions from the top of the file.
        root: the project root; looked for in project_roots() when None.
        item: how many steps of the path lead to the declared item.

    Returns:
        A location without a line when the file cannot be read, is no YAML or lies outside of the
        root.
    """
    for base in project_roots() if root is None else (root,):
        mark = _mark(declared_in, path, base.resolve())
        if mark is not None:
            return SourceLocation(declared_in, mark.line + 1, mark.column + 1, tuple(path), item)
    return SourceLocation(declared_in, path=tuple(path), item=item)


def _mark(declared_in: str, path: Sequence[Step], base: Path) -> yaml.Mark | None:
    """Return the mark in a file below a folder, None when there is nothing to be read."""
    try:
        file = (base / declared_in).resolve()
        if not file.is_relative_to(base):
            return None
        stat = file.stat()
        own = file.parent.name == "repositories" and (*path[:2],) == ("repositories", file.stem)
        # a repository's own file begins below its name
        return _walk(_compose(file, stat.st_mtime_ns, stat.st_size), path[2:] if own else path)
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return None


@lru_cache(maxsize=64)
def _compose(file: Path, _modified: int, _size: int) -> yaml.Node | None:
    """Parse a file into nodes with marks; cached until it changes."""
    return yaml_nodes.compose(file.read_text(encoding="utf-8-sig"))


def _walk(node: yaml.Node | None, path: Sequence[Step]) -> yaml.Mark | None:
    """Return the mark of the key (or list entry) at the end of the longest existing path."""
    mark = node.start_mark if node is not None else None
    for step in path:
        found = _child(node, step)
        if found is None:
            break
        mark, node = found
    return mark


def _child(node: yaml.Node | None, step: Step) -> tuple[yaml.Mark, yaml.Node] | None:
    """Return the mark and the value of one entry of a mapping or list."""
    if isinstance(node, yaml.SequenceNode):
        position = int(step) if str(step).isdecimal() else len(node.value)
        if position < len(node.value):
            return node.value[position].start_mark, node.value[position]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == str(step):
                return key.start_mark, value
        for key, value in node.value:
            if key.tag == _MERGE:
                sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
                for source in sources:
                    found = _child(source, step)
                    if found is not None:
                        return found
    return None
