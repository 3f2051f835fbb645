"""What people may write wrongly into `workflows`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.mistakes.cases import ENVIRONMENTS, WEB, Case, reported

if TYPE_CHECKING:
    from pathlib import Path

FORMS = "true, false, or a mapping with rollback"
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
