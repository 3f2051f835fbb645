"""The steps of incidents, and the runbooks that are made from them."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from portcullis.check.organization import Subject
from portcullis.cli import app
from portcullis.incident.actions import reached
from portcullis.incident.kinds import KINDS
from portcullis.incident.pages import pages
from portcullis.incident.step import FIELDS, Action, IncidentKind, fields_of, filled
from portcullis.reach.answers import report
from tests.incidents.incidents import INCIDENTS

ROOT = Path(__file__).resolve().parents[3]
EACH = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


@EACH
def test_steps_are_whole(kind: IncidentKind) -> None:
    """R16, A10, G10: each step has a name of its own, and a person's has a place or a command."""
    ids = [step.id for step in kind.steps]
    assert len(set(ids)) == len(ids)
    for step in kind.steps:
        assert step.why
        assert step.action or step.places or step.commands
        for template in (*step.places, *step.commands):
            assert fields_of(template) <= set(FIELDS), template


@EACH
def test_every_incident_is_contained_and_followed_up(kind: IncidentKind) -> None:
    """R16, A10, G10: each kind stops releases, lists credentials, informs, restores and reviews."""
    actions = {step.action for step in kind.steps}
    assert actions & {Action.LOCKDOWN, Action.LOCKDOWN_ALL}
    assert {Action.REACH, Action.CREDENTIALS} <= actions
    ids = [step.id for step in kind.steps]
    assert {"audit", "notify", "restore", "review"} <= set(ids)
    assert ids.index("lockdown") < ids.index("credentials") < ids.index("restore")


def test_a_committed_secret_is_revoked_first() -> None:
    """G10: revoke, replace, remove from the history, look for others, inform: in this order."""
    ids = [step.id for step in KINDS["committed-secret"].steps]
    wanted = ["revoke", "rotate", "history", "scan", "notify"]
    assert [each for each in ids if each in wanted] == wanted
    assert ids[0] == "revoke"


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: each.name)
def test_every_past_incident_has_a_kind(incident: object) -> None:
    """R16: for each incident of docs/incidents.md, there is a runbook that names it."""
    names = {name for kind in KINDS.values() for name in kind.past}
    assert getattr(incident, "name") in names  # noqa: B009 - any incident


def test_past_incidents_are_on_their_page() -> None:
    """R16: a runbook names no incident that docs/incidents.md does not have."""
    known = {incident.name for incident in INCIDENTS}
    assert {name for kind in KINDS.values() for name in kind.past} <= known


def _commands() -> list[str]:
    found = {
        command.format(**FIELDS)
        for kind in KINDS.values()
        for step in kind.steps
        for command in step.commands
    }
    return sorted(each for each in found if each.startswith("portcullis "))


@pytest.mark.parametrize("command", _commands())
def test_commands_of_steps_are_there(command: str) -> None:
    """R16: each command of ours that a step names is one, with these options."""
    words = shlex.split(command)[1:]
    root = typer.main.get_command(app)
    with root.make_context("portcullis", list(words), resilient_parsing=True) as context:
        name, found, rest = root.resolve_command(context, words)  # type: ignore[attr-defined]
        while hasattr(found, "commands"):
            name, found, rest = found.resolve_command(context, rest)
    options = {option for each in found.params for option in each.opts}
    assert name
    assert {word for word in rest if word.startswith("--")} <= options


@EACH
def test_the_runbook_has_each_step(kind: IncidentKind) -> None:
    """R16, A10, G10: docs/runbooks has the steps of the guide, with places and commands."""
    text = pages()[f"docs/runbooks/{kind.name}.md"]
    assert (ROOT / f"docs/runbooks/{kind.name}.md").read_text(encoding="utf-8") == text
    for step in kind.steps:
        assert f"(step `{step.id}`)" in text
        for template in (*step.places, *step.commands):
            assert template.format(**FIELDS) in text


def test_places_are_filled_for_each_repository_and_package() -> None:
    """R16: one line for each repository or package, once, and one where none is named."""
    templates = ("{web}/{organization}/{repository}/keys", "{owners}", "{web}/{organization}")
    common = {"web": "https://github.com", "organization": "guild", "stack": "prod"}
    repositories = [{"repository": "a"}, {"repository": "b"}]
    packages = [{"package": "x", "owners": "https://r/x", "releases": "-"}] * 2
    assert filled(templates, common, repositories, packages) == [
        "https://github.com/guild/a/keys",
        "https://github.com/guild/b/keys",
        "https://r/x",
        "https://github.com/guild",
    ]


def test_help_names_the_kinds() -> None:
    """R16: `portcullis incident --help` lists each kind."""
    shown = CliRunner().invoke(app, ["incident", "--help"]).output
    assert [name for name in KINDS if name not in shown] == []


def test_what_a_person_or_a_secret_could_reach() -> None:
    """R16, G10: `--of` names who else has to act together with a stolen account, or where it is."""
    guild = report(Subject(ROOT, "guild"))
    with_ana = reached(guild, "Ana")
    assert any(each.startswith("publish riveter") and "together with" in each for each in with_ana)
    assert any("it is there" in each for each in reached(guild, "NPM_TOKEN"))
    assert reached(guild, "nobody") == [
        "nobody: in no set of people and credentials that the declaration knows"
    ]


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["unauthorized-release", "--done", "everything"], "allowed: lockdown, cancel"),
        (["unauthorized-release", "--skip", "tag"], "allowed: STEP=REASON"),
        (["unauthorized-release", "--release", "v9"], "allowed: REPOSITORY@TAG"),
        (["unauthorized-release", "--since", "yesterday"], "allowed: a time with its zone"),
        (["credentials", "--since", "2026-11-29"], "allowed: a time with its zone"),
        (["credentials", "--note", "npm_" + "Ab1" * 12], "--note: nothing was noted"),
        (["committed-secret", "--of", "npm_" + "Ab1" * 12], "--of: nothing was noted"),
    ],
)
def test_mistakes_at_the_keyboard(arguments: list[str], allowed: str) -> None:
    """R16: what is no step, time or name is refused with what is allowed, and never quoted."""
    refused = CliRunner().invoke(app, ["incident", *arguments])
    assert refused.exit_code == 1
    assert allowed in refused.output
    assert "npm_Ab1" not in refused.output
    assert not (ROOT / ".portcullis" / "incident").exists()
