"""Pull requests for real: forks, drafts, heads that move, and what GitHub says of merging."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.bodies import pull_request, status_checks
from tests.sandbox.enforcement.acting import REPO

if TYPE_CHECKING:
    from tests.sandbox.enforcement.acting import Acting


def _from_a_fork(acting: Acting) -> int:
    """Propose a change as zoe, who may write nowhere but in her fork."""
    zoe = acting.as_("zoe")
    assert zoe.post(f"{REPO}/forks").status_code == 202
    body = {"message": "mine", "content": "eA==", "branch": "main"}
    assert zoe.put("/repos/zoe/widget/contents/mine.txt", json=body).status_code == 201
    body = {"title": "mine", "head": "zoe:main", "base": "main"}
    made = zoe.post(f"{REPO}/pulls", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["head"]["repo"]["full_name"] == "zoe/widget"
    found: int = made.json()["number"]
    return found


def test_a_fork_s_change_needs_somebody_who_writes(acting: Acting) -> None:
    """Its author can neither push, approve nor merge; a writer merges it (E1)."""
    acting.ruleset(pull_request())
    number = _from_a_fork(acting)
    assert acting.write("zoe").status_code == 403
    assert acting.merge("zoe", number).status_code == 403
    assert acting.review("kim", number).status_code == 200
    assert acting.merge("ben", number).status_code == 200
    assert acting.as_("ben").get(f"{REPO}/contents/mine.txt").status_code == 200


def test_the_head_follows_the_fork(acting: Acting) -> None:
    """A push to the fork moves the pull request's head (E1)."""
    number = _from_a_fork(acting)
    before = acting.as_("ben").get(f"{REPO}/pulls/{number}").json()["head"]["sha"]
    body = {"message": "more", "content": "eQ==", "branch": "main"}
    acting.as_("zoe").put("/repos/zoe/widget/contents/more.txt", json=body)
    after = acting.as_("ben").get(f"{REPO}/pulls/{number}").json()
    assert after["head"]["sha"] != before
    assert after["commits"] == 2


def test_a_draft_is_not_merged(acting: Acting) -> None:
    """Whatever its approvals (E1)."""
    acting.create("ben", "heads/change")
    acting.write("ben", "change")
    body = {"title": "change", "head": "change", "base": "main", "draft": True}
    number = acting.as_("ben").post(f"{REPO}/pulls", json=body).json()["number"]
    assert acting.state(number) == "draft"
    assert acting.merge("ben", number).status_code == 405


def test_a_head_that_moved_is_not_merged(acting: Acting) -> None:
    """`sha` names the head that the caller saw; another one is a conflict (E1)."""
    number = acting.pull("ben")
    path = f"{REPO}/pulls/{number}/merge"
    assert acting.as_("ben").put(path, json={"sha": acting.tip()}).status_code == 409
    assert acting.as_("ben").put(path, json={"sha": acting.tip("change")}).status_code == 200


def test_what_is_behind_is_brought_up_to_date(acting: Acting) -> None:
    """`behind` until the base is merged into the head and that is tested anew (E1)."""
    number = acting.pull("ben")
    assert acting.write("ana", path="later.txt").status_code == 201
    acting.ruleset(status_checks("ci", strict=True))
    acting.passed(acting.tip("change"))
    assert acting.state(number) == "behind"
    path = f"{REPO}/pulls/{number}/update-branch"
    assert acting.as_("zoe").put(path).status_code == 403
    assert acting.as_("ben").put(path, json={}).status_code == 202
    assert acting.state(number) == "blocked"
    acting.passed(acting.tip("change"))
    assert acting.state(number) == "clean"
    assert acting.merge("ben", number).status_code == 200


def test_a_conflict_is_dirty(acting: Acting) -> None:
    """Both sides wrote the same file (E1)."""
    number = acting.pull("ben", path="same.txt")
    assert acting.write("ana", path="same.txt", text="other\n").status_code == 201
    assert acting.state(number) == "dirty"
    assert acting.merge("ben", number).status_code == 405


def test_a_protected_head_branch_stays_after_the_merge(acting: Acting) -> None:
    """Deleting it is tried and given up; the merge stands (E1)."""
    acting.as_("ana").patch(REPO, json={"delete_branch_on_merge": True})
    number = acting.pull("ben")
    acting.ruleset({"type": "deletion"}, include="~ALL")
    assert acting.merge("ben", number).status_code == 200
    assert acting.as_("ben").get(f"{REPO}/branches/change").status_code == 200


