"""Classic branch protection stops whom tests on live repositories saw it stop, and nobody else.

The numbers are the rows of the table of live observations (SpecterOps GitHound, 2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.enforcement.acting import REPO

if TYPE_CHECKING:
    from tests.sandbox.enforcement.acting import Acting

REVIEWS: dict[str, Any] = {"requiresApprovingReviews": True, "requiredApprovingReviewCount": 1}
LOCK: dict[str, Any] = {"lockBranch": True}
RESTRICTED: dict[str, Any] = {"restrictsPushes": True}
BLOCKED: dict[str, Any] = {"restrictsPushes": True, "blocksCreations": True}
ENFORCED: dict[str, Any] = {"isAdminEnforced": True}
FORCE: dict[str, Any] = {"allowsForcePushes": True}

PULL = "Changes must be made through a pull request."
AUTHORIZED = "You're not authorized to push to this branch."
LOCKED = "Cannot change this locked branch"
FORCED = "Cannot force-push to this branch"


CREATIONS: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("1", REVIEWS, "ben", None),
    ("2", {**REVIEWS, **RESTRICTED}, "ben", None),
    ("3 with reviews", {**REVIEWS, **BLOCKED}, "ben", AUTHORIZED),
    ("3", BLOCKED, "ben", AUTHORIZED),
    ("4: silently set back", {"blocksCreations": True}, "ben", None),
    ("9: also creations", BLOCKED, "bo", AUTHORIZED),
    ("11: also creations", BLOCKED, "pia", None),
    ("11: also creations, by maintain", BLOCKED, "max", None),
    ("13: also creations", {**BLOCKED, **ENFORCED}, "ana", None),
    ("13: also creations, not enforced", BLOCKED, "ana", None),
    ("13: also creations, push_protected_branch", {**BLOCKED, **ENFORCED}, "pia", None),
    ("15: also creations", {**REVIEWS, **BLOCKED}, "lou", None),
]


@pytest.mark.parametrize(
    ("switches", "login", "message"),
    [row[1:] for row in CREATIONS],
    ids=[f"row {row[0]}" for row in CREATIONS],
)
def test_who_may_create_a_branch(
    acting: Acting, switches: dict[str, Any], login: str, message: str | None
) -> None:
    """Only restricted pushes with blocked creations keep a writer from a new branch (E1, E2)."""
    acting.protect("*", **switches)
    answer = acting.create(login, "heads/mine")
    assert answer.status_code == (201 if message is None else 422)
    assert message is None or message in answer.json()["message"]


PUSHES: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("5", REVIEWS, "ben", PULL),
    ("6: not allowed", RESTRICTED, "ben", AUTHORIZED),
    ("7", LOCK, "ben", LOCKED),
    ("8: reviews", REVIEWS, "bo", None),
    ("8: lock", LOCK, "bo", None),
    ("9", RESTRICTED, "bo", AUTHORIZED),
    ("9: with creations blocked", BLOCKED, "bo", AUTHORIZED),
    ("10: reviews", REVIEWS, "pia", PULL),
    ("10: lock", LOCK, "pia", LOCKED),
    ("11", RESTRICTED, "pia", None),
    ("11: with creations blocked", BLOCKED, "pia", None),
    ("11: maintain has the permission", RESTRICTED, "max", None),
    ("12: reviews", {**REVIEWS, **ENFORCED}, "bo", PULL),
    ("12: lock", {**LOCK, **ENFORCED}, "bo", LOCKED),
    ("13: admin", {**RESTRICTED, **ENFORCED}, "ana", None),
    ("13: admin, creations blocked", {**BLOCKED, **ENFORCED}, "ana", None),
    ("13: not enforced", RESTRICTED, "ana", None),
    ("13: push_protected_branch", {**RESTRICTED, **ENFORCED}, "pia", None),
    ("13: admin, creations blocked, not enforced", BLOCKED, "ana", None),
    (
        "13: push_protected_branch, creations blocked",
        {**BLOCKED, **ENFORCED},
        "pia",
        None,
    ),
    ("15: reviews", REVIEWS, "lou", None),
    ("15: lock", LOCK, "lou", None),
    ("15: restricted", RESTRICTED, "lou", None),
    ("15: creations blocked", BLOCKED, "lou", None),
    ("15: restricted, enforced", {**RESTRICTED, **ENFORCED}, "lou", None),
    ("15: reviews and restricted", {**REVIEWS, **RESTRICTED}, "lou", None),
    ("15: lock and creations blocked", {**LOCK, **BLOCKED}, "lou", None),
    ("admin, reviews enforced", {**REVIEWS, **ENFORCED}, "ana", PULL),
    ("admin, reviews not enforced", REVIEWS, "ana", None),
    ("admin, lock enforced", {**LOCK, **ENFORCED}, "ana", LOCKED),
    ("admin, lock not enforced", LOCK, "ana", None),
    ("15: enforced", {**REVIEWS, **BLOCKED, **ENFORCED}, "lou", PULL),
]


@pytest.mark.parametrize(
    ("switches", "login", "message"),
    [row[1:] for row in PUSHES],
    ids=[f"row {row[0]}" for row in PUSHES],
)
def test_who_may_push(
    acting: Acting, switches: dict[str, Any], login: str, message: str | None
) -> None:
    """A push has to pass the merge gate and the push gate, each with its own bypass (E1, E2)."""
    acting.protect(**switches)
    answer = acting.write(login)
    assert answer.status_code == (201 if message is None else 409)
    assert message is None or message in answer.json()["message"]


@pytest.mark.parametrize("switches", [LOCK, RESTRICTED], ids=["lock", "restricted"])
def test_row_14_allowing_force_pushes_grants_nothing(
    acting: Acting, switches: dict[str, Any]
) -> None:
    """A locked or restricted branch stays so when force pushes are allowed (E1)."""
    acting.protect(**switches, **FORCE)
    assert acting.rewind("ben").status_code == 422


def test_row_6_who_is_on_the_list_may_push(acting: Acting) -> None:
    """Push allowances by name and by team admit a push to a restricted branch (E1)."""
    allowed = [acting.node("/users/kim"), acting.node("/orgs/acme/teams/crew")]
    acting.protect(**RESTRICTED, pushActorIds=allowed)
    assert acting.write("ben").status_code == 409
    assert acting.write("kim").status_code == 201
    assert acting.write("tess", path="other.txt").status_code == 201


@pytest.mark.parametrize(
    ("switches", "status"), [(REVIEWS, 201), (LOCK, 409), ({**REVIEWS, **ENFORCED}, 409)]
)
def test_row_16_the_bypass_list_is_for_reviews_only(
    acting: Acting, switches: dict[str, Any], status: int
) -> None:
    """Its people push past reviews, unless they are enforced; never into a locked branch (E1)."""
    acting.protect(**switches, bypassPullRequestActorIds=[acting.node("/users/ben")])
    assert acting.write("ben").status_code == status


def test_reviews_never_keep_a_writer_from_a_branch_with_a_workflow(acting: Acting) -> None:
    """Main may ask for reviews: a writer's new branch runs a workflow without one (E1, E3)."""
    acting.protect(**REVIEWS, **ENFORCED)
    assert acting.create("ben", "heads/mine").status_code == 201
    workflow = "on: push\njobs: {mine: {runs-on: x, steps: []}}\n"
    assert acting.write("ben", "mine", ".github/workflows/x.yml", workflow).status_code == 201
    assert [job["key"] for job in acting.world.jobs(conclusion="success")] == ["mine"]


