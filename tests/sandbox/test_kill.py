"""`kill -9` under load: what was answered is there, whole; at most the last requests are lost."""

from __future__ import annotations

import itertools
import queue
import random
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.sandbox.conftest import ACME
from tests.support.sandbox import Sandbox, World

if TYPE_CHECKING:
    from pathlib import Path

CLIENTS = 3


class Load:
    """Clients that make repositories as fast as they can, until the connection breaks."""

    def __init__(self, world: World, round_: int) -> None:
        """Begin."""
        self.answered: queue.Queue[dict[str, Any]] = queue.Queue()
        self.sent: set[str] = set()
        self._threads = [
            threading.Thread(target=self._work, args=(world, f"r{round_}-{number}"))
            for number in range(CLIENTS)
        ]
        for each in self._threads:
            each.start()

    def _work(self, world: World, prefix: str) -> None:
        with world.client() as api:
            for number in itertools.count():
                name = f"{prefix}-{number}"
                self.sent.add(name)
                body = {"name": name, "auto_init": True, "description": name}
                try:
                    made = api.post("/orgs/acme/repos", json=body)
                except httpx.TransportError:
                    return
                self.answered.put(made.json())

    def wait(self, count: int) -> None:
        """Wait until some requests were answered."""
        self.first = [self.answered.get(timeout=60) for _ in range(count)]

    def all(self) -> dict[str, dict[str, Any]]:
        """Return everything that was answered, by name, when the clients have ended."""
        for each in self._threads:
            each.join()
        rest = [self.answered.get_nowait() for _ in range(self.answered.qsize())]
        return {each["name"]: each for each in (*self.first, *rest)}


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_moment_it_has_what_it_answered(tmp_path: Path, seed: int) -> None:
    """Three times over: answered is kept as it was; what is kept is whole; ids are not reused."""
    moments = random.Random(seed)  # noqa: S311 - when to kill is no secret
    expected: dict[str, dict[str, Any]] = {}
    tokens: dict[str, str] = {}
    for round_ in range(3):
        sandbox = Sandbox(tmp_path)
        world = World(sandbox, "kept", tokens) if round_ else sandbox.world("kept", ACME)
        tokens = world.tokens
        _compare(world, expected)
        load = Load(world, round_)
        load.wait(moments.randrange(1, 25))
        sandbox.kill()
        answered = load.all()
        ids = {each["id"] for each in expected.values()}
        assert ids.isdisjoint(each["id"] for each in answered.values())
        expected |= answered
        with Sandbox(tmp_path) as again:
            world = World(again, "kept", tokens)
            kept = _compare(world, expected)
            # of the requests without an answer, at most one per client
            surplus = kept.keys() - expected.keys()
            assert len(surplus) <= CLIENTS
            assert surplus <= load.sent
            expected |= {name: kept[name] for name in surplus}
    with sqlite3.connect(tmp_path / "sandbox.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def _compare(world: World, expected: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Hold what is there against what was answered; return the repositories that were made."""
    found: dict[str, dict[str, Any]] = {}
    with world.client() as api:
        for name in [each["name"] for each in world.state("repository")]:
            shown = api.get(f"/repos/acme/{name}").json()
            if shown["description"] == name:
                found[name] = shown
                # made in the same request: commit, branch and file
                readme = api.get(f"/repos/acme/{name}/contents/README.md")
                assert readme.status_code == 200, name
    for name, before in expected.items():
        same = ("id", "node_id", "created_at", "default_branch", "description", "visibility")
        assert {key: found[name][key] for key in same} == {key: before[key] for key in same}
    return found
