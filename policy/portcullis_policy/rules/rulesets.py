"""RS: what a single ruleset or classic protection shows on its own. TG: release tags."""

from collections.abc import Iterator, Mapping

from portcullis_policy import github as gh
from portcullis_policy.examples import Declared, example, stack
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.patterns import covers_default, regex_admits_only_semver, sample
from portcullis_policy.protection import (
    excludes_default,
    protections_for,
    protects_tag,
    subject_named,
)
from portcullis_policy.rule import Finding, Resource, ResourceRule, Stack, StackRule, finding
from portcullis_policy.rules.branches import CLASSIC, MAIN, RULES_OF_MAIN
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

TAGS: Mapping[str, object] = {
    **MAIN,
    "name": "release tags",
    "target": "tag",
    "conditions": {"refName": {"includes": ["refs/tags/v[0-9]*.[0-9]*.[0-9]*"], "excludes": []}},
    "bypassActors": [{"actorType": "Team", "actorId": 12, "bypassMode": "always"}],
    "rules": {"creation": True, "update": True, "deletion": True},
}
_POLICY: Mapping[str, object] = {
    "repository": "escai",
    "environment": "pypi-release",
    "tagPattern": "v[0-9]*.[0-9]*.[0-9]*",
}
_SHA_APP = {"actorType": "Integration", "actorId": 1001, "bypassMode": "always"}


def _bypass(kind: str, mode: object, number: object = 5) -> list[dict[str, object]]:
    return [{"actorType": kind, "actorId": number, "bypassMode": mode}]


def _actors(facts: Facts) -> Iterator[tuple[int, object, object, object]]:
    """Yield (position, type, mode, id) of each bypass actor; UNKNOWN for a list not known."""
    actors = facts.blocks("bypassActors")
    for position, actor in enumerate([Facts(UNKNOWN)] if actors is UNKNOWN else actors):
        yield position, actor.text("actorType"), actor.text("bypassMode"), actor.number("actorId")


