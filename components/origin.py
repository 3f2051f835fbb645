"""Where an item is declared, for error messages and for the policy pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Origin:
    """The file of a declared item, and the item's path in the whole organization.

    Both are stable while lines move, so they can be inputs of a component without making
    differences in previews. The policy pack and the error messages find the line themselves.
    """

    file: str
    path: tuple[str, ...] = ()

    def child(self, *segments: str) -> Origin:
        """Return the origin of an item below this one."""
        return Origin(self.file, (*self.path, *segments))

    def inputs(self) -> dict[str, Any]:
        """Return the inputs from which the policy pack names the location."""
        return {"declaredIn": self.file, "path": list(self.path)}

    def __str__(self) -> str:
        """Return ``orgs/guild.yaml repositories.escai``, for messages."""
        return f"{self.file} {'.'.join(self.path)}".strip()
