"""Compare what is declared, or what the state has, with what is live."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from portcullis_policy.facts import UNKNOWN

from portcullis.live.kinds import KINDS, RENAMED, Key, key_of
from portcullis.preview.differences import SECRET_MARK, is_unset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from portcullis.live.resource import Gap, Live, LiveResource


MADE_ANEW = "id"
"""The field that differs where a thing was deleted, and another one got its name."""


@dataclass(frozen=True)
class Declared:
    """A resource that should be on GitHub."""

    kind: str
    name: str
    urn: str
    inputs: Mapping[str, Any]
    number: str = ""
    """The id that the state has of it; empty where the state has none, or it does not matter."""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """What GitHub had when the state was written. They are compared rather than the inputs: those
    of an imported resource leave out what has the provider's default."""


@dataclass(frozen=True)
class Drift:
    """One thing that is not as it is declared."""

    what: Literal["changed", "missing", "undeclared"]
    kind: str
    name: str
    declared: Declared | None = None
    live: LiveResource | None = None
    fields: tuple[str, ...] = ()
    """The fields that differ, of one that changed."""

    @property
    def key(self) -> Key | None:
        """What identifies it."""
        inputs = self.live.inputs if self.live else self.declared and self.declared.inputs
        return key_of(self.kind, inputs or {})


def compare(declared: Iterable[Declared], live: Live) -> list[Drift]:
    """Return what differs, in the order of the declaration; what nobody declared comes last."""
    unseen = _unseen(live.gaps)
    frozen = {name.casefold() for name, each in live.repositories.items() if each.archived}
    found: list[Drift] = []
    pairs, rest = paired(declared, live)
    for wanted, there in pairs:
        if there is None:
            repository = _repository(wanted).casefold()
            # little is read of an archived repository; that it is archived is a change itself
            unread = {(wanted.kind, None), (wanted.kind, repository)} & unseen
            if not unread and (repository not in frozen or wanted.kind == "Repository"):
                found.append(Drift("missing", wanted.kind, wanted.name, declared=wanted))
        elif fields := _differing(wanted, there, live.owners | live.invited):
            found.append(Drift("changed", wanted.kind, wanted.name, wanted, there, fields))
    return [*found, *undeclared(rest, live)]


def undeclared(rest: Iterable[LiveResource], live: Live) -> list[Drift]:
    """Return what is left on GitHub beside what is declared, without what is always there."""
    return [
        Drift("undeclared", each.kind, each.name, live=each)
        for each in rest
        if KINDS[each.kind].noun and not _only_invited(each, live.invited)
    ]


Pair = tuple[Declared, "LiveResource | None"]


def paired(declared: Iterable[Declared], live: Live) -> tuple[list[Pair], list[LiveResource]]:
    """Return each thing that is declared with the one on GitHub, and what is left there."""
    known: dict[Key | None, list[LiveResource]] = defaultdict(list)
    for each in live.resources:
        if each.kind in KINDS:
            known[key_of(each.kind, each.inputs)].append(each)
    wanted = [each for each in declared if each.kind in KINDS]
    moved = _renamed(wanted, known)
    pairs: list[Pair] = []
    for thing in wanted:
        key = key_of(thing.kind, thing.inputs)
        there = moved.get((thing.kind, thing.number))
        if there is None:
            there = _taken(known.get(key, []), thing) if key else None
        pairs.append((thing, there and _expected(there, thing, live.invited)))
    return pairs, [each for group in known.values() for each in group]


def _repository(declared: Declared) -> str:
    """Return the repository that a resource is in, or is; empty for the organization's."""
    if declared.kind == "BranchProtection":  # it refers to its repository by an id
        return declared.name.partition("/")[0]
    field = "name" if declared.kind == "Repository" else "repository"
    return str(declared.inputs.get(field, ""))


def _renamed(
    declared: Iterable[Declared], known: Mapping[Key | None, list[LiveResource]]
) -> dict[tuple[str, str], LiveResource]:
    """Take what has another name now out of what is known, and return it by kind and id."""
    numbers = {
        (each.kind, each.number): key_of(each.kind, each.inputs)
        for each in declared
        if each.number and each.kind in RENAMED
    }
    found: dict[tuple[str, str], LiveResource] = {}
    for key, group in known.items():
        for each in [*group]:
            ident = (each.kind, each.number)
            if each.number and numbers.get(ident, key) != key:
                group.remove(each)
                found[ident] = each
    return found


def _taken(there: list[LiveResource], wanted: Declared) -> LiveResource | None:
    """Take the thing that ``wanted`` declares out of those with its key.

    Some names may differ only in case, such as those of two rulesets: the exact one comes first.
    """
    if not there:
        return None
    names = KINDS[wanted.kind].key
    exact = (
        index
        for index, each in enumerate(there)
        if all(each.inputs.get(name) == wanted.inputs.get(name) for name in names)
    )
    return there.pop(next(exact, 0))


def _expected(there: LiveResource, wanted: Declared, invited: set[str]) -> LiveResource:
    """Return a team's members without invited people whom nobody declared.

    The provider cannot take them out of a team before they accept. Their invitation is reported.
    """
    members = wanted.inputs.get("members")
    if there.kind != "TeamMembers" or not isinstance(members, list):
        return there
    strangers = invited - {str(each["username"]).lower() for each in members}
    kept = [each for each in there.inputs["members"] if each["username"].lower() not in strangers]
    return replace(there, inputs={**there.inputs, "members": kept})


