"""Facts for tests: an organization in which nothing is left to do, changed in one place."""

from __future__ import annotations

from datetime import date
from typing import Any

from portcullis.drift.report import Item, Report
from portcullis.live.compare import Drift
from portcullis.live.people.two_factor import TwoFactor
from portcullis.report.model import Answer, Checklist, Exemption, Package, State
from portcullis.reviews.facts import Facts, People
from portcullis.secrets.listing import ListedSecret

TODAY = date(2026, 12, 1)
DRIFT = Item(Drift("changed", "Repository", "tool"), ("visibility: public -> private",))


def facts(**given: object) -> Facts:
    """Facts of a day on which all is well."""
    fields: dict[str, Any] = {
        "organization": "acme",
        "stack": "prod",
        "web": "https://github.com",
        "today": TODAY,
        "drift": Report("acme", "orgs/acme.yaml"),
        "secrets": (secret(),),
        "packages": (
            Package(
                name="publish acme (tool/pypi-release)",
                repository="tool",
                fewest=2,
                summary="2 people",
                broken=False,
                path=(),
                ways=(),
            ),
        ),
        "exemptions": (),
        "refused": (),
        "people": People(("owner",), ("ana", "owner"), (), ()),
        "two_factor": TwoFactor(required=True, without=()),
        "alerts": {"secret-scanning": 0},
        "checklists": (),
        **given,
    }
    return Facts(**fields)


def drifted() -> Report:
    """A report with one difference."""
    return Report("acme", "orgs/acme.yaml", (DRIFT,))


def exemption(expires: date, **given: object) -> Exemption:
    """An exemption."""
    fields: dict[str, Any] = {"rule": "BR004", "resource": "tool", "reason": "one person", **given}
    return Exemption(expires=expires, expired=expires < TODAY, **fields)


def checklist(state: State) -> Checklist:
    """A checklist of one item."""
    answer = Answer(
        id="E8.1", item="no secret in a file", state=state, evidence=(), since=None, since_from=None
    )
    return Checklist(title="E8", about="", answers=(answer,))


def secret(**given: object) -> ListedSecret:
    """A secret of 100 days, to be rotated every 180."""
    fields: dict[str, Any] = {
        "name": "PYPI_TOKEN",
        "scope": "environment",
        "repositories": ("tool",),
        "environment": "pypi-release",
        "stores": ("actions",),
        "path": "repositories.tool.publish",
        "source": "config pypiToken",
        "kind": None,
        "version": None,
        "changed": date(2026, 8, 23),
        "dated_by": "source",
        "age_days": 100,
        "rotate_every_days": 180,
        "due": date(2027, 2, 19),
        "overdue_days": 0,
        "used_by": (),
        "used_unseen": False,
        "seen_without_need": (),
        "hides": (),
        "hidden_by": (),
        "same_source": (),
        "replaceable_by": None,
        "missing_in": (),
        **given,
    }
    return ListedSecret(**fields)
