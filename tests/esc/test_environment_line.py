"""The line `environment:` of a stack's file, with the real `pulumi` and its state at the stand-in.

Values under `pulumiConfig` reach the program as config: the way of ESC where the state is at Pulumi
Cloud.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

import engine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.esc import Esc

CANARY = "canary-6d20fe"
PROGRAM = """\
import hashlib
import pulumi
token = pulumi.Config().require_secret("token")
pulumi.export("token", token)
digest = token.apply(lambda text: hashlib.sha256(text.encode()).hexdigest())
pulumi.export("digest", pulumi.Output.unsecret(digest))
"""
DEFINITION = """\
values:
  token: {{fn::secret: {value}}}
  pulumiConfig:
    prog:token: ${{token}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose stack takes its config from an environment."""
    (tmp_path / "Pulumi.yaml").write_text("name: prog\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("environment:\n  - stack/dev\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    return tmp_path


def run(
    esc: Esc, project: Path, *arguments: str, token: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the real `pulumi` in the project's folder."""
    command = ["pulumi", *arguments, "--non-interactive", "--stack", "acme/dev"]
    return subprocess.run(
        command,
        cwd=project,
        env=esc.environment(engine.ensure().environment(os.environ), token),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def digest(esc: Esc, project: Path) -> str:
    """The hash of the value that the program saw."""
    return run(esc, project, "stack", "output", "digest").stdout.strip()


def test_a_value_reaches_the_program(fresh: Esc, project: Path) -> None:
    """S11: the program sees the value, a change at ESC arrives by one `up`, and no text has it."""
    fresh.put("stack/dev", DEFINITION.format(value=CANARY))
    said = [run(fresh, project, "stack", "init"), run(fresh, project, "preview")]
    assert [each.returncode for each in said] == [0, 0], said[-1].stderr
    values = (CANARY, f"{CANARY}-2")
    seen: list[str] = []
    for value in values:
        fresh.put("stack/dev", DEFINITION.format(value=value))
        said.append(run(fresh, project, "up", "--yes", "--skip-preview"))
        assert said[-1].returncode == 0, said[-1].stderr
        seen.append(digest(fresh, project))
    assert seen == [hashlib.sha256(v.encode()).hexdigest() for v in values]
    said.append(run(fresh, project, "stack", "export"))
    assert not [each for each in said if CANARY in each.stdout + each.stderr]


def test_without_the_right_to_open(fresh: Esc, project: Path) -> None:
    """S9: anyone who may not open the environment gets no preview of the stack."""
    fresh.put("stack/dev", DEFINITION.format(value=CANARY))
    assert run(fresh, project, "stack", "init").returncode == 0
    reader = fresh.login("ann", {"stack/dev": "read"})
    done = run(fresh, project, "preview", token=reader)
    assert done.returncode != 0
    assert "no permission to open" in done.stdout + done.stderr
    assert CANARY not in done.stdout + done.stderr
