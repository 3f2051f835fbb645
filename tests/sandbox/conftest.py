"""One sandbox for all tests here, a world of its own for each."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.sandbox import Sandbox, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

_numbers = itertools.count(1)

ACME: dict[str, Any] = {
    "users": ["zoe"],
    "organizations": [
        {
            "login": "acme",
            "plan": "enterprise",
            "owners": ["ana"],
            "members": ["ben", "kim"],
            "settings": {"default_repository_permission": "none"},
            "teams": {"release": {"members": ["ben"], "maintainers": ["kim"]}},
            "repositories": {
                "widget": {
                    "visibility": "private",
                    "files": {"README.md": "# widget\n", "src/widget.py": "x = 1\n"},
                    "teams": {"release": "push"},
                },
                "site": {"visibility": "public", "files": {"README.md": "# site\n"}},
            },
        }
    ],
}
"""What most tests begin with."""


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A running sandbox."""
    with Sandbox() as running:
        yield running
        assert "Traceback" not in running.errors()


@pytest.fixture
def make_world(sandbox: Sandbox) -> Callable[[dict[str, Any]], World]:
    """Make a world from a seed."""
    return lambda seed: sandbox.world(f"w{next(_numbers)}", seed)


@pytest.fixture
def world(make_world: Callable[[dict[str, Any]], World]) -> World:
    """A world with the organization acme."""
    return make_world(ACME)


@pytest.fixture
def api(world: World) -> Iterator[httpx.Client]:
    """The REST API as ana, owner of acme."""
    with world.client() as client:
        yield client
