"""What counts as a difference between a declaration and GitHub, and what does not."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from portcullis_policy.facts import UNKNOWN

from portcullis.live.asking import Unread
from portcullis.live.compare import MADE_ANEW, Declared, compare, same
from portcullis.live.kinds import KINDS
from portcullis.live.resource import Gap, Live, LiveRepository, LiveResource
from portcullis.preview.differences import SECRET_MARK

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = {SECRET_MARK: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "x"}

texts = st.text("ab0x1 /", max_size=4)
leaves = st.none() | st.booleans() | st.integers(-5, 1000) | texts
names = st.sampled_from(["name", "actorId", "include", "mode", "username"])
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


def shuffled(value: Any, choose: Callable[[list[Any]], list[Any]]) -> Any:  # noqa: ANN401 - any JSON
    """Return a value whose lists are in another order and whose numbers have another form."""
    if isinstance(value, dict):
        return {name: shuffled(each, choose) for name, each in reversed(value.items())}
    if isinstance(value, list):
        return choose([shuffled(each, choose) for each in value])
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if value % 2 else float(value)
    return value


def leaves_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - any JSON
    """Return the path of every leaf."""
    if isinstance(value, dict):
        return [p for name, each in value.items() for p in leaves_of(each, (*path, name))]
    if isinstance(value, list):
        return [p for i, each in enumerate(value) for p in leaves_of(each, (*path, i))]
    return [path]


def replaced(value: Any, path: tuple[Any, ...], new: object) -> Any:  # noqa: ANN401 - any JSON
    """Return a value with another one at a path."""
    if not path:
        return new
    changed = copy.copy(value)
    changed[path[0]] = replaced(value[path[0]], path[1:], new)
    return changed


@settings(max_examples=60, deadline=None)
@given(values, values)
def test_a_value_equals_itself_and_both_directions_agree(one: object, other: object) -> None:
    """Promise: an untouched value is no drift, and the comparison has no direction."""
    assert same(one, copy.deepcopy(one))
    assert same(one, other) == same(other, one)


@settings(max_examples=60, deadline=None)
@given(values, st.data())
def test_order_and_the_form_of_numbers_mean_nothing(value: object, data: st.DataObject) -> None:
    """Promise: GitHub's order of a list, and an id as number or text, are no drift."""
    assert same(value, shuffled(value, lambda items: data.draw(st.permutations(items))))


@settings(max_examples=100, deadline=None)
@given(values, st.data())
def test_a_changed_leaf_is_found(value: object, data: st.DataObject) -> None:
    """Promise: one changed value anywhere is drift."""
    paths = leaves_of(value)
    if paths:
        path = data.draw(st.sampled_from(paths))
        changed = replaced(value, path, "something else")
        assert not same(value, changed)
        assert not same(changed, value)


@settings(max_examples=60, deadline=None)
@given(values, st.sampled_from([UNKNOWN, SECRET]), st.data())
def test_what_nobody_can_know_equals_all(value: object, mark: object, data: st.DataObject) -> None:
    """Promise: an unknown value and a secret are never reported, wherever they stand."""
    assert same(value, mark)
    assert same(mark, value)
    if paths := leaves_of(value):
        path = data.draw(st.sampled_from(paths))
        hidden = replaced(value, path, mark)
        assert same(value, hidden)
        assert same(hidden, value)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (["a", "a", "b"], ["a", "b", "b"], False),
        (["a", "a", "b"], ["b", "a", "a"], True),
        ([UNKNOWN, 1], [1, 2], True),
        ([UNKNOWN, 1], [2, 3], False),
        ([{"a": UNKNOWN, "b": 1}, {"a": 2, "b": 1}], [{"a": 2, "b": 1}, {"a": 3, "b": 1}], True),
        ({"a": UNKNOWN}, None, True),
        ("007", "7", False),
        ("7", 7, True),
        ("9" * 5000, "9" * 5000, True),
        ("9" * 5000, "9" * 4999, False),
        (True, 1, False),
        ({"username": "Ana"}, {"username": "ana"}, True),
        ([{"username": "Ana", "role": "x"}], [{"username": "ana", "role": "x"}], True),
        (
            [{"include": ["b", "a"]}, {"include": ["c"]}],
            [{"include": ["c"]}, {"include": ["a", "b"]}],
            True,
        ),
    ],
)
def test_the_traps(one: object, other: object, *, equal: bool) -> None:
    """Promise: duplicates count, leading zeros count, a login has no case, unknown values pair."""
    assert same(one, other) is equal
    assert same(other, one) is equal


