"""Standard files at each run: show what would be committed, then commit it after the update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from components.declaration.guards import guards
from components.files.committing import committer, refusal
from portcullis.adopt import existing
from portcullis.files import added
from portcullis.preview import file_diff
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pulumi import automation
    from rich.console import Console

    from components.organization import ResolvedOrganization
    from portcullis.files.added import Change, Commit

MESSAGE = "Portcullis: add standard files"


def plan(
    stack: automation.Stack,
    environment: Mapping[str, str],
    resolved: ResolvedOrganization,
    names: Mapping[str, str],
) -> list[Commit]:
    """Return the commits that are missing on GitHub.

    Args:
        stack: The stack.
        environment: The environment of the run.
        resolved: The organization.
        names: GitHub's names of repositories that are declared under another one.

    Raises:
        UserError: GitHub cannot be asked, or would refuse a commit.
    """
    if not any(each.added_files for each in resolved.repositories.values()):
        return []
    access = existing.access(stack, environment)
    with existing.asking():
        found = added.commits(access.client(), resolved, names)
        guarded = {each.repository for each in found} & guards(resolved).keys()
        whom = committer(access) if guarded else None
    for name in sorted(guarded) if whom else ():
        for guard in guards(resolved)[name]:
            if whom and guard.stops(whom):
                raise UserError(refusal(f"{resolved.name}/{name}", whom, guard))
    return found


def show(console: Console, commits: Iterable[Commit]) -> None:
    """Show what each commit changes."""
    for commit in commits:
        console.print(Text(f"  commit   {commit.repository}: {commit.paths}"))
        for change in commit.changes:
            for line in _lines(commit.repository, change):
                console.print(Text(f"             {line}"))


def _lines(repository: str, change: Change) -> Iterator[str]:
    if change.old is not None:
        yield f"lines are added to {change.path}, or it is brought up to date:"
        diff = file_diff.unified(change.old, change.new, f"{repository}/{change.path}")
        yield from (f"  {line}" for line in diff)


def carry_out(
    stack: automation.Stack,
    environment: Mapping[str, str],
    resolved: ResolvedOrganization,
    console: Console,
) -> Sequence[Commit]:
    """Look again, because the update may have created repositories, and commit what is missing.

    Raises:
        UserError: GitHub refuses; a later run goes on.
    """
    commits = plan(stack, environment, resolved, {})
    client = existing.access(stack, environment).client() if commits else None
    for commit in commits:
        where = f"{resolved.name}/{commit.repository}"
        before = f"{where}: standard files could not be committed; run it again to go on:"
        with existing.asking(before):
            if client:
                added.push(client, resolved.name, commit, MESSAGE)
        console.print(Text(f"committed  {commit.repository}: {commit.paths}"))
    return commits
