"""What protects a branch or tag: rulesets and classic protection, read alike and combined.

GitHub applies all active rulesets that match a ref together with classic protection, and the
strictest of each rule counts. So nothing is judged by one ruleset alone.
Source: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/about-rulesets
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portcullis_policy.facts import UNKNOWN, Facts, UnknownType
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.languages.fnmatch import is_readable, matches
from portcullis_policy.semantics.languages.refs import Guard
from portcullis_policy.semantics.patterns import DEFAULT_BRANCHES, covers_default

Reading = bool | UnknownType | None
_ALL = ("~ALL",)
_WITH_APP = re.compile(r"(.+):(-?\d+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Subject:
    """A repository whose branches are to be protected.

    Attributes:
        name: its GitHub name, in lower case.
        urn: its URN; None when the stack protects a repository that it does not declare.
        default: name of its default branch, if the stack says.
        facts: its outputs, empty when it is not declared.
        properties: its custom properties: values by name.
        plan: GitHub's plan, if a component says so.
        private: it is surely not public.
        account: the account that it is in (see `Resource.provider`); UNKNOWN: any.
    """

    name: str
    urn: str | None
    default: str | None
    facts: Facts
    properties: Mapping[str, frozenset[str]]
    plan: str | None = None
    private: bool = False
    account: str | UnknownType | None = UNKNOWN


@dataclass(frozen=True, slots=True)
class Protection:
    """One active ruleset or classic protection.

    Attributes:
        resource: where it comes from.
        classic: it is classic branch protection.
        target: `branch` or `tag`.
        repository: the one repository that it protects, in lower case; None: many, by conditions.
        includes: ref patterns.
        excludes: ref patterns.
        rules: what it demands, by the names of a ruleset's fields (see _ruleset_rules).
        approvals: how many approvals a pull request needs; UNKNOWN counts as none.
    """

    resource: Resource
    classic: bool
    target: str
    repository: str | None
    includes: tuple[object, ...]
    excludes: tuple[object, ...]
    rules: Mapping[str, Reading]
    approvals: float | UnknownType | None

    @property
    def requires_pull_request(self) -> bool:
        """Say whether changes have to come by pull request."""
        return self.rules["pullRequest"] is True

    def selects(self, subject: Subject) -> bool:
        """Say whether a repository of the same account is protected, by name, id or property."""
        if subject.account is not UNKNOWN and subject.account != self.resource.provider:
            return False
        if self.repository is not None:
            return self.repository == subject.name
        conditions = self.resource.facts
        if conditions.block("conditions", "repositoryProperty") is not None:
            return self._selects_properties(subject)
        ids = conditions.entries("conditions", "repositoryIds")
        if ids is UNKNOWN or ids:
            own = subject.facts.at("repoId")
            known = ids is not UNKNOWN and isinstance(own, int | float | str) and own in ids
            unseen = ids is UNKNOWN or UNKNOWN in ids  # those of the repositories it is made from
            return known or (unseen and subject.urn in self.resource.depends.get("conditions", ()))
        return self._selects_name(subject.name)

    def _selects_name(self, name: str) -> bool:
        facts = self.resource.facts
        includes = _texts(facts, "conditions", "repositoryName", "includes")
        excludes = _texts(facts, "conditions", "repositoryName", "excludes")
        return _any_matches(includes, name, closed=False) and not _any_matches(
            excludes, name, closed=True
        )

    def _selects_properties(self, subject: Subject) -> bool:
        path = ("conditions", "repositoryProperty")
        groups = [self.resource.facts.blocks(*path, side) for side in ("includes", "excludes")]
        if groups[0] is UNKNOWN or groups[1] is UNKNOWN:
            return False
        if not groups[0]:  # all or none? GitHub's documentation does not decide it
            return False
        return all(_has_property(subject, block) for block in groups[0]) and not any(
            _has_property(subject, block) for block in groups[1]
        )


@dataclass(frozen=True, slots=True)
class RequiredCheck:
    """A check that has to pass before a change is merged.

    Attributes:
        context: its name.
        app: id of the App that has to report it, or UNKNOWN; None where any account may.
    """

    context: str | UnknownType | None
    app: float | UnknownType | None


def required_checks(resource: Resource) -> list[RequiredCheck]:
    """Return the checks that a ruleset or classic protection requires, as far as they are known.

    In classic protection, `contexts` are names that any App may report, and `checks` are
    `name:app`. Once that is applied, the provider lists the names of `checks` under `contexts` too.
    """
    facts = resource.facts
    if resource.type in gh.RULESETS:
        blocks = facts.blocks("rules", "requiredStatusChecks", "requiredChecks")
        return [
            RequiredCheck(block.text("context"), _app(block.number("integrationId")))
            for block in ([] if blocks is UNKNOWN else blocks)
        ]
    contexts, checks = (
        [each for each in _texts(facts, "requiredStatusChecks", name) if isinstance(each, str)]
        for name in ("contexts", "checks")
    )
    with_app = [_with_app(each) for each in checks]
    known = {each.context for each in with_app}
    return [*with_app, *(RequiredCheck(each, None) for each in contexts if each not in known)]


def _with_app(check: str) -> RequiredCheck:
    found = _WITH_APP.fullmatch(check)
    return RequiredCheck(found[1], _app(float(found[2]))) if found else RequiredCheck(check, None)


def _app(number: float | UnknownType | None) -> float | UnknownType | None:
    """Return the id of an App; the API writes -1 where any App may report a check."""
    return None if isinstance(number, float) and number <= 0 else number


def protections(stack: Stack) -> tuple[Protection, ...]:
    """Return the active protections of a stack."""
    return stack.once(_read_protections)


def protections_for(stack: Stack, repository: str) -> tuple[Protection, ...]:
    """Return the protections that are of a repository, or of many: few, even in a large stack."""
    index = stack.once(_by_repository)
    return (*index.get(repository.lower(), ()), *index.get(None, ()))


def subjects(stack: Stack) -> tuple[Subject, ...]:
    """Return the repositories of a stack, declared or only protected; archived ones left out."""
    return tuple(stack.once(_read_subjects).values())


def subject_named(
    stack: Stack, repository: str, account: str | UnknownType | None = UNKNOWN
) -> Subject:
    """Return a repository; one that the stack does not know has no more than its name.

    Args:
        stack: what is declared.
        repository: its name.
        account: the account that it is in; UNKNOWN: the first that has one of the name.
    """
    name = repository.lower()
    known = stack.once(_subjects_by_name).get(name, [])
    found = [each for each in known if account in (UNKNOWN, each.account)]
    if found:
        return found[0]
    return Subject(name, None, stack.once(_defaults).get(name), Facts({}), {}, account=account)


def _subjects_by_name(stack: Stack) -> dict[str, list[Subject]]:
    found: dict[str, list[Subject]] = {}
    for each in subjects(stack):
        found.setdefault(each.name, []).append(each)
    return found


def _read_protections(stack: Stack) -> tuple[Protection, ...]:
    names = _names(stack)
    rulesets = [_ruleset(item, names) for item in stack.of(*gh.RULESETS) if is_active(item)]
    return (*rulesets, *(_classic(item, names) for item in stack.of(*gh.CLASSIC)))


def _by_repository(stack: Stack) -> dict[str | None, list[Protection]]:
    index: dict[str | None, list[Protection]] = {}
    for item in protections(stack):
        index.setdefault(item.repository, []).append(item)
    return index


def is_active(ruleset: Resource) -> bool:
    """Say whether a ruleset enforces anything: `evaluate` only reports."""
    return ruleset.facts.text("enforcement") == "active"


def _read_subjects(stack: Stack) -> dict[tuple[str | None, str], Subject]:
    found: dict[tuple[str | None, str], Subject] = {}
    archived = set()
    defaults = stack.once(_defaults)
    properties = _properties(stack)
    for item in stack.of(gh.REPOSITORY):
        name = _name_of(item)
        if item.facts.flag("archived") is True:
            archived.add((item.provider, name))
        else:
            default = defaults.get(name) or item.facts.text("defaultBranch")
            default = default if isinstance(default, str) and default else None
            found[item.provider, name] = Subject(
                name,
                item.urn,
                default,
                item.facts,
                properties.get(name, {}),
                item.plan,
                item.private,
                item.provider,
            )
    for protection in protections(stack):
        other, account = protection.repository, protection.resource.provider
        at = (account, other or "")
        if other and at not in found and at not in archived and protection.target == "branch":
            default = defaults.get(other)
            found[at] = Subject(other, None, default, Facts({}), {}, account=account)
    return found


def guards_default(protection: Protection, subject: Subject) -> bool:
    """Say whether a protection surely holds for a repository's default branch."""
    if protection.target != "branch" or not protection.selects(subject):
        return False
    if protection.classic and UNKNOWN in protection.includes:
        # `pattern=repository.default_branch` of a repository that does not exist yet
        return subject.urn in protection.resource.depends.get("pattern", ())
    return covers_default(protection.includes, subject.default) and not excludes_default(
        protection.excludes, subject.default
    )


