"""Open, update and close the issues of the daily check and of the reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.comment.body import marker
from portcullis.reviews import daily, review
from portcullis.reviews.periods import Kind, period

if TYPE_CHECKING:
    from portcullis.reviews.facts import Facts
    from portcullis.reviews.issues import Issues


def publish(kind: Kind, facts: Facts, issues: Issues) -> str:
    """Bring one issue up to date, and return what was done, for people.

    Raises:
        UserError: The account may not, or GitHub does not answer.
    """
    return _daily(facts, issues) if kind is Kind.DAILY else _review(kind, facts, issues)


def printed(kind: Kind, facts: Facts) -> str:
    """Return the text of an issue that is new."""
    if kind is Kind.DAILY:
        return daily.text(facts) or "nothing is left to do\n"
    return review.text(kind, facts, "", ())


def _daily(facts: Facts, issues: Issues) -> str:
    first = marker(facts.stack, "daily check")
    title = f"Portcullis: what to do in {facts.organization} (stack {facts.stack})"
    wanted = daily.text(facts)
    there = issues.find(first)
    if not wanted:
        if there is None or not there.is_open:
            return "nothing is left to do"
        closed = f"{first}\nNothing is left to do.\n"
        return f"closed {issues.change(there, title, closed, is_open=False).address}"
    body = f"{first}\n{wanted}"
    if there is None:
        return f"opened {issues.open(title, body).address}"
    done = "updated" if there.is_open else "reopened"
    return f"{done} {issues.change(there, title, body, is_open=True).address}"


def _review(kind: Kind, facts: Facts, issues: Issues) -> str:
    when = period(kind, facts.today)
    title = f"Portcullis: {kind} review {when} of {facts.organization} (stack {facts.stack})"
    there = issues.find(review.marker_of(kind, when, facts.stack))
    if there and not there.is_open:
        return f"finished: {there.address}"
    before = review.earlier(kind, when, facts.stack, issues.ours)
    body = review.text(kind, facts, there.body if there else "", before)
    if there is None:
        return f"opened {issues.open(title, body).address}"
    finished = review.is_finished(body)
    changed = issues.change(there, title, body, is_open=not finished)
    return f"{'closed' if finished else 'updated'} {changed.address}"
