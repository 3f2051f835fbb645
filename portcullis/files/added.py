"""The commits that `make up` makes after the update: standard files, added to what people wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from portcullis.files.live import Place, heads, read
from portcullis.files.merge import merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from githubkit import GitHub

    from components.organization import ResolvedOrganization
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
    """One commit on the default branch of a repository."""

    repository: str
    head: Head | None
    """None: the repository does not exist yet, or has no commit."""
    changes: tuple[Change, ...]

    @property
    def paths(self) -> str:
        """Return the files' paths, for people."""
        return ", ".join(change.path for change in self.changes)


def commits(
    client: GitHub[Any], resolved: ResolvedOrganization, names: Mapping[str, str]
) -> list[Commit]:
    """Return the commits that are missing on GitHub.

    Args:
        client: A client of the organization's GitHub.
        resolved: The organization.
        names: GitHub's names of repositories that are declared under another one.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    wanted = {name: each for name, each in resolved.repositories.items() if each.added_files}
    if not wanted:
        return []
    found = heads(client, resolved.name, [names.get(name, name) for name in wanted])
    places = {
        name: [
            Place(names.get(name, name), path, head.commit)
            for added, file in each.added_files.items()
            for path in (added, *file.places)
        ]
        for name, each in wanted.items()
        if (head := found.get(names.get(name, name)))
    }
    live = read(client, resolved.name, [place for each in places.values() for place in each])
    planned = []
    for name, each in wanted.items():
        texts = {place.path: live[place].text for place in places.get(name, ()) if place in live}
        changes = tuple(
            Change(path, texts.get(path), new)
            for path, file in each.added_files.items()
            if (new := merged(path, file, texts)) is not None
        )
        if changes:
            planned.append(Commit(name, found.get(names.get(name, name)), changes))
    return planned


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
    client: GitHub[Any], repository: str, head: Head, changes: Iterable[Change], message: str
) -> str:
    """Create a commit on top of ``head``, which no branch has yet, and return its id.

    It names no author: then GitHub signs what an App commits.

    Raises:
        githubkit.exception.GitHubException: GitHub refuses, or cannot be asked.
    """
    entries = [
        {"path": each.path, "mode": "100644", "type": "blob", "content": each.new}
        for each in changes
    ]
    body: dict[str, Any] = {"base_tree": head.tree, "tree": entries}
    tree = client.request("POST", f"{repository}/git/trees", json=body).json()["sha"]
    body = {"message": message, "tree": tree, "parents": [head.commit]}
    return str(client.request("POST", f"{repository}/git/commits", json=body).json()["sha"])
