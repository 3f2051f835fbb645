"""All guards over a preview: what has to be named before an update does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.stack import outputs as declared_outputs
from portcullis.guards import access, deletions, gates
from portcullis.guards.managed import managed, taken_away
from portcullis.pulumi_runs.events import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from components.organization import ResolvedOrganization
    from portcullis.guards.stop import Stop
    from portcullis.guards.unlocks import Unlocks
    from portcullis.pulumi_runs.events import Run


@dataclass(frozen=True)
class Judgement:
    """What the guards say about a preview."""

    stops: Sequence[Stop] = ()
    """What nobody has unlocked."""
    unlocked: Sequence[tuple[Stop, str]] = ()
    """What would have been stopped, each with the unlock as it is written."""
    unused: Sequence[str] = ()
    """Unlocks that unlock nothing in this run."""
    commands: Sequence[str] = ()
    """The commands that unlock what is stopped, for one run."""


def stops(
    planned: Run,
    state: Mapping[str, Any],
    resolved: ResolvedOrganization,
    share: float = deletions.SHARE,
    restored: Collection[str] = (),
) -> list[Stop]:
    """Return what the guards stop, whatever is unlocked.

    Args:
        planned: The preview.
        state: The stack's state before, exported.
        resolved: The organization as it is declared now.
        share: Of what is on GitHub, how much an update may delete, between 0 and 1.
        restored: URNs of steps that only bring back what was declared before: they lower nothing.
    """
    before = managed(state)
    gone = taken_away(planned, before)
    declared = {urn: each for urn, each in planned.steps.items() if urn not in restored}
    published = gates.publishing(declared, _new_packages(state, resolved))
    found = [
        *deletions.of_the_release_path(gone, before),
        *deletions.all_of_a_kind(gone, before),
        *deletions.many(gone, before, share),
        *access.last_owner(planned, before),
        *access.own_access(planned, gone, before, _apps(state, resolved)),
        *gates.lowered(declared, before, published),
    ]
    return list(dict.fromkeys(found))


def judge(found: Sequence[Stop], unlocks: Unlocks) -> Judgement:
    """Tell what is unlocked from what is not."""
    opened = {stop: unlocks.opens(stop) for stop in found}
    used = {each for each in opened.values() if each is not None}
    stopped = tuple(stop for stop, unlock in opened.items() if unlock is None)
    return Judgement(
        stopped,
        tuple((stop, unlock) for stop, unlock in opened.items() if unlock is not None),
        tuple(each for each in unlocks.named if each not in used),
        tuple(unlocks.command(stopped)),
    )


def _apps(state: Mapping[str, Any], resolved: ResolvedOrganization) -> set[int]:
    """Return the numeric id of the automation's App: as declared, and as of the last update."""
    found = {resolved.config.automation.app_id} if resolved.config.automation else set()
    for each in _resources(state):
        if each["type"] == ROOT and (number := (each.get("inputs") or {}).get("automationApp")):
            found.add(int(number))
    return found


def _new_packages(state: Mapping[str, Any], resolved: ResolvedOrganization) -> Iterator[str]:
    """Yield the packages and release paths that the last update did not have."""
    stack = next((each for each in _resources(state) if each["type"] == "pulumi:pulumi:Stack"), {})
    before, now = stack.get("outputs") or {}, declared_outputs(resolved)
    known = [_registered(each) for each in before.get("register_by_hand") or []]
    for entry in now["register_by_hand"]:
        if _registered(entry) not in known:
            yield f"{entry['package']} on {entry['registry']}"
    for repository in now["release_paths"]:
        if repository not in (before.get("release_paths") or {}):
            yield f"the release path of {repository}"


def _registered(entry: Mapping[str, Any]) -> tuple[str, ...]:
    names = ("registry", "package", "repository", "workflow", "environment")
    return tuple(str(entry.get(name)) for name in names)


def _resources(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    return (state.get("deployment") or {}).get("resources") or []
