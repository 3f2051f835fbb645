"""The commits that `make up` makes after the update: standard files, and files of pull requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from components.files.committing import PROPOSALS
from portcullis.files.contents import Contents, contents, declared
from portcullis.files.live import Place, heads
from portcullis.files.merge import merged
from portcullis.files.tree import FILE_MODE, obstacle
from portcullis.files.ways import proposes
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from githubkit import GitHub

    from components.organization import ResolvedOrganization
    from components.repository import ResolvedRepository
    from portcullis.files.live import Head

_OBSTACLES = (
    "managed files would replace something else, so none is committed; rename or delete it on "
    "GitHub, or do not declare the file:"
)


@dataclass(frozen=True)
class Change:
    """A file that a commit changes."""

    path: str
    old: str | None
    """None: there is no such file yet."""
    new: str
    mode: str = FILE_MODE
    """Git's mode, which a commit keeps: `100755` is a file that can be run."""


@dataclass(frozen=True)
class Commit:
    """One commit on the default branch of a repository, or for it."""

    repository: str
    head: Head | None
    """None: the repository does not exist yet, or has no commit."""
    changes: tuple[Change, ...]
    live_name: str
    """The repository's name on GitHub, before a rename that the run makes."""
    by_pull_request: bool = False
    declared: ResolvedRepository | None = None
    """None: nothing is proposed any more."""
    links: tuple[str, ...] = ()
    """Declared paths that are symbolic links on GitHub: these stay as they are."""
    is_empty: bool = False
    """Whether the repository exists and has no commit: nothing can be done before it has one."""

    @property
    def paths(self) -> str:
        """Return the files' paths, for people."""
        return paths_of(self.changes)


def paths_of(changes: Iterable[Change]) -> str:
    """Return the paths of files, for people."""
    return ", ".join(change.path for change in changes)


def commits(
    client: GitHub[Any], resolved: ResolvedOrganization, names: Mapping[str, str]
) -> list[Commit]:
    """Return what the default branches lack, also without changes where pull requests are used.

    Args:
        client: A client of the organization's GitHub.
        resolved: The organization.
        names: GitHub's names of repositories that are declared under another one.

    Raises:
        UserError: A commit would replace a folder, a submodule, or a file above a declared path.
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    wanted = {
        name: each
        for name, each in resolved.repositories.items()
        if each.added_files or proposes(each)
    }
    if not wanted:
        return []
    live_names = {name: names.get(name, name) for name in wanted}
    found = heads(client, resolved.name, live_names.values())
    roots = {
        name: Place(live_names[name], "", head.commit)
        for name in wanted
        if (head := found.get(live_names[name]))
    }
    there = contents(client, resolved.name, wanted, roots)
    planned, problems = [], []
    for name, each in wanted.items():
        live, head = there.get(name, Contents()), found.get(live_names[name])
        changes = tuple(_changes(each, live))
        problems += _obstacles(f"{resolved.name}/{name}", changes, live)
        links = tuple(path for path in declared(each) if live.is_link(path))
        if changes or each.by_pull_request or links:
            way, live_name = each.by_pull_request, live_names[name]
            is_empty = live_name in found and head is None
            planned.append(Commit(name, head, changes, live_name, way, each, links, is_empty))
    _refuse(problems)
    return planned


def lacking(
    client: GitHub[Any], organization: str, commit: Commit, revision: str
) -> tuple[Change, ...]:
    """Return what another commit of the same repository lacks.

    Raises:
        UserError: A commit would replace a folder, a submodule, or a file above a declared path.
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    if commit.declared is None:
        return ()
    name, root = commit.repository, Place(commit.live_name, "", revision)
    live = contents(client, organization, {name: commit.declared}, {name: root})[name]
    changes = tuple(_changes(commit.declared, live))
    _refuse(_obstacles(f"{organization}/{name}, on its branch {PROPOSALS}", changes, live))
    return changes


def _changes(repository: ResolvedRepository, live: Contents) -> Iterator[Change]:
    """Yield the files that differ from the declaration."""
    for path, managed in repository.files.items() if repository.by_pull_request else ():
        if not live.is_link(path) and (new := managed.text()) != live.texts.get(path):
            yield _change(path, new, live)
    for path, file in repository.added_files.items():
        if path in live.removed:
            continue
        if (new_text := merged(path, file, live.texts)) is not None:
            yield _change(path, new_text, live)


def _change(path: str, new: str, live: Contents) -> Change:
    mode = live.tree[path].mode if path in live.tree else FILE_MODE
    return Change(path, live.texts.get(path), new, mode)


def _obstacles(where: str, changes: Iterable[Change], live: Contents) -> list[str]:
    """Return what other objects the changes would replace, in words."""
    found = ((each.path, obstacle(live.tree, each.path)) for each in changes)
    return [f"{where}: {path}: {what}" for path, what in found if what]


def _refuse(problems: Iterable[str]) -> None:
    lines = [f"\n  {each}" for each in problems]
    if lines:
        raise UserError(f"{_OBSTACLES}{''.join(lines)}")


def push(client: GitHub[Any], organization: str, commit: Commit, message: str) -> None:
    """Put a commit on the default branch, unless somebody has moved it since it was read.

    Raises:
        githubkit.exception.GitHubException: GitHub refuses, or cannot be asked.
    """
    if commit.head is None:
        return
    repository = f"/repos/{organization}/{commit.repository}"
    sha = create(client, repository, commit.head, commit.changes, message)
    branch = quote(commit.head.branch)
    client.request("PATCH", f"{repository}/git/refs/heads/{branch}", json={"sha": sha})


def create(
    client: GitHub[Any],
    repository: str,
    head: Head,
    changes: Iterable[Change],
    message: str,
    *,
    trailer: str = "",
) -> str:
    """Create a commit on top of ``head``, which no branch has yet, and return its id.

    It names no author: then GitHub signs what an App commits. ``trailer`` is the name of a trailer
    of the message that holds the id of the tree.

    Raises:
        githubkit.exception.GitHubException: GitHub refuses, or cannot be asked.
    """
    entries = [
        {"path": each.path, "mode": each.mode, "type": "blob", "content": each.new}
        for each in changes
    ]
    body: dict[str, Any] = {"base_tree": head.tree, "tree": entries}
    tree = client.request("POST", f"{repository}/git/trees", json=body).json()["sha"]
    if trailer:
        message = f"{message}\n\n{trailer}: {tree}"
    body = {"message": message, "tree": tree, "parents": [head.commit]}
    return str(client.request("POST", f"{repository}/git/commits", json=body).json()["sha"])
