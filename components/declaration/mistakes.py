"""Mistakes in what a person wrote: the location, what is wrong, and what is allowed."""

from __future__ import annotations

import re
import types
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from components.base import meanings
from components.names.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pydantic_core import ErrorDetails

    from components.declaration.yaml_file import Place, Segments


Problem = tuple["Segments", str, str]
"""A mistake before its location is known: its path, what is wrong, and what is allowed."""


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake. ``what`` quotes no value: it might be a secret in the wrong place."""

    place: Place
    path: str
    what: str
    allowed: str = ""

    def __post_init__(self) -> None:
        """Keep escapes that people wrote in names out of every message, whatever prints it."""
        for field in ("path", "what", "allowed"):
            object.__setattr__(self, field, printable(getattr(self, field)))

    def __str__(self) -> str:
        """Return two or three lines for a terminal."""
        lines = [f"error  {self.place}  {self.path}".rstrip(), f"      {self.what}"]
        if self.allowed:
            lines.append(f"      allowed: {self.allowed}")
        return "\n".join(lines)


class DeclarationError(Exception):
    """All mistakes of a declaration together; nothing was changed."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        """Take ``mistakes`` in any order; they are reported file by file, top to bottom."""
        self.mistakes = sorted(set(mistakes))
        count = len(self.mistakes)
        end = f"{count} mistake{'s' if count > 1 else ''}; nothing was changed"
        super().__init__("\n".join([*(str(mistake) for mistake in self.mistakes), end]))


def nearest(word: str, allowed: Iterable[str], below: Iterable[str] = ()) -> str:
    """Return ``; did you mean `x`?``, or nothing when nothing is near.

    Each part of the word has to be meant: `protection` is not near to `push_protection`, since
    another security setting would be worse than none.

    Args:
        word: what is written.
        allowed: what may be written there.
        below: dotted paths of what may be written further below.
    """
    for words in (list(allowed), list(below)):
        meant = [each for each in words if _has_parts(each.rpartition(".")[2], word)]
        close = get_close_matches(word, meant, n=1, cutoff=0.6)
        if not close and (len(_parts(word)) > 1 or (words and "." in words[0])):
            close = sorted(meant, key=lambda each: (len(each), each))[:1]
        if close:
            return f"; did you mean `{close[0]}`?"
    return ""


def _has_parts(candidate: str, word: str) -> bool:
    return all(get_close_matches(part, _parts(candidate), n=1) for part in _parts(word))


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"[^a-z0-9]+", name.lower()) if part]


def listed(words: Iterable[str]) -> str:
    """Return words for `allowed:`, in order, or that there are none."""
    return ", ".join(sorted(words)) or "none is declared yet"


def explain(
    error: ErrorDetails, model: type[BaseModel], path: Segments, value: object
) -> tuple[str, str]:
    """Return a pydantic error in words: (what, allowed).

    Args:
        error: the error; its location may name more than the file has, such as a union's choice.
        model: what the whole file should be.
        path: where in the file.
        value: what stands there, used only to find the nearest of the allowed words.
    """
    kind = error["type"]
    subject = _subject(path, is_key=error["loc"][-1:] == ("[key]",))
    if kind == "extra_forbidden":
        noun, fields = _fields(model, path[:-1], error["loc"])
        below = [
            f"{field}.{name}" for field in fields for name in _fields(model, (*path[:-1], field))[1]
        ]
        near = nearest(str(path[-1]), fields, below)
        return f"{subject} is not a field of {noun}{near}", listed(fields)
    if kind == "missing":
        return f"{subject} is missing", _description(model, path)
    if kind == "literal_error":
        words = _literals(error)
        near = nearest(value, words) if isinstance(value, str) else ""
        return f"{subject} has a value that is not known{near}", ", ".join(words)
    if kind == "registry" and isinstance(value, dict):
        known = {field for each in _models(model, path) for field in each.model_fields}
        what, allowed = _by_validator(subject, error["msg"])
        words = [word.partition(":")[0] for word in allowed.split(", ")]
        guesses = [nearest(key, words) for key in map(str, value) if key not in known]
        return what + next((each for each in guesses if each), ""), allowed
    if kind in {"value_error", "visible_to", "registry", "choice"}:
        return _by_validator(subject, error["msg"].removeprefix("Value error, "))
    what = f"{subject} {_WORDS.get(kind, 'is of the wrong kind')}"
    if value is None:
        what += "; it is empty: give it a value, or remove it"
    return what, listed(_fields(model, path)[1]) if kind in _MAPPINGS else _limits(error)


def _by_validator(subject: str, text: str) -> tuple[str, str]:
    """Return what a validator reports: `what; allowed: ...`, or one of the two."""
    what, separator, allowed = text.partition("allowed: ")
    if what:
        return f"{subject}: {what.rstrip(' ;')}", allowed
    return f"{subject} is not valid", allowed if separator else ""


def _subject(path: Segments, *, is_key: bool) -> str:
    if not path:
        return "the organization"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of `{path[-2]}`"
    return f"the name `{path[-1]}`" if is_key else f"`{path[-1]}`"


_MAPPINGS = {"model_type", "model_attributes_type"}
_WORDS = {
    "bool_type": "has to be true or false",
    "int_type": "has to be a whole number",
    "string_type": "has to be a text (in quotes, if it looks like a number)",
    "list_type": "has to be a list",
    "dict_type": "has to be a mapping of names to items",
    "model_type": "has to be a mapping of fields",
    "model_attributes_type": "has to be a mapping of fields",
    "string_unicode": "has characters that UTF-8 does not have",
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
    "min_length": "at least {} {}",
    "max_length": "at most {} {}",
}


def _limits(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    unit = "characters" if error["type"].startswith("string") else "items"
    limits = [text.format(context[key], unit) for key, text in _LIMITS.items() if key in context]
    return ", ".join(limits).replace("1 items", "1 item").replace("1 characters", "1 character")


def _literals(error: ErrorDetails) -> list[str]:
    expected = str(error["ctx"]["expected"])
    return [word.strip("' ") for word in expected.replace(" or ", ", ").split(", ")]


def _alias(model: type[BaseModel], name: str) -> str:
    return model.model_fields[name].alias or name


def _fields(
    model: type[BaseModel], path: Segments, location: Sequence[str | int] = ()
) -> tuple[str, list[str]]:
    """Return a noun for the item at ``path``, and its fields.

    Where several models are possible, ``location`` names the one that was tried.
    """
    models = list(_models(model, path))
    models = [each for each in models if _words_of(each) in location] or models
    return _noun(models), sorted(
        {_alias(each, name) for each in models for name in each.model_fields}
    )


def _noun(models: Sequence[type[BaseModel]]) -> str:
    """Return ``BranchProtectionConfig`` as `branch protection`."""
    if not models:
        return "this item"
    words = _words_of(models[0])
    return f"{'an' if words[0] in 'aeio' else 'a'} {words}" if not words.endswith("s") else words


def _words_of(model: type[BaseModel]) -> str:
    name = model.__name__.removesuffix("Config").removeprefix("_")
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


def _models(annotation: Any, path: Segments) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - any annotation
    """Yield the models at ``path`` below ``annotation``."""
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
    """Return the description of a missing field, or its words if it has a few."""
    for parent in _models(model, path[:-1]):
        for name, field in parent.model_fields.items():
            if _alias(parent, name) == path[-1]:
                if get_origin(field.annotation) is Literal:
                    return ", ".join(map(str, get_args(field.annotation)))
                return meanings(parent)[name].split("\n")[0]
    return ""
