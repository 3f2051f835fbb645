"""What a guard says: the name of the guard, what it stops, and the unlock for one run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """One thing that an update would do, and that has to be named first."""

    guard: str
    """Such as `release environment`; docs/guards.md lists them."""
    what: str
    """What the update would do, in words; without a value of a secret."""
    unlock: str
    """The text that allows it, such as `delete repositories.api.environments.pypi`."""
