"""A source that is down, refuses or answers garbage; GitHub that fails; a run that is killed."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.conftest import seed
from tests.end_to_end.sources import broken
from tests.end_to_end.sources.places import CANARY
from tests.end_to_end.test_interrupted import kill_after, plain_up
from tests.support.extent import cases
from tests.support.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.end_to_end.sources.places import Places
    from tests.support.sandbox import Sandbox

REFERENCES = {
    "VAULT": {"vault": "kv/faults", "key": "one"},
    "AWS": {"aws": "faults"},
    "SSM": {"aws": "ssm:/faults"},
    "ESC": {"esc": "shared/faults", "key": "one"},
}
PLACES = {
    "VAULT": "Vault's kv/faults",
    "AWS": "AWS' faults",
    "SSM": "AWS' ssm:/faults",
    "ESC": "ESC's shared/faults",
}
"""What the messages call them."""
DOWN, DENIED, GARBAGE, MISSING = (
    "does not answer",
    "access is denied",
    "cannot be understood",
    "there is no such path",
)


@pytest.fixture(scope="module")
def project(places: Places, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One secret of each source, declared and not made."""
    return declared(places, sandbox, tmp_path_factory.mktemp("faults"), "faults")


def declared(places: Places, sandbox: Sandbox, folder: Path, name: str) -> Project:
    """One secret of each source, in a world of its own."""
    project = Project(folder / "project", sandbox.world(f"w{name}", seed("acme", [])))
    secrets = {key: {"from": each} for key, each in REFERENCES.items()}
    project.write(
        "organization: acme\nplan: team\n"
        "settings: {display_name: Acme, billing_email: billing@acme.example}\n"
        f"{places.sources()}"
        "protection: {main: {required_checks: [ci]}}\n"
        f"repositories: {{tool: {{visibility: public, secrets: {json.dumps(secrets)}}}}}\n"
    )
    project.create({})
    places.attach(project)
    places.vault.write("kv", "faults", one=f"{CANARY}-vault")
    places.aws.write("faults", f"{CANARY}-aws")
    places.aws.write_parameter("/faults", f"{CANARY}-ssm")
    places.esc.put("shared/faults", f"values: {{one: {{'fn::secret': {CANARY}-esc}}}}")
    return project


@pytest.fixture
def nowhere() -> str:
    """An address at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture
def nonsense() -> Iterator[str]:
    """The address of a server that answers garbage."""
    with broken.Server() as server:
        yield server.address


def refused(project: Project, places: Places, **environment: str) -> str:
    """What a preview says that has to fail, in a run with other variables; nothing is written."""
    before = dict(project.environment)
    file = project.folder / "orgs" / "test.yaml"
    text = file.read_text(encoding="utf-8")
    if address := environment.pop("ESC", ""):
        file.write_text(text.replace(places.esc.address, address), encoding="utf-8")
    project.environment |= environment
    project.world.clear_journal()
    try:
        outcome = project.preview()
    finally:
        project.environment = before
        file.write_text(text, encoding="utf-8")
    assert outcome.code != 0, outcome.text
    assert project.world.writes() == []
    assert "Traceback" not in outcome.text
    assert CANARY not in outcome.text
    assert broken.CANARY not in outcome.text
    assert "nothing was changed" in outcome.text
    return outcome.text


@pytest.mark.parametrize("kind", [DOWN, GARBAGE])
def test_a_source_that_cannot_be_read_is_named(
    project: Project, places: Places, nowhere: str, nonsense: str, kind: str
) -> None:
    """Down or something else: each secret and each path, all at once, before any change (G1)."""
    address = nowhere if kind == DOWN else nonsense
    text = refused(project, places, VAULT_ADDR=address, AWS_ENDPOINT_URL=address, ESC=address)
    for name, place in PLACES.items():
        assert f"repositories.tool.secrets.{name}.from" in text
        assert f"{place}: " in text
        (line,) = [each for each in text.splitlines() if f"{place}: " in each]
        assert kind in line


def test_a_source_that_refuses_is_named(project: Project, places: Places) -> None:
    """Nobody's login, or one that may not: distinguished from what is missing (G1)."""
    nobody = places.aws.user("nobody", "sts:*")
    places.vault.policy("nothing", "kv/data/other")
    text = refused(
        project,
        places,
        VAULT_TOKEN=places.vault.token("nothing"),
        AWS_ACCESS_KEY_ID=nobody.access,
        AWS_SECRET_ACCESS_KEY=nobody.secret,
        PULUMI_ACCESS_TOKEN=places.esc.login("stranger", {"other/*": "open"}),
    )
    for place in (PLACES["VAULT"], PLACES["AWS"], PLACES["SSM"]):
        (line,) = [each for each in text.splitlines() if f"{place}: " in each]
        assert DENIED in line
    # ESC does not tell a stranger whether there is such an environment
    assert f"{PLACES['ESC']}: {MISSING}" in text


def test_a_path_or_key_that_is_missing_is_named(project: Project, places: Places) -> None:
    """A wrong path and a wrong key are two messages, each with what to do (G1)."""
    file = project.folder / "orgs" / "test.yaml"
    text = file.read_text(encoding="utf-8")
    wrong = text.replace('kv/faults", "key": "one"', 'kv/faults", "key": "two"')
    wrong = wrong.replace('"aws": "faults"', '"aws": "other"')
    file.write_text(wrong.replace("ssm:/faults", "ssm:/other"), encoding="utf-8")
    try:
        said = refused(project, places)
    finally:
        file.write_text(text, encoding="utf-8")
    assert "Vault has kv/faults, but no text under its key two; write it there" in said
    assert f"AWS' other: {MISSING}" in said
    assert f"AWS' ssm:/other: {MISSING}" in said


def test_github_fails_while_secrets_are_written(
    places: Places, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A limit at one secret, an error at another: the next run sets all (S2)."""
    project = declared(places, sandbox, tmp_path, "github-fails")
    project.world.fault(method="PUT", path="*/secrets/VAULT", status=429, count=20)
    project.world.fault(method="PUT", path="*/secrets/AWS", status=502, count=20)
    first = project.update()
    project.world.clear_faults()
    assert first.code != 0
    assert "Traceback" not in first.text
    assert CANARY not in first.text
    converges(project)


def test_runs_are_killed_between_two_secrets(
    places: Places, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Runs are killed one after another: the next sets what is missing, nothing is lost (S2)."""
    project = declared(places, sandbox, tmp_path, "killed")
    kill_after(project, 4, plain_up(project))
    for writes in cases([6], 8):
        kill_after(project, writes, project.portcullis_command("up"))
    converges(project)


def converges(project: Project) -> None:
    """One more `up` makes all secrets as their sources have them."""
    again = project.portcullis("up")
    assert again.code == 0, again.text
    values = {
        name: project.world.secret(name, repository="acme/tool") for name in sorted(REFERENCES)
    }
    assert values == {name: f"{CANARY}-{name.lower()}" for name in values}
    settled = project.preview("--expect-no-changes")
    assert settled.code == 0, settled.text


def test_a_slow_source_is_waited_for(project: Project, places: Places) -> None:
    """A source that takes its time holds the run up, and does not end it."""
    with broken.Server(places.vault.address, seconds=1.0) as slow:
        before = dict(project.environment)
        project.environment |= {"VAULT_ADDR": slow.address}
        started = time.monotonic()
        outcome = project.preview()
        project.environment = before
    assert outcome.code == 0, outcome.text
    assert time.monotonic() - started >= 1.0
