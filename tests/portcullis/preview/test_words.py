"""Each change of a preview in words: values, people, ids, and never a secret."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portcullis.preview import words
from portcullis.preview.differences import SECRET_MARK, UNKNOWN, people_in
from portcullis.preview.names import Names
from portcullis.pulumi_runs.events import Step

CANARY = "canary-value-that-must-not-be-seen"
SECRET = {SECRET_MARK: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": CANARY}
NAMES = Names({("team", 7): "makers", ("user", 5): "bob", ("repository", 9): "tool"})


def changed(kind: str, old: dict[str, Any], new: dict[str, Any], *paths: str) -> list[str]:
    """The lines about a resource of a kind called `it`."""
    step = Step("update", paths or tuple({*old, *new}), old, old, new)
    return words.lines(kind, "it", step, NAMES)


def reviewers(users: list[Any], teams: list[Any]) -> dict[str, Any]:
    """An environment's reviewers, as the provider has them."""
    return {"reviewers": [{"users": users, "teams": teams}] if users or teams else None}


@pytest.mark.parametrize(
    ("kind", "old", "new", "lines"),
    [
        (
            "RepositoryEnvironment",
            reviewers([5], []),
            reviewers([], [7]),
            ["reviewer bob replaced by team makers"],
        ),
        (
            "RepositoryEnvironment",
            reviewers([5, 6], [7]),
            reviewers([], []),
            ["reviewer team makers removed", "reviewer bob removed", "reviewer user 6 removed"],
        ),
        (
            "RepositoryEnvironment",
            reviewers([], []),
            reviewers([5], [UNKNOWN]),
            ["reviewer team that is new added", "reviewer bob added"],
        ),
        (
            "TeamMembers",
            {"members": [{"username": "dan", "role": "member"}]},
            {"members": [{"username": "eve", "role": "maintainer"}]},
            ["dan leaves it", "eve joins it as maintainer"],
        ),
        (
            "TeamMembers",
            {"members": [{"username": "dan", "role": "member"}]},
            {"members": [{"username": "dan", "role": "maintainer"}]},
            ["dan: member -> maintainer of it"],
        ),
        (
            "OrganizationRuleset",
            {"bypassActors": [{"actorId": 7, "actorType": "Team", "bypassMode": "always"}]},
            {"bypassActors": [{"actorId": 5, "actorType": "RepositoryRole", "bypassMode": "x"}]},
            [
                "bypass actors: team makers (always) removed",
                "bypass actors: repository role admin (x) added",
            ],
        ),
        (
            "OrganizationRuleset",
            {"bypassActors": [{"actorId": 7, "actorType": "Team", "bypassMode": "always"}]},
            {"bypassActors": [{"actorId": 7, "actorType": "Team", "bypassMode": "pull_request"}]},
            ["bypass actors: team makers: bypass mode: always -> pull_request"],
        ),
        (
            "Team",
            {"parentTeamId": "7"},
            {"parentTeamId": ""},
            ['parent team id: team makers -> ""'],
        ),
        (
            "ActionsOrganizationSecret",
            {"selectedRepositoryIds": [9.0], "value": SECRET},
            {"selectedRepositoryIds": [9.0, 8.0], "value": SECRET},
            [
                "selected repository ids: repository 8 added",
                "value: new value (secret, not shown)",
            ],
        ),
        ("Repository", {"topics": ["a"]}, {"topics": ["a"]}, ["topics: a is set again"]),
        (
            "Repository",
            {"hasWiki": True},
            {"hasWiki": UNKNOWN},
            ["has wiki: true -> (known after the update)"],
        ),
        (
            "RepositoryFile",
            {"content": "a\nb\n"},
            {"content": "a\nc\n"},
            ["content:", "  -b", "  +c"],
        ),
        (
            "RepositoryFile",
            {"content": "dbPassword: one\n"},
            {"content": "dbPassword: two\n"},
            [
                "content:",
                "  the difference is in what looks like a secret, or in the ends of lines",
            ],
        ),
        (
            "RepositoryFile",
            {"content": "A=b"},
            {"content": "dbPassword=two"},
            ["content: A=b -> dbPassword=(looks like a secret, not shown)"],
        ),
        (
            "Repository",
            {"description": None},
            {"description": "x" * 300},
            [f"description: not set -> {'x' * 160}..."],
        ),
    ],
)
def test_a_change_in_words(
    kind: str, old: dict[str, Any], new: dict[str, Any], lines: list[str]
) -> None:
    """Old value and new value; people, teams and repositories by name."""
    assert sorted(changed(kind, old, new)) == sorted(lines)


