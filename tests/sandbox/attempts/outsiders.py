"""People who are not in the organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.attempts.attempt import stopped_by
from tests.sandbox.attempts.path import CI, REPO

if TYPE_CHECKING:
    from tests.sandbox.attempts.path import Path


def _fork(path: Path, workflow: str) -> None:
    """Let zoe, who is nobody, propose a workflow from a fork."""
    path.secret(f"{REPO}/actions/secrets", "NPM_TOKEN")
    assert path.as_("zoe").post(f"{REPO}/forks").status_code == 202
    fork = "/repos/zoe/sophia"
    made = path.commit("zoe", ".github/workflows/evil.yml", workflow, repo=fork)
    assert made.is_success, made.text
    body = {"title": "help", "head": "zoe:main", "base": "main"}
    assert path.as_("zoe").post(f"{REPO}/pulls", json=body).status_code == 201


@stopped_by(
    "runs of outsiders that wait for an approval",
    lambda path: path.put(
        f"{REPO}/actions/permissions/fork-pr-contributor-approval",
        {"approval_policy": "all_external_contributors"},
    ),
)
def _(path: Path) -> bool:
    """Somebody whose first change was harmless runs their own workflow from a fork."""
    _fork(path, "on: []\njobs: {}\n")
    assert path.merge("olga", 1)
    assert path.commit("zoe", ".github/workflows/evil.yml", CI, repo="/repos/zoe/sophia").is_success
    body = {"title": "again", "head": "zoe:main", "base": "main"}
    assert path.as_("zoe").post(f"{REPO}/pulls", json=body).status_code == 201
    return any(
        job["status"] == "completed"
        for job in path.world.jobs(event="pull_request", workflow=".github/workflows/evil.yml")
    )


TARGET = "on: pull_request_target\njobs:\n  greet: {runs-on: ubuntu-latest, steps: []}\n"


def _greeting(path: Path) -> None:
    assert path.commit("olga", ".github/workflows/greet.yml", TARGET).is_success


def _greeting_off(path: Path) -> None:
    _greeting(path)
    path.put(f"{REPO}/actions/workflows/greet.yml/disable", {})


@stopped_by("no workflow on pull_request_target", _greeting_off, _greeting)
def _(path: Path) -> bool:
    """A fork's pull request starts a workflow that has the repository's secrets."""
    _fork(path, CI)
    return path.leaked("NPM_TOKEN", event="pull_request_target")
