"""Vault policies, in HCL and in JSON: which capabilities they give on which paths.

A policy that this cannot read is UNKNOWN: it may allow anything. python-hcl2 reads HCL 2, and Vault
reads HCL 1: a few legal policies, such as one with quoted keys, are UNKNOWN too.
Source: https://developer.hashicorp.com/vault/docs/concepts/policies
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from portcullis_policy.facts import UNKNOWN, UnknownType

LONGEST = 64 * 1024
"""Characters; a longer policy is not read, because that would take seconds."""

_GIVES = ("capabilities", "policy")
"""The fields that give capabilities; `policy` is the old way to write them."""
_AT_TOP = ("name", "path")


class _UnreadableError(ValueError):
    """A policy that cannot be read without doubt; without its text."""


@dataclass(frozen=True, slots=True)
class PathRule:
    """What a policy allows on a path.

    Attributes:
        path: as written, `*` at its end and `+` for a segment included.
        capabilities: in lower case, such as `read` or `sudo`.
    """

    path: str
    capabilities: frozenset[str]


def path_rules(policy: str) -> tuple[PathRule, ...] | UnknownType:
    """Return the rules of a policy, in its order; UNKNOWN for one that cannot be read."""
    if len(policy) > LONGEST:
        return UNKNOWN
    try:
        return _read(policy)
    except _UnreadableError:
        return UNKNOWN


@lru_cache(maxsize=256)
def _read(policy: str) -> tuple[PathRule, ...]:
    """Return the rules of a policy.

    Raises:
        _UnreadableError: it cannot be read.
    """
    is_json = policy.lstrip().startswith("{")
    return tuple(_from_json(policy) if is_json else _from_hcl(policy))


def _from_json(policy: str) -> Iterator[PathRule]:
    """Yield the rules of a policy in JSON."""
    try:
        document = json.loads(policy, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise _UnreadableError(type(error).__name__) from None
    for paths in _listed(_fields(document, _AT_TOP).get("path", [])):
        for path, blocks in _mapping(paths).items():
            for block in _listed(blocks):
                yield _rule(path, _fields(block))


def _from_hcl(policy: str) -> Iterator[PathRule]:
    """Yield the rules of a policy in HCL."""
    import hcl2  # noqa: PLC0415 - most stacks have no Vault policy, and this takes a while

    try:
        top = list(_pairs(hcl2.parses(policy).body))
        blocks = [_block(kind, value) for kind, value in top if kind.lower() != "name"]
        bodies = [(path, list(_pairs(body))) for path, body in blocks]
    except _UnreadableError:
        raise
    except Exception as error:  # noqa: BLE001 - lark and the library raise many kinds
        raise _UnreadableError(type(error).__name__) from None
    for path, fields in bodies:
        yield _rule(path, _fields(fields))


def _pairs(body: Any) -> Iterator[tuple[str, object]]:  # noqa: ANN401 - the library's own type
    """Yield the attributes of a body with their values, and its blocks with labels and body."""
    from hcl2 import SerializationOptions  # noqa: PLC0415 - as in _from_hcl
    from hcl2.rules.base import AttributeRule, BlockRule  # noqa: PLC0415 - as above
    from hcl2.rules.whitespace import NewLineOrCommentRule  # noqa: PLC0415 - as above

    options = SerializationOptions(with_comments=False, strip_string_quotes=True)
    for child in body.children:
        if isinstance(child, AttributeRule):
            yield from child.serialize(options).items()
        elif isinstance(child, BlockRule):
            words = [each for each in child.labels if not isinstance(each, NewLineOrCommentRule)]
            kind, *labels = (str(each.serialize(options)) for each in words)
            yield kind, (labels, child.body)


def _block(kind: str, value: object) -> tuple[str, object]:
    """Return path and body of a block; only blocks of paths are known."""
    if kind.lower() != "path" or not isinstance(value, tuple) or len(value[0]) != 1:
        raise _UnreadableError("no block of a path")
    return value[0][0], value[1]


def _rule(path: str, fields: Mapping[str, object]) -> PathRule:
    """Return the rule of one path."""
    able = set()
    for name in _GIVES:
        for word in _listed(fields.get(name, [])):
            if not isinstance(word, str) or not word.isalpha():
                raise _UnreadableError("a capability in another form")
            able.add(word.lower())
    return PathRule(path, frozenset(able))


def _fields(given: object, allowed: tuple[str, ...] = ()) -> dict[str, object]:
    """Return fields by name in lower case: Vault compares names of fields without their case."""
    pairs = list(given.items()) if isinstance(given, Mapping) else given
    if not isinstance(pairs, list):
        raise _UnreadableError("no object")
    names = [str(name).lower() for name, _ in pairs]
    if len(set(names)) < len(names) or (allowed and set(names) - set(allowed)):
        raise _UnreadableError("a field twice, or one that Vault does not know")
    return dict(zip(names, (value for _, value in pairs), strict=True))


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object of a JSON text, in which no name comes twice."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise _UnreadableError("a name twice")
    return dict(pairs)


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _UnreadableError("no object")
    return value


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
