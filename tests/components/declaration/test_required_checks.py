"""Required checks are made by a workflow, or reported (issue 13, number 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.declaration import Declaration
from components.declaration.required_checks import notices
from tests.components.declaration.sound import mistakes, outcome, places, replaced, written
from tests.components.declaration.test_mistakes import MAIN, WEB

if TYPE_CHECKING:
    from pathlib import Path

UNTESTED = ("cargo", "gomod", "maven", "gradle", "bundler", "docker")


def told(root: Path, *edits: tuple[str, str]) -> list[str]:
    """The notices of the sound organization with ``edits``."""
    declaration = outcome(written(root, replaced(*edits)))
    assert isinstance(declaration, Declaration), declaration
    return list(notices(declaration.resolved))


@pytest.mark.parametrize("ecosystem", [*UNTESTED, "github-actions"])
def test_a_required_check_that_no_workflow_makes_is_a_mistake(
    ecosystem: str, tmp_path: Path
) -> None:
    """Nothing would ever report `ci` where nothing is tested: no pull request could be merged."""
    text, marked = places(
        replaced(
            (MAIN, "  main: {required_checks: [»ci, »security-ci]}"),
            (WEB, f"  web: {{ecosystems: [{ecosystem}]}}"),
        )
    )
    found = mistakes(written(tmp_path, text))
    assert [str(mistake.place) for mistake in found] == marked
    assert "nothing would ever report `ci` in web" in found[0].what
    assert "workflows: false there" in found[0].allowed


def test_a_required_check_that_is_misspelt_is_a_mistake(tmp_path: Path) -> None:
    """A name that is nearly one of the managed workflow's is named."""
    edits = ((MAIN, "  main: {required_checks: [»sercurity-ci]}"),)
    text, marked = places(replaced(*edits))
    (mistake,) = mistakes(written(tmp_path, text))
    assert [str(mistake.place)] == marked
    assert "did you mean `security-ci`?" in mistake.what


@pytest.mark.parametrize(
    "web",
    [
        "  web: {ecosystems: [pip]}",
        "  web: {ecosystems: [cargo], workflows: false}",
        "  web: {ecosystems: [cargo], archived: true}",
        "  web: {ecosystems: [cargo], files: {.github/workflows/rust.yml: {content: x}}}",
        "  web: {ecosystems: [cargo, npm]}",
    ],
)
def test_a_check_that_something_makes_may_be_required(web: str, tmp_path: Path) -> None:
    """Tests of the managed workflow, and workflows of the repository's own."""
    text = replaced((MAIN, "  main: {required_checks: [ci, security-ci, codecov]}"), (WEB, web))
    assert mistakes(written(tmp_path, text)) == []


def test_ecosystems_without_tests_are_reported_once(tmp_path: Path) -> None:
    """One line names the repositories and what is not tested there."""
    (line,) = told(
        tmp_path, (WEB, "  web: {ecosystems: [cargo, docker]}"), ("[pip]", "[pip, maven]")
    )
    assert "(app: maven; web: cargo, docker)" in line


def test_a_repository_without_managed_workflows_is_reported(tmp_path: Path) -> None:
    """It may have workflows of its own: with `workflows: false` nothing is reported."""
    required = (MAIN, "  main: {required_checks: [ci, codecov]}")
    (line,) = told(tmp_path, required)
    assert "(web: ci)" in line
    assert "workflows: false" in line
    assert told(tmp_path, required, (WEB, "  web: {workflows: false}")) == []


def test_nothing_is_reported_of_what_is_tested(tmp_path: Path) -> None:
    """The sound organization has nothing to tell."""
    assert told(tmp_path) == []
