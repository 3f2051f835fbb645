"""Checks have GitHub's names: of jobs, matrices and called workflows (issue 13, number 10)."""

from __future__ import annotations

import re

import pytest
from portcullis_policy.rules.branches_and_tags.check_names import patterns
from portcullis_policy.semantics.workflow_files.workflows import Workflow, read

ON = "on: pull_request\n"
CALLED = ".github/workflows/called.yml"
CALLER = f"{ON}jobs: {{all: {{uses: ./{CALLED}}}}}"


def made(*texts: str) -> frozenset[str] | None:
    """The patterns of the checks of workflow files; the second one is `called.yml`."""
    paths = (".github/workflows/ci.yml", CALLED, ".github/workflows/more.yml")
    files: dict[str, Workflow] = {}
    for path, text in zip(paths, texts, strict=False):
        workflow = read(text)
        assert workflow is not None, text
        files[path] = workflow
    return patterns(files)


def matrix(values: str, name: str = "test") -> str:
    """A workflow with one job, whose key is `test`, and a matrix."""
    return f"{ON}jobs:\n  test:\n    name: {name}\n    strategy:\n      matrix: {values}\n"


@pytest.mark.parametrize(
    ("texts", "checks", "others"),
    [
        ((f"{ON}jobs: {{test: {{}}}}",), ["test"], ["Test", "test (3.12)", "ci / test"]),
        ((f"{ON}jobs: {{test: {{name: Unit tests}}}}",), ["Unit tests"], ["test"]),
        ((f"{ON}jobs: {{test: {{name: a.b}}}}",), ["a.b"], ["aXb"]),
        (
            (f"{ON}jobs: {{test: {{name: 'on ${{{{ github.ref }}}}'}}}}",),
            ["on main"],
            ["test", "main"],
        ),
        (
            (matrix("{python: [3.10, '3.11'], os: [linux]}"),),
            ["test (3.1, linux)", "test (3.11, linux)"],
            ["test", "test (3.12, linux)", "test (linux, 3.11)", "test (3.11)"],
        ),
        ((matrix("{python: [3], include: [{os: linux}]}"),), ["test (3, linux)"], ["test"]),
        ((matrix("${{ fromJSON(needs.a.outputs.b) }}"),), ["test (anything)"], ["test"]),
        (
            (matrix("{python: [3]}", "on ${{ matrix.python }}"),),
            ["on 3"],
            ["test (3)"],
        ),
        (
            (CALLER, "on: workflow_call\njobs: {build: {}, test: {name: Tests}}"),
            ["all / build", "all / Tests"],
            ["all", "build", "all / test"],
        ),
        (
            (CALLER, f"on: workflow_call\njobs: {{again: {{uses: ./{CALLED}}}}}"),
            ["all / again / more"],
            ["all", "again"],
        ),
        (
            (f"{ON}jobs: {{all: {{uses: acme/ci/.github/workflows/x.yml@v1}}}}",),
            ["all / whatever"],
            ["all"],
        ),
        (("on: schedule\njobs: {test: {}}",), [], ["test"]),
        (("on: {push: {tags: ['v*']}}\njobs: {test: {}}",), [], ["test"]),
        (("on: {push: {tags: ['v*'], branches: ['**']}}\njobs: {test: {}}",), ["test"], []),
        (("on: [push, release]\njobs: {test: {}}",), ["test"], []),
        (("on: merge_group\njobs: {test: {}}",), ["test"], []),
    ],
)
def test_the_names_of_checks(texts: tuple[str, ...], checks: list[str], others: list[str]) -> None:
    """A required check has to have the name with which GitHub shows the job."""
    found = made(*texts)
    assert found is not None
    for check in [*checks, *others]:
        assert any(re.fullmatch(each, check) for each in found) == (check in checks), check


@pytest.mark.parametrize(
    "text",
    [
        f"{ON}permissions: write-all\njobs: {{test: {{}}}}",
        f"{ON}permissions: {{checks: write}}\njobs: {{test: {{}}}}",
        f"{ON}jobs: {{test: {{permissions: {{statuses: write}}}}}}",
    ],
)
def test_a_job_that_reports_any_check(text: str) -> None:
    """With the permission to write checks, a job may report them under any name."""
    assert made(text) is None


def test_a_matrix_is_one_pattern() -> None:
    """A matrix that calls a matrix has 65,536 checks; they are not listed one by one."""
    values = ", ".join(map(str, range(16)))
    square = f"{{a: [{values}], b: [{values}]}}"
    found = made(
        f"{matrix(square)}    uses: ./{CALLED}",
        matrix(square, "called").replace(ON, "on: workflow_call\n"),
    )
    assert found is not None
    (pattern,) = found
    assert re.fullmatch(pattern, "test (3, 4) / called (5, 15)")
    assert not re.fullmatch(pattern, "test (3, 4) / called (5, 16)")
