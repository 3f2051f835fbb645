"""What the root component tells of each secret: never its value."""

import datetime as dt
from collections.abc import Iterator, Mapping

from portcullis_policy.facts import UNKNOWN, Facts, Step


def declared_secrets(root: Facts) -> Iterator[Facts]:
    """Yield what is known of each secret; one that cannot be read answers UNKNOWN to everything.

    They come by their place in the YAML, so that a preview compares each secret with itself.
    """
    known = root.at("secrets")
    if known is None:
        return
    if not isinstance(known, Mapping):
        yield Facts(UNKNOWN)
        return
    for each in known.values():
        yield Facts(each if isinstance(each, Mapping) else UNKNOWN)


def place(known: Facts) -> tuple[Step, ...]:
    """Return where the secret stands in the YAML file."""
    steps = known.entries("path")
    if steps is UNKNOWN:
        return ("secrets",)
    return tuple(step if isinstance(step, str) else str(step) for step in steps) or ("secrets",)


def day(text: object) -> dt.date | None:
    """Return the date with which a text begins, None where there is none."""
    try:
        return dt.date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None
