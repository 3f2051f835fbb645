"""Ticks of people survive, and only theirs."""

from __future__ import annotations

import re
import string

from hypothesis import given
from hypothesis import strategies as st

from portcullis.reviews.boxes import CHANGED, Box, left, lines, ticks

NAMES = st.text(string.ascii_lowercase + "-", min_size=1, max_size=8)
NASTY = st.lists(
    st.sampled_from(["- [x] ", "<!-- box a 00000000 -->", "-->", "\n", "\r\n", "`", "@acme", "a"]),
    max_size=8,
).map("".join)
BOXES = st.lists(
    st.builds(
        Box,
        NAMES,
        NASTY,
        st.lists(NASTY, max_size=3),
        st.sampled_from([None, None, True, False]),
    ),
    max_size=6,
    unique_by=lambda box: box.name,
)


def written(boxes: list[Box], ticked: dict[str, str] | None = None) -> str:
    """The boxes as an issue has them."""
    return "\n".join(line for box in boxes for line in lines(box, ticked or {}))


def click(body: str, name: str) -> str:
    """What GitHub's page does when somebody ticks a box."""
    return re.sub(rf"^- \[ \] (.*<!-- box {name} )", r"- [x] \1", body, flags=re.MULTILINE)


@given(BOXES, st.data())
def test_a_persons_tick_survives(boxes: list[Box], data: st.DataObject) -> None:
    """R14: written anew, exactly the boxes that people ticked are ticked, whatever names say."""
    mine = [box.name for box in boxes if box.checked is None]
    chosen = data.draw(st.sets(st.sampled_from(mine)) if mine else st.just(set()))
    body = written(boxes)
    for name in chosen:
        body = click(body, name)
    assert set(ticks(body)) == chosen
    again = written(boxes, ticks(body))
    assert again == body
    assert CHANGED not in again


@given(BOXES)
def test_a_tick_at_a_box_that_facts_check_means_nothing(boxes: list[Box]) -> None:
    """R14: people cannot tick what the facts do not say."""
    body = written(boxes)
    for box in boxes:
        if box.checked is not None:
            body = click(body, box.name)
    assert written(boxes, ticks(body)) == written(boxes)


@given(BOXES)
def test_each_box_that_is_not_ticked_is_counted(boxes: list[Box]) -> None:
    """R14: the count of what is left is that of the boxes, whatever evidence says."""
    assert left(written(boxes)) == sum(not box.checked for box in boxes)


def test_facts_that_changed_after_a_tick_are_told() -> None:
    """R14: somebody who became an owner after the tick is not hidden by it; the tick stays."""
    before, after = Box("owners", "Owners", ["ana"]), Box("owners", "Owners", ["ana", "eve"])
    body = click(written([before]), "owners")
    changed = written([after], ticks(body))
    assert changed.startswith("- [x] ")
    assert CHANGED in changed
    assert CHANGED in written([after], ticks(changed)), "it is listed until somebody looks again"
    confirmed = click(written([after], {}), "owners")
    assert CHANGED not in written([after], ticks(confirmed))
