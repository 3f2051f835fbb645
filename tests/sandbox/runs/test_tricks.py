"""Tricks with names, permissions and calls that must not get a workflow past its gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.attempts.path import REPO

if TYPE_CHECKING:
    from tests.sandbox.attempts.path import Path

RELEASE = ".github/workflows/release.yml"
EVIL = """\
on: [push, workflow_dispatch]
jobs:
  publish: {runs-on: x, environment: pypi-release, steps: []}
"""
TWICE = """\
on: workflow_dispatch
jobs:
  first: {runs-on: x, environment: pypi-release, steps: []}
  beside: {runs-on: x, environment: pypi-release, steps: []}
  publish: {runs-on: x, needs: first, environment: pypi-release, steps: []}
"""


@pytest.mark.parametrize("name", ["refs/tags/main", "refs/heads/main", "heads/main", "tags/main"])
def test_a_branch_that_is_called_like_another_ref(path: Path, name: str) -> None:
    """Only its one prefix goes before an environment's pattern is compared (R4)."""
    path.only_refs(("branch", "main"))
    path.ref("carl", f"heads/{name}")
    assert path.commit("carl", RELEASE, EVIL, name).is_success
    assert path.world.jobs(key="publish", conclusion="failure")
    assert not path.leaked()


def test_a_dispatch_takes_the_workflow_of_the_very_ref(path: Path) -> None:
    """`refs/heads/main` is main, also beside a branch of that name (R3)."""
    path.ref("carl", "heads/refs/heads/main")
    assert path.commit("carl", RELEASE, EVIL, "refs/heads/main").is_success
    assert path.dispatch("carl", "main").status_code == 204
    run = path.as_("carl").get(f"{REPO}/actions/runs").json()["workflow_runs"][0]
    assert (run["event"], run["head_sha"]) == ("workflow_dispatch", path.tip())


def test_the_deletion_of_a_ref_runs_on_the_default_branch(path: Path) -> None:
    """A deleted tag's name does not become a branch that an environment admits (R4)."""
    path.only_refs(("branch", "v1"))
    path.commit("olga", RELEASE, EVIL.replace("[push, workflow_dispatch]", "delete"))
    path.ref("carl", "tags/v1")
    path.as_("carl").delete(f"{REPO}/git/refs/tags/v1")
    assert "main" in path.world.jobs(key="publish", event="delete")[-1]["reason"]
    assert not path.leaked()


@pytest.mark.parametrize(
    "permissions",
    ["{administration: write}", "{workflows: write}", "{contents: admin}", "everything"],
)
def test_a_workflow_cannot_ask_for_everything(path: Path, permissions: str) -> None:
    """What GitHub's token never has keeps the run from starting (R5)."""
    text = f"permissions: {permissions}\n{EVIL}"
    path.commit("carl", ".github/workflows/evil.yml", text)
    runs = path.as_("carl").get(f"{REPO}/actions/workflows/evil.yml/runs").json()
    assert [run["conclusion"] for run in runs["workflow_runs"]] == ["startup_failure"]


def test_a_workflow_s_token_changes_no_workflow(path: Path) -> None:
    """Not even one that may write contents (R5)."""
    path.token_may("write")
    path.world.plan("guild/sophia", "test", "hold")
    path.commit("mia", "x.txt", "x")
    job = path.world.jobs(key="test", status="in_progress")[-1]
    token = path.bearer(path.world.job(job["id"])["github_token"])
    assert path.commit("", ".github/workflows/evil.yml", EVIL, client=token).status_code == 403


def test_one_approval_is_for_what_waits(path: Path) -> None:
    """Jobs that wait together pass together; one that comes later is reviewed anew (R4)."""
    path.commit("olga", RELEASE, TWICE)
    path.reviewers("ria")
    path.dispatch("carl")
    path.review("ria")
    ends = {job["key"]: job["status"] for job in path.world.jobs(event="workflow_dispatch")}
    assert ends == {"first": "completed", "beside": "completed", "publish": "waiting"}
    path.review("ria")
    assert path.world.jobs(key="publish")[-1]["conclusion"] == "success"


def _library(path: Path) -> None:
    """Let docs have a workflow that calls another one beside it."""
    body = {"access_level": "organization"}
    path.put("/repos/guild/docs/actions/permissions/access", body)
    inner = "on: {workflow_call: {}}\njobs:\n  inner: {runs-on: x, steps: []}\n"
    outer = "on: {workflow_call: {}}\njobs:\n  outer: {uses: ./.github/workflows/inner.yml}\n"
    for name, text in (("inner", inner), ("outer", outer)):
        path.commit("olga", f".github/workflows/{name}.yml", text, repo="/repos/guild/docs")


def test_a_called_workflow_calls_what_lies_beside_it(path: Path) -> None:
    """Its own repository's file: `job_workflow_ref` does not claim the first caller's (O1)."""
    _library(path)
    uses = "guild/docs/.github/workflows/outer.yml@main"
    text = f"on: push\npermissions: {{id-token: write}}\njobs:\n  call: {{uses: {uses}}}\n"
    path.commit("olga", ".github/workflows/caller.yml", text)
    jobs = [each["data"] for each in path.world.state("job")]
    job = next(each for each in jobs if each["key"] == "call/outer/inner")
    assert job["workflow_ref"] == "guild/docs/.github/workflows/inner.yml@refs/heads/main"


def test_a_called_workflow_that_does_not_say_has_its_caller_s_permissions(path: Path) -> None:
    """They can be held down, and are passed on (R5)."""
    _library(path)
    uses = "guild/docs/.github/workflows/inner.yml@main"
    text = f"on: push\npermissions: {{id-token: write}}\njobs:\n  call: {{uses: {uses}}}\n"
    path.commit("olga", ".github/workflows/caller.yml", text)
    job = path.world.job(path.world.jobs(key="call/inner")[-1]["id"])
    assert job["permissions"] == {"id-token": "write", "metadata": "read"}


@pytest.mark.parametrize(("ref", "starts"), [("v1", True), ("refs/heads/v1", False)])
def test_a_tag_goes_before_a_branch_of_its_name(path: Path, ref: str, *, starts: bool) -> None:
    """Nobody takes a called workflow's tag over by a branch; prefixes are not allowed (O1)."""
    _library(path)
    docs = "/repos/guild/docs"
    sha = path.as_("olga").get(f"{docs}/commits/main").json()["sha"]
    for kind in ("tags", "heads"):
        made = path.as_("carl").post(
            f"{docs}/git/refs", json={"ref": f"refs/{kind}/v1", "sha": sha}
        )
        assert made.status_code == 201
    evil = "on: {workflow_call: {}}\njobs:\n  evil: {runs-on: x, steps: []}\n"
    path.commit("carl", ".github/workflows/inner.yml", evil, "v1", repo=docs)
    uses = f"guild/docs/.github/workflows/inner.yml@{ref}"
    path.commit("olga", ".github/workflows/caller.yml", f"on: push\njobs:\n  c: {{uses: {uses}}}\n")
    assert [job["key"] for job in path.world.jobs(workflow=".github/workflows/caller.yml")] == (
        ["c/inner"] if starts else []
    )
