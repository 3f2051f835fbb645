"""How the fields of the schema are found: a table from type and field to a function.

What is resolved is either a `Record` (its kind gives the type) or a dict that holds the fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from sandbox.access.permissions import (
    custom_role,
    level,
    org_role,
    owner,
    permission,
    visible_repositories,
)
from sandbox.api import limits, lookups
from sandbox.enforcement import classic_model
from sandbox.git import objects as git_objects
from sandbox.graphql import archiving, details, mutations, objects, releases
from sandbox.graphql.connections import connection
from sandbox.graphql.cost import PAGE_LIMIT, Cost
from sandbox.graphql.reading import data_of, record_of
from sandbox.graphql.refusals import not_found
from sandbox.shapes.apps import app_number
from sandbox.shapes.repositories import full_name
from sandbox.world.clock import stamp
from sandbox.world.kinds.accounts import APP, ORGANIZATION, USER, Organization, User
from sandbox.world.kinds.code import REF, REVIEW_COMMENT
from sandbox.world.kinds.people import MEMBER, TEAM, TEAM_MEMBER, TEAM_REPOSITORY, Team
from sandbox.world.kinds.protection import BRANCH_PROTECTION, ENVIRONMENT, BranchProtection
from sandbox.world.kinds.repositories import REDIRECT, REPOSITORY, Repository
from sandbox.world.nodes import node_id, parse_node_id
from sandbox.world.records import AnyRecord, Data, Kind, Record, is_a

if TYPE_CHECKING:
    from graphql import GraphQLAbstractType, GraphQLResolveInfo

    from sandbox.api.http import Call
    from sandbox.graphql.reading import Resolver


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
    "label": "Label",
}
"""Kinds of records and the types that they are."""


def resolve_type(value: Any, _info: GraphQLResolveInfo[Any], _abstract: GraphQLAbstractType) -> str:  # noqa: ANN401 - graphql-core's signature
    """Return the type of a value of an interface or union."""
    return TYPES.get(value.kind) or objects.TYPES[value.kind]


def resolve_field(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:  # noqa: ANN401 - graphql-core's signature
    """Return a field's value.

    Raises:
        GraphQLError: GitHub has the field, and the sandbox does not; it is noted as a gap.
    """
    resolver = RESOLVERS.get((info.parent_type.name, info.field_name))
    if resolver is not None:
        return resolver(info.context, source, arguments)
    fields = source.data if isinstance(source, Record) else source
    if isinstance(fields, dict) and info.field_name in fields:
        return fields[info.field_name]
    name = f"{info.parent_type.name}.{info.field_name}"
    gaps = info.context.world.gaps
    gaps["GRAPHQL", name] = gaps.get(("GRAPHQL", name), 0) + 1
    raise GraphQLError(f"The sandbox does not have {name}.")


def _readable(call: Call, repository: Record[Repository]) -> bool:
    return level(permission(call.world, repository, call.actor)) > 0


def _created_at(_call: Call, source: AnyRecord, _arguments: dict[str, Any]) -> str:
    return source.created_at


def _node(call: Call, _source: Any, arguments: dict[str, Any]) -> AnyRecord:  # noqa: ANN401 - resolver
    ident = arguments["id"]
    parsed = parse_node_id(ident)
    found = None if parsed is None or parsed[0] not in TYPES else call.world.record(*parsed)
    repository = None
    if found is not None:
        inside = found.kind in (BRANCH_PROTECTION, ENVIRONMENT, REF)
        repository = call.world.get(REPOSITORY, found.parent if inside else found.id)
    if found is None or (repository is not None and not _readable(call, repository)):
        raise not_found(f"Could not resolve to a node with the global id of '{ident}'")
    return found


def _nodes(call: Call, source: Any, arguments: dict[str, Any]) -> list[Any]:  # noqa: ANN401 - resolver
    found: list[Any] = []
    for ident in arguments["ids"]:
        try:
            found.append(_node(call, source, {"id": ident}))
        except GraphQLError as error:
            found.append(error)
    return found


def _repository(call: Call, source: Any, arguments: dict[str, Any]) -> Record[Repository]:  # noqa: ANN401 - resolver
    login = source.name if isinstance(source, Record) else arguments["owner"]
    name = arguments["name"]
    found = lookups.find_repository(call.world, login, name)
    account = call.world.account(login)
    if found is None and account is not None and arguments.get("followRenames", True):
        redirect = call.world.find(REDIRECT, f"{account.id}/{name}")
        if redirect is not None:
            found = call.world.get(REPOSITORY, redirect.data["repository"])
    if found is None or not _readable(call, found):
        raise not_found(f"Could not resolve to a Repository with the name '{login}/{name}'.")
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


def _sees(call: Call, org: Record[Organization]) -> bool:
    installation = call.actor.installation
    if installation is not None:
        return installation.parent == org.id
    return org_role(call.world, org, call.actor.id) is not None


def _members_with_role(
    call: Call, org: Record[Organization], arguments: dict[str, Any]
) -> dict[str, Any]:
    members = call.world.all(MEMBER, org.id) if _sees(call, org) else []
    users = [user for member in members if (user := call.world.get(USER, int(member.name)))]

    def role(user: Record[User]) -> str:
        return (org_role(call.world, org, user.id) or "member").upper()

    return connection(users, arguments, role=role, hasTwoFactorEnabled=_two_factor)


def _two_factor(user: Record[User]) -> bool:
    return not user.data.get("two_factor_disabled", False)


def _team(call: Call, org: Record[Organization], arguments: dict[str, Any]) -> Record[Team] | None:
    # as on GitHub, an unknown team is null, and no error
    return call.world.find(TEAM, arguments["slug"], org.id) if _sees(call, org) else None


def _teams(call: Call, org: Record[Organization], arguments: dict[str, Any]) -> dict[str, Any]:
    teams = call.world.all(TEAM, org.id) if _sees(call, org) else []
    if arguments.get("rootTeamsOnly"):
        teams = [team for team in teams if team.data["parent_team"] is None]
    return connection(teams, arguments)


def _team_members(call: Call, team: Record[Team], arguments: dict[str, Any]) -> dict[str, Any]:
    membership = arguments.get("membership", "ALL")
    found: dict[int, tuple[Record[User], str]] = {}
    waiting = [(team, membership != "CHILD_TEAM")]
    while waiting:
        current, counts = waiting.pop(0)
        for member in call.world.all(TEAM_MEMBER, current.id):
            user = call.world.get(USER, int(member.name))
            if counts and user is not None:
                found.setdefault(user.id, (user, member.data["role"].upper()))
        if membership != "IMMEDIATE":
            children = call.world.all(TEAM, team.parent)
            waiting += [
                (child, True) for child in children if child.data["parent_team"] == current.id
            ]
    users = [user for user, _ in found.values()]
    org = call.world.get(ORGANIZATION, team.parent)
    page = f"/orgs/{'' if org is None else org.name}/people/"
    return connection(
        users,
        _paged(arguments),
        role=lambda user: found[user.id][1],
        memberAccessResourcePath=lambda user: page + user.name,
        memberAccessUrl=lambda user: call.host + page + user.name,
    )


def _team_repositories(call: Call, team: Record[Team], arguments: dict[str, Any]) -> dict[str, Any]:
    found = {
        repository.id: (repository, grant.data["permission"])
        for grant in call.world.all(TEAM_REPOSITORY, team.id)
        if (repository := call.world.get(REPOSITORY, int(grant.name)))
    }

    def granted(repository: Record[Repository]) -> str:
        name = found[repository.id][1]
        custom = custom_role(call.world, repository, name)
        name = name if custom is None else custom.data["base_role"]
        return {"pull": "READ", "push": "WRITE"}.get(name, str(name).upper())

    repositories = [each for each, _ in found.values()]
    return connection(repositories, _paged(arguments), permission=granted)


def _paged(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a team's list, of which GitHub gives a page without any."""
    return arguments if {"first", "last"} & arguments.keys() else {**arguments, "first": PAGE_LIMIT}


