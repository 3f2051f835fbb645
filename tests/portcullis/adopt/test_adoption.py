"""What may exist below something that is managed, and what a preview says of it."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from rich.console import Console

from portcullis.adopt import adoption, from_live
from portcullis.adopt.adoption import Stack, adopt_gates, below_managed
from portcullis.adopt.completion import ENVIRONMENT, REPOSITORY, TEAM, TEAM_MEMBERS
from portcullis.adopt.from_live import There
from portcullis.adopt.old_names import OldNames
from portcullis.live.resource import Live, LiveResource
from portcullis.pulumi_runs.events import ROOT, Planned
from portcullis.renames.state import FILE
from tests.portcullis.engine_events import STACK, urn

if TYPE_CHECKING:
    import pytest

APP = {"repository": "app"}


def planned(*resources: tuple[str, str, dict[str, str]]) -> dict[str, Planned]:
    """Return planned creations by URN, of a type, a name and inputs each."""
    made = [
        Planned(urn(type_.rpartition(":")[2], name), type_, f"{STACK}::c::{name}", "", inputs)
        for type_, name, inputs in resources
    ]
    return {each.urn: each for each in made}


PROD = (ENVIRONMENT, "app/prod", {**APP, "environment": "prod"})
RULESET = ("github:index/organizationRuleset:OrganizationRuleset", "main", {"name": "main"})


def names(found: set[str]) -> set[str]:
    """Return the names in URNs."""
    return {each.rpartition("::")[2] for each in found}


def test_only_what_lies_in_something_managed_may_exist() -> None:
    """Not what is in a new repository or team; never a repository, a team, a file or a secret."""
    others: tuple[tuple[str, str, dict[str, str]], ...] = (
        (TEAM_MEMBERS, "old", {}),
        (FILE, "app/README.md", APP),
        ("github:index/actionsSecret:ActionsSecret", "app/actions/X", APP),
        ("portcullis:index:Environment", "app/prod", {}),
    )
    new: tuple[tuple[str, str, dict[str, str]], ...] = (
        (REPOSITORY, "new", {"name": "new"}),
        (TEAM, "fresh", {"name": "fresh"}),
        (TEAM_MEMBERS, "fresh", {}),
        (ENVIRONMENT, "new/prod", {"repository": "new", "environment": "prod"}),
    )
    found = below_managed(planned(PROD, RULESET, *others, *new))
    assert names(found) == {"app/prod", "main", "old"}


def test_nothing_exists_below_a_new_organization() -> None:
    """The first update of a stack adopts nothing: what exists is refused, or adopted by command."""
    assert below_managed(planned((ROOT, "acme", {}), PROD, RULESET)) == set()


def test_a_preview_names_what_make_up_adopts(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that exists in a managed repository is reported, and nothing is changed."""
    new = planned(PROD, RULESET)
    environment = LiveResource("RepositoryEnvironment", "app/prod", "app:prod", dict(PROD[2]))
    there = There((), {next(iter(new)): environment, "urn:other": environment}, ())
    monkeypatch.setattr(from_live, "compared", lambda *_, **__: there)
    nothing: Any = SimpleNamespace()
    stack = Stack(nothing, {}, nothing, nothing, OldNames())
    console = Console(file=io.StringIO(), width=200)
    assert not adopt_gates(stack, new, console, live=Live("acme"), change=False)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    line = "exists     RepositoryEnvironment app/prod exists already: make up adopts it"
    assert text.startswith(line)
    assert text.count("\n") == 1


def test_nothing_is_asked_where_nothing_can_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in a repository that this run creates cannot exist."""

    def asked(*_: object, **__: object) -> None:
        raise AssertionError("GitHub was asked")

    monkeypatch.setattr(adoption, "conversation", asked)
    nothing: Any = SimpleNamespace()
    stack = Stack(nothing, {}, nothing, nothing, OldNames())
    new = planned(PROD, (REPOSITORY, "app", {"name": "app"}))
    assert not adopt_gates(stack, new, Console(file=io.StringIO()), live=None, change=True)
