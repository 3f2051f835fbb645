"""Declared renames of repositories and teams that the state does not have: adopt them first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.github_access import get_json
from components.names.renames import both_exist, not_managed
from portcullis.renames.moves import Problem
from portcullis.renames.things import path_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from githubkit import GitHub

    from components.names.renames import Kind
    from portcullis.renames.moves import Comparison, Declared
    from portcullis.renames.things import Thing


@dataclass(frozen=True)
class Unmanaged:
    """A declared rename of something that the state does not have."""

    section: Kind
    key: str
    """The declared name."""
    old: str
    """The name that `renamed_from` gives."""
    old_exists: bool
    """Whether something on GitHub has the old name; redirects do not count."""
    key_exists: bool
    """Whether something on GitHub has the declared name."""

    @property
    def is_to_adopt(self) -> bool:
        """Return whether `make adopt` can take it into the state under its declared name."""
        return self.old_exists and not self.key_exists


def unmanaged(
    client: GitHub[Any],
    organization: str,
    declared: Mapping[Kind, Declared],
    found: Comparison,
) -> list[Unmanaged]:
    """Return the declared renames whose thing is not in the state.

    A rename that was carried out is in the state, and costs no request.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    known = found.managed | {(each.section, each.key) for each in found.gone}
    asked = [
        (section, key, old)
        for section, names in declared.items()
        for key, old in names.renamed_from.items()
        if old and not {(section, key), (section, old)} & known
    ]

    def exists(section: Kind, name: str) -> bool:
        return get_json(client, path_of(organization, section, name)) is not None

    return [
        Unmanaged(section, key, old, exists(section, old), exists(section, key))
        for section, key, old in asked
    ]


def problems(
    organization: str, renames: Sequence[Unmanaged], leaving: Sequence[Thing], *, adopting: bool
) -> Iterator[Problem]:
    """Yield what forbids to go on.

    Args:
        organization: The login of the organization.
        renames: Of `unmanaged`.
        leaving: Things of the state that are not declared.
        adopting: Whether this run takes them into the state.
    """
    for each in renames:
        path = (each.section, each.key, "renamed_from")
        if each.old_exists and each.key_exists:
            yield Problem(path, *both_exist(organization, each.key, each.old))
        elif each.old_exists and not adopting:
            yield Problem(path, *not_managed(organization, each.old))
        elif not (each.old_exists or each.key_exists):
            names = [f"`{thing.name}`" for thing in leaving if thing.section == each.section]
            if names:
                what = f"there is no `{each.old}` in the state or on GitHub: nothing can be renamed"
                fix = (
                    f"one that is managed and no longer declared ({', '.join(names)}); or remove "
                    f"renamed_from, and `{each.key}` is a new one"
                )
                yield Problem(path, what, fix)


def without_effect(renames: Sequence[Unmanaged]) -> Iterator[str]:
    """Yield a line for each declared rename of something that is not there at all."""
    for each in renames:
        if not (each.old_exists or each.key_exists):
            yield (
                f"{each.section}.{each.key}: renamed_from has no effect, because there is no "
                f"`{each.old}` on GitHub; `{each.key}` is a new one"
            )
