"""TG: release tags: who may create one, that nobody moves one, and what it may be called."""

from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Declared, example, stack
from portcullis_policy.examples.rulesets import TAGS, bypass
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, osps, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, Stack, StackRule, finding
from portcullis_policy.rules.branches_and_tags.rulesets import actors, distrust
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.languages.refs import name_not_version, shown, tag_regions
from portcullis_policy.semantics.protection import tag_guards
from portcullis_policy.semantics.release_environments import ENVIRONMENT, is_release
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_POLICY: Mapping[str, object] = {
    "repository": "escai",
    "environment": "pypi-release",
    "tagPattern": "v[0-9]*.[0-9]*.[0-9]*",
}
_BUT_V2 = {"refName": {"includes": ["refs/tags/v*"], "excludes": ["refs/tags/v2*"]}}


def _guarding(pattern: str) -> Declared:
    """Return a ruleset for the tags of a pattern."""
    conditions = {"refName": {"includes": [pattern], "excludes": []}}
    return Declared(gh.REPOSITORY_RULESET, {**TAGS, "conditions": conditions}, pattern)


class TagsProtected(StackRule):
    """Only selected teams create release tags, and nobody moves or deletes them.

    A release environment that admits tags trusts everybody who can push one. Active tag rulesets
    have to restrict creation, update and deletion of all tags that the environment admits. Their
    bypass lists name who may still create a tag.
    """

    id = "TG001"
    title = "release tags are not protected"
    severity = Severity.CRITICAL
    maps = (*ssdf("PS.2.1"), *osps("BR-02.01"))
    resource_types = (gh.DEPLOYMENT_POLICY, *gh.RULESETS)
    remediation = (
        "Declare `tag_protection`, with the teams that create release tags in `created_by`."
    )
    good = (
        stack(
            "a ruleset",
            Declared(gh.DEPLOYMENT_POLICY, _POLICY),
            Declared(gh.REPOSITORY_RULESET, TAGS),
        ),
        stack(
            "two rulesets, one of them for more tags",
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
        stack(
            "two rulesets, each for some of the tags",
            Declared(gh.DEPLOYMENT_POLICY, _POLICY),
            _guarding("refs/tags/v[0-4]*"),
            _guarding("refs/tags/v[5-9]*"),
        ),
        stack(
            "versions as PEP 440 writes them",
            Declared(gh.DEPLOYMENT_POLICY, {**_POLICY, "tagPattern": "[0-9]*.[0-9]*"}),
            _guarding("refs/tags/[0-9]*"),
        ),
        stack(
            "nothing is released",
            Declared(gh.DEPLOYMENT_POLICY, {**_POLICY, "environment": "docs"}),
        ),
    )
    bad = (
        stack("no ruleset", Declared(gh.DEPLOYMENT_POLICY, _POLICY)),
        stack(
            "no ruleset, for an environment whose component declares a release",
            Declared(ENVIRONMENT, {"release": "release"}, "component"),
            Declared(
                gh.DEPLOYMENT_POLICY, {**_POLICY, "environment": "ship-it"}, parent="component"
            ),
        ),
        stack(
            "tags can be moved",
            Declared(gh.DEPLOYMENT_POLICY, _POLICY),
            Declared(
                gh.REPOSITORY_RULESET,
                {**TAGS, "rules": {"creation": True, "update": False, "deletion": True}},
            ),
        ),
        stack(
            "a ruleset for fewer tags than may release",
            Declared(gh.DEPLOYMENT_POLICY, {**_POLICY, "tagPattern": "v*"}),
            Declared(gh.REPOSITORY_RULESET, TAGS),
        ),
        stack(
            "a ruleset that excludes some tags again",
            Declared(gh.DEPLOYMENT_POLICY, _POLICY),
            Declared(gh.REPOSITORY_RULESET, {**TAGS, "conditions": _BUT_V2}),
        ),
        stack(
            "two rulesets with a gap between them",
            Declared(gh.DEPLOYMENT_POLICY, _POLICY),
            _guarding("refs/tags/v[0-4]*"),
            _guarding("refs/tags/v[6-9]*"),
        ),
        stack(
            "a ruleset that only reports",
            Declared(gh.DEPLOYMENT_POLICY, _POLICY),
            Declared(gh.REPOSITORY_RULESET, {**TAGS, "enforcement": "evaluate"}),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for policy in stack.of(gh.DEPLOYMENT_POLICY):
            pattern = policy.facts.text("tagPattern")
            repository = policy.facts.text("repository")
            if not isinstance(pattern, str) or not pattern or not isinstance(repository, str):
                continue
            if not is_release(policy, settings):
                continue
            for detail in _unguarded(stack, repository, pattern, policy.provider):
                yield Finding(detail, ("deploy_from", "tags"), urn=policy.urn)


def _unguarded(stack: Stack, repository: str, pattern: str, account: str | None) -> Iterator[str]:
    """Yield what anybody may do with tags that a pattern admits, with one tag as the proof."""
    guards = tag_guards(stack, repository, account)
    regions = tag_regions(pattern, tuple(guard for _, guard in guards))
    if regions is None:
        yield "its pattern, or one of a tag ruleset, is too complex to compare"
        return
    found: dict[str, list[str]] = {}
    for right in ("creation", "update", "deletion"):
        strict = {number for number, (item, _) in enumerate(guards) if item.rules[right] is True}
        tag = next((each.tag for each in regions if not each.guards & strict), None)
        if tag is not None:
            found.setdefault(tag, []).append(right)
    for tag, rights in found.items():
        what = shown(tag, pattern)
        yield f"it admits {what}, and no active ruleset restricts its {', '.join(rights)}"


class TagsNotForAll(ResourceRule):
    """Selected teams create release tags, not everybody with write access.

    A bypass for the write role in a tag ruleset gives every collaborator the permission that the
    ruleset takes away. A bypass for GitHub Actions gives it to every workflow, and one for an App
    that is not the organization's automation gives it to everybody who has its key.
    """

    id = "TG002"
    title = "anybody with write access may create release tags"
    severity = Severity.CRITICAL
    maps = (*cis("2.3.5"), *ssdf("PS.1.1"))
    resource_types = gh.RULESETS
    remediation = "Name teams: `created_by: [release-managers]`."
    good = (
        example("a team may create tags", gh.REPOSITORY_RULESET, TAGS),
        example(
            "maintainers may create tags",
            gh.REPOSITORY_RULESET,
            TAGS,
            bypassActors=bypass("RepositoryRole", "always", 2),
        ),
    )
    bad = (
        example(
            "the write role",
            gh.REPOSITORY_RULESET,
            TAGS,
            bypassActors=bypass("RepositoryRole", "always", 4),
        ),
        example(
            "a role not known yet",
            gh.ORGANIZATION_RULESET,
            TAGS,
            bypassActors=bypass("RepositoryRole", "always", UNKNOWN),
        ),
        example("unknown list", gh.REPOSITORY_RULESET, TAGS, bypassActors=UNKNOWN),
        example(
            "every workflow may create tags",
            gh.REPOSITORY_RULESET,
            TAGS,
            bypassActors=bypass("Integration", "always", gh.GITHUB_ACTIONS_APP),
        ),
        example(
            "an App that nobody names",
            gh.REPOSITORY_RULESET,
            TAGS,
            bypassActors=bypass("Integration", "always", 29110),
        ),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        if resource.facts.text("target") != "tag":
            return
        for position, kind, _, number in actors(resource):
            chosen = kind in ("Team", "OrganizationAdmin") or (
                kind == "RepositoryRole" and number in (gh.MAINTAIN_ROLE, gh.ADMIN_ROLE)
            )
            if kind == "Integration":
                distrusted = distrust(resource, number, settings)
                if distrusted:
                    yield finding(f"{distrusted} may create them", "created_by", position)
            elif not chosen:
                unseen = UNKNOWN if UNKNOWN in (kind, number) else None
                detail = "a bypass actor is neither a team, an app nor the maintain or admin role"
                yield finding(detail, "created_by", position, value=unseen)


class TagNamesAreVersions(ResourceRule):
    """A ruleset on tag names requires versions.

    Tags such as `v-test` or `v1` next to the releases can be mistaken for a release, by a person or
    by a pipeline. Every name that the pattern admits has to have two numbers after its prefix, or
    to be a date: SemVer, PEP 440 and CalVer are fine.
    """

    id = "TG003"
    title = "a tag name pattern admits tags that are not versions"
    severity = Severity.MEDIUM
    maps = osps("BR-02.01")
    resource_types = gh.RULESETS
    remediation = r"Use the operator `regex` with `^v[0-9]+\.[0-9]+\.[0-9]+$`."
    good = (
        example("no pattern", gh.REPOSITORY_RULESET, TAGS),
        example(
            "a strict pattern",
            gh.REPOSITORY_RULESET,
            TAGS,
            rules={
                "tagNamePattern": {
                    "operator": "regex",
                    "pattern": r"^v[0-9]+\.[0-9]+\.[0-9]+$",
                }
            },
        ),
        example(
            "versions as PEP 440 writes them",
            gh.REPOSITORY_RULESET,
            TAGS,
            rules={
                "tagNamePattern": {
                    "operator": "regex",
                    "pattern": r"^\d+(\.\d+)+((a|b|rc)\d+)?(\.post\d+)?$",
                }
            },
        ),
    )
    bad = (
        example(
            "any name that begins with v",
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
            "an expression that may be found anywhere",
            gh.REPOSITORY_RULESET,
            TAGS,
            rules={"tagNamePattern": {"operator": "regex", "pattern": r"v\d+\.\d+"}},
        ),
        example(
            "any name but some",
            gh.REPOSITORY_RULESET,
            TAGS,
            rules={"tagNamePattern": {"operator": "contains", "pattern": "test", "negate": True}},
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
        operator, pattern, negate = (
            block.text("operator"),
            block.text("pattern"),
            block.flag("negate"),
        )
        if not isinstance(operator, str) or not isinstance(pattern, str) or negate is UNKNOWN:
            yield finding("`tagNamePattern` cannot be seen", "prefix", value=UNKNOWN)
            return
        other = name_not_version(operator, pattern, negated=negate is True)
        if other is None:
            yield finding("`tagNamePattern` cannot be read, or is too complex", "prefix")
        elif other:
            detail = f"`tagNamePattern` admits {shown(other[0], pattern)}"
            yield finding(f"{detail}, which is no version", "prefix")


class TagsStay(ResourceRule):
    """Nobody moves or deletes a release tag, including those who create them.

    A bypass applies to all rules of a ruleset: a team that may create a tag through it may also
    move the tag to other code under the same version. Use two rulesets.
    """

    id = "TG004"
    title = "people may move or delete release tags"
    severity = Severity.MEDIUM
    maps = (*ssdf("PS.2.1"), *osps("BR-02.01"))
    resource_types = gh.RULESETS
    remediation = "Restrict update and deletion in a separate ruleset without bypass actors."
    good = (
        example("nobody may move tags", gh.REPOSITORY_RULESET, TAGS, bypassActors=[]),
        example(
            "a ruleset that restricts only creation",
            gh.REPOSITORY_RULESET,
            TAGS,
            rules={"creation": True},
        ),
    )
    bad = (
        example("a team may move tags", gh.REPOSITORY_RULESET, TAGS),
        example("unknown at preview", gh.ORGANIZATION_RULESET, TAGS, bypassActors=UNKNOWN),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        facts = resource.facts
        keeps = facts.flag("rules", "update") is True or facts.flag("rules", "deletion") is True
        if facts.text("target") != "tag" or not keeps:
            return
        for position, kind, _, number in actors(resource):
            if kind != "Integration" or number == gh.GITHUB_ACTIONS_APP:
                detail = "a person, or every workflow, passes the rule against moving tags"
                yield finding(detail, "bypass", position, value=kind)


RULES = (TagsProtected, TagsNotForAll, TagNamesAreVersions, TagsStay)
