"""No value of a secret is seen anywhere but on GitHub, encrypted, and in the encrypted state."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.conftest import CANARY, WEBHOOK, make_small, notify
from tests.support.arguments import Arguments
from tests.support.extent import cases
from tests.support.tokens import pypi_token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.project import Project
    from tests.support.sandbox import Sandbox


@pytest.fixture
def arguments() -> Iterator[Arguments]:
    """The watch over arguments."""
    watch = Arguments(CANARY)
    yield watch
    watch.stop()


def test_no_canary_anywhere(sandbox: Sandbox, tmp_path: Path, arguments: Arguments) -> None:
    """Preview, up, refresh, failures, `--json`, debug logs: the values are in none of it.

    Debug logs up to `-v=7`: from `-v=9` on, the engine itself logs each property that it reads.
    """
    project = make_small(sandbox, tmp_path, "canaries")
    notify(project)
    project.environment["TF_LOG"] = "TRACE"  # the plugin says all that it can
    outcomes = [
        project.preview("--json"),
        project.up("--diff", "--debug", "--logtostderr", "-v=7"),
        project.refresh("--diff"),
        project.portcullis("up"),
        project.pulumi("stack", "output", "--json"),
        project.pulumi("stack", "export"),
    ]
    assert [outcome.code for outcome in outcomes] == [0] * len(outcomes), outcomes[-1].text
    opened = project.pulumi("stack", "export", "--show-secrets", check=True).stdout
    assert WEBHOOK in opened
    # failures: values that are not what they have to be; GitHub refuses one; a finding
    for value in cases([pypi_token(None, f"{CANARY}-account")], f"{CANARY}-none"):
        project.pulumi("config", "set", "--secret", "portcullis:pypiToken", stdin=value)
        outcomes.append(project.up())
        assert "repositories.tool.publish.0.tokens.pypi.from" in outcomes[-1].text
    other = pypi_token("acme-tool", f"{CANARY}-2")
    project.pulumi("config", "set", "--secret", "portcullis:pypiToken", stdin=other)
    project.world.fault(method="PUT", path="*/secrets/PYPI_API_TOKEN", status=422, count=1)
    outcomes.append(project.up())
    assert outcomes[-1].code != 0
    project.edit("visible_to: [tool]\n\nvariables", "visible_to: all\n\nvariables")
    outcomes.append(project.preview())
    assert outcomes[-1].code != 0
    for outcome in outcomes:
        assert CANARY not in outcome.text
        assert CANARY not in json.dumps(outcome.events)
    assert CANARY not in json.dumps(project.world.journal())
    assert arguments.seen == set()
    in_files = [path for path in files(tmp_path) if CANARY.encode() in path.read_bytes()]
    assert in_files == []
    assert CANARY not in sandbox.errors()


def files(folder: Path) -> Iterator[Path]:
    """All files below a folder that the run itself could have written."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path


def test_the_state_holds_secrets_encrypted(made: Project) -> None:
    """The state has the secrets as ciphertext: another passphrase does not open it."""
    text = json.dumps(made.state())
    assert CANARY not in text
    assert "ciphertext" in text
    opened = made.pulumi("stack", "export", "--show-secrets", check=True)
    assert f"{CANARY}-pypiToken" in opened.stdout
    wrong = subprocess.run(
        made.command("stack", "export", "--show-secrets")[0],
        cwd=made.folder,
        env={**made.environment, "PULUMI_CONFIG_PASSPHRASE": "another"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrong.returncode != 0
    assert CANARY not in wrong.stdout + wrong.stderr
