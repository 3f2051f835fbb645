"""What every test of the check needs."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# a busy machine is no mistake
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _collector() -> Iterator[None]:
    """The check turns the garbage collector off; each test starts with it on."""
    yield
    gc.enable()
