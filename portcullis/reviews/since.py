"""What is new since the review before: that one keeps, in a hidden line, what there was."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portcullis.reviews.facts import Facts

MOST = 15_000
"""Characters that are kept in an issue; an organization with more members has no comparison."""

_KEPT = re.compile(r"^<!-- portcullis kept (\{.*\}) -->$", re.MULTILINE)
_FIRST = ("no earlier review keeps a list to compare with",)


class Kept(BaseModel):
    """Names of members and of secrets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    members: tuple[str, ...]
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Since:
    """What is new, in sentences."""

    members: Sequence[str] = _FIRST
    secrets: Sequence[str] = _FIRST


def kept(facts: Facts) -> Kept:
    """Return what the next review compares with."""
    secrets = {f"{each.name} of {each.target}" for each in facts.secrets if each.changed}
    return Kept(members=facts.people.members, secrets=tuple(sorted(secrets)))


def line(now: Kept) -> str:
    """Return the hidden line; empty where it would be too long."""
    # two hyphens would end the comment
    written = json.dumps(now.model_dump()).replace("-", "\\u002d").replace(">", "\\u003e")
    return f"<!-- portcullis kept {written} -->" if len(written) <= MOST else ""


def found(body: str) -> Kept | None:
    """Return what an issue keeps; None where it keeps nothing that can be read."""
    match = _KEPT.search(body)
    if match is None:
        return None
    try:
        return Kept.model_validate_json(match[1])
    except ValidationError:
        return None


def since(before: Kept | None, now: Kept) -> Since:
    """Return what is there now, and was not."""
    if before is None:
        return Since()
    hidden = not now.members or not before.members
    members = [f"`{each}`" for each in now.members if each not in set(before.members)]
    secrets = [f"`{each}`" for each in now.secrets if each not in set(before.secrets)]
    return Since(
        ["GitHub does not show the members"] if hidden else members or ["none is new"],
        secrets or ["none is new"],
    )
