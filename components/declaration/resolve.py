"""From what is written to what is declared: everything that follows is worked out here, once.

`publish` becomes environments, secrets, workflow files and trusted publishers; protection of the
organization becomes the repositories' own where GitHub has no ruleset for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from components.audit_archive import writer_trust
from components.declaration import guards
from components.declaration.release import permissions
from components.declaration.release.publishers import publishers
from components.environment import EnvironmentConfig, ResolvedEnvironment
from components.files import (
    code_owners,
    dependabot,
    deploy,
    library,
    release_notification,
    secret_audit,
    standard,
)
from components.files.workflow_choice import chosen
from components.names.default_branch import FIRST_BRANCH
from components.organization import ResolvedOrganization, covers, reached, selected
from components.publish.environments import (
    by_tags,
    refined,
    release_environments,
    resolve_packages,
    token_secrets,
)
from components.publish.plan import workflow_plan
from components.repository import ResolvedRepository
from components.ruleset import ResolvedProtection
from components.secrets.declared import DeclaredSecret
from components.tag_ruleset import ResolvedTagProtection
from components.trust.config import ResolvedTrust
from components.trust.job import TrustedJob

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from components.files.workflow import WorkflowPlan
    from components.organization import OrganizationConfig
    from components.origin import Origin
    from components.publish.environments import ResolvedPackage
    from components.repository import RepositoryConfig
    from components.ruleset import OrganizationBranchProtectionConfig


def resolve(
    config: OrganizationConfig,
    origins: Mapping[str, Origin],
    branches: Mapping[str, str] | None = None,
) -> ResolvedOrganization:
    """Return the organization with all that follows from its declaration.

    It reads no file and never fails, so that checks can walk what they are about to refuse.

    Args:
        config: The organization, valid for the models.
        origins: The organization's origin under ``""``, and those of repositories with files of
            their own.
        branches: GitHub's default branches by repository, for those that keep theirs; without
            them, the first branch of a new repository stands for it.
    """
    origin = origins[""]
    repositories = {
        name: _repository(
            name,
            _with_branch(repository, (branches or {}).get(name, FIRST_BRANCH)),
            config,
            origin,
            origins.get(name, origin.child("repositories", name)),
        )
        for name, repository in config.repositories.items()
    }
    resolved = ResolvedOrganization(
        config=config,
        origin=origin,
        repositories=repositories,
        protection={
            name: item for name, item in config.protection.items() if not pushed_down(item, config)
        },
        tag_protection={} if config.plan == "free" else config.tag_protection,
        secrets=tuple(_secrets(config, repositories)),
        visible_to={
            **{("secrets", k): selected(v.visible_to, config) for k, v in config.secrets.items()},
            **{
                ("variables", k): selected(v.visible_to, config)
                for k, v in config.variables.items()
            },
        },
        trusts=tuple(trust for each in repositories.values() for trust in each.trusts),
        people={team: _people(team, config) for team in config.teams},
    )
    return guards.with_ways(resolved)


def _with_branch(repository: RepositoryConfig, branch: str) -> RepositoryConfig:
    """Return the repository with a name for a default branch that is kept."""
    if not repository.keeps_branch:
        return repository
    return repository.model_copy(update={"default_branch": branch})


def pushed_down(item: OrganizationBranchProtectionConfig, config: OrganizationConfig) -> bool:
    """Return whether protection of the organization becomes the repositories' own.

    Organization rulesets need GitHub Team; classic protection exists on repositories only.
    """
    return config.plan == "free" or item.enforced_by == "classic"


def _repository(
    name: str,
    repository: RepositoryConfig,
    config: OrganizationConfig,
    organization: Origin,
    origin: Origin,
) -> ResolvedRepository:
    if repository.archived:
        return ResolvedRepository(name, repository, origin)
    tag_protection = _tag_protection(name, repository, config, organization, origin)
    packages = resolve_packages(repository.publish, tag_protection)
    plan = _workflows(name, repository, packages, tag_protection, config)
    environments = _with_archive(
        name, _environments(repository, packages, origin), config, organization
    )
    trusts = _trusts(name, repository, environments, config, origin)
    found = ResolvedRepository(
        name=name,
        config=repository,
        origin=origin,
        keeps_branch=config.repositories[name].keeps_branch,
        packages=packages,
        environments=_with_variables(environments, trusts, config),
        trusts=trusts,
        subject_claims=tuple(config.trust.subject_claims if trusts else ()),
        protection=tuple(_protection(name, repository, config, organization, origin)),
        tag_protection=tuple(tag_protection),
        derived_files=_derived_files(repository, config, plan)
        | deploy.render(trusts, config.sources.vault),
        added_files=_added_files(repository, config),
        workflows=plan,
        publishers=publishers(
            packages, config.organization, name, old_repository=repository.renamed_from
        ),
    )
    audit = plan.chosen.secret_audit if plan else None
    if audit is None:
        return found
    readable = [each for each in _of_organization(config) if name in each.repositories]
    has_issues = found.config.features.issues
    files = secret_audit.render(
        audit, [*readable, *_of_repository(found)], issue=audit.issue and has_issues
    )
    return replace(found, derived_files={**found.derived_files, **files})


def _environments(
    repository: RepositoryConfig, packages: Sequence[ResolvedPackage], origin: Origin
) -> dict[str, ResolvedEnvironment]:
    """Return the environments that `publish` derives or the YAML has, or both."""
    released = release_environments(packages, repository.release_notification)
    derived = {
        name: ResolvedEnvironment(name, each.config, origin.child("publish"), each.kind)
        for name, each in released.items()
    }
    written: dict[str, ResolvedEnvironment] = {}
    for name, environment in repository.environments.items():
        place, known = origin.child("environments", name), derived.get(name)
        if known:
            environment = refined(known.config, environment)  # noqa: PLW2901 - the same one, refined
        written[name] = ResolvedEnvironment(
            name, environment, place, known.release if known else None
        )
    return {**derived, **written}


def _with_archive(
    name: str,
    environments: dict[str, ResolvedEnvironment],
    config: OrganizationConfig,
    organization: Origin,
) -> dict[str, ResolvedEnvironment]:
    """Return the environments with the one whose job writes the audit archive, if it is here."""
    archive = config.audit_archive
    if archive is None or archive.writer.repository != name:
        return environments
    trust = writer_trust(archive, config.trust.aws, config.organization)
    wanted = archive.writer.environment
    written = environments.get(wanted) or ResolvedEnvironment(
        wanted, EnvironmentConfig(), organization.child("audit_archive", "writer")
    )
    if written.config.trust:
        return environments
    changed = written.config.model_copy(update={"trust": trust})
    return {**environments, wanted: replace(written, config=changed)}


def _trusts(
    name: str,
    repository: RepositoryConfig,
    environments: Mapping[str, ResolvedEnvironment],
    config: OrganizationConfig,
    origin: Origin,
) -> tuple[ResolvedTrust, ...]:
    """Return what outside systems grant to the jobs of each environment."""
    found = []
    for environment in environments.values():
        trust, refs = environment.config.trust, environment.config.deploy_from
        if trust is None:
            continue
        job = TrustedJob(
            config.organization,
            name,
            environment.name,
            trust.file,
            branches=tuple(
                repository.default_branch if branch == "default" else branch
                for branch in refs.branches
            ),
            tags=tuple(refs.tags),
        )
        derived = environment.name not in repository.environments
        place = (
            environment.origin
            if derived
            else origin.child("environments", environment.name, "trust")
        )
        found.append(ResolvedTrust(job, trust, place))
    return tuple(found)


def _with_variables(
    environments: dict[str, ResolvedEnvironment],
    trusts: tuple[ResolvedTrust, ...],
    config: OrganizationConfig,
) -> dict[str, ResolvedEnvironment]:
    """Return the environments with the variables by which their jobs find AWS and Vault."""
    found = dict(environments)
    for trust in trusts:
        environment = found[trust.job.environment]
        derived = trust.variables(config.trust, config.sources.vault)
        variables = {**derived, **environment.config.variables}
        changed = environment.config.model_copy(update={"variables": variables})
        found[environment.name] = replace(environment, config=changed)
    return found


def _protection(
    name: str,
    repository: RepositoryConfig,
    config: OrganizationConfig,
    organization: Origin,
    origin: Origin,
) -> list[ResolvedProtection]:
    """Return the branch protection of a repository; its own wins over the organization's."""
    found = {
        key: ResolvedProtection(key, item.for_repository(), organization.child("protection", key))
        for key, item in config.protection.items()
        if pushed_down(item, config) and covers(item.repositories, item.exclude_repositories, name)
    }
    for key, own in repository.protection.items():
        found[key] = ResolvedProtection(key, own, origin.child("protection", key))
    return list(found.values())


