"""All sources, once for all tests here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.sources import places as of

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[of.Places]:
    """Every source, running."""
    running = of.start(tmp_path_factory.mktemp("plugins"))
    yield running
    running.stop()
