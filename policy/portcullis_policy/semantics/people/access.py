"""Who may do what in a repository: by teams, as collaborators, by roles, and as any member."""

from collections.abc import Iterator

from portcullis_policy.facts import UNKNOWN, Facts, UnknownType
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.people.groups import (
    UNKNOWN_PEOPLE,
    UNSEEN,
    People,
    union,
    with_login,
)
from portcullis_policy.semantics.people.teams import Directory, of_teams

ROLES = {
    gh.WRITE_ROLE: ("push", "maintain", "admin"),
    gh.MAINTAIN_ROLE: ("maintain", "admin"),
    gh.ADMIN_ROLE: ("admin",),
}
"""The permissions that give a repository role or more, by the role's id in a ruleset."""

_OWNER = "admin"
_WEAK = ("pull", "triage")
"""The permissions without which nobody pushes."""
_PERMISSIONS = {
    "read": "pull",
    "write": "push",
    **{name: name for name in (*_WEAK, "push", "maintain", "admin")},
}
"""The built-in permissions, by each of their names."""
_OF_ALL_REPOSITORIES = {8134: "push", 8135: "maintain", 8136: "admin"}
"""GitHub's own roles `all_repo_write`, `all_repo_maintain` and `all_repo_admin`. Source:
https://github.com/integrations/terraform-provider-github, the test of team assignments"""


def with_permission(stack: Stack, repository: str, role: object) -> People:
    """Return who has a built-in role in a repository, or a stronger one, owners included.

    Args:
        stack: all resources.
        repository: its name.
        role: the role's id in a ruleset.
    """
    permissions = ROLES.get(int(role)) if isinstance(role, int | float) else None
    if permissions is None:
        return UNKNOWN_PEOPLE if role is UNKNOWN else UNSEEN
    found = [stack.once(owners)]
    if stack.once(_base_permission) in permissions:
        found.append(stack.once(_everybody))
    found += [people for permission, people in stack.once(_by_roles) if permission in permissions]
    for item in stack.once(_access).get(repository.lower(), ()):
        found += _granted(stack, item, permissions)
    return union(found)


def without_write(stack: Stack, repository: str) -> People:
    """Return who may read a repository and no more, as far as a grant names them."""
    return union(
        group
        for item in stack.once(_access).get(repository.lower(), ())
        for group in _granted(stack, item, _WEAK)
    )


def access_is_declared(stack: Stack, repository: str) -> bool:
    """Say whether the stack grants anybody anything in a repository."""
    return repository.lower() in stack.once(_access)


def owners(stack: Stack) -> People:
    """Return the organization's owners."""
    found = [
        with_login(item.facts.text("username"))
        for item in stack.of(gh.MEMBERSHIP)
        if item.facts.text("role") in (_OWNER, UNKNOWN)
    ]
    return union(found) if found else UNSEEN


def administrators(stack: Stack, repository: str) -> People:
    """Return who administrates a repository, without the organization's owners."""
    people = with_permission(stack, repository, gh.ADMIN_ROLE)
    return People(people.known - stack.once(owners).known)


def _everybody(stack: Stack) -> People:
    """Return the organization's members: those of its teams are among them."""
    members = [with_login(item.facts.text("username")) for item in stack.of(gh.MEMBERSHIP)]
    return union((UNSEEN, *members, stack.once(Directory).everybody))


def _base_permission(stack: Stack) -> object:
    """Return the permission that every member has in every repository."""
    for item in stack.of(gh.ORGANIZATION_SETTINGS):
        base = item.facts.text("defaultRepositoryPermission")
        if isinstance(base, str):
            return _PERMISSIONS.get(base)
    return None


def _access(stack: Stack) -> dict[str, list[Resource]]:
    """Return what gives access to repositories, by repository."""
    found: dict[str, list[Resource]] = {}
    kinds = (gh.TEAM_REPOSITORY, gh.REPOSITORY_COLLABORATOR, gh.REPOSITORY_COLLABORATORS)
    for item in stack.of(*kinds):
        name = item.facts.text("repository")
        if isinstance(name, str):
            found.setdefault(name.lower().rpartition("/")[2], []).append(item)
    return found


def _granted(stack: Stack, item: Resource, permissions: tuple[str, ...]) -> Iterator[People]:
    """Yield whom a resource gives one of some permissions in a repository.

    A role that the stack does not know may have any permission.
    """
    for facts, people, default in _grants(stack, item):
        permission = _permission(stack, facts, default)
        if permission in permissions:
            yield people
        elif permission is UNKNOWN:
            yield UNKNOWN_PEOPLE
        elif permission is None:
            yield UNSEEN


def _grants(stack: Stack, item: Resource) -> Iterator[tuple[Facts, People, str]]:
    """Yield each grant of a resource: its facts, to whom, and the provider's default."""
    if item.type == gh.TEAM_REPOSITORY:
        yield item.facts, of_teams(stack, item, "teamId", [item.facts.at("teamId")]), "pull"
        return
    if item.type == gh.REPOSITORY_COLLABORATOR:
        yield item.facts, with_login(item.facts.text("username")), "push"
        return
    for kind in ("users", "teams"):
        blocks = item.facts.blocks(kind)
        for block in [Facts(UNKNOWN)] if blocks is UNKNOWN else blocks:
            if kind == "users":
                yield block, with_login(block.text("username")), "push"
            else:
                yield block, of_teams(stack, item, "teams", [block.at("teamId")]), "push"


def _permission(stack: Stack, facts: Facts, default: str) -> str | UnknownType | None:
    """Return the built-in permission of a grant; None for a role that the stack does not know."""
    given = facts.text("permission")
    if given is UNKNOWN:
        return UNKNOWN
    name = given or default
    return _PERMISSIONS.get(name) or stack.once(_custom_roles).get(name.lower())


def _custom_roles(stack: Stack) -> dict[str, str]:
    """Return the built-in permissions of custom roles, by name in lower case."""
    return {
        name.lower(): _PERMISSIONS.get(base, base)
        for item in stack.of(gh.ORGANIZATION_REPOSITORY_ROLE, gh.ORGANIZATION_CUSTOM_ROLE)
        if isinstance(name := item.facts.text("name"), str)
        and isinstance(base := item.facts.text("baseRole"), str)
    }


def _by_roles(stack: Stack) -> list[tuple[str, People]]:
    """Return who has a permission in every repository by a role of the organization."""
    kinds = (gh.ORGANIZATION_ROLE_TEAM, gh.ORGANIZATION_ROLE_TEAM_ASSIGNMENT)
    given = [
        *(
            (each, with_login(each.facts.text("login")))
            for each in stack.of(gh.ORGANIZATION_ROLE_USER)
        ),
        *(
            (each, of_teams(stack, each, "teamSlug", [each.facts.at("teamSlug")]))
            for each in stack.of(*kinds)
        ),
    ]
    bases = {
        item.urn: _PERMISSIONS.get(str(item.facts.text("baseRole")), "")
        for item in stack.of(gh.ORGANIZATION_ROLE)
    }
    found = []
    for item, people in given:
        made_from = [bases[urn] for urn in item.depends.get("roleId", ()) if urn in bases]
        number = item.facts.number("roleId")
        own = _OF_ALL_REPOSITORIES.get(int(number)) if isinstance(number, float) else None
        found += [(base, people) for base in (*made_from, own) if base]
    return found
