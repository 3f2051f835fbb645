"""The steps of a way, done in the sandbox one after the other, as they are printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.reach import moves
from tests.reach.applied import DEPENDABOT, OUTSIDER, OWNER, TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.reach.moves import Place

_WHERE = re.compile(r" \((?:ruleset|protection|classic) .*\)$")
"""By which protections a step passes: not part of what is done."""


_HONEST = "better"
"""The branch of somebody's honest change."""

_NO_OWNERS = (".github/CODEOWNERS", "# nobody\n")
"""A file and its text, after which nobody owns the workflow files."""


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


def _merge_twice(place: Place, who: str, approving: str | None, branch: str) -> None:
    own = f"{moves.branch_of(who)}-owners"
    moves.put_on_branch(place, who, own, *_NO_OWNERS)
    moves.propose(place, who, own)
    for reviewer in re.split(r" and |, ", approving or ""):
        moves.approve_proposal(place, reviewer)
    moves.merge_proposal(place, who)
    _merge(place, who, approving, branch)


def _push_to_approved(
    place: Place, who: str, _branch: str, honest: str = _HONEST, *change: str
) -> None:
    listed = place.get("collaborators")
    colleagues = [each["login"] for each in listed if each["permissions"]["push"]]
    colleagues = [each for each in colleagues if each != DEPENDABOT]
    _propose_in_good_faith(place, honest)
    for reviewer in colleagues:
        moves.approve_proposal(place, reviewer)
    moves.put_on_branch(place, who, honest, *change)
    moves.merge_proposal(place, who)


def _push_to_approved_twice(place: Place, who: str, branch: str) -> None:
    _push_to_approved(place, who, branch, f"{_HONEST}-owners", *_NO_OWNERS)
    _push_to_approved(place, who, branch)


def _push_and_approve_twice(place: Place, who: str, approving: str | None, branch: str) -> None:
    _push_and_approve(place, who, approving, branch, f"{_HONEST}-owners", *_NO_OWNERS)
    _push_and_approve(place, who, approving, branch)


def _push_and_approve(
    place: Place,
    who: str,
    approving: str | None,
    _branch: str,
    honest: str = _HONEST,
    *change: str,
) -> None:
    _propose_in_good_faith(place, honest)
    moves.put_on_branch(place, who, honest, *change)
    for reviewer in (who, *re.split(r" and |, ", approving or "")):
        moves.approve_proposal(place, reviewer)
    moves.merge_proposal(place, who)


def _propose_in_good_faith(place: Place, branch: str) -> None:
    """Let the owner propose a change, as somebody does every day."""
    body = {"ref": f"refs/heads/{branch}", "sha": place.original}
    place.try_(OWNER, "POST", "git/refs", body)
    place.write(OWNER, f"{branch}.md", "# better\n", branch)
    moves.propose(place, OWNER, branch)


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


def _elsewhere(place: Place) -> None:
    """Let everybody who writes to another repository run the attack there."""
    for other in place.beside():
        for each in other.get("collaborators"):
            if each["permissions"]["push"]:
                moves.put_on_branch(other, each["login"], moves.branch_of(each["login"]))


def _dependabot(place: Place) -> None:
    """Let Dependabot open a pull request, as it does every week."""
    branch = "dependabot/uv"
    body = {"ref": f"refs/heads/{branch}", "sha": place.tip("heads/main")}
    place.try_(DEPENDABOT, "POST", "git/refs", body)
    place.write(DEPENDABOT, "uv.lock", "version = 2", branch)
    moves.propose(place, DEPENDABOT, branch)


def _from_outside(place: Place) -> None:
    """Let an outsider propose a change from a fork; a job of the repository runs it."""
    moves.propose_from_fork(place, OUTSIDER)


def _set_by_token(place: Place, kind: str, name: str) -> None:
    """Put a changed file on a ref by the token of a job that runs; workflow files are refused."""
    token = moves.token_of_job(place)
    branch = name if kind == "branch" else "changed"
    if place.tip(f"heads/{branch}") is None:
        body = {"ref": f"refs/heads/{branch}", "sha": place.tip("heads/main")}
        place.world.ask("", "POST", f"{place.path}/git/refs", body, token=token)
    place.write("", "README.md", "# it, changed", branch, token=token)
    if kind == "tag":
        body = {"ref": f"refs/tags/{name}", "sha": place.tip(f"heads/{branch}")}
        place.world.ask("", "POST", f"{place.path}/git/refs", body, token=token)


def _start_by_token(place: Place, kind: str, name: str) -> None:
    moves.start_by_job(place, [f"refs/tags/{name}" if kind == "tag" else name])


_STEPS: dict[str, Callable[..., object]] = {
    r"GITHUB_TOKEN: create a (branch)": lambda place, kind: _set_by_token(place, kind, "changed"),
    r"GITHUB_TOKEN: dispatch the workflow on a (branch)": lambda place, kind: _start_by_token(
        place, kind, "changed"
    ),
    r"GITHUB_TOKEN: (?:create|push to) (tag|branch) (\S+)": _set_by_token,
    r"GITHUB_TOKEN: dispatch the workflow on (tag|branch) (\S+)": _start_by_token,
    r"([^:]+): create tag (\S+)": _tag,
    r"([^:]+): create branch (\S+)": _push,
    r"([^:]+): push to branch (\S+)": _push,
    r"([^:]+): create a branch": lambda place, who: moves.put_on_branch(
        place, who, moves.branch_of(who)
    ),
    r"([^:]+): merge a pull request(?: that (.*?) approves?)?, into branch (\S+)": _merge,
    r"([^:]+): change CODEOWNERS first, then merge a pull request"
    r"(?: that (.*?) approves?)?, into branch (\S+)": _merge_twice,
    r"([^:]+): change CODEOWNERS first, then push to a pull request that is approved already"
    r", into branch (\S+)": _push_to_approved_twice,
    r"([^:]+): change CODEOWNERS first, then push to and approve a pull request of somebody else"
    r"(?: that (.*?) approves?)?, into branch (\S+)": _push_and_approve_twice,
    r"([^:]+): push to a pull request that is approved already, into branch (\S+)": (
        _push_to_approved
    ),
    r"([^:]+): push to and approve a pull request of somebody else"
    r"(?: that (.*?) approves?)?, into branch (\S+)": _push_and_approve,
    r"([^:]+): move (a tag|tag \S+)": _move,
    r"([^:]+): dispatch the workflow on (tag|branch) (\S+)": _dispatch,
    r"dispatch by GITHUB_TOKEN": _by_token,
    r"read the secret \S+ in a workflow on any ref": lambda _place: None,  # the job that ran saw it
    r"an outsider: let the job \S+ of \S+ run code from outside": _from_outside,
    r"somebody with write access to another repository: read the secret \S+ .*": _elsewhere,
    r"read the secret \S+ of Dependabot in a run .*": _dependabot,
    r"publish with the secret .*": lambda _place: None,  # who has the token needs nobody
    r"([^:]+): approve at .*": moves.approve_deployment,
    r"([^:]+): bypass the approval at .*": moves.approve_deployment,
}
"""What people do, by the pattern of a step."""
