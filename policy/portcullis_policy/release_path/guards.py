"""What protects the refs of a repository, and whom it lets pass.

Sources: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/about-rulesets
and https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from portcullis_policy.facts import UNKNOWN, Facts, UnknownType
from portcullis_policy.release_path.derivation import Actor, ActorKind
from portcullis_policy.release_path.faces import Key
from portcullis_policy.release_path.names import place
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.languages.refs import (
    EVERYTHING,
    LONGEST_SHOWN,
    branch_regions,
    tag_regions,
)
from portcullis_policy.semantics.languages.refs import Guard as Patterns
from portcullis_policy.semantics.patterns import DEFAULT_BRANCHES, only_name
from portcullis_policy.semantics.people import passing
from portcullis_policy.semantics.people.access import with_permission
from portcullis_policy.semantics.people.groups import People
from portcullis_policy.semantics.protection import (
    Protection,
    branch_guards,
    subject_named,
    tag_guards,
)

PASSING, MERGING, PUSHING = "passing", "merging", "pushing"
"""What a protection lets people do: everything, merge by a pull request, or push."""

MOST_APPROVALS = 4
"""More approvals than that are counted as so many: nobody has so many accomplices."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A ruleset or classic protection.

    Attributes:
        name: in words, such as `ruleset release tags`.
        creation: it restricts who creates refs.
        update: it restricts who moves them.
        deletion: it restricts who deletes them.
        approvals: how many a pull request needs; None where no pull request is needed.
        keeps_stale: an approval counts although somebody pushed after it.
        last_push: somebody else than the last pusher has to approve.
        code_owners: an owner of the changed files has to approve.
        passing: who may do all this all the same.
        merging: who may merge all the same, by a pull request.
        pushing: who may push at all; None where it does not restrict that.
        token_passes: a job's GITHUB_TOKEN may do all this all the same.
        bypass: who passes, in words.
    """

    name: str
    creation: bool = False
    update: bool = False
    deletion: bool = False
    approvals: int | None = None
    keeps_stale: bool = False
    last_push: bool = False
    code_owners: bool = False
    passing: frozenset[Actor] = frozenset()
    merging: frozenset[Actor] = frozenset()
    pushing: frozenset[Actor] | None = None
    token_passes: bool = False
    bypass: str = ""

    def lets_create(self, actor: Actor) -> bool:
        """Say whether an actor may create a ref."""
        if self.pushing is not None:
            return not self.creation or actor in self.pushing
        return not self.creation or actor in self.passing

    def lets_push(self, actor: Actor) -> bool:
        """Say whether an actor may move a ref without a pull request."""
        return self._lets_move(actor) and (self.approvals is None or actor in self.passing)

    def lets_make_anew(self, actor: Actor) -> bool:
        """Say whether an actor may delete a ref and create it again."""
        return actor in self.passing or not (self.deletion or self.creation)

    def restricts(self, *, creating: bool) -> bool:
        """Say whether it restricts who creates refs, or else who moves them."""
        if creating:
            return self.creation
        return self.update or self.approvals is not None or self.pushing is not None

    def passed_by(self, actor: Actor) -> str:
        """Return in words what is passed, and by which right."""
        passes = self.bypass and actor in self.passing | self.merging
        return f"{self.name}, bypass of {self.bypass}" if passes else self.name

    def approvals_for(self, actor: Actor) -> int | None:
        """Return how many approvals a merge by an actor needs; None if they may not merge."""
        if actor in self.passing or actor in self.merging:
            return 0 if self.pushing is None or actor in self.pushing else None
        return (self.approvals or 0) if self._lets_move(actor) else None

    def asks_owners_of(self, author: Actor) -> bool:
        """Say whether an owner of the files has to approve a change of theirs."""
        return self.code_owners and author not in self.passing | self.merging

    def _lets_move(self, actor: Actor) -> bool:
        if self.pushing is not None and actor not in self.pushing:
            return False
        return not self.update or actor in self.passing


@dataclass(frozen=True, slots=True)
class Refs:
    """Refs that the same guards are for.

    Attributes:
        kind: `tag` or `branch`.
        example: one of them; empty for any.
        exists: it is the default branch: nobody creates it.
        guards: what protects them.
    """

    kind: str
    example: str
    exists: bool
    guards: tuple[Guard, ...]

    @property
    def name(self) -> str:
        """Return one of them in words, such as `tag v0.0.0`."""
        return f"{self.kind} {self.example}" if self.example else f"a {self.kind}"

    @property
    def is_tag(self) -> bool:
        """Say whether these are tags."""
        return self.kind == "tag"


def groups(
    stack: Stack, repository: str, protections: Sequence[Protection]
) -> Iterator[tuple[Key, People]]:
    """Yield whom each protection lets pass, merge and push."""
    admins = with_permission(stack, repository, gh.ADMIN_ROLE)
    for each in protections:
        item = each.resource
        if not each.classic:
            yield (PASSING, item.urn), passing.passing(stack, item, repository)
            yield (MERGING, item.urn), passing.passing(stack, item, repository, merging=True)
            continue
        enforced = item.facts.flag("enforceAdmins") is True
        yield (PASSING, item.urn), People() if enforced else admins
        yield (MERGING, item.urn), People() if enforced else _listed(stack, item, *_merging(item))
        pushing = _pushing(item)
        if pushing is not None:
            maintain = with_permission(stack, repository, gh.MAINTAIN_ROLE)
            yield (PUSHING, item.urn), _listed(stack, item, *pushing) | maintain


def _merging(item: Resource) -> tuple[str, list[object]]:
    """Return the property of classic protection that lists who merges without reviews."""
    reviews = item.facts.block("requiredPullRequestReviews")
    return "requiredPullRequestReviews", [] if reviews is None else _names(
        reviews, "pullRequestBypassers", "bypassPullRequestAllowances"
    )


def _pushing(item: Resource) -> tuple[str, list[object]] | None:
    """Return the property of classic protection that lists who pushes; None if everybody may."""
    block, old = item.facts.block("restrictPushes"), item.facts.block("restrictions")
    if block is not None:
        return "restrictPushes", _names(block, "pushAllowances", "")
    return None if old is None else ("restrictions", _names(item.facts, "", "restrictions"))


def _names(facts: Facts, new: str, old: str) -> list[object]:
    """Return the people and teams on a list, in the form of either resource, as the newer one."""
    teams, users = facts.entries(old, "teams"), facts.entries(old, "users")
    listed = facts.entries(new)
    if teams is UNKNOWN or users is UNKNOWN or listed is UNKNOWN:
        return [UNKNOWN]
    return [*listed, *teams, *(f"/{each}" if isinstance(each, str) else each for each in users)]


def _listed(stack: Stack, item: Resource, property_: str, names: list[object]) -> People:
    return passing.listed(stack, item, property_, names)


def most_approvals(protections: Sequence[Protection]) -> int:
    """Return the largest number of approvals that a protection asks for."""
    return max((_approvals(each) or 0 for each in protections), default=0)


def _approvals(protection: Protection) -> int | None:
    if not protection.requires_pull_request:
        return None
    number = protection.approvals
    return min(int(number), MOST_APPROVALS) if isinstance(number, float) else 0


def apps(protection: Protection, *, merging: bool = False) -> frozenset[Actor]:
    """Return the Apps that a ruleset lets pass, without that of GITHUB_TOKEN."""
    found = set()
    for number in _app_numbers(protection, merging=merging):
        if number is UNKNOWN:
            found.add(Actor(ActorKind.APP, "of a number that is not known yet"))
        elif number != gh.GITHUB_ACTIONS_APP:
            found.add(Actor(ActorKind.APP, f"{number:.0f}"))
    return frozenset(found)


def _app_numbers(protection: Protection, *, merging: bool) -> Iterator[float | UnknownType]:
    actors = protection.resource.facts.blocks("bypassActors")
    for actor in [] if actors is UNKNOWN else actors:
        if (actor.text("bypassMode") == "pull_request") is not merging:
            continue
        number = actor.number("actorId")
        if actor.text("actorType") == "Integration" and number is not None:
            yield number


def _lets_keys_pass(protection: Protection) -> bool:
    actors = protection.resource.facts.blocks("bypassActors")
    return actors is not UNKNOWN and any(actor.text("actorType") == "DeployKey" for actor in actors)


def names_of(stack: Stack, number: int, protection: Protection) -> Iterator[tuple[str, str]]:
    """Yield a protection's names by place: its own, and whom it lets pass."""
    yield place(f"guard {number}"), words(protection)
    passed = ", ".join(passing.names_of_passing(stack, protection.resource))
    yield place(f"bypass {number}"), passed or "others"


