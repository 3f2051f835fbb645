"""The periods of reviews: a month, a quarter, a year."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class Kind(StrEnum):
    """What is reviewed, and how often."""

    DAILY = "daily"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


def period(kind: Kind, day: date) -> str:
    """Return the name of the period that a day is in, such as ``2026-12``; periods sort by name.

    The daily check has one issue for all days, and an empty name.
    """
    return {
        Kind.DAILY: "",
        Kind.MONTHLY: f"{day:%Y-%m}",
        Kind.QUARTERLY: f"{day.year}-Q{(day.month + 2) // 3}",
        Kind.YEARLY: f"{day.year}",
    }[kind]
