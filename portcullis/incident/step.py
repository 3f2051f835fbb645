"""The form of a step of an incident. The guide, the record and the runbooks are made from steps."""

from __future__ import annotations

import string
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Action(StrEnum):
    """What Portcullis does itself in a step."""

    REACH = "show what it could reach"
    LOCKDOWN = "portcullis lockdown --level release"
    LOCKDOWN_ALL = "portcullis lockdown --level all"
    CANCEL = "cancel the runs that are under way"
    DELETE_RELEASE = "delete a release, by its name"
    DELETE_TAG = "delete a tag, by its name"
    CREDENTIALS = "portcullis incident credentials"

    @property
    def changes(self) -> bool:
        """Whether it changes something, so that a person has to agree."""
        return self not in {Action.REACH, Action.CREDENTIALS}

    @property
    def by_name(self) -> bool:
        """Whether a person has to name what it is about."""
        return self in {Action.DELETE_RELEASE, Action.DELETE_TAG}


FIELDS: Mapping[str, str] = {
    "web": "https://github.com",
    "organization": "ORGANIZATION",
    "stack": "STACK",
    "repository": "REPOSITORY",
    "package": "PACKAGE",
    "owners": "the package's settings at its registry",
    "releases": "the package's releases at its registry",
}
"""What a place or a command may contain in braces, and what a runbook has in its stead."""
OF_REPOSITORY = frozenset({"repository"})
OF_PACKAGE = frozenset({"package", "owners", "releases"})


@dataclass(frozen=True)
class Step:
    """One step: done by Portcullis after a yes, or by a person at exact places."""

    id: str
    title: str
    why: str
    action: Action | None = None
    """None: a person does it."""
    places: Sequence[str] = ()
    """Addresses of pages, with fields in braces."""
    commands: Sequence[str] = ()
    """Commands, with fields in braces."""


@dataclass(frozen=True)
class IncidentKind:
    """A kind of incident, and its steps in order."""

    name: str
    """As it is typed: `committed-secret`."""
    title: str
    when: str
    """When it is the right one."""
    steps: Sequence[Step]
    past: Sequence[str] = ()
    """Public incidents of this kind, by the names in docs/incidents.md."""

    def step(self, name: str) -> Step | None:
        """Return a step by its id; None if there is none."""
        return next((each for each in self.steps if each.id == name), None)


def fields_of(template: str) -> frozenset[str]:
    """Return the names of the fields in a place or a command."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


def filled(
    templates: Sequence[str],
    common: Mapping[str, str],
    repositories: Sequence[Mapping[str, str]],
    packages: Sequence[Mapping[str, str]],
) -> list[str]:
    """Return places or commands with their fields filled in: one for each repository or package.

    Args:
        templates: With fields in braces.
        common: Fields that are the same everywhere.
        repositories: The fields of each repository that publishes.
        packages: The fields of each package at each registry.
    """
    found: list[str] = []
    for template in templates:
        names = fields_of(template)
        each: Sequence[Mapping[str, str]] = [{}]
        if names & OF_PACKAGE:
            each = packages
        elif names & OF_REPOSITORY:
            each = repositories
        found += [template.format(**common, **own) for own in each]
    return list(dict.fromkeys(found))
