"""What every test of the check needs."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# a busy machine is no mistake
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _nothing_of_the_run(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No variable of this run decides; the command's switch of the collector is set back."""
    for name in list(os.environ):
        if name.startswith(("PULUMI_", "GITHUB_", "VAULT_")) or name == "STACK":
            monkeypatch.delenv(name)
    yield
    gc.enable()
