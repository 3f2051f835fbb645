"""The organization's audit log on GitHub, as far back as GitHub has it.

Sources:
    https://docs.github.com/enterprise-cloud@latest/rest/orgs/orgs#get-the-audit-log-for-an-organization
    https://docs.github.com/enterprise-cloud@latest/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/using-the-audit-log-api-for-your-organization
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from portcullis.archive.windows import at
from portcullis.live.asking import Unread
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from portcullis.archive.windows import Event
    from portcullis.live.asking import Asking

_UNAUTHORIZED = 401

KEPT = timedelta(days=180)
"""For how long GitHub keeps events; those of Git for seven days."""

_AROUND = timedelta(seconds=1)
"""More than is wanted is asked for at both ends: whether `..` includes them is not documented."""


class NoLogError(Exception):
    """GitHub shows these credentials no audit log; the text says why."""


@dataclass(frozen=True)
class AuditLog:
    """The audit log of one organization."""

    asking: Asking
    organization: str
    now: datetime

    def oldest(self) -> datetime | None:
        """Return when the oldest event was; None where there is none.

        Raises:
            NoLogError: These credentials see no log.
            UserError: GitHub does not answer.
        """
        # without a range, GitHub leaves out what is older than three months
        found = self._events(self.now - KEPT, self.now, pages=1)
        return at(found[0]) if found else None

    def between(self, start: datetime, end: datetime) -> Sequence[Event]:
        """Return at least the events from ``start`` to before ``end``, the oldest first.

        Raises:
            NoLogError: These credentials see no log.
            UserError: GitHub does not answer, or not in full.
        """
        return self._events(start - _AROUND, end + _AROUND)

    def _events(self, start: datetime, end: datetime, pages: int | None = None) -> list[Event]:
        query = {
            "phrase": f"created:{_written(start)}..{_written(end)}",
            "include": "all",
            "order": "asc",
        }
        with _errors():
            found = self.asking.listed(
                f"/orgs/{self.organization}/audit-log?{urlencode(query)}", pages=pages
            )
        if isinstance(found, Unread):
            if found.status == _UNAUTHORIZED:
                raise UserError("the audit log was not read: the token is wrong or has expired")
            if found.hidden:
                raise NoLogError(str(found))
            raise UserError(f"the audit log was not read to its end: {found}; run it again")
        if not all(map(_is_event, found)):
            raise UserError("GitHub's audit log has an entry without a time; nothing was archived")
        return found


def _is_event(event: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(event, dict) and isinstance(event.get("@timestamp"), int)


def _written(moment: datetime) -> str:
    """Return a time as phrases have it: to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def _errors() -> Iterator[None]:
    """Tell in words that GitHub was not reached.

    Raises:
        UserError: It was not.
    """
    from githubkit.exception import GitHubException  # noqa: PLC0415 - slow to import

    try:
        yield
    except GitHubException:
        raise UserError("GitHub does not answer, so its audit log was not read") from None
