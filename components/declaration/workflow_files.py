"""Chosen workflow files that the repository cannot have, or that would have nothing to do."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from components.declaration.mistakes import listed
from components.files.ci_matrix import LANGUAGES
from components.files.library import CODEQL_ECOSYSTEMS, codeql_languages
from components.files.workflow import FOLDER, MANAGERS
from components.files.workflow_choice import WorkflowsConfig
from components.names.ref_patterns import matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.files.ci_matrix import CiConfig
    from components.files.workflow import WorkflowPlan
    from components.files.workflow_choice import SecretAuditConfig
    from components.organization import ResolvedOrganization
    from components.repository import ResolvedRepository


def check(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find choices that do not fit the repository at ``path``."""
    written = repository.config.workflows
    if not isinstance(written, WorkflowsConfig) or repository.config.archived:
        return
    where, plan = (*path, "workflows"), repository.workflows
    if written.rollback and "rollback" in written.model_fields_set and not repository.packages:
        what = "this has no effect: the repository publishes nothing that could be taken back"
        yield (*where, "rollback"), what, "leave it out, or packages in publish"
    yield from _ci((*where, "ci"), written.ci, repository)
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
    if written.secret_audit:
        yield from _secret_audit((*where, "secret_audit"), written.secret_audit, repository)
    if written.verify_image:
        yield from _verify_image((*where, "verify_image"), repository, organization)


def _ci(path: Segments, ci: CiConfig, repository: ResolvedRepository) -> Iterator[Problem]:
    """Find systems and versions that nothing is tested with."""
    plan = repository.workflows
    if plan is None:
        return
    for field in sorted(ci.model_fields_set - {"systems"}):
        kind = LANGUAGES[field]
        if getattr(ci, field) and not plan.directories(kind):
            what = f"this has no effect: the repository has nothing that is tested with {field}"
            allowed = f"leave it out, or one of {', '.join(sorted(MANAGERS[kind]))} in ecosystems"
            yield (*path, field), what, allowed
    if ci.systems and not any(plan.directories(kind) for kind in LANGUAGES.values()):
        what = "this has no effect: the managed workflow tests nothing of this repository on them"
        yield (*path, "systems"), what, "leave it out"


def _verify_image(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find an environment, a key or a signer that is not there, or whom everybody could be."""
    plan = repository.workflows
    image = plan.chosen.verify_image if plan else None
    if plan is None or image is None:
        return
    if image.environment not in repository.environments:
        yield _no_environment(path, image.environment, repository)
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
    if image.workflow and (problem := _no_signer(image.image, image.workflow, plan, repository)):
        yield (*path, "workflow"), *problem
    if image.workflow and not plan.protected_tags:
        what = (
            "everybody who may push could create a tag, and so decide what the workflow that signs "
            "does: no tag_protection holds here"
        )
        yield (*path, "workflow"), what, f"tag_protection for {repository.name}, or key"


def _no_signer(
    image: str, signer: str, plan: WorkflowPlan, repository: ResolvedRepository
) -> tuple[str, str] | None:
    """Return why a workflow file that Portcullis writes does not sign an image, and a remedy."""
    written = [path.removeprefix(FOLDER) for path in repository.derived_files]
    file = next((each for each in written if _stem(each) == _stem(signer)), None)
    if file is None:
        return None
    if file != signer:
        what = f"`{signer}` is not there: Portcullis writes {file}"
        return what, f"{file}, a file of another name, or key"
    released = plan.releasing(image)
    if released is None or released[0].path != f"{FOLDER}{signer}":
        signers = [released[0].path.removeprefix(FOLDER)] if released else []
        what = f"Portcullis writes {signer}, which does not sign {image}"
        return what, " or ".join([*signers, "a workflow of the repository's own, or key"])
    if secret := released[1].key_secret:
        what = f"{signer} signs {image} with the key in the secret {secret}, not as a workflow"
        return what, "key, the secret with the public half of this key"
    if plan.visibility != "public":
        what = f"{signer} does not sign {image}: the log of such signatures is public"
        return what, "visibility: public, or key with tokens.cosign_key under publish"
    return None


def _stem(file: str) -> str:
    """Return the name of a workflow file as people mix it up: without case and extension."""
    return PurePosixPath(file.lower()).stem


def _secret_audit(
    path: Segments, audit: SecretAuditConfig, repository: ResolvedRepository
) -> Iterator[Problem]:
    """Find an environment whose secret a scheduled job on the default branch cannot read."""
    if "issue" in audit.model_fields_set and audit.issue and not repository.config.features.issues:
        what = "the repository has no issues"
        yield (*path, "issue"), what, "false, or features.issues: true"
    environment = repository.environments.get(audit.environment)
    if environment is None:
        yield _no_environment(path, audit.environment, repository)
        return
    config = environment.config
    if audit.key not in config.secrets:
        what = f"`{audit.key}` is no secret of the environment {environment.name}"
        yield (*path, "key"), what, listed(config.secrets)
    branch = repository.config.default_branch
    admits = any(each == "default" or matches(each, branch) for each in config.deploy_from.branches)
    if config.reviewers.teams or config.reviewers.users or config.wait_timer or not admits:
        what = "a job that a schedule starts on the default branch would wait here, or not get in"
        allowed = "no reviewers, no wait_timer, and deploy_from: {branches: [default]}"
        yield (*path, "environment"), what, allowed
    for name, each in repository.environments.items():
        if each.config.secrets and not re.fullmatch(r"[A-Za-z0-9 ._/-]+", name):
            what = f"the workflow cannot name the environment `{name}`, which has secrets"
            yield path, what, "names of letters, digits, blanks, . _ / and -"


def _no_environment(path: Segments, name: str, repository: ResolvedRepository) -> Problem:
    what = f"`{name}` is no environment of {repository.name}"
    return (*path, "environment"), what, listed(repository.environments)
