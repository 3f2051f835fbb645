"""One sandbox for all; a world and a project of its own for each test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.app_permissions import documented
from tests.support.keys import app_keys
from tests.support.project import Project
from tests.support.sandbox import Sandbox
from tests.support.tokens import TEST_PYPI, pypi_token

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SMALL = Path(__file__).with_name("small.yaml")
CANARY = "canary-value-that-must-not-be-seen-anywhere"
SECRETS = {
    "sharedToken": f"{CANARY}-sharedToken",
    "testPypiToken": pypi_token("acme-tool", f"{CANARY}-testPypiToken", TEST_PYPI),
    "pypiToken": pypi_token("acme-tool", f"{CANARY}-pypiToken"),
    "scanToken": f"{CANARY}-scanToken",
}
WEBHOOK = f"https://hooks.acme.example/{CANARY}-releaseWebhook"
"""Where the outcomes of releases are sent: who knows this address may write there."""
PEOPLE = ["ana", "ben", "kim", "lea", "zoe"]


def seed(organization: str, people: list[str], plan: str = "team") -> dict[str, object]:
    """What is there before: an organization and its people; nothing that Portcullis declares."""
    return {
        "users": [{"login": login} for login in ["owner", *people]],
        "organizations": [
            {"login": organization, "plan": plan, "owners": ["owner"], "members": people}
        ],
        "tokens": [{"login": "owner"}, {"app": "portcullis"}],
        "apps": [
            {
                "slug": "portcullis",
                "app_id": 1001,
                "public_key": app_keys()[1],
                # exactly what the documentation asks people for
                "permissions": documented(),
                "organizations": [organization],
            }
        ],
    }


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A running sandbox."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def small(sandbox: Sandbox, tmp_path: Path, request: pytest.FixtureRequest) -> Project:
    """The small organization, declared and not yet made."""
    return make_small(sandbox, tmp_path, request.node.name)


def make_small(sandbox: Sandbox, folder: Path, name: str, *, protect: bool = False) -> Project:
    """A project of the small organization in a world of its own."""
    world = sandbox.world(f"w{abs(hash(name))}", seed("acme", PEOPLE))
    project = Project(folder / "project", world, protect=protect)
    project.write(SMALL.read_text(encoding="utf-8"))
    project.create(SECRETS)
    return project


def notify(project: Project) -> None:
    """Declare that the outcome of each release of the small organization is sent further."""
    project.edit(
        "    environments:\n      staging:",
        "    release_notification:\n      webhook: {from: {config: releaseWebhook}}\n"
        "      issue: true\n    environments:\n      staging:",
    )
    project.pulumi("config", "set", "--secret", "portcullis:releaseWebhook", stdin=WEBHOOK)


@pytest.fixture(scope="session")
def made(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small organization after `pulumi up`; tests only read it, or preview."""
    project = make_small(sandbox, tmp_path_factory.mktemp("made"), "made")
    project.make()
    return project
