"""Mistakes in what a person wrote: where, what, what is allowed, what to do."""

from __future__ import annotations

import types
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pydantic_core import ErrorDetails

    from components.declaration.yaml_file import Place, Segments


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake. ``what`` quotes no value: it might be a secret in the wrong place."""

    place: Place
    path: str
    what: str
    allowed: str = ""

    def __str__(self) -> str:
        """Two or three lines for a terminal."""
        lines = [f"error  {self.place}  {self.path}".rstrip(), f"      {self.what}"]
        if self.allowed:
            lines.append(f"      allowed: {self.allowed}")
        return "\n".join(lines)


class DeclarationError(Exception):
    """All mistakes of a declaration together; nothing was changed."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        """``mistakes`` in any order; they are told file by file, top to bottom."""
        self.mistakes = sorted(set(mistakes))
        count = len(self.mistakes)
        end = f"{count} mistake{'s' if count > 1 else ''}; nothing was changed"
        super().__init__("\n".join([*(str(mistake) for mistake in self.mistakes), end]))


def nearest(word: str, allowed: Iterable[str]) -> str:
    """``; did you mean `x`?``, or nothing when nothing is near."""
    close = get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""


def listed(words: Iterable[str]) -> str:
    """Words for `allowed:`, in order; or that there are none."""
    return ", ".join(sorted(words)) or "none is declared yet"


def explain(
    error: ErrorDetails, model: type[BaseModel], value: object
) -> tuple[Segments, str, str]:
    """A pydantic error in words: (path, what, allowed).

    ``value`` is what stood there, used only to find the nearest of the allowed words.
    """
    path = tuple(part for part in error["loc"] if part != "[key]")
    kind = error["type"]
    name = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        parent = list(_models(model, path[:-1]))
        fields = sorted({_alias(m, f) for m in parent for f in m.model_fields})
        noun = _noun(parent)
        return path, f"`{name}` is not a field of {noun}{nearest(name, fields)}", listed(fields)
    if kind == "missing":
        return path, f"`{name}` is missing", _description(model, path)
    if kind in {"literal_error", "enum"}:
        words = _literals(error)
        near = nearest(value, words) if isinstance(value, str) else ""
        return path, f"`{name}` has a value that is not known{near}", ", ".join(words)
    if kind == "value_error":
        text = str(error["ctx"]["error"])
        return path, *_split(f"`{name}`: {text}" if name else text)
    return path, f"`{name}`: {_WORDS.get(kind, error['msg'])}", _limits(error)


_WORDS = {
    "bool_type": "has to be true or false",
    "int_type": "has to be a whole number",
    "string_type": "has to be a text (in quotes, if it looks like a number or a date)",
    "list_type": "has to be a list",
    "dict_type": "has to be a mapping of names to items",
    "model_type": "has to be a mapping of fields",
    "model_attributes_type": "has to be a mapping of fields",
    "date_type": "has to be a date such as 2027-03-31",
    "date_from_datetime_parsing": "has to be a date such as 2027-03-31",
    "string_pattern_mismatch": "has characters that are not allowed here",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "too_short": "has too few items",
    "too_long": "has too many items",
    "greater_than_equal": "is too small",
    "greater_than": "is too small",
    "less_than_equal": "is too large",
}

_LIMITS = {
    "ge": "at least {}",
    "gt": "more than {}",
    "le": "at most {}",
    "min_length": "at least {}",
    "max_length": "at most {}",
    "pattern": "text that matches {}",
}


def _limits(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    return ", ".join(text.format(context[key]) for key, text in _LIMITS.items() if key in context)


def _split(text: str) -> tuple[str, str]:
    """Validators write `what; allowed: ...` or `allowed: ...`."""
    what, separator, allowed = text.partition("allowed: ")
    if not separator:
        return what, ""
    return what.rstrip(" :;") + " is not allowed as it stands", allowed


def _literals(error: ErrorDetails) -> list[str]:
    expected = str(error["ctx"]["expected"])
    return [word.strip("' ") for word in expected.replace(" or ", ", ").split(", ")]


def _alias(model: type[BaseModel], name: str) -> str:
    return model.model_fields[name].alias or name


def _noun(models: Sequence[type[BaseModel]]) -> str:
    """``BranchProtectionConfig`` as `branch protection`."""
    if not models:
        return "this item"
    name = models[0].__name__.removesuffix("Config").removeprefix("_")
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
    return f"{'an' if words[0] in 'aeio' else 'a'} {words}" if not words.endswith("s") else words


def _models(annotation: Any, path: Segments) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - any annotation
    """The models that stand at ``path`` below ``annotation``."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _models(get_args(annotation)[0], path)
    elif origin in (Union, types.UnionType):
        for choice in get_args(annotation):
            yield from _models(choice, path)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not path:
            yield annotation
            return
        for name, field in annotation.model_fields.items():
            if _alias(annotation, name) == path[0]:
                yield from _models(field.annotation, path[1:])
    elif origin in (list, dict) and path:
        yield from _models(get_args(annotation)[-1], path[1:])


def _description(model: type[BaseModel], path: Segments) -> str:
    """What a missing field is for, and its words if it has a few."""
    for parent in _models(model, path[:-1]):
        for name, field in parent.model_fields.items():
            if _alias(parent, name) == path[-1]:
                if get_origin(field.annotation) is Literal:
                    return ", ".join(map(str, get_args(field.annotation)))
                return (field.description or "").split("\n")[0]
    return ""
