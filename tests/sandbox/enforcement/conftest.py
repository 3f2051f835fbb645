"""People who act on a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.enforcement.acting import SEED, Acting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from tests.support.sandbox import World


@pytest.fixture
def acting(make_world: Callable[[dict[str, Any]], World]) -> Iterator[Acting]:
    """A repository with people of every role."""
    made = Acting(make_world(SEED))
    yield made
    made.close()
