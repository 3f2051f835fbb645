"""docs/reference.md: every field of the YAML, generated from the models."""

from __future__ import annotations

import io
import types
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from ruamel.yaml import YAML

from components.base import meanings
from components.organization import OrganizationConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

PATH = "docs/reference.md"

_HEAD = """\
# Reference: fields of the YAML

Generated from the models by `make docs`; a test fails when it is out of date.
A field that you leave out has its default, which is the secure value. The default *none* means that
nothing is declared; *see its fields* means that the section of the type lists the defaults.
"""

_WORDS = {
    str: "text",
    int: "number",
    bool: "`true` or `false`",
    date: "date, such as `2027-03-31`",
    timedelta: "days, such as `90d`",
}
_NAMES = {"App role": "AppRole", "Aws": "AWS", "Esc": "ESC", "Jwt": "JWT", "Npm": "npm"}
"""Names that a class in Python cannot spell as their owners do."""
_LIMITS = {"ge", "le"}
"""The attributes of pydantic's limits for numbers."""


def reference() -> str:
    """Return the text of the page: one section per model, the outer one first."""
    seen: dict[type[BaseModel], None] = {}
    _collect(OrganizationConfig, seen)
    sections = [_section(model) for model in seen]
    return "\n".join([_HEAD, *sections])


def _collect(model: type[BaseModel], seen: dict[type[BaseModel], None]) -> None:
    if model in seen:
        return
    seen[model] = None
    for field in model.model_fields.values():
        for inner in _models(field.annotation):
            _collect(inner, seen)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - any annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def title(model: type[BaseModel]) -> str:
    """Return ``BranchProtectionConfig`` as `Branch protection`."""
    name = model.__name__.removesuffix("Config")
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
    heading = words.strip().capitalize()
    return next(
        (heading.replace(word, own, 1) for word, own in _NAMES.items() if heading.startswith(word)),
        heading,
    )


def anchor(model: type[BaseModel]) -> str:
    """Return what a link to the model's section names."""
    return title(model).lower().replace(" ", "-")


def _section(model: type[BaseModel]) -> str:
    intro = (model.__doc__ or "").split("\n\n")[0].replace("\n", " ").strip()
    lines = [
        f"## {title(model)}",
        "",
        intro,
        "",
        "| field | type | default | meaning |",
        "|---|---|---|---|",
    ]
    for name, field in model.model_fields.items():
        text = meanings(model)[name].replace("\n", " ").replace("|", "\\|")
        kind = _type(field.annotation) + _range(field)
        lines.append(f"| `{field.alias or name}` | {kind} | {_default(field)} | {text} |")
    return "\n".join([*lines, ""])


def _type(annotation: Any) -> str:  # noqa: ANN401, PLR0911 - any annotation, a line a kind
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin is Literal:
        return _or([f"`{word}`" for word in arguments])
    if origin in (Union, types.UnionType):
        return " or ".join(_type(each) for each in arguments if each is not type(None))
    if origin is list:
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"mapping of {_type(arguments[0])} to {_type(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        heading = title(annotation)
        return f"[{_NAMES.get(heading, heading.lower())}](#{anchor(annotation)})"
    return _WORDS.get(annotation, str(annotation))


def _or(words: list[str]) -> str:
    """Return ``a, b or c``."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _range(field: FieldInfo) -> str:
    """Return ``, 0 to 10`` for a number with limits."""
    limits = {
        name: getattr(each, name) for each in field.metadata for name in _LIMITS & {*dir(each)}
    }
    return f", {limits['ge']} to {limits['le']}" if limits.keys() == _LIMITS else ""


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if field.is_required() or value is PydanticUndefined:
        return "**required**"
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_defaults=True, by_alias=True)
        if not value:
            return "see its fields"
    return "none" if value in (None, "", [], {}) else f"`{_yaml(value)}`"


def _yaml(value: object) -> str:
    """Return the value as people write it: in YAML, on one line."""
    yaml = YAML(typ=["safe", "pure"])
    yaml.default_flow_style, yaml.width = True, 1000
    text = io.StringIO()
    yaml.dump(value, text)
    return text.getvalue().removesuffix("...\n").strip()
