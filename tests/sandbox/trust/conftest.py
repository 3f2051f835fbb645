"""A Vault and an AWS beside the sandbox, and jobs that want something of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.attempts.path import SEED, Path
from tests.support.aws import Aws
from tests.support.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from tests.support.sandbox import World


@pytest.fixture(scope="session")
def vault() -> Iterator[Vault]:
    """A Vault with a kv engine of version 2."""
    with Vault() as running:
        running.mount("kv")
        yield running


@pytest.fixture(scope="session")
def aws() -> Iterator[Aws]:
    """An AWS."""
    with Aws() as running:
        yield running


@pytest.fixture
def path(make_world: Callable[[dict[str, Any]], World]) -> Iterator[Path]:
    """A release path of its own; its world is an issuer of its own."""
    made = Path(make_world(SEED))
    yield made
    made.close()


@pytest.fixture
def other(make_world: Callable[[dict[str, Any]], World]) -> Iterator[Path]:
    """Another world with the same names in it."""
    made = Path(make_world(SEED))
    yield made
    made.close()
