"""What is new since the review before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portcullis.reviews.since import MOST, Kept, Since, found, line, since

NAMES = st.lists(st.text(max_size=6) | st.sampled_from(["-->", "--", "a-b"]), max_size=5)


@given(NAMES, NAMES)
def test_what_is_kept_is_found_again(members: list[str], secrets: list[str]) -> None:
    """R14: whatever names are, the hidden line stays one, and says the same."""
    kept = Kept(members=tuple(members), secrets=tuple(secrets))
    hidden = line(kept)
    assert hidden.count("-->") == 1
    assert len(hidden.splitlines()) == 1
    assert found(f"above\n{hidden}\nbelow") == kept


def test_new_members_and_secrets_are_named() -> None:
    """R14: who and what is there now, and was not at the review before."""
    before = Kept(members=("ana",), secrets=("A of tool",))
    now = Kept(members=("ana", "eve"), secrets=("A of tool", "B of tool"))
    assert since(before, now) == Since(["`eve`"], ["`B of tool`"])


def test_hidden_members_are_not_taken_for_none() -> None:
    """R14: where GitHub does not show the members, nobody says that none is new."""
    before, now = Kept(members=(), secrets=()), Kept(members=("eve",), secrets=())
    assert since(before, now).members == ["GitHub does not show the members"]


def test_a_line_that_was_tampered_with_is_no_list() -> None:
    """R14: what cannot be read is as if nothing was kept."""
    assert found("<!-- portcullis kept {} -->") is None
    assert found("<!-- portcullis kept {'members': 1} -->") is None


def test_a_list_that_is_too_long_is_not_kept() -> None:
    """R14: the issue stays below GitHub's limit."""
    assert line(Kept(members=("m" * MOST,), secrets=())) == ""
