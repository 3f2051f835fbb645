"""Who may commit managed files to a protected branch.

A ruleset stops everybody whom it does not list, owners of the organization included; GitHub answers
409 to their commits.

Source: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from components.organization import covers
from components.ruleset import ResolvedProtection

if TYPE_CHECKING:
    from components.organization import ResolvedOrganization
    from components.repository import ResolvedRepository
    from components.ruleset import BranchProtectionConfig


@dataclass(frozen=True)
class Committer:
    """Whom a run commits as."""

    login: str
    app_id: int | None = None
    """The App's id, as far as it is known: a token does not tell."""

    @property
    def is_app(self) -> bool:
        """Whether it is an App, and not a person."""
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
    """Whether a role may push: which people have it, only GitHub knows."""

    def stops(self, committer: Committer) -> bool:
        """Return whether GitHub refuses a commit of ``committer``, as far as that is known."""
        if not committer.is_app:
            return not self.administrators and committer.login.lower() not in self.people
        if committer.app_id is not None:
            return committer.app_id not in self.apps
        return not self.apps

    @property
    def remedy(self) -> str:
        """What lets managed files be committed."""
        if self.classic:
            return f"{self.where}: enforced_by: ruleset, which can let the App through"
        if self.apps:
            return "run as the App of automation: portcullis:githubApp (docs/own-organization.md)"
        return (
            "run as a GitHub App and name it in automation.app_id (docs/own-organization.md), or "
            f"write bypass: [{{role: organization-admin, mode: always}}] into {self.where}"
        )


def guards(organization: ResolvedOrganization) -> dict[str, list[Guard]]:
    """Return the guards of the default branch, by repository with managed files."""
    return {
        name: [
            _guard(each, organization)
            for each in protections(repository, organization)
            if _covers_default(each.config, repository.config.default_branch)
        ]
        for name, repository in organization.repositories.items()
        if repository.files
    }


def protections(
    repository: ResolvedRepository, organization: ResolvedOrganization
) -> list[ResolvedProtection]:
    """Return all branch protection of ``repository``; none of an archived one."""
    if repository.config.archived:
        return []
    by_organization = [
        ResolvedProtection(name, item, organization.origin.child("protection", name))
        for name, item in organization.protection.items()
        if covers(item.repositories, item.exclude_repositories, repository.name)
    ]
    return [*by_organization, *repository.protection]


def _covers_default(protection: BranchProtectionConfig, branch: str) -> bool:
    """Return whether the protection holds for the default branch, whose name is ``branch``."""
    if protection.enforcement != "active":
        return False
    if any(fnmatchcase(branch, pattern) for pattern in protection.exclude_branches):
        return False
    return any(
        name in {"default", "all"} or fnmatchcase(branch, name) for name in protection.branches
    )


def _guard(protection: ResolvedProtection, organization: ResolvedOrganization) -> Guard:
    config = protection.config
    classic = config.enforced_by == "classic"
    may_push = [entry for entry in config.bypass if entry.mode == "always"]
    apps = {entry.app for entry in may_push if entry.app is not None}
    if organization.config.automation and not classic:
        apps.add(organization.config.automation.app_id)
    # classic protection has one kind of bypass, which lets teams push too
    teams = [entry.team for entry in (config.bypass if classic else may_push) if entry.team]
    return Guard(
        where=str(protection.origin),
        classic=classic,
        apps=frozenset(apps),
        people=frozenset[str]().union(*(organization.people.get(team, ()) for team in teams)),
        administrators=any(entry.role for entry in may_push),
    )
