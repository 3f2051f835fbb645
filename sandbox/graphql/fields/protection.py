"""Classic protection rules of branches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.enforcement import classic_model
from sandbox.enforcement.ref_patterns import matches
from sandbox.graphql.connections import connection
from sandbox.graphql.reading import data_of, name, parent_repository, record_of
from sandbox.graphql.rights import check_app, may_in_repository
from sandbox.shapes.apps import app_number
from sandbox.world.kinds.accounts import APP, USER
from sandbox.world.kinds.code import REF
from sandbox.world.kinds.protection import BRANCH_PROTECTION, BranchProtection
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.graphql.reading import Resolver, Table
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record


NEEDED = ("administration", "read")
"""The permission that an App needs to read classic protection rules."""


def _rules(call: Call, repository: Record[Repository], arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the rules; only who administers the repository sees some."""
    check_app(call, repository, NEEDED)
    seen = may_in_repository(call, repository, "admin", NEEDED)
    return connection(call.world.all(BRANCH_PROTECTION, repository.id) if seen else [], arguments)


def _matching_refs(
    call: Call, rule: Record[BranchProtection], arguments: dict[str, Any]
) -> dict[str, Any]:
    heads = "refs/heads/"
    found = [
        ref
        for ref in call.world.all(REF, rule.parent)
        if ref.name.startswith(heads) and matches(rule.name, ref.name.removeprefix(heads))
    ]
    return connection(found, arguments)


def _required_checks(
    call: Call, rule: Record[BranchProtection], _arguments: dict[str, Any]
) -> list[dict[str, Any]]:
    apps = {app_number(app): app for app in call.world.all(APP)}
    wanted = rule.data.get("checkApps", {})
    return [
        {"context": each, "app": apps.get(wanted[each]) if each in wanted else None}
        for each in rule.data["requiredStatusCheckContexts"]
    ]


def _allowances(name: str) -> Resolver:
    def resolve(
        call: Call, rule: Record[BranchProtection], arguments: dict[str, Any]
    ) -> dict[str, Any]:
        found = [
            {
                "actor": each,
                "branchProtectionRule": rule,
                "id": f"{node_id(rule.kind, rule.id)}_{node_id(each.kind, each.id)}",
            }
            for each in classic_model.actors(call.world, rule, name)
        ]
        return connection(found, arguments)

    return resolve


RESOLVERS: Table = {
    ("Repository", "branchProtectionRules"): _rules,
    ("BranchProtectionRule", "pattern"): name,
    ("BranchProtectionRule", "repository"): parent_repository,
    ("BranchProtectionRule", "requiredStatusChecks"): _required_checks,
    ("BranchProtectionRule", "pushAllowances"): _allowances("pushActorIds"),
    ("BranchProtectionRule", "reviewDismissalAllowances"): _allowances("reviewDismissalActorIds"),
    ("BranchProtectionRule", "bypassForcePushAllowances"): _allowances("bypassForcePushActorIds"),
    ("BranchProtectionRule", "bypassPullRequestAllowances"): _allowances(
        "bypassPullRequestActorIds"
    ),
    ("BranchProtectionRule", "creator"): record_of(
        USER, data_of(BRANCH_PROTECTION, lambda it: it.get("creator"))
    ),
    ("BranchProtectionRule", "lockAllowsFetchAndMerge"): data_of(
        BRANCH_PROTECTION, lambda it: it.get("lockAllowsFetchAndMerge", False)
    ),
    ("BranchProtectionRule", "matchingRefs"): _matching_refs,
    ("BranchProtectionRule", "requiredDeploymentEnvironments"): data_of(
        BRANCH_PROTECTION, lambda it: it.get("requiredDeploymentEnvironments", [])
    ),
    ("BranchProtectionRule", "requiresDeployments"): data_of(
        BRANCH_PROTECTION, lambda it: it.get("requiresDeployments", False)
    ),
}
