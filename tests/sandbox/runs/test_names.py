"""Names of jobs as checks show them, matrices, and calls that are skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.attempts.path import REPO

if TYPE_CHECKING:
    from tests.sandbox.attempts.path import Path

FILE = ".github/workflows/named.yml"


def _jobs(path: Path, jobs: str, head: str = "on: push") -> dict[str, str]:
    """Push a workflow; return its jobs' conclusions by name."""
    path.commit("olga", FILE, f"{head}\njobs:\n{jobs}")
    return {job["name"]: job["conclusion"] for job in path.world.jobs(workflow=FILE)}


@pytest.mark.parametrize(
    ("job", "names"),
    [
        ("runs-on: x", ["job"]),
        ("runs-on: x, name: lint / docs", ["lint / docs"]),
        ("runs-on: x, name: a/b", ["a/b"]),
        ('runs-on: x, name: "on ${{ github.ref_name }}"', ["on main"]),
        ('runs-on: x, name: "${{ inputs.nothing }}"', ["job"]),
        ("runs-on: x, strategy: {matrix: {py: ['3.11', 3.12]}}", ["job (3.11)", "job (3.12)"]),
        ("runs-on: x, name: test, strategy: {matrix: {py: [1, 2]}}", ["test (1)", "test (2)"]),
        (
            'runs-on: x, name: "py ${{ matrix.py }}", strategy: {matrix: {py: [1, 2]}}',
            ["py 1", "py 2"],
        ),
        (
            'runs-on: x, name: "${{ strategy.job-index }}", strategy: {matrix: {py: [a, b]}}',
            ["0", "1"],
        ),
        (
            "runs-on: x, strategy: {matrix: {include: [{os: {a: linux, b: [arm]}, ok: true}]}}",
            ["job (linux, arm, true)"],
        ),
        (
            'runs-on: x, strategy: {matrix: "${{ fromJSON(\'{\\"py\\": [1, 2]}\') }}"}',
            ["job (1)", "job (2)"],
        ),
        (
            "runs-on: x, strategy: {matrix: {py: \"${{ fromJSON('[5, 6]') }}\"}}",
            ["job (5)", "job (6)"],
        ),
    ],
)
def test_the_name_of_a_job(path: Path, job: str, names: list[str]) -> None:
    """Expressions in it are evaluated; a matrix's values stand behind a name without any (R3)."""
    assert list(_jobs(path, f"  job: {{{job}, steps: []}}\n")) == names


def test_a_required_check_matches_the_evaluated_name(path: Path) -> None:
    """A rule that requires `python 3.12` is satisfied by the job of that matrix entry (R5)."""
    job = (
        'runs-on: x, steps: [], strategy: {matrix: {py: ["3.12"]}}, name: "python ${{ matrix.py }}"'
    )
    _jobs(path, f"  test: {{{job}}}\n", "on: [push, pull_request]")
    path.ruleset(
        {
            "type": "required_status_checks",
            "parameters": {
                "strict_required_status_checks_policy": False,
                "required_status_checks": [{"context": "python 3.12"}],
            },
        }
    )
    assert path.merge("mia", path.pull("carl"))


def test_outputs_of_a_job_make_the_matrix_of_another(path: Path) -> None:
    """`fromJSON(needs.plan.outputs.list)` is evaluated when the need has ended (R3)."""
    path.world.plan("guild/sophia", "plan", "hold")
    _jobs(
        path,
        "  plan: {runs-on: x, steps: []}\n"
        "  each:\n    needs: plan\n    runs-on: x\n    steps: []\n"
        '    strategy: {matrix: {name: "${{ fromJSON(needs.plan.outputs.list) }}"}}\n',
    )
    job = path.world.jobs(key="plan")[-1]
    body = {"conclusion": "success", "outputs": {"list": '["a", "b"]'}}
    path.world.control("POST", f"jobs/{job['id']}", body)
    names = [job["name"] for job in path.world.jobs(key="each")]
    assert names == ["each (a)", "each (b)"]


CALLED = """\
on: workflow_call
jobs:
  build: {runs-on: x, steps: [], strategy: {matrix: {py: [1, 2]}}}
  after: {runs-on: x, steps: [], needs: build, name: afterwards}
"""


