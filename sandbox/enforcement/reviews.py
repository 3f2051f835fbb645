"""Reviews that a branch requires of a change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.enforcement import code_owners
from sandbox.enforcement.ref_patterns import matches
from sandbox.repositories import pulls
from sandbox.world.kinds.code import REVIEW_COMMENT, Pull
from sandbox.world.kinds.people import TEAM_MEMBER

if TYPE_CHECKING:
    from sandbox.enforcement.attempt import Attempt
    from sandbox.world.records import Record


@dataclass(frozen=True, slots=True)
class Wanted:
    """The reviews that a branch requires.

    Attributes:
        approvals: How many people with write access have to approve.
        code_owners: Whether an owner of each changed file has to.
        last_push: Whether somebody else than who pushed last has to approve that push.
        teams: Teams that have to approve changes to some files: `required_reviewers` of a ruleset.
    """

    approvals: int = 0
    code_owners: bool = False
    last_push: bool = False
    teams: list[dict[str, Any]] = field(default_factory=list)


def violations(attempt: Attempt, wanted: Wanted) -> list[str]:
    """Return which required reviews an attempt lacks."""
    pull = attempt.update.pull
    if pull is None:
        return ["Changes must be made through a pull request."]
    world, repository = attempt.world, attempt.repository
    opinions = pulls.opinions(world, repository, pull)
    approved = {user: each for user, each in opinions.items() if each.data["state"] == "APPROVED"}
    found = []
    if len(approved) < wanted.approvals:
        many = "reviews are" if wanted.approvals > 1 else "review is"
        found.append(
            f"At least {wanted.approvals} approving {many} required by reviewers with write access."
        )
    if wanted.approvals and any(e.data["state"] == "CHANGES_REQUESTED" for e in opinions.values()):
        found.append("Changes have been requested by a reviewer with write access.")
    if wanted.code_owners and not _owners_approve(attempt, pull, set(approved)):
        found.append("Waiting on code owner review.")
    if wanted.last_push and not any(
        each.data["commit"] == pull.data["head_sha"] and user != pull.data["pushed_by"]
        for user, each in approved.items()
    ):
        found.append("New changes require approval from someone other than the last pusher.")
    found += [
        "Review is required from a team that the ruleset names."
        for each in wanted.teams
        if not _team_approves(attempt, pull, each, set(approved))
    ]
    return found


def _owners_approve(attempt: Attempt, pull: Record[Pull], approved: set[int]) -> bool:
    """Return whether each changed file that has owners was approved by one of them."""
    for path in pulls.paths(attempt.world, attempt.repository, pull):
        owners = code_owners.owners(attempt.world, attempt.repository, pull.data["base"], path)
        if owners and not owners & approved:
            return False
    return True


def _team_approves(
    attempt: Attempt, pull: Record[Pull], wanted: dict[str, Any], approved: set[int]
) -> bool:
    changed = pulls.paths(attempt.world, attempt.repository, pull)
    patterns = wanted.get("file_patterns", [])
    if not any(matches(pattern, path) for pattern in patterns for path in changed):
        return True
    team = wanted.get("reviewer", {}).get("id", 0)
    members = {int(each.name) for each in attempt.world.all(TEAM_MEMBER, team)}
    return len(members & approved) >= int(wanted.get("minimum_approvals", 1))


def unresolved(attempt: Attempt) -> list[str]:
    """Return whether a pull request has conversations that nobody resolved."""
    pull = attempt.update.pull
    comments = [] if pull is None else attempt.world.all(REVIEW_COMMENT, pull.id)
    if any(not each.data["in_reply_to"] and not each.data["resolved"] for each in comments):
        return ["A conversation must be resolved before this pull request can be merged."]
    return []
