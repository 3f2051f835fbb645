"""The audit log of an organization, for its owners, on the Enterprise plan.

Source: https://docs.github.com/enterprise-cloud@latest/rest/orgs/orgs#get-the-audit-log-for-an-organization
and, on `phrase`, https://docs.github.com/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/reviewing-the-audit-log-for-your-organization
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sandbox.api.errors import not_found
from sandbox.api.http import Response
from sandbox.api.pages import PER_PAGE, PER_PAGE_LIMIT, number
from sandbox.api.routing import Routes
from sandbox.world import plans
from sandbox.world.clock import stamp
from sandbox.world.kinds.audit import AUDIT_EVENT

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.kinds.audit import AuditEvent
    from sandbox.world.records import Record

ROUTES = Routes()
_COMPARISONS = (">=", "<=", ">", "<")
_OWN = ("action", "at")


def _shape(call: Call, event: Record[AuditEvent]) -> dict[str, Any]:
    moment = int(event.data["at"] * 1000)
    return {
        "@timestamp": moment,
        "_document_id": _cursor(event),
        "created_at": moment,
        "action": event.data["action"],
        "org": call.org.name,
        "org_id": call.org.id,
        **{name: value for name, value in event.data.items() if name not in _OWN},
    }


def _cursor(event: Record[AuditEvent]) -> str:
    return base64.urlsafe_b64encode(f"event:{event.id}".encode()).decode().rstrip("=")


def _index(events: list[Record[AuditEvent]], cursor: str) -> int | None:
    """Return where a cursor points in a list, or None when it points nowhere."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    ids = [f"event:{each.id}" for each in events]
    return ids.index(text) if text in ids else None


def _fits(event: Record[AuditEvent], qualifier: str, value: str) -> bool:
    """Return whether an event has what one qualifier of a phrase asks for."""
    if qualifier == "action":
        # a category stands for all its actions
        action = str(event.data["action"])
        return value in (action, action.partition(".")[0])
    if qualifier == "created":
        return _in_time(stamp(event.data["at"]), value)
    if qualifier == "operation":
        return bool(value == event.data["operation_type"])
    if qualifier in ("actor", "user", "repo", "team"):
        return str(event.data.get(qualifier, "")).casefold() == value.casefold()
    return False


def _in_time(moment: str, value: str) -> bool:
    """Return whether a time is on a day, or as a comparison or a range (`a..b`) says."""
    start, dots, end = value.partition("..")
    if dots:
        return (start == "*" or moment >= start) and (end == "*" or moment[: len(end)] <= end)
    for sign in _COMPARISONS:
        if value.startswith(sign):
            wanted = value.removeprefix(sign)
            there = moment[: len(wanted)]
            if there == wanted:
                return "=" in sign
            return (there > wanted) == (">" in sign)
    return moment.startswith(value)


def _matches(event: Record[AuditEvent], phrase: str) -> bool:
    for word in phrase.split():
        qualifier, _, value = word.removeprefix("-").partition(":")
        if _fits(event, qualifier, value.strip('"')) == word.startswith("-"):
            return False
    return True


@ROUTES.get("/orgs/{org}/audit-log", needs="org:admin")
def list_events(call: Call) -> Response:
    """Return the events, newest first; there are no git events (`include=git`)."""
    if not plans.at_least(call.org, "enterprise"):
        raise not_found()
    query = call.query
    found = call.world.all(AUDIT_EVENT, call.org.id)
    if query.get("include") == "git":
        found = []
    found = [each for each in found if _matches(each, query.get("phrase", ""))]
    if query.get("order") != "asc":
        found.reverse()
    size = number(query.get("per_page"), PER_PAGE, PER_PAGE_LIMIT)
    after, before = (_index(found, query.get(name) or "") for name in ("after", "before"))
    start = 0 if after is None else after + 1
    if before is not None:
        start = max(start, before - size)
    shown = found[start : min(start + size, len(found) if before is None else before)]
    headers = {}
    links = []
    if shown and found[-1] is not shown[-1]:
        links.append(({"after": _cursor(shown[-1])}, "next"))
    if shown and found[0] is not shown[0]:
        links.append(({"before": _cursor(shown[0])}, "prev"))
    kept = {name: value for name, value in query.items() if name not in ("after", "before")}
    if links:
        headers["Link"] = ", ".join(
            f'<{call.api}{call.raw_path}?{urlencode({**kept, **cursor})}>; rel="{rel}"'
            for cursor, rel in links
        )
    return Response(200, [_shape(call, each) for each in shown], headers)
