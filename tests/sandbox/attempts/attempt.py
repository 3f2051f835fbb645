"""Attempts to publish, and the settings that are meant to stop them.

With that setting alone on an otherwise open release path an attempt fails; without it, it works.
So this setting stops it, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.sandbox.attempts.path import REPO
from tests.sandbox.bodies import pull_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.attempts.path import Path


@dataclass(frozen=True)
class Attempt:
    """One way to get something published.

    Attributes:
        name: Who does what.
        setting: What is meant to stop it.
        guard: Turns the setting on.
        weak: Sets up what there is without it, where that is more than nothing.
        act: Tries, and says whether it worked.
    """

    name: str
    setting: str
    guard: Callable[[Path], object]
    weak: Callable[[Path], object]
    act: Callable[[Path], bool]


ATTEMPTS: list[Attempt] = []
MAINTAINERS = {"actor_id": 2, "actor_type": "RepositoryRole", "bypass_mode": "always"}
ADMINISTRATORS = {"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}


def _nothing(_: Path) -> None:
    """Leave the release path as it is."""


def stopped_by(
    setting: str,
    guard: Callable[[Path], object],
    weak: Callable[[Path], object] = _nothing,
) -> Callable[[Callable[[Path], bool]], None]:
    """Register a function as an attempt that a setting is meant to stop."""

    def register(act: Callable[[Path], bool]) -> None:
        ATTEMPTS.append(Attempt((act.__doc__ or "").rstrip("."), setting, guard, weak, act))

    return register


def pulls_only(approvals: int = 1, **more: object) -> Callable[[Path], object]:
    """Turn on a rule that takes pull requests only."""
    return lambda path: path.ruleset(pull_request(approvals, **more))


def classic(**switches: object) -> Callable[[Path], object]:
    """Protect main the classic way."""

    def guard(path: Path) -> None:
        repository = path.as_("olga").get(REPO).json()["node_id"]
        document = (
            "mutation($input: CreateBranchProtectionRuleInput!) {"
            " createBranchProtectionRule(input: $input) { branchProtectionRule { id } } }"
        )
        given = {"repositoryId": repository, "pattern": "main", **switches}
        body = {"query": document, "variables": {"input": given}}
        answer = path.as_("olga").post(f"{path.world.base_url}api/graphql", json=body).json()
        assert "errors" not in answer, answer

    return guard
