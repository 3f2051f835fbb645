"""RS: what a single ruleset or classic protection shows on its own."""

from collections.abc import Iterator
from dataclasses import replace

from portcullis_policy.examples.base import Declared, child, example
from portcullis_policy.examples.rulesets import CLASSIC, MAIN, RULES_OF_MAIN, TAGS, bypass
from portcullis_policy.exemptions import ORGANIZATION
from portcullis_policy.facts import UNKNOWN, Facts, Step
from portcullis_policy.mappings import cis, osps, scm, scorecard
from portcullis_policy.rule import Finding, Resource, ResourceRule, YamlValue, finding
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.patterns import covers_default
from portcullis_policy.semantics.protection import excludes_default, required_checks
from portcullis_policy.settings import PACK_RULE, Settings
from portcullis_policy.severity import Severity

_APP = {"actorType": "Integration", "actorId": 1001, "bypassMode": "always"}
_NAMED = {PACK_RULE: {"automationApps": [1001]}}
_ROOT = Declared(ORGANIZATION, {"path": [], "automationApp": 1001}, "component")


def actors(resource: Resource) -> Iterator[tuple[int, object, object, object]]:
    """Yield (position, type, mode, id) of each bypass actor; UNKNOWN for a list not known.

    The position is that in the YAML file, where the automation is not listed.
    """
    actors = resource.facts.blocks("bypassActors")
    position = 0
    for actor in [Facts(UNKNOWN)] if actors is UNKNOWN else actors:
        kind, number = actor.text("actorType"), actor.number("actorId")
        yield position, kind, actor.text("bypassMode"), number
        position += not (kind == "Integration" and number == resource.automation_app)


def distrust(resource: Resource, number: object, settings: Settings) -> str | None:
    """Return what an app is that must not pass a ruleset; None for one that may.

    Args:
        resource: the ruleset.
        number: the app's id.
        settings: may name apps, where no component does.
    """
    automation = resource.automation_app
    if number == gh.GITHUB_ACTIONS_APP:
        return "GitHub Actions itself, so every workflow,"
    if not isinstance(number, float) or automation is UNKNOWN:
        return "an app that is not known"
    if number != automation and not settings.is_automation(number):
        return "an app that is not named as the organization's automation"
    return None


