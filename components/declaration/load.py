"""Read an organization: one YAML file, or a folder with one file a repository."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from components.base import Origin
from components.declaration import references
from components.declaration.mistakes import DeclarationError, Mistake, explain
from components.declaration.yaml_file import Place, Segments, UnreadableError, YamlFile, read
from components.organization import OrganizationConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The folder of declarations, below the project's folder.
FOLDER = "orgs"


@dataclass(frozen=True)
class Declaration:
    """A checked organization, and the files it came from."""

    config: OrganizationConfig
    origins: dict[str, Origin]
    """The organization's origin under ``""``, and those of repositories with files of their own."""


def load(name: str, root: Path | None = None) -> Declaration:
    """Read `orgs/<name>.yaml`, or `orgs/<name>/organization.yaml` and `.../repositories/*.yaml`.

    Args:
        name: as in the stack's config, `portcullis:organization`.
        root: the project's folder; the working directory if not given.

    Raises:
        DeclarationError: with every mistake.
    """
    files = _Files(root or Path.cwd(), name)
    mistakes = list(files.mistakes)
    data = files.data()
    config, problems = _validate(data)
    mistakes += [files.mistake(*problem) for problem in problems]
    if config:
        names = references.Names(_names(data, "teams"), _names(data, "repositories"))
        found = references.check(config, names)
        mistakes += [files.mistake(*problem) for problem in found]
    if mistakes or not config:
        raise DeclarationError(mistakes)
    return Declaration(config, files.origins())


class _Files:
    """The files of a declaration as one piece of data that knows its places."""

    def __init__(self, root: Path, name: str) -> None:
        self.mistakes: list[Mistake] = []
        self.repositories: dict[str, YamlFile] = {}
        folder = root / FOLDER / name
        self.in_folder = folder.is_dir()
        main = folder / "organization.yaml" if self.in_folder else folder.with_suffix(".yaml")
        if not main.is_file():
            there = sorted({p.stem for p in (root / FOLDER).glob("*") if p.suffix in {".yaml", ""}})
            raise DeclarationError(
                [
                    Mistake(
                        Place(main.relative_to(root).as_posix()),
                        "",
                        "there is no such file; the stack's portcullis:organization names it",
                        ", ".join(there),
                    )
                ]
            )
        self.main = self._read(main, root) or YamlFile(main.relative_to(root).as_posix(), {})
        if self.in_folder:
            for path in sorted((folder / "repositories").glob("*.yaml")):
                if file := self._read(path, root):
                    self.repositories[path.stem] = file

    def _read(self, path: Path, root: Path) -> YamlFile | None:
        try:
            return read(path, path.relative_to(root).as_posix())
        except UnreadableError as error:
            self.mistakes.append(Mistake(error.place, "", error.what))
            return None

    def data(self) -> dict[str, Any]:
        """All of it; a repository that stands in two files is a mistake."""
        if self.mistakes:
            raise DeclarationError(self.mistakes)
        data = dict(self.main.data)
        inline = data.get("repositories") or {}
        if not isinstance(inline, dict):
            return data
        for name in inline.keys() & self.repositories.keys():
            place = self.main.place(("repositories", name))
            other = self.repositories[name].name
            self.mistakes.append(
                Mistake(place, f"repositories.{name}", f"stands in {other} too: keep one of them")
            )
        if self.repositories:
            own = {name: file.data for name, file in self.repositories.items()}
            data["repositories"] = {**inline, **own}
        return data

    def mistake(self, path: Segments, what: str, allowed: str) -> Mistake:
        """A mistake with its place in the right file."""
        file, inside = self.main, path
        if len(path) > 1 and path[0] == "repositories" and path[1] in self.repositories:
            file, inside = self.repositories[str(path[1])], path[2:]
        return Mistake(file.place(inside), ".".join(map(str, path)), what, allowed)

    def origins(self) -> dict[str, Origin]:
        """Where things stand: the organization's file, and the repositories' own files."""
        own = {
            name: Origin(file.name, ("repositories", name))
            for name, file in self.repositories.items()
        }
        return {"": Origin(self.main.name), **own}


Problem = references.Problem


def _validate(data: dict[str, Any]) -> tuple[OrganizationConfig | None, list[Problem]]:
    """The organization as far as it is right, and what is wrong.

    What is wrong is cut out and the rest looked at again, so that mistakes of the second kind
    (names that do not exist) are told in the same run as those of the first.
    """
    problems: list[Problem] = []
    rest = copy.deepcopy(data)
    while True:
        try:
            return OrganizationConfig.model_validate(rest), problems
        except ValidationError as error:
            details = error.errors(include_url=False)
        first_round = not problems
        for detail in details:
            path = tuple(part for part in detail["loc"] if part != "[key]")
            if first_round:
                problems.append(explain(detail, OrganizationConfig, _at(data, path)))
        if not _cut(rest, [detail["loc"] for detail in details]):
            return None, problems


def _cut(data: dict[str, Any], locations: list[Segments]) -> bool:
    """Take the innermost named item of each location out; False when nothing is left to take."""
    changed = False
    for location in locations:
        for path in _up(tuple(part for part in location if part != "[key]")):
            parent = _at(data, path[:-1])
            if isinstance(parent, dict) and path[-1] in parent:
                del parent[path[-1]]
                changed = True
                break
    return changed


def _up(path: Segments) -> Iterator[Segments]:
    while path:
        yield path
        path = path[:-1]


def _at(data: object, path: Segments) -> object:
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def _names(data: dict[str, Any], section: str) -> frozenset[str]:
    items = data.get(section)
    return frozenset(map(str, items)) if isinstance(items, dict) else frozenset()
