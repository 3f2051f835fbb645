"""What a report says, worked out offline from an organization's file."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from portcullis_policy.release_path.goals import GoalKind
from portcullis_policy.release_path.numbers import people
from pydantic import BaseModel, ConfigDict

from components.declaration import load
from portcullis.reach.answers import report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from portcullis.check.organization import Subject
    from portcullis.reach.report import Asked, Report

ENOUGH = 2
"""People who have to act together before a package is published: one alone is too few."""


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True)


class Way(_Fact):
    """A smallest set of people and credentials that suffices to publish."""

    actors: tuple[str, ...]
    steps: tuple[str, ...]


class Package(_Fact):
    """A place that publishes, and who can."""

    name: str
    fewest: int | None
    """People; None: no set suffices."""
    summary: str
    """The number in words."""
    broken: bool
    """One person alone, or none, suffices."""
    ways: tuple[Way, ...]


class Exemption(_Fact):
    """A finding that is accepted until a date."""

    rule: str
    resource: str
    reason: str
    expires: date
    expired: bool


class Facts(_Fact):
    """All that a report says; no value of a secret is read."""

    version: int = 1
    organization: str
    date: date
    """The day on which expiry was judged."""
    packages: tuple[Package, ...]
    exemptions: tuple[Exemption, ...]
    """The next to expire first."""


def gather(what: Subject, policy_files: Sequence[Path], today: date) -> tuple[Facts, Report]:
    """Return the facts, and the answers that the drawings are made of.

    Args:
        what: The organization, and the stack whose configuration counts.
        policy_files: Policy config files.
        today: The day on which expiry is judged.

    Raises:
        DeclarationError: With all mistakes in the declaration.
        UserError: The policy's configuration is wrong.
    """
    answers = report(what, policy_files, kinds=[GoalKind.PACKAGE])
    declared = load(what.name, what.root).config.exemptions
    facts = Facts(
        organization=answers.organization,
        date=today,
        packages=tuple(_package(each) for each in answers.goals),
        exemptions=tuple(
            Exemption(
                rule=each.rule,
                resource=each.resource,
                reason=each.reason,
                expires=each.expires,
                expired=each.expires < today,
            )
            for each in sorted(declared, key=lambda each: (each.expires, each.rule, each.resource))
        ),
    )
    return facts, answers


def _package(asked: Asked) -> Package:
    fewest = asked.answer.fewest_people
    return Package(
        name=asked.name,
        fewest=fewest,
        summary=people(fewest),
        broken=fewest is not None and fewest < ENOUGH,
        ways=tuple(
            Way(actors=tuple(way.names), steps=tuple(way.steps)) for way in asked.answer.ways
        ),
    )
