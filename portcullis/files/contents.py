"""What commits of repositories hold at the paths of managed files, and beside and above them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from components.github_access import get_json
from portcullis.files.live import NOT_TEXT, entries, read
from portcullis.files.tree import folders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from githubkit import GitHub

    from components.repository import ResolvedRepository
    from portcullis.files.live import Place
    from portcullis.files.tree import Entry


@dataclass(frozen=True)
class Contents:
    """The entries of a commit in the folders of managed files, and the texts of those files."""

    tree: Mapping[str, Entry] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    """By path; a symbolic link is `NOT_TEXT`."""
    removed: frozenset[str] = frozenset()
    """The files to create once that were there, and that somebody deleted."""

    def is_link(self, path: str) -> bool:
        """Return whether there is a symbolic link at ``path``."""
        return path in self.tree and self.tree[path].is_link


def declared(repository: ResolvedRepository) -> list[str]:
    """Return the paths to which commits of Portcullis put files."""
    whole = list(repository.files) if repository.by_pull_request else []
    return [*whole, *repository.added_files]


def contents(
    client: GitHub[Any],
    organization: str,
    wanted: Mapping[str, ResolvedRepository],
    roots: Mapping[str, Place],
) -> dict[str, Contents]:
    """Return what commits hold, by the repositories' declared names.

    Args:
        client: A client of the organization's GitHub.
        organization: Its login.
        wanted: The repositories.
        roots: The root folders of the commits, by declared name.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    trees = _trees(client, organization, wanted, roots)
    blobs = {
        name: [path for path in _looked_at(wanted[name], tree) if tree[path].kind == "blob"]
        for name, tree in trees.items()
    }
    places = {
        (name, path): replace(roots[name], path=path)
        for name, paths in blobs.items()
        for path in paths
        if not trees[name][path].is_link
    }
    live = read(client, organization, places.values())
    texts = {key: live[place].text for key, place in places.items() if place in live}
    return {
        name: Contents(
            trees[name],
            {path: texts.get((name, path), NOT_TEXT) for path in paths},
            _removed(client, organization, wanted[name], roots[name], trees[name]),
        )
        for name, paths in blobs.items()
    }


def _removed(
    client: GitHub[Any],
    organization: str,
    repository: ResolvedRepository,
    root: Place,
    tree: Mapping[str, Entry],
) -> frozenset[str]:
    """Return the files to create once that are missing, and that an earlier commit had."""
    once = [path for path, file in repository.added_files.items() if file.how == "once"]
    commits = f"/repos/{organization}/{root.repository}/commits?sha={root.revision}&per_page=1"
    return frozenset(
        path
        for path in once
        if path not in tree and get_json(client, f"{commits}&path={quote(path)}")
    )


def _looked_at(repository: ResolvedRepository, tree: Mapping[str, Entry]) -> list[str]:
    """Return the paths of files that count: those that are declared, and others of people's."""
    paths, added = declared(repository), repository.added_files.values()
    return [path for path in tree if path in paths or any(file.counts(path) for file in added)]


def _trees(
    client: GitHub[Any],
    organization: str,
    wanted: Mapping[str, ResolvedRepository],
    roots: Mapping[str, Place],
) -> dict[str, dict[str, Entry]]:
    """Return what lies beside managed files and above them, by repository and path."""
    places = {
        name: [replace(root, path=folder) for folder in _folders(wanted[name])]
        for name, root in roots.items()
    }
    found = entries(client, organization, [each for some in places.values() for each in some])
    return {
        name: {path: entry for each in some for path, entry in found.get(each, {}).items()}
        for name, some in places.items()
    }


def _folders(repository: ResolvedRepository) -> list[str]:
    added = repository.added_files.values()
    return folders([*declared(repository), *(path for file in added for path in file.places)])
