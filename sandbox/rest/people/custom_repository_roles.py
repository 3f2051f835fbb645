"""Custom repository roles: a base role and single permissions beside it; Enterprise only.

Source: https://docs.github.com/enterprise-cloud@latest/rest/orgs/custom-roles
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import LEVELS
from sandbox.api import fields
from sandbox.api.errors import failed, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.routing import Routes
from sandbox.shapes.accounts import simple_user
from sandbox.world import plans
from sandbox.world.kinds.people import (
    COLLABORATOR,
    REPOSITORY_ROLE,
    TEAM,
    TEAM_REPOSITORY,
    RepositoryRole,
)
from sandbox.world.kinds.repositories import REPOSITORY

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_LIST = "/orgs/{org}/custom-repository-roles"
_ONE = _LIST + "/{role_id}"
_BASES = ("read", "triage", "write", "maintain")
_FIELDS: dict[str, fields.Kind] = {
    "name": "text",
    "description?": "text",
    "base_role": _BASES,
    "permissions": "texts",
}


def _find(call: Call) -> Record[RepositoryRole]:
    found = call.world.get(REPOSITORY_ROLE, call.integer("role_id"))
    if found is None or found.parent != call.org.id:
        raise not_found()
    return found


def _shape(call: Call, role: Record[RepositoryRole]) -> dict[str, Any]:
    return {
        "id": role.id,
        "name": role.name,
        "description": role.data["description"],
        "base_role": role.data["base_role"],
        "permissions": role.data["permissions"],
        "organization": simple_user(call, call.org),
        "created_at": role.created_at,
        "updated_at": role.updated_at,
    }


def _free(call: Call, name: str, but: Record[RepositoryRole] | None = None) -> None:
    taken = call.world.find(REPOSITORY_ROLE, name, call.org.id)
    if name.lower() in LEVELS or (taken is not None and (but is None or taken.id != but.id)):
        raise failed("CustomRepositoryRole", "name", "already_exists")


@ROUTES.get(_LIST, needs="org:member")
def list_roles(call: Call) -> Response:
    """Return the custom repository roles of an organization."""
    roles = [_shape(call, role) for role in call.world.all(REPOSITORY_ROLE, call.org.id)]
    return Response(200, {"total_count": len(roles), "custom_roles": roles})


@ROUTES.post(_LIST, needs="org:admin")
def create(call: Call) -> Response:
    """Create a custom repository role."""
    plans.check_custom_roles(call.org)
    wanted = {**_FIELDS, "name!": "text", "base_role!": _BASES, "permissions!": "texts"}
    for name in ("name", "base_role", "permissions"):
        del wanted[name]
    found = fields.body(call, **wanted)
    name = found.pop("name")
    _free(call, name)
    data = RepositoryRole(
        description=found.get("description"),
        base_role=found["base_role"],
        permissions=found["permissions"],
    )
    role = call.world.make(REPOSITORY_ROLE, call.org.id, name, data)
    return Response(201, _shape(call, role))


@ROUTES.get(_ONE, needs="org:member")
def get(call: Call) -> Response:
    """Return a custom repository role."""
    return Response(200, _shape(call, _find(call)))


@ROUTES.patch(_ONE, needs="org:admin")
def update(call: Call) -> Response:
    """Change a custom repository role; a new name goes to everybody who has it."""
    role = _find(call)
    found = fields.body(call, **_FIELDS)
    name = found.pop("name", role.name)
    _free(call, name, role)
    if name != role.name:
        _rename_grants(call, role.name, name)
    return Response(200, _shape(call, call.world.change(role, name, **found)))


@ROUTES.delete(_ONE, needs="org:admin")
def delete(call: Call) -> Response:
    """Delete a custom repository role; who had it keeps the base role."""
    role = _find(call)
    _rename_grants(call, role.name, role.data["base_role"])
    call.world.remove(role)
    return NO_CONTENT


def _rename_grants(call: Call, old: str, new: str) -> None:
    world = call.world
    grants = [
        grant
        for team in world.all(TEAM, call.org.id)
        for grant in world.all(TEAM_REPOSITORY, team.id)
    ]
    for repository in world.all(REPOSITORY, call.org.id):
        grants += world.all(COLLABORATOR, repository.id)
    for grant in grants:
        if grant.data["permission"] == old:
            world.change(grant, permission=new)
