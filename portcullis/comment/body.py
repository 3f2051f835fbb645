"""The text of a comment: a plan in Markdown as GitHub renders it, with all names escaped."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portcullis.check.output.markdown import code, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from portcullis.plan.document import Change, Drift, Finding, Plan

LONGEST = 60_000
"""Characters of a comment. GitHub takes 65,536, and an entity may count as more than one."""

_MOST_OF_A_SECTION = 12_000
"""Characters of each section but the last, so that none takes the room of the others."""

_OPEN = 12
"""A section with more entries is folded."""

_TAKEN_AWAY = frozenset({"deleted", "replaced", "archived", "forgotten"})
_ELSEWHERE = "the organization"

_ABOUT = re.compile(
    r"Commit <code>(?P<commit>[0-9a-f]{40})</code>, plan <code>(?P<digest>[0-9a-f]{64})</code>\. "
    r"Only this plan can be deployed\."
)


@dataclass(frozen=True)
class _Section:
    """A part of the comment; its entries are lines of a list, and those below them."""

    title: str
    entries: Sequence[str]


def marker(stack: str, what: str = "plan") -> str:
    """Return the first line of a stack's comment or issue, by which the next run finds it."""
    return f"<!-- portcullis {what} of stack {stack.replace('--', '- -').replace('>', '')} -->"


def shown_plan(body: str) -> tuple[str, str] | None:
    """Return the commit and the digest that a comment is about; None if it has no commit.

    They are in the fourth line and nowhere else, whatever the names below it say.
    """
    lines = body.split("\n")
    found = _ABOUT.fullmatch(lines[3].rstrip("\r")) if len(lines) > 3 else None  # noqa: PLR2004 - the fourth
    return None if found is None else (found["commit"], found["digest"])


def text(plan: Plan) -> str:
    """Return the comment of a plan, in an order that shows first what has to be looked at."""
    lines = [marker(plan.stack), *_head(plan)]
    for section in (_guards(plan), _weaker(plan), _taken_away(plan), _findings(plan), _drift(plan)):
        lines += _shown(section, _MOST_OF_A_SECTION)
    left = LONGEST - sum(len(line) + 1 for line in lines)
    lines += _shown(_rest(plan), left)
    return "\n".join(lines) + "\n"


def _head(plan: Plan) -> Iterator[str]:
    """Yield the verdict, and what it is about."""
    refused = sum(each.level == "mandatory" for each in plan.findings)
    verdict = {
        "passes": "nothing to do" if not plan.acts else _counts(plan.changes) or "it acts",
        "refused": f"**refused** by the policy pack ({refused} mandatory findings)",
        "stopped by a guard": "**stopped by a guard**",
        "failed": "**failed**",
    }[plan.verdict]
    yield f"### Portcullis: {code(plan.organization)}, stack {code(plan.stack)}: {verdict}"
    yield ""
    digest = code(plan.digest)
    if plan.commit:
        yield f"Commit {code(plan.commit)}, plan {digest}. Only this plan can be deployed."
    else:
        yield f"Plan {digest}, of files that are not committed: it cannot be deployed."
    if plan.error and plan.verdict == "failed":
        yield f"> {words(' '.join(plan.error.split()))[:2000]}"
    if not plan.live:
        yield ""
        yield "**GitHub was not looked at:** what changed there is not in this comment."
    for line in plan.unread[:_OPEN]:
        yield ""
        yield f"not read: {words(line)}"


def _counts(changes: Iterable[Change]) -> str:
    counts = Counter(each.operation for each in changes)
    order = sorted(counts, key=lambda each: (each not in _TAKEN_AWAY, each))
    return ", ".join(f"{counts[each]} {each}" for each in order)


def _guards(plan: Plan) -> _Section:
    """Return what stops the update until somebody names it."""
    listed = [f"- {words(each.what)}; unlock: {code(each.unlock)}" for each in plan.guards]
    return _Section("What has to be unlocked", listed)


