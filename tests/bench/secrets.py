"""What secrets cost: requests to their source and to GitHub, counted on the real parts.

500 secrets of 100 repositories, from 100 paths of a real Vault with five values each.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine.stand_ins.on_path import Plugins
from tests.support.project import Project
from tests.support.sandbox import Sandbox
from tests.support.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from tests.support.project import Outcome

REPOSITORIES, A_REPOSITORY = 100, 5
HEAD = """\
organization: fleet
plan: team
settings: {display_name: Fleet, billing_email: billing@fleet.example}
repositories:
"""
SEED = {
    "users": ["owner"],
    "organizations": [{"login": "fleet", "plan": "team", "owners": ["owner"]}],
    "tokens": [{"login": "owner"}],
}


def show(console: Console) -> None:
    """Measure and print."""
    with (
        Vault() as vault,
        Sandbox(judged=False) as sandbox,
        tempfile.TemporaryDirectory() as folder,
    ):
        vault.mount("kv")
        project = Project(Path(folder, "project"), sandbox.world("secrets", SEED))
        project.write(HEAD + "".join(_repository(number) for number in range(REPOSITORIES)))
        project.limit = 3600
        project.create({})
        plugins = Plugins.make(Path(folder, "plugins"))
        project.environment = plugins.environment(project.environment) | {
            "VAULT_ADDR": vault.address,
            "VAULT_TOKEN": vault.root_token,
            "PULUMI_OPTION_POLICY_PACK": "",
            "PULUMI_SKIP_CHECKPOINTS": "true",  # of 1,000 resources, in a stack to throw away
        }
        for number in range(REPOSITORIES):
            vault.write("kv", f"r{number}", **{f"k{key}": "a value" for key in range(A_REPOSITORY)})
        count = REPOSITORIES * A_REPOSITORY
        console.print(f"secrets: {count} of {REPOSITORIES} repositories, {REPOSITORIES} paths")
        _measure(console, project, plugins, "first up", project.up)
        _measure(console, project, plugins, "no change", lambda: project.preview("--diff"))
        vault.write("kv", "r0", **{f"k{key}": f"other {key}" for key in range(A_REPOSITORY)})
        _measure(console, project, plugins, "one path of five", project.up)


def _repository(number: int) -> str:
    secrets = {
        f"SECRET_{key}": {"from": {"vault": f"kv/r{number}", "key": f"k{key}"}}
        for key in range(A_REPOSITORY)
    }
    return f"  r{number}: {{visibility: public, secrets: {json.dumps(secrets)}}}\n"


def _measure(
    console: Console,
    project: Project,
    plugins: Plugins,
    step: str,
    action: Callable[[], Outcome],
) -> None:
    plugins.clear()
    project.world.clear_journal()
    started = time.monotonic()
    outcome = action()
    seconds = time.monotonic() - started
    assert outcome.code == 0, outcome.text[-3000:]
    counts = project.world.control("GET", "journal/counts")
    of_secrets = sum(number for route, number in counts.items() if "/secrets" in route)
    written = sum(n for route, n in counts.items() if "/secrets" in route and "PUT" in route)
    reads = sum("/data/" in each for each in plugins.requests("vault"))
    a_secret = f", {of_secrets / written:.2f} a secret written" if written else ""
    console.print(
        f"  {step:<17} {seconds:6.1f} s  Vault: {reads} reads  GitHub: {sum(counts.values())} "
        f"requests, {of_secrets} about secrets ({written} writes){a_secret}"
    )
