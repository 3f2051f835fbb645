"""act and the sandbox run the same jobs: matrices, needs and conditions, generated.

Both get the same workflow file. act runs its jobs; the sandbox decides about them. What act is
known to do in another way than GitHub documents is not generated: see `conditions`, `matrices`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.release.harness import act, tools
from tests.sandbox.attempts.path import REPO, SEED, Path
from tests.support.extent import EVERY
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = ".github/workflows/generated.yml"
Ran = dict[str, list[tuple[str, str]]]
"""By the keys of jobs: the matrix (as JSON) and the result of each that ran."""

_values = st.sampled_from(["a", "b", "c", 1, 2, 2.5, True, False])
_axes = st.dictionaries(
    st.sampled_from(["x", "y"]),
    st.lists(_values, min_size=1, max_size=3, unique_by=json.dumps),
    min_size=1,
)


@st.composite
def matrices(draw: st.DrawFn) -> dict[str, Any]:
    """A matrix with what is excluded from it, and included in it."""
    axes = draw(_axes)
    known = {name: st.sampled_from(values) for name, values in axes.items()}
    some = st.fixed_dictionaries({}, optional=known).filter(bool)
    more = st.fixed_dictionaries({}, optional={**dict.fromkeys(axes, _values), "z": _values})
    matrix = dict(axes)
    if draw(st.booleans()):
        matrix["exclude"] = draw(st.lists(some, min_size=1, max_size=2))
    if draw(st.booleans()):
        matrix["include"] = draw(st.lists(more.filter(bool), min_size=1, max_size=3))
    return matrix


def conditions(needs: list[str]) -> st.SearchStrategy[str]:
    """A job's `if`."""
    status = ["success()", "failure()", "always()", "cancelled()"]
    results = [f"needs.{each}.result" for each in needs]
    known = ["github.event_name == 'push'", "github.ref == 'refs/heads/other'", "true", "false"]
    known += [f"{each} == '{end}'" for each in results for end in ("success", "failure", "skipped")]
    known += ["contains(needs.*.result, 'failure')"] * bool(needs)
    leaves = st.sampled_from([*status, *known])
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds("!({})".format, inner)
            | st.builds("({} && {})".format, inner, inner)
            | st.builds("({} || {})".format, inner, inner)
        ),
        max_leaves=3,
    ).map(lambda text: f"${{{{ {text} }}}}")


@st.composite
def workflows(draw: st.DrawFn) -> dict[str, Any]:
    """Jobs that need each other; some fail, some have conditions, some a matrix."""
    jobs: dict[str, Any] = {}
    for index in range(draw(st.integers(8, 12))):
        needs = (
            draw(st.lists(st.sampled_from(sorted(jobs)), max_size=2, unique=True)) if jobs else []
        )
        job: dict[str, Any] = {"runs-on": "ubuntu-24.04"}
        if needs:
            job["needs"] = needs
        if draw(st.booleans()):
            job["if"] = draw(conditions(needs))
        if draw(st.integers(0, 2)) == 0:
            job["strategy"] = {"fail-fast": False, "matrix": draw(matrices())}
        fails = draw(st.integers(0, 3)) == 0
        job["steps"] = [{"run": "exit 1" if fails else "true"}]
        jobs[f"job{index:02}"] = job
    return {"on": "push", "jobs": jobs}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> act.Place:
    """A place without a network."""
    folder = tmp_path_factory.mktemp("matrices")
    return act.Place(tools.find(), folder, folder / "git", folder / "artifacts", {})


@pytest.fixture(scope="module")
def path() -> Iterator[Path]:
    """A repository in the sandbox."""
    with Sandbox() as sandbox:
        found = Path(sandbox.world("matrices", SEED))
        yield found
        found.close()


def by_sandbox(path: Path, workflow: dict[str, Any]) -> Ran:
    """Return what the sandbox runs."""
    for key, job in workflow["jobs"].items():
        fails = job["steps"][0]["run"] == "exit 1"
        path.world.plan("guild/sophia", key, "failure" if fails else "success")
    path.commit("olga", FILE, json.dumps(workflow))
    runs = path.as_("olga").get(f"{REPO}/actions/runs").json()["workflow_runs"]
    run = next(each["id"] for each in runs if each["path"] == FILE)
    found: Ran = {}
    for job in path.world.jobs(run=run):
        if job["conclusion"] != "skipped":
            view = path.world.job(job["id"])
            matrix = json.dumps(view["contexts"]["matrix"], sort_keys=True)
            found.setdefault(job["key"], []).append((matrix, job["conclusion"]))
    return {key: sorted(each) for key, each in found.items()}


@settings(
    max_examples=60 if EVERY else 5,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # a smaller workflow says no more, and costs a run each
    suppress_health_check=list(HealthCheck),
)
@given(workflow=workflows())
def test_act_and_the_sandbox_run_the_same_jobs(
    place: act.Place, path: Path, workflow: dict[str, Any]
) -> None:
    """Combinations of matrices, needs and conditions: who runs, and how it ends (R3)."""
    assert act.run_all(place, workflow) == by_sandbox(path, workflow)
