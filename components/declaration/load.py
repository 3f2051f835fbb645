"""Read an organization: one YAML file, or a folder with one file a repository."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from components.declaration import references
from components.declaration.mistakes import DeclarationError, Mistake, Problem, explain
from components.declaration.names import Names
from components.declaration.resolve import resolve
from components.declaration.yaml_file import Place, Segments, UnreadableError, YamlFile, read
from components.organization import OrganizationConfig
from components.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic_core import ErrorDetails

    from components.organization import ResolvedOrganization

FOLDER = "orgs"
"""The folder of declarations, below the project's folder."""


@dataclass(frozen=True)
class Declaration:
    """A checked organization, and the files it came from."""

    resolved: ResolvedOrganization
    mistake: Callable[[Segments, str, str], Mistake]
    """A mistake that is found later, by its path, what it is, and what is allowed."""

    @property
    def config(self) -> OrganizationConfig:
        """Return the organization as it is written."""
        return self.resolved.config


def load(name: str, root: Path | None = None, *, blanks: bool = False) -> Declaration:
    """Read `orgs/<name>.yaml`, or `orgs/<name>/organization.yaml` and `.../repositories/*.yaml`.

    Args:
        name: as in the stack's config, `portcullis:organization`.
        root: the project's folder; the working directory if not given.
        blanks: accept secrets without a source, as an import writes them.

    Raises:
        DeclarationError: with every mistake.
    """
    root = root or Path.cwd()
    files = _Files(root, name)
    resolved, problems = checked(files.data(), files.origins(), root)
    if resolved and not blanks:
        problems += unfilled(resolved)
    mistakes = files.mistakes + [files.mistake(*problem) for problem in problems]
    if mistakes or not resolved:
        raise DeclarationError(mistakes)
    return Declaration(resolved, files.mistake)


def checked(
    data: dict[str, Any], origins: Mapping[str, Origin], root: Path
) -> tuple[ResolvedOrganization | None, list[Problem]]:
    """Return an organization as far as it is valid, and all that is wrong.

    Args:
        data: The organization as it is written, its repositories included.
        origins: The organization's origin under ``""``, and those of repositories with files of
            their own.
        root: the project's folder, where its managed files lie.
    """
    config, problems = _validate(data)
    problems += references.same_names(data)
    if not config:
        return None, problems
    resolved = resolve(config, origins)
    wrong = frozenset(path for path, _, _ in problems)
    names = Names(_names(data, "teams"), _names(data, "repositories"), root, wrong)
    problems += references.check(resolved, names)
    return resolved, problems


def unfilled(resolved: ResolvedOrganization) -> Iterator[Problem]:
    """Find secrets whose source an import left blank."""
    for secret in resolved.secrets:
        if secret.config.from_.is_blank:
            what = "the source of this secret is not filled in yet: GitHub never shows its value"
            allowed = (
                "a source, such as {vault: ci/codecov, key: token} (docs/secrets.md); or remove "
                "the secret here: it stays on GitHub, and Portcullis does not manage it"
            )
            yield (*secret.path, "from"), what, allowed


