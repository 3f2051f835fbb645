"""Exemptions: findings accepted until a date, for a reason that somebody wrote down.

One that is expired or malformed does not count, and is a finding itself.
"""

import datetime as dt
from collections.abc import Container, Sequence
from dataclasses import dataclass

from portcullis_policy.facts import Facts, Step

ORGANIZATION = "portcullis:index:Organization"
"""The component whose input `exemptions` is read; it is registered before all its children."""

LONGEST = dt.timedelta(days=400)
"""How far ahead an exemption may reach: a year, and a month to renew it in."""

NEVER_EXEMPT = ("EX", "PK")
"""Families that guard the exemptions and the pack itself."""

_TOO_WIDE = frozenset(
    {
        *("settings", "actions", "teams", "protection", "tag_protection", "secrets", "variables"),
        *("repositories", "environments", "*", "~ALL"),
    }
)
"""Whole sections of the YAML file, and what looks like everything."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """One exemption as written.

    Attributes:
        rule: id of the rule.
        resource: path in the YAML file, Pulumi name or URN.
        reason: why the finding is accepted.
        expires: its last day; None when it could not be read.
        problems: what is wrong with it, in words; empty for one that counts (until it expires).
        position: where it stands in its list.
    """

    rule: str
    resource: str
    reason: str
    expires: dt.date | None
    problems: tuple[str, ...]
    position: int

    def expired(self, today: dt.date) -> bool:
        """Say whether its last day has passed."""
        return self.expires is not None and self.expires < today

    def counts(self, today: dt.date) -> bool:
        """Say whether findings are accepted for it today."""
        return not self.problems and not self.expired(today)

    def covers(self, rule: str, path: Sequence[Step], names: Container[str]) -> bool:
        """Say whether a finding is meant.

        `repositories.sophia` covers everything at and below that item of the YAML file, whole
        segments only: not `repositories.sophia-docs`. A Pulumi name or URN covers that resource.

        Args:
            rule: the finding's rule id.
            path: steps in the YAML file to what the finding is about.
            names: Pulumi name and URN of the resource.
        """
        return self.rule == rule and (self.resource in names or _leads_to(self.resource, path))


def parse(
    entries: Sequence[object], rules: Container[str], today: dt.date
) -> tuple[Exemption, ...]:
    """Read a list of exemptions; each comes back with its problems.

    Args:
        entries: plain values; dates as `YYYY-MM-DD`.
        rules: ids of all rules.
        today: the day to judge by.
    """
    return tuple(
        _parse(Facts(entry), position, rules, today) for position, entry in enumerate(entries)
    )


def _parse(facts: Facts, position: int, rules: Container[str], today: dt.date) -> Exemption:
    texts = {name: facts.text(name) for name in ("rule", "resource", "reason", "expires")}
    problems = [
        f"`{name}` is missing"
        for name, value in texts.items()
        if not isinstance(value, str) or not value.strip()
    ]
    rule, resource = (
        value.strip() if isinstance(value, str) else ""
        for value in (texts["rule"], texts["resource"])
    )
    if rule and rule not in rules:
        problems.append("`rule` is not the id of a rule")
    elif rule.startswith(NEVER_EXEMPT):
        problems.append(f"{rule} cannot be exempted")
    if resource in _TOO_WIDE:
        problems.append("`resource` must name one thing, such as `repositories.sophia`")
    expires = date_of(texts["expires"])
    if isinstance(texts["expires"], str) and expires is None:
        problems.append("`expires` is not a date like 2027-03-31")
    if expires is not None and expires - today > LONGEST:
        problems.append(f"`expires` is more than {LONGEST.days} days ahead")
    reason = texts["reason"]
    words = " ".join(reason.split()) if isinstance(reason, str) else ""
    return Exemption(rule, resource, words, expires, tuple(problems), position)


def date_of(text: object) -> dt.date | None:
    """Return a date written as YYYY-MM-DD, and nothing else that fromisoformat takes."""
    if not isinstance(text, str) or len(text.strip()) != len("2027-03-31"):
        return None
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None


def _leads_to(resource: str, path: Sequence[Step]) -> bool:
    """Say whether the dotted path is the beginning of the path, in whole segments.

    Segments may contain dots themselves (`repositories.site.example`), so it is consumed step by
    step rather than split.
    """
    rest = resource
    for step in path:
        if rest == str(step):
            return True
        if not rest.startswith(f"{step}."):
            return False
        rest = rest[len(f"{step}.") :]
    return False