@pytest.mark.parametrize("old", [None, [], "", False, 0, {}, [{"users": None, "teams": []}]])
@pytest.mark.parametrize("new", [[], "", False, 0, 0.0, [{"users": [], "teams": None}]])
def test_a_default_that_is_written_is_no_change(old: Any, new: Any) -> None:  # noqa: ANN401 - any JSON
    """Not set, an empty list, an empty text, false and 0 are the same to the provider."""
    step = Step("update", ("x", "rules[0].y"), {"x": old}, {}, {"x": new, "rules": [{"y": new}]})
    assert words.lines("RepositoryRuleset", "it", step, NAMES) == ["no value changes"]


@pytest.mark.parametrize(
    ("kind", "field", "old", "new", "lines"),
    [
        (
            "TeamMembers",
            "members",
            [{"username": "Dan", "role": "member"}, {"username": "eve"}],
            [{"username": "dan", "role": "member"}],
            ["eve leaves it"],
        ),
        (
            "RepositoryEnvironment",
            "reviewers",
            [{"users": [5], "preventSelfReview": None}],
            [{"users": ["5", 6], "teams": []}],
            ["reviewer user 6 added"],
        ),
        ("Team", "parentTeamId", 7.0, "7", ["no value changes"]),
        ("Repository", "topics", ["a", "b"], ["b", "a"], ["no value changes"]),
    ],
)
def test_noise_is_left_out_beside_a_change(
    kind: str,
    field: str,
    old: Any,  # noqa: ANN401 - any JSON
    new: Any,  # noqa: ANN401 - any JSON
    lines: list[str],
) -> None:
    """The case of a login, ids as texts, the order and defaults do not hide what changes."""
    assert changed(kind, {field: old}, {field: new}) == lines


def test_what_the_state_does_not_have_is_compared_with_github() -> None:
    """An import keeps some values as outputs only: those are the old ones."""
    step = Step("update", ("a", "b"), {}, {"a": True, "b": False}, {"a": False, "b": False})
    assert words.lines("Repository", "it", step, NAMES) == ["a: true -> false"]


def test_only_people_who_come_or_go_have_to_be_asked_for() -> None:
    """The ids of reviewers that stay, and those of teams, are not."""
    old, new = reviewers([5, 6], [7]), reviewers([6, 8], [])
    step = Step("update", ("reviewers[0].users[0]",), old, {}, new)
    assert people_in("RepositoryEnvironment", step) == {5, 8}


def test_the_reviewers_of_a_new_environment_are_asked_for() -> None:
    """A new resource has no changed fields, but its reviewers are shown by name too."""
    step = Step("create", (), {}, {}, reviewers([5, 8, UNKNOWN], [7]))
    assert people_in("RepositoryEnvironment", step) == {5, 8}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(SECRET),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
KINDS = st.sampled_from(
    ["Repository", "RepositoryEnvironment", "TeamMembers", "TeamRepository", "ActionsSecret"]
)
FIELDS = st.sampled_from(["members", "reviewers", "bypassActors", "permission", "value", "x"])
OPERATIONS = st.sampled_from(["create", "update", "delete", "replace"])


def test_what_follows_from_a_new_name_is_left_out() -> None:
    """A renamed repository shows its names, not the addresses that follow from them."""
    step = Step(
        "update",
        ("fullName", "name"),
        {"name": "old"},
        {"name": "old", "fullName": "acme/old"},
        {"name": "new"},
    )
    assert words.lines("Repository", "new", step, NAMES) == ["name: old -> new"]


@given(KINDS, FIELDS, VALUES, VALUES, OPERATIONS)
def test_no_state_breaks_a_preview_or_shows_a_secret(
    kind: str, field: str, old: object, new: object, operation: str
) -> None:
    """Whatever a provider keeps in its state."""
    step = Step(operation, (field,), {field: old}, {field: old}, {field: new})
    assert CANARY not in "\n".join(words.lines(kind, "it", step, NAMES))
