"""What differs, for people and for programs: one order, one wording."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portcullis_policy.rules.secrets.shapes import looks_secret

from portcullis.check.organization import Subject, configured_for
from portcullis.drift.details import details
from portcullis.drift.history import last_change
from portcullis.drift.identity import KINDS as SECTIONS
from portcullis.drift.judge import dangers, urn_of
from portcullis.drift.undeclared import TAKEN_BACK
from portcullis.live.compare import MADE_ANEW, Drift
from portcullis.live.kinds import KINDS
from portcullis.preview import words
from portcullis.preview.hiding import HIDDEN, masked
from portcullis.preview.names import Names
from portcullis.pulumi_runs.events import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from portcullis_policy.diagnostic import Diagnostic

    from components.declaration import Declaration
    from portcullis.drift.history import Event
    from portcullis.drift.identity import Identities
    from portcullis.drift.look import Look
    from portcullis.drift.seen import News, Seen
    from portcullis.live.asking import Unread, Usage
    from portcullis.live.resource import Gap, Live
    from portcullis.project import StackSettings


CHANGED_SINCE = "it changed since the last update"
LOST_OWNER = "was an owner at the last update, and is none any more"


@dataclass(frozen=True)
class Item:
    """One thing that is not as it is declared."""

    drift: Drift
    lines: tuple[str, ...]
    """What differs: GitHub's value, then the declared one."""
    findings: tuple[Diagnostic, ...] = ()
    """What the policy pack says about it, and not about the declaration."""
    event: Event | None = None
    taken_back: bool = False
    """Whether an update sets it right."""
    stops: bool = False
    """Whether an update would stop because of it."""
    news: News = "new"
    """Of what nobody declared: how it differs from what the last update saw."""

    @property
    def noun(self) -> str:
        """What people call it."""
        kind, live = self.drift.kind, self.drift.live
        noun = KINDS[kind].noun or words.spaced(kind)
        if kind == "RepositoryFile" and "/.github/workflows/" in self.drift.name:
            noun = "workflow file"
        if kind == "Membership":
            noun = "member" if live and live.inputs["role"] == "member" else "owner"
        return f"invited {noun}" if live and live.inputs.get("pending") else noun

    @property
    def dangerous(self) -> bool:
        """Whether the policy pack refuses it."""
        return bool(self.findings)

    @property
    def known(self) -> bool:
        """Whether the last update saw it as it is, so that it is no news."""
        return self.news == "known" and not self.dangerous


