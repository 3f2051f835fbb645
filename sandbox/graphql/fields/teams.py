"""Teams: their members, repositories and place among the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import custom_role, level, org_role
from sandbox.graphql.addresses import address, avatar, page, pages
from sandbox.graphql.connections import connection
from sandbox.graphql.cost import PAGE_LIMIT
from sandbox.graphql.ordering import ordered
from sandbox.graphql.reading import constants, data_of, name, record_of, updated_at
from sandbox.graphql.rights import readable
from sandbox.world.kinds.accounts import ORGANIZATION, USER, User
from sandbox.world.kinds.people import TEAM, TEAM_MEMBER, TEAM_REPOSITORY, Team
from sandbox.world.kinds.repositories import REPOSITORY, Repository

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.graphql.reading import Resolver, Table
    from sandbox.world.records import Record


def _privacy(_call: Call, team: Record[Team], _arguments: dict[str, Any]) -> str:
    return "SECRET" if team.data["privacy"] == "secret" else "VISIBLE"


def _notification(_call: Call, team: Record[Team], _arguments: dict[str, Any]) -> str:
    return team.data["notification_setting"].upper()


def chosen(call: Call, teams: list[Record[Team]], arguments: dict[str, Any]) -> list[Record[Team]]:
    """Return the teams that the arguments ask for, in their order; oldest first without one."""
    query = (arguments.get("query") or "").casefold()
    found = [team for team in teams if query in f"{team.name} {team.data['name']}".casefold()]
    if arguments.get("rootTeamsOnly"):
        found = [team for team in found if team.data["parent_team"] is None]
    for argument, read in (("privacy", _privacy), ("notificationSetting", _notification)):
        wanted = arguments.get(argument)
        if wanted is not None:
            found = [team for team in found if read(call, team, {}) == wanted]
    if arguments.get("userLogins"):
        users = (call.world.find(USER, login) for login in arguments["userLogins"])
        people = [user.id for user in users if user is not None]
        found = [team for team in found if any(_role(call, team, each) for each in people)]
    if arguments.get("role") is not None:
        wanted = {"ADMIN": "maintainer", "MEMBER": "member"}[arguments["role"]]
        found = [team for team in found if _role(call, team, call.actor.id) == wanted]
    order = arguments.get("orderBy")
    if order:
        backwards = order["direction"] == "DESC"
        found.sort(key=lambda team: team.data["name"].casefold(), reverse=backwards)
    return found


def _role(call: Call, team: Record[Team], user_id: int) -> str | None:
    """Return the role of a direct member of a team, None for others."""
    member = call.world.find(TEAM_MEMBER, str(user_id), team.id)
    return None if member is None else member.data["role"]


def _maintains(call: Call, team: Record[Team], _arguments: dict[str, Any]) -> bool:
    org = call.world.get(ORGANIZATION, team.parent)
    return (org is not None and org_role(call.world, org, call.actor.id) == "admin") or (
        _role(call, team, call.actor.id) == "maintainer"
    )


def _child_teams(call: Call, team: Record[Team], arguments: dict[str, Any]) -> dict[str, Any]:
    teams = call.world.all(TEAM, team.parent)
    found = [each for each in teams if each.data["parent_team"] == team.id]
    if not arguments.get("immediateOnly", True):
        for child in found:  # grows as it goes
            found += [each for each in teams if each.data["parent_team"] == child.id]
    return connection(chosen(call, found, arguments), arguments)


def _ancestors(call: Call, team: Record[Team], arguments: dict[str, Any]) -> dict[str, Any]:
    found = []
    above = call.world.get(TEAM, team.data["parent_team"] or 0)
    while above is not None:
        found.append(above)
        above = call.world.get(TEAM, above.data["parent_team"] or 0)
    return connection(found, arguments)


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
    query = (arguments.get("query") or "").casefold()
    users = [
        user
        for user, role in found.values()
        if arguments.get("role") in (None, role)
        and query in f"{user.name} {user.data.get('name') or ''}".casefold()
    ]
    order = arguments.get("orderBy")
    if order:
        by_login = order["field"] == "LOGIN"
        users.sort(
            key=lambda user: (user.name.casefold() if by_login else user.created_at, user.id),
            reverse=order["direction"] == "DESC",
        )
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
        and readable(call, repository)
    }

    def granted(repository: Record[Repository]) -> str:
        name = found[repository.id][1]
        custom = custom_role(call.world, repository, name)
        name = name if custom is None else custom.data["base_role"]
        return {"pull": "READ", "push": "WRITE"}.get(name, str(name).upper())

    query = (arguments.get("query") or "").casefold()
    repositories = [each for each, _ in found.values() if query in each.name.casefold()]
    order = arguments.get("orderBy")
    if order and order["field"] == "PERMISSION":
        backwards = order["direction"] == "DESC"
        repositories.sort(key=lambda it: level(granted(it).lower()), reverse=backwards)
    else:
        repositories = list(ordered(repositories, arguments))
    return connection(repositories, _paged(arguments), permission=granted)


def _paged(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a team's list, of which GitHub gives a page without any."""
    return arguments if {"first", "last"} & arguments.keys() else {**arguments, "first": PAGE_LIMIT}


def _delegation(field: str, default: Any) -> Resolver:  # noqa: ANN401 - any JSON
    return data_of(TEAM, lambda it: it.get("review_assignment", {}).get(field, default))


RESOLVERS: Table = {
    **constants("Team", viewerCanSubscribe=False, viewerSubscription=None),
    ("Team", "slug"): name,
    ("Team", "members"): _team_members,
    ("Team", "repositories"): _team_repositories,
    ("Team", "organization"): lambda call, team, _arguments: call.world.get(
        ORGANIZATION, team.parent
    ),
    ("Team", "parentTeam"): record_of(TEAM, data_of(TEAM, lambda it: it["parent_team"])),
    ("Team", "privacy"): _privacy,
    ("Team", "reviewRequestDelegationEnabled"): _delegation("enabled", default=False),
    ("Team", "reviewRequestDelegationAlgorithm"): _delegation("algorithm", default=None),
    ("Team", "reviewRequestDelegationMemberCount"): _delegation("teamMemberCount", default=None),
    ("Team", "reviewRequestDelegationNotifyTeam"): _delegation("notifyTeam", default=True),
    **pages(
        "Team",
        discussions="/discussions",
        editTeam="/edit",
        members="/members",
        newTeam="/new-team",
        repositories="/repositories",
        teams="/teams",
    ),
    ("Team", "resourcePath"): address("", whole=False),
    ("Team", "url"): address("", whole=True),
    ("Team", "ancestors"): _ancestors,
    ("Team", "avatarUrl"): avatar,
    ("Team", "childTeams"): _child_teams,
    ("Team", "combinedSlug"): lambda call, team, _arguments: (
        page(call, team).removeprefix("/orgs/").replace("/teams/", "/")
    ),
    ("Team", "description"): data_of(TEAM, lambda it: it["description"]),
    ("Team", "name"): data_of(TEAM, lambda it: it["name"]),
    ("Team", "notificationSetting"): _notification,
    ("Team", "updatedAt"): updated_at,
    ("Team", "viewerCanAdminister"): _maintains,
}
