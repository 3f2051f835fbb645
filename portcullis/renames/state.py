"""Write new names into a state: in URNs, in ids, and where resources name what they lie in."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from portcullis.adopt.completion import REPOSITORY, TEAM, TEAM_MEMBERS, TEAM_REPOSITORY
from portcullis.pulumi_runs.events import name_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from portcullis.renames.moves import Move
    from portcullis.renames.things import Thing

_PROPERTY = "github:index/repositoryCustomProperty:RepositoryCustomProperty"
FILE = "github:index/repositoryFile:RepositoryFile"
_SECOND = frozenset({TEAM_REPOSITORY, _PROPERTY})
"""Types whose id has the repository's name in its second part; in all others it is the first."""

Resource = dict[str, Any]


def moved(state: Mapping[str, Any], moves: Iterable[Move]) -> dict[str, Any]:
    """Return ``state`` with each thing, and all that belongs to it, under its new name."""
    changed = copy.deepcopy(dict(state))
    resources: list[Resource] = changed["deployment"]["resources"]
    urns: dict[str, str] = {}
    for move in moves:
        for resource in _belonging(move, resources):
            urn: str = resource["urn"]
            urns[urn] = _renamed_urn(urns.get(urn, urn), move)
            if move.thing.section == "teams":
                _name_team(resource, move)
            else:
                _name_repository(resource, move)
    for resource in resources:
        _replace_urns(resource, urns)
    return changed


def without(state: Mapping[str, Any], strangers: Collection[Thing]) -> dict[str, Any]:
    """Return ``state`` without ``strangers`` and all that lies in them."""
    changed = copy.deepcopy(dict(state))
    resources: list[Resource] = changed["deployment"]["resources"]
    gone = urns_of(state, strangers)
    kept = [each for each in resources if each["urn"] not in gone]
    for resource in kept:
        forget_urns(resource, gone)
    changed["deployment"]["resources"] = kept
    return changed


def urns_of(state: Mapping[str, Any], things: Collection[Thing]) -> set[str]:
    """Return the URNs of ``things`` and of all that lies in them."""
    resources: list[Resource] = (state.get("deployment") or {}).get("resources") or []
    return {
        each["urn"]
        for thing in things
        for each in [*_below(thing.component, resources), *_grants(thing, resources)]
    }


def on_branches(state: Mapping[str, Any], branches: Mapping[str, str]) -> dict[str, Any]:
    """Return ``state`` with the default branches that GitHub has, and all managed files on them.

    Args:
        state: An exported state.
        branches: GitHub's default branch by the repository's name.
    """
    changed = copy.deepcopy(dict(state))
    for resource in changed["deployment"]["resources"]:
        branch = branches.get((resource.get("inputs") or {}).get("repository", ""))
        if branch and resource["type"] == FILE and "id" in resource:
            start, old = resource["id"].rsplit(":", 1)
            _set(resource, {"branch"}, old, branch)
            _set(resource, {"id"}, resource["id"], f"{start}:{branch}")
            resource["id"] = f"{start}:{branch}"
        branch = branches.get(resource.get("id", ""))
        if branch and resource["type"] == REPOSITORY:
            resource["outputs"]["defaultBranch"] = branch
    return changed


def _belonging(move: Move, resources: Iterable[Resource]) -> list[Resource]:
    """Return the component of a thing, all below it, and the grants of a team."""
    resources = list(resources)
    return [*_below(move.thing.component, resources), *_grants(move.thing, resources)]


def _below(component: str, resources: Iterable[Resource]) -> list[Resource]:
    """Return a component and all that is below it; a parent always comes before its children."""
    family = {component}
    found = []
    for each in resources:
        if each["urn"] in family or each.get("parent") in family:
            family.add(each["urn"])
            found.append(each)
    return found


def _grants(thing: Thing, resources: Iterable[Resource]) -> Iterator[Resource]:
    """Yield the grants of a team; they lie below the repositories."""
    if thing.section == "teams":
        for each in resources:
            if each["type"] == TEAM_REPOSITORY and each["id"].startswith(f"{thing.number}:"):
                yield each


def _renamed_urn(urn: str, move: Move) -> str:
    name, (old, new) = name_of(urn), (move.thing.key, move.key)
    start = urn.removesuffix(name)
    if move.thing.section == "teams" and name.endswith(f"/{old}"):
        return f"{start}{name.removesuffix(old)}{new}"  # of a grant
    if name == old or name.startswith(f"{old}/"):
        return f"{start}{new}{name[len(old) :]}"
    return urn


def _name_repository(resource: Resource, move: Move) -> None:
    old, new = move.thing.name, move.live
    names = {"name"} if resource["type"] == REPOSITORY else {"repository"}
    _set(resource, names, old, new)
    if "id" in resource:
        parts = resource["id"].split(":")
        index = 1 if resource["type"] in _SECOND else 0
        if len(parts) > index and parts[index] == old:
            parts[index] = new
            _set(resource, {"id"}, resource["id"], ":".join(parts))
            resource["id"] = ":".join(parts)


def _name_team(resource: Resource, move: Move) -> None:
    if resource["type"] == TEAM:
        _set(resource, {"name", "slug"}, move.thing.name, move.live)
    elif resource["type"] == TEAM_MEMBERS:
        _set(resource, {"teamSlug"}, move.thing.name, move.live)


def _set(resource: Resource, names: Collection[str], old: str, new: str) -> None:
    for properties in (resource.get("inputs") or {}, resource.get("outputs") or {}):
        for name in names:
            if properties.get(name) == old:
                properties[name] = new


def _replace_urns(resource: Resource, urns: Mapping[str, str]) -> None:
    for field in ("urn", "parent", "deletedWith"):
        if field in resource:
            resource[field] = urns.get(resource[field], resource[field])
    if "dependencies" in resource:
        resource["dependencies"] = [urns.get(each, each) for each in resource["dependencies"]]
    for name, needed in (resource.get("propertyDependencies") or {}).items():
        resource["propertyDependencies"][name] = [urns.get(each, each) for each in needed or []]


def forget_urns(resource: Resource, gone: Collection[str]) -> None:
    """Take what is gone out of a resource's dependencies."""
    if "dependencies" in resource:
        resource["dependencies"] = [each for each in resource["dependencies"] if each not in gone]
    for name, needed in (resource.get("propertyDependencies") or {}).items():
        resource["propertyDependencies"][name] = [each for each in needed or [] if each not in gone]