def excludes_default(excludes: Iterable[object], default: str | None) -> bool:
    """Say whether ref patterns may take the default branch out again; unknown ones may."""
    listed = list(excludes)
    return not all(map(is_readable, listed)) or covers_default(listed, default)


def protects_branch(protection: Protection, subject: Subject, branch: str) -> bool:
    """Say whether a protection holds for a branch named in full."""
    default = subject.default
    is_default = branch == default if default else branch in DEFAULT_BRANCHES
    special = {"~ALL", "~DEFAULT_BRANCH"} if is_default else {"~ALL"}
    return protection.target == "branch" and _guards_ref(
        protection, subject, f"refs/heads/{branch}", special
    )


def tag_guards(
    stack: Stack, repository: str, account: str | UnknownType | None = UNKNOWN
) -> list[tuple[Protection, Guard]]:
    """Return the protections of a repository's tags, each with the refs that it is surely for."""
    return _guards(stack, subject_named(stack, repository, account), "tag")


def branch_guards(stack: Stack, repository: str) -> list[tuple[Protection, Guard]]:
    """Return the protections of a repository's branches, as `tag_guards`."""
    return _guards(stack, subject_named(stack, repository), "branch")


def _guards(stack: Stack, subject: Subject, target: str) -> list[tuple[Protection, Guard]]:
    default = f"refs/heads/{subject.default or DEFAULT_BRANCHES[0]}"
    found = []
    for item in protections_for(stack, subject.name):
        if item.target != target or not item.selects(subject):
            continue
        if not all(map(is_readable, item.excludes)):
            continue
        includes, excludes = (
            tuple(default if each == "~DEFAULT_BRANCH" else str(each) for each in patterns)
            for patterns in (filter(is_readable, item.includes), item.excludes)
        )
        if guards_default(item, subject) and default not in includes:
            includes = (*includes, default)  # of a repository that does not exist yet
        found.append((item, Guard(includes, excludes)))
    return found


