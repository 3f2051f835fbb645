"""What stops an incident: a rule of the pack, a setting in the sandbox, or a test of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portcullis_policy.examples.base import Declared


@dataclass(frozen=True)
class Refused:
    """A setting without which the pack refuses the sound organization.

    Attributes:
        setting: the setting, in words of the docs.
        rule: the rule that refuses, at its mandatory level.
        without: the sound organization without that setting, or with the attack in it.
    """

    setting: str
    rule: str
    without: Mapping[str, Declared] = field(repr=False)


@dataclass(frozen=True)
class Attempted:
    """A setting that stops an attempt in the sandbox; without it the attempt works.

    Attributes:
        setting: the setting, as `tests/sandbox/attempts` names it. Both directions run there.
    """

    setting: str


@dataclass(frozen=True)
class ByTest:
    """A setting that has a test of its own.

    Attributes:
        setting: the setting, in words of the docs.
        test: the test, as pytest names it.
    """

    setting: str
    test: str


Stop = Refused | Attempted | ByTest


@dataclass(frozen=True)
class Incident:
    """A public incident.

    Attributes:
        name: whom it hit, and when.
        what: what the attacker did.
        stops: what stops it, each by itself.
        open: what Portcullis does not stop of it; empty if there is nothing.
    """

    name: str
    what: str
    stops: tuple[Stop, ...]
    open: str = ""
