"""Who may commit managed files to a protected branch.

A ruleset stops everybody whom it does not list, owners of the organization included; GitHub answers
409 to their commits.

Source: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.base import GITHUB_ACTIONS_APP

if TYPE_CHECKING:
    from components.github_access import GitHubAccess

PROPOSALS = "portcullis/managed-files"
"""The branch from which pull requests for managed files come."""

ACTIONS_LOGIN = "github-actions[bot]"
"""Whom a workflow's own token acts as."""


@dataclass(frozen=True)
class Committer:
    """The account that a run commits as."""

    login: str
    app_id: int | None = None
    """The App's id if it is known: an installation token does not contain it."""

    @property
    def is_app(self) -> bool:
        """Return whether it is an App, and not a person."""
        return self.app_id is not None or self.login.endswith("[bot]")

    def __str__(self) -> str:
        """Return ``the user `ana` `` or ``the App `portcullis[bot]` ``."""
        if not self.is_app:
            return f"the user `{self.login}`"
        return f"the App `{self.login}`" if self.login else f"the App {self.app_id}"


@dataclass(frozen=True)
class Guard:
    """A protection of the branch to which managed files are committed, and whom it lets through."""

    where: str
    """Where it is declared."""
    classic: bool
    apps: frozenset[int]
    people: frozenset[str]
    """Lower-case logins of the members of teams that may push."""
    administrators: bool
    """Whether a role may push. Only GitHub knows which people have it."""

    @property
    def lets_nobody_push(self) -> bool:
        """Return whether managed files can only come by a pull request."""
        return not (self.apps or self.people or self.administrators)

    def stops(self, committer: Committer) -> bool:
        """Return whether GitHub refuses a commit of ``committer``, as far as that is known."""
        if not committer.is_app:
            return not self.administrators and committer.login.lower() not in self.people
        if committer.app_id is not None:
            return committer.app_id not in self.apps
        return not self.apps

    @property
    def remedy(self) -> str:
        """Return what lets managed files be committed."""
        if self.classic:
            return (
                f"{self.where}: enforced_by: ruleset, which can let the App through, or "
                "file_changes: pull-request in the repository"
            )
        if self.apps:
            return "run as the App of automation: portcullis:githubApp (docs/own-organization.md)"
        return (
            "run as a GitHub App and name it in automation.app_id (docs/own-organization.md), or "
            f"write bypass: [{{role: organization-admin, mode: always}}] into {self.where}, or "
            "file_changes: pull-request in the repository"
        )


def committer(access: GitHubAccess) -> Committer:
    """Return whom GitHub takes a run for, which it has to be asked for where a token is used.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    if access.app is not None:
        return Committer("", int(access.app.app_id))
    client = access.client()  # its parts hold it weakly
    data: dict[str, Any] = client.graphql("query { viewer { login } }")
    login = str(data["viewer"]["login"])
    return Committer(login, GITHUB_ACTIONS_APP if login == ACTIONS_LOGIN else None)


def refusal(where: str, whom: Committer, guard: Guard) -> str:
    """Return why managed files of a repository cannot be committed, and what to do."""
    return (
        f"{where}: this run commits managed files as {whom}, whom {guard.where} does not let "
        f"through; nothing was changed. Allowed: {guard.remedy}"
    )
