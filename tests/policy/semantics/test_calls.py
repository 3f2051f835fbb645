"""Workflows with what they call: inputs, secrets, outputs, and files that call one another."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest
from portcullis_policy.examples.workflow_files import file
from portcullis_policy.semantics.workflow_files.calls import as_run
from portcullis_policy.semantics.workflow_files.workflows import Workflow, read

from tests.policy.harness import Pack, ids

if TYPE_CHECKING:
    from portcullis_policy.examples.base import Declared

_CHECKOUT = f"actions/checkout@{'a1' * 20}"
_ACTION, _CALLED = ".github/actions/x/action.yml", ".github/workflows/called.yml"
_TAINTED = "${{ github.event.issue.title }}"
_HEAD = "${{ github.event.pull_request.head.sha }}"
_DEFAULT = f"inputs: {{t: {{default: '{_TAINTED}'}}}}\n"


def _calling(job: str, on: str = "{push: {branches: [main]}}") -> Declared:
    """A workflow with some jobs, written from the left edge."""
    jobs = textwrap.indent(textwrap.dedent(job), "  ")
    return file(f"name: x\non: {on}\npermissions: {{}}\njobs:\n{jobs}", ".github/workflows/x.yml")


def _using(step: str, on: str = "issues") -> Declared:
    """A workflow with one step that uses something."""
    return _calling(f"a:\n  runs-on: ubuntu-24.04\n  steps: [{step}]\n", on)


def _action(steps: str, more: str = "") -> Declared:
    text = f"name: x\n{more}runs: {{using: composite, steps: [{steps}]}}\n"
    return file(text, _ACTION, "action")


def _called(job: str, call: str = "") -> Declared:
    text = f"on: {{workflow_call: {{{call}}}}}\njobs: {{b: {{runs-on: ubuntu-24.04, {job}}}}}\n"
    return file(text, _CALLED, "called")


_CALL = f"a:\n  uses: ./{_CALLED}\n"
_SHELL = "shell: bash, run"
CASES: dict[str, tuple[str, tuple[Declared, ...]]] = {
    "an action pastes an event's text": (
        "WF028",
        (_using("{uses: ./.github/actions/x}"), _action(f"{{{_SHELL}: 'echo {_TAINTED}'}}")),
    ),
    "an action's default is an event's text": (
        "WF028",
        (
            _using("{uses: ./.github/actions/x}"),
            _action(
                f"{{{_SHELL}: 'echo ${{{{ inputs.t }}}}'}}",
                f"inputs: {{t: {{default: '{_TAINTED}'}}}}\n",
            ),
        ),
    ),
    "an action writes its input to an environment file": (
        "WF027",
        (
            _using(f"{{uses: ./.github/actions/x, with: {{t: '{_TAINTED}'}}}}"),
            _action(
                f"{{{_SHELL}: 'echo \"T=$T\" >> $GITHUB_ENV', env: {{T: '${{{{ inputs.t }}}}'}}}}"
            ),
        ),
    ),
    "an action hands an event's text back": (
        "WF006",
        (
            _using(
                "{id: x, uses: ./.github/actions/x},\n    {run: 'echo ${{ steps.x.outputs.t }}'}"
            ),
            _action(
                f"{{id: q, {_SHELL}: 'echo \"t=$T\" >> $GITHUB_OUTPUT', env: {{T: '{_TAINTED}'}}}}",
                "outputs: {t: {value: '${{ steps.q.outputs.t }}'}}\n",
            ),
        ),
    ),
    "a workflow hands an event's text back": (
        "WF006",
        (
            _calling(
                f"{_CALL}b:\n  needs: a\n  runs-on: ubuntu-24.04\n"
                "  steps: [{run: 'echo ${{ needs.a.outputs.t }}'}]\n",
                "issues",
            ),
            _called(
                f"outputs: {{t: '{_TAINTED}'}}, steps: [{{run: 'true'}}]",
                "outputs: {t: {value: '${{ jobs.b.outputs.t }}'}}",
            ),
        ),
    ),
    "an action publishes with an input": (
        "WF002",
        (
            _using("{uses: ./.github/actions/x, with: {t: '${{ secrets.T }}'}}", "push"),
            _action(f"{{{_SHELL}: npm publish, env: {{T: '${{{{ inputs.t }}}}'}}}}"),
        ),
    ),
    "an action checks out the head": (
        "WF005",
        (
            _using("{uses: ./.github/actions/x}", "pull_request_target"),
            _action(f"{{uses: {_CHECKOUT}, with: {{ref: '{_HEAD}'}}}}"),
        ),
    ),
    "a called workflow checks out what it is given": (
        "WF005",
        (
            _calling(
                f"{_CALL}  with: {{ref: '{_HEAD}'}}\n",
                "pull_request_target",
            ),
            _called(
                f"steps: [{{uses: {_CHECKOUT}, with: {{ref: '${{{{ inputs.ref }}}}'}}}}]",
                "inputs: {ref: {type: string}}",
            ),
        ),
    ),
    "an action by tag in an action": (
        "WF007",
        (_using("{uses: ./.github/actions/x}"), _action("{uses: octo/x@v1}")),
    ),
    "an image by tag is an action": (
        "WF007",
        (file("name: x\nruns: {using: docker, image: 'docker://octo/x:1'}\n", _ACTION),),
    ),
    "a schedule starts a workflow that publishes": (
        "WF026",
        (
            _calling(_CALL, "{schedule: [{cron: '0 0 * * *'}]}"),
            _called("environment: pypi, steps: [{run: uv publish}]"),
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_workflow_calls_counts(case: str) -> None:
    """C3: what a called file does is judged as if its caller did it."""
    rule, resources = CASES[case]
    assert rule in ids(Pack().run(resources))


def test_a_file_that_is_called_is_judged_by_its_callers() -> None:
    """C3: a release on GitHub in a called file is sound after an environment of the caller."""
    release = _called("steps: [{run: gh release create v1 dist/*}]")
    gate = "gate:\n  runs-on: ubuntu-24.04\n  environment: pypi\n  steps: [{run: twine upload x}]\n"
    after = _calling(f"{gate}{_CALL}  needs: gate\n")
    assert "WF002" not in ids(Pack().run((after, release)))
    assert "WF002" in ids(Pack().run((_calling(_CALL), release)))
    assert "WF002" in ids(Pack().run((release,)))


def test_files_that_call_one_another_are_judged() -> None:
    """C3: a circle of called files ends, and what they do is still found."""
    first = file(
        f"on: {{workflow_call: }}\njobs: {{a: {{uses: ./{_CALLED}}}}}\n", ".github/workflows/y.yml"
    )
    second = file(
        "on: {workflow_call: }\njobs:\n  a: {uses: ./.github/workflows/y.yml}\n"
        "  b: {runs-on: ubuntu-24.04, steps: [{run: npm publish}]}\n",
        _CALLED,
        "called",
    )
    assert "WF002" in ids(Pack().run((first, second)))


def _run(call: str, called: str) -> Workflow:
    content = f"on: push\njobs: {{a: {{uses: ./{_CALLED}{call}}}}}\n"
    run = as_run(content, frozenset({(_CALLED, called)}))
    assert run is not None
    return run


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("x ${{ inputs.t }}", "x main"),
        ("x ${{ inputs['t'] }}", "x main"),
        ("${{ inputs.t == 'main' }}", "${{ 'main' == 'main' }}"),
        ("${{ inputs.other }}", "default"),
        ("${{ secrets.key }}", "${{ secrets.STORE }}"),
        ("${{ github.sha }}", "${{ github.sha }}"),
    ],
)
def test_names_become_what_the_caller_gives(written: str, becomes: str) -> None:
    """C3: inputs and secrets of a called workflow stand for its caller's values."""
    called = f"""\
on: {{workflow_call: {{inputs: {{other: {{default: default}}}}}}}}
jobs: {{b: {{runs-on: x, steps: [{{run: "{written}"}}]}}}}
"""
    run = _run(", with: {t: main}, secrets: {key: '${{ secrets.STORE }}'}", called)
    assert run.jobs[0].steps[0].run.text == becomes


def test_a_called_job_takes_order_condition_and_permissions_from_its_caller() -> None:
    """C3: a called job starts after and under the conditions of the job that calls it."""
    called = "on: {workflow_call: }\njobs: {b: {if: x, steps: []}, c: {needs: b, steps: []}}\n"
    run = _run(", if: always(), permissions: {packages: write}", called)
    first, second = run.jobs
    assert first.at.get("if").text == "(always()) && (x)"
    assert second.at.get("permissions", "packages").text == "write"
    assert run.needed_by(second) == (first,)


def test_a_called_file_of_any_size_ends() -> None:
    """C3: aliases of aliases in a called file leave its call as it is."""
    bombs = "".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 9)}]\n" for n in range(1, 9))
    called = f"b0: &b0 [x]\n{bombs}on: {{workflow_call: }}\njobs: {{b: {{steps: *b8}}}}\n"
    content = f"on: push\njobs: {{a: {{uses: ./{_CALLED}}}}}\n"
    assert as_run(content, frozenset({(_CALLED, called)})) is read(content)
