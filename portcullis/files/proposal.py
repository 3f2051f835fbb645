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
from portcullis.files import branch as proposals_branch
from portcullis.files.added import create, lacking, paths_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from githubkit import GitHub

    from portcullis.files.added import Change, Commit
    from portcullis.files.branch import Branch
    from portcullis.files.live import Head

TITLE = "Portcullis: update managed files"
_MARK = re.compile(r"<!-- portcullis:([0-9a-f]{64}) -->")

Action = Literal["open", "update", "close", "tidy", "wait", "declined", "empty"]
"""What happens to a pull request.

`tidy` deletes the branch of one that is closed; `empty` waits for the repository's first commit.
"""


@dataclass(frozen=True)
class Pull:
    """A pull request from the branch of proposals."""

    number: int
    url: str
    is_open: bool
    digest: str
    """What it proposed when Portcullis wrote it; empty where Portcullis closed it, or somebody took
    the mark out."""
    base: str
    """The branch into which it is to be merged."""
    body: str


@dataclass(frozen=True)
class Proposal:
    """What a run does about the pull request of a repository."""

    commit: Commit
    """What the default branch lacks; without changes where it lacks nothing."""
    action: Action
    pull: Pull | None = None
    """None where it is yet to be opened."""
    branch: Branch | None = None
    """None where there is no branch yet, or where it does not matter."""
    lacking: tuple[Change, ...] = ()
    """What the branch lacks, where it holds commits of people and gets one more on top."""

    @property
    def acts(self) -> bool:
        """Return whether it changes anything on GitHub."""
        return self.action in {"open", "update", "close", "tidy"}

    @property
    def foreign(self) -> tuple[str, ...]:
        """Return the commits on the branch that Portcullis did not make."""
        return self.branch.foreign if self.branch else ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return what the commit changes that a run makes on the branch."""
        if self.action not in {"open", "update"}:
            return ()
        return self.lacking if self.foreign else self.commit.changes

    def __str__(self) -> str:
        """Return what happens, for people."""
        name, paths = self.commit.repository, self.commit.paths
        which = f"pull request #{self.pull.number} ({self.pull.url})" if self.pull else ""
        gets = paths_of(self.changes) or "a new description"
        return {
            "open": f"  propose  {name}: a new pull request with {paths}",
            "update": f"  propose  {name}: {which} gets {gets}",
            "close": f"  close    {name}: {which}: it is not needed any more",
            "tidy": f"  close    {name}: the branch {PROPOSALS} of closed {which} is deleted",
            "wait": f"  waiting  {name}: {which} with {paths}",
            "empty": waiting(self.commit),
            "declined": (
                f"  declined {name}: somebody closed {which} with {paths}; reopen it, or "
                "change the declaration"
            ),
        }[self.action] + self._kept()

    def _kept(self) -> str:
        if not (self.foreign and self.acts):
            return ""
        ids = ", ".join(each[:7] for each in self.foreign)
        return f"; {PROPOSALS} keeps commits that Portcullis did not make: {ids}"


def waiting(commit: Commit) -> str:
    """Return that a repository has no commit yet, for people."""
    return f"  waiting  {commit.repository}: it has no commit yet; then it gets {commit.paths}"


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
        # a repository without a commit has no branch; another one is yet to be created
        return Proposal(commit, "empty" if commit.is_empty else "open")
    pulls, merged = _pulls(client, organization, commit)
    current = _current(pulls, commit)
    digest = digest_of(commit)
    if not commit.changes:
        done = current or next((each for each in pulls[:1] if not each.digest), None)
        branch = proposals_branch.find(client, organization, commit, merged) if done else None
        if current:
            return Proposal(commit, "close", current, branch)
        return Proposal(commit, "tidy", done, branch) if branch and not branch.foreign else None
    # the newest comes first; a merged one with the same content was undone since
    if not current and pulls and pulls[0].digest == digest:
        return Proposal(commit, "declined", pulls[0])
    branch = proposals_branch.find(client, organization, commit, merged)
    missing = commit.changes
    if branch and (current or branch.foreign):
        missing = lacking(client, organization, commit, branch.tip.commit)
    if not current:
        return Proposal(commit, "open", None, branch, missing)
    same = current.digest == digest and _is_to_default_branch(current, commit) and not missing
    return Proposal(commit, "wait" if same else "update", current, branch, missing)


def _current(pulls: Iterable[Pull], commit: Commit) -> Pull | None:
    """Return the open pull request, preferably the one for the default branch."""
    there = sorted(
        (each for each in pulls if each.is_open),
        key=lambda each: (_is_to_default_branch(each, commit), bool(each.digest), each.number),
    )
    return there[-1] if there else None


def _is_to_default_branch(pull: Pull, commit: Commit) -> bool:
    return commit.head is not None and pull.base == commit.head.branch


def digest_of(commit: Commit) -> str:
    """Return what stands for the files as they are on GitHub, and as they would be."""
    changes = [[each.path, each.old, each.new] for each in commit.changes]
    return hashlib.sha256(json.dumps(changes).encode()).hexdigest()


def _pulls(client: GitHub[Any], organization: str, commit: Commit) -> tuple[list[Pull], str | None]:
    """Return the pull requests since the last merge, the newest first, and what that merged."""
    query = f"state=all&per_page=100&head={quote(f'{organization}:{PROPOSALS}')}"
    path = f"/repos/{organization}/{commit.live_name}/pulls?{query}"
    answer: list[Mapping[str, Any]] = get_json(client, path) or []
    found: list[Pull] = []
    for each in sorted(answer, key=lambda each: -each["number"]):
        body = each["body"] or ""
        mark = _MARK.search(body)
        if each["merged_at"]:
            return found, each["head"]["sha"]
        is_open, digest = each["state"] == "open", mark[1] if mark else ""
        base = each["base"]["ref"]
        found.append(Pull(each["number"], each["html_url"], is_open, digest, base, body))
    return found, None


def carry_out(client: GitHub[Any], organization: str, proposal: Proposal) -> str:
    """Open, update or close the pull request, and return what was done, for people.

    Raises:
        githubkit.exception.GitHubException: GitHub refuses, or cannot be asked.
    """
    commit, pull = proposal.commit, proposal.pull
    repository = f"/repos/{organization}/{commit.live_name}"
    if proposal.action in {"close", "tidy"} and pull:
        return _close(client, repository, proposal, pull)
    if commit.head is None:
        return f"waiting    {commit.repository}: it has no commit yet"
    _commit(client, repository, proposal, commit.head)
    body = {"title": TITLE, "body": _body(commit), "base": commit.head.branch}
    if pull:
        client.request("PATCH", f"{repository}/pulls/{pull.number}", json=body)
        return _proposed(commit, pull.number, pull.url)
    opened = client.request("POST", f"{repository}/pulls", json={**body, "head": PROPOSALS}).json()
    return _proposed(commit, opened["number"], opened["html_url"])


def _close(client: GitHub[Any], repository: str, proposal: Proposal, pull: Pull) -> str:
    """Close the pull request, and delete its branch unless people have commits there.

    Without its mark, it does not count as declined by people.
    """
    if pull.is_open:
        note = "Portcullis closed this pull request: it is not needed any more."
        body = f"{_MARK.sub('', pull.body).rstrip()}\n\n{note}\n"
        path = f"{repository}/pulls/{pull.number}"
        client.request("PATCH", path, json={"state": "closed", "body": body})
    if not proposal.foreign:
        proposals_branch.delete(client, repository)
    return f"closed     {proposal.commit.repository}: pull request #{pull.number}"


def _commit(client: GitHub[Any], repository: str, proposal: Proposal, head: Head) -> None:
    """Put the files on the branch: on top of people's commits, or of the default branch."""
    branch = proposal.branch
    on_top = branch is not None and bool(branch.foreign)
    if on_top and not proposal.changes:
        return
    start = branch.tip if branch and on_top else head
    trailer = proposals_branch.TREE
    sha = create(client, repository, start, proposal.changes, TITLE, trailer=trailer)
    (proposals_branch.advance if on_top else proposals_branch.replace)(client, repository, sha)


def _proposed(commit: Commit, number: int, url: str) -> str:
    return f"proposed   {commit.repository}: pull request #{number} ({url})"


def _body(commit: Commit) -> str:
    files = "\n".join(f"- `{each.path}`" for each in commit.changes)
    return f"""\
These files differ from the declaration of this organization:

{files}

Merge this pull request to apply it. Portcullis keeps it up to date, and closes it once nothing
differs any more. It keeps commits that people push to the branch. To decline it, close it: it is
opened again only if the files or the declaration change.

<!-- portcullis:{digest_of(commit)} -->
"""
