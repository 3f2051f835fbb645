"""Classic protection's merge gate, switch by switch, and Apps before both gates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.world.nodes import node_id
from tests.sandbox.enforcement.acting import REPO

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.enforcement.acting import Acting

PROTECTION = f"{REPO}/branches/main/protection"
REVIEWS: dict[str, Any] = {"requiresApprovingReviews": True, "requiredApprovingReviewCount": 1}
CHECKS: dict[str, Any] = {"requiresStatusChecks": True, "requiredStatusCheckContexts": ["ci"]}
RESOLVE = (
    "mutation($input: ResolveReviewThreadInput!) {"
    " resolveReviewThread(input: $input) { thread { isResolved } } }"
)


def _approved_by_max(acting: Acting) -> None:
    assert acting.review("max", 1).status_code == 200


def _pushed_by_the_reviewer(acting: Acting) -> None:
    assert acting.write("kim", "change", "more.txt").status_code == 201
    assert acting.review("kim", 1).status_code == 200


def _approved_and_changed(acting: Acting) -> None:
    assert acting.review("kim", 1).status_code == 200
    assert acting.write("ben", "change", "more.txt").status_code == 201


def _tested_against_an_old_main(acting: Acting) -> None:
    acting.passed(acting.tip("change"))
    path = acting.as_("ana").delete(PROTECTION)
    assert path.status_code == 204
    assert acting.write("ana", path="later.txt").status_code == 201
    acting.protect(**CHECKS, requiresStrictStatusChecks=True)


def _talked_about(acting: Acting) -> None:
    comment = {"body": "why?", "path": "owned/x", "commit_id": acting.tip("change")}
    made = acting.as_("kim").post(f"{REPO}/pulls/1/comments", json=comment)
    assert made.status_code == 201, made.text


@dataclass(frozen=True)
class Gate:
    """A switch of the merge gate, what goes before, and the words of the refusal."""

    switches: dict[str, Any]
    words: str
    before: Callable[[Acting], None] | None = None
    more: dict[str, Any] = field(default_factory=dict)


GATES = {
    "approvals": Gate(REVIEWS, "At least 1 approving review is required"),
    "two approvals": Gate(
        {**REVIEWS, "requiredApprovingReviewCount": 2},
        "At least 2 approving reviews are required",
        _approved_by_max,
    ),
    "code owners": Gate(
        {**REVIEWS, "requiresCodeOwnerReviews": True}, "code owner review", _approved_by_max
    ),
    "last push": Gate(
        {**REVIEWS, "requireLastPushApproval": True},
        "someone other than the last pusher",
        _pushed_by_the_reviewer,
    ),
    "stale reviews": Gate(
        {**REVIEWS, "dismissesStaleReviews": True},
        "At least 1 approving review is required",
        _approved_and_changed,
    ),
    "status checks": Gate(CHECKS, 'Required status check "ci" is expected.'),
    "strict status checks": Gate(
        {**CHECKS, "requiresStrictStatusChecks": True},
        "Head branch is out of date",
        _tested_against_an_old_main,
    ),
    "signatures": Gate({"requiresCommitSignatures": True}, "verified signatures"),
    "linear history": Gate({"requiresLinearHistory": True}, "must not contain merge commits"),
    "conversations": Gate(
        {"requiresConversationResolution": True}, "conversation must be resolved", _talked_about
    ),
}


@pytest.mark.parametrize("gate", GATES.values(), ids=GATES)
def test_each_switch_stops_a_merge_and_without_it_the_merge_works(
    acting: Acting, gate: Gate
) -> None:
    """The words say which; with the protection taken away the same merge succeeds (E1, E2)."""
    number = acting.pull("ben", path="owned/x")
    acting.protect(**gate.switches)
    if gate.before is not None:
        gate.before(acting)
    refused = acting.merge("ben", number)
    assert refused.status_code == 405
    assert gate.words in refused.json()["message"]
    assert gate.words in refused.json()["errors"][0]["message"]
    assert acting.as_("ana").delete(PROTECTION).status_code == 204
    assert acting.merge("ben", number).status_code == 200


def test_every_violated_rule_is_listed(acting: Acting) -> None:
    """`errors` has one entry for each (E1)."""
    acting.protect(**REVIEWS, **CHECKS, restrictsPushes=True)
    errors = acting.write("ben").json()["errors"]
    assert [each["message"].split()[0] for each in errors] == ["Changes", "Required", "You're"]


def test_a_check_that_failed_is_no_success(acting: Acting) -> None:
    """The newest report of a check counts (E1)."""
    acting.protect(**CHECKS)
    number = acting.pull("ben")
    sha = acting.tip("change")
    acting.passed(sha)
    body = {"state": "failure", "context": "ci"}
    acting.as_("kim").post(f"{REPO}/statuses/{sha}", json=body)
    assert acting.merge("ben", number).status_code == 405
    acting.passed(sha)
    assert acting.merge("ben", number).status_code == 200


def test_the_owner_s_approval_lets_pass(acting: Acting) -> None:
    """A code owner is asked by GitHub itself, and their approval is the one that counts (E1)."""
    acting.protect(**REVIEWS, requiresCodeOwnerReviews=True)
    number = acting.pull("ben", path="owned/x")
    shown = acting.as_("ben").get(f"{REPO}/pulls/{number}").json()
    assert [each["login"] for each in shown["requested_reviewers"]] == ["kim"]
    acting.review("kim", number)
    assert acting.merge("ben", number).status_code == 200


def test_a_resolved_conversation_lets_pass(acting: Acting) -> None:
    """Resolving goes by GraphQL; who may not write cannot (E1)."""
    acting.protect(requiresConversationResolution=True)
    number = acting.pull("ben")
    _talked_about(acting)
    comment = acting.world.state("review_comment")[0]["id"]
    given = {"threadId": node_id("review_thread", comment)}
    assert "errors" in acting.graphql("zoe", RESOLVE, given)
    assert acting.merge("ben", number).status_code == 405
    assert "errors" not in acting.graphql("kim", RESOLVE, given)
    assert acting.merge("ben", number).status_code == 200


def test_a_squash_is_signed_by_github_and_linear(acting: Acting) -> None:
    """Unsigned commits come in as one commit that GitHub signs and that has one parent (E1)."""
    acting.protect(requiresCommitSignatures=True, requiresLinearHistory=True)
    assert acting.merge("ben", acting.pull("ben"), "squash").status_code == 200
    commit = acting.as_("ben").get(f"{REPO}/commits/main").json()
    assert commit["commit"]["verification"]["verified"]
    assert len(commit["parents"]) == 1


@pytest.mark.parametrize(
    ("switches", "listed"),
    [(REVIEWS, "bypassPullRequestActorIds"), ({"restrictsPushes": True}, "pushActorIds")],
    ids=["reviews", "restricted"],
)
def test_an_app_passes_only_when_it_is_listed(
    acting: Acting, switches: dict[str, Any], listed: str
) -> None:
    """An App is no administrator, whatever its permissions; the rule's list admits it (E1)."""
    acting.protect(**switches)
    assert acting.write("portal[bot]").status_code == 409
    acting.as_("ana").delete(PROTECTION)
    allowed: dict[str, Any] = {**switches, listed: [acting.node("/apps/portal")]}
    acting.protect(**allowed)
    assert acting.write("portal[bot]").status_code == 201
