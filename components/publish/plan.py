"""The plan of the workflow files that follows from `publish`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.files import release_notification, workflow
from components.publish.environments import WITHOUT_TOKENS, ResolvedPackage, by_tags, token_secrets
from components.publish.packages import (
    APPROVAL_ENVIRONMENT,
    ImagePackage,
    NpmPackage,
    PythonPackage,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from components.base import (
        BranchName,
        Ecosystem,
        Visibility,
    )
    from components.files.release_notification import ReleaseNotificationConfig
    from components.files.workflow_choice import WorkflowsConfig
    from components.names.versions import ReleaseTags


def workflow_plan(
    packages: Sequence[ResolvedPackage],
    *,
    default_branch: BranchName,
    visibility: Visibility,
    ecosystems: list[Ecosystem],
    chosen: WorkflowsConfig,
    may_start: dict[ReleaseTags, tuple[str, ...]],
    code_security: bool = False,
    repository: str | None = None,
    protected_tags: Iterable[ReleaseTags] = (),
    notification: ReleaseNotificationConfig | None = None,
) -> workflow.WorkflowPlan:
    """Return what the workflows of a repository depend on.

    ``may_start`` are GitHub's roles with which a person may start a release. What clashes with an
    earlier package is left out: `declaration.release.packages` reports it.
    """
    secrets = {(e.field[:2], e.use): e.name for e in token_secrets(packages)}
    releases: dict[str, workflow.Release] = {}
    for tags, each in by_tags(packages).items():
        steps: dict[tuple[str, str], workflow.Package] = {}
        for package in each:
            if APPROVAL_ENVIRONMENT in {package.environment, package.test_environment}:
                continue
            if package.environment == package.test_environment:
                continue
            step = _workflow_package(package, secrets)
            if step.ecosystem == "github" and any(k == "github" for k, _ in steps):
                continue
            steps.setdefault((step.ecosystem, step.id.lower()), step)
        if steps:
            path = each[0].workflow
            release = workflow.Release(
                path=path,
                prefix=tags.prefix,
                scheme=tags.scheme,
                packages=tuple(steps.values()),
                approval_environment=(
                    APPROVAL_ENVIRONMENT if any(one.first_team for one in each) else None
                ),
                may_start=may_start[tags],
                webhook=_webhook(notification, steps.values()),
                issue=notification is not None and notification.issue,
            )
            releases.setdefault(path, release)
    return workflow.WorkflowPlan(
        default_branch=default_branch,
        visibility=visibility,
        ecosystems=tuple(ecosystems),
        releases=tuple(releases.values()),
        chosen=chosen,
        code_security=code_security,
        repository=repository,
        protected_tags=tuple(protected_tags),
    )


def _webhook(
    notification: ReleaseNotificationConfig | None, packages: Iterable[workflow.Package]
) -> workflow.Webhook | None:
    """Return where the outcome is sent; None where its environment has another use already."""
    place = release_notification.ENVIRONMENT
    if notification is None or notification.webhook is None:
        return None
    if any(place in {each.release_environment, each.test_environment} for each in packages):
        return None
    return workflow.Webhook(environment=place, secret=release_notification.SECRET)


def _workflow_package(
    package: ResolvedPackage, secrets: dict[tuple[tuple[str | int, ...], str], str]
) -> workflow.Package:
    config = package.config
    image = config if isinstance(config, ImagePackage) else None
    key, passphrase = ("cosign_key", "cosign_password") if image else ("gpg_key", "gpg_passphrase")
    return workflow.Package(
        ecosystem=config.kind,
        name=config.name,
        directory=config.directory,
        auth="oidc" if isinstance(config, WITHOUT_TOKENS) else config.auth or "oidc",
        release_environment=package.environment,
        test_environment=package.test_environment,
        token_secret=secrets.get((package.path, "publish")),
        test_token_secret=secrets.get((package.path, "testpypi")),
        key_secret=secrets.get((package.path, key)),
        passphrase_secret=secrets.get((package.path, passphrase)),
        access=config.access if isinstance(config, NpmPackage) else "public",
        staged=isinstance(config, NpmPackage) and config.staged,
        registry=image.registry if image else None,
        username=image.username if image else None,
        platforms=tuple(image.platforms) if image else (),
        smoke_test=config.smoke_test if isinstance(config, PythonPackage | NpmPackage) else None,
    )
