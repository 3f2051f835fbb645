"""Rulesets: their conditions, rules and bypass actors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sandbox.enforcement import ruleset_model
from sandbox.enforcement.rule_parameters import RULES
from sandbox.graphql.connections import connection
from sandbox.graphql.reading import data_of, entry, name, updated_at
from sandbox.graphql.refusals import forbidden, no_access
from sandbox.graphql.rights import installed, may_administer, may_in_repository
from sandbox.shapes.apps import app_number
from sandbox.world.kinds.accounts import APP, ORGANIZATION, Organization
from sandbox.world.kinds.people import REPOSITORY_ROLE, TEAM
from sandbox.world.kinds.protection import RULESET, Ruleset
from sandbox.world.kinds.repositories import REPOSITORY, Repository
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.graphql.reading import Table
    from sandbox.world.kinds.code import Ref
    from sandbox.world.records import AnyRecord, Record

    Arguments = dict[str, Any]

_PARAMETERS: dict[str, tuple[str, ...]] = {
    "BranchNamePatternParameters": ("name", "negate", "operator", "pattern"),
    "CodeScanningParameters": ("codeScanningTools",),
    "CodeScanningTool": ("alertsThreshold", "securityAlertsThreshold", "tool"),
    "CommitAuthorEmailPatternParameters": ("name", "negate", "operator", "pattern"),
    "CommitMessagePatternParameters": ("name", "negate", "operator", "pattern"),
    "CommitterEmailPatternParameters": ("name", "negate", "operator", "pattern"),
    "FileExtensionRestrictionParameters": ("restrictedFileExtensions",),
    "FilePathRestrictionParameters": ("restrictedFilePaths",),
    "MaxFilePathLengthParameters": ("maxFilePathLength",),
    "MaxFileSizeParameters": ("maxFileSize",),
    "MergeQueueParameters": (
        "checkResponseTimeoutMinutes",
        "groupingStrategy",
        "maxEntriesToBuild",
        "maxEntriesToMerge",
        "mergeMethod",
        "minEntriesToMerge",
        "minEntriesToMergeWaitMinutes",
    ),
    "PullRequestParameters": (
        "allowedMergeMethods",
        "dismissStaleReviewsOnPush",
        "requireCodeOwnerReview",
        "requireLastPushApproval",
        "requiredApprovingReviewCount",
        "requiredReviewThreadResolution",
    ),
    "RequiredDeploymentsParameters": ("requiredDeploymentEnvironments",),
    "RequiredStatusChecksParameters": (
        "doNotEnforceOnCreate",
        "requiredStatusChecks",
        "strictRequiredStatusChecksPolicy",
    ),
    "StatusCheckConfiguration": ("context", "integrationId"),
    "TagNamePatternParameters": ("name", "negate", "operator", "pattern"),
    "UpdateParameters": ("updateAllowsFetchAndMerge",),
    "WorkflowFileReference": ("path", "ref", "repositoryId", "sha"),
    "WorkflowsParameters": ("doNotEnforceOnCreate", "workflows"),
}
"""The types of rules' parameters and their fields, which REST has in snake case."""
_UNPUBLISHED = ("copilot_code_review",)
"""Types of rules that GitHub's published schema does not have: GraphQL leaves them out."""
_MODES = {"always": "ALWAYS", "pull_request": "PULL_REQUEST"}
"""Modes of bypass actors; the schema has no word for `exempt`."""


@dataclass(frozen=True)
class Rule:
    """A rule of a ruleset.

    Attributes:
        ruleset: The ruleset that has it.
        data: Its type and parameters, as REST shows them.
    """

    ruleset: Record[Ruleset]
    data: dict[str, Any]


@dataclass(frozen=True)
class Bypass:
    """A bypass actor of a ruleset.

    Attributes:
        ruleset: The ruleset that has it.
        place: Its place in the list.
        data: Its kind, id and mode, as REST shows them.
    """

    ruleset: Record[Ruleset]
    place: int
    data: dict[str, Any]


@cache
def _snake(text: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in text)


def _targeted(found: list[Record[Ruleset]], arguments: Arguments) -> list[Record[Ruleset]]:
    targets = arguments.get("targets")
    if targets is None:
        return found
    return [each for each in found if each.data["target"].upper() in targets]


def _of_organization(
    call: Call, org: Record[Organization], _arguments: Arguments
) -> list[Record[Ruleset]]:
    """Return an organization's own rulesets; it has no enterprise that adds others.

    Raises:
        GraphQLError: The viewer does not administer the organization.
    """
    if not may_administer(call, org):
        if installed(call, org):
            raise no_access()
        raise forbidden("You must be an organization owner to view its rulesets.")
    return call.world.all(RULESET, org.id)


