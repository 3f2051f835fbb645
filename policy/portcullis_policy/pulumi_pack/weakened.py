"""What a policy configuration switches off or weakens: each with a reason and a date, or refused.

A rule that is off looks like a rule that finds nothing. So an entry that lowers a rule's level or
loosens one of its parameters needs `reason` and `expires`, as an exemption does, and is listed at
every run (PK003). After its last day it is refused, and so is the run.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from portcullis_policy.exemptions import LONGEST, NEVER_EXEMPT, date_of
from portcullis_policy.printable import printable
from portcullis_policy.profiles import PROFILES, STRICT
from portcullis_policy.rule import Rule
from portcullis_policy.settings import (
    EXPIRES,
    PACK_RULE,
    PROFILE,
    REASON,
    RELEASE_ENVIRONMENTS,
    Parameter,
)

LEVEL = "enforcementLevel"
ALL = "all"
_STRENGTH = {"disabled": 0, "advisory": 1, "mandatory": 2, "remediate": 2}
_FEW = 8

_RELEASES = (
    *("pypi", "npm", "crates", "rubygems", "nuget", "maven", "docker", "registry"),
    *("release", "publish", "production", "deploy", "live"),
)
_PUBLISHING = (
    *("PYPI_API_TOKEN", "PYPI_TOKEN", "TWINE_PASSWORD", "NPM_TOKEN", "NODE_AUTH_TOKEN"),
    *("CARGO_REGISTRY_TOKEN", "RUBYGEMS_API_KEY", "GEM_HOST_API_KEY", "NUGET_API_KEY"),
    *("MAVEN_PASSWORD", "OSSRH_PASSWORD", "SONATYPE_TOKEN", "DOCKERHUB_TOKEN", "DOCKER_PASSWORD"),
    *("GHCR_TOKEN", "PUBLISH_TOKEN", "RELEASE_TOKEN"),
)

_NAMES: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    RELEASE_ENVIRONMENTS.name: (_RELEASES, ()),
    "testEnvironments": ((), _RELEASES),
    "publishingSecrets": (_PUBLISHING, ()),
    "approvalEnvironments": (("approval", "release-approval", "first-gate"), _RELEASES),
    "auditArchives": (("audit", "audit-log"), ()),
}
"""Names that a pattern has to match, and that it must not match, to be as strict as the default."""

_LOOSER: Mapping[str, Callable[[float, float], bool]] = {
    "minimum": lambda value, default: value < default,
    "maximum": lambda value, default: value > default,
    "graceDays": lambda value, default: value > default,
}
"""When a number is looser than the default."""


@dataclass(frozen=True, slots=True)
class Weakened:
    """A rule that is off or weaker than by default.

    Attributes:
        rule: its id.
        how: what is different, in words.
        reason: why.
        expires: the last day.
    """

    rule: str
    how: str
    reason: str
    expires: dt.date

    def __str__(self) -> str:
        """Return it as it is listed."""
        return f"{self.rule} {self.how} until {self.expires}: {self.reason}"


def weakened(
    content: Mapping[str, object], rules: Sequence[Rule], today: dt.date
) -> tuple[list[Weakened], list[str]]:
    """Return what a policy configuration weakens, and what is wrong with that.

    Args:
        content: of a policy config file, or the same from a stack's configuration.
        rules: the catalogue.
        today: the day to judge by.
    """
    found: list[Weakened] = []
    wrong = _of_all(content.get(ALL))
    for rule in rules:
        entry = content.get(rule.id)
        if entry is None:
            continue
        given = entry if isinstance(entry, dict) else {LEVEL: entry}
        changes = ways(rule, given)
        if not changes:
            continue
        how = " and ".join(changes)
        if rule.id.startswith(NEVER_EXEMPT) and (rule.id != PACK_RULE or LEVEL in given):
            wrong.append(f"`{rule.id}` {how}: the pack's own rules always stay as they are")
        elif problems := _undated(given, today):
            wrong += [f"`{rule.id}` {how}: {problem}" for problem in problems]
        else:
            until = date_of(given.get(EXPIRES.name)) or today
            found.append(Weakened(rule.id, how, str(given[REASON.name]).strip(), until))
    return found, wrong


def is_lower(level: str, expected: str) -> bool:
    """Say whether a level stops less than another."""
    return _STRENGTH.get(level, 0) < _STRENGTH.get(expected, 0)


def listed(problems: Sequence[str]) -> str:
    """Return problems as lines, the first few of many."""
    more = [f"and {len(problems) - _FEW} more"] if len(problems) > _FEW else []
    return printable("\n".join([*problems[:_FEW], *more]))


def ways(rule: Rule, given: Mapping[str, object]) -> list[str]:
    """Return in which ways an entry makes a rule weaker, in words."""
    found = []
    level, default = given.get(LEVEL), rule.severity.level
    if isinstance(level, str) and level in _STRENGTH and is_lower(level, default):
        off = "is switched off"
        found.append(off if level == "disabled" else f"is {level} instead of {default}")
    loose = [
        parameter.name
        for parameter in rule.parameters
        if parameter.name in given and _is_looser(parameter, given[parameter.name])
    ]
    return found + [f"has a looser `{name}`" for name in loose]


def _of_all(entry: object) -> list[str]:
    level = entry.get(LEVEL) if isinstance(entry, dict) else entry
    if entry is None or _STRENGTH.get(str(level), 0) >= _STRENGTH["mandatory"]:
        return []
    fields = f"`{REASON.name}` and `{EXPIRES.name}`"
    return [f"`{ALL}`: allowed: mandatory, remediate; weaken single rules, each with {fields}"]


def _is_looser(parameter: Parameter, value: object) -> bool:
    """Say whether a value is less strict than a parameter's default."""
    if parameter.name == PROFILE.name:
        return value in PROFILES and value != STRICT
    if parameter.name in _NAMES:
        return _misses(str(value), *_NAMES[parameter.name])
    default = parameter.default
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not isinstance(default, int | float)
    ):
        return False
    return parameter.name in _LOOSER and _LOOSER[parameter.name](value, default)


def _misses(pattern: str, wanted: Sequence[str], unwanted: Sequence[str]) -> bool:
    try:
        matcher = re.compile(pattern, re.IGNORECASE)
    except re.error:
        return False  # PK001 reports it
    return not all(map(matcher.search, wanted)) or any(map(matcher.search, unwanted))


def _undated(given: Mapping[str, object], today: dt.date) -> list[str]:
    """Return what is wrong with the reason and the date of an entry."""
    reason, expires = given.get(REASON.name), given.get(EXPIRES.name)
    found = []
    if not isinstance(reason, str) or not reason.strip():
        found.append(f"give the `{REASON.name}`")
    until = date_of(expires)
    if until is None:
        found.append(f"give its last day as `{EXPIRES.name}`, such as {today + dt.timedelta(90)}")
    elif until < today:
        found.append(f"this ended on {until}: remove the entry, or decide anew")
    elif until - today > LONGEST:
        found.append(f"`{EXPIRES.name}` is more than {LONGEST.days} days ahead")
    return found
