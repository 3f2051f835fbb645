"""What is known of an organization before it is put into words: offline, or read from GitHub."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from portcullis_policy.release_path.goals import GoalKind
from portcullis_policy.settings import PACK_RULE

from portcullis.check.findings import Configuration, judge
from portcullis.check.organization import Subject, configured_for, recorded
from portcullis.drift import run
from portcullis.drift.judge import on_github
from portcullis.pulumi_runs.events import ROOT
from portcullis.reach.answers import answers
from portcullis.records.store import Store
from portcullis.report.history import History
from portcullis.report.stored import secrets_of
from portcullis.secrets.listing import ListedSecret, listing
from portcullis.secrets.live import Live as NothingOnGitHub

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from portcullis_policy.diagnostic import Diagnostic
    from rich.console import Console

    from components.declaration import Declaration
    from portcullis.check.recorder import Registered
    from portcullis.drift.report import Report as Drift
    from portcullis.drift.run import Compared
    from portcullis.live.resource import Live
    from portcullis.project import StackSettings
    from portcullis.reach.report import Report as Reach

_EXEMPTIONS = "exemptions"


@dataclass(frozen=True)
class OnGitHub:
    """What was read of the live organization."""

    live: Live
    drift: Drift


@dataclass(frozen=True)
class Known:
    """All that a report is made of."""

    declaration: Declaration
    today: date
    reach: Reach
    """Who can publish: with what GitHub has, where it was asked."""
    findings: Sequence[Diagnostic]
    """What every rule finds, exempted or not, whatever level it has."""
    weakened: Sequence[str]
    """What the policy's configuration weakens."""
    secrets: Sequence[ListedSecret]
    history: History
    records: Store | None = None
    """The records of the stack's runs."""
    github: OnGitHub | None = None
    """None: GitHub was not asked."""

    @property
    def file(self) -> str:
        """Where the organization is declared, relative to the project's folder."""
        return self.declaration.resolved.origin.file


def offline(what: Subject, policy_files: Sequence[Path], today: date) -> Known:
    """Return what the files of the project tell; nothing is sent anywhere.

    Args:
        what: The organization, and the stack whose configuration counts.
        policy_files: Policy config files.
        today: The day on which expiry is judged.

    Raises:
        DeclarationError: With all mistakes in the declaration.
        UserError: The policy's configuration is wrong.
    """
    configured = configured_for(what, policy_files)
    declaration, registered = recorded(what)
    secrets = [
        replace(each, missing_in=())
        for each in listing(declaration.resolved, {}, NothingOnGitHub(), today)
    ]
    return _known(what, declaration, registered, configured, secrets=secrets, today=today)


def live(settings: StackSettings, policy_files: Sequence[Path], console: Console) -> Known:
    """Return what the project and the organization on GitHub tell; nothing is changed.

    Args:
        settings: The stack.
        policy_files: Policy config files.
        console: For progress.

    Raises:
        UserError: Something that a person can fix.
    """
    what = Subject(settings.root, settings.organization, settings)
    configured_for(what, policy_files)  # a mistake stops it before GitHub is asked
    return of_compared(run.compare(settings, console), what, policy_files)


def of_compared(compared: Compared, what: Subject, policy_files: Sequence[Path]) -> Known:
    """Return what an organization tells that was read already.

    Args:
        compared: The organization on GitHub, beside its declaration.
        what: The organization, and the stack whose configuration counts.
        policy_files: Policy config files.

    Raises:
        UserError: The policy's configuration is wrong.
    """
    configured = configured_for(what, policy_files)
    look = compared.look
    today = datetime.now(UTC).date()
    return _known(
        what,
        compared.declaration,
        list(on_github(look.registered, look.drift)),
        configured,
        secrets=secrets_of(compared, today),
        today=today,
        github=OnGitHub(look.live, compared.report),
    )


def _known(
    what: Subject,
    declaration: Declaration,
    registered: Sequence[Registered],
    configured: Configuration,
    *,
    secrets: Sequence[ListedSecret],
    today: date,
    github: OnGitHub | None = None,
) -> Known:
    return Known(
        declaration,
        today,
        answers(declaration, registered, configured, [GoalKind.PACKAGE]),
        judge(list(_without_exemptions(registered)), _every_rule(configured), what.root),
        [str(each) for each in configured.start.weakened],
        secrets,
        History(what.root),
        Store.of(what.stack) if what.stack else None,
        github,
    )


def _without_exemptions(registered: Sequence[Registered]) -> Iterator[Registered]:
    """Yield the resources, of which none names an exemption: a report shows what is accepted."""
    for each in registered:
        if each.type == ROOT:
            yield replace(each, inputs={**each.inputs, _EXEMPTIONS: []})
        else:
            yield each


def _every_rule(configured: Configuration) -> Configuration:
    """Return the configuration at which each rule has the level that it has by itself."""
    parameters = {
        rule: {name: value for name, value in given.items() if name != _EXEMPTIONS}
        if rule == PACK_RULE
        else given
        for rule, given in configured.parameters.items()
    }
    return Configuration(parameters=parameters)
