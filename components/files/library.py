"""All managed workflow files of a repository: CI, the release path, and those that are chosen."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, get_args

from components.base import Ecosystem
from components.files import workflow
from components.files.workflow import FOLDER, release_values, render_template
from components.names.versions import ReleaseTags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.files.workflow import Package, Release, WorkflowPlan
    from components.files.workflow_choice import VerifyImageConfig


CODEQL_PATH = f"{FOLDER}codeql.yml"
VERIFY_IMAGE_PATH = f"{FOLDER}verify-image.yml"
SCORECARD_PATH = f"{FOLDER}scorecard.yml"

_LANGUAGES: Mapping[str, frozenset[str]] = {
    "actions": frozenset({"github-actions"}),
    "go": frozenset({"gomod", "go"}),
    "java-kotlin": frozenset({"maven", "gradle"}),
    "javascript-typescript": frozenset({"npm"}),
    "python": frozenset({"pip", "uv", "python"}),
    "ruby": frozenset({"bundler"}),
    "rust": frozenset({"cargo"}),
}
"""The ecosystems, and the kinds of packages, whose code is in each language of CodeQL.

Source: https://docs.github.com/code-security/code-scanning/creating-an-advanced-setup-for-code-scanning/customizing-your-advanced-setup-for-code-scanning
"""

CODEQL_ECOSYSTEMS = sorted(frozenset().union(*_LANGUAGES.values()) & set(get_args(Ecosystem)))
"""The ecosystems with a language that CodeQL knows."""


def render(plan: WorkflowPlan) -> dict[str, str]:
    """Return the workflow files of a repository by path: those that have something to do."""
    files = workflow.render(plan)
    if plan.chosen.rollback:
        files |= {rollback_path(release): _rollback(release) for release in plan.releases}
    if plan.chosen.codeql and (languages := codeql_languages(plan)):
        files[CODEQL_PATH] = render_template(
            "codeql.yml",
            default_branch=plan.default_branch,
            visibility=plan.visibility,
            languages=", ".join(languages),
        )
    if plan.chosen.scorecard and plan.visibility == "public":
        text = render_template("scorecard.yml", default_branch=plan.default_branch)
        files[SCORECARD_PATH] = text
    if plan.chosen.verify_image:
        files[VERIFY_IMAGE_PATH] = _verify_image(plan, plan.chosen.verify_image)
    return files


def codeql_languages(plan: WorkflowPlan) -> tuple[str, ...]:
    """Return the languages of the repository that CodeQL knows, by CodeQL's names."""
    managers = {*plan.ecosystems, *(package.ecosystem for package in plan.packages)}
    return tuple(name for name, known in _LANGUAGES.items() if known & managers)


def _verify_image(plan: WorkflowPlan, image: VerifyImageConfig) -> str:
    tags = plan.protected_tags or (ReleaseTags(),)
    public = plan.visibility == "public"
    released = plan.releasing(image.image)
    return render_template(
        "verify-image.yml",
        image=image.image,
        environment=image.environment,
        key=image.key,
        workflow=image.workflow,
        logged=public,
        listed=released is not None and _signs(image, *released, public=public),
        repository=plan.repository,
        tag_expressions="|".join(each.expression for each in tags),
        tag_example=tags[0].examples[0],
    )


def _signs(image: VerifyImageConfig, release: Release, package: Package, *, public: bool) -> bool:
    """Return whether a release signs an image, and its components, as ``image`` requires."""
    if image.key:
        return package.key_secret is not None
    own = PurePosixPath(release.path).name == image.workflow
    return own and public and package.key_secret is None


def rollback_path(release: Release) -> str:
    """Return the path of the file that takes a release back: `rollback.yml` for `release.yml`."""
    return f"{FOLDER}{PurePosixPath(release.path).name.replace('release', 'rollback', 1)}"


def _rollback(release: Release) -> str:
    return render_template(
        "rollback.yml",
        **release_values(release),
        workflow=PurePosixPath(rollback_path(release)).stem,
        environment=release.packages[0].release_environment,
    )