def _tag_protection(
    name: str,
    repository: RepositoryConfig,
    config: OrganizationConfig,
    organization: Origin,
    origin: Origin,
) -> list[ResolvedTagProtection]:
    """Return all tag protection of a repository; on plan free its own wins."""
    of_organization = [
        ResolvedTagProtection(
            key,
            item.for_repository(),
            organization.child("tag_protection", key),
            by_organization=config.plan != "free",
        )
        for key, item in config.tag_protection.items()
        if covers(item.repositories, item.exclude_repositories, name)
        and not (config.plan == "free" and key in repository.tag_protection)
    ]
    own = [
        ResolvedTagProtection(key, item, origin.child("tag_protection", key))
        for key, item in repository.tag_protection.items()
    ]
    return [*of_organization, *own]


def _workflows(
    name: str,
    repository: RepositoryConfig,
    packages: Sequence[ResolvedPackage],
    tag_protection: Sequence[ResolvedTagProtection],
    config: OrganizationConfig,
) -> WorkflowPlan | None:
    """Return what the managed workflows of a repository are written from; None without them."""
    choice = chosen(repository.workflows)
    if choice is None:
        return None
    return workflow_plan(
        packages,
        default_branch=repository.default_branch,
        visibility=repository.visibility,
        ecosystems=repository.ecosystems,
        chosen=choice,
        notification=repository.release_notification,
        may_start={
            tags: permissions.roles_to_start(repository, each[0].protections, config)
            for tags, each in by_tags(packages).items()
        },
        code_security="code-security" in config.licenses,
        repository=f"{config.organization}/{name}",
        protected_tags=dict.fromkeys(each.config.tags for each in tag_protection),
    )


