"""One stack, one organization: from the stack's config to its resources and outputs."""

from __future__ import annotations

from typing import Any

import pulumi

from components.base import Context
from components.declaration import Declaration, DeclarationError, load
from components.github_access import AccessError, github_access
from components.organization import Organization, OrganizationConfig, by_hand
from components.preflight import Names, Preflight, PreflightError
from components.publish import release_environments
from components.secrets.source import MissingSecretError


def declare() -> None:
    """Declare the organization that the stack's `portcullis:organization` names.

    Raises:
        pulumi.RunError: with every mistake; Pulumi shows the text without a traceback.
    """
    settings = pulumi.Config()
    try:
        declaration = load(settings.require("organization"))
        config = declaration.config
        context = _context(config, protect=settings.get_bool("protect") is not False)
        provider = context.preflight.access.provider(config.organization)
        Organization(
            config,
            origins=declaration.origins,
            context=context,
            opts=pulumi.ResourceOptions(providers=[provider]),
        )
    except (DeclarationError, AccessError, PreflightError, MissingSecretError) as error:
        raise pulumi.RunError(f"\n{error}") from None
    for name, value in outputs(declaration).items():
        pulumi.export(name, value)


def _context(config: OrganizationConfig, *, protect: bool) -> Context:
    access = github_access(config.organization)
    reviewers = sorted(
        {
            login
            for repository in config.repositories.values()
            for environment in repository.environments.values()
            for login in environment.reviewers.users
        }
    )
    members = {
        login for team in config.teams.values() for login in (*team.members, *team.maintainers)
    }
    names = Names(list(config.repositories), list(config.teams), sorted({*members, *reviewers}))
    preflight = Preflight(config.organization, access, names)
    return Context(
        organization=config.organization,
        plan=config.plan,
        preflight=preflight,
        protect=protect,
        automation_app=config.automation.app_id if config.automation else None,
        licenses=frozenset(config.licenses),
        user_ids=preflight.user_ids(reviewers),
    )


def outputs(declaration: Declaration) -> dict[str, Any]:
    """The stack's outputs: the release path of each repository, and what is left to do by hand."""
    config = declaration.config
    return {
        "organization": config.organization,
        "release_paths": {
            name: list(release_environments(repository.publish))
            for name, repository in config.repositories.items()
            if repository.publish
        },
        "register_by_hand": by_hand(config),
    }
