"""Which events start which workflows, and which of their jobs run."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.runs.expressions import ExpressionError, Status, condition, evaluate, fill
from sandbox.runs.filters import passes, selected
from sandbox.runs.workflow import WorkflowError, combinations, parse
from tests.sandbox.attempts.path import CI, REPO

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.attempts.path import Path

CONTEXTS = {
    "github": {
        "ref": "refs/tags/v1",
        "event_name": "push",
        "event": {"labels": ["bug", "release"]},
    },
    "needs": {"build": {"result": "success"}, "test": {"result": "failure", "outputs": {"a": 1}}},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("github.ref == 'refs/tags/v1'", True),
        ("github.REF == 'REFS/TAGS/V1'", True),
        ("startsWith(github.ref, 'refs/tags/')", True),
        ("endsWith(github.ref, '2')", False),
        ("contains(github.event.labels, 'release')", True),
        ("contains('abc', 'B')", True),
        ("github['event_name'] != 'push'", False),
        ("needs.build.result == 'success' && !false", True),
        ("needs.other.result", None),
        ("'' || 'fallback'", "fallback"),
        ("'it''s'", "it's"),
        ("format('{0}-{1}{{}}', 'a', 1)", "a-1{}"),
        ("fromJSON('[1, 2]')[1] > 1", True),
        ("1 < 2 && 2 <= 2 && '10' == 10", True),
        ("null == 0", True),
        ("null != null", False),
        ("join(needs.*.result, ',')", "success,failure"),
        ("contains(needs.*.result, 'failure')", True),
        ("toJSON(needs.*.outputs.a)", "[\n  1\n]"),
        ("join(fromJSON('[[1, 2], [3]]')[*][*], '')", "123"),
        ("join(github.event.labels.*, '+')", "bug+release"),
        ("1 < 2 == true", True),
        ("2 > 1 != (1 > 2)", True),
        ("format('{0} {1}', needs, github.event.labels)", "Object Array"),
        ("toJSON(3)", "3"),
        ("format('{0} {1}', 1e2, 2.50)", "100 2.5"),
        ("'1_000' == 1000 || 'Infinity' == 1", False),
        ("'0x1F' == 31", True),
        ("'_' < 'a'", False),
        ("join(github.event.labels, '+')", "bug+release"),
    ],
)
def test_expressions(text: str, value: object) -> None:
    """GitHub's operators, contexts and functions (R3)."""
    assert evaluate(text, CONTEXTS, Status()) == value


@pytest.mark.parametrize(
    "text",
    ["", "github.", "nothing.here", "hashFiles('x')", "1 +", "(1", "contains(1)", "a b", "=="],
)
def test_what_cannot_be_evaluated_is_an_error(text: str) -> None:
    """Never silently true (R3)."""
    with pytest.raises(ExpressionError):
        evaluate(text, CONTEXTS, Status())


@given(st.text(max_size=60))
def test_any_text_is_a_value_or_an_error(text: str) -> None:
    """No other exception, whatever stands in an `if` (R3)."""
    for function in (condition, fill):
        with contextlib.suppress(ExpressionError):
            function(text, CONTEXTS, Status())


@pytest.mark.parametrize(
    ("text", "status", "runs"),
    [
        ("true", Status(), True),
        ("true", Status(success=False, failure=True), False),
        ("failure()", Status(success=False, failure=True), True),
        ("always()", Status(success=False), True),
        ("${{ success() }}", Status(success=False), False),
    ],
)
def test_without_a_status_function_success_is_asked_for(
    text: str, status: Status, *, runs: bool
) -> None:
    """`if: true` does not run after a failure, `always()` does (R3)."""
    assert condition(text, {}, status) is runs


@pytest.mark.parametrize(
    ("patterns", "name", "fits"),
    [
        (["main"], "main", True),
        (["releases/*"], "releases/1/x", False),
        (["releases/**"], "releases/1/x", True),
        (["v[12].[0-9]+.[0-9]+"], "v1.10.0", True),
        (["*.jsx?"], "page.js", True),
        (["**", "!main"], "main", False),
        (["!main", "**"], "main", True),
        ([], "main", False),
    ],
)
def test_filter_patterns(patterns: list[str], name: str, *, fits: bool) -> None:
    """Stars, optional and repeated characters, ranges, exclusions in order (R3)."""
    assert selected(patterns, name) is fits


