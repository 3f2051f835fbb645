"""Put what GitHub has into the state, so that the next update sets it right.

A refresh does the same, but the provider does not see everything: an environment's reviewers,
actors that may bypass a ruleset, a rule that is off. Here every value that differs is written.

Files and secrets have steps of their own: their values are on GitHub only, or nowhere.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from portcullis.live.compare import MADE_ANEW, Declared
from portcullis.live.kinds import KINDS, RECOGNIZED
from portcullis.pulumi_runs.events import name_of
from portcullis.renames.state import forget_urns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portcullis.live.compare import Drift
    from portcullis.live.resource import LiveResource

_ELSEWHERE = frozenset({"Repository", "Team", "RepositoryFile"})
"""Kinds whose loss or change has a step of its own: names and ids, and the texts of files."""

_RAW = "__pulumi_raw_state_delta"
"""How Terraform's types differ from Pulumi's values: wrong for values that the provider did not
write. Without it the provider works the types out by itself.

Source: https://github.com/pulumi/pulumi-terraform-bridge/blob/master/pkg/tfbridge/rawstate.go
"""

_READ = frozenset({"parentTeamReadId", "parentTeamReadSlug"})
"""What the provider has read of a team's parent. It compares the declared parent with these, and
takes a change for none where they are equal: two empty values too."""


_IDS = frozenset({"rulesetId", "policyId"})
"""Outputs that hold a thing's number."""


def numbers_of(state: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Return the ids that an exported state has of what people can rename, by kind and name."""
    return {(each.kind, each.name): each.number for each in deployed(state) if each.number}


def deployed(state: Mapping[str, Any]) -> list[Declared]:
    """Return the resources of an exported state that can be compared with GitHub."""
    return [
        Declared(
            kind,
            name_of(each["urn"]),
            each["urn"],
            each.get("inputs") or {},
            _identity(each, kind) if kind in RECOGNIZED else "",
            each.get("outputs") or {},
        )
        for each, kind in _resources(state)
        if not kind.endswith("Secret") and kind != "RepositoryFile"
    ]


def _resources(state: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for each in (state.get("deployment") or {}).get("resources") or []:
        kind = each["type"].rpartition(":")[2]
        if each["type"].startswith("github:") and kind in KINDS and not each.get("delete"):
            yield each, kind


def as_on_github(state: Mapping[str, Any], found: Sequence[Drift]) -> dict[str, Any]:
    """Return the state as GitHub has it: an update then sets right what is declared.

    Args:
        state: An exported state.
        found: Where GitHub differs from it.
    """
    changed = {each.declared.urn: each for each in found if each.declared and each.live}
    gone = {
        each.declared.urn
        for each in found
        if each.declared and each.what == "missing" and each.kind not in _ELSEWHERE
    }
    result = copy.deepcopy(dict(state))
    resources = result["deployment"]["resources"]
    gone |= {
        each["urn"]
        for each, kind in _resources(result)
        if kind == "ActionsEnvironmentSecret" and _environment(each["inputs"]) in _lost(found)
    }
    for resource in resources:
        if drift := changed.get(resource["urn"]):
            live = drift.live.inputs if drift.live else {}
            fields = {*drift.fields, *(_READ if "parentTeamId" in drift.fields else ())}
            wrong = {_RAW, *fields} - {MADE_ANEW}
            kept = {name: value for name, value in resource["outputs"].items() if name not in wrong}
            there = {name: live[name] for name in fields if live.get(name) is not None}
            resource["outputs"] = {**kept, **there}
            if drift.live and MADE_ANEW in drift.fields:
                _point_to(resource, drift.live)
        forget_urns(resource, gone)
    result["deployment"]["resources"] = [each for each in resources if each["urn"] not in gone]
    return result


def _point_to(resource: dict[str, Any], live: LiveResource) -> None:
    """Let a resource of the state be the thing that has its name now."""
    old = _number(resource)
    outputs = {
        name: type(value)(live.number)
        if name in _IDS and str(value).removesuffix(".0") == old
        else value
        for name, value in resource["outputs"].items()
    }
    resource["id"] = f"{str(resource['id']).removesuffix(old)}{live.number}"
    resource["outputs"] = {**outputs, "id": resource["id"]}


def _number(resource: Mapping[str, Any]) -> str:
    """Return the number in a resource's id, such as 7 of `sophia:production:7`."""
    return str(resource.get("id", "")).rpartition(":")[2]


def _identity(resource: Mapping[str, Any], kind: str) -> str:
    """Return the number that no other name changes."""
    if kind == "Repository":
        number = (resource.get("outputs") or {}).get("repoId")
        return str(int(number)) if number else ""
    return _number(resource)


def _lost(found: Sequence[Drift]) -> set[tuple[str, str]]:
    """Return the environments that are gone, and their secrets with them."""
    return {
        _environment(each.declared.inputs)
        for each in found
        if each.declared and (each.what, each.kind) == ("missing", "RepositoryEnvironment")
    }


def _environment(inputs: Mapping[str, Any]) -> tuple[str, str]:
    return str(inputs["repository"]).casefold(), str(inputs["environment"]).casefold()
