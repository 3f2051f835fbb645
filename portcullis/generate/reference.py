"""docs/reference.md: every field of the YAML, generated from the models."""

from __future__ import annotations

import types
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from components.organization import OrganizationConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

PATH = "docs/reference.md"

_HEAD = """\
# Reference: fields of the YAML

Generated from the models by `make docs`; a test fails when it is out of date.
A field that you leave out has its default, which is the secure value.
"""

_WORDS = {str: "text", int: "number", bool: "true or false", date: "date", timedelta: "days: `90d`"}


def reference() -> str:
    """Return the text of the page: one section a model, in the order in which they are met."""
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
    return words.strip().capitalize()


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
        text = (field.description or "").replace("\n", " ").replace("|", "\\|")
        lines.append(
            f"| `{field.alias or name}` | {_type(field.annotation)} | {_default(field)} | {text} |"
        )
    return "\n".join([*lines, ""])


def _type(annotation: Any) -> str:  # noqa: ANN401, PLR0911 - any annotation, a line a kind
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin is Literal:
        return " ".join(f"`{word}`" for word in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(_type(each) for each in arguments if each is not type(None))
    if origin is list:
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"mapping of {_type(arguments[0])} to {_type(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        heading = title(annotation)
        return f"[{heading.lower()}](#{heading.lower().replace(' ', '-')})"
    return _WORDS.get(annotation, str(annotation))


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if field.is_required() or value is PydanticUndefined:
        return "**required**"
    if isinstance(value, BaseModel):
        changed = value.model_dump(exclude_defaults=True)
        return f"`{changed}`" if changed else "its own defaults"
    if value in (None, "", [], {}):
        return "none"
    text = f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
    return f"`{text.lower() if isinstance(value, bool) else text}`"
