"""What the viewer may see: people by their role or permission, Apps by their token's permissions.

What a person may not see is left out, or null. What an App's token has no permission for is refused
with an error, as on GitHub.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.access.app_permissions import allows
from sandbox.access.permissions import level, org_role, permission, reaches
from sandbox.access.token_scopes import hides
from sandbox.graphql.refusals import no_access

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.kinds.accounts import Organization
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record

Needed = tuple[str, str]
"""A permission of Apps and its level, such as `("administration", "read")`."""


def readable(call: Call, repository: Record[Repository]) -> bool:
    """Return whether the viewer may read a repository; an App knows all that its token reaches."""
    return reaches(call.actor, repository) or _level(call, repository) > 0


def _level(call: Call, repository: Record[Repository]) -> int:
    """Return the rank of the viewer's permission, as far as the scopes of a token reach."""
    if hides(call.actor, repository):
        return 0
    return level(permission(call.world, repository, call.actor))


def may_in_repository(
    call: Call, repository: Record[Repository], wanted: str, needed: Needed
) -> bool:
    """Return whether the viewer has rights on a repository.

    Args:
        call: The request.
        repository: The repository.
        wanted: The permission that a person needs.
        needed: The permission that an App's token needs.
    """
    if reaches(call.actor, repository):
        return allows(dict(call.actor.permissions or {}), *needed)
    return _level(call, repository) >= level(wanted)


def check_app(call: Call, repository: Record[Repository], needed: Needed) -> None:
    """Refuse an App's token that reaches a repository without the permission.

    Raises:
        GraphQLError: With GitHub's type, FORBIDDEN.
    """
    if reaches(call.actor, repository) and not allows(dict(call.actor.permissions or {}), *needed):
        raise no_access()


def _app_may(call: Call, org: Record[Organization], needed: Needed) -> bool:
    """Return whether the token of an App that is installed in an organization has a permission."""
    installation, given = call.actor.installation, call.actor.permissions
    if installation is None or installation.parent != org.id:
        return False
    return given is None or allows(dict(given), *needed)


def owns(call: Call, org: Record[Organization]) -> bool:
    """Return whether the viewer is an owner of an organization."""
    return call.actor.installation is None and org_role(call.world, org, call.actor.id) == "admin"


def may_administer(call: Call, org: Record[Organization]) -> bool:
    """Return whether the viewer sees settings that only owners see."""
    return owns(call, org) or _app_may(call, org, ("organization_administration", "read"))


def sees_members(call: Call, org: Record[Organization]) -> bool:
    """Return whether the viewer sees the teams and members of an organization."""
    if call.actor.installation is not None:
        return _app_may(call, org, ("members", "read"))
    return org_role(call.world, org, call.actor.id) is not None


def manages_members(call: Call, org: Record[Organization]) -> bool:
    """Return whether the viewer sees invitations and second factors, as owners do."""
    return owns(call, org) or _app_may(call, org, ("members", "read"))


def check_members(call: Call, org: Record[Organization]) -> None:
    """Refuse an App's token that may not read an organization's members and teams.

    Raises:
        GraphQLError: With GitHub's type, FORBIDDEN.
    """
    if installed(call, org) and not sees_members(call, org):
        raise no_access()


def installed(call: Call, org: Record[Organization]) -> bool:
    """Return whether the viewer is an App that is installed in an organization."""
    return call.actor.installation is not None and call.actor.installation.parent == org.id
