"""Who may do what: roles in an organization, permissions on a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.access.token_scopes import hides
from sandbox.api.errors import forbidden, not_found
from sandbox.world.kinds.accounts import ORGANIZATION, Account
from sandbox.world.kinds.people import (
    COLLABORATOR,
    MEMBER,
    REPOSITORY_ROLE,
    TEAM,
    TEAM_MEMBER,
    TEAM_REPOSITORY,
    RepositoryRole,
    Team,
)
from sandbox.world.kinds.repositories import REPOSITORY, Repository
from sandbox.world.records import is_a

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.access.actors import Actor
    from sandbox.api.http import Call
    from sandbox.world.records import Record
    from sandbox.world.world import World

LEVELS = ("none", "read", "triage", "write", "maintain", "admin")
"""Permissions on a repository, from none to all; each includes those before it."""

_OLD_NAMES = {"pull": "read", "push": "write"}


def level(permission: str) -> int:
    """Return the rank of a permission, by its old or new name; 0 for none and unknown ones."""
    permission = _OLD_NAMES.get(permission, permission)
    return LEVELS.index(permission) if permission in LEVELS else 0


def old_name(permission: str) -> str:
    """Return `pull` for `read` and `push` for `write`; others are the same."""
    return {"read": "pull", "write": "push"}.get(permission, permission)


def org_role(world: World, org: Account, user_id: int) -> str | None:
    """Return `admin` or `member` for a member, None for all others, invited people included."""
    member = world.find(MEMBER, str(user_id), org.id)
    return None if member is None else str(member.data["role"])


def owner(world: World, repository: Record[Repository]) -> Account:
    """Return the account that a repository belongs to."""
    account = world.account_of(repository.parent)
    if account is None:
        raise AssertionError(f"repository {repository.name} has no owner")
    return account


def full_name(world: World, repository: Record[Repository]) -> str:
    """Return `owner/name`."""
    return f"{owner(world, repository).name}/{repository.name}"


def team_and_parents(world: World, team: Record[Team]) -> Iterator[Record[Team]]:
    """Yield a team and its parents, whose permissions it inherits."""
    current: Record[Team] | None = team
    while current is not None:
        yield current
        parent = current.data.get("parent_team")
        current = None if parent is None else world.get(TEAM, parent)


def custom_role(
    world: World, repository: Record[Repository], name: str
) -> Record[RepositoryRole] | None:
    """Return the custom repository role of that name in the repository's organization."""
    return world.find(REPOSITORY_ROLE, name, repository.parent)


def base_level(world: World, repository: Record[Repository], granted: str) -> str:
    """Return the level of a grant, one of `LEVELS`; a custom role counts as its base role."""
    role = custom_role(world, repository, granted)
    granted = granted if role is None else str(role.data["base_role"])
    return _OLD_NAMES.get(granted, granted)


def _team_grants(world: World, team: Record[Team], repository: Record[Repository]) -> list[str]:
    grants = [
        world.find(TEAM_REPOSITORY, str(repository.id), each.id)
        for each in team_and_parents(world, team)
    ]
    return [str(grant.data["permission"]) for grant in grants if grant is not None]


def team_permission(world: World, team: Record[Team], repository: Record[Repository]) -> str:
    """Return the permission of a team on a repository, inherited ones included."""
    found = [base_level(world, repository, each) for each in _team_grants(world, team, repository)]
    return max(["none", *found], key=level)


def team_role(world: World, team: Record[Team], repository: Record[Repository]) -> str:
    """Return the name of a team's strongest role on a repository, which may be a custom one."""
    found = _team_grants(world, team, repository)
    return max(["none", *found], key=lambda each: level(base_level(world, repository, each)))


def permission(world: World, repository: Record[Repository], actor: Actor) -> str:
    """Return what an actor may do to a repository: one of `LEVELS`."""
    account = owner(world, repository)
    if actor.installation is not None:
        return _of_token(account, repository, actor)
    if actor.id == account.id:
        return "admin"
    candidates = ["read" if repository.data["visibility"] == "public" else "none"]
    if is_a(account, ORGANIZATION):
        role = org_role(world, account, actor.id)
        if role == "admin":
            return "admin"
        if role == "member":
            candidates.append(account.data["default_repository_permission"])
            if repository.data["visibility"] == "internal":
                candidates.append("read")
    grants = granted_roles(world, repository, actor)
    candidates += [base_level(world, repository, each) for each in grants]
    return max(candidates, key=level)


