"""The outcome of a check, in every format alike: mistakes or findings, in a stable order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portcullis_policy.diagnostic import MANDATORY

if TYPE_CHECKING:
    from portcullis_policy.diagnostic import Diagnostic

    from components.declaration import Mistake
    from portcullis.reach.comparison import Change


@dataclass(frozen=True)
class Report:
    """What is wrong with an organization; one with mistakes was not judged."""

    organization: str
    """The declaration's name below `orgs/`."""
    file: str
    """Its main file, relative to the project's folder."""
    mistakes: tuple[Mistake, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    notices: tuple[str, ...] = ()
    """What people should know, though nothing is wrong: a line each."""
    changes: tuple[Change, ...] = ()
    """The goals of attackers for which another number of people suffices than before."""

    @property
    def refused(self) -> bool:
        """Whether a preview would be refused, too."""
        return bool(self.mistakes) or any(each.level == MANDATORY for each in self.findings)

    @property
    def summary(self) -> str:
        """`25 mandatory, 5 advisory findings`."""
        if self.mistakes:
            count = len(self.mistakes)
            return f"{count} mistake{'s' if count > 1 else ''}"
        mandatory = sum(each.level == MANDATORY for each in self.findings)
        counts = {"mandatory": mandatory, "advisory": len(self.findings) - mandatory}
        reported = ", ".join(f"{count} {level}" for level, count in counts.items() if count)
        return f"{reported or 'no'} finding{'' if len(self.findings) == 1 else 's'}"


def place(report: Report, finding: Diagnostic) -> str:
    """Return `orgs/guild.yaml:3:1`, or the report's file where no place is known."""
    return finding.location.place or report.file
