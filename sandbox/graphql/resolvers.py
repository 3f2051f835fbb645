"""How the fields of the schema are found: a table from type and field to a function.

The modules of `fields` have the tables of the types; here are the queries that begin at the root.

What is resolved is either a `Record` (its kind gives the type) or a dict that holds the fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from sandbox.api import limits
from sandbox.graphql import archiving, mutations, objects
from sandbox.graphql.cost import PAGE_LIMIT, Cost
from sandbox.graphql.fields import (
    accounts,
    collaborators,
    comments,
    environments,
    git,
    protection,
    releases,
    repositories,
    reviews,
    rulesets,
    teams,
    topics,
)
from sandbox.graphql.reading import constant
from sandbox.graphql.refusals import no_node, not_found
from sandbox.graphql.rights import may_administer, may_in_repository, readable, sees_members
from sandbox.repositories.releases import visible
from sandbox.shapes.apps import app_number
from sandbox.world.clock import stamp
from sandbox.world.kinds.accounts import APP, ORGANIZATION, USER, Account, Organization, User
from sandbox.world.kinds.people import TEAM
from sandbox.world.kinds.protection import RULESET
from sandbox.world.kinds.repositories import RELEASE, REPOSITORY
from sandbox.world.nodes import node_id, parse_node_id
from sandbox.world.records import AnyRecord, Record, is_a

if TYPE_CHECKING:
    from graphql import GraphQLAbstractType, GraphQLResolveInfo

    from sandbox.api.http import Call
    from sandbox.graphql.reading import Table


TYPES = {
    "user": "User",
    "organization": "Organization",
    "repository": "Repository",
    "team": "Team",
    "app": "App",
    "branch_protection": "BranchProtectionRule",
    "environment": "Environment",
    "ref": "Ref",
    "release": "Release",
    "issue_comment": "IssueComment",
    "label": "Label",
    "ruleset": "RepositoryRuleset",
    "deploy_key": "DeployKey",
}
"""Kinds of records and the types that they are."""
_NEEDS = {
    "branch_protection": ("admin", protection.NEEDED),
    "deploy_key": ("admin", collaborators.KEYS_NEEDED),
    "environment": ("read", environments.NEEDED),
    "ref": ("read", objects.CONTENTS),
}
"""Kinds of records in a repository with the permissions of people and Apps that they need."""


def resolve_type(value: Any, _info: GraphQLResolveInfo[Any], _abstract: GraphQLAbstractType) -> str:  # noqa: ANN401 - graphql-core's signature
    """Return the type of a value of an interface or union."""
    if isinstance(value, dict):
        return str(value["__typename"])
    if is_a(value, USER) and value.data.get("type") == "Bot":
        return "Bot"
    return TYPES.get(value.kind) or objects.TYPES[value.kind]


def resolve_field(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:  # noqa: ANN401 - graphql-core's signature
    """Return a field's value, as graphql-core asks for it."""
    return value_of(info.context, info.parent_type.name, info.field_name, source, arguments)


def value_of(call: Call, kind: str, field: str, source: Any, arguments: dict[str, Any]) -> Any:  # noqa: ANN401 - any source, any JSON
    """Return the value of a field.

    Args:
        call: The request.
        kind: The type that has the field.
        field: The field's name.
        source: What the field belongs to.
        arguments: The field's arguments.

    Raises:
        GraphQLError: GitHub has the field, and the sandbox does not; it is noted as a gap.
    """
    resolver = RESOLVERS.get((kind, field))
    if resolver is not None:
        return resolver(call, source, arguments)
    fields = source.data if isinstance(source, Record) else source
    if isinstance(fields, dict) and field in fields:
        found = fields[field]
        return found() if callable(found) else found
    name = f"{kind}.{field}"
    call.world.gaps["GRAPHQL", name] = call.world.gaps.get(("GRAPHQL", name), 0) + 1
    raise GraphQLError(f"The sandbox does not have {name}.")


def _created_at(_call: Call, source: AnyRecord, _arguments: dict[str, Any]) -> str:
    return source.created_at


def _visible(call: Call, found: AnyRecord) -> bool:
    """Return whether the viewer sees a record, as where it is listed."""
    if is_a(found, TEAM):
        org = call.world.get(ORGANIZATION, found.parent)
        return org is not None and sees_members(call, org)
    if is_a(found, RULESET) and (org := call.world.get(ORGANIZATION, found.parent)) is not None:
        return may_administer(call, org)
    repository = found if is_a(found, REPOSITORY) else call.world.get(REPOSITORY, found.parent)
    if repository is None:
        return True
    if found.kind in _NEEDS:
        return may_in_repository(call, repository, *_NEEDS[found.kind])
    drafted = is_a(found, RELEASE) and found not in visible(call, repository)
    return readable(call, repository) and not drafted


