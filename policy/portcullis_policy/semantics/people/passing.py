"""Who approves releases, and whom rulesets and classic protection let pass."""

from collections.abc import Iterable

from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics.people.access import ROLES, owners, with_permission
from portcullis_policy.semantics.people.groups import (
    NOBODY,
    UNKNOWN_PEOPLE,
    UNSEEN,
    People,
    union,
    with_id,
    with_login,
)
from portcullis_policy.semantics.people.teams import of_teams, words

_KINDS = {
    "User": "a person",
    "OrganizationAdmin": "owners",
    "Integration": "an App",
    "DeployKey": "deploy keys",
}
"""What a ruleset's kinds of actors are called in messages."""


def approvers(stack: Stack, environment: Resource) -> People:
    """Return who may approve a run that waits at an environment."""
    blocks = environment.facts.blocks("reviewers")
    if blocks is UNKNOWN:
        return UNKNOWN_PEOPLE
    teams = [entry for block in blocks for entry in _entries(block, "teams")]
    users = [entry for block in blocks for entry in _entries(block, "users")]
    return of_teams(stack, environment, "reviewers", teams) | union(map(with_id, users))


def passing(stack: Stack, ruleset: Resource, repository: str, *, merging: bool = False) -> People:
    """Return the people whom a ruleset lets pass; an App is nobody.

    Args:
        stack: all resources.
        ruleset: the ruleset.
        repository: the repository's name, for the people who have a role.
        merging: return those who pass it by a pull request only.
    """
    actors = ruleset.facts.blocks("bypassActors")
    if actors is UNKNOWN:
        return UNKNOWN_PEOPLE
    teams, others = [], NOBODY
    for actor in actors:
        kind, number = actor.text("actorType"), actor.at("actorId")
        if (actor.text("bypassMode") == "pull_request") is not merging:
            continue
        if kind == "Team":
            teams.append(number)
        elif kind == "User":
            others |= with_id(number)
        elif kind == "OrganizationAdmin":
            others |= stack.once(owners)
        elif kind == "RepositoryRole":
            others |= with_permission(stack, repository, actor.number("actorId"))
        elif kind not in ("Integration", "DeployKey"):
            others |= UNKNOWN_PEOPLE if kind is UNKNOWN else UNSEEN
    return others | of_teams(stack, ruleset, "bypassActors", teams)


def names_of_passing(stack: Stack, ruleset: Resource) -> list[str]:
    """Return in words whom a ruleset lets pass: teams, roles, people, Apps."""
    actors = ruleset.facts.blocks("bypassActors")
    found = []
    for actor in [] if actors is UNKNOWN else actors:
        kind, number = actor.text("actorType"), actor.at("actorId")
        if kind == "Team":
            found += words(stack, ruleset, "bypassActors", number)
        elif kind == "RepositoryRole":
            role = ROLES.get(int(number)) if isinstance(number, int | float) else None
            found.append(f"role {role[0]}" if role else "a role")
        else:
            found.append(_KINDS.get(str(kind), "others"))
    return list(dict.fromkeys(found))


def listed(stack: Stack, item: Resource, property_: str, names: Iterable[object]) -> People:
    """Return the people whom classic protection lists: `/login`, `organization/team`, or an id.

    Args:
        stack: all resources.
        item: the protection.
        property_: the property that lists them: ids that are not known yet are found by it.
        names: what it lists.
    """
    teams, others = [], NOBODY
    for name in names:
        if not isinstance(name, str):
            teams.append(name)
        elif name.startswith("/"):
            others |= with_login(name[1:])
        else:
            teams.append(name.rpartition("/")[2])
    return others | of_teams(stack, item, property_, teams)


def _entries(block: Facts, kind: str) -> list[object]:
    listed = block.entries(kind)
    return [UNKNOWN] if listed is UNKNOWN else listed
