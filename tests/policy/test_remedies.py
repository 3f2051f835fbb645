"""A remedy can be carried out: on a plan that does not offer something, it names the way out."""

from __future__ import annotations

import pytest
from portcullis_policy.examples.base import Declared
from portcullis_policy.exemptions import ORGANIZATION
from portcullis_policy.semantics import github as gh

from tests.policy.harness import Pack

ENVIRONMENT = {"repository": "app", "environment": "pypi-release", "preventSelfReview": False}


def said(plan: str | None, visibility: str) -> dict[str, str]:
    """What the pack says of a repository and a release environment without any protection."""
    root = {"path": [], **({"plan": plan} if plan else {})}
    resources = [
        Declared(ORGANIZATION, root, "root"),
        Declared(gh.REPOSITORY, {"name": "app", "visibility": visibility}, "app", parent="root"),
        Declared(gh.ENVIRONMENT, ENVIRONMENT, "gate", parent="root"),
    ]
    return {item.policyName: item.message for item in Pack().run(resources)}


@pytest.mark.parametrize("plan", ["free", "team"])
def test_reviewers_that_the_plan_does_not_have(plan: str) -> None:
    """C3: the remedy is a plan or visibility."""
    found = said(plan, "private")
    assert "fix: GitHub has no reviewers for private repositories on plan" in found["EN001"]
    assert "`plan: enterprise`" in found["EN001"]


@pytest.mark.parametrize(
    ("plan", "visibility"), [("team", "public"), ("enterprise", "private"), (None, "private")]
)
def test_reviewers_that_the_plan_has(plan: str | None, visibility: str) -> None:
    """C3: elsewhere a team is the remedy."""
    found = said(plan, visibility)
    assert "fix: Name at least one team" in found["EN001"]


def test_protection_that_the_plan_does_not_have() -> None:
    """C3: a private repository on plan free cannot be protected."""
    assert (
        "on plan free: set `visibility: public` or `plan: team`" in said("free", "private")["BR001"]
    )
    for plan, visibility in (("free", "public"), ("team", "private"), (None, "private")):
        assert "fix: Let a ruleset under `protection`" in said(plan, visibility)["BR001"]


@pytest.mark.parametrize("plan", ["free", "team", "enterprise"])
def test_self_review_is_not_reported_where_nobody_reviews(plan: str) -> None:
    """C3: EN002 does not ask for what has no effect and would be refused as a mistake."""
    assert "EN002" not in said(plan, "private")
