"""Organization roles, custom ones too, and who has them; security managers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api import fields, lookups
from sandbox.api.errors import failed, forbidden, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.repositories import defaults
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.teams import simple_team, simple_with_parent
from sandbox.world import plans
from sandbox.world.kinds.accounts import USER, User
from sandbox.world.kinds.people import (
    MEMBER,
    ORG_ROLE,
    ROLE_TEAM,
    ROLE_USER,
    TEAM,
    TEAM_MEMBER,
    OrganizationRole,
    RoleAssignment,
    Team,
)

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import AnyRecord, Kind, Record

ROUTES = Routes()
_LIST = "/orgs/{org}/organization-roles"
_ONE = _LIST + "/{role_id}"
_MANAGERS = "/orgs/{org}/security-managers"
_FIELDS: dict[str, fields.Kind] = {
    "name": "text",
    "description?": "text",
    "permissions": "texts",
    "base_role": ("none", "read", "triage", "write", "maintain", "admin"),
}


def _id(role: Record[OrganizationRole]) -> int:
    """Return the id that clients see: a predefined role has the same one everywhere."""
    if role.data["source"] == "Predefined":
        return defaults.PREDEFINED_ROLES[role.name][0]
    return role.id


def _find(call: Call) -> Record[OrganizationRole]:
    wanted = call.integer("role_id")
    for role in call.world.all(ORG_ROLE, call.org.id):
        if _id(role) == wanted:
            return role
    raise not_found()


def _shape(call: Call, role: Record[OrganizationRole]) -> dict[str, Any]:
    return {
        "id": _id(role),
        "name": role.name,
        "description": role.data["description"],
        "base_role": role.data["base_role"],
        "source": role.data["source"],
        "permissions": role.data["permissions"],
        "organization": simple_user(call, call.org),
        "created_at": role.created_at,
        "updated_at": role.updated_at,
    }


@ROUTES.get(_LIST, needs="org:member")
def list_roles(call: Call) -> Response:
    """Return all roles of an organization: predefined and custom."""
    roles = [_shape(call, role) for role in call.world.all(ORG_ROLE, call.org.id)]
    return Response(200, {"total_count": len(roles), "roles": roles})


@ROUTES.post(_LIST, needs="org:admin")
def create(call: Call) -> Response:
    """Create a custom role."""
    plans.check_custom_roles(call.org)
    found = fields.body(call, **{**_FIELDS, "name!": "text", "permissions!": "texts"})
    name = found.pop("name")
    if call.world.find(ORG_ROLE, name, call.org.id) is not None:
        raise failed("OrganizationRole", "name", "already_exists")
    data = OrganizationRole(
        description=found.get("description"),
        base_role=found.get("base_role"),
        permissions=found["permissions"],
        source="Organization",
    )
    return Response(201, _shape(call, call.world.make(ORG_ROLE, call.org.id, name, data)))


@ROUTES.get(_ONE, needs="org:member")
def get(call: Call) -> Response:
    """Return a role."""
    return Response(200, _shape(call, _find(call)))


def _custom(call: Call) -> Record[OrganizationRole]:
    role = _find(call)
    if role.data["source"] == "Predefined":
        raise forbidden("Predefined roles cannot be changed")
    return role


@ROUTES.patch(_ONE, needs="org:admin")
def update(call: Call) -> Response:
    """Change a custom role."""
    role = _custom(call)
    found = fields.body(call, **_FIELDS)
    name = found.pop("name", role.name)
    taken = call.world.find(ORG_ROLE, name, call.org.id)
    if taken is not None and taken.id != role.id:
        raise failed("OrganizationRole", "name", "already_exists")
    return Response(200, _shape(call, call.world.change(role, name, **found)))


@ROUTES.delete(_ONE, needs="org:admin")
def delete(call: Call) -> Response:
    """Delete a custom role; everybody who had it loses it."""
    call.world.remove(_custom(call))
    return NO_CONTENT


def _teams(call: Call, role: Record[OrganizationRole]) -> list[Record[Team]]:
    """Return the teams that have a role."""
    found = (call.world.get(TEAM, int(each.name)) for each in call.world.all(ROLE_TEAM, role.id))
    return [team for team in found if team is not None]


def _assign(
    call: Call, kind: Kind[RoleAssignment], role: Record[OrganizationRole], record: AnyRecord
) -> Response:
    if call.world.find(kind, str(record.id), role.id) is None:
        call.world.make(kind, role.id, str(record.id), RoleAssignment())
    return NO_CONTENT


def _unassign(
    call: Call, kind: Kind[RoleAssignment], role: Record[OrganizationRole], record: AnyRecord
) -> Response:
    found = call.world.find(kind, str(record.id), role.id)
    if found is not None:
        call.world.remove(found)
    return NO_CONTENT


@ROUTES.get(_ONE + "/teams", needs="org:member")
def list_teams(call: Call) -> Response:
    """Return the teams that have a role."""
    found = _teams(call, _find(call))
    return page(
        call, found, lambda each: {**simple_with_parent(call, each), "assignment": "direct"}
    )


@ROUTES.get(_ONE + "/users", needs="org:member")
def list_users(call: Call) -> Response:
    """Return the users who have a role, themselves or as members of a team."""
    role = _find(call)
    direct = {int(each.name) for each in call.world.all(ROLE_USER, role.id)}
    through: dict[int, list[Record[Team]]] = {ident: [] for ident in direct}
    for team in _teams(call, role):
        for member in call.world.all(TEAM_MEMBER, team.id):
            through.setdefault(int(member.name), []).append(team)

    def shape(user: Record[User]) -> dict[str, Any]:
        teams = through[user.id]
        kinds = ("direct", "mixed") if user.id in direct else ("", "indirect")
        shown = {**simple_user(call, user), "assignment": kinds[bool(teams)]}
        if teams:
            shown["inherited_from"] = [simple_team(call, team) for team in teams]
        return shown

    users = [call.world.get(USER, ident) for ident in through]
    return page(call, [user for user in users if user is not None], shape)


@ROUTES.put(_LIST + "/teams/{team_slug}/{role_id}", needs="org:admin")
def assign_team(call: Call) -> Response:
    """Give a team a role."""
    return _assign(call, ROLE_TEAM, _find(call), lookups.team(call))


@ROUTES.delete(_LIST + "/teams/{team_slug}/{role_id}", needs="org:admin")
def unassign_team(call: Call) -> Response:
    """Take a role from a team."""
    return _unassign(call, ROLE_TEAM, _find(call), lookups.team(call))


@ROUTES.put(_LIST + "/users/{username}/{role_id}", needs="org:admin")
def assign_user(call: Call) -> Response:
    """Give a member a role."""
    user = lookups.user(call, call.parameters["username"])
    if call.world.find(MEMBER, str(user.id), call.org.id) is None:
        raise not_found()
    return _assign(call, ROLE_USER, _find(call), user)


@ROUTES.delete(_LIST + "/users/{username}/{role_id}", needs="org:admin")
def unassign_user(call: Call) -> Response:
    """Take a role from a member."""
    user = lookups.user(call, call.parameters["username"])
    return _unassign(call, ROLE_USER, _find(call), user)


# --- the old way to name security managers


def _manager(call: Call) -> Record[OrganizationRole]:
    role = call.world.find(ORG_ROLE, defaults.SECURITY_MANAGER, call.org.id)
    if role is None:
        raise AssertionError("every organization has the role of security manager")
    return role


@ROUTES.get(_MANAGERS, needs="org:member")
def list_managers(call: Call) -> Response:
    """Return the teams that are security managers."""
    found = _teams(call, _manager(call))
    return Response(200, [simple_with_parent(call, each) for each in found])


@ROUTES.put(_MANAGERS + "/teams/{team_slug}", needs="org:admin")
def add_manager(call: Call) -> Response:
    """Make a team security manager."""
    return _assign(call, ROLE_TEAM, _manager(call), lookups.team(call))


@ROUTES.delete(_MANAGERS + "/teams/{team_slug}", needs="org:admin")
def remove_manager(call: Call) -> Response:
    """Take the security manager role from a team."""
    return _unassign(call, ROLE_TEAM, _manager(call), lookups.team(call))
