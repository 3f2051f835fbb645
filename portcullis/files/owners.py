"""CODEOWNERS files that people wrote beside the declared one: GitHub reads only one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.files.code_owners import PATH, PLACES
from portcullis.files.live import Place, oids

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from githubkit import GitHub

    from components.organization import ResolvedOrganization
    from components.repository import ResolvedRepository


def declares(repository: ResolvedRepository) -> str | None:
    """Return the path of the declared CODEOWNERS file that GitHub would read; None without one."""
    return next((path for path in PLACES if path in repository.files), None)


def ignored(
    client: GitHub[Any], resolved: ResolvedOrganization, names: Mapping[str, str]
) -> list[str]:
    """Return which CODEOWNERS files GitHub ignores, those of people and declared ones, in words.

    Args:
        client: A client of the organization's GitHub.
        resolved: The organization.
        names: GitHub's names of repositories that are declared under another one.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    places = {
        (name, path): Place(names.get(name, name), path)
        for name, each in resolved.repositories.items()
        if declares(each) and not each.config.archived
        for path in PLACES
        if path not in each.files
    }
    live = oids(client, resolved.name, places.values())
    there: dict[str, list[str]] = {}
    for (name, path), place in places.items():
        if live.get(place):
            there.setdefault(name, []).append(path)
    return [
        f"{resolved.name}/{name}: {line}"
        for name, paths in there.items()
        for line in _lines(declares(resolved.repositories[name]) or PATH, paths)
    ]


def _lines(declared: str, written: list[str]) -> Iterator[str]:
    """Yield what GitHub ignores because of another file."""
    first = min([declared, *written], key=PLACES.index)
    if first != declared:
        yield f"GitHub ignores the declared {declared}: people wrote {first}"
        return
    for path in written:
        yield (
            f"GitHub ignores {path}, which people wrote, because it reads {declared} first; "
            "copy its lines into code_owners and delete it"
        )