@pytest.mark.parametrize("login", ["ben", "ana"])
def test_nobody_rewrites_or_deletes_what_is_protected(acting: Acting, login: str) -> None:
    """Force pushes and deletions are off, for administrators too, until they are allowed (E1)."""
    acting.create("ana", "heads/old")
    acting.protect("*")
    assert FORCED in acting.rewind(login, "heads/old").json()["message"]
    assert acting.delete(login, "heads/old").json()["message"] == "Cannot delete this branch"


def test_force_pushes_and_deletions_when_they_are_allowed(acting: Acting) -> None:
    """The switches for it let everybody who may write (E1)."""
    acting.create("ana", "heads/old")
    acting.protect("old", allowsForcePushes=True, allowsDeletions=True)
    assert acting.rewind("ben", "heads/old").status_code == 200
    assert acting.delete("ben", "heads/old").status_code == 204


def test_some_may_force_push(acting: Acting) -> None:
    """Those on the list for it, and nobody else (E1)."""
    acting.protect(bypassForcePushActorIds=[acting.node("/users/kim")])
    assert acting.rewind("ben").status_code == 422
    assert acting.rewind("kim").status_code == 200


def test_restricted_pushes_hold_for_merges(acting: Acting) -> None:
    """Who may not push to a branch may not merge into it either (E1)."""
    number = acting.pull("ben")
    acting.protect(**RESTRICTED)
    refused = acting.merge("ben", number)
    assert refused.status_code == 405
    assert AUTHORIZED in refused.json()["message"]
    assert acting.merge("max", number).status_code == 200


def test_who_can_take_the_protection_away(acting: Acting) -> None:
    """An administrator can delete the rule first; nobody below can (E1)."""
    acting.protect(**REVIEWS, **ENFORCED)
    path = f"{REPO}/branches/main/protection"
    assert acting.as_("max").delete(path).status_code == 403
    assert acting.as_("ana").delete(path).status_code == 204
    assert acting.write("ana").status_code == 201


def test_dismissal_restricted_to_some(acting: Acting) -> None:
    """Only those listed, and administrators, dismiss a review (E1)."""
    number = acting.pull("ben")
    review = acting.review("kim", number).json()["id"]
    acting.protect(
        **REVIEWS,
        restrictsReviewDismissals=True,
        reviewDismissalActorIds=[acting.node("/users/max")],
    )
    path = f"{REPO}/pulls/{number}/reviews/{review}/dismissals"
    assert acting.as_("ben").put(path, json={"message": "no"}).status_code == 403
    assert acting.as_("max").put(path, json={"message": "no"}).json()["state"] == "DISMISSED"
    assert acting.merge("max", number).status_code == 405
