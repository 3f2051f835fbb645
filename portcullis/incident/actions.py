"""What Portcullis does itself in the steps of an incident."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from portcullis_policy.release_path.goals import GoalKind

from portcullis.adopt import existing
from portcullis.incident.credentials import look
from portcullis.incident.step import Action
from portcullis.live.asking import Asking, Unread
from portcullis.live.raw import runs
from portcullis.live.raw import settings as live_settings
from portcullis.lockdown.carry_out import Wanted
from portcullis.lockdown.doors import Request
from portcullis.lockdown.output import lines_of
from portcullis.lockdown.record import load, path_of
from portcullis.lockdown.run import lockdown
from portcullis.lockdown.sending import NotSent, Pace, Sender
from portcullis.project import UserError
from portcullis.reach.output import text as reach_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.console import Console

    from components.github_access import GitHubAccess
    from portcullis.incident.record import IncidentRecord
    from portcullis.lockdown.record import Level
    from portcullis.project import StackSettings
    from portcullis.reach.report import Report

_WAYS = 3
_NAMED = re.compile(r"([A-Za-z0-9._-]+)@([^\s@]+)")


@dataclass(frozen=True)
class Scene:
    """What the steps are carried out on."""

    settings: StackSettings
    console: Console
    organization: str
    access: GitHubAccess
    record: IncidentRecord
    reach: Report | None
    """None: the declaration has mistakes."""
    repositories: Sequence[str] = ()
    """Those that publish; empty: nobody knows, so all of them."""
    releases: Sequence[str] = ()
    """Releases and tags that a person named, as `REPOSITORY@TAG`."""


@dataclass
class Result:
    """What an action did."""

    done: bool = True
    """False: something is left."""
    lines: list[str] = field(default_factory=list)
    """For people and for the record."""

    def left(self, line: str) -> None:
        """Note what could not be done."""
        self.done = False
        self.lines.append(f"left: {line}")


def carry_out(action: Action, scene: Scene) -> Result:
    """Carry an action out.

    Raises:
        UserError: Something that a person can fix.
    """
    return _ACTIONS[action](scene)


def named(text: str) -> tuple[str, str]:
    """Return repository and tag of a release as a person names it.

    Raises:
        UserError: It is none.
    """
    found = _NAMED.fullmatch(text)
    if found is None:
        raise UserError("--release: allowed: REPOSITORY@TAG, such as sophia@v1.2.3")
    return found[1], found[2]


def _reach(scene: Scene) -> Result:
    if scene.reach is None:
        return Result(done=False, lines=["left: the declaration has mistakes: nobody can tell"])
    return Result(lines=reached(scene.reach, scene.record.of))


def reached(report: Report, name: str) -> list[str]:
    """Return what a credential or a person could reach, in words.

    Args:
        report: Who suffices for which goal.
        name: Of a person, a key or a secret; empty: all that is published.
    """
    if not name:
        packages = [each for each in report.goals if each.goal.kind is GoalKind.PACKAGE]
        return reach_text.text(replace(report, goals=tuple(packages)), _WAYS).splitlines()
    found: list[str] = []
    for asked in report.goals:
        if asked.goal.name.rpartition("/")[2].lower() == name.lower():
            found.append(f"{asked.name}: it is there")
        others = [
            sorted(str(actor) for actor in way.actors if actor.name.lower() != name.lower())
            for way in asked.answer.ways
            if any(actor.name.lower() == name.lower() for actor in way.actors)
        ]
        if others:
            fewest = min(others, key=len)
            found.append(f"{asked.name}: {_with(fewest)}")
    found += [
        f"{each}: could take protections away first"
        for each in report.administrators
        if name.lower() in {person.lower() for person in each.names}
    ]
    return found or [f"{name}: in no set of people and credentials that the declaration knows"]


def _with(others: Sequence[str]) -> str:
    return f"together with {' and '.join(others)}" if others else "alone"


def _lockdown_at(level: Level) -> Callable[[Scene], Result]:
    def close(scene: Scene) -> Result:
        on = load(path_of(scene.settings.root, scene.organization))
        # a lockdown that is on already, and stops more, goes on
        wanted = Wanted(scene.organization, on.level if on else level, yes=True)
        if on and level == "all":
            wanted = replace(wanted, level="all")
        outcome = lockdown(scene.settings, wanted, scene.console)
        lines = lines_of(outcome, lift=False)
        return Result(outcome.complete, [f"{word}: {text}" for word, text in lines])

    return close


def _cancel(scene: Scene) -> Result:
    result = Result()
    with existing.asking(""), Asking(scene.access) as asking:
        names = list(scene.repositories)
        if not names:
            listed = live_settings.repositories(asking, scene.organization)
            if isinstance(listed, Unread):
                result.left(f"repositories of {scene.organization}: {listed}")
                return result
            names = [str(each["name"]) for each in listed if not each["archived"]]
        sender = Sender(asking, Pace())
        places = [f"{scene.organization}/{name}" for name in names]
        found = asking.each(lambda place: runs.under_way(asking, place), places)
        for place, ids in zip(places, found, strict=True):
            if isinstance(ids, Unread):
                result.left(f"runs of {place}: {ids}")
                continue
            for ident in ids:
                path = f"/repos/{place}/actions/runs/{ident}/force-cancel"
                _send(sender, Request("POST", path), f"run {ident} of {place}", result)
    result.lines = result.lines or ["no run was under way"]
    return result


def _send(sender: Sender, request: Request, what: str, result: Result) -> None:
    try:
        sender.send(request)
    except NotSent as failed:
        result.left(f"{what}: {failed}")
    else:
        word = "deleted" if request.method == "DELETE" else "cancelled"
        result.lines.append(f"{word}: {what}")


def _delete_releases(scene: Scene) -> Result:
    result = Result()
    with existing.asking(""), Asking(scene.access) as asking:
        sender = Sender(asking, Pace())
        for text in scene.releases:
            repository, tag = named(text)
            place = f"{scene.organization}/{repository}"
            found = runs.release(asking, place, tag)
            if isinstance(found, Unread):
                result.left(f"release {text}: {found}")
            elif found is None:
                result.lines.append(f"release {text}: there is none")
            else:
                request = Request("DELETE", f"/repos/{place}/releases/{found}")
                _send(sender, request, f"release {text}", result)
    return result


def _delete_tags(scene: Scene) -> Result:
    result = Result()
    with existing.asking(""), Asking(scene.access) as asking:
        sender = Sender(asking, Pace())
        for text in scene.releases:
            repository, tag = named(text)
            ref = quote(tag, safe="/")
            path = f"/repos/{scene.organization}/{repository}/git/refs/tags/{ref}"
            _send(sender, Request("DELETE", path), f"tag {text}", result)
    return result


def _credentials(scene: Scene) -> Result:
    wanted = look.Wanted(scene.organization, scene.record.began)
    try:
        answer = look.look(scene.settings, wanted, scene.console)
    except UserError as error:
        return Result(done=False, lines=[f"left: {error}"])
    done = len(answer.credentials) - len(answer.open)
    lines = [f"{done} of {len(answer.credentials)} replaced"]
    lines += [f"open: {each.credential.id}" for each in answer.open]
    return Result(not answer.open, lines)


_ACTIONS: Mapping[Action, Callable[[Scene], Result]] = {
    Action.REACH: _reach,
    Action.LOCKDOWN: _lockdown_at("release"),
    Action.LOCKDOWN_ALL: _lockdown_at("all"),
    Action.CANCEL: _cancel,
    Action.DELETE_RELEASE: _delete_releases,
    Action.DELETE_TAG: _delete_tags,
    Action.CREDENTIALS: _credentials,
}
