"""A running stand-in for ESC, fresh for each file of tests or each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.esc import Esc

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def esc() -> Iterator[Esc]:
    """One for all tests of a file; each uses a project of its own."""
    with Esc() as running:
        yield running
        assert running.gaps() == []


@pytest.fixture
def fresh() -> Iterator[Esc]:
    """One without environments."""
    with Esc() as running:
        yield running
        assert running.gaps() == []
