"""People who were invited and have not answered yet: they get their rights the moment they accept.

Sources:
    https://docs.github.com/rest/orgs/members#list-pending-organization-invitations
    https://docs.github.com/rest/collaborators/invitations
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portcullis.live.asking import Unread
from portcullis.live.resource import Gap, LiveResource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portcullis.live.asking import Asking

_ROLES = {"direct_member": "member"}
_PERMISSIONS = {"read": "pull", "write": "push"}


def of_organization(
    asking: Asking, organization: str, teams: Sequence[Mapping[str, Any]]
) -> tuple[list[LiveResource], list[Gap]]:
    """Return the pending members, and what could not be read; add them to the teams they join.

    GitHub does not show the role that an invited person will have in a team.
    """
    kind = "Membership"
    found: list[LiveResource] = []
    gaps: list[Gap] = []
    base = f"/orgs/{organization}/invitations"
    items = asking.listed(base)
    if isinstance(items, Unread):
        return [], [Gap("invitations of the organization", (kind,), None, items)]
    edges = {team["slug"]: team["members"]["edges"] for team in teams}
    for item in items:
        login = item["login"] or item["email"] or f"invitation {item['id']}"
        role = _ROLES.get(item["role"], item["role"])
        inputs = {"username": login, "role": role, "pending": True}
        ident = f"{organization}:{login}"
        found.append(LiveResource(kind, login, ident, inputs))
        if not (item["login"] and item["team_count"]):
            continue
        led = asking.listed(f"{base}/{item['id']}/teams")
        if isinstance(led, Unread):
            gaps.append(Gap(f"teams of the invited {login}", ("TeamMembers",), None, led))
            continue
        for team in led:
            edges.get(team["slug"], []).append({"role": "MEMBER", "node": {"login": login}})
    return found, gaps


def of_repository(
    asking: Asking, organization: str, repository: str
) -> tuple[list[LiveResource], list[Gap]]:
    """Return the people who are invited to a repository, and what could not be read."""
    kind = "RepositoryCollaborator"
    items = asking.listed(f"/repos/{organization}/{repository}/invitations")
    if isinstance(items, Unread):
        return [], [Gap(f"invitations of {repository}", (kind,), repository, items)]
    return [_collaborator(kind, repository, each) for each in items], []


def _collaborator(kind: str, repository: str, item: Mapping[str, Any]) -> LiveResource:
    login = (item["invitee"] or {}).get("login") or f"invitation {item['id']}"
    permission = item["permissions"]
    inputs = {
        "repository": repository,
        "username": login,
        "permission": _PERMISSIONS.get(permission, permission),
        "pending": True,
    }
    return LiveResource(kind, f"{repository}/{login}", f"{repository}:{login}", inputs)