def _only_invited(there: LiveResource, invited: set[str]) -> bool:
    return there.kind == "TeamMembers" and all(
        each["username"].lower() in invited for each in there.inputs["members"]
    )


def _unseen(gaps: Iterable[Gap]) -> set[tuple[str, str | None]]:
    return {
        (kind, gap.repository.casefold() if gap.repository else None)
        for gap in gaps
        for kind in gap.kinds
    }


def _differing(declared: Declared, live: LiveResource, unclear: set[str]) -> tuple[str, ...]:
    """Return the names of the fields that differ, and those that tell one thing from another."""
    found = {*differing(declared, live, unclear)}
    if not (declared.number and live.number):
        return tuple(sorted(found))
    if declared.number != live.number:
        found.add(MADE_ANEW)
    elif declared.kind in RENAMED and declared.inputs.get("name") != live.inputs["name"]:
        found.add("name")
    return tuple(sorted(found))


def differing(declared: Declared, live: LiveResource, owners: set[str]) -> tuple[str, ...]:
    """Return the names of the fields that differ.

    Args:
        declared: What should be.
        live: What is.
        owners: Logins for whose role in a team GitHub decides, or which it does not show: owners
            are always maintainers, and an invitation does not name the role.
    """
    kind = KINDS[declared.kind]
    names = {*declared.inputs, *live.inputs}
    if kind.declared_only:
        names = {*declared.inputs} & {*live.inputs}
    names |= kind.always
    names -= {*kind.ignored, *kind.key, *live.unread}
    # what the provider adds by itself is compared where GitHub shows it
    names -= {*declared.inputs.get("__defaults", ())} - {*live.inputs}
    if declared.kind == "Team" and declared.inputs.get("name") != live.inputs["name"]:
        names.add("name")
    found = []
    known = {**declared.inputs, **declared.outputs}
    for name in sorted(each for each in names if not each.startswith("__")):
        wanted = _settled(declared.kind, name, known.get(name), owners)
        there = _settled(declared.kind, name, live.inputs.get(name), owners)
        given = declared.inputs.get(name)
        if kind.declared_only and isinstance(given, dict) and isinstance(there, dict):
            wanted, there = ({key: each.get(key) for key in given} for each in (wanted, there))
        alike = wanted == there if name in kind.ordered else same(wanted, there)
        if not alike:
            found.append(name)
    return tuple(found)


def _settled(kind: str, name: str, value: Any, owners: set[str]) -> Any:  # noqa: ANN401 - any JSON
    """Return a value without what GitHub decides alone."""
    if kind != "TeamMembers" or name != "members" or not isinstance(value, list):
        return value
    return [
        {**each, "role": "maintainer"} if str(each["username"]).lower() in owners else each
        for each in value
    ]


def same(one: Any, other: Any) -> bool:  # noqa: ANN401 - any JSON
    """Say whether two values mean the same: order and form of lists and numbers do not count."""
    if one is UNKNOWN or other is UNKNOWN or _is_secret(one) or _is_secret(other):
        return True
    if is_unset(one) and is_unset(other):
        return True
    if isinstance(one, dict) or isinstance(other, dict):
        return _same_objects({} if one is None else one, {} if other is None else other)
    if isinstance(one or [], list) and isinstance(other or [], list):
        return _same_lists(one or [], other or [])
    return isinstance(one, bool) == isinstance(other, bool) and bool(_plain(one) == _plain(other))


def _same_objects(one: Any, other: Any) -> bool:  # noqa: ANN401 - any JSON
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return False
    names = {name for name in (*one, *other) if not name.startswith("__")}
    return all(same(*(_field(name, each.get(name)) for each in (one, other))) for name in names)


def _same_lists(one: list[Any], other: list[Any]) -> bool:
    if len(one) != len(other):
        return False
    rest = sorted(other, key=_order)
    # nearly always in this order; else each has to have a partner
    if all(same(a, b) for a, b in zip(sorted(one, key=_order), rest, strict=True)):
        return True
    partners: dict[int, int] = {}
    return all(_paired(index, one, rest, partners, set()) for index in range(len(one)))


def _paired(
    index: int, one: list[Any], other: list[Any], partners: dict[int, int], tried: set[int]
) -> bool:
    """Find a partner for an entry; entries that have one may take another one for it.

    A value that is not known equals all others, so the first partner may be the wrong one.
    """
    for position, there in enumerate(other):
        if position in tried or not same(one[index], there):
            continue
        tried.add(position)
        holder = partners.get(position)
        if holder is None or _paired(holder, one, other, partners, tried):
            partners[position] = index
            return True
    return False


def _order(value: Any) -> str:  # noqa: ANN401 - any JSON
    return json.dumps(_plain(value), sort_keys=True, default=str)


_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,18}")
"""A number as an id is written. `007` is a text: a variable may have it as its value."""


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a value in one form: an id is a number or a text, and a login has no case."""
    if isinstance(value, dict):
        return {name: _field(name, _plain(each)) for name, each in value.items()}
    if isinstance(value, list):
        return sorted(map(_plain, value), key=_order)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _field(name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON
    return value.lower() if name == "username" and isinstance(value, str) else value


def _is_secret(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, dict) and SECRET_MARK in value
