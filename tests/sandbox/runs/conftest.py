"""A release path, wide open, whose workflows tests write."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.attempts.path import SEED, Path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox import Sandbox

_numbers = itertools.count(1)


@pytest.fixture
def path(sandbox: Sandbox) -> Iterator[Path]:
    """A release path of its own."""
    made = Path(sandbox.world(f"runs{next(_numbers)}", SEED))
    yield made
    made.close()
