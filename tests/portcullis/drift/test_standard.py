"""Standard files: lines that somebody took out are drift, unless they are proposed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from components.files.committing import PROPOSALS
from portcullis.drift import standard
from portcullis.files.added import Change, Commit
from portcullis.files.live import Head, Place
from portcullis.live.resource import Live
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

IGNORED = Change(".gitignore", "*.pyc\n", "*.pyc\n.env\n")
NEW = Change("SECURITY.md", None, "# Security\n")
MANAGED = Change("notes/note.md", None, "note\n")


def _commit(name: str, *changes: Change, **more: Any) -> Commit:  # noqa: ANN401 - fields of Commit
    declared: Any = SimpleNamespace(added_files={".gitignore": 1, "SECURITY.md": 1})
    head = Head("main", "c", "t")
    given = {"head": head, "declared": declared, **more}
    return Commit(repository=name, changes=changes, live_name=name, **given)


def lacking(
    monkeypatch: pytest.MonkeyPatch,
    commits: list[Commit] | UserError,
    proposed: Mapping[Place, str] | None = None,
) -> tuple[list[Any], Live]:
    """Return what is found, and the organization with its gaps."""

    def answer(*_: object) -> list[Commit]:
        if isinstance(commits, UserError):
            raise commits
        return commits

    monkeypatch.setattr("portcullis.files.added.commits", answer)
    monkeypatch.setattr("portcullis.live.files.texts", lambda *_: proposed or {})
    live = Live("acme")
    repository = SimpleNamespace(added_files={"x": 1})
    resolved: Any = SimpleNamespace(repositories={"tool": repository})
    asking: Any = SimpleNamespace(client=None)
    return standard.lacking(asking, live, resolved), live


def test_what_is_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: lines that were taken out, and a file that was deleted; empty repositories wait."""
    commits = [
        _commit("tool", IGNORED, NEW, MANAGED),
        _commit("empty", NEW, head=None, is_empty=True),
    ]
    found, live = lacking(monkeypatch, commits)
    assert [(each.what, each.name) for each in found] == [
        ("changed", "tool/.gitignore"),
        ("missing", "tool/SECURITY.md"),
    ]
    assert found[0].live.inputs["content"] == "*.pyc\n"
    assert found[0].declared.inputs["content"] == "*.pyc\n.env\n"
    assert not live.gaps


def test_what_a_pull_request_proposes_is_no_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: a file waits for people only as long as the branch has what is declared."""
    commits = [_commit("tool", IGNORED, NEW, by_pull_request=True)]
    proposed = {
        Place("tool", ".gitignore", PROPOSALS): IGNORED.new,
        Place("tool", "SECURITY.md", PROPOSALS): "something else",
    }
    found, _ = lacking(monkeypatch, commits, proposed)
    assert [each.name for each in found] == ["tool/SECURITY.md"]


def test_an_obstacle_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: a folder in a file's place stops no comparison: it is reported as not read."""
    found, live = lacking(monkeypatch, UserError("tool: SECURITY.md is a folder"))
    assert not found
    assert "is a folder" in str(live.gaps[0].why)
