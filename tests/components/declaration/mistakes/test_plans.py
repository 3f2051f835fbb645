"""What the organization's plan does not offer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.mistakes.cases import LEVEL, MAIN, PLAN, TAGS, WEB, Case, reported
from tests.components.declaration.sound import mistakes, places, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

PLANS = (
    Case(
        "internal below Enterprise",
        "team",
        "  web: {»visibility: internal}",
        "GitHub Enterprise",
        "private",
    ),
    Case(
        "evaluate below Enterprise",
        "team",
        "  web: {protection: {x: {»enforcement: evaluate}}}",
        "`evaluate` needs",
        "disabled",
    ),
    Case(
        "reviewers of a private repository",
        "team",
        "  web: {access: {devs: pull}, environments: {x: {»reviewers: {teams: [devs]}}}}",
        "on Enterprise only",
        "plan: enterprise",
    ),
    Case(
        "wait timer of a private repository",
        "team",
        "  web: {environments: {x: {»wait_timer: 5}}}",
        "on Enterprise only",
        "visibility: public",
    ),
    Case(
        "publishing from a private repository",
        "team",
        "  web: {access: {security: push, devs: pull}, »publish: [{npm: w, approvers: [devs]}]}",
        "on Enterprise only",
        "plan: enterprise",
    ),
    Case(
        "rulesets of a private repository",
        "free",
        "  web: {»protection: {x: {}}}",
        "GitHub Free lacks for private repositories",
        "plan: team",
    ),
    Case(
        "environments of a private repository",
        "free",
        "  web: {»environments: {x: {}}}",
        "GitHub Free lacks for private repositories",
        "plan: team",
    ),
)


@pytest.mark.parametrize("case", PLANS, ids=lambda case: case.id)
def test_what_a_plan_lacks_is_reported_before_github_refuses_it(case: Case, tmp_path: Path) -> None:
    """A gate that the plan does not offer is a mistake, never a gate that silently is not there."""
    protected = "{repositories: [app]}" if case.old == "free" else "{}"
    tags = TAGS[:-1] + ", repositories: [app]}" if case.old == "free" else TAGS
    level = LEVEL.replace("all", "[app]")
    edits = (
        *((PLAN, f"plan: {case.old}"), (MAIN, f"  main: {protected}"), (TAGS, tags)),
        (LEVEL, level),
    )
    reported(replace(case, old=WEB), tmp_path, replaced(*edits))


def test_free_protection_of_everything_names_the_private_repositories(tmp_path: Path) -> None:
    """On GitHub Free an organization's protection that covers a private repository is refused."""
    text, marked = places(
        replaced(
            (PLAN, "plan: free"),
            (MAIN, "  »main: {}"),
            ("  releases", "  »releases"),
            (LEVEL, LEVEL.replace("all", "[app]")),
        )
    )
    found = mistakes(written(tmp_path, text))
    assert [str(mistake.place) for mistake in found] == marked
    assert all("private repositories: web" in mistake.what for mistake in found)
