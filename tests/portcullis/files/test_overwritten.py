"""What people changed in managed files is put into a preview, and into the state."""

from __future__ import annotations

from typing import Any

import pytest

from portcullis.files.live import File
from portcullis.files.overwritten import Edited, as_on_github, note_edited
from portcullis.pulumi_runs.events import Run, Step
from portcullis.renames.state import FILE

URN = f"urn:pulumi:dev::portcullis::{FILE}::app/A.md"
LIVE = File("live", "theirs\n")


def run(step: Step | None) -> Run:
    """A preview of one file."""
    operation = step.operation if step else "same"
    return Run(resources={URN: operation}, steps={URN: step} if step else {})


def update(content: str, *others: str) -> Step:
    """A step that changes the content, and more."""
    return Step("update", ("content", *others), {"content": "old\n"}, {}, {"content": content})


CASES: list[tuple[Step | None, File | None, bool, str | None, str | None]] = [
    # the preview's step, what GitHub has, whether the state has it too -> operation, overwritten
    (None, LIVE, False, "update", "theirs\n"),
    (None, LIVE, True, "same", None),
    (None, None, False, "create", None),
    (update("new\n"), LIVE, False, "update", "theirs\n"),
    (update("new\n"), None, False, "create", None),
    (update("theirs\n"), LIVE, False, "same", None),
    (update("theirs\n", "commitMessage"), LIVE, False, "update", None),
    (Step("delete"), LIVE, True, "delete", "theirs\n"),
    (Step("delete"), None, False, None, None),
    (Step("create", new_inputs={"content": "new\n"}), None, True, "create", None),
]


@pytest.mark.parametrize(("step", "live", "in_state", "operation", "text"), CASES)
def test_a_preview_shows_what_happens_to_an_edited_file(
    step: Step | None,
    live: File | None,
    in_state: bool,  # noqa: FBT001 - of a table
    operation: str | None,
    text: str | None,
) -> None:
    """A preview, which leaves the state alone, shows the same as the update's own."""
    planned = run(step)
    note_edited(planned, [Edited(URN, "declared\n", live)], in_state=in_state)
    assert planned.resources.get(URN) == operation
    shown = planned.steps.get(URN)
    assert (shown.overwritten if shown else None) == text


def test_the_state_gets_what_github_has() -> None:
    """The next update names the content that it overwrites, and makes again what is gone."""

    def resource(name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        content = {"content": "declared\n"}
        fields = {"urn": name, "type": FILE, "inputs": {**content}, "outputs": {**content}}
        return {**fields, **more}

    first, second = resource("a"), resource("b", dependencies=["a"])
    state = {"deployment": {"resources": [first, second]}}
    changed = as_on_github(
        state, [Edited("a", "declared\n", None), Edited("b", "declared\n", LIVE)]
    )
    (left,) = changed["deployment"]["resources"]
    assert left["inputs"] == {"content": "theirs\n"}
    assert left["outputs"] == {"content": "theirs\n", "sha": "live"}
    assert left["dependencies"] == []
    assert state["deployment"]["resources"] == [first, second]
