"""The state of an imported organization, from the same crawl as its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.declaration import load
from portcullis.adopt import from_live

if TYPE_CHECKING:
    from pathlib import Path

    from portcullis.importing.access import Way
    from portcullis.live.asking import Asking
    from portcullis.live.resource import Live


def write(way: Way, root: Path, live: Live, asking: Asking) -> int | None:
    """Write into the stack's state what is declared and not in it yet; return how much that is.

    Secrets are left out, so that blanks do not matter. None where no stack has the organization.

    Raises:
        UserError: Pulumi refuses.
    """
    settings = way.settings
    if not (way.stack and settings) or settings.organization != live.organization:
        return None
    declaration = load(live.organization, root, blanks=True)
    environment = way.environment or {}
    written = from_live.write(way.stack, environment, settings, declaration, live, asking=asking)
    return len(written.adopted)
