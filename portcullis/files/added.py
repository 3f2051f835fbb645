"""The commits that `make up` makes after the update: standard files, and files of pull requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from portcullis.files.live import Place, heads, read
from portcullis.files.merge import merged
from portcullis.files.ways import proposes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from githubkit import GitHub

    from components.organization import ResolvedOrganization
    from components.repository import ResolvedRepository
    from portcullis.files.live import Head


@dataclass(frozen=True)
class Change:
    """A file that a commit changes."""

    path: str
    old: str | None
    """None: there is no such file yet."""
    new: str


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
    places = {
        name: [Place(live_names[name], path, head.commit) for path in _paths(each)]
        for name, each in wanted.items()
        if (head := found.get(live_names[name]))
    }
    live = read(client, resolved.name, [place for each in places.values() for place in each])
    planned = []
    for name, each in wanted.items():
        texts = {place.path: live[place].text for place in places.get(name, ()) if place in live}
        head = found.get(live_names[name])
        changes = tuple(_changes(each, texts))
        if changes or each.by_pull_request:
            way = each.by_pull_request
            planned.append(Commit(name, head, changes, live_names[name], way, each))
    return planned


def lacking(
    client: GitHub[Any], organization: str, commit: Commit, revision: str
) -> tuple[Change, ...]:
    """Return what another commit of the same repository lacks.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    if commit.declared is None:
        return ()
    places = [Place(commit.live_name, path, revision) for path in _paths(commit.declared)]
    live = read(client, organization, places)
    return tuple(_changes(commit.declared, {place.path: live[place].text for place in live}))


def _paths(repository: ResolvedRepository) -> list[str]:
    """Return the paths at which files are looked at."""
    added = repository.added_files.items()
    whole = list(repository.files) if repository.by_pull_request else []
    return [*whole, *(path for key, file in added for path in (key, *file.places))]


def _changes(repository: ResolvedRepository, texts: Mapping[str, str]) -> Iterator[Change]:
    """Yield the files that differ from the declaration; ``texts`` are those on GitHub."""
    for path, managed in repository.files.items() if repository.by_pull_request else ():
        if (new := managed.text()) != texts.get(path):
            yield Change(path, texts.get(path), new)
    for path, file in repository.added_files.items():
        if (text := merged(path, file, texts)) is not None:
            yield Change(path, texts.get(path), text)


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
        {"path": each.path, "mode": "100644", "type": "blob", "content": each.new}
        for each in changes
    ]
    body: dict[str, Any] = {"base_tree": head.tree, "tree": entries}
    tree = client.request("POST", f"{repository}/git/trees", json=body).json()["sha"]
    if trailer:
        message = f"{message}\n\n{trailer}: {tree}"
    body = {"message": message, "tree": tree, "parents": [head.commit]}
    return str(client.request("POST", f"{repository}/git/commits", json=body).json()["sha"])
