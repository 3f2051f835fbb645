"""Reviewers of written environments can read the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.release.cases import (
    ENVIRONMENTS,
    SECURITY,
    WEB,
    Case,
    Edit,
    is_sound,
    reported,
)
from tests.components.declaration.sound import SOUND

if TYPE_CHECKING:
    from pathlib import Path

NOT_A_READER = "cannot review, because it cannot read the repository"

CASES = (
    Case(
        "a reviewing team without access",
        (
            (ENVIRONMENTS, "    environments: {x: {reviewers: {teams: [devs, »ops]}}}"),
            (SECURITY, SECURITY + "\n  ops: {members: [ana]}"),
        ),
        f"`ops` {NOT_A_READER}",
        "access: {ops: pull} or more",
    ),
    Case(
        "a reviewer whom no team lets in",
        (
            (
                WEB,
                "  web: {access: {devs: pull}, environments: {x: {reviewers: {users: [»ines]}}}}",
            ),
        ),
        "this person cannot review, because no team with access has this member",
        "a member of a team in access",
    ),
)

SOUND_CASES: tuple[tuple[str, str, tuple[Edit, ...]], ...] = (
    (
        "approvers of a nested team, which may read because its parent may",
        SOUND,
        (
            ("approvers: [devs]", "approvers: [night]"),
            (SECURITY, SECURITY + "\n  night: {members: [zoe], parent: devs}"),
        ),
    ),
    (
        "reviewers of a nested team, which may read because its parent may",
        SOUND,
        (
            (ENVIRONMENTS, "    environments: {x: {reviewers: {teams: [night]}}}"),
            (SECURITY, SECURITY + "\n  night: {members: [zoe], parent: devs}"),
        ),
    ),
    (
        "a reviewer who may read as any member",
        SOUND,
        (
            (
                "billing@acme.example",
                "billing@acme.example\n  default_repository_permission: read",
            ),
            (WEB, "  web: {environments: {x: {reviewers: {users: [ines]}}}}"),
        ),
    ),
    (
        "a reviewer of an internal repository",
        SOUND,
        ((WEB, "  web: {visibility: internal, environments: {x: {reviewers: {users: [zoe]}}}}"),),
    ),
    (
        "anybody reviews what is public",
        SOUND,
        ((ENVIRONMENTS, "    environments: {x: {reviewers: {users: [zoe]}}}"),),
    ),
    (
        "a reviewer of a nested team, in another spelling",
        SOUND,
        (
            (SECURITY, SECURITY + "\n  ops: {parent: devs, maintainers: [Zoe]}"),
            (WEB, "  web: {access: {devs: pull}, environments: {x: {reviewers: {users: [zoE]}}}}"),
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_reviewer_who_cannot_read_is_reported(case: Case, tmp_path: Path) -> None:
    """One mistake a case, at its place, with what is allowed instead (A4, R1)."""
    reported(case, tmp_path)


@pytest.mark.parametrize(
    ("text", "edits"), [case[1:] for case in SOUND_CASES], ids=[case[0] for case in SOUND_CASES]
)
def test_a_reviewer_who_reads_is_no_mistake(
    text: str, edits: tuple[Edit, ...], tmp_path: Path
) -> None:
    """What is right is not refused."""
    assert is_sound(tmp_path, edits, text)