class NobodyBypassesAlways(ResourceRule):
    """Nobody may push past a branch ruleset.

    An actor with bypass mode `always` pushes straight to the protected branch. If the actor is a
    team, a role or deploy keys, every account or key in it can. Classic protection has a similar
    list of people who may force push. Only an App that the organization names as its automation may
    have this bypass, such as the one that commits managed files: a stolen key of any other App
    pushes, too. GitHub Actions itself never may, because every workflow acts as it.
    """

    id = "RS001"
    title = "people or workflows may push past a branch ruleset"
    severity = Severity.CRITICAL
    yaml_fixes = (("mode", "pull_request"),)
    maps = (
        *scorecard("Branch-Protection"),
        *cis("1.1.15"),
        *osps("AC-03.01"),
        *scm("repository/pushes_are_not_restricted"),
    )
    resource_types = (*gh.RULESETS, *gh.CLASSIC)
    remediation = (
        "Remove the bypass, or use `mode: pull_request` for an emergency team. The one App that "
        "may always bypass is named by `automation: {app_id: ...}`; in plain programs by "
        "`automationApps` of PK001."
    )
    good = (
        example("nobody may bypass", gh.REPOSITORY_RULESET, MAIN),
        replace(
            example(
                "an App that the configuration names may bypass",
                gh.REPOSITORY_RULESET,
                MAIN,
                bypassActors=[_APP],
            ),
            given=_NAMED,
        ),
        child(
            "the App of `automation` may bypass",
            _ROOT,
            gh.ORGANIZATION_RULESET,
            MAIN,
            bypassActors=[_APP],
        ),
        example(
            "a team may merge, but not push",
            gh.REPOSITORY_RULESET,
            MAIN,
            bypassActors=bypass("Team", "pull_request"),
        ),
        example("classic protection", gh.BRANCH_PROTECTION, CLASSIC),
        example("a team may bypass a ruleset for tags", gh.REPOSITORY_RULESET, TAGS),
    )
    bad = (
        example(
            "a team may bypass", gh.REPOSITORY_RULESET, MAIN, bypassActors=bypass("Team", "always")
        ),
        example(
            "a role may bypass",
            gh.ORGANIZATION_RULESET,
            MAIN,
            bypassActors=bypass("RepositoryRole", "always"),
        ),
        example(
            "organization owners may bypass",
            gh.REPOSITORY_RULESET,
            MAIN,
            bypassActors=[_APP, *bypass("OrganizationAdmin", "always", 1)],
        ),
        example(
            "deploy keys may bypass",
            gh.REPOSITORY_RULESET,
            MAIN,
            bypassActors=bypass("DeployKey", "always"),
        ),
        example("unknown entry", gh.REPOSITORY_RULESET, MAIN, bypassActors=[_APP, UNKNOWN]),
        example("unknown list", gh.REPOSITORY_RULESET, MAIN, bypassActors=UNKNOWN),
        example(
            "classic protection lets a person force-push",
            gh.BRANCH_PROTECTION,
            CLASSIC,
            forcePushBypassers=["/kim"],
        ),
        example(
            "every workflow may bypass",
            gh.REPOSITORY_RULESET,
            MAIN,
            bypassActors=bypass("Integration", "always", gh.GITHUB_ACTIONS_APP),
        ),
        example(
            "an App that nobody names",
            gh.REPOSITORY_RULESET,
            MAIN,
            bypassActors=bypass("Integration", "always", 29110),
        ),
        child(
            "another App than that of `automation`",
            _ROOT,
            gh.ORGANIZATION_RULESET,
            MAIN,
            bypassActors=[_APP, *bypass("Integration", "always", 2002)],
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        if resource.type in gh.CLASSIC:
            pushers = resource.facts.entries("forcePushBypassers")
            if pushers is UNKNOWN or pushers:
                yield finding("`forcePushBypassers` is not empty", "bypass", value=pushers)
        if resource.facts.text("target") == "tag":
            return
        for position, kind, mode, number in actors(resource):
            if mode == "pull_request":
                continue
            app = kind == "Integration"
            passing = (
                distrust(resource, number, settings) if app else "a bypass actor that is no app"
            )
            if passing:
                unseen = UNKNOWN if UNKNOWN in (kind, mode, number if app else None) else None
                yield finding(f"{passing} may always bypass it", "bypass", position, value=unseen)

    def fix_in_yaml(
        self, path: tuple[Step, ...], settings: Settings
    ) -> tuple[tuple[Step, ...], YamlValue] | None:
        """See Rule. The finding leads to an entry of the bypass list; its mode is set."""
        in_list = bool(path) and isinstance(path[-1], int)
        return super().fix_in_yaml((*path, "mode") if in_list else path, settings)


class NobodyMergesAlone(ResourceRule):
    """No team or person merges past a branch ruleset.

    Bypass mode `pull_request` still merges a pull request without approval and checks: one member
    of the team publishes alone. For an emergency team it can be a decision, as an exemption with a
    date. RS007 judges roles.
    """

    id = "RS002"
    title = "a team or a person may merge past a branch ruleset"
    severity = Severity.HIGH
    maps = (*scorecard("Code-Review"), *osps("QA-07.01"))
    resource_types = (*gh.RULESETS, *gh.CLASSIC)
    remediation = "Remove the bypass, or exempt it with a reason and a date."
    good = (
        example("nobody may bypass", gh.REPOSITORY_RULESET, MAIN),
        example("classic protection", gh.BRANCH_PROTECTION, CLASSIC),
        example("an App may bypass", gh.REPOSITORY_RULESET, MAIN, bypassActors=[_APP]),
    )
    bad = (
        example(
            "a team may merge its own pull requests",
            gh.REPOSITORY_RULESET,
            MAIN,
            bypassActors=bypass("Team", "pull_request"),
        ),
        example(
            "classic protection: a team may merge without reviews",
            gh.BRANCH_PROTECTION,
            CLASSIC,
            requiredPullRequestReviews=[{"pullRequestBypassers": ["guild/security-team"]}],
        ),
        example(
            "classic protection by the REST resource: a person may merge without reviews",
            gh.BRANCH_PROTECTION_V3,
            CLASSIC,
            requiredPullRequestReviews={"bypassPullRequestAllowances": {"users": ["kim"]}},
        ),
        example(
            "the same: an App may",
            gh.BRANCH_PROTECTION_V3,
            CLASSIC,
            requiredPullRequestReviews={"bypassPullRequestAllowances": {"apps": ["merger"]}},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        if resource.type in gh.CLASSIC:
            for field in (
                ("pullRequestBypassers",),
                ("bypassPullRequestAllowances", "users"),
                ("bypassPullRequestAllowances", "teams"),
                ("bypassPullRequestAllowances", "apps"),
            ):
                passing = resource.facts.entries("requiredPullRequestReviews", *field)
                if passing is UNKNOWN or passing:
                    yield finding(f"`{'.'.join(field)}` is not empty", "bypass", value=passing)
        if resource.facts.text("target") == "tag":
            return
        for position, kind, mode, _ in actors(resource):
            if kind == "Team" and mode == "pull_request":
                yield finding("a team may merge past it", "bypass", position)


class NoRoleMergesAlone(ResourceRule):
    """No role merges past a branch ruleset.

    Who has a role is decided elsewhere: every maintainer of a repository, every owner or, with
    GitHub Actions itself, every workflow could merge without approval and checks. An App that is
    not the organization's automation is one more key that can be stolen.
    """

    id = "RS007"
    title = "everybody in a role may merge past a branch ruleset"
    severity = Severity.HIGH
    maps = (*scorecard("Code-Review"), *osps("QA-07.01"))
    resource_types = gh.RULESETS
    remediation = "Remove the bypass, or give it to an emergency team instead of a role."
    good = (
        example("nobody may bypass", gh.REPOSITORY_RULESET, MAIN),
        example(
            "a team may bypass",
            gh.REPOSITORY_RULESET,
            MAIN,
            bypassActors=bypass("Team", "pull_request"),
        ),
        example("an App may always bypass", gh.REPOSITORY_RULESET, MAIN, bypassActors=[_APP]),
    )
    bad = (
        example(
            "a role may bypass",
            gh.REPOSITORY_RULESET,
            MAIN,
            bypassActors=bypass("RepositoryRole", "pull_request"),
        ),
        example(
            "organization owners may bypass",
            gh.ORGANIZATION_RULESET,
            MAIN,
            bypassActors=bypass("OrganizationAdmin", "pull_request", 1),
        ),
        example(
            "every workflow may bypass",
            gh.REPOSITORY_RULESET,
            MAIN,
            bypassActors=bypass("Integration", "pull_request", gh.GITHUB_ACTIONS_APP),
        ),
        example(
            "an App that nobody names",
            gh.REPOSITORY_RULESET,
            MAIN,
            bypassActors=bypass("Integration", "pull_request", 29110),
        ),
        example(
            "unknown at preview",
            gh.REPOSITORY_RULESET,
            MAIN,
            bypassActors=[{"actorType": UNKNOWN, "actorId": 5, "bypassMode": "pull_request"}],
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        if resource.facts.text("target") == "tag":
            return
        for position, kind, mode, number in actors(resource):
            app = kind == "Integration"
            chosen = kind == "Team" or (app and distrust(resource, number, settings) is None)
            if mode == "pull_request" and not chosen:
                detail = "a bypass actor that is neither a team nor the automation may merge"
                yield finding(detail, "bypass", position, value=kind)


class Enforced(ResourceRule):
    """A declared ruleset is enforced.

    `disabled` does nothing and `evaluate` only reports. Both look like protection in a list.
    """

    id = "RS003"
    title = "a ruleset is not enforced"
    severity = Severity.HIGH
    yaml_fixes = (("enforcement", "active"),)
    maps = (
        *scorecard("Branch-Protection"),
        *osps("AC-03.01"),
        *scm("repository/missing_default_branch_protection"),
    )
    resource_types = gh.RULESETS
    remediation = "Set `enforcement: active`, or remove the ruleset."
    good = (example("the ruleset is active", gh.REPOSITORY_RULESET, MAIN),)
    bad = (
        example("the ruleset is disabled", gh.REPOSITORY_RULESET, MAIN, enforcement="disabled"),
        example("the ruleset only reports", gh.ORGANIZATION_RULESET, MAIN, enforcement="evaluate"),
        example("unknown at preview", gh.REPOSITORY_RULESET, MAIN, enforcement=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        enforcement = resource.facts.text("enforcement")
        if enforcement != "active":
            yield finding("`enforcement` is not `active`", "enforcement", value=enforcement)


class NotExcludedAgain(ResourceRule):
    """A ruleset that includes the default branch does not exclude it again.

    The exclusion wins, but people read the include list.
    """

    id = "RS004"
    title = "a ruleset includes the default branch and excludes it again"
    severity = Severity.HIGH
    maps = (
        *scorecard("Branch-Protection"),
        *osps("AC-03.01"),
        *scm("repository/missing_default_branch_protection"),
    )
    resource_types = gh.RULESETS
    remediation = "Remove the default branch from `exclude_branches`."
    good = (
        example("nothing excluded", gh.REPOSITORY_RULESET, MAIN),
        example(
            "another branch excluded",
            gh.REPOSITORY_RULESET,
            MAIN,
            conditions={"refName": {"includes": ["~ALL"], "excludes": ["refs/heads/gh-pages"]}},
        ),
    )
    bad = (
        example(
            "the default branch is excluded by `~DEFAULT_BRANCH`",
            gh.REPOSITORY_RULESET,
            MAIN,
            conditions={"refName": {"includes": ["~ALL"], "excludes": ["~DEFAULT_BRANCH"]}},
        ),
        example(
            "the default branch is excluded by a pattern",
            gh.ORGANIZATION_RULESET,
            MAIN,
            conditions={
                "refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": ["refs/heads/**/*"]}
            },
        ),
        example(
            "unknown at preview",
            gh.REPOSITORY_RULESET,
            MAIN,
            conditions={"refName": {"includes": ["~DEFAULT_BRANCH"], "excludes": [UNKNOWN]}},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        includes = resource.facts.entries("conditions", "refName", "includes")
        excludes = resource.facts.entries("conditions", "refName", "excludes")
        if resource.facts.text("target") == "tag" or includes is UNKNOWN:
            return
        listed = [UNKNOWN] if excludes is UNKNOWN else excludes
        if covers_default(includes, None) and excludes_default(listed, None):
            unseen = UNKNOWN if UNKNOWN in listed else None
            yield finding("`excludes` takes it out", "exclude_branches", value=unseen)


def _classic_check(check: str) -> dict[str, object]:
    """Return classic protection with a required check: its name, or name and app."""
    return {"repository": "escai", "branch": "main", "requiredStatusChecks": {"checks": [check]}}


class ChecksBoundToApp(ResourceRule):
    """A required check names the App that reports it.

    Without that, any account that may write commit statuses can report `ci: success`.
    """

    id = "RS006"
    title = "a required check can be reported by anybody"
    severity = Severity.LOW
    resource_types = (*gh.RULESETS, gh.BRANCH_PROTECTION_V3)
    remediation = "Keep `checks_app` (the default is GitHub Actions)."
    waits = True
    good = (
        example("a check from one App", gh.REPOSITORY_RULESET, MAIN),
        example(
            "a check from one App, in classic protection",
            gh.BRANCH_PROTECTION_V3,
            _classic_check("ci:15368"),
        ),
    )
    bad = (
        example(
            "a check from any App",
            gh.REPOSITORY_RULESET,
            MAIN,
            rules={
                **RULES_OF_MAIN,
                "requiredStatusChecks": {"requiredChecks": [{"context": "ci"}]},
            },
        ),
        example(
            "a check from any App, in classic protection",
            gh.BRANCH_PROTECTION_V3,
            _classic_check("ci"),
        ),
        example(
            "a check in `contexts`, which name no App",
            gh.BRANCH_PROTECTION_V3,
            {"repository": "escai", "requiredStatusChecks": {"contexts": ["ci"]}},
        ),
        example(
            "a check that is explicitly from any App",
            gh.BRANCH_PROTECTION_V3,
            _classic_check("ci:-1"),
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        apps = [check.app for check in required_checks(resource)]
        if resource.type == gh.BRANCH_PROTECTION_V3:
            if None in apps:
                yield finding("a required check has no app behind its name", "checks_app")
        elif None in apps or UNKNOWN in apps:
            seen = None if None in apps else UNKNOWN
            yield finding("a required check has no `integrationId`", "checks_app", value=seen)


RULES = (
    NobodyBypassesAlways,
    NobodyMergesAlone,
    Enforced,
    NotExcludedAgain,
    ChecksBoundToApp,
    NoRoleMergesAlone,
)
