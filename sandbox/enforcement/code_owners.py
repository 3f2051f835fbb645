"""CODEOWNERS: the people and teams that have to review a file.

Source: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.access.actors import Actor
from sandbox.access.permissions import level, owner, permission, team_permission
from sandbox.git import objects
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.people import TEAM, TEAM_MEMBER

if TYPE_CHECKING:
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record
    from sandbox.world.world import World

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where the file may lie; the first that is there counts."""


def owners(world: World, repository: Record[Repository], branch: str, path: str) -> set[int]:
    """Return the ids of the users that own a file, by the CODEOWNERS of a branch.

    Owners without write access are left out, as GitHub does. A team needs its own, or its parent's:
    what its members have otherwise does not count. A secret team owns nothing.
    """
    found: list[str] = []
    for pattern, names in _lines(world, repository, branch):
        # the last pattern that fits counts
        if fits(pattern, path):
            found = names
    return {ident for name in found for ident in _people(world, repository, name)}


def _lines(
    world: World, repository: Record[Repository], branch: str
) -> list[tuple[str, list[str]]]:
    commit = objects.resolve(world, repository, branch)
    files = {} if commit is None else commit.data["files"]
    place = next((each for each in PLACES if each in files), None)
    if place is None:
        return []
    text = (objects.read_blob(world, repository, files[place]) or b"").decode(errors="replace")
    lines = [line.partition("#")[0].split() for line in text.splitlines()]
    return [(words[0], words[1:]) for words in lines if words]


def fits(pattern: str, path: str) -> bool:
    """Return whether a CODEOWNERS pattern covers a file: as gitignore, without `!` and `[ ]`."""
    anchored = "/" in pattern.rstrip("/")
    folder = pattern.endswith("/")
    out = "" if anchored else "(?:.*/)?"
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.strip("/"))
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    out += "".join(wild.get(part, re.escape(part)) for part in parts)
    # a name covers what lies below it, but `docs/*` covers no folders in docs
    below = "/.+" if folder else "" if pattern.endswith("/*") else "(?:/.*)?"
    return re.fullmatch(out + below, path, re.DOTALL) is not None


def _people(world: World, repository: Record[Repository], name: str) -> list[int]:
    account = owner(world, repository)
    name = name.removeprefix("@")
    if "/" in name:
        team = world.find(TEAM, name.rpartition("/")[2], account.id)
        if team is None or team.data["privacy"] == "secret":
            return []
        if level(team_permission(world, team, repository)) < level("write"):
            return []
        return [int(member.name) for member in world.all(TEAM_MEMBER, team.id)]
    if "@" in name:
        users = [user for user in world.all(USER) if user.data.get("email") == name]
    else:
        users = [user for user in [world.find(USER, name)] if user is not None]
    return [
        user.id
        for user in users
        if level(permission(world, repository, Actor(user))) >= level("write")
    ]