@pytest.mark.parametrize(("app", "status"), [(None, 200), (7, 405)])
def test_a_required_check_may_name_its_app(acting: Acting, app: int | None, status: int) -> None:
    """A person's report is no report of the App that the rule names; the App's own is (E1)."""
    listed = [{"context": "ci"} | ({} if app is None else {"integration_id": app})]
    acting.ruleset(status_checks(required_status_checks=listed))
    number = acting.pull("ben")
    sha = acting.tip("change")
    acting.passed(sha)
    assert acting.merge("ben", number).status_code == status
    if app is not None:
        body = {"name": "ci", "head_sha": sha, "status": "in_progress"}
        run = acting.as_("portal[bot]").post(f"{REPO}/check-runs", json=body)
        assert run.status_code == 201, run.text
        assert acting.merge("ben", number).status_code == 405
        path = f"{REPO}/check-runs/{run.json()['id']}"
        done = acting.as_("portal[bot]").patch(path, json={"conclusion": "success"})
        assert done.status_code == 200, done.text
        assert acting.merge("ben", number).status_code == 200


@pytest.mark.parametrize(("relaxed", "status"), [(False, 422), (True, 201)])
def test_checks_on_a_new_branch(acting: Acting, *, relaxed: bool, status: int) -> None:
    """`do_not_enforce_on_create` lets a branch begin without them (E1)."""
    rule = status_checks("ci", do_not_enforce_on_create=relaxed)
    acting.ruleset(rule, include="refs/heads/mine")
    assert acting.create("ben", "heads/mine").status_code == status


def test_a_deployment_that_came_first_lets_pass(acting: Acting) -> None:
    """The head was deployed to the environment that the rule names (E1)."""
    parameters = {"required_deployment_environments": ["testpypi"]}
    acting.ruleset({"type": "required_deployments", "parameters": parameters})
    number = acting.pull("ben")
    assert acting.merge("ben", number).status_code == 405
    body = {"ref": "change", "environment": "testpypi"}
    made = acting.as_("ben").post(f"{REPO}/deployments", json=body)
    assert made.status_code == 201, made.text
    path = f"{REPO}/deployments/{made.json()['id']}/statuses"
    assert acting.as_("ben").post(path, json={"state": "success"}).status_code == 201
    assert acting.merge("ben", number).status_code == 200


def test_a_required_workflow_lets_pass_when_it_ran(acting: Acting) -> None:
    """A workflow that an organization requires has to have run well on the head (E1)."""
    ci = "on: push\njobs: {test: {runs-on: x, steps: []}}\n"
    assert acting.write("ana", path=".github/workflows/ci.yml", text=ci).status_code == 201
    acting.world.plan("acme/widget", "test", "failure")
    ident = acting.as_("ana").get(REPO).json()["id"]
    workflow = {"path": ".github/workflows/ci.yml", "repository_id": ident}
    rule = {"type": "workflows", "parameters": {"workflows": [workflow]}}
    acting.ruleset(rule, base="/orgs/acme")
    number = acting.pull("ben")
    refused = acting.merge("ben", number)
    assert "Required workflow" in refused.json()["message"]
    acting.world.plan("acme/widget", "test", "success")
    assert acting.write("ben", "change", "more.txt").status_code == 201
    assert acting.merge("ben", number).status_code == 200


STALE = pull_request(dismiss_stale_reviews_on_push=True)


def test_an_approval_for_another_base_is_stale(acting: Acting) -> None:
    """A change that was approved for some branch is not approved for main (E1)."""
    acting.create("ben", "heads/playground")
    number = acting.pull("ben")
    path = f"{REPO}/pulls/{number}"
    assert acting.as_("ben").patch(path, json={"base": "playground"}).status_code == 200
    acting.review("kim", number)
    acting.ruleset(STALE)
    assert acting.as_("ben").patch(path, json={"base": "main"}).status_code == 200
    assert acting.merge("ben", number).status_code == 405


def test_a_push_to_a_closed_pull_request_makes_approvals_stale(acting: Acting) -> None:
    """What is pushed while a pull request is closed makes its approvals stale, too (E1)."""
    acting.ruleset(STALE)
    number = acting.pull("ben")
    path = f"{REPO}/pulls/{number}"
    acting.review("kim", number)
    acting.as_("ben").patch(path, json={"state": "closed"})
    assert acting.write("ben", "change", "more.txt").status_code == 201
    assert acting.as_("ben").patch(path, json={"state": "open"}).status_code == 200
    assert acting.merge("ben", number).status_code == 405


def test_the_last_pusher_is_who_pushed_not_who_asked(acting: Acting) -> None:
    """Another author on the pull request does not let the pusher approve (E1)."""
    acting.ruleset(pull_request(require_last_push_approval=True))
    acting.create("ben", "heads/change")
    acting.write("ben", "change")
    body = {"title": "change", "head": "change", "base": "main"}
    number = acting.as_("kim").post(f"{REPO}/pulls", json=body).json()["number"]
    acting.review("ben", number)
    assert "last pusher" in acting.merge("kim", number).json()["message"]
    acting.review("max", number)
    assert acting.merge("kim", number).status_code == 200
