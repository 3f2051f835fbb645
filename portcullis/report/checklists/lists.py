"""The checklists: each item in our words, and what answers it.

Sources: the audit checklist of requirement E8 and the reviews of R14 (docs/requirements.md), and
the OSPS Baseline, whose requirements the rules of the policy pack name.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portcullis_policy.mappings.openssf import OSPS
from portcullis_policy.registry import RULES

from portcullis.report.checklists import facts
from portcullis.report.checklists.rules import no_findings
from portcullis.report.checklists.said import Every
from portcullis.report.model import Answer, Checklist

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portcullis.report.checklists.said import Question
    from portcullis.report.known import Known


@dataclass(frozen=True)
class Item:
    """An item of a checklist, and the question that answers it."""

    id: str
    words: str
    question: Question


@dataclass(frozen=True)
class Items:
    """A checklist before it is answered."""

    title: str
    about: str
    items: tuple[Item, ...]


SECRETS = Items(
    "Secrets and publishing",
    "The audit checklist of requirement E8.",
    (
        Item(
            "E8.1",
            "No secret is written into a file, a variable or a description",
            no_findings("RE003", "OR005", "SE004", "SE014", "SE020", "SE021"),
        ),
        Item("E8.2", "Files that hold secrets are kept out of git", facts.secret_files_ignored),
        Item(
            "E8.3",
            "Secrets are seen only where they are needed",
            no_findings("SE002", "SE003", "SE006", "SE015", "SE017", "SE018", "SE019"),
        ),
        Item("E8.4", "Every secret is declared, and a workflow uses it", facts.all_used),
        Item(
            "E8.5",
            "Workflows have the least permissions",
            no_findings("AC001", "AC002", "AC007", "WF003", "WF004", "WF008"),
        ),
        Item(
            "E8.6",
            "Release environments are protected",
            no_findings(
                *(f"EN{number:03}" for number in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15))
            ),
        ),
        Item("E8.7", "Packages are published by OIDC where they can be", facts.trusted_publishing),
        Item("E8.8", "Declared tokens of environments are there", facts.fallback_tokens),
        Item("E8.9", "Each secret has a rotation period", facts.rotation_planned),
        Item("E8.10", "No secret is overdue for rotation", facts.nothing_overdue),
    ),
)
REVIEWS = Items(
    "Reviews",
    "The monthly, quarterly and yearly reviews of requirement R14.",
    (
        Item("monthly.1", "GitHub is as it is declared", facts.no_dangerous_drift),
        Item("monthly.2", "Nothing undeclared is new", facts.nothing_new_undeclared),
        Item(
            "monthly.3",
            "Alerts for dependencies and secrets are on everywhere",
            no_findings("OR004", "OR005", "RE001", "RE002", "RE003"),
        ),
        Item("monthly.4", "The records of runs are whole", facts.records_whole),
        Item(
            "quarterly.1",
            "Nobody has more permissions than necessary",
            no_findings(
                *("OR001", "OR007", "OR008", "OR010", "OR011", "OR015"),
                *("RE007", "RE008", "RE009", "RE010", "RE017"),
            ),
        ),
        Item("quarterly.2", "Members need a second factor", facts.second_factor),
        Item("quarterly.3", "No secret is overdue for rotation", facts.nothing_overdue),
        Item("yearly.1", "Publishing takes two people", facts.two_people),
        Item("yearly.2", "No exemption has expired", facts.exemptions_in_force),
        Item("yearly.3", "No rule of the policy is weakened", facts.policy_not_weakened),
        Item("yearly.4", "Actions are pinned", no_findings("AC004", "WF007")),
    ),
)


def _osps() -> Iterator[Item]:
    """Yield the requirements of the Baseline that rules or other facts answer."""
    rules: defaultdict[str, list[str]] = defaultdict(list)
    for rule in RULES:
        for control in rule.maps:
            if control.framework is OSPS:
                rules[control.number].append(rule.id)
    others: dict[str, Question] = {
        "OSPS-AC-01.01": facts.second_factor,
        "OSPS-BR-07.02": Every((facts.rotation_planned, facts.nothing_overdue)),
    }
    for number, words in OSPS.controls.items():
        if number in others:
            yield Item(number, words, others[number])
        elif number in rules:
            yield Item(number, words, no_findings(*rules[number]))


_ANSWERED = tuple(_osps())
BASELINE = Items(
    OSPS.name,
    f"Version {OSPS.version} ({OSPS.url}), in our words. Settings answer {len(_ANSWERED)} of its "
    f"{len(OSPS.controls)} requirements; the others are about documents, licences and code.",
    _ANSWERED,
)
LISTS = (SECRETS, REVIEWS, BASELINE)


def answered(known: Known) -> tuple[Checklist, ...]:
    """Return all checklists with their answers."""
    return tuple(
        Checklist(
            title=each.title,
            about=each.about,
            answers=tuple(_answer(item, known) for item in each.items),
        )
        for each in LISTS
    )


def _answer(item: Item, known: Known) -> Answer:
    said = item.question(known)
    return Answer(
        id=item.id,
        item=item.words,
        state=said.state,
        evidence=said.evidence,
        since=said.since,
        since_from=said.since_from,
    )
