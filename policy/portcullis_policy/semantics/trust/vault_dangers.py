"""What a Vault policy must not allow a pipeline: all secrets of an engine, or Vault itself."""

from functools import lru_cache

from portcullis_policy.semantics.languages.automata import (
    ANYTHING,
    Automaton,
    Expression,
    One,
    Repeated,
    TooComplexError,
    automaton,
    characters,
    literal,
    regions,
    sequence,
    without,
)
from portcullis_policy.semantics.trust.vault_policies import PathRule

_CHANGING = frozenset({"sudo", "create", "update", "delete", "patch", "write"})
_READING = _CHANGING | {"read"}
_NO_ENGINES = ("sys", "auth", "identity", "cubbyhole")
_DECIDES = (
    *("sys/policy/+", "sys/policies/+/+", "sys/auth/*", "sys/mounts/*", "sys/audit/*"),
    *("sys/raw/*", "sys/remount", "sys/generate-root/*", "sys/rekey/*", "sys/plugins/*"),
    *("sys/storage/*", "sys/config/*", "sys/seal", "sys/unseal", "sys/namespaces/*"),
    *("identity/entity/*", "identity/group/*", "identity/entity-alias/*", "identity/group-alias/*"),
    *("auth/+/role/+", "auth/+/roles/+", "auth/+/users/+", "auth/+/groups/+", "auth/+/map/*"),
    *("auth/+/config", "auth/+/config/*", "auth/token/create-orphan"),
)
"""Paths that decide who may do what."""
_HOLDS_ALL = ("sys/raw/*", "sys/storage/raft/snapshot", "sys/storage/raft/snapshot/*")
"""Paths from which everything that Vault keeps can be read."""
_ALL_SECRETS = ("+", "data/+", "data/+/+")
"""What a key-value engine keeps: in its first version, and at two depths in its second."""
_LONGEST = 500
_SEGMENT = Repeated(One(without(characters("/"))))


def is_dangerous(rule: PathRule) -> bool:
    """Say whether a rule lets its holder read all of an engine, or change who may do what."""
    if "deny" in rule.capabilities:
        return False
    try:
        return (
            (bool(rule.capabilities & _CHANGING) and _meets(rule.path, _DECIDES))
            or (bool(rule.capabilities & _READING) and _meets(rule.path, _HOLDS_ALL))
            or (bool(rule.capabilities & _READING) and _is_whole_engine(rule.path))
        )
    except TooComplexError:
        return True


def _is_whole_engine(path: str) -> bool:
    """Say whether a path is for all that an engine keeps, such as `secret/*` or `kv/data/*`."""
    engine, slash, _ = path.removeprefix("/").partition("/")
    if not slash:
        return engine.endswith("*") or engine == "+"
    if engine in _NO_ENGINES:
        return False
    name = "secret" if engine == "+" else engine
    own = _automaton(path.removeprefix("/"))
    return any(_covers(own, _automaton(f"{name}/{all_of_it}")) for all_of_it in _ALL_SECRETS)


def _covers(own: Automaton, other: Automaton) -> bool:
    return all(accepted[1] for accepted, _ in regions([other, own]))


def _meets(path: str, dangerous: tuple[str, ...]) -> bool:
    """Say whether a path is for anything that one of the dangerous ones is for."""
    own = _automaton(path.removeprefix("/"))
    return any(
        next(regions([own, _automaton(each)], needed=2), None) is not None for each in dangerous
    )


@lru_cache(maxsize=512)
def _automaton(path: str) -> Automaton:
    """Return what a path matches: `+` a segment, `*` at the end anything.

    Raises:
        TooComplexError: the path is too long.
    """
    if len(path) > _LONGEST:
        raise TooComplexError
    parts: list[Expression] = []
    for number, segment in enumerate(path.removesuffix("*").split("/")):
        parts += literal("/").parts if number else ()
        parts += [_SEGMENT] if segment == "+" else literal(segment).parts
    return automaton(sequence(*parts, ANYTHING) if path.endswith("*") else sequence(*parts))