def guard(
    number: int,
    protection: Protection,
    who: Mapping[Key, frozenset[Actor]],
    credentials: Mapping[Actor, Actor],
) -> Guard:
    """Return a protection as the model sees it.

    Args:
        number: its place among the protections of the repository.
        protection: the protection.
        who: whom it lets pass, by what and by its URN.
        credentials: the actors without names for Apps and deploy keys.
    """
    rules, urn, facts = protection.rules, protection.resource.urn, protection.resource.facts
    restricted = facts.block("restrictPushes")
    blocks = restricted is not None and restricted.flag("blocksCreations") is True
    always = {
        each
        for real, each in credentials.items()
        if real in apps(protection)
        or (real.kind is ActorKind.DEPLOY_KEY and _lets_keys_pass(protection))
    }
    return Guard(
        name=place(f"guard {number}"),
        creation=rules["creation"] is True or blocks,
        update=rules["update"] is True or facts.flag("lockBranch") is True,
        deletion=rules["deletion"] is True,
        approvals=_approvals(protection),
        keeps_stale=rules["dismissStaleReviewsOnPush"] is not True,
        last_push=rules["requireLastPushApproval"] is True,
        code_owners=protection.requires_pull_request and rules["requireCodeOwnerReview"] is True,
        passing=who[PASSING, urn] | always,
        merging=who[MERGING, urn] | {credentials[each] for each in apps(protection, merging=True)},
        pushing=who.get((PUSHING, urn)),
        token_passes=gh.GITHUB_ACTIONS_APP in _app_numbers(protection, merging=False),
        bypass=place(f"bypass {number}") if facts.entries("bypassActors") != [] else "",
    )


