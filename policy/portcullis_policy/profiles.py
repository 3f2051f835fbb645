"""Profiles: default levels for a whole pack at once. What is configured for a rule goes before."""

from typing import Final

from portcullis_policy.rule import Rule
from portcullis_policy.severity import Severity

BASELINE: Final = "baseline"
STRICT: Final = "strict"
RELEASE_CRITICAL: Final = "release-critical"
PROFILES = (BASELINE, STRICT, RELEASE_CRITICAL)

ON_THE_RELEASE_PATH = frozenset({"BR", "RS", "TG", "EN", "RP", "SE", "ST", "WF", "TR"})
"""Families about what decides who publishes, and what."""

_THE_PACK = frozenset({"PK", "EX"})
_MANDATORY, _ADVISORY = "mandatory", "advisory"


def level(rule: Rule, profile: str | None) -> str:
    """Return the level that a rule has when nothing is configured for it.

    `baseline` stops at what is critical, `strict` also at what is of medium severity, and
    `release-critical` stops at critical and high findings on the release path, elsewhere at
    critical ones. Rules about the pack and its exemptions keep their level in all of them.

    Args:
        rule: the rule.
        profile: one of PROFILES; None: the severity decides.
    """
    family, severity = rule.id[:2], rule.severity
    if profile is None or family in _THE_PACK:
        return severity.level
    if profile == STRICT:
        return _ADVISORY if severity is Severity.LOW else _MANDATORY
    if profile == RELEASE_CRITICAL and family in ON_THE_RELEASE_PATH:
        return severity.level
    return _MANDATORY if severity is Severity.CRITICAL else _ADVISORY
