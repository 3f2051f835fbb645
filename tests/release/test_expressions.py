"""Two evaluators of expressions agree: act's, which runs steps, and the sandbox's, which decides.

The two were written independently of each other. What act is known to do in another way than GitHub
documents is not generated: comparisons with null (`null != null` is true in act), and `.*` on an
object or on items without the member.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sandbox.runs.expressions import Status, evaluate
from tests.release.harness import act, tools
from tests.support.extent import EVERY

EVENT: dict[str, Any] = {
    "text": "Release",
    "empty": "",
    "number": 7,
    "part": 2.5,
    "zero": 0,
    "yes": True,
    "no": False,
    "nothing": None,
    "digits": "10",
    "list": ["a", "B", 3, True],
    "jobs": {"build": {"result": "success"}, "test": {"result": "failure"}},
    "labels": [{"name": "bug"}, {"name": "release"}],
}
GITHUB: dict[str, Any] = {
    "event_name": "push",
    "event": EVENT,
    "repository": "guild/riveter",
    "repository_owner": "guild",
    "ref": "refs/tags/v1.2.3",
    "sha": "0" * 40,
    "actor": "kim",
    "triggering_actor": "kim",
    "run_id": "1",
    "run_number": "1",
    "run_attempt": "1",
}
_scalars = st.sampled_from(["text", "empty", "number", "part", "zero", "yes", "no", "digits"]).map(
    lambda name: f"github.event.{name}"
)
_nulls = st.sampled_from(
    [
        "null",
        "github.event.nothing",
        "github.event.absent",
        "github.event.list[9]",
        "github.event.jobs.missing.result",
    ]
)
_literals = st.sampled_from(
    [
        *("true", "false", "0", "1", "-3", "2.5", "0xff", "1e2"),
        *("''", "'10'", "'release'", "'it''s'", "'B'", "'Ä'", "'{0}'"),
    ]
)
_others = st.sampled_from(
    [
        "github.event.list[0]",
        "github.event.list[2]",
        "github.event['text']",
        "github.event.jobs.build.result",
        "join(github.event.labels.*.name, '+')",
        "contains(github.event.labels.*.name, 'BUG')",
        "fromJSON('[1, 2, 3]')[1]",
        'fromJSON(\'{"a": {"b": 5}}\').a.b',
        "github.ref_type",
        "github.ref_name",
    ]
)
_leaves = _scalars | _literals | _others


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    compared = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    joined = st.sampled_from(["&&", "||"])
    name = st.sampled_from(["contains", "startsWith", "endsWith"])
    return (
        st.builds("({} {} {})".format, inner, compared, inner)
        | st.builds("({} {} {})".format, inner, joined, inner)
        | st.builds("!{}".format, inner)
        | st.builds("{}({}, {})".format, name, inner, inner)
        | st.builds("contains(github.event.list, {})".format, inner)
        | st.builds("format('{{0}}-{{1}}', {}, {})".format, inner, inner)
        | st.builds("toJSON({})".format, inner)
    )


_some = st.recursive(_leaves, _combined, max_leaves=6)
expressions = (
    _some
    | _nulls
    | st.builds("({} || {})".format, _nulls, _some)
    | st.builds("({} && {})".format, _some, _nulls)
    | st.builds("format('{{0}}{{1}}', {}, !{})".format, _nulls, _nulls)
    | st.builds("startsWith({}, {})".format, _some, _nulls)
    | st.builds("contains({}, {})".format, _nulls, _some)
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> act.Place:
    """A place without a network."""
    folder = tmp_path_factory.mktemp("expressions")
    return act.Place(tools.find(), folder, folder / "git", folder / "artifacts", {})


def by_act(place: act.Place, texts: list[str]) -> list[Any]:
    """Return the values of expressions as act sees them, in one run."""
    environment = {f"E{index}": f"${{{{ toJSON({text}) }}}}" for index, text in enumerate(texts)}
    step = {"env": environment, "shell": "bash", "run": "jq --compact-output --null-input env"}
    workflow = {"on": "push", "jobs": {"all": {"runs-on": "ubuntu-24.04", "steps": [step]}}}
    view = {
        "key": "all",
        "contexts": {"github": GITHUB, "needs": {}, "matrix": {}},
        "secrets": {},
        "variables": {},
        "github_token": "",
        "oidc": None,
    }
    done = act.run(place, workflow, view)
    assert done.conclusion == "success", done.text
    found = json.loads(done.log[0])
    return [json.loads(found[f"E{index}"]) for index in range(len(texts))]


def by_sandbox(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Return the value of an expression as the sandbox sees it."""
    known = {"github": {**GITHUB, "ref_type": "tag", "ref_name": "v1.2.3"}}
    return json.loads(evaluate(f"toJSON({text})", known, Status()))


@settings(
    max_examples=20 if EVERY else 2,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # a smaller list of expressions says no more, and costs a run each
    suppress_health_check=list(HealthCheck),
)
@given(texts=st.lists(expressions, min_size=80, max_size=120))
def test_act_and_the_sandbox_agree(place: act.Place, texts: list[str]) -> None:
    """On operators, comparisons of different types, functions, and filters of lists (R3)."""
    pairs = zip(texts, by_act(place, texts), map(by_sandbox, texts), strict=True)
    assert [each for each in pairs if each[1] != each[2]] == []