def _required_checks(
    call: Call, rule: Record[BranchProtection], _arguments: dict[str, Any]
) -> list[dict[str, Any]]:
    apps = {app_number(app): app for app in call.world.all(APP)}
    wanted = rule.data.get("checkApps", {})
    return [
        {"context": each, "app": apps.get(wanted[each]) if each in wanted else None}
        for each in rule.data["requiredStatusCheckContexts"]
    ]


def _repositories(
    call: Call, org: Record[Organization], arguments: dict[str, Any]
) -> dict[str, Any]:
    return connection(visible_repositories(call.world, org, call.actor), arguments)


def _default_branch(
    call: Call, repository: Record[Repository], _arguments: dict[str, Any]
) -> AnyRecord | None:
    return git_objects.find_ref(
        call.world, repository, f"refs/heads/{repository.data['default_branch']}"
    )


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


def _children(kind: Kind[Data]) -> Resolver:
    return lambda call, source, arguments: connection(call.world.all(kind, source.id), arguments)


def _database_id(_call: Call, source: AnyRecord, _arguments: dict[str, Any]) -> int:
    return app_number(source) if is_a(source, APP) else source.id


def _id(_call: Call, source: AnyRecord, _arguments: dict[str, Any]) -> str:
    return node_id(source.kind, source.id)


