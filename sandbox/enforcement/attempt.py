"""An attempt to update a ref, with all that rules need to know about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.access.permissions import granted_roles, permission
from sandbox.git import objects
from sandbox.world.kinds.code import COMMIT, REF, Commit
from sandbox.world.kinds.people import REPOSITORY_ROLE

if TYPE_CHECKING:
    from sandbox.access.actors import Actor
    from sandbox.git.update import Update
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record
    from sandbox.world.world import World


@dataclass(frozen=True)
class Attempt:
    """A ref's update, and the actor who attempts it.

    Attributes:
        world: The world.
        actor: The one who attempts it.
        update: The change to the ref.
    """

    world: World
    actor: Actor
    update: Update

    @property
    def repository(self) -> Record[Repository]:
        """The repository."""
        return self.update.repository

    @property
    def creates(self) -> bool:
        """Whether the ref is new."""
        return self.update.before is None

    @property
    def deletes(self) -> bool:
        """Whether the ref is deleted."""
        return self.update.after is None

    @property
    def branch(self) -> str | None:
        """The branch's name, or None for a tag."""
        ref = self.update.ref
        return ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else None

    @cached_property
    def permission(self) -> str:
        """What the actor may do to the repository: one of `permissions.LEVELS`."""
        return permission(self.world, self.repository, self.actor)

    @cached_property
    def roles(self) -> list[str]:
        """The roles that were granted to the actor, or to a team of theirs."""
        return granted_roles(self.world, self.repository, self.actor)

    @cached_property
    def custom_permissions(self) -> frozenset[str]:
        """The single permissions of the actor's custom repository roles."""
        roles = [
            self.world.find(REPOSITORY_ROLE, name, self.repository.parent) for name in self.roles
        ]
        return frozenset(each for role in roles if role for each in role.data["permissions"])

    @cached_property
    def forced(self) -> bool:
        """Whether the update drops commits of the ref: a force push."""
        if self.creates or self.deletes:
            return False
        return self.update.before not in {commit.name for commit in self._reachable()}

    @cached_property
    def commits(self) -> list[Record[Commit]]:
        """The commits that the ref did not have, newest first; for a new ref, that no ref had."""
        if self.deletes:
            return []
        if self.creates:
            tips = {str(ref.data["sha"]) for ref in self.world.all(REF, self.repository.id)}
        else:
            tips = {str(self.update.before)}
        known: set[str] = set()
        for sha in tips:
            commit = self.world.find(COMMIT, sha, self.repository.id)
            if commit is not None:
                known |= {
                    each.name for each in objects.history(self.world, self.repository, commit)
                }
        return [commit for commit in self._reachable() if commit.name not in known]

    @cached_property
    def paths(self) -> set[str]:
        """The files that the new commits change."""
        return {
            change["path"]
            for commit in self.commits
            for change in objects.changed(self.world, self.repository, commit)
        }

    def _reachable(self) -> list[Record[Commit]]:
        after = self.world.find(COMMIT, str(self.update.after), self.repository.id)
        return [] if after is None else objects.history(self.world, self.repository, after)
