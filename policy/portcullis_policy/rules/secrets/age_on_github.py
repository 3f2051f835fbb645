"""SE: how long GitHub has had a secret whose source does not say when it was changed."""

import datetime as dt
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.exemptions import ORGANIZATION
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import osps
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.declared_secrets import day, declared_secrets, place
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity


def _ago(days: int) -> str:
    return (dt.datetime.now(dt.UTC).date() - dt.timedelta(days=days)).isoformat()


def _known(**changes: object) -> Declared:
    """Return a root component that knows one secret, with changes."""
    known = {
        "path": ["repositories", "escai", "secrets", "CODECOV_TOKEN"],
        "name": "CODECOV_TOKEN",
        "repository": "escai",
        "source": "config codecovToken",
        "rotateEvery": 180,
        **changes,
    }
    root = {"declaredIn": "orgs/guild.yaml", "path": []}
    return Declared(ORGANIZATION, {**root, "secrets": {"one": known}})


def _on_github(days: int) -> Declared:
    """Return the secret that GitHub was given some days ago."""
    return Declared(
        gh.ACTIONS_SECRET,
        {
            "repository": "escai",
            "secretName": "CODECOV_TOKEN",
            "updatedAt": f"{_ago(days)} 10:00:00 +0000 UTC",
        },
    )


class NotLongOnGitHub(StackRule):
    """A secret whose source keeps no date is not on GitHub for longer than its period.

    The stack's config and Parameter Store do not record when a value was changed. GitHub records
    when it received the value, which is never earlier.
    """

    id = "SE009"
    title = "GitHub has a secret for longer than its rotation period"
    severity = Severity.MEDIUM
    maps = osps("BR-07.02")
    resource_types = (ORGANIZATION, *gh.SECRETS)
    remediation = "Replace it with `portcullis secrets rotate`, which records the date."
    good = (
        stack("set this month", _known(), _on_github(20)),
        stack("the source keeps the date", _known(changed=_ago(3)), _on_github(999)),
        stack("a secret that does not exist yet", _known()),
        stack("no rotation period", _known(rotateEvery=None), _on_github(999)),
        stack("another secret", _known(name="OTHER"), _on_github(999)),
    )
    bad = (
        stack("too old", _known(), _on_github(181)),
        stack("not a date", _known(changed="last week"), _on_github(181)),
        stack("a date in the future", _known(changed="2999-01-01"), _on_github(181)),
        stack("facts unknown at preview", Declared(ORGANIZATION, {"path": [], "secrets": UNKNOWN})),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        given = _given_to_github(stack)
        today = settings.today()
        for root in stack.of(ORGANIZATION):
            for known in declared_secrets(root.facts):
                every = known.number("rotateEvery")
                if every is UNKNOWN:
                    detail = "what is known of it cannot be seen"
                    yield Finding(detail, place(known), unknown=True, urn=root.urn)
                    continue
                changed = day(known.text("changed"))
                since = given.get(_target(known, known.text("name")))
                if every is None or since is None or (changed and changed <= today):
                    continue
                days = (today - since).days
                if days > every:
                    detail = f"GitHub was given it {days} days ago"
                    yield Finding(detail, place(known), urn=root.urn)


_Target = tuple[object, ...]


def _target(facts: Facts, name: object) -> _Target:
    """Return what tells secrets apart: repository, environment and name, in lower case."""
    parts = (facts.text("repository"), facts.text("environment"), name)
    return tuple(part.lower() if isinstance(part, str) else part for part in parts)


def _given_to_github(stack: Stack) -> Mapping[_Target, dt.date]:
    """Return when GitHub was given each secret, by the provider's own record: the oldest store."""
    given: dict[_Target, dt.date] = {}
    for item in stack.of(*gh.SECRETS):
        updated = day(item.facts.text("updatedAt"))
        target = _target(item.facts, item.facts.text("secretName"))
        if updated is not None:
            given[target] = min(updated, given.get(target, updated))
    return given


RULES = (NotLongOnGitHub,)
