"""Two approvals are given by two people, and only the first team starts a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.release.cases import (
    ACCESS,
    CREATORS,
    DEVS,
    PUBLISH,
    SECURITY,
    TWO,
    Case,
    Edit,
    in_two,
    is_sound,
    reported,
)
from tests.components.declaration.sound import mistakes, places, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

APART = "two teams without a common member, nested teams included"


def shared(id_: str, *edits: Edit, who: str) -> Case:
    """Somebody who is in both teams."""
    edits = (*edits, ("approvers: [security, devs]", "»approvers: [security, devs]"))
    what = f"two approvals need different people: {who} could give both"
    return in_two(id_, edits, what, APART)


def makers(id_: str, *edits: Edit) -> Case:
    """Somebody else than the first team may push release tags."""
    what = "app requires two approvals: only the first team may create release tags"
    return in_two(id_, edits, what, "[security], in an entry for app")


CASES = (
    # one person in both teams
    shared("a member of both teams", (SECURITY, "  security: {members: [ines, Ben]}"), who="ben"),
    shared(
        "a maintainer of the other team",
        (SECURITY, "  security: {members: [ines], maintainers: [ana, ben]}"),
        who="ana, ben",
    ),
    shared(
        "a member of a nested team",
        (SECURITY, SECURITY + "\n  ops: {parent: devs, members: [ines]}"),
        who="ines",
    ),
    shared(
        "a member of a team two levels below",
        (
            SECURITY,
            SECURITY + "\n  ops: {parent: security}\n  night: {parent: ops, maintainers: [ana]}",
        ),
        who="ana",
    ),
    shared(
        "a team below the other one",
        (SECURITY, "  security: {members: [ines], parent: devs}"),
        (ACCESS, "{devs: maintain, security: maintain}"),
        who="ines",
    ),
    # nobody in a team
    Case(
        "an approver team without people",
        ((DEVS, "  devs: {}"), ("approvers: [devs", "»approvers: [devs")),
        "nobody is in `devs`, so nobody could approve",
        "a team of people",
    ),
    in_two(
        "a second team without people",
        ((DEVS, "  devs: {}"), ("approvers: [sec", "»approvers: [sec")),
        "nobody is in `devs`, so nobody could approve",
        "a team of people",
    ),
    # who starts
    in_two(
        "two gates without tag protection",
        (
            ("tag_protection:\n  releases: {created_by: [security]}\n", ""),
            (PUBLISH, PUBLISH.replace("publish", "»publish")),
        ),
        "app requires two approvals, and everybody who may push could create its release tags",
        "tag_protection with created_by: [security], for app",
    ),
    makers("the second team starts", (CREATORS, "{»created_by: [devs]}")),
    makers("the second team starts, too", (CREATORS, "{»created_by: [security, devs]}")),
    makers(
        "a third team starts, too",
        (CREATORS, "{»created_by: [security, ops]}"),
        (SECURITY, SECURITY + "\n  ops: {members: [zoe]}"),
        (ACCESS, "{devs: maintain, security: push, ops: push}"),
    ),
    makers(
        "the second team starts by the repository's own entry",
        (PUBLISH, "    tag_protection: {own: {»created_by: [devs]}}\n" + PUBLISH),
    ),
    makers(
        "the second team starts by one entry of two",
        (CREATORS, CREATORS + "\n  more: {»created_by: [devs], repositories: ['a*']}"),
    ),
    # no job that waits
    in_two(
        "two gates without the managed workflows",
        ((PUBLISH, "    »workflows: false\n" + PUBLISH),),
        "without the managed release workflow, no job waits for the first of the two approvals",
        "true, or one team in approvers",
    ),
)

SOUND_CASES: tuple[tuple[str, str, tuple[Edit, ...]], ...] = (
    ("two gates", TWO, ()),
    (
        "an approver team whose people are in a nested one",
        TWO,
        ((SECURITY, "  security: {}\n  ops: {parent: security, members: [ines]}"),),
    ),
    (
        "a common team above both",
        TWO,
        (
            (SECURITY, "  security: {members: [ines], parent: all}\n  all: {members: [zoe]}"),
            ("{members: [ana, ben]}", "{members: [ana, ben], parent: all}"),
        ),
    ),
    (
        "an entry of others that leaves the repository out",
        TWO,
        (
            (CREATORS, "{created_by: [devs], exclude_repositories: [app]}"),
            (PUBLISH, "    tag_protection: {own: {created_by: [security]}}\n" + PUBLISH),
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_two_approvals_that_one_person_could_give_are_reported(case: Case, tmp_path: Path) -> None:
    """One mistake a case, at its place, with what is allowed instead (A4, R1)."""
    reported(case, tmp_path)


@pytest.mark.parametrize(
    ("text", "edits"), [case[1:] for case in SOUND_CASES], ids=[case[0] for case in SOUND_CASES]
)
def test_two_teams_apart_are_no_mistake(text: str, edits: tuple[Edit, ...], tmp_path: Path) -> None:
    """What is right is not refused."""
    assert is_sound(tmp_path, edits, text)


def test_gates_of_all_packages_are_looked_at(tmp_path: Path) -> None:
    """The npm package's approvers are held to the same, at their own place."""
    python = "[{python: app, approvers: [security, devs]}"
    text, marked = places(
        replaced(
            (
                f"{python}]",
                f"{python}, {{npm: app, »approvers: [security, ops]}}]",
            ),
            (SECURITY, SECURITY + "\n  ops: {members: [ines]}"),
            (ACCESS, "{devs: maintain, security: push, ops: pull}"),
            text=TWO,
        )
    )
    (mistake,) = mistakes(written(tmp_path, text))
    assert [str(mistake.place)] == marked
    assert "ines could give both" in mistake.what


def test_teams_that_are_nested_in_a_circle_are_reported_and_end(tmp_path: Path) -> None:
    """The circle is reported, and that everybody in it could give both approvals: nothing hangs."""
    text, marked = places(
        replaced(
            ("{members: [ana, ben]}", "{members: [ana, ben], »parent: security}"),
            (SECURITY, "  security: {members: [ines], parent: devs}"),
            ("approvers: [sec", "»approvers: [sec"),
            text=TWO,
        )
    )
    circle, key = mistakes(written(tmp_path, text))
    assert [str(circle.place), str(key.place)] == marked
    assert "in a circle" in circle.what
    assert "ana, ben, ines could give both" in key.what
