"""The workflows that `portcullis init` writes, executed by act: pull requests and deployments.

The tests follow each other: what the first one deploys is there for the others.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from components.github_access import GitHubAccess
from portcullis.comment.body import text
from portcullis.comment.publish import publish
from tests.end_to_end.configuration.repository import (
    NAME,
    PASSPHRASE,
    Configuration,
    configuration,
)
from tests.portcullis.comment.test_body import plan
from tests.release.harness import tools
from tests.release.harness.authority import Authority
from tests.support.extent import cases
from tests.support.keys import app_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.release.harness.release import Release
    from tests.support.sandbox import Sandbox

CANARIES = {PASSPHRASE, app_keys()[0].splitlines()[1], "sandbox_app_", "sandbox_job_"}
"""What no log, comment or artifact may have."""


@pytest.fixture(scope="module")
def made(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Configuration]:
    """The configuration repository."""
    folder = tmp_path_factory.mktemp("configuration")
    with configuration(sandbox, tools.find(), Authority(folder), folder) as found:
        yield found
        written = [
            each.text for each in (*found.pulls.done, *found.deployments.done, *found.reviews.done)
        ]
        written += [path.read_text() for path in found.artifacts.rglob("*") if path.is_file()]
        assert [each for each in CANARIES if any(each in one for one in written)] == []


def steps(release: Release, key: str) -> dict[str, str]:
    """The steps of the last job of a key, by name."""
    return release.result(key).steps


def changes(made: Configuration) -> list[str]:
    """What was changed on GitHub since the journal was cleared, but for getting tokens."""
    writes = [each["path"] for each in made.world.writes()]
    return [path for path in writes if not path.endswith("/access_tokens")]


def test_what_was_reviewed_is_deployed(made: Configuration) -> None:
    """C4, C5: a preview with an App that only reads, a comment, a merge, an approval, an update.

    The App's comment names the head and the plan; the update is exactly this plan. The preview
    writes nothing to the state, not even for a moment.
    """
    number = made.propose("start")
    before = made.state()
    assert made.pulls.run() == {
        "check": "success",
        "code-scanning": "skipped",
        "preview": "success",
    }
    assert made.state() == before
    (comment,) = made.comments(number)
    assert comment["user"]["login"] == "portcullis-preview[bot]"
    assert made.head(number) in comment["body"]
    (kept,) = made.artifacts.glob("*/plan-acme/acme.json")
    assert json.loads(kept.read_text())["digest"] in comment["body"]
    made.merge(number)
    made.deployments.run()
    assert made.deployments.states()["deploy"] == "waiting"
    assert made.deploy() == {"changed": "success", "deploy": "success"}
    assert "as reviewed" in made.deployments.result("deploy").text
    assert made.world.request("GET", "/orgs/acme")["body"]["name"] == "start Acme"
    assert [*made.artifacts.glob("*/record-acme/acme.jsonl")]


@pytest.mark.parametrize("why", cases(["another plan"], "a change on GitHub"))
def test_another_plan_than_the_reviewed_one_is_refused(made: Configuration, why: str) -> None:
    """C4, C5: if the deployment would do anything else than the comment says, it stops."""
    number = made.propose(why.replace(" ", "-"))
    if why == "another plan":
        token = made.world.tokens["portcullis-preview[bot]"]
        other = plan(organization="acme", stack="acme", commit=made.head(number), digest="e" * 64)
        publish(GitHubAccess(made.world.base_url, token=token).client(), other, NAME, number)
    else:
        assert made.pulls.run()["preview"] == "success"
        made.world.request("PUT", "/orgs/acme/teams/makers/memberships/zoe", {"role": "member"})
    made.merge(number)
    made.world.clear_journal()
    assert made.deploy() == {"changed": "success", "deploy": "failure"}
    refused = made.deployments.result("deploy")
    assert refused.steps["Which plan was reviewed"] == "success"
    assert "nothing was changed: the organization, the code or GitHub changed" in refused.text
    assert [path for path in changes(made) if "/orgs/" in path] == []


def test_a_forged_comment_deploys_nothing(made: Configuration) -> None:
    """C4, C5: a writer's comment of the same form is left alone and not believed.

    The deployment stops before it asks for any credentials.
    """
    number = made.propose("forged", "zoe")
    forged = text(plan(organization="acme", stack="acme", commit=made.head(number)))
    made.ask("zoe", "POST", f"/issues/{number}/comments", {"body": forged})
    made.merge(number, "zoe")
    assert made.deploy() == {"changed": "success", "deploy": "failure"}
    assert steps(made.deployments, "deploy")["Which plan was reviewed"] == "failure"
    assert "Get a token of the App for the organization" not in steps(made.deployments, "deploy")
    assert [each["body"] for each in made.comments(number)] == [forged]


def test_a_fork_sees_no_secret(made: Configuration) -> None:
    """R8, C5: a stranger's pull request is checked with a token that reads, and not previewed.

    Its finding is in the artifact and fails the check.
    """
    insecure = (
        "organization: acme\nplan: enterprise\n"
        "settings:\n  billing_email: billing@acme.example\n"
        "  default_repository_permission: write\n"
    )
    made.cancel_previews()
    made.propose_from_a_fork("mallory", insecure)
    run = made.pulls.jobs()["check"]["run"]
    made.ask("owner", "POST", f"/actions/runs/{run}/approve")  # as GitHub wants for newcomers
    assert made.pulls.run() == {
        "check": "failure",
        "code-scanning": "skipped",
        "preview": "skipped",
    }
    job = made.pulls.jobs()["check"]
    view = made.world.job(job["id"])
    assert (view["secrets"], view["oidc"]) == ({}, None)
    assert set(view["permissions"].values()) == {"read"}
    findings = made.artifacts / view["contexts"]["github"]["run_id"] / "findings/acme.sarif"
    assert json.loads(findings.read_text())["runs"][0]["results"]


def test_each_day_the_issues_are_brought_up_to_date(made: Configuration) -> None:
    """R14: the App only reads; the job's own token writes the issues, and nothing else."""
    made.world.clear_journal()
    assert made.reviews.dispatch("ana", "main") == HTTPStatus.NO_CONTENT
    assert made.reviews.run() == {"stacks": "success", "review": "success"}
    issues = [each for each in made.ask("ana", "GET", "/issues") if "pull_request" not in each]
    titles = " ".join(each["title"] for each in issues)
    assert [kind in titles for kind in ("what to do", "monthly", "quarterly", "yearly")] == [
        True
    ] * 4
    assert {each["user"]["login"] for each in issues} == {"github-actions[bot]"}
    assert {path for path in changes(made) if "/dispatches" not in path} == {
        f"/repos/{NAME}/issues"
    }
