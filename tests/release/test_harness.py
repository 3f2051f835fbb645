"""The harness keeps its word: a job gets what the sandbox gives it, and nothing else."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.components.workflow_cases.variants import PINS, RELEASES, files, steps
from tests.release.harness import doubles, jobs, projects
from tests.release.harness.organization import canary
from tests.release.harness.release import WORKFLOW
from tests.release.harness.stage import Machine, Stage, stage
from tests.release.harness.tools import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (ROOT / "docs/releases-executed.md").read_text(encoding="utf-8")
ACTIONS = sorted(
    str(file.parent.relative_to(doubles.FOLDER)) for file in doubles.FOLDER.rglob("action.yml")
)
PROBE = """\
name: release
on: {workflow_dispatch: {inputs: {flag: {type: boolean, default: false}}}}
permissions: {}
jobs:
  fails:
    runs-on: ubuntu-24.04
    steps: [{run: exit 3, shell: bash}]
  skipped:
    if: ${{ inputs.flag }}
    runs-on: ubuntu-24.04
    steps: [{run: "true", shell: bash}]
  looks:
    needs: [fails, skipped]
    if: ${{ always() }}
    runs-on: ubuntu-24.04
    environment: pypi-release
    strategy: {matrix: {letter: [a, b]}}
    outputs:
      results: ${{ steps.look.outputs.results }}
    steps:
      - id: look
        shell: bash
        env:
          RESULTS: ${{ needs.fails.result }} ${{ needs.skipped.result }} ${{ matrix.letter }}
          SECRETS: ${{ toJSON(secrets) }}
        run: |
          echo "results=$RESULTS" >> "$GITHUB_OUTPUT"
          echo "seen: $(jq --compact-output keys <<< "$SECRETS")"
          echo "flag: ${{ inputs.flag }} ${{ github.event.inputs.flag }}"
          printf 'value: %s\\n' '${{ secrets.PYPI_API_TOKEN }}'
          env | grep --count CANARY_OF_THIS_MACHINE || true
          curl --silent --show-error https://elsewhere.example/ || echo refused
          echo "## What was seen" >> "$GITHUB_STEP_SUMMARY"
"""


@pytest.fixture
def made(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A repository whose release workflow is the probe above."""
    tokens = {each: {"from": {"config": "x"}} for each in ("pypi", "testpypi")}
    package = {"python": "probe", "auth": "token", "approvers": ["releasers"], "tokens": tokens}
    folder = tmp_path_factory.mktemp("probe")
    with stage(machine, folder, "probe", [package], projects.python("probe")) as found:
        base = found.release.request("olga", "GET", f"/contents/{WORKFLOW}")[1]
        body = {"message": "Probe", "branch": "main", "sha": base["sha"]}
        body["content"] = base64.b64encode(PROBE.encode()).decode()
        assert found.release.request("olga", "PUT", f"/contents/{WORKFLOW}", body)[0] == 200
        found.release.hold()
        yield found


def test_a_job_gets_what_the_sandbox_gives(made: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment's secret after the approval, its needs, its matrix; no other host (E3, R9).

    What it writes is read before anything is masked, so the other tests would see a leak.
    """
    monkeypatch.setenv("CANARY_OF_THIS_MACHINE", "x")
    made.release.tag("kim", "v1.0.0")
    assert made.release.dispatch("kim", "refs/tags/v1.0.0") == 204
    states = made.release.run()
    assert states == {"fails": "failure", "skipped": "skipped", "looks": "waiting"}
    assert made.release.approve("ana") == 200
    assert made.release.run()["looks"] == "success"
    looks = [done for done in made.release.done if done.key == "looks"]
    assert [done.outputs["results"] for done in looks] == [
        "failure skipped a",
        "failure skipped b",
    ]
    lines = looks[0].log
    assert 'seen: ["GITHUB_TOKEN","PYPI_API_TOKEN"]' in lines
    assert "flag: false false" in lines
    assert f"value: {canary('pypi-release', 'PYPI_API_TOKEN')}" in lines
    assert "0" in lines
    assert "refused" in lines
    assert looks[0].summary == "## What was seen\n"
    assert made.front.refused == ["elsewhere.example"] * 2
    assert not list(made.release.place.folder.iterdir()), "a job leaves files behind"


def test_a_job_alone_has_no_rules_left_to_decide() -> None:
    """What the sandbox has decided is gone; what steps need is there (R3)."""
    workflow: dict[str, Any] = {
        "on": {"push": {"tags": ["v*"]}},
        "env": {"A": "1"},
        "jobs": {"x": {"if": "false", "environment": "e", "runs-on": "r", "steps": []}},
    }
    contexts = {
        "github": {"event_name": "push"},
        "matrix": {},
        "needs": {"b": {"result": "success", "outputs": {"v": "1"}}},
    }
    found = json.loads(jobs.alone(workflow, "x", contexts, "/results"))
    assert found["on"] == {"push": {}}
    assert found["env"] == {"A": "1"}
    assert found["jobs"]["x"] == {
        "runs-on": "r",
        "steps": [],
        "needs": ["b"],
        "if": "${{ always() }}",
    }
    assert found["jobs"]["b"]["outputs"] == {"v": "1"}


def test_a_step_without_a_double_is_refused() -> None:
    """Act would fetch the action from github.com, and would ignore an unknown input (R5)."""
    upload = next(each for each in doubles.real_inputs() if "upload-artifact" in each)
    for step, reason in (
        ({"uses": "some/action@0123"}, "does not have this commit"),
        ({"uses": f"{upload}0"}, "does not have this commit"),
        ({"uses": upload, "with": {"names": "x"}}, "no input names"),
    ):
        with pytest.raises(doubles.NoDouble, match=reason):
            doubles.places({"steps": [step]})


@pytest.mark.parametrize("action", ACTIONS)
def test_a_double_has_inputs_of_the_real_action_only(action: str) -> None:
    """Compared by name with the real one's; the page says what is left out (R5)."""
    pin = PINS["actions"][action]
    real = doubles.real_inputs()[f"{action}@{pin['sha']}"]
    double = doubles.load(action)
    assert double["inputs"].keys() <= set(real)
    left_out = double["description"].partition("Left out: ")[2].strip()
    assert left_out, "the description says what it leaves out"
    assert f"| `{action}` | {left_out.rstrip('.')} |" in PAGE


@pytest.mark.parametrize("name", RELEASES)
def test_every_step_of_every_release_workflow_has_a_double(name: str) -> None:
    """Whatever is chosen, the workflow can be executed here (R5)."""
    for release in RELEASES[name].releases:
        workflow = files(RELEASES[name])[release.path]
        assert {uses for job in workflow["jobs"].values() for uses in doubles.used(job)} == {
            step["uses"] for _, step in steps(workflow) if "uses" in step
        }


def test_the_page_says_where_it_was_not_run() -> None:
    """Nobody takes these tests for a run on GitHub (R12)."""
    assert "not run on github.com" in PAGE
