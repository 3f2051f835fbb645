"""What a state has of a resource, made from what GitHub has and from what the program declares.

An update would write the same. Left out is what GitHub only describes, such as addresses and
ETags, and where in the program a resource is declared: the next update, or a refresh, adds these.

Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go (`ResourceV3`)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from portcullis_policy.facts import UNKNOWN

from portcullis.live.compare import same
from portcullis.live.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from portcullis.check.recorder import Registered
    from portcullis.live.resource import Live, LiveRepository, LiveResource

SCHEMAS: Mapping[str, int] = {
    "ActionsEnvironmentVariable": 1,
    "ActionsVariable": 1,
    "BranchDefault": 1,
    "BranchProtection": 2,
    "OrganizationRuleset": 1,
    "Repository": 1,
    "RepositoryCustomProperty": 1,
    "RepositoryEnvironment": 1,
    "RepositoryEnvironmentDeploymentPolicy": 1,
    "RepositoryFile": 1,
    "RepositoryRuleset": 1,
    "TeamMembers": 1,
}
"""The provider's schema versions, of those that are not 0. It would convert what has an older one.

A test compares them with what the provider writes itself.
"""

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "Repository": {
        "mergeCommitMessage": "PR_TITLE",
        "mergeCommitTitle": "MERGE_MESSAGE",
        "squashMergeCommitMessage": "COMMIT_MESSAGES",
        "squashMergeCommitTitle": "COMMIT_OR_PR_TITLE",
    },
    "Team": {"notificationSetting": "notifications_enabled"},
}
"""Inputs that the provider adds where the program does not give them."""

_WITH_REPOSITORY_ID = frozenset(
    {
        "ActionsEnvironmentVariable",
        "ActionsVariable",
        "BranchDefault",
        "RepositoryCustomProperty",
        "RepositoryEnvironment",
        "RepositoryEnvironmentDeploymentPolicy",
        "RepositoryFile",
        "RepositoryVulnerabilityAlerts",
    }
)
_BY_NUMBER = frozenset({"OrganizationRuleset", "RepositoryRuleset"})

Entry = dict[str, Any]


def entry(
    declared: Registered, there: LiveResource, live: Live, provider: str, known: Collection[str]
) -> Entry:
    """Return the entry of a resource of the GitHub provider.

    Args:
        declared: As the program declares it.
        there: The same as GitHub has it.
        live: The organization.
        provider: The reference to the resource's provider: its URN, `::` and its id.
        known: The URNs of all resources that the state has or gets.
    """
    kind = there.kind
    repository = live.repositories.get(str(there.inputs.get("repository", there.name)))
    inputs = _inputs(declared, there, live.owners | live.invited)
    ident = _id(kind, there, inputs, repository)
    outputs = {
        **_shown(there, inputs),
        **_without_marks(inputs),
        **_read(kind, there, repository),
        "id": ident,
    }
    if version := SCHEMAS.get(kind):
        outputs["__meta"] = json.dumps({"schema_version": str(version)}, separators=(",", ":"))
    return {
        **base(declared, known),
        "custom": True,
        "id": ident,
        "inputs": inputs,
        "outputs": outputs,
        "provider": provider,
    }


def base(declared: Registered, known: Collection[str]) -> Entry:
    """Return what entries of all resources have, components too."""
    options = declared.options
    needed = sorted(each for each in options.dependencies if each in known)
    made_from = {
        name: sorted(each for each in urns if each in known)
        for name, urns in declared.depends.items()
    }
    found: Entry = {"urn": declared.urn, "custom": False, "type": declared.type}
    if declared.parent:
        found["parent"] = declared.parent
    if needed:
        found["dependencies"] = needed
    if made_from:
        found["propertyDependencies"] = made_from
    if options.protect:
        found["protect"] = True
    if options.retain_on_delete:
        found["retainOnDelete"] = True
    if options.ignore_changes:
        found["ignoreChanges"] = list(options.ignore_changes)
    return found


def component(declared: Registered, known: Collection[str]) -> Entry:
    """Return the entry of a component."""
    found = base(declared, known)
    if declared.inputs:
        found["inputs"] = dict(declared.inputs)
    return found


def _inputs(declared: Registered, there: LiveResource, unclear: Collection[str]) -> Entry:
    """Return GitHub's values of the inputs, in the form in which the program gives them.

    What GitHub never shows, and what it hides from these credentials, is as it is declared.
    """
    kind = KINDS[there.kind]
    found: Entry = {}
    for name, given in declared.inputs.items():
        if name in {"id", *_OUTPUTS}:
            continue
        hidden = name in kind.ignored or name in there.unread
        if hidden or (kind.declared_only and name not in there.inputs):
            value = given
        else:
            value = _alike(given, _cut(kind.declared_only, given, there.inputs.get(name)))
            if name == "members":
                value = _with_roles(given, value, unclear)
        if value is not UNKNOWN and value is not None:
            found[name] = value
    defaults = DEFAULTS.get(there.kind, {})
    added = {name: value for name, value in defaults.items() if name not in found}
    shown = {name: there.inputs.get(name, value) for name, value in added.items()}
    return {"__defaults": sorted(added), **_marked(found), **shown}


def _cut(declared_only: bool, given: Any, there: Any) -> Any:  # noqa: ANN401, FBT001 - any JSON
    """Return of a group of settings those that are declared, where the others are left alone."""
    if declared_only and isinstance(given, dict) and isinstance(there, dict):
        return {name: there[name] for name in given if name in there}
    return there


def _alike(given: Any, there: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return GitHub's value, as it is declared where both mean the same."""
    if given is UNKNOWN:
        return there
    if isinstance(given, dict) and isinstance(there, dict):
        values = {name: _alike(given.get(name), there.get(name)) for name in {**given, **there}}
        return {name: value for name, value in values.items() if value is not None}
    if not _has_unknown(given) and same(given, there):
        return there if given is None else given
    return there


