"""Make the plan out of what a preview found."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portcullis import printed
from portcullis.plan import digest
from portcullis.plan.document import Change, Drift, Exemption, Finding, Guard, Plan, Reach
from portcullis.plan.weaker import weaker
from portcullis.preview import words
from portcullis.preview.names import Names
from portcullis.pulumi_runs.events import DONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from portcullis.drift.report import Item
    from portcullis.drift.report import Report as DriftReport
    from portcullis.files.step import Plan as Files
    from portcullis.guards.judge import Judgement
    from portcullis.plan.document import Verdict
    from portcullis.project import StackSettings
    from portcullis.pulumi_runs.events import Run, Step
    from portcullis.reach.comparison import Change as ReachChange
    from portcullis.renames.moves import Renames
    from portcullis.secrets.drift import Drifted

COMMIT = "GITHUB_SHA"
"""The commit of a workflow run; of a pull request's, it is the merge and not what is checked out.

Source: https://docs.github.com/actions/reference/workflows-and-actions/variables
"""

_SHA = re.compile(r"[0-9a-f]{40}")


@dataclass
class Found:
    """What a preview found, filled while it runs."""

    organization: str = ""
    """Its login, once its file was read."""
    live: bool = False
    drift: DriftReport | None = None
    reach: Sequence[ReachChange] = ()
    run: Run | None = None
    names: Names | None = None
    renames: Renames | None = None
    files: Files | None = None
    lockdown: str = ""
    """What an update does about a lockdown; empty if nothing."""
    error: str = ""
    """Why the preview ended early."""
    secrets: Sequence[Drifted] = ()
    """Secrets that an update sets again."""
    judgement: Judgement | None = None
    """What the guards say."""
    edited: Mapping[str, str | None] = field(default_factory=dict)
    """URN to declared content, of managed files that people changed."""

    @property
    def repaired(self) -> set[str]:
        """The URNs of what an update sets right: a preview does not list all of it as a step."""
        items = self.drift.items if self.drift else ()
        drifted = {each.drift.declared.urn for each in items if each.drift.declared}
        return {*drifted, *self.edited, *(each.urn for each in self.secrets)}

    def restored(self, planned: Run) -> set[str]:
        """Return the URNs of steps that bring back what was declared before, and change no more."""
        items = self.drift.items if self.drift else ()
        known = [each.drift.declared for each in items if each.taken_back and each.drift.declared]
        before = {each.urn: digest.plain(each.inputs) for each in known}
        return {
            urn
            for urn, step in planned.steps.items()
            if (urn in before and before[urn] == digest.plain(step.new_inputs))
            or (urn in self.edited and self.edited[urn] == step.new_inputs.get("content"))
        }


def plan(found: Found, settings: StackSettings) -> Plan:
    """Return the plan.

    Args:
        found: What a preview found; less than everything if it ended early.
        settings: The stack.
    """
    steps = dict(_steps(found.run)) if found.run else {}
    digests = {urn: digest.of_step(urn, step) for urn, step in steps.items()}
    names = found.names or (Names(found.run.names, found.run.new_names) if found.run else Names())
    besides = list(_besides(found))
    texts = [] if found.files is None else [digest.of(each) for each in found.files.texts()]
    drift = [_drift(e) for e in found.drift.items if not e.known] if found.drift else []
    fixed = [each.model_dump_json() for each in drift if each.fixed]
    protection = found.run.protection if found.run else {}
    return Plan(
        organization=found.organization or settings.organization,
        stack=settings.name,
        commit=commit(settings.root, os.environ),
        made_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        verdict=_verdict(found),
        error=found.error,
        live=found.live,
        unread=found.drift.unread if found.drift else (),
        changes=tuple(
            _change(urn, step, digests[urn], names)
            for urn, step in steps.items()
            if printed.is_on_github(urn) or ":aws:" in urn or ":vault:" in urn
        ),
        unprotected=tuple(
            printed.resource_name(urn) for urn, protect in protection.items() if not protect
        ),
        files=tuple(besides),
        reach=tuple(
            Reach(goal=e.goal, before=e.before, after=e.after, falls=e.falls, text=str(e))
            for e in found.reach
        ),
        findings=tuple(_findings(found.run)) if found.run else (),
        exemptions=tuple(_exemptions(found.run)) if found.run else (),
        drift=tuple(drift),
        guards=tuple(
            Guard(name=each.guard, what=each.what, unlock=each.unlock)
            for each in (found.judgement.stops if found.judgement else ())
        ),
        digest=digest.of_all(
            digests,
            [*besides, *texts, *fixed],
            protection,
            moved=bool(found.run and found.run.moved),
        ),
    )


def commit(root: Path, environ: Mapping[str, str]) -> str | None:
    """Return the commit of a checkout; None where there is none, or files differ from it.

    Args:
        root: The project's folder.
        environ: Says it in a workflow run whose files are no checkout.
    """
    asked = (["status", "--porcelain", "--untracked-files=no"], ["rev-parse", "HEAD"])
    try:
        changed, head = (
            subprocess.run(  # noqa: S603 - git of the PATH, no shell
                ["git", "-C", str(root), *arguments],  # noqa: S607 - the user's own git
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            for arguments in asked
        )
    except (OSError, subprocess.CalledProcessError):
        return given if _SHA.fullmatch(given := environ.get(COMMIT, "")) else None
    return None if changed else head


def _steps(run: Run) -> Iterator[tuple[str, Step]]:
    """Yield the steps that do something; the stack's outputs are none."""
    for urn, step in run.steps.items():
        if run.resources.get(urn) in DONE and urn.split("::")[2] != printed.STACK:
            yield urn, step