def _name(_call: Call, source: AnyRecord, _arguments: dict[str, Any]) -> str:
    return source.name


def _delegation(field: str, default: Any) -> Resolver:  # noqa: ANN401 - any JSON
    return data_of(TEAM, lambda it: it.get("review_assignment", {}).get(field, default))


RESOLVERS: dict[tuple[str, str], Resolver] = {
    ("Query", "node"): _node,
    ("Query", "nodes"): _nodes,
    ("Query", "organization"): _organization,
    ("Query", "rateLimit"): _rate_limit,
    ("Query", "repository"): _repository,
    ("Query", "user"): _user,
    ("Query", "viewer"): lambda call, _source, _arguments: call.actor.user,
    ("User", "login"): _name,
    ("User", "name"): data_of(USER, lambda it: it.get("name")),
    ("User", "email"): data_of(USER, lambda it: it.get("email") or ""),
    ("App", "slug"): _name,
    ("App", "name"): _name,
    ("Organization", "login"): _name,
    ("Organization", "membersWithRole"): _members_with_role,
    ("Organization", "repositories"): _repositories,
    ("Organization", "repository"): _repository,
    ("Organization", "team"): _team,
    ("Organization", "teams"): _teams,
    ("Team", "slug"): _name,
    ("Team", "members"): _team_members,
    ("Team", "repositories"): _team_repositories,
    ("Team", "organization"): lambda call, team, _arguments: call.world.get(
        ORGANIZATION, team.parent
    ),
    ("Team", "parentTeam"): record_of(TEAM, data_of(TEAM, lambda it: it["parent_team"])),
    ("Team", "privacy"): data_of(
        TEAM, lambda it: "SECRET" if it["privacy"] == "secret" else "VISIBLE"
    ),
    ("Team", "reviewRequestDelegationEnabled"): _delegation("enabled", default=False),
    ("Team", "reviewRequestDelegationAlgorithm"): _delegation("algorithm", default=None),
    ("Team", "reviewRequestDelegationMemberCount"): _delegation("teamMemberCount", default=None),
    ("Team", "reviewRequestDelegationNotifyTeam"): _delegation("notifyTeam", default=True),
    ("Repository", "name"): _name,
    ("Repository", "nameWithOwner"): lambda call, repo, _arguments: full_name(call, repo),
    ("Repository", "branchProtectionRules"): _children(BRANCH_PROTECTION),
    ("Repository", "environments"): _children(ENVIRONMENT),
    ("Repository", "environment"): lambda call, repo, arguments: call.world.find(
        ENVIRONMENT, arguments["name"], repo.id
    ),
    ("Repository", "defaultBranchRef"): _default_branch,
    ("Repository", "deleteBranchOnMerge"): data_of(
        REPOSITORY, lambda it: it["delete_branch_on_merge"]
    ),
    ("Repository", "hasIssuesEnabled"): data_of(REPOSITORY, lambda it: it["has_issues"]),
    ("Repository", "hasVulnerabilityAlertsEnabled"): data_of(
        REPOSITORY, lambda it: it["vulnerability_alerts"]
    ),
    ("Repository", "isArchived"): data_of(REPOSITORY, lambda it: it["archived"]),
    ("Repository", "isPrivate"): data_of(REPOSITORY, lambda it: it["visibility"] != "public"),
    ("Repository", "isTemplate"): data_of(REPOSITORY, lambda it: it["is_template"]),
    ("Repository", "visibility"): data_of(REPOSITORY, lambda it: it["visibility"].upper()),
    ("Ref", "name"): lambda _call, ref, _arguments: ref.name.split("/", 2)[2],
    ("Ref", "prefix"): lambda _call, ref, _arguments: ref.name[: ref.name.find("/", 5) + 1],
    ("Environment", "name"): _name,
    ("BranchProtectionRule", "pattern"): _name,
    ("BranchProtectionRule", "repository"): lambda call, rule, _arguments: call.world.get(
        REPOSITORY, rule.parent
    ),
    ("BranchProtectionRule", "requiredStatusChecks"): _required_checks,
    ("BranchProtectionRule", "pushAllowances"): _allowances("pushActorIds"),
    ("BranchProtectionRule", "reviewDismissalAllowances"): _allowances("reviewDismissalActorIds"),
    ("BranchProtectionRule", "bypassForcePushAllowances"): _allowances("bypassForcePushActorIds"),
    ("BranchProtectionRule", "bypassPullRequestAllowances"): _allowances(
        "bypassPullRequestActorIds"
    ),
    ("Mutation", "archiveRepository"): archiving.archive,
    ("Mutation", "unarchiveRepository"): archiving.unarchive,
    ("Mutation", "createBranchProtectionRule"): mutations.create_protection,
    ("Mutation", "updateBranchProtectionRule"): mutations.update_protection,
    ("Mutation", "deleteBranchProtectionRule"): mutations.delete_protection,
    ("Mutation", "updateTeamReviewAssignment"): mutations.update_review_assignment,
    ("Mutation", "resolveReviewThread"): mutations.resolve_thread,
    ("Mutation", "unresolveReviewThread"): mutations.unresolve_thread,
    ("PullRequestReviewThread", "id"): lambda _call, thread, _arguments: node_id(
        "review_thread", thread.id
    ),
    ("PullRequestReviewThread", "isResolved"): data_of(REVIEW_COMMENT, lambda it: it["resolved"]),
    **objects.RESOLVERS,
    **details.RESOLVERS,
    **releases.RESOLVERS,
}

for _type in TYPES.values():
    RESOLVERS[_type, "id"] = _id
    RESOLVERS[_type, "databaseId"] = _database_id
    RESOLVERS.setdefault((_type, "createdAt"), _created_at)
for _type in ("User", "Organization"):
    RESOLVERS[_type, "url"] = lambda call, source, _arguments: f"{call.host}/{source.name}"
RESOLVERS["Repository", "url"] = lambda call, repo, _arguments: (
    f"{call.host}/{owner(call.world, repo).name}/{repo.name}"
)
RESOLVERS["Team", "url"] = lambda call, team, _arguments: f"{call.host}/teams/{team.name}"
