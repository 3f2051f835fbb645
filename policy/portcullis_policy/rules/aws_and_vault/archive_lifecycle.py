"""AU: the lifecycle of the audit archive's bucket, which deletes by age."""

from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import ssdf
from portcullis_policy.rules.aws_and_vault.audit_archive import (
    SHORTEST_DAYS,
    Archive,
    ArchiveRule,
)
from portcullis_policy.semantics.aws_and_vault import (
    BUCKET_LIFECYCLE,
    BUCKET_LOCK,
    BUCKETS,
)
from portcullis_policy.severity import Severity

_DAYS_OF_A_YEAR = 365
_NAME = "guild-audit-archive"
_ARCHIVE = Declared(BUCKETS[0], {"bucket": _NAME, "objectLockEnabled": True}, "archive")
_LOCKED = Declared(
    BUCKET_LOCK[0],
    {"bucket": _NAME, "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 400}}},
    "lock",
)


def _deletes(expiration: Mapping[str, object], **more: object) -> Declared:
    """Return a lifecycle with one rule that deletes."""
    rule = {"id": "prune", "status": "Enabled", "expiration": expiration, **more}
    return Declared(BUCKET_LIFECYCLE[0], {"bucket": _NAME, "rules": [rule]}, "lifecycle")


class ArchiveKeptLongEnough(ArchiveRule):
    """The lifecycle of the audit archive deletes nothing before its retention ends.

    A lifecycle hides an object behind a delete marker even while the object is locked, so that who
    looks for a record finds none. Without a retention, a rule that deletes within days leaves no
    time to look.
    """

    id = "AU007"
    title = "the audit archive deletes records before their retention ends"
    severity = Severity.HIGH
    maps = ssdf("PS.3.1")
    remediation = "Let the lifecycle delete after the days of the default retention, or never."
    good = (
        stack("after the retention", _ARCHIVE, _LOCKED, _deletes({"days": 400})),
        stack(
            "only old delete markers",
            _ARCHIVE,
            _LOCKED,
            _deletes({"expiredObjectDeleteMarker": True}),
        ),
        stack("a rule that is off", _ARCHIVE, _LOCKED, _deletes({"days": 1}, status="Disabled")),
        stack(
            "another bucket",
            _ARCHIVE,
            _LOCKED,
            Declared(
                BUCKET_LIFECYCLE[0],
                {"bucket": "cache", "rules": [{"status": "Enabled", "expiration": {"days": 1}}]},
            ),
        ),
    )
    bad = (
        stack("before the retention ends", _ARCHIVE, _LOCKED, _deletes({"days": 399})),
        stack("on a day, whatever the age", _ARCHIVE, _LOCKED, _deletes({"date": "2027-01-01"})),
        stack(
            "a retention in years",
            _ARCHIVE,
            Declared(
                BUCKET_LOCK[0],
                {"bucket": _NAME, "rule": {"defaultRetention": {"mode": "COMPLIANCE", "years": 2}}},
                "lock",
            ),
            _deletes({"days": 400}),
        ),
        stack("within days, without a retention", _ARCHIVE, _deletes({"days": 7})),
        stack(
            "by a rule in the bucket",
            Declared(
                BUCKETS[0],
                {
                    "bucket": _NAME,
                    "lifecycleRules": [{"enabled": True, "expiration": {"days": 30}}],
                },
                "archive",
            ),
            _LOCKED,
        ),
    )

    def wrong(self, archive: Archive) -> Iterator[str]:
        """See ArchiveRule."""
        least = _retention(archive)
        for rule in _rules(archive):
            expiration = rule.block("expiration")
            if expiration is None or _is_off(rule):
                continue
            days = expiration.number("days")
            if isinstance(days, float) and 0 < days < least:
                yield f"its lifecycle deletes after {days:.0f} days, sooner than {least:.0f}"
            if expiration.text("date") not in (None, ""):
                yield "its lifecycle deletes on a day, whatever the age of a record"


def _rules(archive: Archive) -> Iterator[Facts]:
    """Yield the rules of the lifecycle, wherever they are declared."""
    for facts, name in (
        *((each, "rules") for each in archive.of(*BUCKET_LIFECYCLE)),
        (archive.bucket.facts, "lifecycleRules"),
    ):
        found = facts.blocks(name)
        yield from [] if found is UNKNOWN else found


def _is_off(rule: Facts) -> bool:
    """Say whether a rule is surely not in force: by its status, or by its flag in a bucket."""
    status = rule.text("status")
    return status not in (None, "Enabled", UNKNOWN) or rule.flag("enabled") is False


def _retention(archive: Archive) -> float:
    """Return the days for which the archive is locked, as far as it is known."""
    own = archive.bucket.facts.block("objectLockConfiguration")
    locks = [*archive.of(*BUCKET_LOCK), *([own] if own is not None else [])]
    found = [float(SHORTEST_DAYS)]
    for lock in locks:
        days, years = (lock.number("rule", "defaultRetention", unit) for unit in ("days", "years"))
        found += [days] if isinstance(days, float) else []
        found += [years * _DAYS_OF_A_YEAR] if isinstance(years, float) else []
    return max(found)


RULES = (ArchiveKeptLongEnough,)
