"""The branch of proposals: whose commits are on it, and how it moves without losing any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from components.files.committing import PROPOSALS
from components.github_access import get_json
from portcullis.files.live import Head, heads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from githubkit import GitHub

    from portcullis.files.added import Commit

TREE = "Portcullis-Tree"
"""The trailer in the message of a commit of Portcullis, with the id of the commit's tree.

It tells such a commit from one that people made or amended: theirs has another tree.
"""
_MOST_COMMITS = 250
"""How many commits GitHub lists when it compares.

Source: https://docs.github.com/rest/commits/commits#compare-two-commits
"""


@dataclass(frozen=True)
class Branch:
    """The branch of proposals of a repository, as it is on GitHub."""

    tip: Head
    foreign: tuple[str, ...]
    """The commits that Portcullis did not make and the default branch does not have, by id."""


def find(
    client: GitHub[Any], organization: str, commit: Commit, merged: str | None
) -> Branch | None:
    """Return the branch; None where there is none.

    Args:
        client: A client of the organization's GitHub.
        organization: Its login.
        commit: What the default branch lacks.
        merged: The last commit of the branch that came into the default branch by a squash.
    """
    repository = f"/repos/{organization}/{commit.live_name}"
    found: Mapping[str, Any] | None = get_json(client, f"{repository}/branches/{quote(PROPOSALS)}")
    if found is None:
        return None
    sha = found["commit"]["sha"]
    tip = Head(PROPOSALS, sha, found["commit"]["commit"]["tree"]["sha"])
    if sha == merged:
        return Branch(tip, ())
    head = commit.head or heads(client, organization, [commit.live_name]).get(commit.live_name)
    if head is None:
        return Branch(tip, (sha,))
    compared = get_json(client, f"{repository}/compare/{head.commit}...{sha}") or {}
    commits = compared.get("commits", ())
    foreign = tuple(each["sha"] for each in commits if not _is_ours(each["commit"]))
    if compared.get("total_commits", _MOST_COMMITS) > len(commits):
        foreign = foreign or (sha,)  # not all are listed
    return Branch(tip, foreign)


def _is_ours(commit: Mapping[str, Any]) -> bool:
    last = commit["message"].rstrip().rpartition("\n")[2]
    return bool(last == f"{TREE}: {commit['tree']['sha']}")


def replace(client: GitHub[Any], repository: str, sha: str) -> None:
    """Let the branch be this commit alone, on top of the default branch."""
    from githubkit.exception import RequestFailed  # noqa: PLC0415 - slow, and only needed here

    try:
        body = {"ref": f"refs/heads/{PROPOSALS}", "sha": sha}
        client.request("POST", f"{repository}/git/refs", json=body)
    except RequestFailed as failed:
        if failed.response.status_code != 422:  # noqa: PLR2004 - HTTP's own number
            raise
        client.request("PATCH", _ref(repository), json={"sha": sha, "force": True})


def advance(client: GitHub[Any], repository: str, sha: str) -> None:
    """Put a commit on top of the branch; GitHub refuses if somebody has pushed meanwhile."""
    client.request("PATCH", _ref(repository), json={"sha": sha, "force": False})


def delete(client: GitHub[Any], repository: str) -> None:
    """Delete the branch, if it is still there."""
    from githubkit.exception import RequestFailed  # noqa: PLC0415 - slow, and only needed here

    try:
        client.request("DELETE", _ref(repository))
    except RequestFailed as failed:
        if failed.response.status_code not in {404, 422}:  # somebody was faster
            raise


def _ref(repository: str) -> str:
    return f"{repository}/git/refs/heads/{quote(PROPOSALS)}"
