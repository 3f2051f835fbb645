"""`portcullis review` on a made organization: facts of the engine, of GitHub and of the files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from portcullis.reviews.commands import TOKEN
from portcullis.reviews.periods import Kind, period
from tests.end_to_end.conftest import CANARY, PEOPLE, seed
from tests.support.project import Project

if TYPE_CHECKING:
    from tests.support.project import Outcome
    from tests.support.sandbox import Sandbox

TODAY = datetime.now(UTC).date()
ACME = f"""
organization: acme
plan: team
settings: {{display_name: Acme, billing_email: billing@acme.example}}
automation: {{app_id: 1001}}
secrets:
  OLD_TOKEN: {{from: {{config: oldToken}}, visible_to: [tool], rotate_every: 30d}}
  NEW_TOKEN: {{from: {{config: newToken}}, visible_to: [tool], rotate_every: 90d}}
repositories:
  config: {{visibility: public}}
  tool: {{visibility: public}}
exemptions:
  - {{rule: BR004, resource: tool, reason: one person, expires: {TODAY + timedelta(days=10)}}}
"""


@pytest.fixture(scope="module")
def acme(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The organization after `pulumi up`, and after somebody changed a setting."""
    people = [{"login": each, "two_factor_disabled": each == "zoe"} for each in PEOPLE]
    world = sandbox.world(
        "reviews", {**seed("acme", PEOPLE), "users": [{"login": "owner"}, *people]}
    )
    project = Project(tmp_path_factory.mktemp("reviews") / "project", world)
    project.environment["PULUMI_OPTION_POLICY_PACK"] = ""
    project.environment[TOKEN] = world.tokens["owner"]
    project.write(ACME)
    project.create({key: f"{CANARY}-{key}" for key in ("oldToken", "newToken")})
    changed = ("--path", "portcullis:secretsChanged.oldToken", "2026-01-01", "--plaintext")
    project.pulumi("config", "set", *changed, check=True)
    project.make()
    with world.client("owner") as owner:
        owner.patch("/repos/acme/tool", json={"has_wiki": True}).raise_for_status()
    return project


@pytest.fixture(scope="module")
def reviewed(acme: Project) -> Outcome:
    """All reviews, with the credentials of the App."""
    done = acme.portcullis("review", *Kind, "--repository", "acme/config")
    assert done.code == 0, done.text
    return done


def issue(project: Project, kind: Kind) -> dict[str, Any]:
    """The issue of a review."""
    found = project.world.request("GET", "/repos/acme/config/issues", actor="owner")["body"]
    titled = f"{kind} review {period(kind, TODAY)}" if period(kind, TODAY) else "what to do"
    (one,) = [each for each in found if titled in each["title"]]
    return {**one, "body": unescape(one["body"])}


def test_each_review_has_an_issue(acme: Project, reviewed: Outcome) -> None:
    """R14: one reading of GitHub makes the four issues, in the stack's words."""
    assert reviewed.stdout.count("opened ") == len(Kind)
    for kind in Kind:
        assert "stack test" in issue(acme, kind)["title"]


def test_the_daily_issue_has_what_is_to_be_done(acme: Project, reviewed: Outcome) -> None:
    """R14: the drift, the overdue secret by its source's date, the exemption that expires soon."""
    assert reviewed.code == 0
    body = issue(acme, Kind.DAILY)["body"]
    assert "<code>tool</code>" in body
    assert "OLD_TOKEN" in body
    assert "overdue since 2026-01-31 (its source changed it on 2026-01-01" in body
    assert "NEW_TOKEN" not in body
    assert f"expires on {TODAY + timedelta(days=10)}" in body


def test_an_app_cannot_know_who_lacks_a_second_factor(acme: Project, reviewed: Outcome) -> None:
    """R15: the box is left to people, and says why; that it is not required is known."""
    assert reviewed.code == 0
    body = issue(acme, Kind.MONTHLY)["body"]
    assert "does not require two-factor authentication" in body
    assert "only an owner's token may see it" in body
    assert "zoe" not in body.partition("portcullis kept")[0]


def test_no_value_of_a_secret_is_in_an_issue(acme: Project, reviewed: Outcome) -> None:
    """R14: neither the issues nor the log hold a value."""
    bodies = "".join(issue(acme, kind)["body"] for kind in Kind)
    assert CANARY not in bodies + reviewed.text


def test_an_owners_token_sees_the_second_factor(acme: Project, reviewed: Outcome) -> None:
    """R15: it names the members without one; `--print` writes no issue."""
    assert reviewed.code == 0
    before = issue(acme, Kind.DAILY)
    acme.environment["GITHUB_TOKEN"] = acme.world.tokens["owner"]
    done = acme.portcullis("review", "daily", "--print")
    assert done.code == 0, done.text
    assert "<code>zoe</code> has no two-factor authentication" in done.stdout
    assert issue(acme, Kind.DAILY) == before


def test_where_the_issues_are_has_to_be_said(acme: Project) -> None:
    """R14: without a repository nothing is read, and the error says what to give."""
    done = acme.portcullis("review", "daily", "--repository", "config")
    assert done.code == 1
    assert done.stderr.strip() == "allowed: --repository OWNER/NAME, or --print"
