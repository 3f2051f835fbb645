"""Inputs of workflows, with their types: of a dispatch, and of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.attempts.path import REPO

if TYPE_CHECKING:
    import httpx

    from tests.sandbox.attempts.path import Path

DISPATCHED = """\
on:
  workflow_dispatch:
    inputs:
      dry_run: {type: boolean, default: false}
      count: {type: number, default: 3}
      level: {type: choice, options: [low, high], default: low}
      where: {type: environment}
      note: {type: string}
      plain: {required: true}
jobs:
  go: {runs-on: x, steps: [], if: "${{ !inputs.dry_run }}"}
"""
CALLED = """\
on:
  workflow_call:
    inputs:
      deep: {type: boolean, required: true}
      count: {type: number, default: 2}
      label: {type: string}
jobs:
  inner: {runs-on: x, steps: [], if: inputs.deep, name: "inner ${{ inputs.count }}"}
"""


def _dispatch(path: Path, **inputs: object) -> httpx.Response:
    path.commit("olga", ".github/workflows/asked.yml", DISPATCHED)
    body = {"ref": "main", "inputs": {"plain": "x", **inputs}}
    return path.as_("mia").post(f"{REPO}/actions/workflows/asked.yml/dispatches", json=body)


def _job(path: Path) -> dict[str, Any]:
    return path.world.job(path.world.jobs(workflow=".github/workflows/asked.yml")[-1]["id"])


@pytest.mark.parametrize(
    ("given", "conclusion"),
    [
        ("false", "success"),
        (False, "success"),
        ("true", "skipped"),
        (True, "skipped"),
    ],
)
def test_a_boolean_is_one(path: Path, given: object, conclusion: str) -> None:
    """The text "false", which `gh workflow run -f` sends, is false in `inputs` (R12)."""
    assert _dispatch(path, dry_run=given).status_code == 204
    assert _job(path)["conclusion"] == conclusion


def test_types_and_defaults(path: Path) -> None:
    """`inputs` has types, `github.event.inputs` is text (R3)."""
    assert _dispatch(path, count="4.5", where="pypi-release").status_code == 204
    known = _job(path)["contexts"]
    assert known["inputs"] == {
        "dry_run": False,
        "count": 4.5,
        "level": "low",
        "where": "pypi-release",
        "note": "",
        "plain": "x",
    }
    assert known["github"]["event"]["inputs"] == {
        "dry_run": "false",
        "count": "4.5",
        "level": "low",
        "where": "pypi-release",
        "note": "",
        "plain": "x",
    }


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"dry_run": "banana"}, "'banana' for input 'dry_run' not in the list of allowed values"),
        ({"dry_run": ""}, "'' for input 'dry_run' not in the list of allowed values"),
        ({"count": "many"}, "'many' for input 'count' is not a number"),
        ({"count": "nan"}, "'nan' for input 'count' is not a number"),
        ({"level": "medium"}, "'medium' for input 'level' not in the list of allowed values"),
        ({"where": "nowhere"}, "'nowhere' for input 'where' not in the list of allowed values"),
        ({"note": ["a"]}, "input 'note' is not a string"),
        ({"other": "x"}, 'Unexpected inputs provided: ["other"]'),
        ({"plain": None}, "Required input 'plain' not provided"),
    ],
)
def test_what_does_not_fit_starts_nothing(
    path: Path, inputs: dict[str, object], message: str
) -> None:
    """A value of another type, an unknown input and a missing one are refused with 422 (R3)."""
    sent = _dispatch(path, **inputs)
    assert (sent.status_code, message in sent.json()["message"]) == (422, True), sent.text
    assert not path.world.jobs(workflow=".github/workflows/asked.yml")


def _call(path: Path, given: str, called: str = CALLED) -> dict[str, Any]:
    """Call a workflow with inputs; return the calling run."""
    path.commit("olga", ".github/workflows/called.yml", called)
    caller = f"on: push\njobs:\n  outer: {{uses: ./.github/workflows/called.yml, with: {given}}}\n"
    path.commit("olga", ".github/workflows/caller.yml", caller)
    runs = path.as_("olga").get(f"{REPO}/actions/workflows/caller.yml/runs").json()
    found: dict[str, Any] = runs["workflow_runs"][0]
    return found


@pytest.mark.parametrize(
    ("given", "job"),
    [
        ("{deep: true}", ("outer / inner 2", "success")),
        ("{deep: false}", ("outer / inner ${{ inputs.count }}", "skipped")),
        (
            "{deep: \"${{ github.ref_type == 'branch' }}\", count: 7}",
            ("outer / inner 7", "success"),
        ),
    ],
)
def test_a_called_workflow_sees_its_own_inputs(
    path: Path, given: str, job: tuple[str, str]
) -> None:
    """Evaluated where it is called, with the types that it declares (R3)."""
    assert _call(path, given)["conclusion"] in ("success", "skipped")
    found = path.world.jobs(key="outer/inner")[-1]
    assert (found["name"], found["conclusion"]) == job


@pytest.mark.parametrize(
    "given", ["{}", "{deep: true, other: 1}", "{deep: 'yes'}", "{deep: true, count: '7'}"]
)
def test_a_call_that_does_not_fit_fails_to_start(path: Path, given: str) -> None:
    """A missing or unknown input, or a literal of another type, is a startup failure (R3)."""
    assert _call(path, given)["conclusion"] == "startup_failure"


def test_an_evaluated_value_of_another_type_fails_the_call(path: Path) -> None:
    """What only shows when the call begins fails its job (R3)."""
    assert _call(path, '{deep: "${{ github.ref }}"}')["conclusion"] == "failure"


def test_an_input_of_a_called_workflow_needs_a_type(path: Path) -> None:
    """`workflow_call` has no default type, and neither choices nor environments (R3)."""
    for kind in ("{}", "{type: choice, options: [a]}"):
        called = CALLED.replace("{type: string}", kind)
        assert _call(path, "{deep: true}", called)["conclusion"] == "startup_failure"