class _Files:
    """The files of a declaration as one piece of data that knows its locations."""

    def __init__(self, root: Path, name: str) -> None:
        self.mistakes: list[Mistake] = []
        self.repositories: dict[str, YamlFile] = {}
        alone, folder = root / FOLDER / f"{name}.yaml", root / FOLDER / name
        plain_name = Path(name).name == name
        in_folder = plain_name and folder.is_dir()
        main = folder / "organization.yaml" if in_folder else alone
        place = Place(
            f"{FOLDER}/{name}/organization.yaml" if in_folder else f"{FOLDER}/{name}.yaml"
        )
        if not plain_name or not main.is_file():
            what = "there is no such file; the stack's portcullis:organization names it"
            raise DeclarationError([Mistake(place, "", what, ", ".join(_organizations(root)))])
        if in_folder and alone.is_file():
            what = f"there is also the folder {FOLDER}/{name}: keep one of them"
            self.mistakes.append(Mistake(Place(f"{FOLDER}/{name}.yaml"), "", what))
        self.main = self._read(main, root) or YamlFile(place.file)
        if in_folder:
            self._read_repositories(folder / "repositories", root)

    def _read_repositories(self, folder: Path, root: Path) -> None:
        for path in sorted(folder.glob("*")):
            if path.name.startswith("."):
                continue
            if path.suffix != ".yaml" or not path.is_file():
                place = Place(path.relative_to(root).as_posix())
                what = "is not a repository's file, and would be ignored"
                self.mistakes.append(Mistake(place, "", what, "<repository>.yaml"))
            elif file := self._read(path, root):
                self.repositories[path.stem] = file

    def _read(self, path: Path, root: Path) -> YamlFile | None:
        try:
            return read(path, path.relative_to(root).as_posix())
        except UnreadableError as error:
            self.mistakes.append(Mistake(error.place, "", error.what))
            return None

    def data(self) -> dict[str, Any]:
        """Return the data of all files; a repository that two files declare is a mistake."""
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
                Mistake(place, f"repositories.{name}", f"{other} declares it too: keep one of them")
            )
        if self.repositories:
            own = {name: file.data for name, file in self.repositories.items()}
            data["repositories"] = {**inline, **own}
        return data

    def mistake(self, path: Segments, what: str, allowed: str) -> Mistake:
        """Return a mistake with its location in the right file."""
        file, inside = self.main, path
        if len(path) > 1 and path[0] == "repositories" and path[1] in self.repositories:
            file, inside = self.repositories[str(path[1])], path[2:]
        return Mistake(file.place(inside), ".".join(map(str, path)), what, allowed)

    def origins(self) -> dict[str, Origin]:
        """Return the origins: the organization's file, and the repositories' own files."""
        own = {
            name: Origin(file.name, ("repositories", name))
            for name, file in self.repositories.items()
        }
        return {"": Origin(self.main.name), **own}


def _organizations(root: Path) -> list[str]:
    """Return the names of the declarations in the project."""
    folders = {path.parent.name for path in (root / FOLDER).glob("*/organization.yaml")}
    return sorted(folders | {path.stem for path in (root / FOLDER).glob("*.yaml")})


def _validate(data: dict[str, Any]) -> tuple[OrganizationConfig | None, list[Problem]]:
    """Return the organization as far as it is valid, and what is wrong.

    What is wrong is cut out and the rest looked at again, so that mistakes of the second kind
    (names that do not exist) are reported in the same run as those of the first.
    """
    problems: list[Problem] = []
    rest = data
    while True:
        try:
            return OrganizationConfig.model_validate(rest), problems
        except ValidationError as error:
            details = error.errors(include_url=False)
        paths = [_path(detail, rest) for detail in details]
        if not problems:
            rest = copy.deepcopy(data)
            for detail, path in zip(details, paths, strict=True):
                what, allowed = explain(detail, OrganizationConfig, path, _at(data, path))
                problems.append((path, what, allowed))
        if not _cut(rest, paths):
            return None, problems


_STAND_INS: dict[str, Any] = {
    "organization": "unknown",
    "plan": "enterprise",
    "settings": {"display_name": "unknown", "billing_email": "un@known"},
}
"""Values for required fields of the organization that a file lacks, to find its other mistakes."""


def _cut(data: dict[str, Any], paths: list[Segments]) -> bool:
    """Take the innermost named item of each path out; False when nothing is left to take."""
    changed = False
    for whole in paths:
        if whole and whole[0] in _STAND_INS:
            stand_in = copy.deepcopy(_STAND_INS[str(whole[0])])
            changed |= data.get(str(whole[0])) != stand_in
            data[str(whole[0])] = stand_in
            continue
        for path in _up(whole):
            parent = _at(data, path[:-1])
            if isinstance(parent, dict) and path[-1] in parent:
                del parent[path[-1]]
                changed = True
                break
    return changed


def _path(error: ErrorDetails, data: object) -> Segments:
    """Return the keys and indexes of an error's location.

    pydantic also puts the choice of a union there, and `[key]` where a key is wrong.
    """
    path: list[str | int] = []
    for part in error["loc"]:
        key = isinstance(data, dict) and part in data
        item = isinstance(data, list) and isinstance(part, int)
        if key or item or (error["type"] == "missing" and part == error["loc"][-1]):
            path.append(part)
            data = _at(data, (part,))
    return tuple(path)


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
