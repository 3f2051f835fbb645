"""Organizations of one's own on the sandbox, side by side (docs/practice.md)."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

import engine
from portcullis.practice.local_sandbox import practice_of
from portcullis.project import StackSettings
from tests.support.project import PARTS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ORGANIZATION = """\
organization: {name}
plan: team
settings: {{display_name: {name}, billing_email: billing@{name}.example}}
teams: {{makers: {{members: [kim, dan]}}}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A clone of the project with two organizations, and no file of a stack."""
    folder = tmp_path / "a project"
    (folder / "orgs").mkdir(parents=True)
    for part in PARTS:
        (folder / part).symlink_to(ROOT / part)
    (folder / ".venv").symlink_to(sys.prefix)
    for name in ("one", "two"):
        text = ORGANIZATION.format(name=name)
        (folder / "orgs" / f"{name}.yaml").write_text(text, encoding="utf-8")
    yield folder
    practice_of(StackSettings("one", folder)).stop()


def shell(folder: Path, script: str, code: int = 0) -> str:
    """Run a script as somebody would in a shell of their own; what it prints."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PULUMI_", "GITHUB_"))}
    done = subprocess.run(
        ["/bin/sh", "-ec", script],
        cwd=folder,
        env={**engine.ensure().environment(environment), "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_stacks_are_practised_side_by_side(project: Path) -> None:
    """A YAML file is enough; each stack has its world and state; `down` takes one away."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    run = f"PORT={port} {sys.executable} -m portcullis"
    first = shell(project, f"{run} up --stack one")
    assert "Pulumi.one.yaml written: a stack on the sandbox" in first
    assert f"look at it  http://127.0.0.1:{port}/one/one" in first
    (project / "Pulumi.two.yaml").write_text(
        "config:\n  portcullis:organization: two\n  portcullis:practiceInvited: [dan]\n"
        "  github:baseUrl: http://127.0.0.1:8930/two/\n",
        encoding="utf-8",
    )
    # in a shell that knows the other stack: each command is about the stack that it names
    one = f'eval "$({run} env --stack one)"'
    assert f"look at it  http://127.0.0.1:{port}/two/two" in shell(
        project, f"{one}; {run} up --stack two"
    )
    again = shell(project, f"{one}; {run} preview --stack two")
    assert re.search(r"preview +\d+ unchanged", again)
    shown = shell(project, f'{one}; eval "$({run} env --stack two)"; pulumi stack --show-name')
    assert shown.strip() == "two"

    two = practice_of(StackSettings("two", project))
    headers = {"Authorization": f"Bearer {two.token}"}
    with httpx.Client(base_url=f"{two.base_url}api/v3", headers=headers, trust_env=False) as api:
        pending = api.get("/orgs/two/invitations").json()
        assert [each["login"] for each in pending] == ["dan"]
        members = {each["login"] for each in api.get("/orgs/two/members").json()}
        assert members == {"owner", "kim"}

    down = shell(project, f"{run} down --stack one")
    assert "stack one: its practice organization and its state are deleted" in down
    assert "the sandbox still has: two" in down
    states = sorted((project / ".portcullis/state/.pulumi/stacks").glob("*/*.json"))
    assert [path.stem for path in states] == ["two"]
    still = shell(project, f"{run} preview --stack two")
    assert re.search(r"preview +\d+ unchanged", still)
    assert "the sandbox is stopped" in shell(project, f"{run} down --stack two")
    assert not (project / ".portcullis/sandbox").exists()
