"""What all components of a stack share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.base import Plan
    from components.preflight import Preflight
    from components.secrets.reference import Reference
    from components.secrets.source import SecretValue
    from components.trust.trust import OnGitHub


@dataclass(frozen=True)
class Context:
    """What the components of one organization share, besides their provider.

    ``protect`` keeps repositories, environments and rulesets from being deleted until a person
    names them to ``pulumi state unprotect``.
    """

    organization: str
    plan: Plan
    preflight: Preflight
    protect: bool = True
    automation_app: int | None = None
    signoff_enforced: bool = False
    """Whether the organization requires sign-off in every repository."""
    licenses: frozenset[str] = frozenset()
    user_ids: Mapping[str, int] = field(default_factory=dict)
    """Numeric ids of reviewers, by lower-case login."""
    team_ids: Mapping[str, pulumi.Output[int]] = field(default_factory=dict)
    renamed_teams: Mapping[str, str] = field(default_factory=dict)
    """The old slugs of teams that got another one."""
    secrets: Mapping[Reference, SecretValue] = field(default_factory=dict, repr=False)
    """The value that each reference to a secret source gave."""

    trust: OnGitHub | None = None
    """What the trust of outside systems is made from; None where none is declared."""

    def secret(self, reference: Reference) -> pulumi.Output[str]:
        """Return the value of ``reference``, as a Pulumi secret."""
        return pulumi.Output.secret(self.secrets[reference].value)

    def aliases_of_team(self, team: str, name: str) -> list[pulumi.Alias]:
        """Return the aliases of a resource ``name``, in which ``{}`` stands for the team's slug."""
        old = self.renamed_teams.get(team)
        return [pulumi.Alias(name=name.format(old))] if old else []

    def with_team_ids(self, team_ids: Mapping[str, pulumi.Output[int]]) -> Context:
        """Return the context once the teams are declared."""
        return replace(self, team_ids=team_ids)
