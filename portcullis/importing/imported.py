"""What an import found, before and after its files are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portcullis.importing import not_imported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portcullis_policy.diagnostic import Diagnostic

    from portcullis.importing.proof import Proven
    from portcullis.importing.seen import Left
    from portcullis.live.resource import Live


@dataclass(frozen=True)
class Imported:
    """An organization as its files have it."""

    live: Live
    proven: Proven
    left: Sequence[Left]
    accepted: Sequence[dict[str, Any]]
    """Exemptions."""
    refused: Sequence[Diagnostic]
    """What no exemption can accept."""
    blanks: int
    changes: Sequence[tuple[str, str]] | None = None
    """What an update changed; None for a first import."""

    @property
    def data(self) -> dict[str, Any]:
        """The organization as the YAML has it."""
        more = {"exemptions": list(self.accepted)} if self.accepted else {}
        return {**self.proven.data, **more}

    @property
    def not_imported(self) -> str:
        """The text about what was left out."""
        return not_imported.text(self.live.organization, self.left, self.proven.differs)
