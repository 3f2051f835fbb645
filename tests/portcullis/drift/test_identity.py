"""Repositories and teams by their ids: what GitHub only says when it is asked for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.organization import OrganizationConfig
from portcullis.drift.identity import Identities, recognize, without_consequences
from portcullis.live.asking import Unread
from portcullis.live.compare import Declared, Drift
from portcullis.live.resource import Gap, Live, LiveRepository, LiveResource
from portcullis.renames.things import Live as Called
from portcullis.renames.things import Thing
from tests.components.building import data

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from components.declaration import Declaration
    from components.names.renames import Kind

APP = Thing("repositories", "app", "app", 1, "R_1", "urn")
DEVS = Thing("teams", "devs", "devs", 2, "T_2", "urn")


class _Asking:
    client = None


class _Declaration:
    config = OrganizationConfig.model_validate(data())


def recognized(
    monkeypatch: pytest.MonkeyPatch, live: Live, *known: Thing, called: Called | None = None
) -> Identities:
    """Return what is recognized, where GitHub says ``called`` of what the crawl does not have."""

    def ask(_client: object, lost: Sequence[Thing]) -> dict[Thing, Called | None]:
        return dict.fromkeys(lost, called)

    monkeypatch.setattr("portcullis.renames.things.ask", ask)
    asking: Any = _Asking()
    declaration: Declaration = _Declaration()  # type: ignore[assignment] # the config suffices
    return recognize(asking, live, known, declaration)


def test_a_transfer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: a repository that was transferred away is no deletion: the message has its owner."""
    found = recognized(monkeypatch, Live("acme"), APP, called=Called("other", "app"))
    problem = found.problem(Drift("missing", "Repository", "app"))
    assert problem
    assert "belongs to other now, as other/app" in problem.what
    assert "make adopt" in problem.fix


def test_what_may_be_hidden_is_not_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: where these credentials may not see teams, no team is called deleted."""
    gap = Gap("teams", ("Team",), None, Unread(403, "members=read"))
    assert not recognized(monkeypatch, Live("acme", gaps=[gap]), DEVS).problems
    assert recognized(monkeypatch, Live("acme"), DEVS).problems


def test_everything_in_a_renamed_repository_has_its_declared_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Promise: what lies in it is compared as if it had not been renamed; so are teams' grants."""
    resources = [
        LiveResource("Repository", "new", "new", {"name": "new"}, number="1"),
        LiveResource("ActionsVariable", "new/A", "x", {"repository": "new", "variableName": "A"}),
        LiveResource("BranchProtection", "new/main", "x", {"pushAllowances": ["acme/them"]}),
        LiveResource("TeamRepository", "new/them", "x", {"repository": "new", "teamId": "2"}),
        LiveResource("TeamMembers", "them", "x", {"teamSlug": "them", "members": []}),
        LiveResource("OrganizationRuleset", "new/main", "x", {"name": "new/main"}),
    ]
    there = {"new": LiveRepository("new", 1, "R_1", "main", archived=False)}
    live = Live("acme", resources, teams={"them": 2}, repositories=there)
    found = recognized(monkeypatch, live, APP, DEVS)
    assert [each.name for each in found.live.resources] == [
        "app",
        "app/A",
        "app/main",
        "app/devs",
        "devs",
        "new/main",
    ]
    assert found.live.resources[1].inputs["repository"] == "app"
    assert found.live.resources[2].inputs["pushAllowances"] == ["acme/devs"]
    assert found.live.resources[4].inputs["teamSlug"] == "devs"
    assert found.live.repositories["app"].name == "new"
    assert found.live.teams == {"devs": 2}
    assert [each.path for each in found.problems] == [("repositories", "app"), ("teams", "devs")]
    assert live.resources[0].inputs is resources[0].inputs  # GitHub's own names are kept


def test_consequences_are_not_listed() -> None:
    """Promise: a repository or a team that is gone is one line; other things of the name stay."""

    def missing(kind: str, name: str, /, **inputs: object) -> Drift:
        return Drift("missing", kind, name, Declared(kind, name, "urn", inputs))

    found = [
        missing("Repository", "app", name="app"),
        missing("ActionsVariable", "app/A", repository="app"),
        missing("BranchProtection", "app/main"),
        missing("Team", "devs", name="devs"),
        missing("TeamMembers", "devs", teamSlug="devs"),
        missing("TeamRepository", "lib/devs", repository="lib"),
        missing("TeamRepository", "lib/ops", repository="lib"),
        missing("OrganizationRuleset", "app", name="app"),
    ]
    kept = [each.name for each in without_consequences(found, frozenset())]
    assert kept == ["app", "devs", "lib/ops", "app"]
    strangers: frozenset[tuple[Kind, str]] = frozenset({("repositories", "lib")})
    assert "lib/ops" not in [each.name for each in without_consequences(found, strangers)]
