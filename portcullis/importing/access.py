"""How an import reaches GitHub, and the state: as its stack does, or by the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.github_access import DOTCOM, AccessError, GitHubAccess, address, answers
from portcullis.adopt import existing
from portcullis.practice.local_sandbox import elsewhere, practice_of, sandbox_variables
from portcullis.project import StackSettings, UserError, pulumi_environment, stack_names
from portcullis.pulumi_runs import run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pulumi import automation

_ENCRYPTED = ("portcullis:githubApp", "portcullis:githubAppKey", "github:token")
"""Credentials in a stack's config: only Pulumi can read them."""


@dataclass(frozen=True)
class Way:
    """How an import reaches GitHub, and the state."""

    access: GitHubAccess
    settings: StackSettings | None = None
    """Of the stack; None without one."""
    stack: automation.Stack | None = None
    """None: no state is written."""
    environment: Mapping[str, str] | None = None
    """Of runs of Pulumi."""


def way_to(root: Path, organization: str, named: str | None) -> Way:
    """Return how to reach an organization.

    Args:
        root: The project's folder.
        organization: Its login, in any case.
        named: The stack's name; None: the organization's own, if there is one.

    Raises:
        UserError: There is no such stack, there are no credentials, or nothing answers.
    """
    settings = _stack_of(root, organization, named)
    if settings is None:
        return Way(_by_environment(DOTCOM, os.environ))
    variables = _practice(settings) if settings.practises else {}
    own = settings.organization.lower() == organization.lower()
    if not own and not any(key in settings.config for key in _ENCRYPTED):
        return Way(_by_environment(settings.base_url, {**os.environ, **variables}), settings)
    from portcullis import deploy  # noqa: PLC0415 - the engine is needed here only

    environment = pulumi_environment(settings, deploy.with_engine(os.environ)) | variables
    stack = run.select(settings, environment)
    access = existing.access(stack, environment)
    _require_answer(access.base_url)
    return Way(access, settings, stack if own else None, environment)


def _stack_of(root: Path, organization: str, named: str | None) -> StackSettings | None:
    if named is not None:
        settings = StackSettings(named, root)
        _ = settings.config  # refused where there is no such stack
        return settings
    stacks = [StackSettings(name, root) for name in stack_names(root)]
    own = [each for each in stacks if each.organization.lower() == organization.lower()]
    if len(own) > 1:
        names = ", ".join(each.name for each in own)
        raise UserError(f"{organization} has several stacks, {names}: choose one by --stack")
    return own[0] if own else None


def _by_environment(base_url: str, environment: Mapping[str, str]) -> GitHubAccess:
    base_url = address(environment.get("GITHUB_BASE_URL") or base_url)
    _require_answer(base_url)
    if token := environment.get("GITHUB_TOKEN"):
        return GitHubAccess(base_url, token=token)
    raise UserError(
        f"no credentials for {base_url}: set the environment variable GITHUB_TOKEN, or name a "
        "stack with credentials by --stack (docs/own-organization.md)"
    )


def _require_answer(base_url: str) -> None:
    try:
        answers(base_url)
    except AccessError as error:
        raise UserError(str(error)) from None


def _practice(settings: StackSettings) -> dict[str, str]:
    """Return the variables by which a practice stack reaches its sandbox, which has to run."""
    practice = practice_of(settings)
    if not elsewhere(practice, os.environ) and practice.url is None:
        raise UserError(
            f"the sandbox of stack {settings.name} is not running; start it: make sandbox "
            f"STACK={settings.name}"
        )
    return sandbox_variables(practice, os.environ)
