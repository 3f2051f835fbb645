"""The stack's own program, offline: every secret is a placeholder, and GitHub is not asked."""

from __future__ import annotations

from contextlib import chdir
from typing import TYPE_CHECKING

import pulumi

from components.github_access import GitHubAccess
from components.preflight import Names, Preflight
from components.secrets.source import SecretValue
from components.stack import declare_organization
from components.trust.asking import issuer
from components.trust.trust import OnGitHub
from portcullis.check.recorder import record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from components.declaration import Declaration
    from components.origin import Origin
    from portcullis.check.recorder import Registered

_PLACEHOLDER = "placeholder"


class _NoQuestions(Preflight):
    """A preflight that asks nothing."""

    def new_repository(
        self,
        _name: str,
        _origin: Origin,
        *,
        names_branch: bool,  # noqa: ARG002 - the name is part of it
    ) -> pulumi.ResourceHookBinding:
        return pulumi.ResourceHookBinding()

    def same_branch(self, _name: str, _branch: str, _origin: Origin) -> pulumi.ResourceHookBinding:
        return pulumi.ResourceHookBinding()

    def renamed_branch(self, _name: str, _origin: Origin) -> pulumi.ResourceHookBinding:
        return pulumi.ResourceHookBinding()

    def new_team(self, _slug: str, _origin: Origin) -> pulumi.ResourceHookBinding:
        return pulumi.ResourceHookBinding()

    def known_users(self, _origin: Origin) -> pulumi.ResourceHookBinding:
        return pulumi.ResourceHookBinding()

    def managed_file(
        self, _repository: str, *, scanned: Origin | None = None
    ) -> pulumi.ResourceHookBinding:
        del scanned
        return pulumi.ResourceHookBinding()

    def full_settings(self) -> pulumi.ResourceHookBinding:
        return pulumi.ResourceHookBinding()

    def user_ids(self, logins: Sequence[str]) -> dict[str, int]:
        """Return numbers that tell people apart; their ids on GitHub do not matter here."""
        return {login.lower(): number for number, login in enumerate(logins, 1)}


def declared(
    declaration: Declaration,
    root: Path,
    *,
    stack: str,
    base_url: str,
    changed: Mapping[str, datetime],
) -> list[Registered]:
    """Return what the stack's program declares for an organization.

    Args:
        declaration: the organization.
        root: the project's folder, where its files lie.
        stack: the stack's name.
        base_url: GitHub's address; nothing is sent there.
        changed: when the values of keys of the stack's config were set, as far as it is noted.
    """
    config = declaration.config
    access = GitHubAccess(base_url, token=_PLACEHOLDER)
    references = {secret.config.from_ for secret in declaration.resolved.secrets}
    secrets = {
        each: SecretValue(
            _PLACEHOLDER, version=each.version, changed=changed.get(each.config or "")
        )
        for each in references
    }

    def program() -> None:
        preflight = _NoQuestions(config.organization, access, Names())
        # ids and the form of subjects are GitHub's: the pack judges what is made from them later
        trust = OnGitHub(issuer(access), owner_id=1, uses_ids=lambda _: True)
        declare_organization(
            declaration.resolved,
            preflight,
            secrets,
            protect=True,
            trust=trust if declaration.resolved.trusts else None,
        )

    with chdir(root):
        return record(program, stack)