def _has_unknown(value: Any) -> bool:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return any(map(_has_unknown, value.values()))
    return any(map(_has_unknown, value)) if isinstance(value, list) else value is UNKNOWN


def _with_roles(given: Any, members: Any, unclear: Collection[str]) -> Any:  # noqa: ANN401 - any JSON
    """Return a team's members with the declared role where GitHub decides or does not show it."""
    roles = {str(each["username"]).lower(): each["role"] for each in given or ()}
    return [
        {**each, "role": roles.get(login, each["role"])} if login in unclear else each
        for each in members or ()
        for login in [str(each["username"]).lower()]
    ]


def _marked(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return inputs with the provider's note, in each object, of what it added to it: nothing."""
    if isinstance(value, dict):
        return {
            name: {"__defaults": [], **_marked(each)} if isinstance(each, dict) else _marked(each)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [
            {"__defaults": [], **_marked(each)} if isinstance(each, dict) else _marked(each)
            for each in value
        ]
    return value


def _without_marks(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {name: _without_marks(each) for name, each in value.items() if name != "__defaults"}
    return list(map(_without_marks, value)) if isinstance(value, list) else value


_OUTPUTS = frozenset({"nodeId", "repoId", "slug"})
"""What the recorder knows of what exists, beside the inputs."""
_SECURITY = frozenset({"advancedSecurity", "secretScanning", "secretScanningPushProtection"})
"""The settings of `securityAndAnalysis` that the provider reads."""


def _shown(there: LiveResource, inputs: Mapping[str, Any]) -> Entry:
    """Return what GitHub shows and nobody declares: an update removes it, or leaves it."""
    found = {
        name: value
        for name, value in there.inputs.items()
        if name not in inputs and name not in there.unread and value is not None
    }
    if security := found.get("securityAndAnalysis"):
        read = {name: value for name, value in security.items() if name in _SECURITY}
        found["securityAndAnalysis"] = read
    return found


def _id(
    kind: str, there: LiveResource, inputs: Mapping[str, Any], repository: LiveRepository | None
) -> str:
    """Return the id that the provider gives a resource; some have another one for imports."""
    if kind in _BY_NUMBER:
        return there.number
    if kind == "BranchProtection":
        return there.node
    if kind == "RepositoryVulnerabilityAlerts" and repository:
        return str(repository.number)
    if kind == "RepositoryFile":
        branch = repository.default_branch if repository else inputs["branch"]
        return f"{there.id}:{branch}"
    return there.id


def _read(kind: str, there: LiveResource, repository: LiveRepository | None) -> Entry:
    """Return what the provider reads beside the inputs, and what others refer to."""
    found: Entry = {}
    if kind in _WITH_REPOSITORY_ID and repository:
        found["repositoryId"] = repository.number
    if kind == "Repository" and repository:
        found |= {
            "repoId": repository.number,
            "nodeId": repository.node,
            "defaultBranch": repository.default_branch,
            "private": there.inputs["visibility"] != "public",
        }
    if kind == "RepositoryFile" and repository:
        found |= {"sha": there.node, "ref": repository.default_branch}
    if kind == "Team":
        found |= {"nodeId": there.node, "slug": there.inputs["slug"]}
        found |= {
            name: there.inputs.get(name, "")
            for name in ("parentTeamId", "parentTeamReadId", "parentTeamReadSlug")
        }
    if kind == "TeamMembers":
        found["teamId"] = there.id
    if kind in _BY_NUMBER:
        found["rulesetId"] = int(there.number)
    if kind == "RepositoryEnvironmentDeploymentPolicy":
        found["policyId"] = int(there.number)
    return found
