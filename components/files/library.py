"""All managed workflow files of a repository: CI, the release path, and those that are chosen."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from components.files import workflow
from components.files.workflow import FOLDER, render_template

if TYPE_CHECKING:
    from components.files.workflow import Release, WorkflowPlan


def render(plan: WorkflowPlan) -> dict[str, str]:
    """Return the workflow files of a repository by path: those that have something to do."""
    files = workflow.render(plan)
    if plan.chosen.rollback:
        files |= {rollback_path(release): _rollback(release) for release in plan.releases}
    return files


def rollback_path(release: Release) -> str:
    """Return the path of the file that takes a release back: `rollback.yml` for `release.yml`."""
    return f"{FOLDER}{PurePosixPath(release.path).name.replace('release', 'rollback', 1)}"


def _rollback(release: Release) -> str:
    tags = release.tags
    return render_template(
        "rollback.yml",
        workflow=PurePosixPath(rollback_path(release)).stem,
        may_start=" ".join(release.may_start),
        environment=release.packages[0].release_environment,
        tag_prefix=tags.prefix,
        tag_expression=tags.expression,
        tag_example=tags.examples[0],
        version_example=tags.example,
        normalized_version=tags.normalized,
        python=release.of("python"),
        npm=release.of("npm"),
        cargo=release.of("cargo"),
        go=release.of("go"),
    )