def _of_repository(
    call: Call, repository: Record[Repository], arguments: Arguments
) -> list[Record[Ruleset]]:
    if arguments.get("includeParents", True):
        return ruleset_model.rulesets_of(call.world, repository)
    return call.world.all(RULESET, repository.id)


def _organization_rulesets(
    call: Call, org: Record[Organization], arguments: Arguments
) -> dict[str, Any]:
    return connection(_targeted(_of_organization(call, org, arguments), arguments), arguments)


def _repository_rulesets(
    call: Call, repository: Record[Repository], arguments: Arguments
) -> dict[str, Any]:
    found = _targeted(_of_repository(call, repository, arguments), arguments)
    return connection(found, arguments)


def _numbered(found: list[Record[Ruleset]], arguments: Arguments) -> Record[Ruleset] | None:
    return next((each for each in found if each.id == arguments["databaseId"]), None)


def _source(call: Call, ruleset: Record[Ruleset], _arguments: Arguments) -> AnyRecord | None:
    org = call.world.get(ORGANIZATION, ruleset.parent)
    return call.world.record("repository", ruleset.parent) if org is None else org


def may_edit(call: Call, ruleset: Record[Ruleset]) -> bool:
    """Return whether the viewer may edit a ruleset: others do not see who bypasses it."""
    org = call.world.get(ORGANIZATION, ruleset.parent)
    if org is not None:
        return may_administer(call, org)
    repository = call.world.get(REPOSITORY, ruleset.parent)
    return repository is not None and may_in_repository(
        call, repository, "admin", ("administration", "write")
    )


# --- rules


def _rules(_call: Call, ruleset: Record[Ruleset], arguments: Arguments) -> dict[str, Any]:
    wanted = arguments.get("type")
    found = [
        Rule(ruleset, rule)
        for rule in ruleset.data["rules"]
        if rule["type"] not in _UNPUBLISHED and wanted in (None, rule["type"].upper())
    ]
    return connection(found, arguments)


def _rules_of_ref(call: Call, ref: Record[Ref], arguments: Arguments) -> dict[str, Any]:
    repository = call.world.get(REPOSITORY, ref.parent)
    if repository is None:
        return connection([], arguments)
    found = [
        Rule(ruleset, rule)
        for ruleset in ruleset_model.rulesets_of(call.world, repository)
        if ruleset.data["enforcement"] == "active"
        and ruleset_model.holds_for_ref(ruleset, repository, ref.name)
        for rule in ruleset.data["rules"]
        if rule["type"] not in _UNPUBLISHED
    ]
    return connection(found, arguments)


def _parameters(_call: Call, rule: Rule, _arguments: Arguments) -> dict[str, Any] | None:
    kind = rule.data["type"]
    type_name = kind.title().replace("_", "") + "Parameters"
    if "parameters" not in rule.data or type_name not in _PARAMETERS:
        return None
    return {"__typename": type_name, **(RULES.get(kind) or {}), **rule.data["parameters"]}


def _rule_id(_call: Call, rule: Rule, _arguments: Arguments) -> str:
    return f"RRU_{node_id('ruleset', rule.ruleset.id)}_{rule.data['type']}"


# --- conditions


def _conditions(_call: Call, ruleset: Record[Ruleset], _arguments: Arguments) -> dict[str, Any]:
    found = ruleset.data["conditions"] or {}
    return {name: value for name, value in found.items() if value is not None}


def _repository_ids(_call: Call, condition: dict[str, Any], _arguments: Arguments) -> list[str]:
    return [node_id("repository", each) for each in condition["repository_ids"]]


# --- bypass actors


def _bypass_actors(
    call: Call, ruleset: Record[Ruleset], arguments: Arguments
) -> dict[str, Any] | None:
    if not may_edit(call, ruleset):
        return None
    found = [
        Bypass(ruleset, place, each) for place, each in enumerate(ruleset.data["bypass_actors"])
    ]
    return connection(found, arguments)


def _actor(call: Call, bypass: Bypass, _arguments: Arguments) -> AnyRecord | None:
    """Return the App or team; the schema has no place for users, and roles have other fields."""
    kind, ident = bypass.data["actor_type"], bypass.data["actor_id"]
    if kind == "Team":
        return call.world.get(TEAM, ident)
    if kind == "Integration":
        return next(
            (app for app in call.world.all(APP) if ident in (app.id, app_number(app))), None
        )
    return None


