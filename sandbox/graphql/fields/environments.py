"""Environments and their protection rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.graphql.connections import connection
from sandbox.graphql.reading import constants, name
from sandbox.graphql.rights import check_app
from sandbox.shapes.environments import rules_of
from sandbox.world.kinds.protection import ENVIRONMENT, Environment

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.graphql.reading import Table
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record

    Arguments = dict[str, Any]

NEEDED = ("actions", "read")
"""The permission that an App needs to read environments."""
_REVIEW_MINUTES = 43_200
"""How long a job waits for its reviewers: 30 days, after which it fails."""


@dataclass(frozen=True)
class Rule:
    """A protection rule of an environment.

    Attributes:
        environment: The environment.
        kind: `wait_timer`, `required_reviewers` or `branch_policy`.
        ident: Its number.
    """

    environment: Record[Environment]
    kind: str
    ident: int


def _environments(
    call: Call, repository: Record[Repository], arguments: Arguments
) -> dict[str, Any]:
    check_app(call, repository, NEEDED)
    found = call.world.all(ENVIRONMENT, repository.id)
    wanted = {each.casefold() for each in arguments.get("names") or []}
    if wanted:
        found = [each for each in found if each.name.casefold() in wanted]
    if arguments.get("pinnedEnvironmentFilter") == "ONLY":
        found = []  # the sandbox pins none
    order = arguments.get("orderBy") or {"field": "NAME", "direction": "ASC"}
    found.sort(key=lambda each: each.name.casefold(), reverse=order["direction"] == "DESC")
    return connection(found, arguments)


def _environment(
    call: Call, repository: Record[Repository], arguments: Arguments
) -> Record[Environment] | None:
    check_app(call, repository, NEEDED)
    return call.world.find(ENVIRONMENT, arguments["name"], repository.id)


def _rules(_call: Call, environment: Record[Environment], arguments: Arguments) -> dict[str, Any]:
    found = [Rule(environment, kind, ident) for kind, ident in rules_of(environment).items()]
    return connection(found, arguments)


def _timeout(_call: Call, rule: Rule, _arguments: Arguments) -> int:
    if rule.kind == "wait_timer":
        return rule.environment.data["wait_timer"]
    return _REVIEW_MINUTES if rule.kind == "required_reviewers" else 0


def _prevents(_call: Call, rule: Rule, _arguments: Arguments) -> bool | None:
    reviewed = rule.kind == "required_reviewers"
    return rule.environment.data["prevent_self_review"] if reviewed else None


def _reviewers(call: Call, rule: Rule, arguments: Arguments) -> dict[str, Any]:
    wanted = rule.environment.data["reviewers"] if rule.kind == "required_reviewers" else []
    found = (call.world.record(each["type"].lower(), each["id"]) for each in wanted)
    return connection([each for each in found if each is not None], arguments)


RESOLVERS: Table = {
    ("Repository", "environments"): _environments,
    ("Repository", "environment"): _environment,
    **constants("Environment", isPinned=None, pinnedPosition=None),
    ("Environment", "name"): name,
    ("Environment", "protectionRules"): _rules,
    ("DeploymentProtectionRule", "databaseId"): lambda _call, rule, _arguments: rule.ident,
    ("DeploymentProtectionRule", "preventSelfReview"): _prevents,
    ("DeploymentProtectionRule", "reviewers"): _reviewers,
    ("DeploymentProtectionRule", "timeout"): _timeout,
    ("DeploymentProtectionRule", "type"): lambda _call, rule, _arguments: rule.kind.upper(),
}
