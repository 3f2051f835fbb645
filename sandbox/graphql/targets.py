"""What a mutation names by node id, if the viewer may see and change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.access.permissions import level, permission, reaches
from sandbox.access.token_scopes import hides, may_change
from sandbox.graphql.refusals import forbidden, no_access, no_node
from sandbox.graphql.rights import may_in_repository
from sandbox.world.kinds.repositories import REPOSITORY, Repository
from sandbox.world.nodes import parse_node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Data, Kind, Record


def target(call: Call, kind: Kind[Data], ident: str) -> Record[Data]:
    """Return the record of a kind that a node id names.

    Raises:
        GraphQLError: There is none.
    """
    parsed = parse_node_id(ident)
    found = None if parsed is None or parsed[0] != kind else call.world.get(kind, parsed[1])
    if found is None:
        raise no_node(ident)
    return found


def administered(call: Call, ident: str) -> Record[Repository]:
    """Return the repository that a node id names, which the viewer administers.

    Raises:
        GraphQLError: There is none, or the viewer does not see or administer it.
    """
    repository = target(call, REPOSITORY, ident)
    check_administers(call, repository, ident)
    return repository


def check_administers(call: Call, repository: Record[Repository], ident: str) -> None:
    """Check that the viewer administers a repository.

    Args:
        call: The request.
        repository: The repository.
        ident: The node id that the request names: the repository's, or of something in it.

    Raises:
        GraphQLError: The viewer does not see it, or does not administer it.
    """
    if reaches(call.actor, repository):
        if not may_in_repository(call, repository, "admin", ("administration", "write")):
            raise no_access()
        return
    found = level(permission(call.world, repository, call.actor))
    if not found or hides(call.actor, repository):
        raise no_node(ident)
    if not may_change(call.actor, repository):
        raise forbidden("Your token has not been granted the required scopes to change this.")
    if found < level("admin"):
        raise forbidden("Viewer must be an administrator of the repository.")
