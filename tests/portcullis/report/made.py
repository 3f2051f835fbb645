"""Facts of a report that hold hostile text in every place where people can write some."""

from __future__ import annotations

from datetime import UTC, date, datetime

from portcullis.report.model import (
    Answer,
    Change,
    Checklist,
    Evidence,
    Exemption,
    Facts,
    Package,
    Publisher,
    Secret,
    Stage,
    Way,
)

TODAY = date(2026, 12, 1)


def full(text: str) -> Facts:
    """A report with something in every list, and ``text`` wherever text is."""
    stage = Stage(kind="environment", title=text, lines=(text,), broken=(text,))
    way = Way(actors=(text, text), steps=(text, text))
    change = {"noun": text, "name": text, "known": False, "lines": (text, text)}
    event = {"changed_by": text, "changed_at": datetime(2026, 11, 30, tzinfo=UTC)}
    secret = Secret(
        name=text,
        target=text,
        stores=("actions",),
        declared=False,
        age_days=100,
        changed=TODAY,
        dated_by="github",
        rotate_every_days=90,
        due=TODAY,
        overdue_days=10,
        used_by=(text, text),
        missing_in=("actions",),
    )
    publisher = dict.fromkeys(Publisher.model_fields, text)
    evidence = (Evidence(words=text, where=text),)
    answers = tuple(
        Answer(id=text, item=text, state=state, evidence=evidence, since=TODAY, since_from="git")
        for state in ("met", "not met", "cannot be known")
    )
    exemption = {"rule": text, "resource": text, "reason": text, "expires": TODAY}
    return Facts(
        organization=text,
        date=TODAY,
        live=True,
        packages=(
            Package(
                repository="a",
                name=text,
                fewest=1,
                summary=text,
                broken=True,
                path=(stage, stage),
                ways=(way,) * 4,
            ),
        ),
        drift=(Change.model_validate({"what": "changed", "dangerous": True, **change, **event}),),
        undeclared=(
            Change.model_validate({"what": "undeclared", "dangerous": False, **change, **event}),
        ),
        not_read=(text,),
        two_factor=False,
        secrets=(secret,),
        publishers=(Publisher.model_validate(publisher),),
        exemptions=(Exemption.model_validate({**exemption, "expired": True}),),
        checklists=(Checklist(title=text, about=text, answers=answers),),
    )
