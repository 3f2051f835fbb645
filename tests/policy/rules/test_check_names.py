"""Checks have GitHub's names: of jobs, matrices and called workflows (issue 13, number 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from portcullis_policy.rules.branches_and_tags.check_names import is_made, patterns
from portcullis_policy.semantics.workflow_files.workflows import Workflow, read

if TYPE_CHECKING:
    from portcullis_policy.semantics.languages.automata import Expression

ON = "on: pull_request\n"
CALLED = ".github/workflows/called.yml"
CALLER = f"{ON}jobs: {{all: {{uses: ./{CALLED}}}}}"


def made(*texts: str) -> frozenset[Expression] | None:
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
        assert is_made(check, found) == (check in checks), check


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
    assert len(found) == 1
    assert is_made("test (3, 4) / called (5, 15)", found)
    assert not is_made("test (3, 4) / called (5, 16)", found)


def test_a_name_of_many_expressions_is_compared_at_once() -> None:
    """A name with 25 expressions is no regular expression that backtracks for hours."""
    found = made(f"{ON}jobs: {{test: {{name: '{'a${{ matrix.x }}' * 25}b'}}}}")
    assert found is not None
    assert not is_made("a" * 100, found)
    assert is_made("a" * 100 + "b", found)


def test_calls_that_multiply_are_not_followed_for_ever() -> None:
    """Twelve workflows that each call the next one four times would have 16 million checks."""
    paths = [f".github/workflows/w{number}.yml" for number in range(12)]
    files: dict[str, Workflow] = {}
    for path, called in zip(paths, [*paths[1:], "x.yml"], strict=True):
        jobs = ", ".join(f"j{number}: {{uses: ./{called}}}" for number in range(4))
        workflow = read(f"{ON}jobs: {{{jobs}}}")
        assert workflow is not None
        files[path] = workflow
    assert patterns(files) is None
