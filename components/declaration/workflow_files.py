"""Chosen workflow files that the repository cannot have, or that would have nothing to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.files.workflow_choice import WorkflowsConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.repository import ResolvedRepository


def check(path: Segments, repository: ResolvedRepository) -> Iterator[Problem]:
    """Find choices that do not fit the repository at ``path``."""
    written = repository.config.workflows
    if not isinstance(written, WorkflowsConfig):
        return
    where = (*path, "workflows")
    if written.rollback and "rollback" in written.model_fields_set and not repository.packages:
        what = "this has no effect: the repository publishes nothing that could be taken back"
        yield (*where, "rollback"), what, "leave it out, or packages in publish"
