"""An update without checkpoints: when its note goes in, and when it goes away."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from components.preflight import ADOPTING
from portcullis.adopt import existing
from portcullis.pulumi_runs import resume, run, unfinished
from portcullis.pulumi_runs.events import Run
from tests.portcullis.engine_events import before, run_of, urn

if TYPE_CHECKING:
    from collections.abc import Mapping

FAILED = run.RunFailedError("update", Run(), "502")


class Stack:
    """A stack whose state is a variable, and what its updates were given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, fails: bool, stores: bool) -> None:
        """Have updates fail or not, and store the state at their end or not."""
        self.state: dict[str, Any] = {"deployment": {"manifest": {"time": "1"}, "resources": []}}
        self.noted: list[bool] = []
        self.given: Mapping[str, str] | None = None
        who = SimpleNamespace(url="file:///state")
        self.name = "dev"
        self.workspace = SimpleNamespace(who_am_i=lambda: who, env_vars={}, work_dir="")

        def update(*_: object, variables: Mapping[str, str] | None = None) -> Run:
            self.noted.append(unfinished.is_noted(self.state))
            self.given = variables
            if stores:
                self.state = {"deployment": {**self.state["deployment"], "manifest": {"time": "2"}}}
            if fails:
                raise FAILED
            return Run()

        monkeypatch.setattr(run, "update", update)
        monkeypatch.setattr(existing, "exported", lambda *_: self.state)
        monkeypatch.setattr(existing, "replace", self._replace)

    def _replace(self, _stack: object, _environment: object, state: dict[str, Any]) -> None:
        self.state = state


def planned(count: int) -> Run:
    """A preview of so many creations."""
    teams = [urn("Team", str(number)) for number in range(count)]
    kind = "github:index/team:Team"
    new = {"id": "", "parent": "", "provider": "p::i", "outputs": {}, "type": kind, "inputs": {}}
    return run_of(*(before("create", team, new={**new, "urn": team}) for team in teams))


@pytest.mark.parametrize("count", [unfinished.FEW, unfinished.FEW + 1])
def test_a_large_update_is_noted_first(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """With the note it goes without checkpoints, and a small one has both as Pulumi does it."""
    stack: Any = Stack(monkeypatch, fails=False, stores=True)
    resume.update(stack, {}, planned(count), Console(quiet=True))
    large = count > unfinished.FEW
    assert stack.noted == [large]
    assert (stack.given or {}) == (unfinished.WITHOUT_CHECKPOINTS if large else {})


@pytest.mark.parametrize("stores", [True, False])
def test_a_failed_update_keeps_its_note_unless_it_stored_the_state(
    monkeypatch: pytest.MonkeyPatch, *, stores: bool
) -> None:
    """What Pulumi stored at the end is complete; if it was killed, only the note is there."""
    stack: Any = Stack(monkeypatch, fails=True, stores=stores)
    with pytest.raises(run.RunFailedError):
        resume.update(stack, {}, planned(unfinished.FEW + 1), Console(quiet=True))
    assert stack.noted == [True]
    assert unfinished.is_noted(stack.state) is not stores


def test_a_preview_reports_what_is_unfinished(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on, and does not refuse a repository that the killed run made."""
    stack: Any = Stack(monkeypatch, fails=False, stores=False)
    console = Console(record=True, width=120)
    resume.show_unfinished(stack, stack.state, console)
    assert (console.export_text(), stack.workspace.env_vars) == ("", {})
    left = unfinished.planned_by(planned(1), stack.state)
    resume.show_unfinished(stack, unfinished.noted(stack.state, left), console)
    assert "make up takes it into the state" in console.export_text()
    assert stack.workspace.env_vars == {ADOPTING: "true"}
