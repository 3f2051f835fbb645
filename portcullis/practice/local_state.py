"""The states of practice stacks, in a folder of the project.

The layout is that of Pulumi's folder backend:
https://www.pulumi.com/docs/iac/concepts/state-and-backends/#local-filesystem
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from portcullis.project import practice_state

if TYPE_CHECKING:
    from portcullis.project import StackSettings


_FILES = (
    *("stacks/*/{}.json*", "stacks/{}.json*"),
    *("history/*/{}", "backups/*/{}", "locks/*/*/{}"),
)
"""Where the backend keeps what belongs to one stack."""


def forget(settings: StackSettings) -> None:
    """Delete the state of one practice stack with its history; the others' states stay."""
    state = practice_state(settings.root)
    folder = state / ".pulumi"
    for pattern in _FILES:
        for path in folder.glob(pattern.format(settings.name)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    if not any(folder.glob("stacks/**/*.json")):
        shutil.rmtree(state, ignore_errors=True)