def _ruleset(name: str, enforcement: str = "active") -> LiveResource:
    inputs = {"name": name, "enforcement": enforcement}
    return LiveResource("OrganizationRuleset", name, "1", inputs)


def test_names_that_differ_only_in_case_are_two_things() -> None:
    """Promise: a second ruleset `MAIN` is undeclared, and never taken for `main`."""
    live = Live("acme", [_ruleset("MAIN", "disabled"), _ruleset("main"), _ruleset("Main")])
    declared = Declared(
        "OrganizationRuleset", "main", "urn", {"name": "main", "enforcement": "active"}
    )
    found = [(each.what, each.name) for each in compare([declared], live)]
    assert found == [("undeclared", "MAIN"), ("undeclared", "Main")]


def test_patterns_and_paths_have_a_case() -> None:
    """Promise: classic protection of `Main` does not stand for that of `main`."""
    inputs = {"repositoryId": "R", "pattern": "Main"}
    live = Live("acme", [LiveResource("BranchProtection", "tool/Main", "x", inputs)])
    wanted = Declared("BranchProtection", "tool/main", "urn", {**inputs, "pattern": "main"})
    assert [each.what for each in compare([wanted], live)] == ["missing", "undeclared"]


def test_what_could_not_be_read_is_never_missing() -> None:
    """Promise: what is hidden in one repository is not missing there, and is missing elsewhere."""
    why = Unread(403, "secrets=read")
    live = Live("acme", gaps=[Gap("secrets of Tool", ("ActionsSecret",), "Tool", why)])
    wanted = [
        Declared("ActionsSecret", f"{name}/X", "urn", {"repository": name, "secretName": "X"})
        for name in ("tool", "site")
    ]
    assert [(each.what, each.name) for each in compare(wanted, live)] == [("missing", "site/X")]


@pytest.mark.parametrize("kind", ["Repository", "BranchProtection", "RepositoryEnvironment"])
def test_a_hidden_repository_is_not_missing(kind: str) -> None:
    """Promise: neither a repository that is hidden as a whole, nor anything in it, is missing."""
    live = Live("acme", gaps=[Gap("repository tool", tuple(KINDS), "tool", Unread(403))])
    fields: dict[str, dict[str, Any]] = {
        "Repository": {"name": "tool"},
        "BranchProtection": {"repositoryId": UNKNOWN, "pattern": "main"},
        "RepositoryEnvironment": {"repository": "tool", "environment": "x"},
    }
    wanted = Declared(kind, "tool" if kind == "Repository" else "tool/x", "urn", fields[kind])
    assert compare([wanted], live) == []


def test_an_archived_repository_is_one_change() -> None:
    """Promise: what lies in a repository that somebody archived is not reported as missing."""
    tool = LiveRepository("tool", 1, "R", "main", archived=True)
    there = LiveResource("Repository", "tool", "tool", {"name": "tool", "archived": True})
    live = Live("acme", [there], repositories={"tool": tool})
    wanted = [
        Declared("Repository", "tool", "urn", {"name": "tool", "archived": False}),
        Declared("ActionsSecret", "tool/X", "urn", {"repository": "tool", "secretName": "X"}),
    ]
    assert [(e.what, e.kind, e.fields) for e in compare(wanted, live)] == [
        ("changed", "Repository", ("archived",))
    ]


