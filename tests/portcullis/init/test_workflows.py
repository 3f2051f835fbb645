"""The workflow files of a configuration repository, for each place of the state."""

from __future__ import annotations

import json
import shutil
import subprocess
import sysconfig
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from engine import ensure_actionlint
from portcullis.init.repository import files
from tests.components.workflow_cases.variants import UNKNOWN
from tests.portcullis.init.test_repository import WHEEL

if TYPE_CHECKING:
    from pathlib import Path

BACKENDS = ("", "s3://state", "gs://state", "azblob://state", "file:///state")
PULLS, DEPLOY, SCHEDULED = (
    f".github/workflows/{name}.yml" for name in ("pull-request", "deploy", "scheduled")
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder `.github` for each backend."""
    root = tmp_path_factory.mktemp("configurations")
    for number, backend in enumerate(BACKENDS):
        for path, text in files(["acme", "umbrella"], backend, WHEEL).items():
            if path.startswith(".github/"):
                target = root / str(number) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
    return root


def tool(name: str) -> str:
    """A development tool of this virtual environment."""
    return str(shutil.which(name, path=sysconfig.get_path("scripts")))


def load(path: str, backend: str) -> dict[str, Any]:
    """A workflow file of a backend."""
    loaded: dict[str, Any] = YAML(typ="safe").load(files(["acme"], backend, WHEEL)[path])
    return loaded


def test_zizmor_finds_nothing(written: Path) -> None:
    """Its strictest persona finds nothing, but what a comment in the file accepts (G2, R8).

    That is the token of the App for the whole organization, which is what a stack manages.
    """
    command = [tool("zizmor"), "--offline", "--persona=auditor", "--format=json", "--no-progress"]
    done = subprocess.run([*command, written], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == []
    command.append("--no-ignores")
    done = subprocess.run([*command, written], capture_output=True, text=True, check=False)
    assert {each["ident"] for each in json.loads(done.stdout)} == {"github-app"}


def test_actionlint_finds_nothing(written: Path) -> None:
    """With shellcheck for the scripts, actionlint has no finding (G2)."""
    command = [str(ensure_actionlint()), *UNKNOWN, "-shellcheck", tool("shellcheck")]
    paths = sorted(written.glob("*/.github/workflows/*.yml"))
    done = subprocess.run([*command, *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert len(paths) == 3 * len(BACKENDS)


@pytest.mark.parametrize("backend", BACKENDS)
def test_only_jobs_with_an_environment_have_credentials(backend: str) -> None:
    """R8: a job without an environment names no secret, and gets no identity token.

    Besides, the job that shows findings may write those, and the one that reviews its issues.
    """
    for path in (PULLS, DEPLOY, SCHEDULED):
        workflow = load(path, backend)
        assert workflow["permissions"] == {}
        for name, job in workflow["jobs"].items():
            writes = {key for key, access in job["permissions"].items() if access == "write"}
            if "environment" in job:
                assert writes - {"id-token"} == ({"issues"} if path == SCHEDULED else set())
            else:
                assert writes == ({"security-events"} if name == "code-scanning" else set())
                assert "secrets." not in json.dumps(job)


@pytest.mark.parametrize("backend", ["", "s3://state"])
def test_nothing_long_lived_is_stored_on_github(backend: str) -> None:
    """G2: with Pulumi Cloud and AWS, each credential comes by the job's identity token."""
    for path in (PULLS, DEPLOY, SCHEDULED):
        assert "secrets." not in json.dumps(load(path, backend))


def test_a_deployment_is_never_cancelled() -> None:
    """C4: one at a time, for all merges and for each stack; those that wait are kept."""
    workflow = load(DEPLOY, "s3://state")
    job = workflow["jobs"]["deploy"]
    for each in (workflow["concurrency"], job["concurrency"]):
        assert (each["cancel-in-progress"], each["queue"]) == (False, "max")
    assert job["strategy"]["max-parallel"] == 1
    assert "matrix.stack" in job["concurrency"]["group"]


def test_the_check_of_a_fork_runs_without_an_environment() -> None:
    """R8: the trigger is that of forks without secrets, and code of a fork meets no credentials."""
    workflow = load(PULLS, "s3://state")
    assert [*workflow["on"]] == ["pull_request"]
    for name in ("code-scanning", "preview"):
        condition = workflow["jobs"][name]["if"]
        assert "github.event.pull_request.head.repo.full_name == github.repository" in condition
