"""Managed files that are commits: show what would be done, and do it after the update.

Standard files are pushed, or are proposed by a pull request where the repository allows no push.
"""

from __future__ import annotations

from contextlib import chdir
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.text import Text

from components.declaration.guards import guards
from components.files.committing import committer, refusal
from portcullis.adopt import existing
from portcullis.files import added, owners, proposal
from portcullis.files.added import Commit
from portcullis.preview import file_diff
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pulumi import automation
    from rich.console import Console

    from components.files.committing import Committer
    from components.organization import ResolvedOrganization
    from portcullis.files.added import Change
    from portcullis.files.proposal import Proposal

MESSAGE = "Portcullis: add standard files"


@dataclass(frozen=True)
class Plan:
    """What a run does about managed files besides the update, and what waits for people."""

    pushed: Sequence[Commit] = ()
    proposals: Sequence[Proposal] = ()
    leaving: Sequence[str] = field(default=(), repr=False)
    """The repositories that do without pull requests from now on."""
    links: Sequence[str] = ()
    """Declared files that are symbolic links on GitHub, with their repositories."""
    ignored_owners: Sequence[str] = ()
    """CODEOWNERS files that GitHub ignores because of another one, in words."""

    @property
    def acts(self) -> bool:
        """Return whether it changes anything on GitHub."""
        pushes = any(not each.is_empty for each in self.pushed)
        return pushes or any(each.acts for each in self.proposals)

    def texts(self) -> Iterator[Sequence[str]]:
        """Yield repository, path and content of each file that is committed."""
        commits = [*((each, each.changes) for each in self.pushed if not each.is_empty)]
        commits += [(each.commit, each.changes) for each in self.proposals if each.acts]
        for commit, changes in commits:
            yield from ((commit.repository, each.path, each.new) for each in changes)


def plan(
    stack: automation.Stack,
    environment: Mapping[str, str],
    resolved: ResolvedOrganization,
    *,
    names: Mapping[str, str],
    leaving: Sequence[str],
) -> Plan:
    """Return what is missing on GitHub.

    Args:
        stack: The stack.
        environment: The environment of the run.
        resolved: The organization.
        names: GitHub's names of repositories that are declared under another one.
        leaving: The repositories that do without pull requests from now on.

    Raises:
        UserError: GitHub cannot be asked, or would refuse a commit.
    """
    found, whom = _look(stack, environment, resolved, names=names, leaving=leaving)
    if whom:
        _refuse_stopped(resolved, found, whom)
    return found


def _look(
    stack: automation.Stack,
    environment: Mapping[str, str],
    resolved: ResolvedOrganization,
    *,
    names: Mapping[str, str],
    leaving: Sequence[str] = (),
    before: str = existing.NOTHING_CHANGED,
) -> tuple[Plan, Committer | None]:
    """Return the plan, and who commits, where it matters; ``before`` begins a message."""
    kept = resolved.repositories.values()
    concerned = (each.added_files or each.by_pull_request or owners.declares(each) for each in kept)
    if not leaving and not any(concerned):
        return Plan(), None
    access = existing.access(stack, environment)
    client = access.client()
    # `from_file` is relative to the project's folder
    with existing.asking(before), chdir(stack.workspace.work_dir):
        commits = added.commits(client, resolved, names)
        pushed = [each for each in commits if each.changes and not each.by_pull_request]
        proposed = [each for each in commits if each.by_pull_request]
        done_with = [Commit(name, None, (), names.get(name, name)) for name in leaving]
        found = proposal.proposals(client, resolved.name, proposed, done_with)
        ignored = owners.ignored(client, resolved, names)
        links = [f"{each.repository}: {path}" for each in commits for path in each.links]
        planned = Plan(pushed, found, leaving, links, ignored)
        return planned, committer(access) if _guarded(resolved, planned) else None


def _guarded(resolved: ResolvedOrganization, planned: Plan) -> list[str]:
    """Return the repositories with protection to which files are pushed."""
    return sorted({each.repository for each in planned.pushed} & guards(resolved).keys())


def _refuse_stopped(resolved: ResolvedOrganization, planned: Plan, whom: Committer) -> None:
    for name in _guarded(resolved, planned):
        for guard in guards(resolved)[name]:
            if guard.stops(whom):
                raise UserError(refusal(f"{resolved.name}/{name}", whom, guard))


def show(console: Console, planned: Plan) -> None:
    """Show what each commit and pull request changes."""
    for line in planned.ignored_owners:
        console.print(Text(f"notice     {line}"))
    for link in planned.links:
        console.print(Text(f"  left     {link} stays: it is a symbolic link on GitHub"))
    for commit in planned.pushed:
        if commit.is_empty:
            console.print(Text(proposal.waiting(commit)))
            continue
        console.print(Text(f"  commit   {commit.repository}: {commit.paths}"))
        _show_diffs(console, commit.repository, commit.changes)
    for each in planned.proposals:
        console.print(Text(str(each)))
        _show_diffs(console, each.commit.repository, each.changes)


def _show_diffs(console: Console, repository: str, changes: Iterable[Change]) -> None:
    for change in changes:
        for line in _lines(repository, change):
            console.print(Text(f"             {line}"))


def _lines(repository: str, change: Change) -> Iterator[str]:
    if change.old is not None:
        yield f"{change.path} is on GitHub already:"
        diff = file_diff.unified(change.old, change.new, f"{repository}/{change.path}")
        yield from (f"  {line}" for line in diff)


def close(
    stack: automation.Stack,
    environment: Mapping[str, str],
    resolved: ResolvedOrganization,
    planned: Plan,
    console: Console,
) -> None:
    """Close the pull requests of repositories that do without them from now on.

    This comes before the update: afterwards, the state does not say any more where they were used,
    so no later run would go on.

    Raises:
        UserError: GitHub refuses; a later run goes on.
    """
    closing = [each for each in planned.proposals if each.commit.repository in planned.leaving]
    if not closing:
        return
    client = existing.access(stack, environment).client()
    for each in closing:
        with existing.asking(_failed(resolved, each.commit)):
            done = proposal.carry_out(client, resolved.name, each)
        console.print(Text(done))


def carry_out(
    stack: automation.Stack,
    environment: Mapping[str, str],
    resolved: ResolvedOrganization,
    console: Console,
) -> None:
    """Look again, because the update may have created repositories, and do what is missing.

    Raises:
        UserError: GitHub refuses; a later run goes on.
    """
    before = "managed files could not be looked up after the update; run it again to go on:"
    current, _ = _look(stack, environment, resolved, names={}, before=before)
    if not (current.pushed or current.proposals):
        return
    client = existing.access(stack, environment).client()
    for commit in current.pushed:
        if commit.head is None:
            console.print(Text(f"waiting    {commit.repository}: it has no commit yet"))
            continue
        with existing.asking(_failed(resolved, commit)):
            added.push(client, resolved.name, commit, MESSAGE)
        console.print(Text(f"committed  {commit.repository}: {commit.paths}"))
    for each in current.proposals:
        if each.acts:
            with existing.asking(_failed(resolved, each.commit)):
                done = proposal.carry_out(client, resolved.name, each)
            console.print(Text(done))


def _failed(resolved: ResolvedOrganization, commit: Commit) -> str:
    where = f"{resolved.name}/{commit.repository}"
    return f"{where}: managed files could not be committed; run it again to go on:"