def _weaker(plan: Plan) -> _Section:
    """Return what gets weaker, and who gains power: the numbers of people first."""
    falling = [f"- **{words(each.text)}**" for each in plan.reach if each.falls]
    rising = [f"- {words(each.text)}" for each in plan.reach if not each.falls]
    entries = [
        _entry(f"{words(each.kind)} {code(each.name)}", each.weaker)
        for each in plan.changes
        if each.weaker
    ]
    unprotected = [f"- {code(each)} may be deleted from now on" for each in plan.unprotected]
    listed = [*falling, *entries, *unprotected, *rising]
    return _Section("What gets weaker, and who gains power", listed)


def _taken_away(plan: Plan) -> _Section:
    gone = [each for each in plan.changes if each.operation in _TAKEN_AWAY]
    entries = [_entry(_name(each), each.lines) for each in gone]
    renamed = [f"- {words(line)}" for line in plan.files if " is renamed to " in line]
    return _Section("What is deleted or renamed", [*entries, *renamed])


def _findings(plan: Plan) -> _Section:
    """Return the findings, those that refuse first, and the exemptions."""
    entries = [_finding(each) for each in plan.findings if each.level == "mandatory"]
    titles = Counter(
        (each.rule, each.message.partition("\n")[0])
        for each in plan.findings
        if each.level != "mandatory"
    )
    entries += [
        f"- advice {code(rule)}: {words(title)}" + (f" ({count} times)" if count > 1 else "")
        for (rule, title), count in sorted(titles.items())
    ]
    entries += [
        f"- accepted until {words(each.expires)}: {code(each.rule)} at {code(each.resource)}: "
        f"{words(each.reason)}"
        for each in plan.exemptions
    ]
    return _Section("Findings and exemptions", entries)


def _finding(finding: Finding) -> str:
    first, *rest = finding.message.splitlines() or [""]
    title = f"**{finding.level}** {code(finding.rule)} {code(finding.resource)}: {words(first)}"
    return _entry(title, [line.strip() for line in rest])


def _drift(plan: Plan) -> _Section:
    return _Section("What changed on GitHub", [_drifted(each) for each in plan.drift])


def _drifted(drift: Drift) -> str:
    danger = f"**dangerous** ({', '.join(drift.rules)}) " if drift.rules else ""
    fixed = ", is set right by this plan" if drift.fixed else ""
    title = f"{danger}{drift.what}: {words(drift.noun)} {code(drift.name)}{fixed}"
    return _entry(title, drift.lines)


def _rest(plan: Plan) -> _Section:
    """Return by repository what the parts before did not show whole."""
    by_repository: defaultdict[str, list[str]] = defaultdict(list)
    for each in plan.changes:
        if each.operation not in _TAKEN_AWAY and not {*each.lines} <= {*each.weaker}:
            entry = _entry(_name(each), each.lines, indent="  ")
            by_repository[each.repository or _ELSEWHERE].append(f"  {entry}")
    for line in plan.files:
        if " is renamed to " not in line:
            by_repository[_ELSEWHERE].append(f"  - {words(line)}")
    order = sorted(by_repository, key=lambda each: (each != _ELSEWHERE, each))
    entries = []
    for repository in order:
        name = code(repository) if repository != _ELSEWHERE else repository
        first, *others = by_repository[repository]
        entries += [f"- {name}\n{first}", *others]
    return _Section("All other changes, by repository", entries)


def _name(change: Change) -> str:
    return f"{change.operation}: {words(change.kind)} {code(change.name)}"


def _entry(title: str, lines: Iterable[str], indent: str = "") -> str:
    below = (f"\n{indent}  - {words(line)}" for line in lines if line.strip())
    return f"- {title}{''.join(below)}"


def _shown(section: _Section, most: int) -> Iterator[str]:
    """Yield a section, as far as it fits; many entries are folded."""
    if not section.entries:
        return
    count = len(section.entries)
    folded = count > _OPEN
    yield ""
    yield f"#### {section.title}"
    if folded:
        yield "<details>"
        yield f"<summary>{count} entries</summary>"
    yield ""
    room = most - 400  # of the lines around
    shown = 0
    for entry in section.entries:
        room -= len(entry) + 1
        if room < 0:
            break
        yield entry
        shown += 1
    if shown < count:
        yield ""
        yield f"**and {count - shown} more**: they are in the plan, an artifact of this run"
    if folded:
        yield ""
        yield "</details>"
