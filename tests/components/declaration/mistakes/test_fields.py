"""Fields that are unknown, or missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.mistakes.cases import (
    ACTIONS,
    DEVS,
    EMAIL,
    LEVEL,
    PLAN,
    SETTINGS,
    TOKEN,
    WEB,
    Case,
    reported,
)

if TYPE_CHECKING:
    from pathlib import Path

CASES = (
    Case(
        "unknown field",
        SETTINGS,
        "  »web_commit_signof_required: true\n" + SETTINGS,
        "did you mean `web_commit_signoff_required`?",
        "billing_email, blog",
    ),
    Case(
        "security setting at the repository itself",
        WEB,
        "  web: {»push_protection: true}",
        "did you mean `security.secret_scanning_push_protection`?",
        "visibility",
    ),
    Case(
        "short name of a security setting",
        WEB,
        "  web: {security: {»push_protection: true}}",
        "did you mean `secret_scanning_push_protection`?",
        "vulnerability_alerts",
    ),
    Case(
        "beginning of a setting",
        SETTINGS,
        "  »secret_scanning: true\n" + SETTINGS,
        "did you mean `secret_scanning_enabled_for_new_repositories`?",
        "billing_email, blog",
    ),
    Case(
        "renamed from a name that is declared",
        WEB,
        "  web: {»renamed_from: app}",
        "`app` is declared too; if it is a new one, and the rename is done, remove renamed_from",
        "an old name that is not declared",
    ),
    Case(
        "renamed from itself",
        DEVS,
        "  devs: {members: [ana, ben], »renamed_from: devs}",
        "this is the name that it has",
        "the old name of this one",
    ),
    Case(
        "misspelt field of a repository",
        WEB,
        "  web: {»visibilty: public}",
        "`visibilty` is not a field of a repository; did you mean `visibility`?",
        "visibility",
    ),
    Case("unknown section", PLAN, PLAN + "\n»team: {}", "did you mean `teams`?", "teams"),
    Case("no organization", "organization: acme\n", "»", "`organization` is missing", "login"),
    Case(
        "no plan",
        "organization: acme\n" + PLAN,
        "»organization: acme",
        "`plan` is missing",
        "free, team, enterprise",
    ),
    Case(
        "no e-mail",
        "settings:\n" + SETTINGS + "\n  " + EMAIL,
        "»settings:\n" + SETTINGS,
        "`billing_email` is missing",
        "bills",
    ),
    Case(
        "no source",
        "TOKEN: " + TOKEN,
        "»TOKEN: {visible_to: [app]}",
        "`from` is missing",
        "source of the value",
    ),
    Case("no value", "LEVEL: " + LEVEL, "»LEVEL: {visible_to: all}", "`value` is missing"),
    Case("nothing under a name", ACTIONS, "»actions:", "it is empty"),
    Case("nothing under a mapping", DEVS, "  »devs:", "it is empty", "members"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_field_that_is_unknown_or_missing_is_reported(case: Case, tmp_path: Path) -> None:
    """The nearest field is suggested, or what a missing one is for is explained (issue 3)."""
    reported(case, tmp_path)
