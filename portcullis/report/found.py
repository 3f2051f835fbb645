"""Findings of the policy pack, by the repository and the thing that they are about."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from portcullis_policy.diagnostic import MANDATORY

from portcullis.pulumi_runs.events import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from portcullis_policy.diagnostic import Diagnostic

_REPOSITORIES = "repositories"
_BELOW = 2
"""Steps of a path in the YAML to a repository."""


def by_repository(findings: Iterable[Diagnostic]) -> Mapping[str, Sequence[Diagnostic]]:
    """Return the findings that stop an update, by the lower-case name of their repository."""
    found: defaultdict[str, list[Diagnostic]] = defaultdict(list)
    for each in findings:
        if each.level == MANDATORY:
            for repository in dict.fromkeys(_repositories(each)):
                found[repository].append(each)
    return found


def _repositories(finding: Diagnostic) -> Iterator[str]:
    """Yield what may be names of repositories; no other name does harm here."""
    path = finding.location.path
    if len(path) >= _BELOW and path[0] == _REPOSITORIES:
        yield str(path[1]).lower()
    yield thing(finding).partition("/")[0]
    for each in finding.subjects:
        yield each.partition("/")[0].lower()


def thing(finding: Diagnostic) -> str:
    """Return the name of the resource in lower case, such as ``escai/pypi-release``."""
    name = name_of(finding.urn) if finding.urn else ""
    return name.removeprefix("live ").lower()


def text(finding: Diagnostic) -> str:
    """Return the rule and what it found, in one line."""
    detail = finding.finding.detail.replace("\n", " ")
    return f"{finding.rule.id}: {detail}"