def _guards_ref(protection: Protection, subject: Subject, ref: str, special: set[str]) -> bool:
    included = any(
        isinstance(item, str) and (item in special or matches(item, ref))
        for item in protection.includes
    )
    excluded = any(
        not is_readable(item) or item in special or matches(str(item), ref)
        for item in protection.excludes
    )
    return included and not excluded and protection.selects(subject)


def _ruleset(item: Resource, names: Mapping[str, str]) -> Protection:
    facts = item.facts
    repository = None
    if item.type == gh.REPOSITORY_RULESET:
        repository = _resolve(item, "repository", names)
    includes = facts.entries("conditions", "refName", "includes")
    excludes = facts.entries("conditions", "refName", "excludes")
    target = facts.text("target")
    return Protection(
        resource=item,
        classic=False,
        target=target if isinstance(target, str) else "",
        repository=repository,
        includes=(UNKNOWN,) if includes is UNKNOWN else tuple(includes),
        excludes=(UNKNOWN,) if excludes is UNKNOWN else tuple(excludes),
        rules=_ruleset_rules(facts),
        approvals=facts.number("rules", "pullRequest", "requiredApprovingReviewCount"),
    )


def _ruleset_rules(facts: Facts) -> dict[str, Reading]:
    """Return what a ruleset demands; true means that it surely does."""
    checks = facts.block("rules", "requiredStatusChecks")
    listed = facts.entries("rules", "requiredStatusChecks", "requiredChecks")
    pull_request = facts.block("rules", "pullRequest")
    return {
        **{
            name: facts.flag("rules", name)
            for name in ("creation", "update", "deletion", "nonFastForward")
        },
        "requiredSignatures": facts.flag("rules", "requiredSignatures"),
        "requiredLinearHistory": facts.flag("rules", "requiredLinearHistory"),
        "pullRequest": _present(pull_request),
        **{
            name: facts.flag("rules", "pullRequest", name)
            for name in (
                "dismissStaleReviewsOnPush",
                "requireCodeOwnerReview",
                "requireLastPushApproval",
                "requiredReviewThreadResolution",
            )
        },
        "requiredStatusChecks": UNKNOWN if listed is UNKNOWN else bool(listed),
        "strictRequiredStatusChecksPolicy": checks.flag("strictRequiredStatusChecksPolicy")
        if checks is not None
        else None,
    }


