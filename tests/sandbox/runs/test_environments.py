"""Environments let in what their rules admit, and give their secrets to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.attempts.path import CI, REPO

if TYPE_CHECKING:
    from tests.sandbox.attempts.path import Path

ENVIRONMENT = f"{REPO}/environments/pypi-release"


def _publish(path: Path) -> dict[str, Any]:
    """Return the newest publish job."""
    return path.world.jobs(key="publish")[-1]


@pytest.mark.parametrize(("reviewers", "status"), [(6, 200), (7, 422)])
def test_up_to_six_reviewers(path: Path, reviewers: int, status: int) -> None:
    """Six people or teams can be reviewers, a seventh is refused (R4)."""
    people = ["olga", "adam", "mia", "max", "ria", "rolf", "carl"][:reviewers]
    listed = [{"type": "User", "id": path.id_of(f"/users/{login}")} for login in people]
    assert path.as_("olga").put(ENVIRONMENT, json={"reviewers": listed}).status_code == status


def test_one_approval_is_enough(path: Path) -> None:
    """Of several reviewers the first that approves opens the environment (R4)."""
    path.reviewers("ria", "rolf")
    path.dispatch("carl")
    assert (_publish(path)["status"], path.leaked()) == ("waiting", False)
    assert path.review("rolf").status_code == 200
    assert (_publish(path)["conclusion"], path.leaked()) == ("success", True)


def test_a_reviewer_by_team(path: Path) -> None:
    """A member of a reviewing team approves (R4)."""
    team = path.id_of("/orgs/guild/teams/release")
    path.put(f"{REPO}/collaborators/ria", {"permission": "pull"})
    path.environment(reviewers=[{"type": "Team", "id": team}])
    path.dispatch("carl")
    assert path.review("ria").status_code == 200


def test_a_rejection_ends_the_job(path: Path) -> None:
    """Rejected, the job fails and never sees the secret; an approval later is too late (R4)."""
    path.reviewers("ria", "rolf")
    path.dispatch("carl")
    assert path.review("ria", "rejected").status_code == 200
    assert "rejected" in _publish(path)["reason"]
    assert path.review("rolf").status_code == 422
    assert not path.leaked()


@pytest.mark.parametrize(("prevent", "status"), [(True, 403), (False, 200)])
def test_self_review(path: Path, prevent: bool, status: int) -> None:  # noqa: FBT001 - the setting
    """The person who started the run approves it only where that is not prevented (R4)."""
    path.reviewers("ria", "rolf", prevent_self_review=prevent, can_admins_bypass=False)
    path.dispatch("ria")
    assert path.review("ria").status_code == status
    assert path.leaked() is not prevent


@pytest.mark.parametrize("bypass", [True, False])
def test_administrators_bypass_unless_it_is_off(
    path: Path,
    bypass: bool,  # noqa: FBT001 - the setting
) -> None:
    """An administrator goes around reviewers and timer only where that is on (R4)."""
    path.reviewers("ria", can_admins_bypass=bypass, wait_timer=60)
    path.dispatch("carl")
    assert path.review("adam").status_code == (200 if bypass else 403)
    assert path.leaked() is bypass


@pytest.mark.parametrize(("minutes", "status"), [(43_200, 200), (43_201, 422), (-1, 422)])
def test_the_wait_timer_has_a_limit(path: Path, minutes: int, status: int) -> None:
    """30 days at most (R4)."""
    put = path.as_("olga").put(ENVIRONMENT, json={"wait_timer": minutes})
    assert put.status_code == status


def test_the_wait_timer_lets_go(path: Path) -> None:
    """The job waits as long as the timer says, by the world's clock, and then goes on (R4)."""
    path.environment(wait_timer=30)
    path.dispatch("carl")
    path.world.clock(advance=29 * 60)
    assert (_publish(path)["status"], _publish(path)["reason"]) == ("waiting", "timer")
    path.world.clock(advance=61)
    assert _publish(path)["conclusion"] == "success"


@pytest.mark.parametrize(
    ("policy", "ref", "admitted"),
    [
        (("tag", "v*"), "tags/v1", True),
        (("tag", "v*"), "tags/w1", False),
        (("tag", "v*"), "tags/v1/x", False),
        (("tag", "v*"), "heads/v1", False),
        (("branch", "release/*"), "heads/release/1", True),
        (("branch", "release/*"), "heads/release/1/x", False),
        (("branch", "main"), "tags/main", False),
    ],
)
def test_the_deployment_policy_compares_the_ref(
    path: Path, policy: tuple[str, str], ref: str, *, admitted: bool
) -> None:
    """Branches by branch patterns, tags by tag patterns; `*` does not cross a slash (R3, R4)."""
    path.only_refs(policy)
    path.ref("carl", ref)
    before = len(path.world.jobs(key="publish"))
    path.dispatch("carl", f"refs/{ref}")
    job = path.world.jobs(key="publish")[before]
    assert (job["conclusion"] == "success") is admitted
    assert admitted or "is not allowed to deploy to pypi-release" in job["reason"]


def test_protected_branches_only(path: Path) -> None:
    """A classic rule counts, a ruleset does not; with none at all every branch may (R4)."""
    only = {"protected_branches": True, "custom_branch_policies": False}
    path.environment(deployment_branch_policy=only)
    path.ruleset({"type": "deletion"})
    path.ref("carl", "heads/mine")

    def gets_in(ref: str) -> bool:
        path.dispatch("carl", ref)
        return bool(_publish(path)["conclusion"] == "success")

    assert gets_in("mine")
    document = (
        "mutation($input: CreateBranchProtectionRuleInput!) {"
        " createBranchProtectionRule(input: $input) { clientMutationId } }"
    )
    node = path.as_("olga").get(REPO).json()["node_id"]
    given = {"repositoryId": node, "pattern": "stable"}
    url = f"{path.world.base_url}api/graphql"
    path.as_("olga").post(url, json={"query": document, "variables": {"input": given}})
    assert not gets_in("mine")
    assert not gets_in("main")
    path.ref("carl", "heads/stable")
    assert gets_in("stable")


