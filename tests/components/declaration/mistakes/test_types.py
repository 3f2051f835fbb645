"""Values of the wrong kind, such as a text for a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.mistakes.cases import (
    DEVS,
    LEVEL,
    MAIN,
    TOKEN,
    WEB,
    Case,
    reported,
)

if TYPE_CHECKING:
    from pathlib import Path

CASES = (
    Case("text for a truth value", MAIN, "  main: {»strict_checks: 'yes'}", "true or false"),
    Case("number for a truth value", MAIN, "  main: {»strict_checks: 1}", "true or false"),
    Case("text for a number", MAIN, "  main: {»approvals: two}", "a whole number"),
    Case("truth value for a number", MAIN, "  main: {»approvals: true}", "a whole number"),
    Case("number for a text", LEVEL, "{»value: 3.13, visible_to: all}", "a text (in quotes"),
    Case("text for a list", DEVS, "  devs: {»members: ana}", "has to be a list"),
    Case("mapping for a list", MAIN, "  main: {»required_checks: {ci: x}}", "has to be a list"),
    Case("list for a mapping", WEB, "  »web: []", "has to be a mapping of fields", "publish"),
    Case("number in a list", DEVS, "  devs: {members: [ana, »7]}", "item 2 of `members`"),
    Case(
        "value where a reference belongs",
        TOKEN,
        "{»from: s3cret, visible_to: [app]}",
        "`from` has to be a mapping",
        "config, env",
    ),
    Case(
        "value for a whole secret",
        "TOKEN: " + TOKEN,
        "»TOKEN: s3cret",
        "has to be a mapping",
        "from, kind, project, registry, rotate_every",
    ),
    Case("number as a name", DEVS, "  »7: {members: [ana]}", "a name has to be a text"),
    Case("list as a name", DEVS, "  ? »[a, b]\n  : {}", "a name has to be a text"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_value_of_the_wrong_kind_is_reported(case: Case, tmp_path: Path) -> None:
    """Each says which kind has to stand there (issue 3)."""
    reported(case, tmp_path)
