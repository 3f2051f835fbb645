"""Collaborators of a repository, with the sources of their permissions; its deploy keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.collaborators import Collaborator, Teams, collaborators
from sandbox.graphql.connections import connection
from sandbox.graphql.reading import constants, data_of, empty, entry
from sandbox.graphql.refusals import forbidden
from sandbox.graphql.rights import check_app, may_in_repository
from sandbox.world.kinds.accounts import ORGANIZATION
from sandbox.world.kinds.repositories import DEPLOY_KEY, Repository

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.graphql.reading import Table
    from sandbox.world.records import Record

    Arguments = dict[str, Any]

KEYS_NEEDED = ("administration", "read")
"""The permission that an App needs to read deploy keys."""
_COARSE = {"read": "READ", "triage": "READ", "write": "WRITE", "maintain": "WRITE"}
"""Levels by the four words that the schema has for the permission of a source."""
_NAMES = {"pull": "read", "push": "write"}


def teams_of(call: Call, org_id: int) -> Teams:
    """Return the teams of an organization, which a request reads once."""
    kept: Teams | None = call.kept.get(("teams", org_id))
    if kept is None:
        kept = call.kept["teams", org_id] = Teams.of(call.world, org_id)
    return kept


def _people(call: Call, repository: Record[Repository]) -> list[Collaborator]:
    return collaborators(call.world, repository, teams_of(call, repository.parent))


def _matches(found: Collaborator, arguments: Arguments) -> bool:
    affiliation = arguments.get("affiliation") or "ALL"
    if affiliation != "ALL" and not found.direct:
        return False
    if affiliation == "OUTSIDE" and found.member:
        return False
    login, query = arguments.get("login"), arguments.get("query")
    if login is not None and login.casefold() != found.user.name.casefold():
        return False
    text = f"{found.user.name} {found.user.data.get('name') or ''}"
    return query is None or query.casefold() in text.casefold()


def _collaborators(
    call: Call, repository: Record[Repository], arguments: Arguments
) -> dict[str, Any]:
    if not may_in_repository(call, repository, "write", ("metadata", "read")):
        raise forbidden("You do not have permission to view repository collaborators.")
    people = [each for each in _people(call, repository) if _matches(each, arguments)]
    by_id = {each.user.id: each for each in people}
    return connection(
        [each.user for each in people],
        arguments,
        permission=lambda user: by_id[user.id].permission.upper(),
        permissionSources=lambda user: _sources(call, repository, by_id[user.id]),
    )


def _sources(
    call: Call, repository: Record[Repository], found: Collaborator
) -> list[dict[str, Any]] | None:
    """Return where a permission comes from; a person's own repository has no organization."""
    org = call.world.get(ORGANIZATION, repository.parent)
    if org is None:
        return None
    return [
        {
            "organization": org,
            "permission": _COARSE.get(each.level, each.level.upper()),
            "roleName": _NAMES.get(each.role, each.role),
            "source": each.granter,
        }
        for each in found.sources
    ]


def _assignable(call: Call, repository: Record[Repository], arguments: Arguments) -> dict[str, Any]:
    people = [each for each in _people(call, repository) if _matches(each, arguments)]
    return connection([each.user for each in people], arguments)


def _deploy_keys(
    call: Call, repository: Record[Repository], arguments: Arguments
) -> dict[str, Any]:
    """Return the deploy keys; only who administers the repository sees some."""
    check_app(call, repository, KEYS_NEEDED)
    seen = may_in_repository(call, repository, "admin", KEYS_NEEDED)
    return connection(call.world.all(DEPLOY_KEY, repository.id) if seen else [], arguments)


RESOLVERS: Table = {
    ("Repository", "assignableUsers"): _assignable,
    ("Repository", "collaborators"): _collaborators,
    ("Repository", "deployKeys"): _deploy_keys,
    ("Repository", "mentionableUsers"): _assignable,
    ("Repository", "watchers"): empty,
    **{
        ("PermissionSource", each): entry(each)
        for each in ("organization", "permission", "roleName", "source")
    },
    **constants("DeployKey", enabled=True, verified=True),
    ("DeployKey", "key"): data_of(DEPLOY_KEY, lambda it: it["key"]),
    ("DeployKey", "readOnly"): data_of(DEPLOY_KEY, lambda it: it["read_only"]),
    ("DeployKey", "title"): data_of(DEPLOY_KEY, lambda it: it["title"]),
}
