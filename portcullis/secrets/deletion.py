"""The one deletion that nobody agrees to beforehand: that of all secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portcullis.secrets.drift import LISTS

if TYPE_CHECKING:
    from portcullis.pulumi_runs.events import Run


def of_all_secrets(planned: Run) -> bool:
    """Return whether a preview deletes secrets and leaves none; an only one is all, too."""
    operations = [
        operation
        for urn, operation in planned.resources.items()
        if urn.split("::")[2].rpartition("$")[2].rpartition(":")[2] in LISTS
    ]
    return set(operations) == {"delete"}
