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
from tests.sandbox.provider import drift, resources
from tests.support.extent import cases

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
FILE = ".github/CODEOWNERS"
WORLDS = cases(
    [pytest.param("new", True, id="new-etags")],  # the client that Portcullis chooses
    pytest.param("new", False, id="new-plain"),
    pytest.param("default", True, id="default-etags"),
    pytest.param("default", False, id="default-plain"),
)
"""Each client, and whether GitHub answers with ETags."""


def _counts(changes: Mapping[Any, int] | None) -> dict[str, int]:
    """Return how often each operation was done, by its name."""
    return {
        str(getattr(operation, "value", operation)): n for operation, n in (changes or {}).items()
    }


def _steps(run: Callable[..., object]) -> dict[str, automation.StepEventMetadata]:
    """Run, and return the last step of each resource, by its name."""
    found: list[automation.EngineEvent] = []
    run(on_event=found.append)
    steps = [each.res_outputs_event.metadata for each in found if each.res_outputs_event]
    return {step.urn.rpartition("::")[2]: step for step in steps}


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
        self.names: set[str] = set()
        self.folder = folder
        self.made = self._stack("all", self._program)

    def _program(self) -> None:
        self.names = set(resources.program(self.connect, changed=self.changed))

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

    def refresh(self) -> dict[str, tuple[str, ...]]:
        """Refresh; return what was found: a resource's properties that changed, or `GONE`."""
        steps = _steps(self.made.refresh)
        return {
            name: drift.GONE if step.op == "delete" else tuple(sorted(step.diffs or ()))
            for name, step in steps.items()
            if step.op != "same"
        }

    def fixed(self) -> set[str]:
        """Update; return the names of the resources to which something was done."""
        return {name for name, step in _steps(self.made.up).items() if step.op != "same"}

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


def _drift(world: World, stack: Stack, drifts: Mapping[str, drift.Drift]) -> None:
    """Let something happen to each resource: a refresh sees just that, an update fixes it."""
    file = world.request("GET", f"/repos/acme/widget/contents/{FILE}?ref=develop")
    ids = {**stack.ids(), "blob": file["body"]["sha"]}
    for each in drifts.values():
        each.happen(world, ids)
    seen = {name: tuple(sorted(each.seen)) for name, each in drifts.items() if each.seen}
    assert stack.refresh() == seen
    assert stack.fixed() == set(seen)
    assert stack.refresh() == {}


@pytest.mark.parametrize(("client", "world"), WORLDS, indirect=["world"])
def test_every_class_lives_and_dies(world: World, tmp_path: Path, client: str) -> None:
    """Create, no change, drift, change, no change, import, delete, by each client (C1, C2)."""
    stack = Stack(world, tmp_path, client)
    created = stack.up()["create"]
    assert set(drift.CHANGED) == stack.names
    assert stack.preview() == {"same": created}
    assert world.secret("TOKEN", repository="acme/widget") == "canary-repository-first"
    _drift(world, stack, drift.CHANGED)
    assert world.secret("TOKEN", repository="acme/widget") == drift.DRIFTED_SECRET
    _drift(world, stack, drift.DELETED)
    assert world.secret("TOKEN", repository="acme/widget") == "canary-repository-first"
    stack.changed = True
    assert set(stack.up()) == {"same", "update"}
    assert stack.refresh() == {}
    world.clear_journal()
    assert stack.up() == {"same": created}
    assert world.writes() == []
    assert world.secret("TOKEN", repository="acme/widget") == "canary-repository-second"
    org = world.request("GET", "/orgs/acme")["body"]["id"]
    assert stack.read_by_import_id(org) == set(resources.IMPORTS)
    assert stack.destroy() == {"delete": created}
    left = {record["kind"] for record in world.state()}
    # the audit log outlives what it tells of
    assert left - {"audit_event"} == {
        "organization",
        "user",
        "member",
        "org_role",
        "token",
        "document",
    }
    _clean(world)
