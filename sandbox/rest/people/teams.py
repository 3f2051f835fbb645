"""Teams, their members and child teams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import org_role
from sandbox.api import fields, lengths, lookups
from sandbox.api.errors import failed, forbidden, invalid
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.repositories import defaults
from sandbox.rest.people.invitations import invite_to_team, take_back_from_team
from sandbox.shapes.accounts import simple_user
from sandbox.shapes.memberships import team_membership
from sandbox.shapes.teams import full_team, simple_with_parent
from sandbox.world.kinds.accounts import USER, User
from sandbox.world.kinds.people import (
    MEMBER,
    ORG_INVITATION,
    ORG_ROLE,
    ROLE_TEAM,
    TEAM,
    TEAM_MEMBER,
    Team,
    TeamMember,
)
from sandbox.world.kinds.protection import ENVIRONMENT
from sandbox.world.kinds.repositories import REPOSITORY

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_TEAM = "/orgs/{org}/teams/{team_slug}"
_FIELDS: dict[str, fields.Kind] = {
    "name": "text",
    "description?": "text",
    "privacy": ("secret", "closed"),
    "notification_setting": ("notifications_enabled", "notifications_disabled"),
    "permission": ("pull", "push", "admin"),
    "parent_team_id?": "integer",
    "ldap_dn?": "text",
}


def _owns(call: Call) -> bool:
    """Return whether the caller is an owner or an App."""
    app = call.actor.installation is not None
    return app or org_role(call.world, call.org, call.actor.id) == "admin"


def _require_owner(call: Call) -> None:
    if not _owns(call):
        raise forbidden("You must be an organization owner to invite a user who is no member.")


def _require_maintainer(call: Call, team: Record[Team]) -> None:
    if _owns(call):
        return
    member = call.world.find(TEAM_MEMBER, str(call.actor.id), team.id)
    if member is None or member.data["role"] != "maintainer":
        raise forbidden("You must be an admin of the team or organization.")


def _parent(call: Call, ident: int | None, child: Record[Team] | None = None) -> int | None:
    if ident is None:
        return None
    parent = call.world.get(TEAM, ident)
    if parent is None or parent.parent != call.org.id:
        raise failed("Team", "parent_team_id", "invalid")
    above: Record[Team] | None = parent
    while above is not None:
        if child is not None and above.id == child.id:
            raise invalid("A team cannot be its own parent, or the parent of one of its parents.")
        upper = above.data.get("parent_team")
        above = None if upper is None else call.world.get(TEAM, upper)
    if parent.data["privacy"] == "secret":
        raise invalid("Parent team can't be secret")
    return ident


def _slug(call: Call, name: str, but: Record[Team] | None = None) -> str:
    slug = defaults.slug(name)
    taken = call.world.find(TEAM, slug, call.org.id)
    if not slug or (taken is not None and (but is None or taken.id != but.id)):
        raise failed("Team", "name", "custom", "Name must be unique for this org")
    return slug


@ROUTES.get("/orgs/{org}/teams", needs="org:member")
def list_teams(call: Call) -> Response:
    """Return the teams of an organization."""
    teams = call.world.all(TEAM, call.org.id)
    return page(call, teams, lambda team: simple_with_parent(call, team))


@ROUTES.post("/orgs/{org}/teams", needs="org:member")
def create(call: Call) -> Response:
    """Create a team; its creator becomes its maintainer, as on GitHub."""
    found = fields.body(
        call, **{**_FIELDS, "name!": "text"}, maintainers="texts", repo_names="texts"
    )
    lengths.check("Team", found)
    slug = _slug(call, found["name"])
    parent = _parent(call, found.get("parent_team_id"))
    if parent is not None and found.get("privacy") == "secret":
        raise invalid("Nested teams can't be secret")
    maintainers = [lookups.user(call, login) for login in found.get("maintainers", [])]
    if any(org_role(call.world, call.org, user.id) is None for user in maintainers):
        raise invalid("Maintainers have to be members of the organization")
    team = call.world.make(
        TEAM,
        call.org.id,
        slug,
        Team(
            name=found["name"],
            description=found.get("description"),
            privacy=found.get("privacy", "closed" if parent is not None else "secret"),
            notification_setting=found.get("notification_setting", "notifications_enabled"),
            parent_team=parent,
        ),
    )
    if not maintainers and call.actor.user is not None and call.actor.installation is None:
        maintainers = [call.actor.user]
    for user in maintainers:
        call.world.make(TEAM_MEMBER, team.id, str(user.id), TeamMember(role="maintainer"))
    return Response(201, full_team(call, team))


@ROUTES.get(_TEAM, needs="org:member")
def get(call: Call) -> Response:
    """Return a team."""
    return Response(200, full_team(call, lookups.team(call)))


@ROUTES.patch(_TEAM, needs="org:member")
def update(call: Call) -> Response:
    """Change a team; a new name gives it a new slug."""
    team = lookups.team(call)
    _require_maintainer(call, team)
    found = fields.body(call, **_FIELDS)
    lengths.check("Team", found)
    changes: dict[str, Any] = {
        name: found[name]
        for name in ("name", "description", "privacy", "notification_setting")
        if name in found
    }
    if "parent_team_id" in found:
        changes["parent_team"] = _parent(call, found["parent_team_id"], team)
    slug = _slug(call, found["name"], team) if "name" in found else team.name
    if changes.get("privacy", team.data["privacy"]) == "secret" and (
        changes.get("parent_team", team.data["parent_team"]) is not None
        or any(t.data["parent_team"] == team.id for t in call.world.all(TEAM, call.org.id))
    ):
        raise invalid("Nested teams can't be secret")
    return Response(200, full_team(call, call.world.change(team, slug, **changes)))


@ROUTES.delete(_TEAM, needs="org:member")
def delete(call: Call) -> Response:
    """Delete a team with its child teams; they lose what they had everywhere."""
    team = lookups.team(call)
    _require_maintainer(call, team)
    _remove(call, team)
    return NO_CONTENT


def _remove(call: Call, team: Record[Team]) -> None:
    for child in call.world.all(TEAM, call.org.id):
        if child.data["parent_team"] == team.id:
            _remove(call, child)
    for repository in call.world.all(REPOSITORY, call.org.id):
        for environment in call.world.all(ENVIRONMENT, repository.id):
            reviewers = environment.data["reviewers"]
            kept = [each for each in reviewers if each != {"type": "Team", "id": team.id}]
            if kept != reviewers:
                call.world.change(environment, reviewers=kept)
    for role in call.world.all(ORG_ROLE, call.org.id):
        assigned = call.world.find(ROLE_TEAM, str(team.id), role.id)
        if assigned is not None:
            call.world.remove(assigned)
    call.world.remove(team)


@ROUTES.get(_TEAM + "/teams", needs="org:member")
def list_children(call: Call) -> Response:
    """Return the child teams."""
    team = lookups.team(call)
    found = [t for t in call.world.all(TEAM, call.org.id) if t.data["parent_team"] == team.id]
    return page(call, found, lambda child: simple_with_parent(call, child))


@ROUTES.get(_TEAM + "/members", needs="org:member")
def list_members(call: Call) -> Response:
    """Return the members of a team, those of child teams included."""
    team = lookups.team(call)
    wanted = call.query.get("role", "all")
    found: dict[int, tuple[Record[User], str, bool]] = {}
    waiting = [team]
    while waiting:
        current = waiting.pop(0)
        for member in call.world.all(TEAM_MEMBER, current.id):
            user = call.world.get(USER, int(member.name))
            # who is in the team itself counts as that, whatever a child team says
            if user is not None and user.id not in found:
                inherited = current.id != team.id
                role = "member" if inherited else member.data["role"]
                found[user.id] = (user, role, inherited)
        waiting += [
            t for t in call.world.all(TEAM, call.org.id) if t.data["parent_team"] == current.id
        ]
    shown = [entry for entry in found.values() if wanted in ("all", entry[1])]
    return page(
        call,
        shown,
        lambda entry: {**simple_user(call, entry[0]), "role": entry[1], "inherited": entry[2]},
    )


@ROUTES.get(_TEAM + "/memberships/{username}", needs="org:member")
def get_membership(call: Call) -> Response:
    """Return a user's membership."""
    user = lookups.user(call, call.parameters["username"])
    return Response(200, team_membership(call, lookups.team(call), user))


