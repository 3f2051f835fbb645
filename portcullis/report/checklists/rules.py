"""Items that the rules of the policy pack answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portcullis.report.checklists.said import Fault, Said, as_declared, not_met, unknown
from portcullis.report.found import text, thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis_policy.diagnostic import Diagnostic

    from portcullis.report.known import Known

_REFS = ("OrganizationRuleset", "RepositoryRuleset", "BranchProtection")
_GATES = ("RepositoryEnvironment", "RepositoryEnvironmentDeploymentPolicy")
_SECRETS = ("ActionsOrganizationSecret", "ActionsSecret", "ActionsEnvironmentSecret")
_FILES = ("RepositoryFile",)
_KINDS = {
    "AC": ("ActionsOrganizationPermissions", "ActionsOrganizationWorkflowPermissions"),
    "BR": _REFS,
    "EN": _GATES,
    "OR": ("OrganizationSettings", "Membership", "OrganizationRole"),
    "RE": ("Repository", "RepositoryDependabotSecurityUpdates", "RepositoryCollaborator"),
    "RP": (*_REFS, *_GATES, *_SECRETS, *_FILES),
    "RS": _REFS,
    "SE": _SECRETS,
    "TG": _REFS,
    "WF": _FILES,
}
"""What has to be readable on GitHub for the rules of a family, by kind."""


@dataclass(frozen=True)
class NoFindings:
    """The question that is met if none of some rules finds anything.

    Exempted findings count, too: the evidence names the exemption.
    """

    rules: frozenset[str]

    def __call__(self, known: Known) -> Said:
        """Answer it."""
        kinds = frozenset(kind for rule in self.rules for kind in _KINDS[rule[:2]])
        faults = [_fault(known, each) for each in known.findings if each.rule.id in self.rules]
        faults += _missing(known, kinds)
        if faults:
            return not_met(faults)
        if hidden := sorted(set(_hidden(known, kinds))):
            return unknown(f"not read: {'; '.join(hidden)}", "GitHub")
        return as_declared(known, f"no finding of {', '.join(sorted(self.rules))}")


def no_findings(*rules: str) -> NoFindings:
    """Return the question whether none of some rules finds anything."""
    return NoFindings(frozenset(rules))


def _missing(known: Known, kinds: frozenset[str]) -> Iterator[Fault]:
    """Yield what is declared and not on GitHub: a rule finds nothing in what is not there."""
    for item in known.github.drift.items if known.github else ():
        drift = item.drift
        if drift.what == "missing" and drift.declared and drift.kind in kinds | {"Repository"}:
            yield Fault(f"missing {item.noun} {drift.name}", "GitHub", since_from="GitHub")


def _hidden(known: Known, kinds: frozenset[str]) -> Iterator[str]:
    """Yield what GitHub did not show, of what the rules need."""
    if known.github is None:
        return
    live = known.github.live
    yield from (gap.what for gap in live.gaps if kinds & set(gap.kinds))
    if "OrganizationSettings" in kinds:
        for each in live.of("OrganizationSettings"):
            yield from (f"setting {name}" for name in each.unread)


def _fault(known: Known, finding: Diagnostic) -> Fault:
    """Return a finding in words, where it is, and since when."""
    words = text(finding)
    dotted = finding.location.dotted
    for each in known.declaration.config.exemptions:
        leads = dotted == each.resource or dotted.startswith(f"{each.resource}.")
        if each.rule == finding.rule.id and leads:
            words = f"{words} (exempted until {each.expires}: {each.reason})"
            break
    events = {
        of.urn: item.event
        for item in (known.github.drift.items if known.github else ())
        for of in item.findings
    }
    if finding.urn in events:
        event = events[finding.urn]
        when = event.when.date() if event else None
        return Fault(words, f"GitHub: {thing(finding)}", when, "GitHub")
    at = finding.location
    since = known.history.of_line(at.file, at.line) if at.file and at.line else None
    return Fault(words, at.place or known.file, since)
