"""Lead through the steps of an incident, and keep the record of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.text import Text

from portcullis.check.organization import Subject
from portcullis.incident import places
from portcullis.incident.actions import Result, Scene, carry_out, named
from portcullis.incident.credentials.listed import publishing
from portcullis.incident.record import Event, IncidentRecord, What, load, path_of
from portcullis.incident.step import filled
from portcullis.lockdown import subject
from portcullis.project import UserError
from portcullis.reach.answers import report
from portcullis.sealed import alone, save

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from components.declaration import Declaration
    from portcullis.incident.step import Action, IncidentKind, Step
    from portcullis.project import StackSettings

_YES, _SKIP = "yes", "skip"


@dataclass(frozen=True)
class Given:
    """What somebody asked for, and how they are asked."""

    by: str
    """Who goes through the steps."""
    organization: str | None = None
    since: datetime | None = None
    """When the incident began; None: as noted, or now."""
    of: str = ""
    """The credential or the person that it is about."""
    releases: Sequence[str] = ()
    """Releases and tags to delete, as `REPOSITORY@TAG`."""
    yes: bool = False
    """Whether everything that Portcullis does itself is agreed to."""
    done: Sequence[str] = ()
    """Steps that a person has done."""
    skip: Mapping[str, str] = field(default_factory=dict)
    """Reasons, by step."""
    ask: Callable[[str], str] | None = None
    """Asks at the keyboard; None: nobody is there."""


@dataclass(frozen=True)
class Outcome:
    """Where the incident stands."""

    record: IncidentRecord
    file: Path
    open: Sequence[Step]


@dataclass
class _Guide:
    kind: IncidentKind
    given: Given
    scene: Scene
    file: Path
    common: Mapping[str, str]
    repositories: Sequence[Mapping[str, str]]
    packages: Sequence[Mapping[str, str]]

    def go(self) -> None:
        """Go through the steps that are open; each entry is written at once."""
        console = self.scene.console
        for number, step in enumerate(self.kind.steps, 1):
            head = f"{number:>2}. {step.title}"
            last = self.scene.record.last(step.id)
            if last and last.what is not What.LEFT:
                console.print(Text(f"{head}: {last.what.value} by {last.by}, {_time(last.at)}"))
                continue
            self._show(head, step)
            event = self._deal(step)
            if event is None:
                console.print(Text(f"    open       --done {step.id}, or --skip {step.id}=REASON"))
                continue
            self.scene.record.events.append(event)
            save(self.file, self.scene.record)
            for line in event.lines:
                console.print(Text(f"    {line}"))
            console.print(Text(f"    {event.what.value}"))

    def _show(self, head: str, step: Step) -> None:
        console = self.scene.console
        console.print(Text(f"\n{head} ({step.id})\n    {step.why}"))
        parts = (("look at", step.places), ("type", step.commands))
        for word, templates in parts:
            for each in filled(templates, self.common, self.repositories, self.packages):
                console.print(Text(f"    {word:<10} {each}"))

    def _deal(self, step: Step) -> Event | None:
        """Return what happened to a step; None: nothing."""
        if reason := self.given.skip.get(step.id):
            return self._event(step, What.SKIPPED, reason)
        if step.id in self.given.done:
            return self._event(step, What.DONE, "by hand")
        if step.action is None:
            return self._asked(step, "did you do it?", What.DONE)
        return self._acted(step, step.action)

    def _acted(self, step: Step, action: Action) -> Event | None:
        if action.by_name and not self.scene.releases:
            return self._asked(step, "nothing is named by --release; done by hand?", What.DONE)
        if action.changes and not self.given.yes:
            answer = self._ask("do it now?")
            if answer != _YES:
                return self._skipped(step) if answer == _SKIP else None
        try:
            result = carry_out(action, self.scene)
        except UserError as error:
            result = Result(done=False, lines=[f"left: {error}"])
        return self._event(step, What.DONE if result.done else What.LEFT, *result.lines)

    def _asked(self, step: Step, question: str, what: What) -> Event | None:
        answer = self._ask(question)
        if answer == _YES:
            return self._event(step, what, "by hand")
        return self._skipped(step) if answer == _SKIP else None

    def _skipped(self, step: Step) -> Event | None:
        reason = self.given.ask("why?") if self.given.ask else ""
        return self._event(step, What.SKIPPED, reason) if reason else None

    def _ask(self, question: str) -> str:
        """Return `yes`, `skip`, or another word, which means later."""
        if self.given.ask is None:
            return ""
        answer = self.given.ask(f"    {question} yes, skip, or later").strip().lower()
        return {"y": _YES, "s": _SKIP}.get(answer, answer)

    def _event(self, step: Step, what: What, *lines: str) -> Event:
        now = datetime.now(UTC)
        return Event(at=now, by=self.given.by, step=step.id, what=what, lines=lines)


def lead(settings: StackSettings, kind: IncidentKind, given: Given, console: Console) -> Outcome:
    """Go through the steps of an incident; a run that was interrupted goes on where it was.

    Raises:
        UserError: Something that a person can fix; what was done is in the record.
    """
    _require_steps(kind, given)
    declaration = subject.declaration(
        settings, console, "what follows is about every repository, and nobody knows its reach"
    )
    organization = subject.organization(
        given.organization, declaration, f"incident {kind.name} --organization"
    )
    file = path_of(settings.root, organization, kind.name)
    with alone(file, "incident"):
        record = _begun(load(file), kind, organization, given)
        save(file, record)
        console.print(Text(f"{'record':<10} {file}"))
        _guide(settings, kind, given, console, declaration, record, file).go()
        still = record.open(kind)
        if not still:
            began = record.began.strftime("%Y-%m-%dT%H%M%S")
            ended = file.with_name(f"{organization}.{kind.name}.{began}.ended.json")
            file.replace(ended)
            file = ended
    return Outcome(record, file, still)


def _require_steps(kind: IncidentKind, given: Given) -> None:
    wrong = [name for name in (*given.done, *given.skip) if kind.step(name) is None]
    if wrong:
        allowed = ", ".join(each.id for each in kind.steps)
        raise UserError(f"no step {', '.join(wrong)} in {kind.name}; allowed: {allowed}")
    for each in given.releases:
        named(each)


def _begun(
    record: IncidentRecord | None, kind: IncidentKind, organization: str, given: Given
) -> IncidentRecord:
    now = datetime.now(UTC)
    if given.since and given.since > now:
        raise UserError("--since: allowed: a time that has passed")
    if record is None:
        began = given.since or now
        return IncidentRecord(kind=kind.name, organization=organization, began=began, of=given.of)
    if given.since and given.since > record.began:
        raise UserError(
            f"--since: this incident began at {record.began.isoformat()}; allowed: an earlier time"
        )
    record.began = given.since or record.began
    record.of = given.of or record.of
    return record


def _guide(  # noqa: PLR0917 - all that a run knows
    settings: StackSettings,
    kind: IncidentKind,
    given: Given,
    console: Console,
    declaration: Declaration | None,
    record: IncidentRecord,
    file: Path,
) -> _Guide:
    access = subject.access(settings, declaration, console)
    answers = None
    names: list[str] = []
    publishers = []
    if declaration:
        answers = report(Subject(settings.root, settings.organization, settings))
        repositories = declaration.resolved.repositories
        lower = publishing(declaration, answers)
        names = [name for name in repositories if name.lower() in lower]
        publishers = [each for name in names for each in repositories[name].publishers]
    web = places.web_address(access.base_url)
    scene = Scene(
        *(settings, console, record.organization, access, record, answers),
        repositories=names,
        releases=given.releases,
    )
    return _Guide(
        *(kind, given, scene, file),
        common={"web": web, "organization": record.organization, "stack": settings.name},
        repositories=[{"repository": name} for name in names or ["REPOSITORY"]],
        packages=[
            {
                "package": each.package,
                "owners": places.owners_of(each, web),
                "releases": places.releases_of(each, web),
            }
            for each in publishers
        ],
    )


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
