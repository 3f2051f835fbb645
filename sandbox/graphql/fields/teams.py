"""Teams: their members, repositories and place among the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import custom_role, org_role
from sandbox.graphql.addresses import address, avatar, page, pages
from sandbox.graphql.connections import connection
from sandbox.graphql.cost import PAGE_LIMIT
from sandbox.graphql.reading import constants, data_of, name, record_of, updated_at
from sandbox.world.kinds.accounts import ORGANIZATION, USER, User
from sandbox.world.kinds.people import TEAM, TEAM_MEMBER, TEAM_REPOSITORY, Team
from sandbox.world.kinds.repositories import REPOSITORY, Repository

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.graphql.reading import Resolver, Table
    from sandbox.world.records import Record


def _maintains(call: Call, team: Record[Team], _arguments: dict[str, Any]) -> bool:
    org = call.world.get(ORGANIZATION, team.parent)
    member = call.world.find(TEAM_MEMBER, str(call.actor.id), team.id)
    return (org is not None and org_role(call.world, org, call.actor.id) == "admin") or (
        member is not None and member.data["role"] == "maintainer"
    )


def _child_teams(call: Call, team: Record[Team], arguments: dict[str, Any]) -> dict[str, Any]:
    teams = call.world.all(TEAM, team.parent)
    found = [each for each in teams if each.data["parent_team"] == team.id]
    if not arguments.get("immediateOnly", True):
        for child in found:  # grows as it goes
            found += [each for each in teams if each.data["parent_team"] == child.id]
    return connection(found, arguments)


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
    ("Team", "privacy"): data_of(
        TEAM, lambda it: "SECRET" if it["privacy"] == "secret" else "VISIBLE"
    ),
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
    ("Team", "notificationSetting"): data_of(TEAM, lambda it: it["notification_setting"].upper()),
    ("Team", "updatedAt"): updated_at,
    ("Team", "viewerCanAdminister"): _maintains,
}
