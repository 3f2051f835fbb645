"""GitHub's own JavaScript client works over the surface."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.sandbox import World

HERE = Path(__file__).parent
PINS = ("package.json", "package-lock.json")
SCRIPT = "octokit.mjs"


@pytest.fixture(scope="session")
def node_folder() -> Path:
    """A folder with the pinned packages, by hash, outside of the checkout; made once."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail("this test runs octokit: install Node.js 20 or later, with npm")
    pins = b"".join((HERE / name).read_bytes() for name in PINS)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "portcullis" / f"clients-{hashlib.sha256(pins).hexdigest()[:16]}"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in PINS:
            shutil.copy(HERE / name, folder)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        (folder / "done").touch()
    return folder


def test_octokit_sets_up_a_release_path(world: World, node_folder: Path) -> None:
    """Repository, team, file, pull request, ruleset, environment, run, secrets; read back (C2)."""
    shutil.copy(HERE / SCRIPT, node_folder)
    node = shutil.which("node")
    assert node is not None
    world.client("ben").close()  # gives ben a token
    done = subprocess.run(
        [node, SCRIPT],
        cwd=node_folder,
        env={
            **os.environ,
            "SANDBOX_URL": world.rest_url,
            "SANDBOX_TOKEN": world.token,
            "SANDBOX_REVIEWER": world.tokens["ben"],
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "pull": [1, "clean"],
        "merge": [True, 405],
        "merged": True,
        "run": ["waiting", ["pypi-release"], "success", ["ben"]],
        "repositories": ["gadget", "site", "widget"],
        "environments": [["pypi-release", ["required_reviewers", "branch_policy"]]],
        "secrets": ["TOKEN"],
        "rules": ["deletion", "pull_request"],
        "graphql": {
            "login": "acme",
            "teams": {"nodes": [{"slug": "release"}, {"slug": "releasers"}]},
        },
        "missing": 404,
    }
    place = {"repository": "acme/gadget", "environment": "pypi-release"}
    assert world.secret("TOKEN", **place) == "canary-octokit"
    assert world.secret("SHARED", org="acme") == "canary-shared"