@dataclass(frozen=True)
class Report:
    """The live organization, compared."""

    organization: str
    file: str
    """Where it is declared, relative to the project's folder."""
    items: tuple[Item, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    """What the policy pack finds in the live organization as a whole, and not in one item."""
    unread: tuple[str, ...] = ()
    """What could not be read, and why: a line each."""
    usage: Usage | None = field(default=None, compare=False)

    @property
    def drifted(self) -> bool:
        """Whether anything differs from the declaration."""
        return any(item.taken_back for item in self.items)

    @property
    def stops(self) -> bool:
        """Whether an update would stop before it changes anything: people have to act first."""
        return any(item.stops for item in self.items)

    @property
    def has_news(self) -> bool:
        """Whether there is anything that the last update did not leave, or see, like this."""
        return bool(self.findings) or not all(item.known for item in self.items)

    @property
    def summary(self) -> str:
        """`2 changed, 1 missing, 3 undeclared (2 dangerous)`."""
        counts = {
            what: sum(item.drift.what == what and not item.known for item in self.items)
            for what in ("changed", "missing", "undeclared")
        }
        parts = [f"{count} {what}" for what, count in counts.items() if count]
        dangerous = sum(item.dangerous for item in self.items)
        some = f" ({dangerous} dangerous)" if dangerous else ""
        known = sum(item.known for item in self.items)
        rest = f"; {known} known" if known else ""
        return (f"{', '.join(parts)}{some}" if parts else "no drift") + rest


def report(
    looked: Look,
    found: Sequence[Drift],
    settings: StackSettings,
    declaration: Declaration,
    seen: Seen,
) -> Report:
    """Return what a look at the live organization found, judged by the policy pack.

    Args:
        looked: What was seen.
        found: What differs.
        settings: The stack, whose policy configuration counts.
        declaration: The stack's organization.
        seen: What the last update saw.

    Raises:
        UserError: With all mistakes in the policy's configuration.
    """
    resolved = declaration.resolved
    named = os.environ.get("PULUMI_OPTION_POLICY_PACK_CONFIG", "").split(",")
    what = Subject(settings.root, settings.organization, settings)
    configured = configured_for(what, [Path(name) for name in named if name])
    news = [seen.news(each) if each.what == "undeclared" else "new" for each in found]
    known = [each for each, how in zip(found, news, strict=True) if how == "known"]
    by_urn: dict[str, list[Diagnostic]] = defaultdict(list)
    for finding in dangers(looked.registered, found, known, configured, settings.root):
        by_urn[finding.urn].append(finding)
    names = names_of(looked.live)
    items = [
        Item(
            each,
            (*lines_of(each, names), *((CHANGED_SINCE,) if how == "changed" else ())),
            tuple(by_urn.pop(urn_of(each, looked.registered), ())),
            last_change(each, looked.log, resolved.name),
            taken_back=each.what != "undeclared" or each.kind in TAKEN_BACK,
            news=how,
        )
        for each, how in zip(found, news, strict=True)
    ]
    items = list(_with_problems(items, looked.problems))
    items += [
        Item(each, (LOST_OWNER,), (), last_change(each, looked.log, resolved.name))
        for each in seen.lost_owners(looked.live)
    ]
    rest = tuple(finding for of_urn in by_urn.values() for finding in of_urn)
    gaps = tuple(unread(looked.live.gaps))
    return Report(resolved.name, resolved.origin.file, ordered(items), rest, gaps, looked.usage)


def _with_problems(items: Iterable[Item], identities: Identities) -> Iterator[Item]:
    """Yield the items, each with the reason for which an update would stop, and what to do."""
    left = {each.path: each for each in identities.problems}
    for item in items:
        problem = identities.problem(item.drift)
        if problem is None:
            yield item
            continue
        left.pop(problem.path, None)
        yield replace(
            item, lines=(*item.lines, problem.what, problem.fix), taken_back=False, stops=True
        )
    for path, problem in left.items():
        kind = next(kind for kind, section in SECTIONS.items() if section == path[0])
        yield Item(Drift("changed", kind, path[1]), (problem.what, problem.fix), stops=True)


def unread(gaps: Sequence[Gap]) -> Iterator[str]:
    """Yield a line for what the same reason keeps from being read, in one repository or more."""
    grouped: dict[tuple[tuple[str, ...], Unread], list[Gap]] = defaultdict(list)
    for gap in gaps:
        grouped[gap.kinds, gap.why].append(gap)
    for (_, why), group in grouped.items():
        more = f", and of {len(group) - 1} more" if len(group) > 1 else ""
        yield f"{group[0].what}{more}: {why}"


def lines_of(drift: Drift, names: Names) -> tuple[str, ...]:
    """Return what differs, in the words of a preview: GitHub's value -> the declared one."""
    if drift.what == "undeclared" and drift.live:
        return tuple(details(drift.live))
    if drift.what != "changed" or not (drift.declared and drift.live):
        return ()
    fields = tuple(name for name in drift.fields if name != MADE_ANEW)
    anew = ("it was deleted and created again under its name",) if fields != drift.fields else ()
    if not fields:
        return anew
    hidden: tuple[str, ...] = ()
    if drift.kind.endswith("Variable") and _sounds_secret(drift.declared.inputs, drift.live.inputs):
        # somebody keeps a secret where everybody who can read the repository sees it
        fields = tuple(each for each in fields if each != "value")
        hidden = (f"value: {HIDDEN}",)
        if not fields:
            return hidden
    step = Step("update", fields, drift.live.inputs, drift.live.inputs, drift.declared.inputs)
    lines = [*words.lines(drift.kind, drift.name, step, names), *hidden]
    if drift.kind == "RepositoryFile":
        return tuple("\n".join(masked(each)) for each in lines)
    return (*anew, *(HIDDEN if looks_secret(each) else each for each in lines))


def _sounds_secret(*sides: Mapping[str, Any]) -> bool:
    """Say whether a variable's name or value looks like a secret's."""
    return any(
        HIDDEN in line
        for inputs in sides
        for line in masked(f"{inputs.get('variableName')}: {inputs.get('value')}")
    )


def names_of(live: Live) -> Names:
    """Return the names behind GitHub's numbers."""
    known = {("team", number): slug for slug, number in live.teams.items()}
    known |= {("user", number): login for login, number in live.users.items()}
    known |= {("repository", each.number): name for name, each in live.repositories.items()}
    return Names(known)


def ordered(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return the items: dangerous ones first, then the newest, then by name; what is known last."""
    return tuple(
        sorted(
            items,
            key=lambda item: (
                item.known,
                not item.dangerous,
                -(item.event.when.timestamp() if item.event else 0.0),
                item.drift.what == "undeclared",
                item.drift.kind,
                item.drift.name,
            ),
        )
    )