@given(st.lists(st.text(max_size=12), max_size=4), st.text(max_size=20))
def test_any_pattern_is_taken(patterns: list[str], name: str) -> None:
    """No text breaks the filter, and a name is never both wanted and ignored (R3)."""
    assert not (passes(name, patterns, patterns))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["on", "jobs", "a", "runs-on", "needs", "uses", "push", "x"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_yaml_is_a_workflow_or_an_error(data: object) -> None:
    """A broken file is reported, and breaks nothing (R3)."""
    try:
        workflow = parse(data, "x.yml")
    except WorkflowError:
        return
    assert workflow.jobs


def test_a_matrix() -> None:
    """All combinations, without the excluded, with the included (R3)."""
    matrix = {
        "os": ["a", "b"],
        "py": [1, 2],
        "exclude": [{"os": "b", "py": 2}],
        "include": [{"os": "a", "extra": True}, {"os": "c"}],
    }
    assert combinations({"strategy": {"matrix": matrix}}) == [
        {"os": "a", "py": 1, "extra": True},
        {"os": "a", "py": 2, "extra": True},
        {"os": "b", "py": 1},
        {"os": "c"},
    ]


def test_combinations_are_not_confused() -> None:
    """`1` is not `true`; and what is included extends no other inclusion (R3)."""
    matrix = {
        "n": [1, True],
        "exclude": [{"n": True}],
        "include": [{"n": 2}, {"n": 2, "more": "x"}, {"more": "y"}],
    }
    assert combinations({"strategy": {"matrix": matrix}}) == [
        {"n": 1, "more": "y"},
        {"n": 2},
        {"n": 2, "more": "x"},
    ]


@pytest.mark.parametrize("wrong", [{"include": "x"}, {"exclude": [1]}, {"include": {"n": 1}}])
def test_a_matrix_that_is_none(wrong: dict[str, object]) -> None:
    """Inclusions and exclusions are lists of combinations (R3)."""
    with pytest.raises(WorkflowError, match="not a list of combinations"):
        combinations({"strategy": {"matrix": {"n": [1], **wrong}}})


@pytest.mark.parametrize(
    ("on", "act", "starts"),
    [
        ("push", "branch", True),
        ("{push: {tags: ['v*']}}", "branch", False),
        ("{push: {tags: ['v*']}}", "tag", True),
        ("{push: {branches: ['**']}}", "tag", False),
        ("{push: {paths: ['src/**']}}", "branch", False),
        ("{push: {paths: ['*.txt']}}", "branch", True),
        ("{push: {paths-ignore: ['*.txt']}}", "branch", False),
        ("create", "tag", True),
        ("delete", "delete", True),
        ("{pull_request: {branches: [main]}}", "pull", True),
        ("{pull_request: {branches: [other]}}", "pull", False),
        ("{pull_request: {types: [closed]}}", "pull", False),
        ("{repository_dispatch: {types: [hello]}}", "dispatch", True),
        ("{repository_dispatch: {types: [bye]}}", "dispatch", False),
    ],
)
def test_triggers(path: Path, on: str, act: str, *, starts: bool) -> None:
    """Branches, tags, paths, activity types (R3)."""
    text = CI.replace("[push, pull_request]", on)
    path.commit("olga", ".github/workflows/mine.yml", text)
    path.ref("olga", "heads/mine")
    before = len(path.world.jobs(workflow=".github/workflows/mine.yml"))
    acts: dict[str, Callable[[], object]] = {
        "branch": lambda: path.commit("carl", "x.txt", "x", "mine"),
        "tag": lambda: path.ref("carl", "tags/v1"),
        "delete": lambda: path.as_("carl").delete(f"{REPO}/git/refs/heads/mine"),
        "pull": lambda: path.pull("carl"),
        "dispatch": lambda: path.as_("mia").post(
            f"{REPO}/dispatches", json={"event_type": "hello"}
        ),
    }
    acts[act]()
    assert (len(path.world.jobs(workflow=".github/workflows/mine.yml")) > before) is starts


def test_a_failed_job_holds_up_what_needs_it(path: Path) -> None:
    """The publish job is skipped, its environment never asked (R3)."""
    path.world.plan("guild/sophia", "build", "failure")
    path.dispatch("carl")
    ends = {job["key"]: job["conclusion"] for job in path.world.jobs(event="workflow_dispatch")}
    assert ends == {"build": "failure", "publish": "skipped"}


def test_a_broken_workflow_is_a_run_that_failed_to_start(path: Path) -> None:
    """At each push, with nothing run (R3)."""
    path.commit("mia", ".github/workflows/broken.yml", "on: push\njobs: {a: {needs: b}}\n")
    runs = path.as_("mia").get(f"{REPO}/actions/workflows/broken.yml/runs").json()
    assert [run["conclusion"] for run in runs["workflow_runs"]] == ["startup_failure"]


def test_a_workflow_s_own_token_starts_nothing(path: Path) -> None:
    """What a job pushes with its token starts no further run (R3)."""
    path.token_may("write")
    path.world.plan("guild/sophia", "test", "hold")
    path.commit("mia", "x.txt", "x")
    job = path.world.jobs(key="test", status="in_progress")[-1]
    token = path.bearer(path.world.job(job["id"])["github_token"])
    before = len(path.world.jobs())
    assert path.commit("", "y.txt", "y", client=token).status_code == 201
    assert len(path.world.jobs()) == before


def test_a_called_workflow_cannot_have_more_than_its_caller(path: Path) -> None:
    """The permissions of a reusable workflow are held down to the calling job's (R3)."""
    called = "on: {workflow_call: {}}\npermissions: {contents: write, issues: write}\n"
    called += "jobs:\n  inner: {runs-on: x, steps: []}\n"
    path.commit("olga", ".github/workflows/called.yml", called)
    caller = "on: push\npermissions: {contents: read}\n"
    caller += "jobs:\n  outer: {uses: ./.github/workflows/called.yml}\n"
    path.commit("olga", ".github/workflows/caller.yml", caller)
    job = path.world.job(path.world.jobs(key="outer/inner")[-1]["id"])
    assert job["permissions"] == {"contents": "read", "metadata": "read"}
