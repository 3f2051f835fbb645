"""Names that look like something else get nobody around a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.world.ref_names import is_valid, short_name
from tests.sandbox.enforcement.acting import REPO

if TYPE_CHECKING:
    from tests.sandbox.enforcement.acting import Acting


@pytest.mark.parametrize(
    "name",
    [
        *("a..b", "a//b", "/a", "a/", ".a", "a/.b", "a.", "a.lock", "a.lock/b", "@", "a@{b"),
        *("a b", "a\x01b", "a\x7fb", "a~b", "a^b", "a:b", "a?b", "a*b", "a[b", "a\\b", ""),
        *("0" * 40, "ABCDEF0123" * 4),
    ],
)
def test_ill_formed_names(name: str) -> None:
    """As `git check-ref-format` has it; and no name that looks like a commit (E3)."""
    assert not is_valid(f"refs/heads/{name}")


@pytest.mark.parametrize("name", ["main", "a/b", "-x", "v1.0", "refs/heads/main", "0" * 39, "é"])
def test_well_formed_names(name: str) -> None:
    """Branches and tags, and nothing else below `refs/` (E3)."""
    assert is_valid(f"refs/heads/{name}")
    assert is_valid(f"refs/tags/{name}")
    assert not is_valid(f"refs/notes/{name}")


@given(st.sampled_from(["refs/heads/", "refs/tags/"]), st.text())
def test_only_one_prefix_goes(prefix: str, name: str) -> None:
    """A name that looks like a full ref stays as it is (E3)."""
    assert short_name(f"{prefix}{name}") == name


def test_a_branch_does_not_stand_in_for_a_commit(acting: Acting) -> None:
    """Nobody makes a branch that is called like the commit that was approved (E3)."""
    number = acting.pull("ben")
    head = acting.as_("ben").get(f"{REPO}/pulls/{number}").json()["head"]["sha"]
    assert acting.create("ben", f"heads/{head}").status_code == 422
    renamed = acting.as_("ben").post(f"{REPO}/branches/change/rename", json={"new_name": head})
    assert renamed.status_code == 422


@pytest.mark.parametrize("ref", ["heads/Main", "heads//main", "heads/refs/heads/main"])
def test_no_other_spelling_moves_a_branch(acting: Acting, ref: str) -> None:
    """Case, doubled slashes and doubled prefixes name another ref (E3)."""
    assert acting.rewind("ana", ref).status_code in (404, 422)
