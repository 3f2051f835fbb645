"""RE: repositories, their webhooks, keys and collaborators."""

from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Example, example
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import cis, osps, scm, scorecard, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_ON, _OFF = {"status": "enabled"}, {"status": "disabled"}
_SCANNED = {"secretScanning": _ON, "secretScanningPushProtection": _ON}
_PUBLIC: Mapping[str, object] = {
    "name": "escai",
    "visibility": "public",
    "securityAndAnalysis": _SCANNED,
}
_HOOK: Mapping[str, object] = {
    "repository": "escai",
    "events": ["push"],
    "configuration": {
        "url": "https://hooks.guild.example/push",
        "contentType": "json",
        "secret": "s",
        "insecureSsl": False,
    },
}
_ACCESS: Mapping[str, object] = {"repository": "escai", "teamId": "11", "permission": "maintain"}
_KEY: Mapping[str, object] = {"repository": "escai", "title": "ci", "key": "k", "readOnly": True}


def _hook(note: str, **changes: object) -> Example:
    configuration = _HOOK["configuration"]
    known = configuration if isinstance(configuration, dict) else {}
    merged = {key: value for key, value in {**known, **changes}.items() if value is not None}
    return example(note, gh.REPOSITORY_WEBHOOK, _HOOK, configuration=merged)