def _classic(item: Resource, names: Mapping[str, str]) -> Protection:
    """Read classic protection in the words of rulesets."""
    facts = item.facts
    old = item.type == gh.BRANCH_PROTECTION_V3
    reviews = facts.block("requiredPullRequestReviews")
    checks = facts.block("requiredStatusChecks")
    listed: list[object] | UnknownType = []
    if checks is not None:
        lists = [checks.entries(name) for name in ("contexts", "checks")]
        listed = UNKNOWN if UNKNOWN in lists else [item for part in lists for item in part or ()]
    pattern = facts.at("branch" if old else "pattern")
    return Protection(
        resource=item,
        classic=True,
        target="branch",
        repository=_resolve(item, "repository" if old else "repositoryId", names),
        includes=_classic_includes(pattern, is_name=old),
        excludes=(),
        rules={
            "creation": None,
            "update": None,
            "deletion": _not(facts.flag("allowsDeletions")),
            "nonFastForward": _not(facts.flag("allowsForcePushes")),
            "requiredSignatures": facts.flag("requireSignedCommits"),
            "requiredLinearHistory": facts.flag("requiredLinearHistory"),
            "requiredReviewThreadResolution": facts.flag("requireConversationResolution"),
            "pullRequest": _present(reviews),
            "dismissStaleReviewsOnPush": _of(reviews, "dismissStaleReviews"),
            "requireCodeOwnerReview": _of(reviews, "requireCodeOwnerReviews"),
            "requireLastPushApproval": _of(reviews, "requireLastPushApproval"),
            "requiredStatusChecks": UNKNOWN if listed is UNKNOWN else bool(listed),
            "strictRequiredStatusChecksPolicy": _of(checks, "strict"),
        },
        approvals=reviews.number("requiredApprovingReviewCount") if reviews is not None else None,
    )


def _classic_includes(pattern: object, *, is_name: bool) -> tuple[object, ...]:
    """Return the refs that classic protection is for; the legacy resource takes a branch's name."""
    if not isinstance(pattern, str):
        return (UNKNOWN,)
    no_branch = is_name and set(pattern) & set("*?[\\")
    return () if no_branch else (f"refs/heads/{pattern}",)


def _present(block: Facts | None) -> Reading:
    """Say whether a block is there."""
    if block is None:
        return False
    return UNKNOWN if block.at() is UNKNOWN else True


def _of(block: Facts | None, name: str) -> Reading:
    return None if block is None else block.flag(name)


def _not(flag: Reading) -> Reading:
    return UNKNOWN if flag is UNKNOWN else not flag


def _texts(facts: Facts, *path: str) -> tuple[object, ...]:
    entries = facts.entries(*path)
    return (UNKNOWN,) if entries is UNKNOWN else tuple(entries)


def _any_matches(patterns: Iterable[object], name: str, *, closed: bool) -> bool:
    """Say whether a pattern matches; `closed` is the answer for one that cannot be read."""
    return any(
        (pattern in _ALL or matches(pattern.lower(), name, dots=closed))
        if isinstance(pattern, str) and is_readable(pattern)
        else closed
        for pattern in patterns
    )


def _has_property(subject: Subject, block: Facts) -> bool:
    name, values = block.text("name"), block.entries("propertyValues")
    if not isinstance(name, str) or values is UNKNOWN:
        return False
    if block.text("source") == "system" and name == "visibility":
        return subject.facts.text("visibility") in values
    return any(value in subject.properties.get(name, ()) for value in values)


def _name_of(item: Resource) -> str:
    """Return a repository's name in lower case; its Pulumi name when GitHub's is not known yet."""
    name = item.facts.text("name")
    return (name if isinstance(name, str) and name else item.name).lower()


def _names(stack: Stack) -> dict[str, str]:
    """Return repository names by URN and by node id."""
    names: dict[str, str] = {}
    for item in stack.of(gh.REPOSITORY):
        names[item.urn] = _name_of(item)
        node = item.facts.text("nodeId")
        if isinstance(node, str):
            names[node] = _name_of(item)
    return names


def _resolve(item: Resource, key: str, names: Mapping[str, str]) -> str:
    """Return the repository that a property names, also by id or while it is unknown."""
    value = item.facts.text(key)
    if isinstance(value, str):
        return names.get(value, value).lower()
    for urn in item.depends.get(key, ()):
        if urn in names:
            return names[urn]
    return ""


def _defaults(stack: Stack) -> dict[str, str]:
    """Return the default branches that the stack sets, by repository."""
    names = _names(stack)
    return {
        _resolve(item, "repository", names): branch
        for item in stack.of(gh.BRANCH_DEFAULT)
        if isinstance(branch := item.facts.text("branch"), str)
    }


def _properties(stack: Stack) -> dict[str, dict[str, frozenset[str]]]:
    """Return custom properties: values by repository and name."""
    names = _names(stack)
    found: dict[str, dict[str, frozenset[str]]] = {}
    for item in stack.of(gh.REPOSITORY_CUSTOM_PROPERTY):
        name, values = item.facts.text("propertyName"), item.facts.entries("propertyValues")
        if isinstance(name, str) and values is not UNKNOWN:
            texts = frozenset(value for value in values if isinstance(value, str))
            found.setdefault(_resolve(item, "repository", names), {})[name] = texts
    return found
