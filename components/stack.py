"""One stack, one organization: from the stack's config to its resources and outputs."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pulumi

from components.context import Context
from components.declaration import DeclarationError, load
from components.declaration.guards import guards
from components.declaration.required_checks import notices
from components.declaration.resolve import resolve
from components.declaration.secret_values import read_values
from components.github_access import AccessError, GitHubAccess, github_access
from components.names.renames import old_name
from components.organization import Organization
from components.preflight import Names, Preflight, PreflightError
from components.secrets.sources import open_sources
from components.trust import asking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from components.environment import ResolvedEnvironment
    from components.names.renames import Kind
    from components.organization import ResolvedOrganization
    from components.repository import RepositoryConfig
    from components.secrets.reference import Reference
    from components.secrets.source import SecretValue
    from components.team import TeamConfig
    from components.trust.trust import OnGitHub


MISTAKE_REPORTED = 32
"""The exit code of a program that has already reported its error.

Source: https://github.com/pulumi/pulumi/blob/master/sdk/python/cmd/pulumi-language-python-exec
"""


SEEN = "PORTCULLIS_SEEN_ON_GITHUB"
"""The variable by which `portcullis up` passes what it saw on GitHub and nobody declares: JSON."""

SEEN_OUTPUT = "seen_on_github"
"""The output by which the stack remembers it until the next update."""


UNLOCKS_OUTPUT = "unlocks_used"
"""The output by which the stack remembers the unlocks of its config: each is for one update."""


def declare() -> None:
    """Declare the organization that the stack's `portcullis:organization` names.

    Raises:
        SystemExit: after every mistake was reported.
    """
    settings = pulumi.Config()
    leave_out_debug_messages(os.environ)
    try:
        declaration = load(settings.require("organization"))
        if pulumi.runtime.is_dry_run():  # once: an update previews first
            for notice in notices(declaration.resolved):
                pulumi.log.warn(notice)
        secrets = read_values(declaration, open_sources(declaration.config.sources))
        access = github_access(declaration.config.organization)
        protect = settings.get_bool("protect") is not False
        preflight = _preflight(declaration.resolved, access)
        resolved = declaration.resolved
        kept = [name for name, each in resolved.repositories.items() if each.keeps_branch]
        resolved = with_default_branches(resolved, preflight.default_branches(kept))
        with _short_stacks():
            trust = asking.ask(resolved, preflight)
            declare_organization(resolved, preflight, secrets, protect=protect, trust=trust)
    except (DeclarationError, AccessError, PreflightError) as error:
        pulumi.log.error(f"\n{error}")
        sys.exit(MISTAKE_REPORTED)
    for name, value in outputs(resolved).items():
        pulumi.export(name, value)
    if seen := os.environ.get(SEEN):
        pulumi.export(SEEN_OUTPUT, json.loads(seen))
    if unlocks := settings.get_object("allow"):
        pulumi.export(UNLOCKS_OUTPUT, unlocks)
    pulumi.run(start_registrations)


def leave_out_debug_messages(environment: Mapping[str, str]) -> None:
    """Let the SDK send no debug messages, unless the environment asks for them.

    It sends four a resource, each as a request for whose answer the program waits, and the engine
    drops them: it shows debug messages only with `--debug`, which no program learns of.

    Args:
        environment: Has `PULUMI_OPTION_DEBUG`, Pulumi's own variable for `--debug`, if they are
            wanted.
    """
    wanted = environment.get("PULUMI_OPTION_DEBUG", "").lower() in {"1", "true"}
    pulumi.log.debug = _SEND if wanted else _send_nothing


_SEND = pulumi.log.debug


def _send_nothing(
    msg: str,
    resource: pulumi.Resource | None = None,
    stream_id: int | None = None,
    ephemeral: bool | None = None,  # noqa: FBT001 - the SDK's signature
) -> None:
    """Stand in for `pulumi.log.debug`."""
    del msg, resource, stream_id, ephemeral


async def start_registrations() -> None:
    """Let the SDK start all registrations before it waits for them.

    Otherwise it finds none begun, and waits for any one of some ten outputs a resource, again and
    again: half of the program's CPU time at 200 repositories, and growing with their square.
    """
    await asyncio.sleep(0)


def with_default_branches(
    resolved: ResolvedOrganization, branches: Mapping[str, str]
) -> ResolvedOrganization:
    """Return the organization with GitHub's default branches, where those are kept.

    Args:
        resolved: The organization.
        branches: GitHub's default branches by repository.
    """
    repositories = resolved.repositories
    kept = {
        name: branches[name]
        for name, repository in repositories.items()
        if repository.keeps_branch and branches.get(name)
    }
    if not kept:
        return resolved
    origins = {name: repository.origin for name, repository in repositories.items()}
    return resolve(resolved.config, {"": resolved.origin, **origins}, kept)


_FRAMES_OF_THE_SDK = 7
"""Frames from the SDK's own code to the line that declares a resource."""


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
    resolved: ResolvedOrganization,
    preflight: Preflight,
    secrets: Mapping[Reference, SecretValue],
    *,
    protect: bool,
    trust: OnGitHub | None = None,
) -> None:
    """Declare everything that a checked organization says.

    Args:
        resolved: the organization.
        preflight: what is asked of GitHub before.
        secrets: what each reference to a secret source gave.
        protect: keep repositories, environments, rulesets and teams from being deleted.
        trust: what the trust of outside systems is made from, where one is declared.

    Raises:
        PreflightError: GitHub does not know a reviewer.
    """
    config = resolved.config
    context = Context(
        organization=config.organization,
        plan=config.plan,
        preflight=preflight,
        protect=protect,
        automation_app=config.automation.app_id if config.automation else None,
        signoff_enforced=config.settings.web_commit_signoff_required,
        licenses=frozenset(config.licenses),
        user_ids=preflight.user_ids(resolved.reviewers),
        secrets=secrets,
        trust=trust,
        renamed_teams={
            slug: old
            for slug, team in config.teams.items()
            if (old := old_name("teams", slug, team.renamed_from))
        },
    )
    provider = preflight.access.provider(config.organization)
    Organization(
        resolved,
        context=context,
        opts=pulumi.ResourceOptions(providers=[provider]),
    )