@pytest.mark.parametrize(
    ("call", "jobs"),
    [
        (
            "",
            {
                "outer / build (1)": "success",
                "outer / build (2)": "success",
                "outer / afterwards": "success",
            },
        ),
        (", name: Outer", {"Outer / build (1)": "success"}),
        (", strategy: {matrix: {os: [a, b]}}", {"outer (b) / build (2)": "success"}),
        (", if: false", {"outer": "skipped"}),
        (", if: false, name: Outer", {"Outer": "skipped"}),
    ],
)
def test_jobs_of_a_called_workflow(path: Path, call: str, jobs: dict[str, str]) -> None:
    """Their names begin with the caller's; a call that is skipped is one skipped job (R3)."""
    path.commit("olga", ".github/workflows/called.yml", CALLED)
    found = _jobs(path, f"  outer: {{uses: ./.github/workflows/called.yml{call}}}\n")
    assert jobs.items() <= found.items(), found
    assert len(found) == (1 if "skipped" in jobs.values() else 6 if "matrix" in call else 3)


def test_a_skipped_job_has_its_name_as_written(path: Path) -> None:
    """No matrix is evaluated for it, so a check of an evaluated name stays missing (R5)."""
    job = 'if: false, runs-on: x, name: "py ${{ matrix.py }}", strategy: {matrix: {py: [1, 2]}}'
    assert _jobs(path, f"  job: {{{job}, steps: []}}\n") == {"py ${{ matrix.py }}": "skipped"}


def test_a_matrix_is_not_known_to_an_if(path: Path) -> None:
    """`if` is evaluated before the matrix is: GitHub knows no such name there (R3)."""
    job = "runs-on: x, if: matrix.py == 1, strategy: {matrix: {py: [1, 2]}}"
    assert list(_jobs(path, f"  job: {{{job}, steps: []}}\n").values()) == ["failure"]


def test_a_matrix_without_values_fails(path: Path) -> None:
    """It is a mistake, not a job without a matrix (R3)."""
    job = "runs-on: x, strategy: {matrix: {py: \"${{ fromJSON('[]') }}\"}}"
    assert list(_jobs(path, f"  job: {{{job}, steps: []}}\n").values()) == ["failure"]


def test_a_skipped_ancestor_skips_what_does_not_say_otherwise(path: Path) -> None:
    """`success()` looks at all ancestors, not at the direct needs alone (R3)."""
    found = _jobs(
        path,
        "  a: {if: false, runs-on: x, steps: []}\n"
        "  b: {needs: a, if: always(), runs-on: x, steps: []}\n"
        "  c: {needs: b, runs-on: x, steps: []}\n"
        "  d: {needs: b, if: \"always() && needs.b.result == 'success'\", runs-on: x, steps: []}\n",
    )
    assert found == {"a": "skipped", "b": "success", "c": "skipped", "d": "success"}


def test_a_run_has_the_name_that_its_file_gives(path: Path) -> None:
    """`run-name` is evaluated; without it the workflow's name stands (R12)."""
    path.commit(
        "olga",
        FILE,
        'run-name: "by ${{ github.actor }}"\non: push\njobs: {a: {runs-on: x, steps: []}}\n',
    )
    run = path.as_("olga").get(f"{REPO}/actions/workflows/named.yml/runs").json()
    assert run["workflow_runs"][0]["display_title"] == "by olga"


def test_a_called_workflow_gives_the_outputs_that_it_declares(path: Path) -> None:
    """The caller's other jobs see those, and not what the jobs inside have (R3)."""
    inner = (
        "on: {workflow_call: {outputs: {tag: {value: 'v${{ jobs.make.outputs.version }}'}}}}\n"
        "jobs:\n  make: {runs-on: x, steps: []}\n"
    )
    outer = (
        "on: {workflow_call: {outputs: {name: {value: '${{ jobs.call.outputs.tag }}'}}}}\n"
        "jobs:\n  call: {uses: ./.github/workflows/inner.yml}\n"
    )
    path.commit("olga", ".github/workflows/inner.yml", inner)
    path.commit("olga", ".github/workflows/outer.yml", outer)
    path.world.plan("guild/sophia", "top/call/make", "hold")
    name = "after ${{ needs.top.outputs.name }}"
    _jobs(
        path,
        "  top: {uses: ./.github/workflows/outer.yml}\n"
        f"  after: {{needs: top, runs-on: x, steps: [], name: '{name}'}}\n",
    )
    job = path.world.jobs(key="top/call/make")[-1]
    body = {"conclusion": "success", "outputs": {"version": "1.2"}}
    path.world.control("POST", f"jobs/{job['id']}", body)
    after = path.world.jobs(key="after")[-1]
    assert after["name"] == "after v1.2"
    needs = path.world.job(after["id"])["contexts"]["needs"]
    assert needs == {"top": {"result": "success", "outputs": {"name": "v1.2"}}}