def _node(call: Call, _source: Any, arguments: dict[str, Any]) -> AnyRecord:  # noqa: ANN401 - resolver
    ident = arguments["id"]
    parsed = parse_node_id(ident)
    found = None if parsed is None or parsed[0] not in TYPES else call.world.record(*parsed)
    if found is None or not _visible(call, found):
        raise no_node(ident)
    return found


def _nodes(call: Call, source: Any, arguments: dict[str, Any]) -> list[Any]:  # noqa: ANN401 - resolver
    found: list[Any] = []
    if len(arguments["ids"]) > PAGE_LIMIT:
        raise GraphQLError(
            f"You may not provide more than {PAGE_LIMIT} node ids; "
            f"you provided {len(arguments['ids'])}.",
            extensions={"type": "ARGUMENT_LIMIT"},
        )
    for ident in arguments["ids"]:
        try:
            found.append(_node(call, source, {"id": ident}))
        except GraphQLError as error:
            found.append(error)
    return found


def _organization(call: Call, _source: Any, arguments: dict[str, Any]) -> Record[Organization]:  # noqa: ANN401 - resolver
    login = arguments["login"]
    found = call.world.find(ORGANIZATION, login)
    if found is None:
        raise not_found(f"Could not resolve to an Organization with the login of '{login}'.")
    return found


def _user(call: Call, _source: Any, arguments: dict[str, Any]) -> Record[User]:  # noqa: ANN401 - resolver
    login = arguments["login"]
    found = call.world.find(USER, login)
    if found is None or found.data.get("type") == "Bot":
        raise not_found(f"Could not resolve to a User with the login of '{login}'.")
    return found


def _repository_owner(call: Call, _source: object, arguments: dict[str, Any]) -> Account:
    login = arguments["login"]
    found = call.world.account(login)
    if found is None:
        raise not_found(f"Could not resolve to a RepositoryOwner with the login of '{login}'.")
    return found


def _rate_limit(call: Call, _source: Any, _arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - resolver
    cost = call.cost or Cost()
    state = limits.state(call.world, call.actor, "graphql")
    used = min(state["used"] + cost.points, state["limit"])
    return {
        "cost": cost.points,
        "limit": state["limit"],
        "remaining": state["limit"] - used,
        "used": used,
        "nodeCount": cost.nodes,
        "resetAt": stamp(state["reset"]),
    }


def _database_id(_call: Call, source: AnyRecord, _arguments: dict[str, Any]) -> int:
    return app_number(source) if is_a(source, APP) else source.id


def _id(_call: Call, source: AnyRecord, _arguments: dict[str, Any]) -> str:
    return node_id(source.kind, source.id)


RESOLVERS: Table = {
    ("Query", "node"): _node,
    ("Query", "nodes"): _nodes,
    ("Query", "organization"): _organization,
    ("Query", "rateLimit"): _rate_limit,
    ("Query", "repository"): repositories.by_name,
    ("Query", "user"): _user,
    ("Query", "viewer"): lambda call, _source, _arguments: call.actor.user,
    ("Query", "id"): constant("Q"),
    ("Query", "relay"): constant({}),
    ("Query", "repositoryOwner"): _repository_owner,
    ("Mutation", "archiveRepository"): archiving.archive,
    ("Mutation", "unarchiveRepository"): archiving.unarchive,
    ("Mutation", "createBranchProtectionRule"): mutations.create_protection,
    ("Mutation", "updateBranchProtectionRule"): mutations.update_protection,
    ("Mutation", "deleteBranchProtectionRule"): mutations.delete_protection,
    ("Mutation", "updateTeamReviewAssignment"): mutations.update_review_assignment,
    ("Mutation", "resolveReviewThread"): mutations.resolve_thread,
    ("Mutation", "unresolveReviewThread"): mutations.unresolve_thread,
    **accounts.RESOLVERS,
    **teams.RESOLVERS,
    **repositories.RESOLVERS,
    **collaborators.RESOLVERS,
    **comments.RESOLVERS,
    **environments.RESOLVERS,
    **protection.RESOLVERS,
    **rulesets.RESOLVERS,
    **topics.RESOLVERS,
    **git.RESOLVERS,
    **reviews.RESOLVERS,
    **releases.RESOLVERS,
}

for _type in (*TYPES.values(), "Bot"):
    RESOLVERS[_type, "id"] = _id
    RESOLVERS[_type, "databaseId"] = _database_id
    RESOLVERS.setdefault((_type, "createdAt"), _created_at)