def _role(_call: Call, bypass: Bypass, _arguments: Arguments) -> int | None:
    return bypass.data["actor_id"] if bypass.data["actor_type"] == "RepositoryRole" else None


def _role_name(call: Call, bypass: Bypass, arguments: Arguments) -> str | None:
    ident = _role(call, bypass, arguments)
    if ident is None or ident in ruleset_model.ROLES:
        return None if ident is None else ruleset_model.ROLES[ident]
    role = call.world.get(REPOSITORY_ROLE, ident)
    return None if role is None else role.name


def _is(kind: str) -> Any:  # noqa: ANN401 - a resolver
    return lambda _call, bypass, _arguments: bypass.data["actor_type"] == kind


RESOLVERS: Table = {
    ("Organization", "rulesets"): _organization_rulesets,
    ("Organization", "ruleset"): lambda call, org, arguments: _numbered(
        _of_organization(call, org, arguments), arguments
    ),
    ("Repository", "rulesets"): _repository_rulesets,
    ("Repository", "ruleset"): lambda call, repository, arguments: _numbered(
        _of_repository(call, repository, arguments), arguments
    ),
    ("Ref", "rules"): _rules_of_ref,
    ("RepositoryRuleset", "bypassActors"): _bypass_actors,
    ("RepositoryRuleset", "conditions"): _conditions,
    ("RepositoryRuleset", "enforcement"): data_of(RULESET, lambda it: it["enforcement"].upper()),
    ("RepositoryRuleset", "name"): name,
    ("RepositoryRuleset", "rules"): _rules,
    ("RepositoryRuleset", "source"): _source,
    ("RepositoryRuleset", "target"): data_of(RULESET, lambda it: it["target"].upper()),
    ("RepositoryRuleset", "updatedAt"): updated_at,
    ("RepositoryRule", "id"): _rule_id,
    ("RepositoryRule", "parameters"): _parameters,
    ("RepositoryRule", "repositoryRuleset"): lambda _call, rule, _arguments: rule.ruleset,
    ("RepositoryRule", "type"): lambda _call, rule, _arguments: rule.data["type"].upper(),
    **{
        (kind, field): entry(_snake(field))
        for kind, fields in _PARAMETERS.items()
        for field in fields
    },
    ("RepositoryRuleConditions", "refName"): entry("ref_name"),
    ("RepositoryRuleConditions", "repositoryId"): entry("repository_id"),
    ("RepositoryRuleConditions", "repositoryName"): entry("repository_name"),
    ("RepositoryRuleConditions", "repositoryProperty"): entry("repository_property"),
    ("RefNameConditionTarget", "include"): entry("include", []),
    ("RefNameConditionTarget", "exclude"): entry("exclude", []),
    ("RepositoryNameConditionTarget", "include"): entry("include", []),
    ("RepositoryNameConditionTarget", "exclude"): entry("exclude", []),
    ("RepositoryNameConditionTarget", "protected"): entry("protected", default=False),
    ("RepositoryIdConditionTarget", "repositoryIds"): _repository_ids,
    ("RepositoryPropertyConditionTarget", "include"): entry("include", []),
    ("RepositoryPropertyConditionTarget", "exclude"): entry("exclude", []),
    ("PropertyTargetDefinition", "name"): entry("name"),
    ("PropertyTargetDefinition", "propertyValues"): entry("property_values", []),
    ("PropertyTargetDefinition", "source"): entry("source"),
    ("RepositoryRulesetBypassActor", "id"): lambda _call, bypass, _arguments: (
        f"RBA_{node_id('ruleset', bypass.ruleset.id)}_{bypass.place}"
    ),
    ("RepositoryRulesetBypassActor", "actor"): _actor,
    ("RepositoryRulesetBypassActor", "bypassMode"): lambda _call, bypass, _arguments: _MODES.get(
        bypass.data["bypass_mode"]
    ),
    ("RepositoryRulesetBypassActor", "deployKey"): _is("DeployKey"),
    ("RepositoryRulesetBypassActor", "enterpriseOwner"): _is("EnterpriseOwner"),
    ("RepositoryRulesetBypassActor", "organizationAdmin"): _is("OrganizationAdmin"),
    ("RepositoryRulesetBypassActor", "repositoryRoleDatabaseId"): _role,
    ("RepositoryRulesetBypassActor", "repositoryRoleName"): _role_name,
    ("RepositoryRulesetBypassActor", "repositoryRuleset"): lambda _call, bypass, _arguments: (
        bypass.ruleset
    ),
}
