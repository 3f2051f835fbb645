"""The inputs of a workflow: those of a dispatch and those of a call, by their declared types.

Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputs
and #onworkflow_callinputs
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from sandbox.runs.expressions import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

DISPATCH_LIMIT = 25
"""Inputs that one dispatch may give."""
_DISPATCH_TYPES = ("string", "boolean", "number", "choice", "environment")
_CALL_TYPES = ("string", "boolean", "number")
_EMPTY: dict[str, Any] = {"boolean": False, "number": 0}
"""What an input is that is neither given nor has a default; other types are empty text."""


class InputError(ValueError):
    """Inputs that GitHub does not take; the message is GitHub's, or close to it."""


def declared(filters: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the inputs that a trigger declares, by name."""
    found = filters.get("inputs")
    if not isinstance(found, dict):
        return {}
    return {str(name): about if isinstance(about, dict) else {} for name, about in found.items()}


def mistakes(event: str, filters: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the declarations of a trigger: GitHub starts no such workflow."""
    allowed = {"workflow_dispatch": _DISPATCH_TYPES, "workflow_call": _CALL_TYPES}.get(event, ())
    found = []
    for name, about in declared(filters).items() if allowed else ():
        kind = about.get("type")
        if kind is None and event == "workflow_call":
            found.append(f"input {name}: type is missing; allowed: {', '.join(allowed)}")
        elif kind is not None and kind not in allowed:
            found.append(f"input {name}: unexpected type; allowed: {', '.join(allowed)}")
        elif kind == "choice" and not isinstance(about.get("options"), list):
            found.append(f"input {name}: a choice needs options")
    return found


def dispatched(
    wanted: Mapping[str, dict[str, Any]], given: Mapping[str, Any], environments: Collection[str]
) -> dict[str, Any]:
    """Return the inputs of a dispatch, each with the type that the workflow declares.

    Args:
        wanted: The declared inputs.
        given: What the request gives; clients such as `gh` give every value as text.
        environments: The names of the repository's environments.

    Raises:
        InputError: An input is unknown, missing, or not of its type.
    """
    if len(given) > DISPATCH_LIMIT:
        raise InputError(f"inputs: no more than {DISPATCH_LIMIT} inputs are allowed")
    unknown = sorted(given.keys() - wanted.keys())
    if unknown:
        raise InputError(f"Unexpected inputs provided: {json.dumps(unknown)}")
    found = {}
    for name, about in wanted.items():
        if given.get(name) is None and about.get("required") and about.get("default") is None:
            raise InputError(f"Required input '{name}' not provided")
        found[name] = _dispatched(name, about, given, environments)
    return found


def _dispatched(
    name: str, about: Mapping[str, Any], given: Mapping[str, Any], environments: Collection[str]
) -> Any:  # noqa: ANN401 - text, boolean or number
    kind = str(about.get("type") or "string")
    value = given.get(name)
    value = about.get("default") if value is None else value
    if value is None:
        return _EMPTY.get(kind, "")
    if not isinstance(value, str | bool | int | float):
        raise InputError(f"Provided value for input '{name}' is not a string")
    text = as_text(value)
    lists: dict[str, Callable[[], list[str]]] = {
        "boolean": lambda: ["true", "false"],
        "choice": lambda: [as_text(each) for each in about.get("options") or []],
        "environment": lambda: list(environments),
    }
    if kind in lists and text not in lists[kind]():
        raise InputError(
            f"Provided value '{text}' for input '{name}' not in the list of allowed values"
        )
    if kind == "boolean":
        return text == "true"
    if kind == "number":
        number = _number(text)
        if number is None:
            raise InputError(f"Provided value '{text}' for input '{name}' is not a number")
        return number
    return text


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def check_call(wanted: Mapping[str, dict[str, Any]], given: Mapping[str, Any]) -> None:
    """Check what a job gives to the workflow that it calls, before anything is evaluated.

    Raises:
        InputError: An input is unknown, missing, or a literal of another type.
    """
    for name in given:
        if name not in wanted:
            raise InputError(f"Invalid input, {name} is not defined in the referenced workflow.")
    for name, about in wanted.items():
        if name not in given:
            if about.get("required"):
                raise InputError(f"Input {name} is required, but not provided while calling.")
        elif not (isinstance(given[name], str) and "${{" in given[name]):
            _called(name, about, given[name])


def called(wanted: Mapping[str, dict[str, Any]], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs of a called workflow, from the evaluated values of the calling job.

    Raises:
        InputError: A value is not of the declared type.
    """
    return {
        name: _called(name, about, given.get(name, about.get("default")))
        for name, about in wanted.items()
    }


def _called(name: str, about: Mapping[str, Any], value: Any) -> Any:  # noqa: ANN401 - text, boolean or number
    kind = str(about.get("type"))
    if value is None:
        return _EMPTY.get(kind, "")
    fits = {
        "boolean": isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
    }
    if not fits.get(kind, isinstance(value, str | bool | int | float)):
        raise InputError(f"Unexpected value for input {name}: it has to be a {kind}")
    return value if kind in fits else as_text(value)


def as_event(found: Mapping[str, Any]) -> dict[str, str]:
    """Return a dispatch's inputs as `github.event.inputs` has them: every value is text."""
    return {name: as_text(value) for name, value in found.items()}
