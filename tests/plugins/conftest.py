"""A Vault, an AWS, and a Pulumi project whose engine finds the stand-ins."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import engine
from engine.stand_ins.on_path import Plugins
from tests.plugins.program import Program
from tests.support.aws import Aws
from tests.support.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def vault() -> Iterator[Vault]:
    """A Vault with a kv engine of each version: `kv` and `old`."""
    with Vault() as running:
        running.mount("kv")
        running.mount("old", version=1)
        yield running


@pytest.fixture(scope="session")
def aws() -> Iterator[Aws]:
    """An AWS."""
    with Aws() as running:
        yield running


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A project on the real engine, with both plugins on PATH."""
    plugins = Plugins.make(tmp_path_factory.mktemp("plugins"))
    environment = plugins.environment(engine.ensure().environment(os.environ))
    return Program.make(tmp_path_factory.mktemp("project"), environment, plugins)


@pytest.fixture
def program(made: Program) -> Program:
    """That project; each test sees its own calls only."""
    made.plugins.clear()
    return made
