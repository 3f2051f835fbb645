"""What a lockdown of 100 repositories that publish costs in requests, and what stops when.

`python -m tests.bench.lockdown [COUNT]` measures this alone.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from portcullis.lockdown.sending import MINUTE, MOST_CREATED, MOST_WRITES
from tests.support.project import STACK, Project
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.sandbox import World

REPOSITORIES = 100
TARGET = 60
"""Seconds for 100 repositories, at GitHub's limits."""
HEAD = """\
organization: fleet
plan: team
settings: {display_name: Fleet, billing_email: billing@fleet.example}
teams: {releasers: {members: [ana, ben]}}
repositories:
"""
REPOSITORY = """\
  {name}:
    visibility: public
    access: {{releasers: push}}
    publish: [{{python: {name}, approvers: [releasers]}}]
"""
_NAMES = {"POST": "creates", "PUT": "creates", "PATCH": "creates", "DELETE": "deletes"}


def show(console: Console, count: int = REPOSITORIES) -> None:
    """Measure and print."""
    with Sandbox(judged=False) as sandbox, tempfile.TemporaryDirectory() as folder:
        names = [f"package-{number:03}" for number in range(count)]
        world = sandbox.world("lockdown", _seed(names))
        _open(world, names)
        project = Project(Path(folder, "project"), world)
        project.write(HEAD + "".join(REPOSITORY.format(name=name) for name in names))
        config = f"config:\n  portcullis:organization: test\n  github:baseUrl: {world.base_url}\n"
        (project.folder / f"Pulumi.{STACK}.yaml").write_text(config, encoding="utf-8")
        project.environment["GITHUB_TOKEN"] = world.token
        project.limit = 3600
        world.clear_journal()
        begun = time.monotonic()
        done = project.portcullis("lockdown", "fleet")
        seconds = time.monotonic() - begun
        assert done.code == 0, done.text[-2000:]
        _print(console, world, count, seconds)


def _print(console: Console, world: World, count: int, seconds: float) -> None:
    writes = [each["method"] for each in reversed(world.writes(limit=10_000))]
    reads = len(world.journal(limit=10_000)) - len(writes)
    kinds = [_NAMES[each] for each in writes]
    minutes = max(len(writes) / MOST_WRITES, kinds.count("creates") / MOST_CREATED)
    console.print(
        f"lockdown of {count} repositories that publish: {seconds:.1f} s, {reads} reads, "
        f"{len(writes)} writes, of which {kinds.count('creates')} create; GitHub's limits allow "
        f"this in {minutes * MINUTE:.0f} s (target {TARGET})"
    )


def _seed(names: Sequence[str]) -> dict[str, object]:
    repositories = {
        name: {"visibility": "public", "files": {"README.md": f"# {name}\n"}} for name in names
    }
    organization = {
        "login": "fleet",
        "plan": "team",
        "owners": ["owner"],
        "members": ["ana", "ben"],
        "teams": {"releasers": {"members": ["ana", "ben"]}},
        "repositories": repositories,
    }
    users = ["owner", "ana", "ben"]
    return {"users": users, "organizations": [organization], "tokens": [{"login": "owner"}]}


def _open(world: World, names: Sequence[str]) -> None:
    """Give each repository a release environment that admits one pattern of tags."""
    for name in names:
        base = f"/repos/fleet/{name}/environments/pypi-release"
        policy = {"protected_branches": False, "custom_branch_policies": True}
        world.request("PUT", base, {"deployment_branch_policy": policy})
        world.request("POST", f"{base}/deployment-branch-policies", {"name": "v*", "type": "tag"})


if __name__ == "__main__":
    show(Console(width=120), *(int(each) for each in sys.argv[1:]))
