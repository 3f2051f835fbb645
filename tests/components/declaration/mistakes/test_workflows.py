"""What people may write wrongly into `workflows`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.declaration import Declaration
from tests.components.declaration.mistakes.cases import (
    ACTIONS,
    ENVIRONMENTS,
    WEB,
    Case,
    reported,
)
from tests.components.declaration.sound import outcome, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

FORMS = "true, false, or a mapping with rollback, codeql, scorecard"
CASES = (
    Case("a list", WEB, "  web: {»workflows: [rollback]}", "which workflow files", FORMS),
    Case("a text", WEB, "  web: {»workflows: none}", "which workflow files", FORMS),
    Case("empty", WEB, "  web: {»workflows: }", "which workflow files", FORMS),
    Case(
        "an unknown file",
        ENVIRONMENTS,
        "    workflows: {»rolback: false}",
        "`rolback` is not a field of workflows; did you mean `rollback`?",
        "rollback",
    ),
    Case(
        "a text for a truth value",
        ENVIRONMENTS,
        "    workflows: {»rollback: 'no'}",
        "`rollback` has to be true or false",
    ),
    Case(
        "codeql in a private repository",
        WEB,
        "  web: {ecosystems: [npm], workflows: {»codeql: true}}",
        "for public repositories, or with a license",
        "visibility: public, or code-security in",
    ),
    Case(
        "codeql without a language that it knows",
        WEB,
        "  web: {visibility: public, ecosystems: [docker], workflows: {»codeql: true}}",
        "CodeQL knows no language of this repository",
        "false, or in ecosystems one of bundler, cargo, github-actions, gomod",
    ),
    Case(
        "codeql without GitHub's actions",
        ACTIONS,
        "actions: {»github_owned_allowed: false, patterns_allowed: [actions/*]}",
        "the managed workflows use github/codeql-action/analyze, github/codeql-action/init",
        "github/* in patterns_allowed",
        also=((ENVIRONMENTS, "    workflows: {codeql: true}"),),
    ),
    Case(
        "scorecard in a private repository",
        WEB,
        "  web: {workflows: {»scorecard: true}}",
        "Scorecard rates public repositories",
        "false, or visibility: public",
    ),
    Case(
        "rollback without packages",
        WEB,
        "  web: {workflows: {»rollback: true}}",
        "the repository publishes nothing",
        "packages in publish",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_choice_of_workflows_that_does_not_fit_is_reported(case: Case, tmp_path: Path) -> None:
    """Each says what can be chosen, or what the file would need (issue 14)."""
    reported(case, tmp_path)


@pytest.mark.parametrize(
    "edits",
    [
        ((ENVIRONMENTS, "    workflows: {codeql: true, scorecard: true}"),),
        (
            ("licenses: []", "licenses: [code-security]"),
            (WEB, "  web: {ecosystems: [github-actions], workflows: {codeql: true}}"),
        ),
    ],
)
def test_a_choice_that_fits_is_no_mistake(
    edits: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    """A public repository, or a private one of an organization with the license."""
    assert isinstance(outcome(written(tmp_path, replaced(*edits))), Declaration)
