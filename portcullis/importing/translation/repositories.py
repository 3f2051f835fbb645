"""A repository, and everything in it that the YAML can say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from components.base import BranchName
from components.connections.deploy_key import DeployKeyConfig, KeyTitle
from components.environment import DeployFrom, EnvironmentConfig, Reviewers
from components.names.default_branch import FIRST_BRANCH, KEEP
from components.repository import FeaturesConfig, MergeConfig, RepositoryConfig, SecurityConfig
from components.secrets.reference import BLANK
from portcullis.importing.seen import CannotSayError, Left, short
from portcullis.importing.translation import protections, secrets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portcullis.importing.seen import Seen
    from portcullis.live.resource import LiveRepository

_FEATURES = {
    "issues": "hasIssues",
    "wiki": "hasWiki",
    "projects": "hasProjects",
    "discussions": "hasDiscussions",
}
_MERGE = {
    "allow_merge_commit": "allowMergeCommit",
    "allow_squash_merge": "allowSquashMerge",
    "allow_rebase_merge": "allowRebaseMerge",
    "allow_auto_merge": "allowAutoMerge",
    "allow_update_branch": "allowUpdateBranch",
    "delete_branch_on_merge": "deleteBranchOnMerge",
}
_SCANNING = {
    "secret_scanning": "secretScanning",
    "secret_scanning_push_protection": "secretScanningPushProtection",
}


def repository(
    each: LiveRepository, seen: Seen, *, licensed: bool, left: list[Left]
) -> dict[str, Any]:
    """Return a repository as the YAML has it; what it cannot say is added to ``left``.

    Args:
        each: The repository.
        seen: The organization.
        licensed: Whether secret scanning of private repositories is declared.
        left: What is left out.
    """
    there = _fields(each.name, seen)
    found: dict[str, Any] = {
        "description": there["description"],
        "homepage": there["homepageUrl"],
        "visibility": there["visibility"],
        "topics": sorted(there["topics"]),
        "archived": each.archived,
        "features": short(FeaturesConfig, _taken(_FEATURES, there)),
        "merge": short(MergeConfig, _taken(_MERGE, there)),
        "security": _security(each, there, seen, licensed=licensed),
    }
    if each.archived:
        return short(RepositoryConfig, found)
    branch = each.default_branch
    found |= {
        # an empty repository has none yet
        "default_branch": branch if _is_branch(branch) else KEEP,
        "access": _access(each.name, seen),
        **protections.of_repository(each.name, branch or FIRST_BRANCH, seen, left),
        "environments": _environments(each, seen, left),
        "secrets": secrets.of_repository(each.name, seen),
        "variables": secrets.variables(seen.of("ActionsVariable", each.name)),
        "deploy_keys": _deploy_keys(each.name, seen, left),
        "properties": _properties(each.name, seen),
    }
    return short(RepositoryConfig, found)


def scans(each: LiveRepository, seen: Seen) -> bool:
    """Say whether this is a repository of which only a license allows secret scanning."""
    there = _fields(each.name, seen)
    analysis = there.get("securityAndAnalysis") or {}
    return there["visibility"] != "public" and any(
        (analysis.get(name) or {}).get("status") == "enabled" for name in _SCANNING.values()
    )


def _fields(name: str, seen: Seen) -> Mapping[str, Any]:
    return next(each.inputs for each in seen.of("Repository") if each.inputs["name"] == name)


def _taken(names: Mapping[str, str], there: Mapping[str, Any]) -> dict[str, Any]:
    return {ours: there[theirs] for ours, theirs in names.items() if theirs in there}


def _is_branch(name: str) -> bool:
    (pattern,) = (each.pattern for each in BranchName.__metadata__)  # type: ignore[attr-defined] # of Annotated
    return name != KEEP and bool(re.fullmatch(pattern, name))


def _security(
    each: LiveRepository, there: Mapping[str, Any], seen: Seen, *, licensed: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if not each.archived:
        for field, kind in (
            ("vulnerability_alerts", "RepositoryVulnerabilityAlerts"),
            ("dependabot_security_updates", "RepositoryDependabotSecurityUpdates"),
        ):
            if "enabled" in (inputs := seen.one(kind, each.name)):
                found[field] = inputs["enabled"]
    if there["visibility"] == "public" or licensed:
        analysis = there.get("securityAndAnalysis") or {}
        for ours, theirs in _SCANNING.items():
            if theirs in analysis:
                found[ours] = analysis[theirs]["status"] == "enabled"
    for feature, needed in (
        ("dependabot_security_updates", "vulnerability_alerts"),
        ("secret_scanning_push_protection", "secret_scanning"),
    ):
        if found.get(needed) is False and found.get(feature) is False:
            del found[feature]  # it is off with what it needs
    settings = seen.one("OrganizationSettings")
    if "webCommitSignoffRequired" in there and not settings.get("webCommitSignoffRequired"):
        found["web_commit_signoff_required"] = there["webCommitSignoffRequired"]
    return short(SecurityConfig, found)


def _access(name: str, seen: Seen) -> dict[str, str]:
    found = {
        seen.slugs[int(each.inputs["teamId"])]: str(each.inputs["permission"])
        for each in seen.of("TeamRepository", name)
        if int(each.inputs["teamId"]) in seen.slugs
    }
    return dict(sorted(found.items()))


def _deploy_keys(name: str, seen: Seen, left: list[Left]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in seen.of("RepositoryDeployKey", name):
        title = each.inputs["title"]
        data = {"key": each.inputs["key"], "read_only": each.inputs["readOnly"]}
        try:
            config = TypeAdapter(dict[KeyTitle, DeployKeyConfig]).validate_python({title: data})
        except ValidationError:
            why = "the YAML takes no such title, or no key of its kind or length"
            left.append(Left(f"deploy key {each.name}", why))
            continue
        if title in found:
            left.append(Left(f"deploy key {each.name}", "another one has the same title"))
            continue
        found[title] = short(DeployKeyConfig, config[title].model_dump())
    return found


def _properties(name: str, seen: Seen) -> dict[str, Any]:
    defaults = {
        each.inputs["propertyName"]: each.inputs.get("defaultValue")
        for each in seen.of("OrganizationCustomProperties")
    }
    found: dict[str, Any] = {}
    for each in seen.of("RepositoryCustomProperty", name):
        values, key = each.inputs["propertyValues"], each.inputs["propertyName"]
        if values == [defaults.get(key)] or each.inputs.get("byDefault"):
            continue
        several = each.inputs["propertyType"] == "multi_select"
        found[key] = sorted(values) if several else values[0]
    return found


def _environments(each: LiveRepository, seen: Seen, left: list[Left]) -> dict[str, Any]:
    found = {}
    for environment in seen.of("RepositoryEnvironment", each.name):
        name = environment.inputs["environment"]
        try:
            found[name] = _environment(environment.inputs, each, seen)
        except CannotSayError as reason:
            left.append(Left(f"environment {name} of {each.name}, and all in it", str(reason)))
    return found


def _environment(inputs: Mapping[str, Any], each: LiveRepository, seen: Seen) -> dict[str, Any]:
    def below(kind: str) -> list[Any]:
        name = inputs["environment"]
        return [one for one in seen.of(kind, each.name) if one.inputs["environment"] == name]

    if any(f"{each.name}/{inputs['environment']}" in gap.what for gap in seen.live.gaps):
        raise CannotSayError("GitHub does not show all that is in it")
    policy = inputs.get("deploymentBranchPolicy")
    return short(
        EnvironmentConfig,
        {
            "reviewers": _reviewers(inputs.get("reviewers") or [], seen),
            "deploy_from": _deploy_from(
                policy, below("RepositoryEnvironmentDeploymentPolicy"), each.default_branch
            ),
            "can_admins_bypass": inputs["canAdminsBypass"],
            "wait_timer": inputs["waitTimer"],
            # without reviewers it has no meaning
            "prevent_self_review": inputs["preventSelfReview"] or not inputs.get("reviewers"),
            "secrets": {
                one.inputs["secretName"]: {"from": BLANK}
                for one in below("ActionsEnvironmentSecret")
            },
            "variables": secrets.variables(below("ActionsEnvironmentVariable")),
        },
    )


def _reviewers(blocks: list[Mapping[str, Any]], seen: Seen) -> dict[str, Any]:
    found: dict[str, list[str]] = {"teams": [], "users": []}
    for block in blocks:
        for kind, names in (("teams", seen.slugs), ("users", seen.logins)):
            for number in block.get(kind) or []:
                if number not in names:
                    raise CannotSayError("a reviewer is hidden: no member, collaborator or team")
                found[kind].append(names[number])
    return short(Reviewers, {kind: sorted(names) for kind, names in found.items()})


def _deploy_from(
    policy: Mapping[str, Any] | None, policies: list[Any], default: str
) -> dict[str, Any] | DeployFrom:
    if policy is None:
        return {"everything": True}
    if policy["protectedBranches"]:
        return {"protected_branches": True}
    branches = {each.inputs.get("branchPattern") for each in policies} - {None}
    tags = {each.inputs.get("tagPattern") for each in policies} - {None}
    if not (branches or tags):
        raise CannotSayError("it admits no branch and no tag, and `deploy_from` takes one at least")
    found = {
        "branches": sorted("default" if each == default else each for each in branches),
        "tags": sorted(tags),
    }
    if "default" in branches and default != "default":
        raise CannotSayError("`deploy_from` cannot name a branch `default`")
    if found == {"branches": ["default"], "tags": []}:
        return DeployFrom(branches=["default"])
    return short(DeployFrom, found)
