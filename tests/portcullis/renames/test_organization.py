"""An organization that was renamed, and a state of another one: words, and steps that are safe."""

from __future__ import annotations

from typing import Any

import pytest

from portcullis.renames import organization
from portcullis.renames.organization import other, renamed
from portcullis.renames.things import Live, Thing

TOOL = Thing("repositories", "tool", "tool", 1, "R_1", "urn")
DEVS = Thing("teams", "devs", "devs", 2, "T_2", "urn")
CLIENT: Any = None


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that are asked for; nothing is there."""
    asked: list[str] = []

    def get_json(_client: object, path: str) -> None:
        asked.append(path)

    monkeypatch.setattr(organization, "get_json", get_json)
    return asked


def test_a_renamed_organization_is_recognized_by_what_it_has(gone: list[str]) -> None:
    """Promise: one message with the new name and the steps, and not one for each repository."""
    answers = {TOOL: Live("acme-new", "tool"), DEVS: Live("Acme-New", "devs")}
    error = renamed(CLIENT, "acme", answers)
    assert error
    assert "acme is called Acme-New on GitHub now" in str(error)
    assert "organization: Acme-New" in str(error)
    assert gone == ["/orgs/acme"]


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {TOOL: None},
        {TOOL: Live("ACME", "tool"), DEVS: None},
        {TOOL: Live("acme", "tool"), DEVS: Live("other", "devs")},
        {TOOL: Live("one", "tool"), DEVS: Live("two", "devs")},
    ],
)
def test_anything_else_is_no_rename(gone: list[str], answers: dict[Thing, Live | None]) -> None:
    """Promise: a transfer, a deletion and another case are not taken for a rename."""
    assert renamed(CLIENT, "acme", answers) is None
    assert not gone


def test_an_organization_that_lost_everything_is_not_renamed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Promise: where the organization is still there, its things were transferred."""
    monkeypatch.setattr(organization, "get_json", lambda *_: {"login": "acme"})
    assert renamed(CLIENT, "acme", {TOOL: Live("other", "tool")}) is None


def test_a_state_of_another_organization_stops() -> None:
    """Promise: no update resets the settings of an organization because its name was changed."""
    urn = "urn:pulumi:dev::p::portcullis:index:Organization::acme"
    state = {"deployment": {"resources": [{"type": "portcullis:index:Organization", "urn": urn}]}}
    assert other(state, "acme") is None
    assert other({}, "acme") is None
    error = other(state, "acme-new")
    assert error
    assert "manages the organization acme, and its file declares acme-new" in str(error)