def _derived_files(
    repository: RepositoryConfig, config: OrganizationConfig, plan: WorkflowPlan | None
) -> dict[str, str]:
    """Return the managed files that follow from the rest of the declaration, path to content."""
    files: dict[str, str] = {}
    if owners := owners_of(repository, config):
        files[code_owners.PATH] = code_owners.render(owners, config.organization)
    if repository.ecosystems:
        files[dependabot.PATH] = dependabot.render(repository.dependabot, repository.ecosystems)
    return files | library.render(plan) if plan else files


def owners_of(repository: RepositoryConfig, config: OrganizationConfig) -> dict[str, list[str]]:
    """Return all code owners of a repository, by pattern."""
    effective = standard.effective(config.standard_files, repository.standard_files)
    return standard.with_workflow_owners(repository.code_owners, effective)


def _added_files(
    repository: RepositoryConfig, config: OrganizationConfig
) -> dict[str, standard.AddedFile]:
    """Return the files that are added to what people wrote, without those of `files`."""
    effective = standard.effective(config.standard_files, repository.standard_files)
    return {
        path: file
        for path, file in standard.added_files(effective).items()
        if path not in repository.files and not any(map(file.counts, repository.files))
    }


def _secrets(
    config: OrganizationConfig, repositories: Mapping[str, ResolvedRepository]
) -> Iterator[DeclaredSecret]:
    """Return all secrets in the order of the YAML; archived repositories have none."""
    yield from _of_organization(config)
    for repository in repositories.values():
        if not repository.config.archived:
            yield from _of_repository(repository)


def _of_organization(config: OrganizationConfig) -> Iterator[DeclaredSecret]:
    for name, secret in config.secrets.items():
        seen = tuple(reached(secret.visible_to, config))
        yield DeclaredSecret(("secrets", name), name, secret, "organization", seen)


def _of_repository(repository: ResolvedRepository) -> Iterator[DeclaredSecret]:
    here, path = (repository.name,), repository.origin.path
    config = repository.config
    for name, own in config.secrets.items():
        yield DeclaredSecret((*path, "secrets", name), name, own, "repository", here)
    tokens = {
        (token.environment, token.name): (*path, *token.field)
        for token in token_secrets(repository.packages)
    }
    if config.release_notification and config.release_notification.webhook:
        address = release_notification.ENVIRONMENT, release_notification.SECRET
        tokens[address] = (*path, "release_notification", "webhook")
    for environment in repository.environments.values():
        written = (*path, "environments", environment.name, "secrets")
        for name, secret in environment.config.secrets.items():
            where = tokens.get((environment.name, name), (*written, name))
            yield DeclaredSecret(where, name, secret, "environment", here, environment.name)


def _people(team: str, config: OrganizationConfig) -> frozenset[str]:
    teams, found = {team}, {team}
    while found:  # ends even where the teams are nested in a circle
        found = {slug for slug, each in config.teams.items() if each.parent in found} - teams
        teams |= found
    return frozenset(
        login.lower()
        for slug in teams & config.teams.keys()
        for login in (*config.teams[slug].members, *config.teams[slug].maintainers)
    )
