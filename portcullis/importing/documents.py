"""The files of a declaration as people wrote them, changed in place: comments and order stay."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from components.declaration.load import FOLDER
from components.origin import Origin
from components.yaml_text import parse
from portcullis.importing import files
from portcullis.importing.text import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from components.declaration.yaml_file import Segments

Node = Any
"""A node of ruamel.yaml: a mapping, a list or a scalar."""


class Documents:
    """The organization's file, and those of its repositories."""

    def __init__(self, root: Path, organization: str) -> None:
        """Read them; they can be read, because `load` has done so."""
        folder = root / FOLDER / organization
        self.folder = folder if folder.is_dir() else None
        main = folder / files.MAIN if self.folder else folder.with_name(f"{organization}.yaml")
        self._root = root
        self.main = main
        paths = [main, *sorted((folder / files.REPOSITORIES).glob("[!.]*.yaml"))]
        self._before = {path: path.read_text(encoding="utf-8-sig") for path in paths}
        self._nodes: dict[Path, Node] = {
            path: _round_trip(text).load(text) or CommentedMap()
            for path, text in self._before.items()
        }
        self._changed: set[Path] = set()
        self._gone: set[Path] = set()

    @property
    def origins(self) -> dict[str, Origin]:
        """Return where the organization and its repositories are declared."""
        own = {
            path.stem: Origin(path.relative_to(self._root).as_posix(), ("repositories", path.stem))
            for path in self._nodes
            if path != self.main
        }
        return {"": Origin(self.main.relative_to(self._root).as_posix()), **own}

    def data(self) -> dict[str, Any]:
        """Return everything as plain data."""
        texts = self.texts()
        plain = {path: parse(text).data for path, text in texts.items()}
        found: dict[str, Any] = plain.pop(self.main)
        own = {path.stem: data for path, data in plain.items()}
        if own:
            found["repositories"] = {**(found.get("repositories") or {}), **own}
        return found

    def texts(self) -> dict[Path, str]:
        """Return the text of each file; those that nobody changed as they are."""
        return {
            path: _dumped(self._nodes[path], self._before.get(path, ""))
            if path in self._changed
            else self._before[path]
            for path in self._nodes
        }

    def find(self, path: Segments) -> Node:
        """Return what is at a path; None without it."""
        file, inside = self._inside(path)
        node = self._nodes[file]
        for step in inside:
            node = node.get(step) if isinstance(node, dict) else None
        return node

    def touch(self, path: Segments) -> None:
        """Note that something at a path was changed."""
        self._changed.add(self._inside(path)[0])

    def put(self, path: Segments, value: object) -> None:
        """Set what is at a path; mappings on the way are made."""
        if len(path) == 2 and path[0] == "repositories" and self.find(path) is None:  # noqa: PLR2004 - a repository
            self._new_repository(str(path[1]), value)
            return
        file, inside = self._inside(path)
        node = self._nodes[file]
        for step in inside[:-1]:
            if not isinstance(node.get(step), dict):
                node[step] = CommentedMap()
            node = node[step]
        node[inside[-1]] = written(value)
        self._changed.add(file)

    def extend(self, section: str, entries: Sequence[object]) -> None:
        """Add entries to a list of the organization's file."""
        node = self._nodes[self.main]
        if isinstance(node.get(section), list):
            node[section].extend(map(written, entries))
        else:
            node[section] = written(list(entries))
        self._changed.add(self.main)

    def remove(self, path: Segments) -> None:
        """Remove what is at a path, and the mapping around it if it is empty then."""
        file, inside = self._inside(path)
        if not inside:
            self._gone.add(file)
            self._changed.discard(file)
            del self._nodes[file]
            return
        parent = self.find(path[:-1]) if len(inside) > 1 else self._nodes[file]
        del parent[inside[-1]]
        self._changed.add(file)
        if not parent and len(inside) > 1:
            self.remove(path[:-1])

    def write(self) -> None:
        """Write what changed, file by file: a run that is killed leaves whole files."""
        for path, text in self.texts().items():
            if path in self._changed and text != self._before.get(path):
                path.parent.mkdir(exist_ok=True)
                files.replace(path, text)
        for path in self._gone:
            path.unlink(missing_ok=True)

    def _new_repository(self, name: str, value: object) -> None:
        if self.folder is None or not files.has_file(name):
            node = self._nodes[self.main]
            if not isinstance(node.get("repositories"), dict):
                node["repositories"] = CommentedMap()
            node["repositories"][name] = written(value)
            self._changed.add(self.main)
            return
        path = self.folder / files.REPOSITORIES / f"{name}.yaml"
        text = files.repository_text(value if isinstance(value, dict) else {})
        self._nodes[path] = _round_trip(text).load(text)
        self._changed.add(path)

    def _inside(self, path: Segments) -> tuple[Path, Segments]:
        if path[:1] == ("repositories",) and len(path) > 1 and self.folder:
            own = self.folder / files.REPOSITORIES / f"{path[1]}.yaml"
            if own in self._nodes:
                return own, path[2:]
        return self.main, path


_LISTS_BELOW = re.compile(r"^( *)[^ #\n-][^\n]*:\n\1- ", re.MULTILINE)
"""A list whose dashes are right below their key: people may write all lists so."""


def written(value: object) -> Node:
    """Return plain data as an import writes it."""
    text = yaml({"value": value})
    return _round_trip(text).load(text)["value"]


def _round_trip(text: str) -> YAML:
    found = YAML(typ="rt")
    found.preserve_quotes = True
    found.width = 4096
    if not _LISTS_BELOW.search(text):
        found.indent(mapping=2, sequence=4, offset=2)
    return found


def _dumped(node: Mapping[str, Any], before: str) -> str:
    out = io.StringIO()
    _round_trip(before).dump(node, out)
    return out.getvalue()
