"""OR and AC: what a program that manages an organization leaves at GitHub's weak defaults.

A program manages an organization if it declares something of the organization as a whole. One that
declares repositories, their settings and their teams does not: it may have no rights beyond them.
"""

from collections.abc import Iterator
from typing import ClassVar

from portcullis_policy.examples.base import Declared, Example, stack
from portcullis_policy.mappings import cis, scorecard, ssdf
from portcullis_policy.rule import Finding, Resource, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_OF_ORGANIZATIONS = (
    gh.ORGANIZATION_SETTINGS,
    gh.ACTIONS_ORGANIZATION_PERMISSIONS,
    gh.ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS,
    gh.ORGANIZATION_RULESET,
    gh.ORGANIZATION_WEBHOOK,
    gh.MEMBERSHIP,
    gh.ORGANIZATION_ROLE,
    gh.ORGANIZATION_REPOSITORY_ROLE,
    gh.ORGANIZATION_CUSTOM_PROPERTIES,
    gh.ACTIONS_RUNNER_GROUP,
    *gh.ORGANIZATION_SECRETS,
    gh.ACTIONS_ORGANIZATION_VARIABLE,
)
"""What belongs to an organization as a whole."""
_RULESET = Declared(gh.ORGANIZATION_RULESET, {"name": "main", "enforcement": "active"}, "ruleset")
_REPOSITORY = Declared(gh.REPOSITORY, {"name": "escai", "visibility": "private"}, "repository")


class _Declared(StackRule, abstract=True):
    """The base of the rules that ask for a resource of each managed organization."""

    wanted: ClassVar[str]
    """The resource that has to be there; its contents are judged by other rules."""
    of_enterprise: ClassVar[str | None] = None
    """A resource that decides it for all organizations of an enterprise."""
    detail: ClassVar[str]
    field: ClassVar[str]

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        if self.of_enterprise is not None and any(stack.of(self.of_enterprise)):
            return
        declared = {item.provider for item in stack.of(self.wanted)}
        managed: dict[str | None, Resource] = {}
        for item in stack.of(*_OF_ORGANIZATIONS):
            managed.setdefault(item.provider, item)
        for provider, first in managed.items():
            if provider not in declared and not self.covered(stack, provider):
                yield Finding(self.detail, (self.field,), urn=first.urn)

    def covered(self, stack: Stack, provider: str | None) -> bool:
        """Say whether each repository decides it for itself."""
        del stack, provider
        return False


def _good(declared: Declared) -> tuple[Example, ...]:
    return (
        stack("declared for the organization", _RULESET, declared),
        stack("a program of one repository", _REPOSITORY),
    )


class ActionsPermissionsDeclared(_Declared):
    """A program that manages an organization declares what its workflows may run.

    GitHub's default lets every repository run every action of anybody, and needs no pins. Settings
    of single repositories do not cover the next repository.
    """

    id = "AC006"
    title = "nothing declares which actions an organization's workflows may use"
    severity = Severity.HIGH
    maps = ssdf("PO.3.2")
    resource_types = (gh.ENTERPRISE_ACTIONS_PERMISSIONS, *_OF_ORGANIZATIONS)
    remediation = (
        "Declare `ActionsOrganizationPermissions` with `allowedActions: selected`; with "
        "Portcullis: keep `actions`."
    )
    wanted = gh.ACTIONS_ORGANIZATION_PERMISSIONS
    of_enterprise = gh.ENTERPRISE_ACTIONS_PERMISSIONS
    detail = "the program manages the organization, and GitHub's default allows all actions"
    field = "actions"
    good = (
        *_good(
            Declared(
                gh.ACTIONS_ORGANIZATION_PERMISSIONS,
                {"enabledRepositories": "all", "allowedActions": "local_only"},
                "actions",
            )
        ),
        stack(
            "declared for the enterprise",
            _RULESET,
            Declared(gh.ENTERPRISE_ACTIONS_PERMISSIONS, {"enterpriseSlug": "guilds"}, "actions"),
        ),
    )
    bad = (
        stack("a ruleset of the organization, and no permissions", _RULESET),
        stack(
            "permissions of the only repository",
            _RULESET,
            _REPOSITORY,
            Declared(
                gh.ACTIONS_REPOSITORY_PERMISSIONS,
                {"repository": "escai", "allowedActions": "selected"},
                "actions",
            ),
        ),
    )


