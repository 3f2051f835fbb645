"""Run the GitHub provider's own acceptance tests against a world of the sandbox."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

import engine
from tests.fidelity.results import Result, read
from tests.support.keys import app_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tests.support.sandbox import Sandbox, World


@dataclass(frozen=True)
class Chosen:
    """The tests of a run.

    Attributes:
        names: Their names.
        abreast: How many run side by side; 0: as many as there are processors.
    """

    names: Collection[str]
    abreast: int = 0

    def options(self) -> list[str]:
        """Return the test program's options."""
        options = ["-test.run", f"^({'|'.join(sorted(self.names))})$"]
        return options + ([f"-test.parallel={self.abreast}"] if self.abreast else [])


def names() -> list[str]:
    """Return the names of all acceptance tests in the program."""
    listed = subprocess.run(
        [engine.ensure_acceptance(), "-test.list", "^TestAcc"],
        check=True,
        capture_output=True,
        text=True,
    )
    return listed.stdout.split()


SEED = Path(__file__).with_name("world.yaml")
ORGANIZATION = "proving-ground"
OWNER = "ana"
QUIET = 30.0
"""Seconds between two lines about how far a run is."""
_LIMIT = "60m"


def seeded(sandbox: Sandbox, name: str) -> World:
    """Make a world with what the tests need."""
    seed: Any = YAML(typ="safe").load(SEED)
    for app in seed["apps"]:
        app["public_key"] = app_keys()[1]
    return sandbox.world(name, seed)


def _environment(world: World, folder: Path, mode: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    tool = engine.ensure_tofu()
    if tool.name == "tofu":
        kept |= {
            "TF_ACC_PROVIDER_HOST": "registry.opentofu.org",
            "TF_ACC_PROVIDER_NAMESPACE": "hashicorp",
        }
    configuration = folder / "cli.tfrc"
    configuration.write_text("", encoding="utf-8")
    return {
        **kept,
        "HOME": str(folder),
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": str(configuration),
        "TF_ACC": "1",
        "TF_ACC_TERRAFORM_PATH": str(tool),
        "GITHUB_BASE_URL": world.base_url,
        "GITHUB_LEGACY_CLIENT": "false",
        "GITHUB_TOKEN": world.tokens[OWNER],
        "GITHUB_OWNER": OWNER if mode == "individual" else ORGANIZATION,
        # an enterprise's name opens the tests of its plan; an enterprise account is not there
        "GITHUB_ENTERPRISE_SLUG": "proving",
        "GH_TEST_AUTH_MODE": mode,
        "GH_TEST_ORG_USER1": "ben",
        "GH_TEST_ORG_USER2": "cleo",
        "GH_TEST_ORG_USER3": "dan",
        "GH_TEST_EXTERNAL_USER1": "zoe",
        "GH_TEST_EXTERNAL_USER1_TOKEN": world.tokens["zoe"],
        "GH_TEST_EXTERNAL_USER2": "yan",
        "GH_TEST_COLLABORATOR": "zoe",
        "GH_TEST_ADVANCED_SECURITY": "true",
    }


def allow_pull_requests(world: World) -> None:
    """Let workflows of the organization approve pull requests: some tests expect it allowed."""
    path = f"/orgs/{ORGANIZATION}/actions/permissions/workflow"
    world.request("PUT", path, {"can_approve_pull_request_reviews": True}, OWNER)


def run(
    world: World, mode: str, chosen: Chosen, report: Callable[[str], None]
) -> dict[str, Result]:
    """Run tests, and return how each ended.

    Args:
        world: Where they run.
        mode: `enterprise`: as an owner of an organization of that plan; `individual`: as a person.
        chosen: Which tests.
        report: Gets a line now and then about how far they are.
    """
    program = engine.ensure_acceptance()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fixtures = folder / "test-fixtures"  # some tests write keys there
        fixtures.mkdir()
        shutil.copy2(program.with_name("gpg-pubkey.asc"), fixtures)
        log = folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [program, "-test.v=test2json", f"-test.timeout={_LIMIT}", *chosen.options()],
                cwd=folder,
                env=_environment(world, folder, mode),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                _wait(process, log, report)
            finally:
                process.kill()
                process.wait()
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    found = read(lines)
    if not found:
        raise engine.EngineError("the tests did not run:\n" + "\n".join(lines[-20:]))
    return found


def _wait(process: subprocess.Popen[bytes], log: Path, report: Callable[[str], None]) -> None:
    started = time.monotonic()
    while True:
        try:
            process.wait(QUIET)
        except subprocess.TimeoutExpired:
            ended = log.read_bytes().count(b"--- ")
            report(f"{ended} tests and subtests ended, {time.monotonic() - started:.0f} s")
        else:
            return
