"""The steps of a way, done in the sandbox one after the other, as they are printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.reach import moves
from tests.reach.applied import OWNER, TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.reach.moves import Place

_WHERE = re.compile(r" \((?:ruleset|protection|classic) .*\)$")
"""By which protections a step passes: not part of what is done."""


_HONEST = "better"
"""The branch of somebody's honest change."""


class Unscripted(Exception):  # noqa: N818 - a test's own
    """A step that no script does."""


def done(place: Place, steps: Sequence[str], worked: Callable[[Place], bool]) -> bool:
    """Do the steps; say whether that worked. The world is left as it was.

    Args:
        place: where.
        steps: as they are printed.
        worked: whether the goal is reached.

    Raises:
        Unscripted: there is a step that the script does not know.
    """
    before = place.world.saved()
    try:
        for step in steps:
            _do(place, step)
        return worked(place)
    finally:
        place.world.put_back(before)


def _do(place: Place, step: str) -> None:
    for pattern, act in _STEPS.items():
        if found := re.fullmatch(pattern, _WHERE.sub("", step)):
            act(place, *found.groups())
            return
    raise Unscripted(step)


def _tag(place: Place, who: str, name: str) -> None:
    moves.put_on_branch(place, who, moves.branch_of(who))
    moves.tag(place, who, name, moves.attacks(place))


def _push(place: Place, who: str, branch: str) -> None:
    if branch == "main":
        moves.push_to_main(place, who)
    else:
        moves.put_on_branch(place, who, branch)


def _merge(place: Place, who: str, approving: str | None, _branch: str) -> None:
    moves.put_on_branch(place, who, moves.branch_of(who))
    moves.propose(place, who, moves.branch_of(who))
    for reviewer in re.split(r" and |, ", approving or ""):
        moves.approve_proposal(place, reviewer)
    moves.merge_proposal(place, who)


def _push_to_approved(place: Place, who: str, _branch: str) -> None:
    listed = place.get("collaborators")
    colleagues = [each["login"] for each in listed if each["permissions"]["push"]]
    _propose_in_good_faith(place)
    for reviewer in set(colleagues) - {who}:
        moves.approve_proposal(place, reviewer)
    moves.put_on_branch(place, who, _HONEST)
    moves.merge_proposal(place, who)


def _push_and_approve(place: Place, who: str, approving: str | None, _branch: str) -> None:
    _propose_in_good_faith(place)
    moves.put_on_branch(place, who, _HONEST)
    for reviewer in (who, *re.split(r" and |, ", approving or "")):
        moves.approve_proposal(place, reviewer)
    moves.merge_proposal(place, who)


def _propose_in_good_faith(place: Place) -> None:
    """Let the owner propose a change, as somebody does every day."""
    body = {"ref": f"refs/heads/{_HONEST}", "sha": place.original}
    place.try_(OWNER, "POST", "git/refs", body)
    place.write(OWNER, "README.md", "# it, better\n", _HONEST)
    moves.propose(place, OWNER, _HONEST)


def _move(place: Place, who: str, name: str) -> None:
    tag = moves.OTHER_TAG if name == "a tag" else TAG
    place.try_(OWNER, "POST", "git/refs", {"ref": f"refs/tags/{tag}", "sha": place.original})
    moves.put_on_branch(place, who, moves.branch_of(who))
    moves.move_tag(place, who, tag)


def _by_token(place: Place) -> None:
    refs = place.get("git/matching-refs/") or []
    moves.start_by_job(place, [each["ref"] for each in refs])


def _dispatch(place: Place, who: str, kind: str, name: str) -> None:
    moves.start(place, who, f"refs/tags/{name}" if kind == "tag" else name)


_STEPS: dict[str, Callable[..., object]] = {
    r"([^:]+): create tag (\S+)": _tag,
    r"([^:]+): create branch (\S+)": _push,
    r"([^:]+): push to branch (\S+)": _push,
    r"([^:]+): create a branch": lambda place, who: moves.put_on_branch(
        place, who, moves.branch_of(who)
    ),
    r"([^:]+): merge a pull request(?: that (.*?) approves?)?, into branch (\S+)": _merge,
    r"([^:]+): push to a pull request that is approved already, into branch (\S+)": (
        _push_to_approved
    ),
    r"([^:]+): push to and approve a pull request of somebody else"
    r"(?: that (.*?) approves?)?, into branch (\S+)": _push_and_approve,
    r"([^:]+): move (a tag|tag \S+)": _move,
    r"([^:]+): dispatch the workflow on (tag|branch) (\S+)": _dispatch,
    r"dispatch by GITHUB_TOKEN": _by_token,
    r"read the secret \S+ in a workflow on any ref": lambda _place: None,  # the job that ran saw it
    r"([^:]+): approve at .*": moves.approve_deployment,
    r"([^:]+): bypass the approval at .*": moves.approve_deployment,
}
"""What people do, by the pattern of a step."""