class NobodyBypassesAlways(ResourceRule):
    """No person pushes past a branch ruleset.

    An actor that may `always` bypass pushes straight to the protected branch; given to a team, a
    role or deploy keys, that is every account or key in it. Apps may be given it: the automation
    that keeps the managed files is one.
    """

    id = "RS001"
    title = "people may push past a branch ruleset"
    severity = Severity.CRITICAL
    resource_types = gh.RULESETS
    remediation = "Remove the bypass, or use `mode: pull_request` for an emergency team."
    good = (
        example("nobody", gh.REPOSITORY_RULESET, MAIN),
        example("the automation", gh.REPOSITORY_RULESET, MAIN, bypassActors=[_SHA_APP]),
        example("pull", gh.REPOSITORY_RULESET, MAIN, bypassActors=_bypass("Team", "pull_request")),
        example("who may create tags", gh.REPOSITORY_RULESET, TAGS),
    )
    bad = (
        example("a team", gh.REPOSITORY_RULESET, MAIN, bypassActors=_bypass("Team", "always")),
        example(
            "a role",
            gh.ORGANIZATION_RULESET,
            MAIN,
            bypassActors=_bypass("RepositoryRole", "always"),
        ),
        example(
            "owners",
            gh.REPOSITORY_RULESET,
            MAIN,
            bypassActors=[_SHA_APP, *_bypass("OrganizationAdmin", "always", 1)],
        ),
        example("keys", gh.REPOSITORY_RULESET, MAIN, bypassActors=_bypass("DeployKey", "always")),
        example("unknown entry", gh.REPOSITORY_RULESET, MAIN, bypassActors=[_SHA_APP, UNKNOWN]),
        example("unknown list", gh.REPOSITORY_RULESET, MAIN, bypassActors=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        if resource.facts.text("target") == "tag":
            return
        for position, kind, mode, _ in _actors(resource.facts):
            if kind != "Integration" and mode != "pull_request":
                unseen = UNKNOWN if UNKNOWN in (kind, mode) else None
                detail = "a bypass actor that is no app may always bypass it"
                yield finding(detail, "bypass", position, value=unseen)


class NobodyMergesAlone(ResourceRule):
    """No person merges past a branch ruleset either.

    `pull_request` bypass still merges one's own pull request without approval and checks. For an
    emergency team it can be right; it should be a decision with a date.
    """

    id = "RS002"
    title = "people may merge past a branch ruleset"
    severity = Severity.MEDIUM
    resource_types = gh.RULESETS
    remediation = "Remove the bypass, or exempt it with a reason and a date."
    good = (
        example("nobody", gh.REPOSITORY_RULESET, MAIN),
        example("the automation", gh.REPOSITORY_RULESET, MAIN, bypassActors=[_SHA_APP]),
    )
    bad = (
        example("team", gh.REPOSITORY_RULESET, MAIN, bypassActors=_bypass("Team", "pull_request")),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        if resource.facts.text("target") == "tag":
            return
        for position, kind, mode, _ in _actors(resource.facts):
            if kind != "Integration" and mode == "pull_request":
                detail = "a bypass actor that is no app may merge past it"
                yield finding(detail, "bypass", position)


class Enforced(ResourceRule):
    """A ruleset that is declared is enforced.

    `disabled` does nothing and `evaluate` only reports; both look like protection in a list.
    """

    id = "RS003"
    title = "a ruleset is not enforced"
    severity = Severity.HIGH
    resource_types = gh.RULESETS
    remediation = "Set `enforcement: active`, or remove the ruleset."
    good = (example("active", gh.REPOSITORY_RULESET, MAIN),)
    bad = (
        example("disabled", gh.REPOSITORY_RULESET, MAIN, enforcement="disabled"),
        example("only reports", gh.ORGANIZATION_RULESET, MAIN, enforcement="evaluate"),
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

    Exclusion wins. The include list is what people read.
    """

    id = "RS004"
    title = "a ruleset includes the default branch and excludes it again"
    severity = Severity.HIGH
    resource_types = gh.RULESETS
    remediation = "Take the default branch out of `exclude_branches`."
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
            "by its alias",
            gh.REPOSITORY_RULESET,
            MAIN,
            conditions={"refName": {"includes": ["~ALL"], "excludes": ["~DEFAULT_BRANCH"]}},
        ),
        example(
            "by pattern",
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


class AdministratorsIncluded(ResourceRule):
    """Classic protection holds for administrators too.

    Without `enforceAdmins` every administrator pushes past it, and so does whoever takes over one
    of their accounts.
    """

    id = "RS005"
    title = "administrators are exempt from classic branch protection"
    severity = Severity.HIGH
    resource_types = gh.CLASSIC
    remediation = "Set `enforceAdmins: true`, or use a ruleset, which exempts nobody."
    good = (example("included", gh.BRANCH_PROTECTION, CLASSIC),)
    bad = (
        example("exempt", gh.BRANCH_PROTECTION, CLASSIC, enforceAdmins=False),
        example("left out: exempt", gh.BRANCH_PROTECTION_V3, CLASSIC, enforceAdmins=None),
        example("unknown at preview", gh.BRANCH_PROTECTION, CLASSIC, enforceAdmins=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        enforced = resource.facts.flag("enforceAdmins")
        if enforced is not True:
            yield finding("`enforceAdmins` is not true", "enforced_by", value=enforced)


class ChecksBoundToApp(ResourceRule):
    """A required check names the app that reports it.

    Without it any account that may write commit statuses reports `ci: success`.
    """

    id = "RS006"
    title = "a required check can be reported by anybody"
    severity = Severity.LOW
    resource_types = gh.RULESETS
    remediation = "Keep `checks_app` (the default is GitHub Actions)."
    good = (example("bound", gh.REPOSITORY_RULESET, MAIN),)
    bad = (
        example(
            "not bound",
            gh.REPOSITORY_RULESET,
            MAIN,
            rules={
                **RULES_OF_MAIN,
                "requiredStatusChecks": {"requiredChecks": [{"context": "ci"}]},
            },
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        checks = resource.facts.blocks("rules", "requiredStatusChecks", "requiredChecks")
        if checks is not UNKNOWN and any(
            check.number("integrationId") in (None, 0) for check in checks
        ):
            yield finding("a required check has no `integrationId`", "checks_app")


class TagsProtected(StackRule):
    """Tags that start a release cannot be made, moved or deleted by everybody.

    A release environment that admits tags trusts whoever can push one. Creation, update and
    deletion have to be restricted by active tag rulesets that match everything it admits; who may
    still create a tag is in their bypass lists.
    """

    id = "TG001"
    title = "release tags are not protected"
    severity = Severity.CRITICAL
    resource_types = (gh.DEPLOYMENT_POLICY, *gh.RULESETS)
    remediation = "Declare `tag_protection:` with the teams that may release in `created_by`."
    good = (
        stack(
            "one", Declared(gh.DEPLOYMENT_POLICY, _POLICY), Declared(gh.REPOSITORY_RULESET, TAGS)
        ),
        stack(
            "two together, of which one is wider",
            Declared(gh.DEPLOYMENT_POLICY, _POLICY),
            Declared(gh.REPOSITORY_RULESET, {**TAGS, "rules": {"creation": True}}, "create"),
            Declared(
                gh.REPOSITORY_RULESET,
                {
                    **TAGS,
                    "conditions": {"refName": {"includes": ["refs/tags/v*"], "excludes": []}},
                    "rules": {"update": True, "deletion": True},
                },
                "keep",
            ),
        ),
        stack("no release", Declared(gh.DEPLOYMENT_POLICY, {**_POLICY, "environment": "docs"})),
    )
    bad = (
        stack("no ruleset", Declared(gh.DEPLOYMENT_POLICY, _POLICY)),
        stack(
            "tags can be moved",
            Declared(gh.DEPLOYMENT_POLICY, _POLICY),
            Declared(
                gh.REPOSITORY_RULESET,
                {**TAGS, "rules": {"creation": True, "update": False, "deletion": True}},
            ),
        ),
        stack(
            "it guards fewer tags than may release",
            Declared(gh.DEPLOYMENT_POLICY, {**_POLICY, "tagPattern": "v*"}),
            Declared(gh.REPOSITORY_RULESET, TAGS),
        ),
        stack(
            "only reports",
            Declared(gh.DEPLOYMENT_POLICY, _POLICY),
            Declared(gh.REPOSITORY_RULESET, {**TAGS, "enforcement": "evaluate"}),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for policy in stack.of(gh.DEPLOYMENT_POLICY):
            pattern = policy.facts.text("tagPattern")
            repository, name = policy.facts.text("repository"), policy.facts.text("environment")
            if not isinstance(pattern, str) or not pattern or not isinstance(repository, str):
                continue
            if isinstance(name, str) and not settings.is_release_environment(name):
                continue
            for right in ("creation", "update", "deletion"):
                if not all(
                    any(
                        item.rules[right] is True
                        and protects_tag(item, subject_named(stack, repository), tag)
                        for item in protections_for(stack, repository)
                    )
                    for tag in sample(pattern)
                ):
                    yield Finding(
                        f"no active ruleset restricts the {right} of every tag that it admits",
                        ("deploy_from", "tags"),
                        urn=policy.urn,
                    )


class TagsNotForAll(ResourceRule):
    """Who may make release tags is chosen.

    A bypass for the write role in a tag ruleset gives every collaborator the right that the ruleset
    takes away.
    """

    id = "TG002"
    title = "whoever may write may make release tags"
    severity = Severity.CRITICAL
    resource_types = gh.RULESETS
    remediation = "Name teams: `created_by: [release-managers]`."
    good = (
        example("a team", gh.REPOSITORY_RULESET, TAGS),
        example(
            "maintainers",
            gh.REPOSITORY_RULESET,
            TAGS,
            bypassActors=_bypass("RepositoryRole", "always", 2),
        ),
    )
    bad = (
        example(
            "the write role",
            gh.REPOSITORY_RULESET,
            TAGS,
            bypassActors=_bypass("RepositoryRole", "always", 4),
        ),
        example(
            "a role not known yet",
            gh.ORGANIZATION_RULESET,
            TAGS,
            bypassActors=_bypass("RepositoryRole", "always", UNKNOWN),
        ),
        example("unknown list", gh.REPOSITORY_RULESET, TAGS, bypassActors=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        if resource.facts.text("target") != "tag":
            return
        for position, kind, _, number in _actors(resource.facts):
            chosen = kind in ("Team", "Integration", "OrganizationAdmin") or (
                kind == "RepositoryRole" and number in (gh.MAINTAIN_ROLE, gh.ADMIN_ROLE)
            )
            if not chosen:
                unseen = UNKNOWN if UNKNOWN in (kind, number) else None
                detail = "a bypass actor is neither a team, an app nor the maintain or admin role"
                yield finding(detail, "created_by", position, value=unseen)


class TagNamesAreVersions(ResourceRule):
    """A ruleset that says how tags are named asks for versions.

    `v-test` or `v1.2` beside the releases invite a pipeline, or a person, to take them for one.
    """

    id = "TG003"
    title = "a tag name pattern admits what is no version"
    severity = Severity.MEDIUM
    resource_types = gh.RULESETS
    remediation = r"Use the operator `regex` with `^v[0-9]+\.[0-9]+\.[0-9]+$`."
    good = (
        example("no pattern", gh.REPOSITORY_RULESET, TAGS),
        example(
            "strict",
            gh.REPOSITORY_RULESET,
            TAGS,
            rules={
                "tagNamePattern": {
                    "operator": "regex",
                    "pattern": r"^v[0-9]+\.[0-9]+\.[0-9]+$",
                }
            },
        ),
    )
    bad = (
        example(
            "begins with v",
            gh.REPOSITORY_RULESET,
            TAGS,
            rules={"tagNamePattern": {"operator": "starts_with", "pattern": "v"}},
        ),
        example(
            "a loose expression",
            gh.ORGANIZATION_RULESET,
            TAGS,
            rules={"tagNamePattern": {"operator": "regex", "pattern": "^v.*"}},
        ),
        example(
            "unknown at preview",
            gh.REPOSITORY_RULESET,
            TAGS,
            rules={"tagNamePattern": {"operator": "regex", "pattern": UNKNOWN}},
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        block = resource.facts.block("rules", "tagNamePattern")
        if block is None:
            return
        pattern = block.text("pattern")
        strict = (
            block.text("operator") == "regex"
            and block.flag("negate") in (None, False)
            and isinstance(pattern, str)
            and regex_admits_only_semver(pattern)
        )
        if not strict:
            detail = "`tagNamePattern` is looser than semantic versions"
            yield finding(detail, "prefix", value=pattern)


RULES = (
    NobodyBypassesAlways,
    NobodyMergesAlone,
    Enforced,
    NotExcludedAgain,
    AdministratorsIncluded,
    ChecksBoundToApp,
    TagsProtected,
    TagsNotForAll,
    TagNamesAreVersions,
)
