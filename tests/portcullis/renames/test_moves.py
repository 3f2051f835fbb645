"""Things are recognized by their ids; where the intention is not clear, nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portcullis.renames.moves import Comparison, Declared, compare
from portcullis.renames.things import Live, Thing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.names.renames import Kind

GONE = None


def thing(key: str, number: int = 1, *, name: str = "") -> Thing:
    """Return a repository as the state has it."""
    return Thing("repositories", key, name or key, number, f"R_{number}", f"urn::{key}")


def compared(
    answers: Mapping[Thing, Live | None],
    declared: dict[str, str | None],
    holders: dict[Thing, int] | None = None,
) -> Comparison:
    """Return what is found for the organization acme."""
    sections: dict[Kind, Declared] = {
        "repositories": Declared(declared),
        "teams": Declared({}),
    }
    return compare("acme", answers, sections, holders or {})


def live(name: str, owner: str = "acme") -> Live:
    """Return a repository as GitHub has it."""
    return Live(owner, name, "main")


@pytest.mark.parametrize(
    ("state", "on_github", "declared", "move"),
    [
        (thing("a"), "a", {"a": None}, None),
        (thing("a"), "a", {}, None),  # taken out of the YAML: archived by Pulumi
        (thing("a"), "a", {"b": "a"}, ("b", "a")),  # a rename to come
        (thing("a"), "b", {"b": None}, ("b", "b")),  # by hand, followed
        (thing("a"), "b", {"b": "a"}, ("b", "b")),  # by hand, declared as well
        (thing("a"), "b", {"a": "b"}, ("a", "b")),  # by hand, and to be taken back
        (thing("a"), "c", {"b": "a"}, ("b", "c")),  # by hand to one name, declared as another
        (thing("b", name="a"), "a", {"b": "a"}, ("b", "a")),  # a run ended before the rename
        (thing("b", name="a"), "a", {"a": None}, ("a", "a")),  # and the user changed their mind
        (thing("b", name="a"), "b", {"b": "a"}, ("b", "b")),  # a run ended right after it
        (thing("b"), "b", {"b": "a"}, None),  # done: `renamed_from` may stay for a while
        (thing("a"), "a", {"A": None}, ("A", "a")),  # only the case of letters
    ],
)
def test_what_moves(
    state: Thing, on_github: str, declared: dict[str, str | None], move: tuple[str, str] | None
) -> None:
    """The resources get the declared name; GitHub renames only where it has another one."""
    found = compared({state: live(on_github)}, declared)
    assert found.problems == []
    assert [(each.key, each.live) for each in found.moves] == ([move] if move else [])


@pytest.mark.parametrize(
    ("answers", "declared", "holders", "words"),
    [
        ({thing("a"): live("b")}, {"a": None}, {}, "is called `b` on GitHub now"),
        ({thing("a"): live("b")}, {}, {}, "is called `b` on GitHub now"),
        ({thing("a"): live("a", "other")}, {"a": None}, {}, "belongs to other now"),
        ({thing("a"): live("a", "other")}, {}, {}, "belongs to other now"),
        ({thing("a"): GONE}, {"a": None}, {thing("a"): 9}, "is not the one"),
        ({thing("a"): GONE}, {}, {thing("a"): 9}, "is not the one"),
        (
            {thing("a", 1): live("b"), thing("b", 2): live("a")},  # swapped by hand
            {"a": None, "b": None},
            {},
            "is called `a` on GitHub now",
        ),
        (
            {thing("a", 1): live("b"), thing("b", 2): live("c")},  # a chain by hand, half declared
            {"b": None},
            {},
            "is called `c` on GitHub now",
        ),
        (
            {thing("a", 1): live("a"), thing("b", 2): live("b")},
            {"b": "a"},
            {},
            "the state has two of this name",
        ),
        (
            {thing("a", 1): live("b"), thing("b", 1): live("b")},  # adopted a second time
            {"b": None},
            {},
            "the state has two of this name",
        ),
    ],
)
def test_what_stops(
    answers: Mapping[Thing, Live | None],
    declared: dict[str, str | None],
    holders: dict[Thing, int],
    words: str,
) -> None:
    """A name that is no longer the same thing stops the run, with a way out."""
    found = compared(answers, declared, holders)
    assert words in "\n".join(each.what for each in found.problems)
    assert all(each.fix for each in found.problems)


def test_what_is_gone_stops_only_where_it_is_declared() -> None:
    """An update would end with a 404; what is not declared only leaves the state."""
    found = compared({thing("a"): GONE}, {})
    assert (found.moves, found.problems, found.strangers) == ([], [], [])
    assert found.gone == [thing("a")]
    for name, old in (("a", None), ("b", "a"), ("A", None)):
        found = compared({thing("a"): GONE}, {name: old})
        assert [each.path for each in found.problems] == [("repositories", name)]
        assert "is not on GitHub, or this token cannot see it" in found.problems[0].what
        assert "make adopt" in found.problems[0].fix


def test_a_chain_of_renames_on_github_has_a_way_out() -> None:
    """Where both names are declared, the message does not ask to declare one of them."""
    found = compared({thing("a", 1): live("b"), thing("b", 2): live("c")}, {"b": None, "c": None})
    assert {each.path for each in found.problems} == {("repositories", "b")}
    assert "rename it back on GitHub" in found.problems[0].fix


def test_a_rename_on_github_beside_a_new_one_has_its_steps() -> None:
    """The old name may be declared for a new repository: the message names the steps."""
    found = compared({thing("a"): live("b")}, {"a": None, "b": None})
    assert "remove `a` from the YAML, run `make up`" in found.problems[0].fix
    swapped: dict[Thing, Live | None] = {thing("a", 1): live("b"), thing("b", 2): live("a")}
    found = compared(swapped, {"a": None, "b": None})
    assert all("rename it back on GitHub" in each.fix for each in found.problems)
