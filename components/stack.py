"""One stack, one organization: from the stack's config to its resources and outputs."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pulumi

from components.base import Context, Origin
from components.declaration import Declaration, DeclarationError, load
from components.declaration.secret_values import read_values
from components.github_access import AccessError, GitHubAccess, github_access
from components.organization import Organization, OrganizationConfig, by_hand
from components.preflight import Names, Preflight, PreflightError
from components.publish import PublishConfig, release_environments
from components.repository import RepositoryConfig, environments_of
from components.secrets.sources import open_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from components.secrets.reference import Reference
    from components.secrets.source import SecretValue


#: The exit code by which a program tells Pulumi that the person has read the error already:
#: https://github.com/pulumi/pulumi/blob/master/sdk/python/cmd/pulumi-language-python-exec
MISTAKE_WAS_TOLD = 32


def declare() -> None:
    """Declare the organization that the stack's `portcullis:organization` names.

    Raises:
        SystemExit: after every mistake was told.
    """
    settings = pulumi.Config()
    try:
        declaration = load(settings.require("organization"))
        secrets = read_values(declaration, open_sources(declaration.config.sources))
        access = github_access(declaration.config.organization)
        protect = settings.get_bool("protect") is not False
        with _short_stacks():
            declare_organization(
                declaration, _preflight(declaration.config, access), secrets, protect=protect
            )
    except (DeclarationError, AccessError, PreflightError) as error:
        pulumi.log.error(f"\n{error}")
        sys.exit(MISTAKE_WAS_TOLD)
    for name, value in outputs(declaration).items():
        pulumi.export(name, value)


#: Frames from the SDK's own code to the line that declares a resource.
_FRAMES_OF_THE_SDK = 7


@contextmanager
def _short_stacks() -> Iterator[None]:
    """Keep the Python stack of each resource short in the state: the line that declares it.

    The SDK stores all of it, with paths of this machine: two fifths of the state, which a
    self-managed backend writes twice a resource.
    """
    before = getattr(sys, "tracebacklimit", None)
    sys.tracebacklimit = _FRAMES_OF_THE_SDK
    try:
        yield
    finally:
        if before is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = before


def declare_organization(
    declaration: Declaration,
    preflight: Preflight,
    secrets: Mapping[Reference, SecretValue],
    *,
    protect: bool,
) -> None:
    """Declare everything that a checked organization says.

    Args:
        declaration: the organization.
        preflight: what is asked of GitHub before.
        secrets: what each reference to a secret source gave.
        protect: keep repositories, environments, rulesets and teams from being deleted.

    Raises:
        PreflightError: GitHub does not know a reviewer.
    """
    config = declaration.config
    context = Context(
        organization=config.organization,
        plan=config.plan,
        preflight=preflight,
        protect=protect,
        automation_app=config.automation.app_id if config.automation else None,
        licenses=frozenset(config.licenses),
        user_ids=preflight.user_ids(_reviewers(config)),
        secrets=secrets,
    )
    provider = preflight.access.provider(config.organization)
    Organization(
        config,
        origins=declaration.origins,
        context=context,
        opts=pulumi.ResourceOptions(providers=[provider]),
    )


def _reviewers(config: OrganizationConfig) -> list[str]:
    """The logins of all reviewers that are named as persons."""
    return sorted(
        {
            login
            for repository in config.repositories.values()
            for environment in repository.environments.values()
            for login in environment.reviewers.users
        }
    )


def _preflight(config: OrganizationConfig, access: GitHubAccess) -> Preflight:
    members = {
        login for team in config.teams.values() for login in (*team.members, *team.maintainers)
    }
    people = sorted({*members, *_reviewers(config)})
    names = Names(list(config.repositories), list(config.teams), people)
    return Preflight(config.organization, access, names)


def _release_path(repository: RepositoryConfig, publish: PublishConfig) -> list[str]:
    """The environments from a release tag to the registries, with who has to approve."""
    environments = environments_of(repository, Origin(""))
    path = []
    for name in release_environments(publish):
        teams = ", ".join(environments[name][0].reviewers.teams)
        path.append(f"{name} ({teams})" if teams else name)
    return path


def outputs(declaration: Declaration) -> dict[str, Any]:
    """The stack's outputs: the release path of each repository, and what is left to do by hand."""
    config = declaration.config
    return {
        "organization": config.organization,
        "release_paths": {
            name: _release_path(repository, repository.publish)
            for name, repository in config.repositories.items()
            if repository.publish and not repository.archived
        },
        "register_by_hand": by_hand(config),
    }
