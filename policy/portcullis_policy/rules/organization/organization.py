"""OR: what holds for the whole organization. Two-factor cannot be required by API, so not here."""

from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Example, example
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, osps, scm, scorecard, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_SETTINGS: Mapping[str, object] = {
    "billingEmail": "billing@guild.example",
    "defaultRepositoryPermission": "none",
    "membersCanCreatePublicRepositories": False,
    "membersCanCreatePublicPages": False,
    "membersCanForkPrivateRepositories": False,
    "webCommitSignoffRequired": True,
    "dependencyGraphEnabledForNewRepositories": True,
    "dependabotAlertsEnabledForNewRepositories": True,
    "dependabotSecurityUpdatesEnabledForNewRepositories": True,
    "secretScanningEnabledForNewRepositories": True,
    "secretScanningPushProtectionEnabledForNewRepositories": True,
}
_NO_PAGES = {"membersCanCreatePublicPages": None, "membersCanCreatePages": False}
_GOOD = example("the defaults of Portcullis", gh.ORGANIZATION_SETTINGS, _SETTINGS)


def _settings(note: str, **changes: object) -> Example:
    return example(note, gh.ORGANIZATION_SETTINGS, _SETTINGS, **changes)


class BasePermission(ResourceRule):
    """A member has no write access to a repository by membership alone.

    The base permission applies to every member and every repository, including future ones. Write
    access is given to teams, per repository.
    """

    id = "OR001"
    title = "every member may write to every repository"
    severity = Severity.CRITICAL
    yaml_fixes = (("default_repository_permission", "none"),)
    maps = (
        *cis("1.3.8"),
        *ssdf("PS.1.1"),
        *osps("AC-02.01"),
        *scm("organization/default_repository_permission_is_not_none"),
    )
    property_fixes = (("defaultRepositoryPermission", "read"),)
    resource_types = (gh.ORGANIZATION_SETTINGS,)
    remediation = "Set `default_repository_permission: none` (the default) or `read`."
    good = (
        _GOOD,
        _settings("members may read", defaultRepositoryPermission="read"),
        _settings("left out: GitHub's default is to read", defaultRepositoryPermission=None),
    )
    bad = (
        _settings("members may write everywhere", defaultRepositoryPermission="write"),
        _settings("members administer everything", defaultRepositoryPermission="admin"),
        _settings("unknown at preview", defaultRepositoryPermission=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        permission = resource.facts.text("defaultRepositoryPermission")
        if permission not in (None, "none", "read"):
            detail = "`defaultRepositoryPermission` is more than `read`"
            yield finding(detail, "settings", "default_repository_permission", value=permission)


class PublicRepositories(ResourceRule):
    """Members cannot create public repositories.

    One wrong choice in a form would publish the code and its history, including any secrets in it.
    """

    id = "OR002"
    title = "every member may create public repositories"
    severity = Severity.HIGH
    yaml_fixes = (("members_can_create_public_repositories", False),)
    maps = (*cis("1.2.2"), *scm("organization/non_admins_can_create_public_repositories"))
    resource_types = (gh.ORGANIZATION_SETTINGS,)
    remediation = "Keep `members_can_create_public_repositories: false` (the default)."
    good = (
        _GOOD,
        _settings(
            "members may create no repositories",
            membersCanCreatePublicRepositories=None,
            membersCanCreateRepositories=False,
        ),
    )
    bad = (
        _settings(
            "members may create public repositories", membersCanCreatePublicRepositories=True
        ),
        _settings(
            "public ones allowed, private ones not",
            membersCanCreatePublicRepositories=True,
            membersCanCreateRepositories=False,
        ),
        _settings("left out: GitHub allows it", membersCanCreatePublicRepositories=None),
        _settings("unknown at preview", membersCanCreatePublicRepositories=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        public = resource.facts.flag("membersCanCreatePublicRepositories")
        none = public is None and resource.facts.flag("membersCanCreateRepositories") is False
        if public is not False and not none:
            detail = "`membersCanCreatePublicRepositories` is not false"
            yield finding(
                detail, "settings", "members_can_create_public_repositories", value=public
            )


class PublicPages(ResourceRule):
    """Members cannot publish sites that everybody reads.

    A site on GitHub Pages shows what is in a branch of a private repository to the whole world, and
    stands under the organization's name.
    """

    id = "OR014"
    title = "every member may publish a site"
    severity = Severity.HIGH
    yaml_fixes = (("members_can_create_public_pages", False),)
    maps = cis("1.2.2")
    resource_types = (gh.ORGANIZATION_SETTINGS,)
    remediation = "Keep `members_can_create_public_pages: false` (the default)."
    good = (
        _GOOD,
        _settings("members may create no pages", **_NO_PAGES),
        _settings("members may create private ones", membersCanCreatePages=True),
    )
    bad = (
        _settings("members may create public ones", membersCanCreatePublicPages=True),
        _settings("left out: GitHub allows it", membersCanCreatePublicPages=None),
        _settings("unknown at preview", membersCanCreatePublicPages=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        public = resource.facts.flag("membersCanCreatePublicPages")
        none = public is None and resource.facts.flag("membersCanCreatePages") is False
        if public is not False and not none:
            detail = "`membersCanCreatePublicPages` is not false"
            yield finding(detail, "settings", "members_can_create_public_pages", value=public)


class PrivateForks(ResourceRule):
    """Private repositories cannot be forked into personal accounts.

    A fork is outside the organization's rulesets and audit log, and remains after a person has
    left.
    """

    id = "OR003"
    title = "private repositories may be forked"
    severity = Severity.MEDIUM
    yaml_fixes = (("members_can_fork_private_repositories", False),)
    maps = (*ssdf("PS.1.1"), *scm("repository/forking_allowed_for_repository"))
    property_fixes = (("membersCanForkPrivateRepositories", False),)
    resource_types = (gh.ORGANIZATION_SETTINGS,)
    remediation = "Keep `members_can_fork_private_repositories: false` (the default)."
    good = (
        _GOOD,
        _settings("left out: GitHub does not allow it", membersCanForkPrivateRepositories=None),
    )
    bad = (
        _settings("members may fork private repositories", membersCanForkPrivateRepositories=True),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        fork = resource.facts.flag("membersCanForkPrivateRepositories")
        if fork not in (None, False):
            detail = "`membersCanForkPrivateRepositories` is not false"
            yield finding(detail, "settings", "members_can_fork_private_repositories", value=fork)


class NewRepositoriesWatched(ResourceRule):
    """New repositories start with dependency graph, alerts and security updates.

    Somebody who creates a repository in a hurry does not turn them on.
    """

    id = "OR004"
    title = "new repositories start without dependency alerts"
    severity = Severity.HIGH
    yaml_fixes = (
        ("dependency_graph_enabled_for_new_repositories", True),
        ("dependabot_alerts_enabled_for_new_repositories", True),
        ("dependabot_security_updates_enabled_for_new_repositories", True),
    )
    maps = (
        *scorecard("Vulnerabilities", "Dependency-Update-Tool"),
        *cis("1.5.5"),
        *ssdf("PW.4.1"),
        *scm("repository/vulnerability_alerts_not_enabled"),
    )
    resource_types = (gh.ORGANIZATION_SETTINGS,)
    remediation = "Keep the `..._enabled_for_new_repositories` settings true (the default)."
    good = (_GOOD,)
    bad = (
        _settings("no dependency graph", dependencyGraphEnabledForNewRepositories=False),
        _settings("no Dependabot alerts", dependabotAlertsEnabledForNewRepositories=False),
        _settings(
            "no setting for security updates",
            dependabotSecurityUpdatesEnabledForNewRepositories=None,
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        yield from _for_new(
            resource, "dependency_graph", "dependabot_alerts", "dependabot_security_updates"
        )


class NewRepositoriesScanned(ResourceRule):
    """New repositories start with secret scanning and push protection.

    Push protection is GitHub's only check that stops a secret before it is pushed.
    """

    id = "OR005"
    title = "new repositories start without secret scanning"
    severity = Severity.HIGH
    yaml_fixes = (
        ("secret_scanning_enabled_for_new_repositories", True),
        ("secret_scanning_push_protection_enabled_for_new_repositories", True),
    )
    maps = (*cis("1.5.1"), *osps("BR-07.01"))
    resource_types = (gh.ORGANIZATION_SETTINGS, gh.ENTERPRISE_SECURITY)
    remediation = "Keep the `secret_scanning...for_new_repositories` settings true (the default)."
    good = (_GOOD,)
    bad = (
        _settings("no secret scanning", secretScanningEnabledForNewRepositories=False),
        _settings(
            "no push protection", secretScanningPushProtectionEnabledForNewRepositories=False
        ),
        _settings("unknown at preview", secretScanningEnabledForNewRepositories=UNKNOWN),
        example(
            "no secret scanning in an enterprise",
            gh.ENTERPRISE_SECURITY,
            {"enterpriseSlug": "guilds"},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        yield from _for_new(resource, "secret_scanning", "secret_scanning_push_protection")


class SignOff(ResourceRule):
    """Commits made in the browser are signed off.

    With the sign-off, contributors state that they may contribute the code. It also marks edits
    that never passed a local check.
    """

    id = "OR006"
    title = "commits made in the browser need no sign-off"
    severity = Severity.LOW
    maps = osps("LE-01.01")
    yaml_fixes = (("web_commit_signoff_required", True),)
    resource_types = (gh.ORGANIZATION_SETTINGS,)
    remediation = "Keep `web_commit_signoff_required: true` (the default)."
    good = (_GOOD,)
    bad = (_settings("sign-off is not required", webCommitSignoffRequired=False),)

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        required = resource.facts.flag("webCommitSignoffRequired")
        if required is not True:
            detail = "`webCommitSignoffRequired` is not true"
            yield finding(detail, "settings", "web_commit_signoff_required", value=required)


def _for_new(resource: Resource, *fields: str) -> Iterator[Finding]:
    """Yield a finding for each feature that new repositories start without."""
    for field in fields:
        name = f"{field}_enabled_for_new_repositories"
        first, *others = name.split("_")
        prop = first + "".join(part.capitalize() for part in others)
        enabled = resource.facts.flag(prop)
        if enabled is not True:
            yield finding(f"`{prop}` is not true", "settings", name, value=enabled)


RULES = (
    BasePermission,
    PublicRepositories,
    PublicPages,
    PrivateForks,
    NewRepositoriesWatched,
    NewRepositoriesScanned,
    SignOff,
)
