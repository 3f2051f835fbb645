"""The real engine and GitHub provider against the sandbox: every resource class lives and dies."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_github
import pytest
from pulumi import automation

import engine
from tests.sandbox.provider import resources

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.support.sandbox import Sandbox, World

_numbers = itertools.count(1)
CLIENTS: dict[str, dict[str, Any]] = {
    "new": {"legacy_client": False, "retry_delay_ms": 10},
    "default": {"legacy_client": True, "write_delay_ms": 0, "max_retries": 0},
}
"""The provider's two HTTP clients, without their delays."""


def _counts(changes: Mapping[Any, int] | None) -> dict[str, int]:
    """Return how often each operation was done, by its name."""
    return {
        str(getattr(operation, "value", operation)): n for operation, n in (changes or {}).items()
    }


class Stack:
    """A stack of the program of all resources, against a world."""

    def __init__(self, world: World, folder: Path, client: str) -> None:
        """Make the stack; its state lies in `folder`."""
        self.connect = {
            "base_url": world.base_url,
            "owner": resources.ORG,
            "token": world.token,
            **CLIENTS[client],
        }
        self.changed = False
        self.folder = folder
        self.made = self._stack("all", self._program)

    def _program(self) -> None:
        resources.program(self.connect, changed=self.changed, keep=lambda made: None)  # noqa: ARG005 - not needed

    def _stack(self, name: str, program: Callable[[], None]) -> automation.Stack:
        env = {
            "PULUMI_BACKEND_URL": f"file://{self.folder}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            # a throw-away stack: its state need not survive a killed engine
            "PULUMI_SKIP_CHECKPOINTS": "true",
        }
        options = automation.LocalWorkspaceOptions(env_vars=env)
        return automation.create_or_select_stack(name, "provider", program, opts=options)

    def up(self) -> dict[str, int]:
        """Update; return what was done: `create`, `update`, `same`, ..."""
        return _counts(self.made.up().summary.resource_changes)

    def preview(self) -> dict[str, int]:
        """Preview; return what would be done."""
        return _counts(self.made.preview().change_summary)

    def refresh(self) -> dict[str, int]:
        """Refresh; return what was found changed."""
        return _counts(self.made.refresh().summary.resource_changes)

    def destroy(self) -> dict[str, int]:
        """Destroy; return what was done."""
        return _counts(self.made.destroy().summary.resource_changes)

    def ids(self) -> dict[str, str]:
        """Return the last segment of each resource's id, by its name."""
        deployment = self.made.export_stack().deployment or {}
        return {
            each["urn"].rpartition("::")[2]: each["id"].replace("/", ":").rpartition(":")[2]
            for each in deployment["resources"]
            if each.get("custom")
        }

    def read_by_import_id(self, org_id: int) -> set[str]:
        """Read every class by its import id alone, as import does; return those that were found."""
        ids = {**self.ids(), "org": str(org_id)}

        def program() -> None:
            provider = pulumi_github.Provider("github", **self.connect)
            for name, (kind, ident) in resources.IMPORTS.items():
                getattr(pulumi_github, kind).get(
                    name, ident.format_map(ids), opts=pulumi.ResourceOptions(provider=provider)
                )

        stack = self._stack("imported", program)
        stack.up()
        deployment = stack.export_stack().deployment or {}
        return {
            each["urn"].rpartition("::")[2]
            for each in deployment["resources"]
            if each.get("external")
        }


@pytest.fixture(autouse=True)
def _engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `pulumi` be the project's own."""
    for name, value in engine.ensure().changes(os.environ).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def world(sandbox: Sandbox, request: pytest.FixtureRequest) -> World:
    """An organization, with real ETags where the test says so."""
    settings = {"etags": getattr(request, "param", False)}
    name = f"provider{next(_numbers)}"
    return sandbox.world(name, {**resources.SEED, "settings": settings})


def _clean(world: World) -> None:
    """Assert that nothing was asked for that is not there, nothing broke, no secret is seen."""
    assert world.gaps() == []
    assert [entry for entry in world.journal() if entry["status"] >= 500] == []
    everything = f"{world.journal()}{world.state()}"
    assert "canary" not in everything
    assert world.token not in everything


DRIFT: dict[str, tuple[str, dict[str, Any]]] = {
    "/repos/acme/widget": ("PATCH", {"description": "drifted"}),
    "/orgs/acme": ("PATCH", {"description": "drifted"}),
    "/repos/acme/widget/actions/variables/LEVEL": ("PATCH", {"value": "drifted"}),
}
"""What somebody changes behind everybody's back: path, method and body."""


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("world", [False, True], indirect=True, ids=["plain", "etags"])
def test_every_class_lives_and_dies(world: World, tmp_path: Path, client: str) -> None:
    """Create, no change, change, drift, no change, import, delete, by each client (C1, C2)."""
    stack = Stack(world, tmp_path, client)
    created = stack.up()["create"]
    assert world.secret("TOKEN", repository="acme/widget") == "canary-repository-first"
    assert stack.preview() == {"same": created}
    stack.changed = True
    changed = stack.up()
    assert set(changed) == {"same", "update"}
    _clean(world)
    assert stack.refresh() == {"same": created}
    for path, (method, body) in DRIFT.items():
        answer = world.request(method, path, body)
        assert answer["status"] in (200, 204), answer
    assert stack.refresh() == {"same": created - len(DRIFT), "update": len(DRIFT)}
    assert stack.up() == {"same": created - len(DRIFT), "update": len(DRIFT)}
    world.clear_journal()
    assert stack.up() == {"same": created}
    assert world.writes() == []
    assert world.secret("TOKEN", repository="acme/widget") == "canary-repository-second"
    org = world.request("GET", "/orgs/acme")["body"]["id"]
    assert stack.read_by_import_id(org) == set(resources.IMPORTS)
    assert stack.destroy() == {"delete": created}
    left = {record["kind"] for record in world.state()}
    assert left == {"organization", "user", "member", "org_role", "token", "document"}
    _clean(world)
