"""A Vault and an AWS for all tests here, and the organization that they trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.trust.organization import Outside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.project import Project
    from tests.support.sandbox import Sandbox


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """A Vault and an AWS that trust nobody yet."""
    running = Outside.start(tmp_path_factory.mktemp("plugins"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def project(
    outside: Outside, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Project:
    """The organization after its first `pulumi up`."""
    declared = outside.declare(sandbox, tmp_path_factory.mktemp("trust") / "project", "trust")
    declared.make()
    return declared