def words(protection: Protection) -> str:
    """Return a protection in words."""
    facts = protection.resource.facts
    if protection.classic:
        return "classic protection"
    name = facts.text("name")
    return f"ruleset {_short(name)}" if isinstance(name, str) and name else "a ruleset"


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}..."


def default_branch(stack: Stack, repository: str, guards: Mapping[str, Guard]) -> Refs:
    """Return the default branch."""
    name = subject_named(stack, repository).default or DEFAULT_BRANCHES[0]
    found = branches(stack, repository, guards, name)
    return next(
        (each for each in found if each.exists),
        Refs("branch", _short(name), exists=True, guards=()),
    )


def tags(
    stack: Stack, repository: str, guards: Mapping[str, Guard], pattern: str
) -> tuple[Refs, ...]:
    """Return the tags that a pattern admits, by what protects them."""
    known = tag_guards(stack, repository)
    regions = tag_regions(pattern, tuple(patterns for _, patterns in known))
    if regions is None:
        return (Refs("tag", "", exists=False, guards=()),)
    return tuple(
        Refs(
            "tag",
            _example(each.tag, pattern, each.guards),
            exists=False,
            guards=tuple(guards[known[number][0].resource.urn] for number in sorted(each.guards)),
        )
        for each in regions
    )


def branches(
    stack: Stack, repository: str, guards: Mapping[str, Guard], pattern: str
) -> tuple[Refs, ...]:
    """Return the branches that a pattern admits, by what protects them; the default one apart."""
    known = branch_guards(stack, repository)
    default = subject_named(stack, repository).default or DEFAULT_BRANCHES[0]
    is_default = Patterns((f"refs/heads/{default}",))
    regions = branch_regions(pattern, (*(patterns for _, patterns in known), is_default))
    if regions is None:
        return (Refs("branch", "", exists=False, guards=()),)
    return tuple(
        Refs(
            "branch",
            _example(each.tag, pattern, each.guards),
            exists=len(known) in each.guards,
            guards=tuple(
                guards[protection.resource.urn]
                for protection in _that_count(
                    [known[number][0] for number in sorted(each.guards) if number < len(known)]
                )
            ),
        )
        for each in regions
    )


def _example(ref: str, pattern: str, guards: frozenset[int]) -> str:
    """Return a ref for a message; none for any ref that nothing guards."""
    return _short(ref) if guards or pattern != EVERYTHING else ""


def _that_count(protections: Sequence[Protection]) -> list[Protection]:
    """Return what protects a branch: classic protection that names it in full replaces any other.

    Source: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/managing-a-branch-protection-rule
    """
    in_full = [
        each
        for each in protections
        if each.classic and all(only_name(str(pattern)) == pattern for pattern in each.includes)
    ]
    return [each for each in protections if not each.classic or not in_full or each in in_full]


def everywhere(stack: Stack, repository: str, guards: Mapping[str, Guard]) -> tuple[Refs, ...]:
    """Return all refs of a repository, by what protects them."""
    return (
        *branches(stack, repository, guards, EVERYTHING),
        *tags(stack, repository, guards, EVERYTHING),
    )