class AlertsOn(ResourceRule):
    """Known vulnerabilities in dependencies raise alerts.

    Without alerts, nobody learns that a released dependency has become vulnerable.
    """

    id = "RE001"
    title = "vulnerability alerts are off"
    severity = Severity.HIGH
    yaml_fixes = (("vulnerability_alerts", True),)
    maps = (
        *scorecard("Vulnerabilities"),
        *cis("1.5.5"),
        *ssdf("PW.4.1"),
        *scm("repository/vulnerability_alerts_not_enabled"),
    )
    resource_types = (gh.REPOSITORY, gh.REPOSITORY_VULNERABILITY_ALERTS)
    remediation = "Keep the repository's `security.vulnerability_alerts: true` (the default)."
    good = (
        example(
            "alerts are on",
            gh.REPOSITORY_VULNERABILITY_ALERTS,
            {"repository": "escai", "enabled": True},
        ),
        example("declared elsewhere", gh.REPOSITORY, _PUBLIC),
        example("archived", gh.REPOSITORY, _PUBLIC, archived=True, vulnerabilityAlerts=False),
    )
    bad = (
        example(
            "alerts are off",
            gh.REPOSITORY_VULNERABILITY_ALERTS,
            {"repository": "escai", "enabled": False},
        ),
        example(
            "alerts are off in the deprecated field",
            gh.REPOSITORY,
            _PUBLIC,
            vulnerabilityAlerts=False,
        ),
        example(
            "unknown at preview",
            gh.REPOSITORY_VULNERABILITY_ALERTS,
            {"repository": "x", "enabled": UNKNOWN},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        old = resource.type == gh.REPOSITORY
        enabled = resource.facts.flag("vulnerabilityAlerts" if old else "enabled")
        if enabled not in (None, True) and resource.facts.flag("archived") is not True:
            detail = "alerts are switched off"
            yield finding(detail, "security", "vulnerability_alerts", value=enabled)


class SecurityUpdatesOn(ResourceRule):
    """Dependabot proposes updates that fix vulnerabilities.

    A pull request that is ready to merge is handled sooner than an alert.
    """

    id = "RE002"
    title = "security updates are off"
    severity = Severity.HIGH
    yaml_fixes = (("dependabot_security_updates", True),)
    maps = (*scorecard("Dependency-Update-Tool"), *ssdf("PW.4.1"))
    property_fixes = (("enabled", True),)
    resource_types = (gh.REPOSITORY_SECURITY_UPDATES,)
    remediation = (
        "Keep the repository's `security.dependabot_security_updates: true` (the default)."
    )
    good = (
        example(
            "security updates are on",
            gh.REPOSITORY_SECURITY_UPDATES,
            {"repository": "x", "enabled": True},
        ),
    )
    bad = (
        example(
            "security updates are off",
            gh.REPOSITORY_SECURITY_UPDATES,
            {"repository": "x", "enabled": False},
        ),
        example(
            "unknown at preview",
            gh.REPOSITORY_SECURITY_UPDATES,
            {"repository": "x", "enabled": UNKNOWN},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        enabled = resource.facts.flag("enabled")
        if enabled is not True:
            yield finding(
                "`enabled` is not true", "security", "dependabot_security_updates", value=enabled
            )


class SecretsScanned(ResourceRule):
    """A public repository is scanned for secrets and refuses pushes that contain one.

    A secret pushed to a public repository is found by others within minutes. Both features are free
    for public repositories.
    """

    id = "RE003"
    title = "a public repository is not scanned for secrets"
    severity = Severity.HIGH
    yaml_fixes = (("secret_scanning", True), ("secret_scanning_push_protection", True))
    maps = (*cis("1.5.1"), *osps("BR-07.01"))
    resource_types = (gh.REPOSITORY,)
    remediation = "Keep `security.secret_scanning` and its push protection on (the default)."
    good = (
        example("secret scanning and push protection", gh.REPOSITORY, _PUBLIC),
        example("a private repository", gh.REPOSITORY, {"name": "x", "visibility": "private"}),
        example("an archived repository", gh.REPOSITORY, {"name": "x", "archived": True}),
    )
    bad = (
        example(
            "no secret scanning",
            gh.REPOSITORY,
            _PUBLIC,
            securityAndAnalysis={**_SCANNED, "secretScanning": _OFF},
        ),
        example(
            "no push protection",
            gh.REPOSITORY,
            _PUBLIC,
            securityAndAnalysis={**_SCANNED, "secretScanningPushProtection": _OFF},
        ),
        example("not declared", gh.REPOSITORY, _PUBLIC, securityAndAnalysis=None),
        example("unknown at preview", gh.REPOSITORY, _PUBLIC, securityAndAnalysis=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        facts = resource.facts
        if gh.is_private(facts) or facts.flag("archived") is True:
            return
        for feature, field in (
            ("secretScanning", "secret_scanning"),
            ("secretScanningPushProtection", "secret_scanning_push_protection"),
        ):
            status = facts.text("securityAndAnalysis", feature, "status")
            if status != "enabled":
                yield finding(f"`{feature}` is not enabled", "security", field, value=status)


class VisibilityDeclared(ResourceRule):
    """The visibility of a repository is declared.

    The provider creates a public repository if no visibility is declared. Publishing should be a
    decision.
    """

    id = "RE004"
    title = "a repository is public because nothing says otherwise"
    severity = Severity.HIGH
    maps = cis("1.2.6")
    resource_types = (gh.REPOSITORY,)
    remediation = "Declare `visibility`: `private`, `internal` or `public`."
    good = (
        example("public on purpose", gh.REPOSITORY, _PUBLIC),
        example(
            "private, by the deprecated field",
            gh.REPOSITORY,
            _PUBLIC,
            visibility=None,
            private=True,
        ),
    )
    bad = (
        example("no visibility", gh.REPOSITORY, _PUBLIC, visibility=None),
        example("unknown at preview", gh.REPOSITORY, _PUBLIC, visibility=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        visibility = resource.facts.text("visibility")
        private = resource.facts.flag("private")
        if visibility not in ("public", "private", "internal") and not isinstance(private, bool):
            yield finding("`visibility` is not given", "visibility", value=visibility)


class WebhookSigned(ResourceRule):
    """A webhook signs what it sends.

    Without a secret, the receiver cannot tell GitHub from anybody else who knows the address.
    """

    id = "RE005"
    title = "a webhook has no secret"
    severity = Severity.HIGH
    maps = (
        *scorecard("Webhooks"),
        *cis("1.4.4"),
        *scm(
            "organization/organization_webhook_no_secret", "repository/repository_webhook_no_secret"
        ),
    )
    resource_types = (gh.REPOSITORY_WEBHOOK, gh.ORGANIZATION_WEBHOOK)
    remediation = "Give the webhook a `secret`, and check the signature where it arrives."
    good = (
        example("a webhook with a secret", gh.REPOSITORY_WEBHOOK, _HOOK),
        _hook("a secret that is known at update only", secret=UNKNOWN),
    )
    bad = (_hook("a webhook without a secret", secret=None), _hook("an empty secret", secret=""))

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        configuration = resource.facts.at("configuration")
        if resource.facts.at("configuration", "secret") in (None, ""):
            yield finding("`configuration.secret` is missing", "webhooks", value=configuration)
        elif configuration is UNKNOWN:
            yield finding("`configuration` cannot be seen", "webhooks", value=configuration)


class WebhookEncrypted(ResourceRule):
    """A webhook uses HTTPS and verifies the certificate.

    Events contain repository content. A signature does not hide it.
    """

    id = "RE006"
    title = "a webhook is not protected by TLS"
    severity = Severity.HIGH
    maps = (
        *cis("1.4.4"),
        *scm(
            "organization/organization_webhook_doesnt_require_ssl",
            "repository/repository_webhook_doesnt_require_ssl",
        ),
    )
    property_fixes = (("configuration.insecureSsl", False),)
    resource_types = WebhookSigned.resource_types
    remediation = "Use an https URL and leave `insecureSsl` false."
    good = (
        example("https", gh.REPOSITORY_WEBHOOK, _HOOK),
        _hook("the certificate's check left out: on", insecureSsl=None),
        _hook("off, as a text", insecureSsl="0"),
    )
    bad = (
        _hook("plain http", url="http://hooks.guild.example/push"),
        _hook("certificate not checked", insecureSsl=True),
        _hook("certificate not checked, as a text", insecureSsl="1"),
        _hook("unknown at preview", url=UNKNOWN),
        example(
            "nothing is known at preview", gh.ORGANIZATION_WEBHOOK, _HOOK, configuration=UNKNOWN
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        url = resource.facts.text("configuration", "url")
        insecure = resource.facts.flag("configuration", "insecureSsl")
        if not isinstance(url, str) or not url.lower().startswith("https://"):
            yield finding("`configuration.url` is not an https URL", "webhooks", value=url)
        if insecure not in (None, False):
            yield finding("`configuration.insecureSsl` is not false", "webhooks", value=insecure)


class DeployKeyReadsOnly(ResourceRule):
    """A deploy key is read-only.

    A key that can write belongs to no person, does not expire, and can push wherever a ruleset
    allows deploy keys.
    """

    id = "RE007"
    title = "a deploy key can write"
    severity = Severity.HIGH
    maps = ssdf("PS.1.1")
    property_fixes = (("readOnly", True),)
    resource_types = (gh.REPOSITORY_DEPLOY_KEY,)
    remediation = "Set `readOnly: true`; for writing use a GitHub App."
    good = (
        example("a deploy key that reads", gh.REPOSITORY_DEPLOY_KEY, _KEY),
        example(
            "left out: GitHub's default is to read", gh.REPOSITORY_DEPLOY_KEY, _KEY, readOnly=None
        ),
    )
    bad = (
        example("a deploy key that writes", gh.REPOSITORY_DEPLOY_KEY, _KEY, readOnly=False),
        example("unknown at preview", gh.REPOSITORY_DEPLOY_KEY, _KEY, readOnly=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        reads = resource.facts.flag("readOnly")
        if reads not in (None, True):
            yield finding("`readOnly` is not true", "deploy_keys", value=reads)


class AdministratorsAreTeams(ResourceRule):
    """Administrators of a repository are teams, not single people.

    A person who was made administrator is easily forgotten when their work changes. Members of a
    team are visible and reviewed in one place.
    """

    id = "RE008"
    title = "a person is administrator of a repository by name"
    severity = Severity.HIGH
    maps = (*ssdf("PS.1.1"), *scm("repository/repository_has_too_many_admins"))
    resource_types = (gh.REPOSITORY_COLLABORATOR, gh.REPOSITORY_COLLABORATORS)
    remediation = "Give the access to a team, and add the person to it."
    good = (
        example(
            "a person may write",
            gh.REPOSITORY_COLLABORATOR,
            {"repository": "x", "permission": "push"},
        ),
        example(
            "a team administers",
            gh.REPOSITORY_COLLABORATORS,
            {"repository": "x", "teams": [{"teamId": "a", "permission": "admin"}]},
        ),
    )
    bad = (
        example(
            "a person administers",
            gh.REPOSITORY_COLLABORATOR,
            {"repository": "x", "permission": "admin"},
        ),
        example(
            "a person administers, in a list of collaborators",
            gh.REPOSITORY_COLLABORATORS,
            {"repository": "x", "users": [{"username": "kim", "permission": "admin"}]},
        ),
        example(
            "unknown at preview", gh.REPOSITORY_COLLABORATORS, {"repository": "x", "users": UNKNOWN}
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        users = [resource.facts]
        if resource.type == gh.REPOSITORY_COLLABORATORS:
            blocks = resource.facts.blocks("users")
            if blocks is UNKNOWN:
                yield finding("`users` cannot be seen", "access", value=blocks)
                return
            users = blocks
        for user in users:
            permission = user.text("permission")
            if permission is UNKNOWN or (permission or "").lower() == "admin":
                yield finding("a person has `admin`", "access", value=permission)


class NoTeamAdministers(ResourceRule):
    """No team administers a repository.

    The admin role can delete the repository's rulesets and environments, which protect its
    releases, until the next update restores them. The `maintain` role is enough for daily work.
    """

    id = "RE009"
    title = "a team is administrator of a repository"
    severity = Severity.MEDIUM
    maps = (*cis("1.2.3"), *ssdf("PS.1.1"), *scm("repository/repository_has_too_many_admins"))
    resource_types = (gh.TEAM_REPOSITORY, gh.REPOSITORY_COLLABORATORS)
    remediation = "Give the team `maintain`, or exempt it with a reason and a date."
    good = (
        example("a team maintains a repository", gh.TEAM_REPOSITORY, _ACCESS),
        example(
            "left out: GitHub's default is to read", gh.TEAM_REPOSITORY, _ACCESS, permission=None
        ),
        example(
            "in a list",
            gh.REPOSITORY_COLLABORATORS,
            {"repository": "x", "teams": [{"teamId": "a", "permission": "push"}]},
        ),
    )
    bad = (
        example("a team administers a repository", gh.TEAM_REPOSITORY, _ACCESS, permission="admin"),
        example("`Admin`, with a capital letter", gh.TEAM_REPOSITORY, _ACCESS, permission="Admin"),
        example(
            "in a list",
            gh.REPOSITORY_COLLABORATORS,
            {"repository": "x", "teams": [{"teamId": "a", "permission": "admin"}]},
        ),
        example("unknown at preview", gh.TEAM_REPOSITORY, _ACCESS, permission=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        listed = resource.type == gh.REPOSITORY_COLLABORATORS
        teams = resource.facts.blocks("teams") if listed else [resource.facts]
        for team in [Facts(UNKNOWN)] if teams is UNKNOWN else teams:
            permission = team.text("permission")
            if permission is UNKNOWN or (permission or "").lower() == "admin":
                yield finding("a team has `admin`", "access", value=permission)


RULES = (
    AlertsOn,
    SecurityUpdatesOn,
    SecretsScanned,
    VisibilityDeclared,
    WebhookSigned,
    WebhookEncrypted,
    DeployKeyReadsOnly,
    AdministratorsAreTeams,
    NoTeamAdministers,
)
