"""Find things on GitHub that are declared under a new name, and still have the old one there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from components.tag_ruleset import ruleset_names
from portcullis.adopt.completion import REPOSITORY, TEAM, TEAM_MEMBERS
from portcullis.pulumi_runs.events import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from components.names.renames import Kind
    from components.organization import ResolvedOrganization
    from portcullis.check.recorder import Registered
    from portcullis.pulumi_runs.events import Planned

    Thing = TypeVar("Thing", Planned, Registered)

_RULESETS = ("OrganizationRuleset", "RepositoryRuleset")


@dataclass(frozen=True)
class OldNames:
    """The names on GitHub of what is declared under another name."""

    live: Mapping[Kind, Mapping[str, str]] = field(default_factory=dict)
    """Declared name to the name on GitHub, of repositories and teams that differ."""
    rulesets: Mapping[str, str] = field(default_factory=dict)
    """Name of the resource to the `renamed_from` of a ruleset, which may exist or not."""

    def on_github(self, planned: Mapping[str, Thing]) -> dict[str, Thing]:
        """Return ``planned`` with GitHub's names in the inputs; the URNs stay as declared."""
        return {
            urn: replace(each, inputs={**each.inputs, **self._inputs(each)})
            for urn, each in planned.items()
        }

    def old_ruleset(self, planned: Planned | Registered) -> str | None:
        """Return the old name of a ruleset; None for one without, and for everything else."""
        if not planned.type.endswith(_RULESETS):
            return None
        return self.rulesets.get(name_of(planned.urn))

    def of(self, kind: Kind, name: str) -> str:
        """Return what GitHub calls the repository or team that is declared as ``name``."""
        return self.live.get(kind, {}).get(name, name)

    def _inputs(self, planned: Planned | Registered) -> dict[str, Any]:
        """Return the inputs of one resource that name something by its new name."""
        kind, name = planned.type, name_of(planned.urn)
        repositories, teams = self.live.get("repositories", {}), self.live.get("teams", {})
        if kind == REPOSITORY and name in repositories:
            return {"name": repositories[name]}
        if kind == TEAM and name in teams:
            return {"name": teams[name]}
        if kind == TEAM_MEMBERS and name in teams:
            return {"teamSlug": teams[name]}  # a preview does not know the slug yet
        repository = str(planned.inputs.get("repository"))
        if repository in repositories:
            return {"repository": repositories[repository]}
        return {}


def old_names(resolved: ResolvedOrganization, live: Mapping[Kind, Mapping[str, str]]) -> OldNames:
    """Return the old names of an organization.

    Args:
        resolved: The organization.
        live: GitHub's names of repositories and teams that are declared under another name.
    """
    return OldNames(live, dict(_rulesets(resolved)))


def _rulesets(resolved: ResolvedOrganization) -> Iterator[tuple[str, str]]:
    """Yield the name of each ruleset's resource, and the ruleset's old name."""
    branches = resolved.protection.items()
    yield from ((name, each.renamed_from) for name, each in branches if each.renamed_from)
    yield from _tags("", ((k, each.renamed_from) for k, each in resolved.tag_protection.items()))
    for repository in resolved.repositories.values():
        below = f"{repository.name}/"
        for each in repository.protection:
            if each.config.renamed_from:
                yield f"{below}{each.name}", each.config.renamed_from
        own = [each for each in repository.tag_protection if not each.by_organization]
        yield from _tags(below, ((each.name, each.config.renamed_from) for each in own))


def _tags(below: str, items: Iterable[tuple[str, str | None]]) -> Iterator[tuple[str, str]]:
    """Yield the same for tag protection, which is several rulesets."""
    for name, old in items:
        if old:
            pairs = zip(ruleset_names(name), ruleset_names(old), strict=True)
            yield from ((f"{below}{new}", before) for new, before in pairs)
