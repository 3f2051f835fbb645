"""Complete the state of imported resources, so that they are as safe as created ones.

An import notes only what the provider reads on GitHub. It does not note what only the program
knows: that a resource is protected, that a repository is archived rather than deleted, and what has
to be deleted before what. Until the next update, such a resource would be less safe than one that
Portcullis created.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from portcullis.pulumi_runs.events import Planned

_PREFIX = "github:index/"
ENVIRONMENT = f"{_PREFIX}repositoryEnvironment:RepositoryEnvironment"
TEAM = f"{_PREFIX}team:Team"
TEAM_MEMBERS = f"{_PREFIX}teamMembers:TeamMembers"
TEAM_REPOSITORY = f"{_PREFIX}teamRepository:TeamRepository"
REPOSITORY = f"{_PREFIX}repository:Repository"
ONLY_OURS: Mapping[str, tuple[str, ...]] = {
    REPOSITORY: ("archiveOnDestroy", "autoInit"),
}
"""Inputs by type that GitHub does not store, so that an import cannot read them."""


def is_incomplete(resource: Planned) -> bool:
    """Return whether an import alone would leave the resource less safe than a creation."""
    lies_in_another = not resource.inputs.keys().isdisjoint({"repository", "teamSlug"})
    options = resource.protect or resource.retain_on_delete
    return options or lies_in_another or resource.type in {*ONLY_OURS, TEAM_MEMBERS}


def completed(state: Mapping[str, Any], adopted: Mapping[str, Planned]) -> dict[str, Any]:
    """Return ``state`` with what the program knows about each adopted resource.

    Args:
        state: An exported state.
        adopted: URN to resource as the program declares it.
    """
    changed = copy.deepcopy(dict(state))
    resources: list[dict[str, Any]] = changed["deployment"]["resources"]
    needed = [each for each in resources if each["type"] in _USED_BY]
    for resource in resources:
        if planned := adopted.get(resource["urn"]):
            _set(resource, "protect", on=planned.protect)
            _set(resource, "retainOnDelete", on=planned.retain_on_delete)
            _add_inputs(resource, planned.inputs)
            _add_dependencies(resource, needed)
    changed["deployment"]["resources"] = in_order(resources)
    return changed


def _set(resource: dict[str, Any], option: str, *, on: bool) -> None:
    """Write an option as Pulumi does: one that is off is left out."""
    resource.pop(option, None)
    if on:
        resource[option] = True


def _add_inputs(resource: dict[str, Any], inputs: Mapping[str, Any]) -> None:
    """Add the inputs that GitHub does not store; the provider reads them from the outputs."""
    for name in ONLY_OURS.get(resource["type"], ()):
        if name in inputs:
            for properties in (resource["inputs"], resource["outputs"]):
                properties[name] = inputs[name]
    if resource["type"] == TEAM_MEMBERS and "teamSlug" in resource["outputs"]:
        # an import keeps it as an output, and nobody can keep an input that is not there
        resource["inputs"]["teamSlug"] = resource["outputs"]["teamSlug"]


def _add_dependencies(resource: dict[str, Any], resources: Iterable[Mapping[str, Any]]) -> None:
    """Add what the resource is part of, or needs: Pulumi deletes those after it."""
    needed = [each["urn"] for each in resources if _needs(resource, each)]
    if needed:
        resource["dependencies"] = sorted({*resource.get("dependencies", []), *needed})


def _needs(resource: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether a resource lies in ``other``, or uses it."""
    used = _USED_BY.get(other["type"])
    return used is not None and resource["type"] != other["type"] and used(resource, other)


def _lies_in_repository(resource: Mapping[str, Any], repository: Mapping[str, Any]) -> bool:
    return bool(resource["inputs"].get("repository") == repository["inputs"].get("name"))


def _lies_in_environment(resource: Mapping[str, Any], environment: Mapping[str, Any]) -> bool:
    there = environment["inputs"]
    inputs = resource["inputs"]
    return all(inputs.get(name) == there.get(name) for name in ("repository", "environment"))


def _has_reviewers(resource: Mapping[str, Any], grant: Mapping[str, Any]) -> bool:
    """Return whether the resource is an environment, whose reviewers need the grant."""
    same = resource["inputs"].get("repository") == grant["inputs"].get("repository")
    return bool(resource["type"] == ENVIRONMENT and same)


def _is_of_team(resource: Mapping[str, Any], team: Mapping[str, Any]) -> bool:
    if resource["type"] == TEAM_MEMBERS:
        return bool(resource["parent"] == team["parent"])
    return bool(resource["inputs"].get("teamId") == team["id"])


_USED_BY: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], bool]] = {
    REPOSITORY: _lies_in_repository,
    ENVIRONMENT: _lies_in_environment,
    TEAM_REPOSITORY: _has_reviewers,
    TEAM: _is_of_team,
}


def in_order(resources: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the resources in their order, but each after all that it depends on."""
    by_urn = {each["urn"]: each for each in resources}
    ordered: dict[int, dict[str, Any]] = {}

    def take(resource: dict[str, Any]) -> None:
        if id(resource) in ordered:
            return
        needed = [resource.get("parent"), *resource.get("dependencies", ())]
        for urn in needed:
            if urn in by_urn and by_urn[urn] is not resource:
                take(by_urn[urn])
        ordered[id(resource)] = resource

    for each in resources:
        take(each)
    return list(ordered.values())
