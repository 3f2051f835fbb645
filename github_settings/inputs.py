"""A resource's inputs: their names in Pulumi, what is wrong with them, and what has changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pulumi.runtime.rpc import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from github_settings.table import Field, Kind, Setting

_TYPES: Mapping[str, Mapping[str, Any]] = {
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "integers": {"type": "array", "items": {"type": "integer"}},
}


def camel(name: str) -> str:
    """Return a name of GitHub's as Pulumi writes it."""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


def allowed(kind: Kind) -> str:
    """Return what a field may be, for people."""
    if isinstance(kind, tuple):
        return ", ".join(kind)
    return {"boolean": "true, false", "integer": "a whole number"}.get(kind, "a list of numbers")


def mistakes(setting: Setting, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each wrong input, and why. What is not known yet may be right."""
    known = {camel(field.name): field for field in setting.fields}
    names = {*known, "repository"} if setting.of_repository else set(known)
    for name in sorted(inputs.keys() - names):
        yield name, f"{setting.type} has no field {name}; allowed: {', '.join(sorted(names))}"
    if setting.of_repository and not isinstance(inputs.get("repository"), str):
        yield "repository", f"{setting.type}.repository is missing; allowed: a repository's name"
    for name, field in known.items():
        value = inputs.get(name)
        if not _exists(field, inputs):
            if value is not None:
                other, wanted = field.only_with or ("", "")
                yield name, f"{setting.type}.{name} has no effect without {camel(other)}: {wanted}"
        elif not _fits(value, field.kind):
            what = "is missing" if value is None else "is not what GitHub takes"
            yield name, f"{setting.type}.{name} {what}; allowed: {allowed(field.kind)}"


def changed(setting: Setting, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return the names of the inputs that differ."""
    unordered = {camel(each.name) for each in setting.fields if each.kind == "integers"}

    def same(name: str) -> bool:
        before, after = old.get(name), new.get(name)
        if name in unordered and isinstance(before, list) and isinstance(after, list):
            return sorted(map(str, before)) == sorted(map(str, after))
        return bool(before == after)

    return [name for name in sorted(old.keys() | new.keys()) if not same(name)]


def body(setting: Setting, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs as GitHub takes them; its numbers are whole ones."""
    given = {field: inputs.get(camel(field.name)) for field in setting.fields}
    return {field.name: _whole(value) for field, value in given.items() if value is not None}


def schema(setting: Setting) -> dict[str, Any]:
    """Return the resource's description in Pulumi's schema."""
    properties: dict[str, Any] = {
        camel(field.name): {
            **(_TYPES[field.kind] if isinstance(field.kind, str) else {"type": "string"}),
            "description": f"Allowed: {allowed(field.kind)}.",
        }
        for field in setting.fields
    }
    required = [camel(field.name) for field in setting.fields if not field.only_with]
    if setting.of_repository:
        properties["repository"] = {"type": "string", "description": "Its name."}
        required.append("repository")
    return {
        "description": f"{setting.source}",
        "inputProperties": properties,
        "properties": properties,
        "requiredInputs": required,
        "required": required,
    }


def _exists(field: Field, inputs: Mapping[str, Any]) -> bool:
    if field.only_with is None:
        return True
    name, value = field.only_with
    return inputs.get(camel(name)) in (value, UNKNOWN)


def _fits(value: object, kind: Kind) -> bool:
    if value == UNKNOWN:
        return True
    if isinstance(kind, tuple):
        return value in kind
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "integer":
        return (
            not isinstance(value, bool) and isinstance(value, float | int) and value == int(value)
        )
    return isinstance(value, list) and all(_fits(each, "integer") for each in value)


def _whole(value: object) -> object:
    """Return numbers without the fraction that Pulumi's protocol gives to all."""
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return int(value) if isinstance(value, float) else value
