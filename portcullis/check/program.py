"""The stack's own program, offline: every secret is a placeholder, and GitHub is not asked."""

from __future__ import annotations

from contextlib import chdir
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.github_access import GitHubAccess
from components.preflight import Names, Preflight
from components.secrets.source import SecretValue
from components.stack import declare_organization, with_default_branches
from components.trust.asking import issuer
from components.trust.trust import OnGitHub
from portcullis.check.recorder import record, settle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from components.declaration import Declaration
    from components.origin import Origin
    from portcullis.check.recorder import Known, Registered

_PLACEHOLDER = "placeholder"

BATCH = 20
"""After so many repositories, what is declared is registered: it saves memory."""


@dataclass(frozen=True)
class Exists:
    """What exists on GitHub, as far as a program has to know it."""

    known: Known
    people: Mapping[str, int]
    """Ids by lower-case login."""
    branches: Mapping[str, str]
    """Default branches by repository."""


class _NoQuestions(Preflight):
    """A preflight that asks nothing."""

    people: Mapping[str, int] | None = None
    """Ids by lower-case login, where they are known."""
    _repositories = 0

    def new_repository(
        self,
        _name: str,
        _origin: Origin,
        *,
        names_branch: bool,  # noqa: ARG002 - the name is part of it
    ) -> pulumi.ResourceHookBinding:
        self._repositories += 1
        if self._repositories % BATCH == 0:
            settle()
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
        """Return ids where they are known, or numbers that tell people apart."""
        if self.people is None:
            return {login.lower(): number for number, login in enumerate(logins, 1)}
        # nobody has a negative id: such a person differs from everybody on GitHub
        return {
            login.lower(): self.people.get(login.lower(), -number)
            for number, login in enumerate(logins, 1)
        }


def declared(
    declaration: Declaration,
    root: Path,
    *,
    stack: str,
    base_url: str,
    changed: Mapping[str, datetime],
    exists: Exists | None = None,
) -> list[Registered]:
    """Return what the stack's program declares for an organization.

    Args:
        declaration: the organization.
        root: the project's folder, where its files lie.
        stack: the stack's name.
        base_url: GitHub's address; nothing is sent there.
        changed: when the values of keys of the stack's config were set, as far as it is noted.
        exists: what exists on GitHub; None: nothing is known of it.
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

    resolved = declaration.resolved
    if exists:
        resolved = with_default_branches(resolved, exists.branches)

    def program() -> None:
        preflight = _NoQuestions(config.organization, access, Names())
        preflight.people = exists.people if exists else None
        # ids and the form of subjects are GitHub's: the pack judges what is made from them later
        trust = OnGitHub(issuer(access), owner_id=1, uses_ids=lambda _: True)
        declare_organization(
            resolved,
            preflight,
            secrets,
            protect=True,
            trust=trust if resolved.trusts else None,
        )

    with chdir(root):
        return record(program, stack, exists.known) if exists else record(program, stack)
