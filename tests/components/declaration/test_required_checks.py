"""Required checks are made by a workflow, or reported (issue 13, number 10)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from components.declaration import Declaration, load
from components.declaration.required_checks import notices
from components.files.workflow import REQUIRED_CHECKS
from components.ruleset import BranchProtectionConfig
from tests.components.declaration.mistakes.cases import MAIN, WEB
from tests.components.declaration.sound import mistakes, outcome, places, replaced, written

UNTESTED = ("gradle", "bundler")


def reported(root: Path, *edits: tuple[str, str]) -> list[str]:
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


@pytest.mark.parametrize(
    ("written_as", "meant"), [("sercurity-ci", "security-ci"), ("CI", "ci"), ("Ci", "ci")]
)
def test_a_required_check_that_is_misspelt_is_a_mistake(
    written_as: str, meant: str, tmp_path: Path
) -> None:
    """A name that is nearly one of the managed workflow's is named."""
    edits = ((MAIN, "  main: {required_checks: [»" + written_as + "]}"),)
    text, marked = places(replaced(*edits))
    (mistake,) = mistakes(written(tmp_path, text))
    assert [str(mistake.place)] == marked
    assert f"did you mean `{meant}`?" in mistake.what


@pytest.mark.parametrize(
    "web",
    [
        "  web: {ecosystems: [pip]}",
        "  web: {ecosystems: [bundler], workflows: false}",
        "  web: {ecosystems: [bundler], archived: true}",
        "  web: {ecosystems: [bundler], files: {.github/workflows/go.yml: {content: x}}}",
        "  web: {ecosystems: [bundler, npm]}",
    ],
)
def test_a_check_that_something_makes_may_be_required(web: str, tmp_path: Path) -> None:
    """Tests of the managed workflow, and workflows of the repository's own."""
    text = replaced((MAIN, "  main: {required_checks: [ci, security-ci, codecov]}"), (WEB, web))
    assert mistakes(written(tmp_path, text)) == []


def test_ecosystems_without_tests_are_reported_once(tmp_path: Path) -> None:
    """One line names the repositories and what is not tested there."""
    (line,) = reported(
        tmp_path, (WEB, "  web: {ecosystems: [bundler, gradle]}"), ("[pip]", "[pip, gradle]")
    )
    assert "(app: gradle; web: bundler, gradle)" in line


def test_a_repository_without_managed_workflows_is_reported(tmp_path: Path) -> None:
    """It may have workflows of its own: with `workflows: false` nothing is reported."""
    required = (MAIN, "  main: {required_checks: [ci, codecov]}")
    (line,) = reported(tmp_path, required)
    assert "(web: ci)" in line
    assert "workflows: false" in line
    assert reported(tmp_path, required, (WEB, "  web: {workflows: false}")) == []


def test_by_default_nothing_is_required() -> None:
    """A protection that names no check requires none, whatever a repository is built from."""
    assert BranchProtectionConfig().required_checks == []


@given(
    ecosystems=st.sets(st.sampled_from([*UNTESTED, "github-actions", "pip", "uv", "npm"])),
    required=st.sets(st.sampled_from(REQUIRED_CHECKS), min_size=1),
)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_required_is_written_or_refused(
    ecosystems: set[str], required: set[str], tmp_path: Path
) -> None:
    """No required check of the managed workflow is left without a job of its name."""
    web = f"  web: {{ecosystems: [{', '.join(ecosystems)}]}}"
    main = f"  main: {{repositories: [web], required_checks: [{', '.join(required)}]}}"
    found = outcome(written(tmp_path, replaced((MAIN, main), (WEB, web))))
    if isinstance(found, Declaration) and ecosystems:
        text = found.resolved.repositories["web"].derived_files[".github/workflows/ci.yml"]
        assert required <= YAML(typ="safe").load(text)["jobs"].keys()
    elif isinstance(found, Declaration):
        assert len(list(notices(found.resolved))) == 1
    else:
        assert len(found.mistakes) == len(required)


def test_the_practice_organization_requires_what_is_made() -> None:
    """Each required check of `orgs/guild.yaml` is a job of a managed workflow."""
    resolved = load("guild", Path(__file__).resolve().parents[3]).resolved
    assert not any("required checks" in line for line in notices(resolved))


def test_nothing_is_reported_of_what_is_tested(tmp_path: Path) -> None:
    """The sound organization has nothing to tell."""
    assert reported(tmp_path) == []
