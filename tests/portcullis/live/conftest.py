"""One sandbox for the reader's tests, and a conversation with a world of it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from components.github_access import GitHubAccess
from portcullis.live import reader
from portcullis.live.asking import Asking
from portcullis.live.etags import etags_of
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from portcullis.live.resource import Live
    from tests.support.sandbox import World

_numbers = itertools.count(1)


@pytest.fixture(scope="package")
def sandbox() -> Iterator[Sandbox]:
    """A running sandbox; its answers are judged elsewhere."""
    with Sandbox(judged=False) as running:
        yield running
        assert "Traceback" not in running.errors()


@pytest.fixture(scope="package")
def make_world(sandbox: Sandbox) -> Callable[[dict[str, Any]], World]:
    """Make a world from a seed."""
    return lambda seed: sandbox.world(f"live{next(_numbers)}", seed)


@pytest.fixture(scope="module")
def shared(request: pytest.FixtureRequest, make_world: Callable[[dict[str, Any]], World]) -> World:
    """A world that the tests of a file only disturb, made from the `SEED` of the file."""
    return make_world(request.module.SEED)


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    """That world, without the faults and settings of other tests."""
    yield shared
    shared.clear_faults()
    shared.control("PATCH", "settings", {"etags": False, "rate_limits": False, "limits": {}})


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that githubkit waits between two tries; none passes."""
    times: list[float] = []
    monkeypatch.setattr("githubkit.core.time.sleep", times.append)
    return times


def asking(world: World, folder: Path | None = None, login: str | None = None) -> Asking:
    """Return a conversation with a world, with ETags in ``folder``."""
    if login is not None:
        if login not in world.tokens:
            world.client(login).close()  # makes the token
        token = world.tokens[login]
    else:
        token = world.token
    access = GitHubAccess(world.base_url, token=token)
    return Asking(access, etags_of(access, "acme", folder) if folder else None)


def read(world: World, folder: Path | None = None, login: str | None = None) -> tuple[Live, Asking]:
    """Return the organization acme as it is in a world."""
    with asking(world, folder, login) as conversation:
        return reader.read(conversation, "acme"), conversation
