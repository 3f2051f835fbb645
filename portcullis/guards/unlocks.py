"""Unlocks: what somebody has named in the stack's config, for one run.

The program exports the names as an output of the stack, so an update that ends records them in the
state. What stands there already was meant for an earlier run, and unlocks nothing any more.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.stack import UNLOCKS_OUTPUT
from portcullis.guards.deletions import SHARE
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portcullis.guards.stop import Stop
    from portcullis.project import StackSettings

CONFIG = "portcullis:allow"
SHARE_CONFIG = "portcullis:deletions"
_AGAIN = re.compile(r"(.*?)(?: \((\d+)\))?")
"""An unlock, and the number that tells it from the same one of an earlier run."""
_PERCENT = re.compile(r"(\d{1,3})\s*%?")


@dataclass(frozen=True)
class Unlocks:
    """The unlocks in a stack's config."""

    stack: str
    named: tuple[str, ...] = ()
    """As they are written."""
    spent: frozenset[str] = frozenset()
    """Those that an earlier update has recorded."""

    def opens(self, stop: Stop) -> str | None:
        """Return the unlock for what a guard stops, as it is written; None if there is none."""
        for each in self.named:
            if each not in self.spent and _text(each) == stop.unlock:
                return each
        return None

    def command(self, stops: Sequence[Stop]) -> list[str]:
        """Return the commands that allow what is stopped, for one run."""
        found: list[str] = []
        for stop in dict.fromkeys(each.unlock for each in stops):
            place = f"{CONFIG}[{len(self.named) + len(found)}]"
            text = shlex.quote(self._new(stop))
            found.append(f"pulumi config set --stack {self.stack} --path '{place}' {text}")
        return found

    def _new(self, unlock: str) -> str:
        """Return an unlock as it has to be written: with a number, if it was used before."""
        used = {each for each in (*self.spent, *self.named) if _text(each) == unlock}
        number, new = 1, unlock
        while new in used:
            number += 1
            new = f"{unlock} ({number})"
        return new


def _text(written: str) -> str:
    match = _AGAIN.fullmatch(written)
    return match[1] if match else written


def unlocks(settings: StackSettings, outputs: Mapping[str, Any]) -> Unlocks:
    """Return the unlocks of a stack.

    Args:
        settings: The stack.
        outputs: The stack's outputs, as its state has them.

    Raises:
        UserError: The config has no list of texts there.
    """
    named = settings.config.get(CONFIG, [])
    if not (isinstance(named, list) and all(isinstance(each, str) for each in named)):
        raise UserError(
            f"Pulumi.{settings.name}.yaml: {CONFIG} has to be a list of texts, such as "
            "[delete teams.releasers]; see docs/guards.md"
        )
    recorded = outputs.get(UNLOCKS_OUTPUT)
    spent = recorded if isinstance(recorded, list) else []
    return Unlocks(settings.name, tuple(named), frozenset(map(str, spent)))


def share(settings: StackSettings) -> float:
    """Return the share of resources that an update may delete, between 0 and 1.

    Raises:
        UserError: The config has no percentage there.
    """
    given = settings.config.get(SHARE_CONFIG)
    if given is None:
        return SHARE
    match = _PERCENT.fullmatch(str(given))
    if match is None or int(match[1]) > 100:  # noqa: PLR2004 - percent
        raise UserError(
            f"Pulumi.{settings.name}.yaml: {SHARE_CONFIG} has to be a percentage from 0% to 100%, "
            "such as 10%"
        )
    return int(match[1]) / 100
