"""Teams: their members, the team in which each is nested, and what each may do where.

Source: https://docs.github.com/graphql/reference/objects#team
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portcullis.live.resource import LiveResource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FIELDS = """
    databaseId slug name description privacy notificationSetting parentTeam { databaseId slug }
    members(first: 100, membership: IMMEDIATE) {
      pageInfo { hasNextPage endCursor } edges { role node { login databaseId } }
    }
    repositories(first: 100) {
      pageInfo { hasNextPage endCursor } edges { permission node { name } }
    }
"""
"""What is asked of a team."""

MEMBERS = """
    members(first: $size, after: $after, membership: IMMEDIATE) {
      pageInfo { hasNextPage endCursor } edges { role node { login databaseId } }
    }
"""
REPOSITORIES = """
    repositories(first: $size, after: $after) {
      pageInfo { hasNextPage endCursor } edges { permission node { name } }
    }
"""

_PRIVACY = {"VISIBLE": "closed", "SECRET": "secret"}
PERMISSIONS = {
    "READ": "pull",
    "TRIAGE": "triage",
    "WRITE": "push",
    "MAINTAIN": "maintain",
    "ADMIN": "admin",
}
"""GraphQL's words for a permission, as REST and the provider have it."""


def resources(teams: Sequence[Mapping[str, Any]]) -> Iterator[LiveResource]:
    """Yield the teams with their members and their grants.

    A grant that a team only has from its parent team is that team's. A weaker one has no effect.
    """
    grants = {team["databaseId"]: _grants(team) for team in teams}
    for team in teams:
        slug, number = team["slug"], team["databaseId"]
        above = team["parentTeam"] or {}
        parent = above.get("databaseId")
        inputs = {
            "slug": slug,
            "name": team["name"],
            "description": team["description"] or "",
            "privacy": _PRIVACY[team["privacy"]],
            "notificationSetting": team["notificationSetting"].lower(),
            **(_parent(above) if above else {}),
        }
        number_, node = str(number), team["id"]
        yield LiveResource("Team", slug, number_, inputs, number=number_, node=node)
        members = [
            {"username": edge["node"]["login"], "role": edge["role"].lower()}
            for edge in team["members"]["edges"]
        ]
        if members:
            whole = {"teamSlug": slug, "members": members}
            yield LiveResource("TeamMembers", slug, str(number), whole)
        inherited = grants.get(parent, {})
        why = team.get("hidden_roles")
        for repository, permission in grants[number].items():
            if not _covers(inherited.get(repository), permission):
                yield LiveResource(
                    "TeamRepository",
                    f"{repository}/{slug}",
                    f"{number}:{repository}",
                    {"repository": repository, "teamId": str(number), "permission": permission},
                    {"permission": why} if why else {},
                )


_LEVELS = (*PERMISSIONS.values(),)


def _covers(inherited: str | None, permission: str) -> bool:
    """Say whether a team has a permission from its parent team already."""
    if inherited in _LEVELS and permission in _LEVELS:
        return _LEVELS.index(inherited) >= _LEVELS.index(permission)
    return inherited == permission


def _parent(team: Mapping[str, Any]) -> dict[str, str]:
    """Return what the provider has of the team in which another one is nested."""
    number = str(team["databaseId"])
    return {
        "parentTeamId": number,
        "parentTeamReadId": number,
        "parentTeamReadSlug": team["slug"],
    }


def _grants(team: Mapping[str, Any]) -> dict[str, str]:
    return {edge["node"]["name"]: _permission(edge) for edge in team["repositories"]["edges"]}


def _permission(edge: Mapping[str, Any]) -> str:
    """Return the name of a custom role where one is known, else the permission."""
    role = edge.get("role")
    custom = role and str(role).upper() not in PERMISSIONS
    return str(role) if custom else PERMISSIONS[edge["permission"]]