class TokenPermissionsDeclared(_Declared):
    """A program that manages an organization declares what a workflow's token may do by default.

    In organizations that were created before February 2023, GitHub's default is that the token can
    write everything. A program that is silent keeps that.
    Source: https://github.blog/changelog/2023-02-02-github-actions-updating-the-default-github_token-permissions-to-read-only/
    """

    id = "AC007"
    title = "nothing declares the default permissions of an organization's workflows"
    severity = Severity.HIGH
    maps = (*scorecard("Token-Permissions"), *ssdf("PO.5.1"))
    resource_types = (
        gh.ENTERPRISE_ACTIONS_WORKFLOW_PERMISSIONS,
        gh.WORKFLOW_REPOSITORY_PERMISSIONS,
        gh.REPOSITORY,
        *_OF_ORGANIZATIONS,
    )
    remediation = (
        "Declare `ActionsOrganizationWorkflowPermissions` with `defaultWorkflowPermissions: read`; "
        "with Portcullis: keep `actions`."
    )
    wanted = gh.ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS
    of_enterprise = gh.ENTERPRISE_ACTIONS_WORKFLOW_PERMISSIONS
    detail = "the program manages the organization, and GitHub's default may be to write"
    field = "actions"
    _OF_REPOSITORY = Declared(
        gh.WORKFLOW_REPOSITORY_PERMISSIONS,
        {"repository": "escai", "defaultWorkflowPermissions": "read"},
        "tokens",
    )
    good = (
        *_good(
            Declared(
                gh.ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS,
                {"organizationSlug": "guild", "defaultWorkflowPermissions": "read"},
                "tokens",
            )
        ),
        stack("declared for each repository", _RULESET, _REPOSITORY, _OF_REPOSITORY),
    )
    bad = (
        stack("a ruleset of the organization, and no permissions", _RULESET),
        stack(
            "declared for one of two repositories",
            _RULESET,
            _REPOSITORY,
            Declared(gh.REPOSITORY, {"name": "other", "visibility": "private"}, "other"),
            _OF_REPOSITORY,
        ),
    )

    def covered(self, stack: Stack, provider: str | None) -> bool:
        """See _Declared."""
        own = [
            item.facts
            for item in stack.of(gh.REPOSITORY)
            if item.provider == provider and item.facts.flag("archived") is not True
        ]
        declared = {
            _lower(item.facts.text("repository"))
            for item in stack.of(gh.WORKFLOW_REPOSITORY_PERMISSIONS)
            if item.provider == provider and item.facts.text("defaultWorkflowPermissions") == "read"
        }
        return bool(own) and all(_lower(each.text("name")) in declared for each in own)


class MemberRightsDeclared(_Declared):
    """A program that manages an organization declares what its members may do.

    By GitHub's default, every member reads every repository, and creates repositories and pages,
    public ones too.
    """

    id = "OR012"
    title = "nothing declares what an organization's members may do"
    severity = Severity.HIGH
    maps = cis("1.2.2", "1.3.8")
    resource_types = _OF_ORGANIZATIONS
    remediation = (
        "Declare `OrganizationSettings` with `membersCanCreateRepositories: false`; with "
        "Portcullis: keep `settings`."
    )
    wanted = gh.ORGANIZATION_SETTINGS
    detail = "the program manages the organization, and GitHub's default lets members publish"
    field = "settings"
    good = _good(
        Declared(
            gh.ORGANIZATION_SETTINGS,
            {"billingEmail": "a@guild.example", "membersCanCreateRepositories": False},
            "settings",
        )
    )
    bad = (stack("a ruleset of the organization, and no settings", _RULESET),)


def _lower(name: object) -> object:
    return name.lower() if isinstance(name, str) else name


RULES = (ActionsPermissionsDeclared, TokenPermissionsDeclared, MemberRightsDeclared)
