"""What the sound organization declares, recorded once for all tests that change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.components.building import declare

if TYPE_CHECKING:
    from tests.support.recording import Recording

# a busy machine is no mistake
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def sound() -> Recording:
    """The sound organization of building.py."""
    return declare()
