"""The live organization, indexed, and what of it an import leaves out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from portcullis.live.resource import Live, LiveResource

STAYS = "stays on GitHub as it is; Portcullis does not manage it"
"""What happens to nearly everything that an import leaves out."""


class CannotSayError(Exception):
    """A thing on GitHub that the YAML has no words for; the text says what exactly."""


@dataclass(frozen=True, order=True)
class Left:
    """One thing that an import leaves out."""

    what: str
    why: str
    then: str = STAYS


@dataclass
class Seen:
    """A live organization, by kind and repository, and the names behind GitHub's numbers."""

    live: Live
    _by: dict[tuple[str, str], list[LiveResource]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index it."""
        self._by = defaultdict(list)
        for each in self.live.resources:
            self._by[each.kind, str(each.inputs.get("repository", ""))].append(each)
        nodes = {each.node: each.name for each in self.live.repositories.values()}
        for each in self.live.of("BranchProtection"):
            self._by["BranchProtection", nodes.get(each.inputs["repositoryId"], "")].append(each)
        self.slugs = {number: slug for slug, number in self.live.teams.items()}
        self.names = {each.number: each.name for each in self.live.repositories.values()}
        spelled = {
            str(each.inputs["username"]).lower(): str(each.inputs["username"])
            for each in self.live.resources
            if each.kind in {"Membership", "RepositoryCollaborator"}
        }
        self.logins = {
            number: spelled.get(login, login) for login, number in self.live.users.items()
        }

    def of(self, kind: str, repository: str = "") -> list[LiveResource]:
        """Return the things of a kind, in a repository or in the organization itself, by name."""
        return sorted(self._by[kind, repository], key=lambda each: (each.name, each.id))

    def one(self, kind: str, repository: str = "") -> Mapping[str, Any]:
        """Return the fields of the only thing of a kind; none where it does not exist."""
        found = self._by[kind, repository]
        return found[0].inputs if found else {}

    def unread(self, kind: str, repository: str | None = None) -> bool:
        """Say whether some things of a kind are hidden."""
        return any(
            kind in gap.kinds and gap.repository in {None, repository} for gap in self.live.gaps
        )


def short(model: type[BaseModel], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is not a default, in the order of the model's fields.

    Args:
        model: A model of the YAML.
        data: Values by the names in the YAML, each with its final form.
    """
    found: dict[str, Any] = {}
    for name, each in model.model_fields.items():
        key = each.alias or name
        if key not in data:
            continue
        value, default = data[key], each.get_default(call_default_factory=True)
        if value == default or (value == {} and not each.is_required()):
            continue
        found[key] = value
    return found