def _preflight(resolved: ResolvedOrganization, access: GitHubAccess) -> Preflight:
    config = resolved.config
    members = {
        login for team in config.teams.values() for login in (*team.members, *team.maintainers)
    }
    people = sorted({*members, *resolved.reviewers})
    names = Names(list(config.repositories), list(config.teams), people)
    old = {
        **{("repository", k): _old("repositories", k, v) for k, v in config.repositories.items()},
        **{("team", k): _old("teams", k, v) for k, v in config.teams.items()},
    }
    old_names = {thing: name for thing, name in old.items() if name}
    return Preflight(config.organization, access, names, guards(resolved), old_names)


def _old(kind: Kind, name: str, config: RepositoryConfig | TeamConfig) -> str | None:
    """Return what a repository or a team was called before."""
    return old_name(kind, name, config.renamed_from)


def outputs(resolved: ResolvedOrganization) -> dict[str, Any]:
    """Return the stack's outputs: each repository's release path, and what is left to do by hand.

    People register the trusted publishers at the registries; docs/publishers.md says where.
    """
    repositories = resolved.repositories.values()
    config = resolved.config
    trusts = [each.shown(config.trust, config.sources.vault) for each in resolved.trusts]
    return {
        "organization": resolved.name,
        "release_paths": {
            repository.name: [_gate(environment) for environment in repository.release_path]
            for repository in repositories
            if repository.config.publish and not repository.config.archived
        },
        "register_by_hand": [
            publisher.to_register()
            for repository in repositories
            for publisher in repository.publishers
            if publisher.is_trusted
        ],
        **({"trust": trusts} if trusts else {}),
    }


def _gate(environment: ResolvedEnvironment) -> str:
    """Return the environment's name, and the teams that have to approve."""
    teams = ", ".join(environment.config.reviewers.teams)
    return f"{environment.name} ({teams})" if teams else environment.name
