"""Policy configuration: levels and parameters by rule id. Unknown names are errors.

The engine checks the types of the parameters that a rule declares. It passes unknown rule ids and
unknown parameters silently, so both are checked here.
"""

import difflib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from portcullis_policy.judge import utc_today
from portcullis_policy.pulumi_pack.weakened import weakened
from portcullis_policy.registry import RULES
from portcullis_policy.rule import Rule
from portcullis_policy.settings import COMMON_PARAMETERS

_RESERVED = frozenset({"all", "environments"})
_FEW = 8
_LEVEL = "enforcementLevel"
_LEVELS = frozenset({"advisory", "mandatory", "remediate", "disabled"})


def schema(rule: Rule) -> dict[str, dict[str, object]]:
    """Return the JSON Schema properties of a rule's parameters."""
    return {
        parameter.name: {**parameter.schema, "description": parameter.meaning}
        for parameter in (*rule.parameters, *COMMON_PARAMETERS)
    }


def problems(rule: Rule, given: Mapping[str, object]) -> list[str]:
    """Return what is wrong with the parameters given for a rule, as sentences without values."""
    allowed = [parameter.name for parameter in (*rule.parameters, *COMMON_PARAMETERS)]
    return [
        f"`{name}` is no parameter of {rule.id}; {_suggest(name, allowed)}"
        for name in given
        if name not in allowed
    ]


UNREADABLE = (OSError, ValueError, RecursionError)
"""What reading a policy configuration may raise."""


def read_json(text: str) -> object:
    """Return a policy configuration; nothing is an empty one.

    Raises:
        ValueError: it is not JSON.
        RecursionError: it is nested too deeply.
    """
    content: object = json.loads(text or "{}")
    return content


def why_unreadable(error: Exception) -> str:
    """Return why a policy configuration cannot be read, without a word of it."""
    match error:
        case FileNotFoundError():
            return "there is no such file"
        case OSError():
            return f"cannot be read: {error.strerror}"
        case json.JSONDecodeError():
            return f"cannot be read as JSON: see line {error.lineno}, column {error.colno}"
        case RecursionError():
            return "cannot be read as JSON: it is nested too deeply"
    return "cannot be read as JSON: save it as UTF-8 text"


def check_file(file: Path, rules: Sequence[Rule] = RULES) -> list[str]:
    """Return what is wrong with a policy config file: unreadable, unknown ids or parameters.

    Args:
        file: JSON, as given to `pulumi preview --policy-pack-config`.
        rules: the catalogue.
    """
    try:
        content = read_json(file.read_text(encoding="utf-8"))
    except UNREADABLE as error:
        return [why_unreadable(error)]
    found = check_content(content, rules)
    if isinstance(content, dict):
        found += weakened(content, rules, utc_today())[1]
    return found


def check_content(content: object, rules: Sequence[Rule] = RULES) -> list[str]:
    """Return what is wrong with a policy configuration, as sentences without values.

    Args:
        content: of a policy config file, or the same from a stack's configuration.
        rules: the catalogue.
    """
    if not isinstance(content, dict):
        return ["must be an object: rule ids with a level or an object of parameters"]
    by_id = {rule.id: rule for rule in rules}
    found: list[str] = []
    for name, value in content.items():
        rule = by_id.get(name)
        if name in _RESERVED:
            continue
        if rule is None:
            found.append(f"`{name}` is not the id of a rule; {_suggest(name, list(by_id))}")
        elif isinstance(value, dict):
            given = {key: item for key, item in value.items() if key != _LEVEL}
            found += [*problems(rule, given), *_misfits(rule, given)]
            value = value.get(_LEVEL, "advisory")  # noqa: PLW2901 - the level alone is left to see
        if not isinstance(value, dict) and (not isinstance(value, str) or value not in _LEVELS):
            found.append(f"`{name}`: the level must be one of {', '.join(sorted(_LEVELS))}")
    return found


def _misfits(rule: Rule, given: Mapping[str, object]) -> list[str]:
    """Return which parameters have a value of another type than theirs; see Parameter.schema."""
    found = []
    for parameter in (*rule.parameters, *COMMON_PARAMETERS):
        if parameter.name not in given:
            continue
        value, expected = given[parameter.name], str(parameter.schema.get("type"))
        allowed = parameter.schema.get("enum")
        if not _is_a(value, expected):
            found.append(f"`{parameter.name}` of {rule.id} must be of type {expected}")
        elif isinstance(allowed, list | tuple) and value not in allowed:
            listed = ", ".join(map(str, allowed))
            found.append(f"`{parameter.name}` of {rule.id}: allowed: {listed}")
    return found


def _is_a(value: object, expected: str) -> bool:
    """Say whether a value has a type of JSON Schema; of the types that parameters have."""
    kinds: Mapping[str, tuple[type, ...]] = {
        "string": (str,),
        "integer": (int,),
        "boolean": (bool,),
        "array": (list, tuple),
    }
    whole = isinstance(value, bool) and expected != "boolean"
    return isinstance(value, kinds.get(expected, (object,))) and not whole


def _suggest(name: str, allowed: list[str]) -> str:
    """Return the nearest allowed name, or all of them when they are few."""
    near = difflib.get_close_matches(name, allowed, n=1)
    if near:
        return f"did you mean `{near[0]}`?"
    if not allowed:
        return "it has none"
    return f"allowed: {', '.join(allowed)}" if len(allowed) <= _FEW else "see docs/rules/index.md"


def main() -> int:
    """Check the files named on the command line; exit 1 with what is wrong."""
    found = [f"{name}: {problem}" for name in sys.argv[1:] for problem in check_file(Path(name))]
    print("\n".join(found) or "policy config: ok")  # noqa: T201 - this is a command
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
