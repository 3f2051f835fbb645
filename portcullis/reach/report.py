"""What `portcullis reach` found, in every format alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portcullis_policy.release_path.numbers import label, people

if TYPE_CHECKING:
    from portcullis_policy.release_path.derivation import Answer
    from portcullis_policy.release_path.goals import Goal


@dataclass(frozen=True)
class Asked:
    """One goal, and the smallest sets of actors that suffice for it."""

    goal: Goal
    answer: Answer
    packages: tuple[str, ...] = ()
    """The declared packages that are published there."""

    @property
    def name(self) -> str:
        """Return the goal in words: `publish riveter (riveter/pypi-release)`."""
        if not self.packages:
            return label(self.goal)
        where = f"{self.goal.repository}/{self.goal.name}"
        return f"publish {' and '.join(self.packages)} ({where})"

    @property
    def heading(self) -> str:
        """Return the goal and its number."""
        return f"{self.name}: {people(self.answer.fewest_people)}"


@dataclass(frozen=True)
class Administrators:
    """People who may change the settings of an organization or a repository."""

    repository: str | None
    """None: they own the organization."""
    names: tuple[str, ...]
    """None of them is declared if it is empty."""

    def __str__(self) -> str:
        """Return them in words."""
        if self.repository is None:
            return f"owners ({', '.join(self.names) or 'not declared'})"
        return f"administrators of {self.repository} ({', '.join(self.names)})"


@dataclass(frozen=True)
class Report:
    """The answers for one organization."""

    organization: str
    goals: tuple[Asked, ...]
    administrators: tuple[Administrators, ...] = ()
    """Who could take protections away first; the numbers leave that out."""


def left_out(asked: Asked, shown: int) -> str:
    """Return which ways are not shown, in words; empty if all are."""
    more = len(asked.answer.ways) - shown
    count = f"{more} more" if more > 0 else ""
    if asked.answer.complete:
        return count
    return f"{count or 'more'}, and larger sets that were not searched"
