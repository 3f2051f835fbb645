"""IAM policies of AWS, read from JSON or objects: who and what their statements are for.

What cannot be read without doubt is UNKNOWN, and rules refuse it.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from portcullis_policy.facts import UNKNOWN, Facts, UnknownType
from portcullis_policy.semantics.languages.automata import (
    ANY,
    ANYTHING,
    Automaton,
    Expression,
    TooComplexError,
    automaton,
    literal,
    sequence,
)

Statement = Mapping[str, object]

LONGEST = 64 * 1024
"""Characters; a longer policy is not read. AWS takes fewer."""
_LONGEST_PATTERN = 1000

_AT_TOP = {"Version", "Id", "Statement"}
_ELEMENTS = {
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
    *("Resource", "NotResource", "Condition"),
}
_VARIABLE = "${"
_ALL_RESOURCES = re.compile(
    r"\*+|arn(:aws[\w*-]*)?(:\**)*:\*+"
    r"|arn:[^:/]*:(?!s3:.*:[a-z])[^:/]*:[^:/]*:[^:]*:(\*+([/:]\**)?|[a-z-]+[/:]\*+)"
)
"""Every resource of an account, of a service, or of one kind such as `role/*`."""
_ANY_BEGINNING = re.compile(
    r"arn:[^:]*:((iam|kms|secretsmanager|ssm|lambda|ecr):[^/]*[/:]|s3:::)\*.*"
)
"""Resources such as `role/*admin*`, whose names may begin with anything."""


def statements(facts: Facts, *path: str) -> list[Statement] | UnknownType:
    """Return the statements of an IAM policy; UNKNOWN for one that cannot be seen or read.

    Args:
        facts: the resource's.
        path: where the policy stands, as JSON in a text or as an object.
    """
    document = facts.at(*path)
    if isinstance(document, str):
        try:
            document = _parsed(document)
        except (ValueError, RecursionError):
            return UNKNOWN
    if document is None:
        return []
    if not isinstance(document, Mapping) or set(document) - _AT_TOP:
        return UNKNOWN
    listed = document.get("Statement", [])
    found = listed if isinstance(listed, list) else [listed]
    return found if all(map(_is_statement, found)) else UNKNOWN


@lru_cache(maxsize=512)
def _parsed(document: str) -> object:
    if len(document) > LONGEST:
        raise ValueError("too long")
    return json.loads(document, object_pairs_hook=_without_duplicates)


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object of a JSON text, in which no name comes twice."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)


def _is_statement(item: object) -> bool:
    return isinstance(item, Mapping) and not set(item) - _ELEMENTS


def allows(statement: Statement) -> bool:
    """Say whether a statement allows: anything that is not surely a denial."""
    return statement.get("Effect") != "Deny"


def texts(value: object) -> list[str]:
    """Return a text or the texts of a list; what is neither is left out."""
    listed = value if isinstance(value, list) else [value]
    return [item for item in listed if isinstance(item, str)]


def is_for_action(statement: Statement, *actions: str) -> bool:
    """Say whether a statement is for one of some actions; one without actions may be for any."""
    if "NotAction" in statement:
        excluded = texts(statement["NotAction"])
        return not all(any(matches(each, action) for each in excluded) for action in actions)
    if "Action" not in statement:
        return True
    listed = texts(statement["Action"])
    return any(matches(each, action) for each in listed for action in actions)


def whole_service(statement: Statement) -> bool:
    """Say whether a statement is for every action of a service, or for all but some actions."""
    names = [each.rpartition(":")[2] for each in texts(statement.get("Action"))]
    return "NotAction" in statement or any(not set(name) - {"*", "?"} for name in names)


def is_for_all_resources(statement: Statement) -> bool:
    """Say whether a statement is for all resources of a kind, or for all but some."""
    resources = texts(statement.get("Resource"))
    return "NotResource" in statement or any(map(_ALL_RESOURCES.fullmatch, resources))


def is_for_names_by_end(statement: Statement) -> bool:
    """Say whether a statement is for resources whose names may begin with anything."""
    return any(map(_ANY_BEGINNING.fullmatch, texts(statement.get("Resource"))))


def principals(statement: Statement) -> Iterator[str]:
    """Yield the principals of a statement, of all kinds."""
    for _, name in kinds_of_principals(statement):
        yield name


def kinds_of_principals(statement: Statement) -> Iterator[tuple[str, str]]:
    """Yield the principals of a statement, with their kind, such as `Federated`."""
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        for kind, value in principal.items():
            for name in texts(value):
                yield str(kind), name
    else:
        for name in texts(principal):
            yield "", name


def conditions(statement: Statement) -> Iterator[tuple[str, str, list[str] | None]]:
    """Yield the conditions of a statement: operator and key in lower case, values.

    Values are None where one of them is no text, or there are none.
    """
    condition = statement.get("Condition")
    for operator, keys in condition.items() if isinstance(condition, Mapping) else ():
        for key, given in keys.items() if isinstance(keys, Mapping) else ():
            listed = given if isinstance(given, list) else [given]
            values = texts(listed)
            whole = bool(values) and len(values) == len(listed)
            yield (str(operator).lower(), str(key).lower(), values if whole else None)


def glob(pattern: str, *, any_case: bool = False) -> Expression:
    """Return what a pattern of IAM matches: `*` any text, `?` one character, variables any text.

    Raises:
        TooComplexError: the pattern is too long.
    """
    if len(pattern) > _LONGEST_PATTERN:
        raise TooComplexError
    if _VARIABLE in pattern:
        return ANYTHING
    parts: list[Expression] = []
    for character in pattern:
        if character == "*":
            if not parts or parts[-1] is not ANYTHING:
                parts.append(ANYTHING)
        elif character == "?":
            parts.append(ANY)
        else:
            parts += literal(character, any_case=any_case).parts
    return sequence(*parts)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Automaton:
    return automaton(glob(pattern, any_case=True))


def matches(pattern: str, name: str) -> bool:
    """Say whether a pattern of IAM matches an action in any case; a very long one may."""
    try:
        return _compiled(pattern).accepts(name)
    except TooComplexError:
        return True


def has_variable(value: str) -> bool:
    """Say whether a value has a variable such as `${aws:username}`."""
    return _VARIABLE in value


def is_literal(value: str) -> bool:
    """Say whether a value of a condition is one text, without wildcards and variables."""
    return not set(value) & {"*", "?"} and _VARIABLE not in value
