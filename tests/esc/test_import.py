"""`portcullis secrets import` into ESC, as a person runs it: a dry run, the run, its mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.esc.project import ACCESS, KEYS, portcullis, write

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.support.esc import Esc

CANARY = "canary-a94c06"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one group and a `.env` file."""
    return write(
        tmp_path,
        {
            "esc/access.yaml": ACCESS,
            "esc/sophia/api-keys.yaml": KEYS,
            ".env": f"OPENAI_API_KEY={CANARY}\n",
        },
    )


def run(esc: Esc, root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Import into ESC; whatever it says, no value is in it."""
    done = portcullis(root, esc.environment({}), "secrets", "import", ".env", *options)
    assert CANARY not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_dry_run(fresh: Esc, root: Path) -> None:
    """S4, S10: a dry run says what would go where, masked, and changes nothing."""
    done = run(fresh, root, "--to", "esc:sophia", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "new       OPENAI_API_KEY  esc sophia/api-keys-development" in done.stdout
    assert not fresh.client().list_environments("acme").environments


def test_import_by_group(fresh: Esc, root: Path) -> None:
    """S10: each name goes to the group whose file lists it; the YAML to add refers to that."""
    done = run(fresh, root, "--to", "esc:sophia", "--stage", "production")
    assert done.returncode == 0, done.stderr
    assert fresh.values("sophia/api-keys-production") == {"OPENAI_API_KEY": CANARY}
    line = "OPENAI_API_KEY: {from: {esc: sophia/api-keys-production, key: OPENAI_API_KEY}}"
    assert line in done.stdout
    _, raw = fresh.client().get_environment("acme", "sophia", "api-keys-production")
    assert CANARY.encode() not in raw


def test_a_name_without_a_group(fresh: Esc, root: Path) -> None:
    """A name that no file lists is a mistake with its line, and nothing is written."""
    write(root, {".env": f"OPENAI_API_KEY={CANARY}\nUNLISTED={CANARY}\n"})
    done = run(fresh, root, "--to", "esc:sophia")
    assert done.returncode == 1
    assert "error  .env:2  UNLISTED: no file in esc/sophia/ lists it; say --group" in done.stderr
    assert not fresh.client().list_environments("acme").environments


def test_no_right_to_write(fresh: Esc, root: Path) -> None:
    """A login that may not write gets an error, without the value."""
    fresh.put("sophia/api-keys-development", "values: {}\n")
    environment = fresh.environment({}, fresh.login("ann", {"*/*": "open"}))
    done = portcullis(root, environment, "secrets", "import", ".env", "--to", "esc:sophia")
    assert done.returncode == 1
    assert "no permission" in done.stderr
    assert "0 of 1 were written" in done.stderr
    assert CANARY not in done.stdout + done.stderr