def _of_token(account: Account, repository: Record[Repository], actor: Actor) -> str:
    """Return what the token of an App's installation may do, by the permissions that it has."""
    reads = "read" if repository.data["visibility"] == "public" else "none"
    installation = actor.installation
    if installation is None or installation.parent != account.id:
        return reads
    if actor.repositories is not None and repository.id not in actor.repositories:
        return reads
    if actor.permissions is None or actor.permissions.get("administration") == "write":
        return "admin"
    if actor.permissions.get("contents") == "write":
        return "write"
    return "read" if "contents" in actor.permissions else reads


def reaches(actor: Actor, repository: Record[Repository]) -> bool:
    """Return whether a repository is within the reach of an App's token that has permissions."""
    installation = actor.installation
    return (
        installation is not None
        and actor.permissions is not None
        and installation.parent == repository.parent
        and (actor.repositories is None or repository.id in actor.repositories)
    )


def granted_roles(world: World, repository: Record[Repository], actor: Actor) -> list[str]:
    """Return the roles, custom ones too, that were granted to a person or to a team of theirs."""
    grants: list[str] = []
    for team in teams_of(world, repository.parent, actor.id):
        grants += _team_grants(world, team, repository)
    collaborator = world.find(COLLABORATOR, str(actor.id), repository.id)
    if collaborator is not None:
        grants.append(str(collaborator.data["permission"]))
    return grants


def teams_of(world: World, org_id: int, user_id: int) -> list[Record[Team]]:
    """Return the teams of an organization that a user is a direct member of."""
    return [
        team
        for team in world.all(TEAM, org_id)
        if world.find(TEAM_MEMBER, str(user_id), team.id) is not None
    ]


def visible_repositories(world: World, account: Account, actor: Actor) -> list[Record[Repository]]:
    """Return the repositories of an account that an actor may see."""
    found = world.all(REPOSITORY, account.id)
    if actor.installation is not None:
        if actor.repositories is None:
            return found if actor.installation.parent == account.id else []
        return [each for each in found if _knows(actor, account, each)]
    if account.kind == "organization" and org_role(world, account, actor.id) == "admin":
        return [each for each in found if not hides(actor, each)]
    return [
        each for each in found if level(permission(world, each, actor)) and not hides(actor, each)
    ]


def _knows(actor: Actor, account: Account, repository: Record[Repository]) -> bool:
    """Return whether an App's token reaches a repository, or it is public."""
    return reaches(actor, repository) or _of_token(account, repository, actor) != "none"


def visible_forks(
    world: World, repository: Record[Repository], actor: Actor
) -> list[Record[Repository]]:
    """Return the forks of a repository that an actor may see."""
    return [
        each
        for each in world.repositories()
        if each.data.get("fork_of") == repository.id and level(permission(world, each, actor))
    ]


def require(call: Call, needs: str) -> None:
    """Refuse the call unless its actor has what the route needs.

    Args:
        call: The call, with its organization or repository found.
        needs: `user` (any account), `app` (an App by its JWT), `org:member`, `org:admin`, or
            `repo:` with one of `LEVELS`.

    Raises:
        GitHubError: 404 when the actor may not know of the thing, 403 when it may.
    """
    if call.actor.app is not None:
        if needs != "app":
            raise forbidden(
                "You must use an installation access token or a user access token for this"
            )
        return
    place, _, wanted = needs.partition(":")
    if place == "org":
        _require_org(call, wanted)
    elif place == "repo" and reaches(call.actor, call.repository):
        return  # by a table of its own: see app_permissions
    elif place == "repo":
        have = level(permission(call.world, call.repository, call.actor))
        if not have:
            raise not_found()
        if have < level(wanted):
            raise forbidden(
                "Must have admin rights to Repository."
                if wanted == "admin"
                else "Resource not accessible by this account."
            )
    elif needs == "app":
        raise forbidden("A JSON web token of an App is needed.")


def _require_org(call: Call, wanted: str) -> None:
    installation = call.actor.installation
    if installation is not None:
        if installation.parent != call.org.id:
            raise not_found()
        return
    role = org_role(call.world, call.org, call.actor.id)
    if wanted == "anyone" or role == "admin":
        return
    if role is None:
        raise not_found()
    if wanted == "admin":
        raise forbidden("You must be an organization owner to do this.")
