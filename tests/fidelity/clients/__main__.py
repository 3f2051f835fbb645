"""`python -m tests.fidelity.clients [NAME ...]`: run the clients of others, and print how it went.

Each client gets a world of its own. It passes if its commands do what they do on GitHub, if it asks
for nothing that the sandbox does not have, and if all that went in and out is as GitHub describes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fidelity.clients import gh, otterdog, peribolos, pinned
from tests.fidelity.clients.running import ClientError, MissingError
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.sandbox import World

CI = "name: ci\non: [push, workflow_dispatch]\njobs: {test: {runs-on: x, steps: [{run: 'true'}]}}\n"
SEED: dict[str, Any] = {
    "settings": {"etags": True},
    "organizations": [
        {
            "login": "acme",
            "plan": "enterprise",
            "licenses": ["secret-protection", "code-security"],
            "owners": ["ana", "lea"],
            "members": ["ben", "kim"],
            "teams": {"release": {"members": ["ben"]}},
            "repositories": {
                "site": {
                    "visibility": "public",
                    "files": {"README.md": "# site\n", ".github/workflows/ci.yml": CI},
                },
            },
        }
    ],
    "tokens": [{"login": "ana"}],
}
CLIENTS: dict[str, Callable[[World, Path], str]] = {
    "gh": gh.run,
    "otterdog": otterdog.run,
    "peribolos": peribolos.run,
    "octokit, PyGithub, githubkit": pinned.run,
}
"""Name to what runs it and returns its version."""


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _wrong(name: str, number: int) -> tuple[str, list[str]]:
    """Run one client against a sandbox of its own; return its version, and what was wrong."""
    sandbox = Sandbox()
    try:
        world = sandbox.world(f"client{number}", SEED)
        with tempfile.TemporaryDirectory() as home:
            try:
                version, wrong = CLIENTS[name](world, Path(home)), []
            except (ClientError, MissingError) as error:
                version, wrong = "", [str(error)]
        wrong += [f"not there: {gap}" for gap in sandbox.all_gaps()]
        wrong += [f"not as GitHub describes it: {line}" for line in sandbox.verdicts()]
    finally:
        sandbox.stop()
    return version, wrong


def main(wanted: list[str]) -> int:
    """Run the clients whose names are given, or all; return 0 where all is as on GitHub."""
    failed = 0
    for number, name in enumerate(CLIENTS):
        if wanted and not any(each in name for each in wanted):
            continue
        started = time.monotonic()
        version, wrong = _wrong(name, number)
        state = "works" if not wrong else "FAILS"
        _say(f"{name:30} {version:12} {state}  {time.monotonic() - started:5.1f} s")
        for line in wrong:
            _say(f"  {line}")
        failed += bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
