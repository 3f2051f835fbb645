"""One pull request for the managed files of a repository whose branch lets nobody push.

It is looked up on GitHub at each run, so it does not matter who merged, closed or changed it, or
where a run was interrupted.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from components.files.committing import PROPOSALS
from components.github_access import get_json
from portcullis.files.added import create
from portcullis.files.live import Place, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from githubkit import GitHub

    from portcullis.files.added import Commit

TITLE = "Portcullis: update managed files"
_MARK = re.compile(r"<!-- portcullis:([0-9a-f]{64}) -->")

Action = Literal["open", "update", "close", "wait", "declined"]


@dataclass(frozen=True)
class Pull:
    """A pull request from the branch of proposals."""

    number: int
    url: str
    is_open: bool
    digest: str
    """What it proposed when Portcullis wrote it; empty where somebody took the mark out."""


@dataclass(frozen=True)
class Proposal:
    """What a run does about the pull request of a repository."""

    commit: Commit
    """What the default branch lacks; without changes where it lacks nothing."""
    action: Action
    pull: Pull | None = None
    """None where it is yet to be opened."""

    @property
    def acts(self) -> bool:
        """Return whether it changes anything on GitHub."""
        return self.action in {"open", "update", "close"}

    def __str__(self) -> str:
        """Return what happens, for people."""
        name, paths = self.commit.repository, self.commit.paths
        which = f"pull request #{self.pull.number} ({self.pull.url})" if self.pull else ""
        return {
            "open": f"  propose  {name}: a new pull request with {paths}",
            "update": f"  propose  {name}: {which} gets {paths}",
            "close": f"  close    {name}: {which}: the files are as declared",
            "wait": f"  waiting  {name}: {which} with {paths}",
            "declined": (
                f"  declined {name}: somebody closed {which} with {paths}; reopen it, or "
                "change the declaration"
            ),
        }[self.action]


def proposals(
    client: GitHub[Any], organization: str, commits: Iterable[Commit], leaving: Iterable[Commit]
) -> list[Proposal]:
    """Return what is to be done, and what waits for people.

    Args:
        client: A client of the organization's GitHub.
        organization: Its login.
        commits: What the default branches lack, of each repository with pull requests.
        leaving: The repositories that do without them from now on.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    found = []
    for commit in [*commits, *leaving]:
        proposal = _proposal(client, organization, commit)
        if proposal:
            found.append(proposal)
    return found


def _proposal(client: GitHub[Any], organization: str, commit: Commit) -> Proposal | None:
    if commit.head is None and commit.changes:
        return Proposal(commit, "open")  # the repository is yet to be created
    pulls = _pulls(client, organization, commit)
    current = next((each for each in pulls if each.is_open), None)
    if not commit.changes:
        return Proposal(commit, "close", current) if current else None
    digest = digest_of(commit)
    if current:
        same = current.digest == digest and _is_on_branch(client, organization, commit)
        return Proposal(commit, "wait" if same else "update", current)
    # the newest comes first; a merged one with the same content was undone since
    if pulls and pulls[0].digest == digest:
        return Proposal(commit, "declined", pulls[0])
    return Proposal(commit, "open")


def digest_of(commit: Commit) -> str:
    """Return what stands for the files as they are on GitHub, and as they would be."""
    changes = [[each.path, each.old, each.new] for each in commit.changes]
    return hashlib.sha256(json.dumps(changes).encode()).hexdigest()


def _pulls(client: GitHub[Any], organization: str, commit: Commit) -> list[Pull]:
    """Return the pull requests that were not merged, the newest first."""
    query = f"state=all&per_page=100&head={quote(f'{organization}:{PROPOSALS}')}"
    path = f"/repos/{organization}/{commit.live_name}/pulls?{query}"
    answer: list[Mapping[str, Any]] = get_json(client, path) or []
    found = []
    for each in sorted(answer, key=lambda each: -each["number"]):
        mark = _MARK.search(each["body"] or "")
        if each["merged_at"]:
            break
        is_open = each["state"] == "open"
        found.append(Pull(each["number"], each["html_url"], is_open, mark[1] if mark else ""))
    return found


def _is_on_branch(client: GitHub[Any], organization: str, commit: Commit) -> bool:
    """Return whether the branch has all that the commit would put there."""
    places = {
        Place(commit.live_name, each.path, f"refs/heads/{PROPOSALS}"): each.new
        for each in commit.changes
    }
    there = read(client, organization, places)
    return all(place in there and there[place].text == text for place, text in places.items())


def carry_out(client: GitHub[Any], organization: str, proposal: Proposal) -> str:
    """Open, update or close the pull request, and return what was done, for people.

    Raises:
        githubkit.exception.GitHubException: GitHub refuses, or cannot be asked.
    """
    commit, pull = proposal.commit, proposal.pull
    repository = f"/repos/{organization}/{commit.repository}"
    if proposal.action == "close" and pull:
        client.request("PATCH", f"{repository}/pulls/{pull.number}", json={"state": "closed"})
        _delete_branch(client, repository)
        return f"closed     {commit.repository}: pull request #{pull.number}"
    if commit.head is None:
        return f"waiting    {commit.repository}: it has no commit yet"
    _move_branch(client, repository, create(client, repository, commit.head, commit.changes, TITLE))
    body = {"title": TITLE, "body": _body(commit), "base": commit.head.branch}
    if pull:
        client.request("PATCH", f"{repository}/pulls/{pull.number}", json=body)
        return _proposed(commit, pull.number, pull.url)
    opened = client.request("POST", f"{repository}/pulls", json={**body, "head": PROPOSALS}).json()
    return _proposed(commit, opened["number"], opened["html_url"])


def _proposed(commit: Commit, number: int, url: str) -> str:
    return f"proposed   {commit.repository}: pull request #{number} ({url})"


def _move_branch(client: GitHub[Any], repository: str, sha: str) -> None:
    """Let the branch be this commit alone, on top of the default branch."""
    from githubkit.exception import RequestFailed  # noqa: PLC0415 - slow, and only needed here

    try:
        body = {"ref": f"refs/heads/{PROPOSALS}", "sha": sha}
        client.request("POST", f"{repository}/git/refs", json=body)
    except RequestFailed as failed:
        if failed.response.status_code != 422:  # noqa: PLR2004 - HTTP's own number
            raise
        path = f"{repository}/git/refs/heads/{quote(PROPOSALS)}"
        client.request("PATCH", path, json={"sha": sha, "force": True})


def _delete_branch(client: GitHub[Any], repository: str) -> None:
    from githubkit.exception import RequestFailed  # noqa: PLC0415 - slow, and only needed here

    try:
        client.request("DELETE", f"{repository}/git/refs/heads/{quote(PROPOSALS)}")
    except RequestFailed as failed:
        if failed.response.status_code not in {404, 422}:  # somebody was faster
            raise


def _body(commit: Commit) -> str:
    files = "\n".join(f"- `{each.path}`" for each in commit.changes)
    return f"""\
These files differ from the declaration of this organization:

{files}

Merge this pull request to apply it. Portcullis keeps it up to date, overwrites its branch, and
closes it once nothing differs any more. To decline it, close it: it is opened again only if the
files or the declaration change.

<!-- portcullis:{digest_of(commit)} -->
"""
