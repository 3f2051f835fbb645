"""What all tests share."""

from __future__ import annotations

import functools
import os
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

# What the caller of the tests chose, such as make's STACK or the variables of `make env`, decides
# no test.
for _name in list(os.environ):
    if _name.startswith(("PULUMI_", "GITHUB_", "VAULT_")) or _name in {"STACK", "SECRETS", "PORT"}:
        del os.environ[_name]

# Each HTTP client reads the certificate authorities again, which takes 25 ms of CPU. Tests make
# thousands of clients, and none of them leaves this machine.
ssl.create_default_context = functools.cache(ssl.create_default_context)  # type: ignore[assignment]  # the cache wants arguments that can be hashed

LONGEST = ("release/test_releases.py", "end_to_end/existing/", "end_to_end/lockdown/")
"""Whose files go first: one that begins last leaves the other worker without work at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest files begin first; each keeps the order of its tests."""
    items.sort(key=lambda item: not any(name in item.nodeid for name in LONGEST))
