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
    *("sys/quotas/*", "sys/leases/revoke-prefix/*", "sys/leases/revoke-force/*"),
    *("identity/entity/*", "identity/group/*", "identity/entity-alias/*", "identity/group-alias/*"),
    *("auth/+/role/+", "auth/+/roles/+", "auth/+/users/+", "auth/+/groups/+", "auth/+/map/*"),
    *("auth/+/role/+/secret-id", "auth/+/role/+/custom-secret-id"),
    *("auth/+/config", "auth/+/config/*", "auth/token/create-orphan", "auth/token/create/+"),
)
"""Paths that decide who may do what, or give others' tokens. Those of a namespace are below it."""
_OF_NAMESPACES = tuple(f"+/{each}" for each in _DECIDES if each.startswith("sys/"))
_DECIDES_IN_ENGINE = ("keys/+", "keys/+/config", "restore", "restore/+", "root/*", "config/*")
"""What an engine that signs or makes credentials has such paths at."""
_EXPORTS = ("export/*", "byok-export/*", "backup/+")
"""Where such an engine hands out its private keys."""
_KEY_VALUE = ("kv", "secret")
"""Words in the names of key-value engines, whose paths are chosen freely."""
_HOLDS_ALL = ("sys/raw/*", "sys/storage/raft/snapshot", "sys/storage/raft/snapshot/*")
"""Paths from which everything that Vault keeps can be read."""
_ALL_SECRETS = ("+", "data/+", "data/+/+")
"""What a key-value engine keeps: in its first version, and at two depths in its second."""
_ALL_VERSIONS = ("metadata/+", "destroy/+", "delete/+")
"""What takes away all that a key-value engine of the second version keeps."""
_ALL_KEYS = (
    "sign/+",
    "decrypt/+",
    "creds/+",
    "sts/+",
    "static-creds/+",
    "issue/+",
    "sign-verbatim/+",
)
"""What gives the signatures or the credentials of all keys or roles of an engine."""
_LONGEST = 500
_SEGMENT = Repeated(One(without(characters("/"))))


def is_dangerous(rule: PathRule) -> bool:
    """Say whether a rule lets its holder read all of an engine, or change who may do what."""
    if "deny" in rule.capabilities:
        return False
    if "sudo" in rule.capabilities:
        return True
    changes, reads = bool(rule.capabilities & _CHANGING), bool(rule.capabilities & _READING)
    try:
        return (
            (changes and _meets(rule.path, (*_DECIDES, *_OF_NAMESPACES)))
            or (reads and _meets(rule.path, _HOLDS_ALL))
            or (reads and _is_whole_engine(rule.path, (*_ALL_SECRETS, *_ALL_KEYS)))
            or (changes and _is_whole_engine(rule.path, _ALL_VERSIONS))
            or _decides_in_engine(rule.path, changes=changes, reads=reads)
        )
    except TooComplexError:
        return True


def _decides_in_engine(path: str, *, changes: bool, reads: bool) -> bool:
    """Say whether a path is for the keys of an engine, or for what the engine is allowed to do."""
    engine, _, _ = path.removeprefix("/").partition("/")
    words = engine.lower()
    if words in _NO_ENGINES or "*" in words or any(word in words for word in _KEY_VALUE):
        return False
    wanted = (*(_DECIDES_IN_ENGINE if changes else ()), *(_EXPORTS if reads else ()))
    return _meets(path, tuple(f"{engine}/{each}" for each in wanted))


def _is_whole_engine(path: str, all_of_it: tuple[str, ...]) -> bool:
    """Say whether a path is for all that an engine keeps, such as `secret/*` or `kv/data/*`.

    Args:
        path: of a policy.
        all_of_it: below the engine: the path is for all that one of them is for.
    """
    engine, slash, _ = path.removeprefix("/").partition("/")
    if not slash:
        return engine.endswith("*") or engine == "+"
    if engine in _NO_ENGINES:
        return False
    name = "secret" if engine == "+" else engine
    own = _automaton(path.removeprefix("/"))
    return any(_covers(own, _automaton(f"{name}/{each}")) for each in all_of_it)


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
