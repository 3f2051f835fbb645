"""Values of a closed set, such as the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.mistakes.cases import (
    LEVEL,
    MAIN,
    PLAN,
    PUBLISH,
    TOKEN,
    WEB,
    Case,
    reported,
)

if TYPE_CHECKING:
    from pathlib import Path

CASES = (
    Case("plan", PLAN, "»plan: teams", "did you mean `team`?", "free, team, enterprise"),
    Case("licence", "licenses: []", "licenses: [»ghas]", "is not known", "secret-protection"),
    Case("permission", "{devs: maintain,", "{»devs: write,", "is not known", "pull, triage, push"),
    Case("visibility", WEB, "  web: {»visibility: secret}", "is not known", "public, private"),
    Case("ecosystem", "[pip]", "[»pypi]", "is not known", "pip, uv, npm"),
    Case(
        "merge method",
        MAIN,
        "  main: {merge_methods: [»sqash]}",
        "did you mean `squash`?",
        "rebase",
    ),
    Case("enforcement", MAIN, "  main: {»enforcement: on}", "is not known", "active, evaluate"),
    Case("store", TOKEN, TOKEN[:-1] + ", stores: [»pages]}", "is not known", "codespaces"),
    Case(
        "secret visible to a word",
        TOKEN,
        "{from: {config: token}, »visible_to: public}",
        "`visible_to`",
        "all, private, a list of repositories (or patterns such as web-*), or properties",
    ),
    Case(
        "variable visible to nothing", LEVEL, "{value: info, »visible_to: 1}", "`visible_to`", "all"
    ),
    Case(
        "publishing by a word",
        PUBLISH,
        PUBLISH.replace("{python", "{»auth: odic, python"),
        "did you mean `oidc`?",
        "token, hybrid",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_value_that_is_not_known_is_reported(case: Case, tmp_path: Path) -> None:
    """Each is answered by all values that are known (issue 3)."""
    reported(case, tmp_path)
