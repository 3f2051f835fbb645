"""Adopt everything that is declared and exists on GitHub, and the extras that are not declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from portcullis.adopt import existing
from portcullis.adopt.completion import ENVIRONMENT, REPOSITORY, TEAM, TEAM_MEMBERS
from portcullis.adopt.unmanaged import REMEDY
from portcullis.pulumi_runs.events import ROOT
from portcullis.report import resource_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi import automation
    from rich.console import Console

    from portcullis.adopt.old_names import OldNames
    from portcullis.pulumi_runs.events import Planned

_OF_ORGANIZATION = frozenset(
    {
        "github:index/organizationRuleset:OrganizationRuleset",
        "github:index/actionsOrganizationVariable:ActionsOrganizationVariable",
    }
)
_OF_REPOSITORY = frozenset(
    {
        "github:index/repositoryRuleset:RepositoryRuleset",
        "github:index/branchProtection:BranchProtection",
        "github:index/actionsVariable:ActionsVariable",
    }
)
"""Types that GitHub creates with a `POST`, which it refuses where one of the name exists."""


def adopt_planned(
    stack: automation.Stack,
    environment: Mapping[str, str],
    organization: str,
    planned: Mapping[str, Planned],
    console: Console,
    *,
    names: OldNames,
) -> list[str]:
    """Import those of ``planned`` that exist on GitHub, and return their URNs.

    Args:
        stack: The stack whose state takes them in.
        environment: The environment of the run.
        organization: The organization's login.
        planned: URN to resource, of what a preview would create.
        console: Where each of them is reported.
        names: What GitHub calls things that are declared under a new name.

    Raises:
        UserError: GitHub cannot be asked, or Pulumi refuses.
    """
    planned = names.on_github(planned)
    found = existing.find(stack, environment, organization, planned.values(), names)
    if not found:
        return []
    extras = existing.find_extras(stack, environment, organization, planned, found, names=names)
    beside = existing.find_unmanaged(stack, environment, organization, planned, found)
    existing.take_in(
        stack,
        environment,
        {**planned, **{each.resource.urn: each.resource for each in extras}},
        {**found, **{each.resource.urn: each.id for each in extras}},
    )
    for urn in found:
        console.print(Text(f"adopted    {resource_name(urn)}"))
    for each in extras:
        name = resource_name(each.resource.urn)
        console.print(Text(f"extra      {name}: not declared, so make up removes it"))
    for line in beside:
        console.print(Text(f"unmanaged  {line}"))
    if beside:
        console.print(Text(f"           {REMEDY}"))
    return [*found, *(each.resource.urn for each in extras)]


def adopt_gates(
    stack: automation.Stack,
    environment: Mapping[str, str],
    organization: str,
    planned: Mapping[str, Planned],
    console: Console,
    *,
    names: OldNames,
    change: bool,
) -> bool:
    """Import what of ``planned`` exists below something that is managed already.

    The provider would create environments with a `PUT`, which keeps the refs and people that are
    not declared, and the preview would not list those. It would create rulesets and variables with
    a `POST`, which GitHub refuses in the middle of the update.

    Args:
        stack: The stack whose state takes them in.
        environment: The environment of the run.
        organization: The organization's login.
        planned: URN to resource, of what a preview would create.
        console: Where each of them is reported.
        names: What GitHub calls things that are declared under a new name.
        change: Whether to import them; if not, they are only reported.

    Returns:
        Whether the state has changed, so that a new preview is due.

    Raises:
        UserError: GitHub cannot be asked, or Pulumi refuses.
    """
    environments = _environments(planned)
    if not environments:
        return False
    frames = {urn: each for urn, each in planned.items() if each.type.startswith("portcullis:")}
    if change:
        around = {**frames, **environments}
        return bool(adopt_planned(stack, environment, organization, around, console, names=names))
    there = names.on_github(environments)
    for urn in existing.find(stack, environment, organization, there.values(), names):
        what = "exists already: make up adopts it, and then lists what it changes"
        console.print(Text(f"exists     {resource_name(urn)} {what}"))
    return False


def _environments(planned: Mapping[str, Planned]) -> dict[str, Planned]:
    """Return what may exist: its organization, repository or team is not new."""
    new_organization = any(each.type == ROOT for each in planned.values())
    new_repositories = {each.inputs["name"] for each in planned.values() if each.type == REPOSITORY}
    new_teams = {each.parent for each in planned.values() if each.type == TEAM}
    parents = {
        each.parent
        for each in planned.values()
        if (each.type == ENVIRONMENT and each.inputs["repository"] not in new_repositories)
        or (each.type == TEAM_MEMBERS and each.parent not in new_teams)
    }
    return {
        urn: each
        for urn, each in planned.items()
        if each.parent in parents
        or (each.type in _OF_ORGANIZATION and not new_organization)
        or (each.type in _OF_REPOSITORY and each.inputs.get("repository") not in new_repositories)
    }
