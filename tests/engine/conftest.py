"""An engine for the tests: the cached one, made the first time."""

from __future__ import annotations

import os

import pytest

import engine


@pytest.fixture(scope="session")
def ready() -> engine.Engine:
    """The engine of this machine."""
    return engine.ensure()


@pytest.fixture(scope="session")
def environment(ready: engine.Engine) -> dict[str, str]:
    """The environment in which `pulumi` is that engine."""
    return ready.environment(os.environ)