@ROUTES.put(_TEAM + "/memberships/{username}", needs="org:member")
def set_membership(call: Call) -> Response:
    """Add a user to a team, or change the role; owners invite who is no member.

    Source: https://docs.github.com/rest/teams/members
    """
    team = lookups.team(call)
    _require_maintainer(call, team)
    user = lookups.user(call, call.parameters["username"])
    role = fields.body(call, role=("member", "maintainer")).get("role", "member")
    joined = call.world.find(MEMBER, str(user.id), call.org.id)
    if joined is None:
        _require_owner(call)
        invite_to_team(call, user, team, role)
        return Response(200, team_membership(call, team, user))
    if joined.data["role"] == "admin":
        role = "maintainer"  # owners maintain every team that they are in
    member = call.world.find(TEAM_MEMBER, str(user.id), team.id)
    if member is None:
        call.world.make(TEAM_MEMBER, team.id, str(user.id), TeamMember(role=role))
    else:
        call.world.change(member, role=role)
    return Response(200, team_membership(call, team, user))


@ROUTES.delete(_TEAM + "/memberships/{username}", needs="org:member")
def remove_membership(call: Call) -> Response:
    """Take a user out of a team."""
    team = lookups.team(call)
    user = lookups.user(call, call.parameters["username"])
    if user.id != call.actor.id:
        _require_maintainer(call, team)
    team_membership(call, team, user)
    member = call.world.find(TEAM_MEMBER, str(user.id), team.id)
    invitation = call.world.find(ORG_INVITATION, str(user.id), call.org.id)
    if member is not None:
        call.world.remove(member)
    elif invitation is not None:
        take_back_from_team(call, invitation, team)
    return NO_CONTENT
