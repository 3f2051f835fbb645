"""Facts in sentences, as issues have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.live.alerts import MOST
from portcullis.live.asking import Unread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from portcullis.live.people.two_factor import TwoFactor
    from portcullis.report.model import Exemption
    from portcullis.secrets.listing import ListedSecret


def rotation(secret: ListedSecret, today: date) -> str:
    """Return when a secret has to get a new value, and who dated the one that it has."""
    which = f"`{secret.name}` of `{secret.target}`"
    every = f"every {secret.rotate_every_days} days"
    if secret.due is None or secret.changed is None:
        missing = "it is not on GitHub" if secret.missing_in else "nobody knows its age"
        return f"{which}: {missing} ({every})"
    by = "GitHub got it" if secret.dated_by == "github" else "its source changed it"
    dated = f"{by} on {secret.changed}, {every}"
    if secret.due < today:
        return f"{which}: overdue since {secret.due} ({dated})"
    return f"{which}: due on {secret.due} ({dated})"


def exemption(each: Exemption) -> str:
    """Return which finding is accepted, until when and why."""
    ends = "expired on" if each.expired else "expires on"
    return f"`{each.rule}` at `{each.resource}` {ends} {each.expires}: {each.reason}"


def missing_second_factor(found: TwoFactor) -> Iterator[str]:
    """Yield what is known to be wrong with members' second factor."""
    if found.required is False:
        yield "the organization does not require two-factor authentication"
    if not isinstance(found.without, Unread):
        yield from (f"`{login}` has no two-factor authentication" for login in found.without)


def unknown_second_factor(found: TwoFactor) -> Iterator[str]:
    """Yield what cannot be known of it."""
    if isinstance(found.required, Unread):
        yield f"whether it is required cannot be known: {found.required}"
    if isinstance(found.without, Unread):
        yield f"which members lack it cannot be known: {found.without}"


def alerts(kind: str, count: int | Unread) -> str:
    """Return how many alerts are open."""
    if isinstance(count, Unread):
        return f"{kind}: cannot be known: {count}"
    return f"{kind}: {count} open" + (" or more" if count >= MOST else "")
