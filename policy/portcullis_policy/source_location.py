"""Where to look: the line of the YAML file that declared a resource.

Components carry `declaredIn` (a file) and `path` (the item in it); line numbers are found here by
reading the file, because as inputs they would make a diff of every edit above them.
"""

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import yaml

from portcullis_policy.facts import Step

_MERGE = "tag:yaml.org,2002:merge"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def project_roots() -> tuple[Path, ...]:
    """Return the folders that `declaredIn` may be relative to, the likeliest first.

    PORTCULLIS_ROOT alone if it is set; else the folder above the pack, and the working directory.
    """
    configured = os.environ.get("PORTCULLIS_ROOT")
    if configured:
        return (Path(configured),)
    above = Path(__file__).absolute().parents[2]  # not resolved: the pack may be a link
    return (above, Path.cwd(), Path.cwd().parent)


def locate(declared_in: str, path: Sequence[Step], root: Path | None = None) -> str:
    """Return `file:line:column` of the longest part of the path that exists in the file.

    Args:
        declared_in: the file, relative to the project root.
        path: keys and list positions from the top of the file.
        root: the project root; looked for in project_roots() when None.

    Returns:
        The file alone when it cannot be read, is no YAML or lies outside of the root.
    """
    for base in project_roots() if root is None else (root,):
        mark = _mark(declared_in, path, base.resolve())
        if mark is not None:
            return f"{declared_in}:{mark.line + 1}:{mark.column + 1}"
    return declared_in


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
    with file.open("rb") as stream:
        return yaml.compose(stream, Loader=_Loader)


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
