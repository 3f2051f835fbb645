"""Somebody can create a release tag, and somebody else can approve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.release.cases import (
    ACCESS,
    CREATORS,
    ENVIRONMENTS,
    PUBLISH,
    SECURITY,
    TWO,
    Case,
    broken,
    reported,
)

if TYPE_CHECKING:
    from pathlib import Path

CASES = (
    broken(
        "makers without people",
        (SECURITY, "  security: {}"),
        (CREATORS, "{created_by: [»security]}"),
        what="nobody is in `security`, so nobody could create a release tag",
        allowed="a team of people",
    ),
    broken(
        "makers of two entries who share nobody",
        (PUBLISH, "    tag_protection: {own: {created_by: [ops]}}\n" + PUBLISH),
        (PUBLISH, PUBLISH.replace("publish", "»publish")),
        (SECURITY, SECURITY + "\n  ops: {members: [zoe]}"),
        (ACCESS, "{devs: maintain, security: push, ops: push}"),
        what="nobody can release app: nobody may create a release tag; a tag has to pass "
        "repositories.app.tag_protection.own, tag_protection.releases, and nobody is in "
        "`created_by` of all of them",
        allowed="tag_protection with created_by: a team that may push",
    ),
    broken(
        "two gates, of which the only person who starts a release opens the first",
        (ACCESS, "{devs: pull, security: push}"),
        ('code_owners: {"*": [devs]}', "code_owners: {}"),
        ("approvers: [sec", "»approvers: [sec"),
        what="nobody can release app: only ines may start a release, only ines may approve "
        "release-approval, and GitHub lets nobody approve a run that they started",
        allowed="an approver who starts no release",
        text=TWO,
    ),
    broken(
        "a written gate without people",
        (SECURITY, SECURITY + "\n  ops: {}"),
        (ACCESS, "{devs: maintain, security: push, ops: pull}"),
        (ENVIRONMENTS, "    environments: {live: {»reviewers: {teams: [ops]}}}"),
        what="nobody is in `ops`, so nobody could approve",
        allowed="a team of people",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_release_path_that_nobody_can_walk_is_reported(case: Case, tmp_path: Path) -> None:
    """One mistake a case, at its place, with what is allowed instead (A4, R1)."""
    reported(case, tmp_path)