def test_a_team_that_was_nested_by_hand_is_drift() -> None:
    """Promise: a declared team without a parent that got one is found: it has its permissions."""
    declared = Declared("Team", "core", "u", {"name": "core"})
    there = LiveResource("Team", "core", "1", {"slug": "core", "name": "core"})
    nested = LiveResource("Team", "core", "1", {**there.inputs, "parentTeamId": "7"})
    assert not compare([declared], Live("acme", [there]))
    (found,) = compare([declared], Live("acme", [nested]))
    assert found.fields == ("parentTeamId",)


def test_a_resource_of_the_state_is_compared_by_its_outputs() -> None:
    """Promise: an import leaves out inputs that have the provider's default; that is no drift."""
    inputs = {"teamSlug": "core", "members": [{"username": "ana"}, {"username": "ben"}]}
    declared = Declared("TeamMembers", "core", "u", inputs, outputs={"members": _MEMBERS})
    there = LiveResource("TeamMembers", "core", "1", {**inputs, "members": _MEMBERS})
    others = LiveResource("TeamMembers", "core", "1", {**inputs, "members": _MEMBERS[:1]})
    assert not compare([declared], Live("acme", [there]))
    assert compare([declared], Live("acme", [others]))


_MEMBERS = [{"username": name, "role": "member"} for name in ("ana", "ben")]


def _numbered(name: str, number: str) -> LiveResource:
    inputs = {"name": name, "target": "tag"}
    return LiveResource("OrganizationRuleset", name, number, inputs, number=number)


def test_a_renamed_ruleset_is_recognized_by_its_id() -> None:
    """Promise: a ruleset that was renamed is one change, even if another one has its old name."""
    inputs = {"name": "releases", "target": "tag"}
    declared = Declared("OrganizationRuleset", "releases", "u", inputs, "5")
    for others in ([], [_numbered("releases", "6")]):
        found = compare([declared], Live("acme", [*others, _numbered("theirs", "5")]))
        assert [(each.what, each.fields) for each in found] == [
            ("changed", ("name",)),
            *(("undeclared", ()) for _ in others),
        ]


def test_a_ruleset_made_anew_under_its_name_is_found() -> None:
    """Promise: a ruleset that was deleted and made anew is found: its id is another one."""
    inputs = {"name": "releases", "target": "tag"}
    declared = Declared("OrganizationRuleset", "releases", "u", inputs, "5")
    (found,) = compare([declared], Live("acme", [_numbered("releases", "6")]))
    assert (found.what, found.fields) == ("changed", (MADE_ANEW,))
    assert not compare([declared], Live("acme", [_numbered("releases", "5")]))


def test_the_role_of_an_invited_member_is_not_known() -> None:
    """Promise: a maintainer who has not accepted the invitation yet is no drift."""
    members = [{"username": "Ana", "role": "maintainer"}]
    declared = Declared("TeamMembers", "core", "u", {"teamSlug": "core", "members": members})
    pending = {"teamSlug": "core", "members": [{"username": "ana", "role": "member"}]}
    there = LiveResource("TeamMembers", "core", "1", pending)
    assert not compare([declared], Live("acme", [there], invited={"ana"}))
    assert compare([declared], Live("acme", [there]))


def test_an_invited_stranger_is_no_drift_of_the_team() -> None:
    """Promise: `up` does not try again and again to remove who is no member yet."""
    members = [{"username": "ana", "role": "member"}]
    declared = Declared("TeamMembers", "core", "u", {"teamSlug": "core", "members": members})
    more = [*members, {"username": "Mallory", "role": "member"}]
    there = LiveResource("TeamMembers", "core", "1", {"teamSlug": "core", "members": more})
    assert not compare([declared], Live("acme", [there], invited={"mallory"}))
    assert compare([declared], Live("acme", [there]))
    only = LiveResource("TeamMembers", "core", "1", {"teamSlug": "core", "members": more[1:]})
    assert not compare([], Live("acme", [only], invited={"mallory"}))