def test_the_rules_bind_only_jobs_that_name_the_environment(path: Path) -> None:
    """A job that does not name it runs freely, without its secrets (R4, E3)."""
    path.reviewers("ria")
    path.only_refs(("tag", "v*"))
    path.ref("carl", "heads/mine")
    path.commit("carl", ".github/workflows/mine.yml", CI, "mine")
    job = path.world.jobs(workflow=".github/workflows/mine.yml")[-1]
    assert job["conclusion"] == "success"
    assert path.world.job(job["id"])["secrets"] == {}


def test_naming_an_environment_makes_it(path: Path) -> None:
    """An environment that is not there comes into being, without protection (R4)."""
    text = CI.replace("runs-on", "environment: shadow\n    runs-on")
    path.commit("mia", ".github/workflows/mine.yml", text)
    made = path.as_("olga").get(f"{REPO}/environments/shadow").json()
    assert (made["protection_rules"], made["can_admins_bypass"]) == ([], True)


def test_private_repositories_of_the_free_plan_have_no_rules(path: Path) -> None:
    """What was set while the plan had rules holds no longer there (R4)."""
    path.reviewers("ria")
    path.as_("olga").patch(REPO, json={"visibility": "private"})
    path.world.control("POST", "seed", _plan("free"))
    path.dispatch("carl")
    assert path.leaked()


def _plan(plan: str) -> dict[str, Any]:
    return {"organizations": [{"login": "guild", "owners": ["olga"], "plan": plan}], "tokens": []}


def test_a_fork_s_run_gets_no_secrets_and_a_token_that_reads(path: Path) -> None:
    """`pull_request` of a fork: nothing but its own code, and reading (R4)."""
    path.secret(f"{REPO}/actions/secrets", "NPM_TOKEN")
    path.as_("zoe").post(f"{REPO}/forks")
    text = CI.replace("jobs:", "permissions: write-all\njobs:")
    path.commit("zoe", ".github/workflows/evil.yml", text, repo="/repos/zoe/sophia")
    body = {"title": "t", "head": "zoe:main", "base": "main"}
    path.as_("zoe").post(f"{REPO}/pulls", json=body)
    path.world.plan("guild/sophia", "test", "hold")
    listed = path.as_("olga").get(f"{REPO}/actions/runs", params={"event": "pull_request"}).json()
    for run in listed["workflow_runs"]:
        assert run["conclusion"] == "action_required"
        assert path.as_("mia").post(f"{REPO}/actions/runs/{run['id']}/approve").is_success
    job = path.world.jobs(event="pull_request", workflow=".github/workflows/evil.yml")[-1]
    seen = path.world.job(job["id"])
    assert seen["secrets"] == {}
    assert set(seen["permissions"].values()) == {"read"}
    token = path.bearer(seen["github_token"])
    assert path.commit("", "x.txt", "x", client=token).status_code == 403


def test_pull_request_target_runs_the_default_branch_s_workflow_with_secrets(path: Path) -> None:
    """Whatever the fork says, main's file runs, and sees the secrets (R4)."""
    path.secret(f"{REPO}/actions/secrets", "NPM_TOKEN")
    target = CI.replace("on: [push, pull_request]", "on: pull_request_target")
    path.commit("olga", ".github/workflows/greet.yml", target)
    path.as_("zoe").post(f"{REPO}/forks")
    evil = target.replace("test:", "evil:")
    path.commit("zoe", ".github/workflows/greet.yml", evil, repo="/repos/zoe/sophia")
    body = {"title": "t", "head": "zoe:main", "base": "main"}
    path.as_("zoe").post(f"{REPO}/pulls", json=body)
    jobs = path.world.jobs(event="pull_request_target")
    assert [(job["key"], job["ref"]) for job in jobs] == [("test", "refs/heads/main")]
    assert path.leaked("NPM_TOKEN", event="pull_request_target")


def test_workflow_run_runs_the_default_branch_s_workflow_with_secrets(path: Path) -> None:
    """What follows a run is main's file, on main, with the secrets (R4)."""
    path.secret(f"{REPO}/actions/secrets", "NPM_TOKEN")
    after = CI.replace(
        "on: [push, pull_request]", "on: {workflow_run: {workflows: [release], types: [completed]}}"
    ).replace("name: ci", "name: after")
    path.commit("olga", ".github/workflows/after.yml", after)
    path.ref("carl", "heads/mine")
    path.dispatch("carl", "mine")
    job = path.world.jobs(event="workflow_run")[-1]
    assert (job["workflow"], job["ref"]) == (".github/workflows/after.yml", "refs/heads/main")
    assert path.leaked("NPM_TOKEN", event="workflow_run")


def test_who_may_dispatch(path: Path) -> None:
    """Write access starts a workflow, on any branch that has the file; less does not (R4)."""
    path.put(f"{REPO}/collaborators/max", {"permission": "triage"})
    assert path.dispatch("max").status_code == 403
    path.ref("carl", "heads/mine")
    assert path.dispatch("carl", "mine").status_code == 204
    assert path.dispatch("carl", "nowhere").status_code == 422
    path.commit("carl", ".github/workflows/release.yml", CI, "mine")
    refused = path.dispatch("carl", "mine")
    assert refused.json()["message"] == "Workflow does not have 'workflow_dispatch' trigger"