def _change(urn: str, step: Step, its_digest: str, names: Names) -> Change:
    kind, _, name = printed.resource_name(urn).partition(" ")
    repository = step.new_inputs.get("repository") or step.old_inputs.get("repository")
    if kind == "Repository":
        repository = name
    return Change(
        urn=urn,
        kind=kind,
        name=name,
        repository=repository if isinstance(repository, str) else None,
        operation=DONE[step.operation],
        lines=tuple(words.lines(kind, name, step, names)),
        weaker=weaker(kind, name, step, names),
        digest=its_digest,
    )


def _verdict(found: Found) -> Verdict:
    if found.run and any(each.level == "mandatory" for each in found.run.findings):
        return "refused"
    if found.judgement and found.judgement.stops:
        return "stopped by a guard"
    return "failed" if found.error or not found.run else "passes"


def _besides(found: Found) -> Iterator[str]:
    """Yield what an update does besides its steps, a line each."""
    if found.lockdown:
        yield f"lockdown: {found.lockdown}"
    if found.renames:
        for move in found.renames.moves:
            yield f"{move.thing.section}: {move.live} is renamed to {move.key}"
        for branch in found.renames.branches:
            yield f"{branch.name}: branch {branch.old} is renamed to {branch.new}"
    if found.files:
        for each in found.files.pushed:
            if not each.is_empty:
                yield f"{each.repository}: {each.paths} committed"
        yield from (str(each).strip() for each in found.files.proposals if each.acts)
    yield from (f"{each}; it is set again" for each in found.secrets if not each.lost)


def _findings(run: Run) -> Iterator[Finding]:
    for each in sorted(run.findings, key=lambda f: (f.level != "mandatory", f.rule, f.urn)):
        yield Finding(
            rule=each.rule,
            level=each.level,
            resource=printed.resource_name(each.urn),
            message=each.message,
        )


def _exemptions(run: Run) -> Iterator[Exemption]:
    listed: Any = run.organization.get("exemptions") or []
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict):
            wanted = ("rule", "resource", "reason", "expires")
            yield Exemption(**{name: str(each.get(name) or "") for name in wanted})


def _drift(item: Item) -> Drift:
    return Drift(
        what=item.drift.what,
        noun=item.noun,
        name=item.drift.name,
        lines=item.lines,
        rules=tuple(sorted({each.rule.id for each in item.findings})),
        fixed=item.taken_back,
    )
