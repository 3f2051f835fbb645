"""Chosen workflow files that the repository cannot have, or that would have nothing to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.declaration.mistakes import listed
from components.files.library import CODEQL_ECOSYSTEMS, codeql_languages
from components.files.workflow_choice import WorkflowsConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.organization import ResolvedOrganization
    from components.repository import ResolvedRepository


def check(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find choices that do not fit the repository at ``path``."""
    written = repository.config.workflows
    if not isinstance(written, WorkflowsConfig):
        return
    where, plan = (*path, "workflows"), repository.workflows
    if written.rollback and "rollback" in written.model_fields_set and not repository.packages:
        what = "this has no effect: the repository publishes nothing that could be taken back"
        yield (*where, "rollback"), what, "leave it out, or packages in publish"
    if written.codeql:
        licensed = "code-security" in organization.config.licenses
        if repository.config.visibility != "public" and not licensed:
            what = "GitHub takes what CodeQL finds for public repositories, or with a license"
            allowed = "false, visibility: public, or code-security in the organization's licenses"
            yield (*where, "codeql"), what, allowed
        if plan and not codeql_languages(plan):
            what = "CodeQL knows no language of this repository"
            allowed = f"false, or in ecosystems one of {', '.join(CODEQL_ECOSYSTEMS)}"
            yield (*where, "codeql"), what, allowed
    if written.scorecard and repository.config.visibility != "public":
        what = "Scorecard rates public repositories: it reads much of what it needs as everybody"
        yield (*where, "scorecard"), what, "false, or visibility: public"
    if written.verify_image:
        yield from _verify_image((*where, "verify_image"), repository, organization)


def _verify_image(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find an environment or a key that is not there, and a signer whom everybody could be."""
    plan = repository.workflows
    image = plan.chosen.verify_image if plan else None
    if plan is None or image is None:
        return
    if image.environment not in repository.environments:
        what = f"`{image.environment}` is no environment of {repository.name}"
        yield (*path, "environment"), what, listed(repository.environments)
    readable = {
        secret.name
        for secret in organization.secrets
        if secret.environment is None
        and "actions" in secret.stores
        and repository.name in secret.repositories
    }
    if image.key and image.key not in readable:
        what = f"`{image.key}` is no secret that every job of {repository.name} can read"
        yield (*path, "key"), what, listed(readable)
    if image.workflow and not plan.protected_tags:
        what = (
            "everybody who may push could create a tag, and so decide what the workflow that signs "
            "does: no tag_protection holds here"
        )
        yield (*path, "workflow"), what, f"tag_protection for {repository.name}, or key"
