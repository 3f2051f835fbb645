"""The labels of a repository: the nine that GitHub begins with, and others.

Source: https://docs.github.com/issues/using-labels-and-milestones-to-track-work/managing-labels
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.world.kinds.repositories import LABEL, Label, Repository

if TYPE_CHECKING:
    from sandbox.world.records import Record
    from sandbox.world.world import World

DEFAULTS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("duplicate", "cfd3d7", "This issue or pull request already exists"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("good first issue", "7057ff", "Good for newcomers"),
    ("help wanted", "008672", "Extra attention is needed"),
    ("invalid", "e4e669", "This doesn't seem right"),
    ("question", "d876e3", "Further information is requested"),
    ("wontfix", "ffffff", "This will not be worked on"),
)
"""Name, color and description of the labels of a new repository."""


def labels_of(world: World, repository: Record[Repository]) -> list[Record[Label]]:
    """Return a repository's labels by name; the defaults are made when first looked at."""
    if not world.document(repository.id, "labels", {}).get("made"):
        world.set_document(repository.id, "labels", made=True)
        for name, color, description in DEFAULTS:
            world.make(LABEL, repository.id, name, Label(color=color, description=description))
    return sorted(world.all(LABEL, repository.id), key=lambda each: each.name.casefold())


def is_default(label: Record[Label]) -> bool:
    """Return whether a label has the name of one that GitHub begins with."""
    return any(label.name == name for name, _, _ in DEFAULTS)
