"""A thing of an organization as GitHub has it, in the form in which Pulumi's provider declares it.

The same form serves for what is declared, for what the state has, and for what is live: so one
comparison finds drift, the policy pack judges what is live by its ordinary rules, and a value that
differs can be put into the state as it is.

Source: https://www.pulumi.com/registry/packages/github/api-docs/
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portcullis.live.asking import Unread

_SNAKE = re.compile(r"_([a-z0-9])")


@dataclass(frozen=True)
class LiveResource:
    """One thing on GitHub."""

    kind: str
    """Pulumi's name of its type, such as ``RepositoryEnvironment``."""
    name: str
    """What people call it, such as ``sophia/production``."""
    id: str
    """The id under which the provider imports it."""
    inputs: Mapping[str, Any]
    unread: Mapping[str, Unread] = field(default_factory=dict)
    """Fields that GitHub did not show, and why."""
    number: str = ""
    """The id that a state has of it, for things that people can rename, or delete and make anew."""
    node: str = ""
    """Its id in GraphQL, of teams and of classic rules; in git, of files."""
    updated: datetime | None = None
    """When GitHub got its value, in UTC; of secrets."""


@dataclass(frozen=True)
class Gap:
    """Something that could not be read."""

    what: str
    """For people, such as ``webhooks of sophia``."""
    kinds: tuple[str, ...]
    """The kinds of resources of which some may exist unseen."""
    repository: str | None
    """None: of the organization."""
    why: Unread


@dataclass
class Live:
    """An organization as it is on GitHub."""

    organization: str
    resources: list[LiveResource] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    users: dict[str, int] = field(default_factory=dict)
    """Numeric ids of people, by lower-case login."""
    owners: set[str] = field(default_factory=set)
    """Lower-case logins."""
    invited: set[str] = field(default_factory=set)
    """Lower-case logins of people whom the organization invited, and who have not answered yet."""
    teams: dict[str, int] = field(default_factory=dict)
    """Numeric ids of teams, by slug."""
    repositories: dict[str, LiveRepository] = field(default_factory=dict)
    """By name."""
    plan: str = ""
    """GitHub's name of the organization's plan, such as `team`; empty where GitHub hides it."""
    two_factor: bool | None = None
    """Whether members need a second factor to log in; None where GitHub hides it."""

    def of(self, kind: str) -> list[LiveResource]:
        """Return the resources of a kind."""
        return [each for each in self.resources if each.kind == kind]


@dataclass(frozen=True)
class LiveRepository:
    """What identifies a repository, and what decides how it is read."""

    name: str
    number: int
    """Its numeric id: it stays when the repository is renamed."""
    node: str
    """Its id in GraphQL."""
    default_branch: str
    """Empty for a repository without a commit."""
    archived: bool


def updated(item: Mapping[str, Any]) -> datetime | None:
    """Return when GitHub got the value of a secret, of an entry of a list of REST."""
    text = item.get("updated_at")
    return datetime.fromisoformat(text) if text else None


def token(kind: str) -> str:
    """Return a kind's type in Pulumi, such as ``github:index/team:Team``."""
    return f"github:index/{kind[0].lower()}{kind[1:]}:{kind}"


def camel(name: str) -> str:
    """Return a name of GitHub's REST API as Pulumi writes it."""
    return _SNAKE.sub(lambda found: found[1].upper(), name)


def camels(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of GitHub's REST API by their names in Pulumi, those that are not null."""
    return {camel(name): value for name, value in fields.items() if value is not None}
