"""The files under `esc/`: which environments ESC should have, and who may do what with them.

`esc/access.yaml` has the organization and the access policies; `esc/<project>/<group>.yaml` is a
group of secrets, which is an environment a stage in ESC: `<project>/<group>-<stage>`. Each project
also has an environment a stage, `<project>/<stage>`, that imports all groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator

from components.base import Config, matching
from components.declaration.mistakes import DeclarationError, Mistake, explain
from components.declaration.yaml_file import Place, UnreadableError, YamlFile, read
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from components.declaration.yaml_file import Segments

FOLDER = "esc"
ACCESS = "access.yaml"

Stage = Literal["development", "staging", "production"]
STAGES: tuple[Stage, ...] = ("development", "staging", "production")
Level = Literal["read", "open", "write", "admin"]
Key = Annotated[
    str,
    matching(
        r"[A-Za-z_][A-Za-z0-9_]*",
        "allowed: a name: letters, digits and _; never the value itself",
    ),
]
Name = Annotated[
    str,
    matching(
        r"(?!\.|open|yaml)[A-Za-z0-9_.-]{1,80}",
        "allowed: letters, digits, hyphens, dots and underscores; not beginning with open or yaml",
    ),
]
"""ESC's own rule; pulumi-esc-sdk has it as a pattern."""


Account = Annotated[
    str,
    matching(r"[A-Za-z0-9_.-]{1,80}", "allowed: letters, digits, hyphens, dots and underscores"),
]
"""A team's or an organization's name at Pulumi."""


class Policy(Config):
    """An access policy: teams, and what they may do with the environments of stages."""

    teams: list[Account] = Field(min_length=1)
    """Teams of the organization at Pulumi."""
    stages: list[Stage] = Field(min_length=1)
    """`development`, `staging`, `production`."""
    level: Level
    """`read` the definition, `open` it to see values, `write` it, or `admin`: delete it too."""


class Access(Config):
    """The organization at Pulumi, and its access policies."""

    organization: Account
    """Its name at Pulumi."""
    policies: dict[Name, Policy]
    """By name."""


class Group(Config):
    """A group of secrets, one environment a stage."""

    description: str
    """What they are for."""
    stages: list[Stage] = Field(default=[*STAGES], min_length=1)
    """The stages that have the group."""
    keys: list[Key] = Field(default=[])
    """Names whose values are set in ESC, and are nowhere else."""
    opened: dict[Key, Any] = Field(default={})
    """Values that ESC opens elsewhere (`fn::open::...`) or refers to, in ESC's own words."""

    @field_validator("opened", mode="after")
    @classmethod
    def _no_values(cls, opened: dict[str, Any]) -> dict[str, Any]:
        """Return a secret's value, or what may be one, is never in a file."""
        for name, value in opened.items():
            if _has(value, "fn::secret"):
                raise ValueError(f"`{name}` has `fn::secret`: its value belongs into ESC only")
            if not (isinstance(value, dict) or (isinstance(value, str) and "${" in value)):
                raise ValueError(f"`{name}` is no reference; allowed: fn::open::..., or ${{...}}")
        return opened


def _has(value: object, name: str) -> bool:
    if isinstance(value, dict):
        return name in value or any(_has(each, name) for each in value.values())
    return isinstance(value, list) and any(_has(each, name) for each in value)


@dataclass(frozen=True)
class Environment:
    """An environment that ESC should have."""

    project: str
    name: str
    stage: Stage
    keys: tuple[str, ...] = ()
    opened: tuple[tuple[str, Any], ...] = ()
    imports: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it as people and `pulumi env` write it."""
        return f"{self.project}/{self.name}"


@dataclass(frozen=True)
class Files:
    """All of `esc/`."""

    access: Access
    projects: dict[str, dict[str, Group]]

    def environments(self) -> Iterator[Environment]:
        """Yield every environment that ESC should have; those that are imported come first."""
        for project, groups in self.projects.items():
            for stage in STAGES:
                names = [
                    f"{name}-{stage}" for name, group in groups.items() if stage in group.stages
                ]
                for name, group in groups.items():
                    if stage in group.stages:
                        keys, opened = tuple(group.keys), tuple(group.opened.items())
                        yield Environment(project, f"{name}-{stage}", stage, keys, opened)
                if names:
                    imports = tuple(f"{project}/{name}" for name in names)
                    yield Environment(project, stage, stage, imports=imports)

    def groups_by_key(self, project: str) -> dict[str, str]:
        """Return the group of each name of a project."""
        groups = self.projects.get(project, {})
        return {key.upper(): name for name, group in groups.items() for key in group.keys}


def organization(root: Path) -> str:
    """Return the organization at Pulumi, as `esc/access.yaml` has it.

    Raises:
        UserError: the files have mistakes.
    """
    return load(root).access.organization


def load(root: Path) -> Files:
    """Read all files under `esc/`.

    Args:
        root: the project's folder.

    Raises:
        UserError: with every mistake.
    """
    mistakes: list[Mistake] = []
    access = _read(root, f"{FOLDER}/{ACCESS}", Access, mistakes)
    projects: dict[str, dict[str, Group]] = {}
    for path in sorted((root / FOLDER).glob("*/*.yaml")):
        name = path.relative_to(root).as_posix()
        group = _read(root, name, Group, mistakes)
        if group:
            projects.setdefault(path.parent.name, {})[path.stem] = group
            mistakes += _twice(name, path.stem, group, projects[path.parent.name])
    if mistakes or access is None:
        raise UserError(str(DeclarationError(mistakes)))
    return Files(access, projects)


_Model = TypeVar("_Model", Access, Group)


def _read(root: Path, name: str, model: type[_Model], mistakes: list[Mistake]) -> _Model | None:
    try:
        file = read(root / name, name)
    except UnreadableError as error:
        mistakes.append(Mistake(error.place, "", error.what))
        return None
    try:
        return model.model_validate(file.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            path = tuple(part for part in detail["loc"] if part != "[key]")
            what, allowed = explain(detail, model, path, _at(file, path))
            text = ".".join(str(part) for part in path)
            mistakes.append(Mistake(file.place(path), text, what, allowed))
    return None


def _at(file: YamlFile, path: Segments) -> object:
    found: Any = file.data
    for part in path:
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            return None
    return found


def _twice(file: str, name: str, group: Group, groups: dict[str, Group]) -> Iterator[Mistake]:
    """Yield names that another group of the project has too: one would hide the other's value."""
    mine = {*group.keys, *group.opened}
    for other, theirs in groups.items():
        for key in sorted(mine & {*theirs.keys, *theirs.opened}) if other != name else ():
            yield Mistake(Place(file), "keys", f"`{key}` is in {other}.yaml too; take one out")
