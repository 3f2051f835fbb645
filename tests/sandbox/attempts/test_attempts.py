"""Somebody who must not publish tries to, in every way that we know of."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.attempts import (  # noqa: F401 - each module registers its attempts
    branches,
    environments,
    oidc,
    outsiders,
    roles,
    secrets,
    tags,
    workflows,
)
from tests.sandbox.attempts.attempt import ATTEMPTS, Attempt
from tests.sandbox.attempts.path import SEED, Path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox import Sandbox

_numbers = itertools.count(1)


@pytest.fixture
def path(sandbox: Sandbox) -> Iterator[Path]:
    """A release path of its own."""
    made = Path(sandbox.world(f"attempt{next(_numbers)}", SEED))
    yield made
    made.close()


_ALL = pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda each: each.name)


@_ALL
def test_the_setting_stops_it(path: Path, attempt: Attempt) -> None:
    """With the setting that is meant to stop it, the attempt fails (E1, E2, R8, C2)."""
    attempt.guard(path)
    assert attempt.act(path) is False


@_ALL
def test_without_the_setting_it_works(path: Path, attempt: Attempt) -> None:
    """Without exactly that setting, the attempt works: nothing else stops it (E1, E2, R8, C2)."""
    attempt.weak(path)
    assert attempt.act(path) is True


def test_there_are_enough() -> None:
    """At least thirty ways are tried, each different from the others."""
    assert len({each.name for each in ATTEMPTS}) == len(ATTEMPTS) >= 30
