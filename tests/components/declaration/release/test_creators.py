"""Teams that create release tags may push, and so start a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.declaration import Declaration
from components.files.workflow import RELEASE_PATH
from tests.components.declaration.release.cases import (
    ACCESS,
    CREATORS,
    PUBLISH,
    SECURITY,
    WEB,
    Case,
    Edit,
    is_sound,
    reported,
)
from tests.components.declaration.sound import outcome, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

CASES = (
    *(
        Case(
            f"a tag maker with {permission}",
            ((ACCESS, f"{{devs: maintain, security: {permission}}}"), ("{created", "{»created")),
            "`security` cannot create a release tag of app: it may not push there",
            "access: {security: push} in app",
        )
        for permission in ("pull", "triage")
    ),
    Case(
        "a tag maker without access",
        (
            (CREATORS, "{»created_by: [security, ops]}"),
            (SECURITY, SECURITY + "\n  ops: {members: [zoe]}"),
        ),
        "`ops` cannot create a release tag of app: it may not push there",
        "access: {ops: push} in app",
    ),
    Case(
        "a tag maker of the repository's own entry without access",
        (
            (PUBLISH, "    tag_protection: {own: {»created_by: [ops]}}\n" + PUBLISH),
            (SECURITY, SECURITY + "\n  ops: {members: [zoe]}"),
        ),
        "`ops` cannot create a release tag of app: it may not push there",
        "access: {ops: push} in app",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_tag_creator_who_may_not_push_is_reported(case: Case, tmp_path: Path) -> None:
    """One mistake a case, at its place, with what is allowed instead (A4, R1)."""
    reported(case, tmp_path)


def test_creators_of_a_repository_without_releases_need_no_access(tmp_path: Path) -> None:
    """What is right is not refused."""
    assert is_sound(tmp_path, ((WEB, "  web: {access: {}}"),))


@pytest.mark.parametrize(
    ("edits", "roles"),
    [
        ((), "write maintain admin"),
        (((ACCESS, "{devs: push, security: maintain}"),), "maintain admin"),
        (((ACCESS, "{devs: maintain, security: admin}"),), "admin"),
        (
            (
                (SECURITY, SECURITY + "\n  ops: {members: [zoe]}"),
                (CREATORS, "{created_by: [security, ops]}"),
                (ACCESS, "{devs: maintain, security: maintain, ops: push}"),
            ),
            "write maintain admin",
        ),
        (
            (
                (SECURITY, "  security: {members: [ines], parent: all}\n  all: {}"),
                (ACCESS, "{devs: maintain, all: maintain}"),
            ),
            "maintain admin",
        ),
    ],
)
def test_makers_of_release_tags_may_start_the_release(
    edits: tuple[Edit, ...], roles: str, tmp_path: Path
) -> None:
    """The workflow's first step lets those start whom the declaration lets tag, and nobody below.

    With `push` they have GitHub's role `write`; before, the step took `maintain` and `admin` alone.
    """
    found = outcome(written(tmp_path, replaced(*edits)))
    assert isinstance(found, Declaration), found
    release = found.resolved.repositories["app"].derived_files[RELEASE_PATH]
    assert f'MAY_START: "{roles}"' in release
