"""The release path of one repository: who acts, what protects refs, and what environments admit.

It is read from the resources of a stack, of components and of plain programs alike. `clauses` says
what follows from it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from portcullis_policy.facts import UNKNOWN
from portcullis_policy.release_path.derivation import Actor, ActorKind
from portcullis_policy.release_path.faces import ANY_WRITER, Alike, Faces, Key, faces
from portcullis_policy.release_path.gates import gates_before
from portcullis_policy.release_path.guards import (
    MERGING,
    PASSING,
    Guard,
    Refs,
    apps,
    branches,
    default_branch,
    everywhere,
    groups,
    guard,
    most_approvals,
    names_of,
    tags,
)
from portcullis_policy.release_path.names import place
from portcullis_policy.release_path.outsiders import OutsidersJob, jobs_of_outsiders
from portcullis_policy.release_path.roles import roles
from portcullis_policy.release_path.stored import publishing_by_secret, publishing_for, stored
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.languages.refs import EVERYTHING
from portcullis_policy.semantics.people import access
from portcullis_policy.semantics.people.file_owners import Owned, owned
from portcullis_policy.semantics.people.groups import People
from portcullis_policy.semantics.people.passing import approvers
from portcullis_policy.semantics.protection import Protection, protections_for, subject_named
from portcullis_policy.semantics.release_environments import key, needs_reviewers
from portcullis_policy.settings import Settings

_WRITE, _ADMIN = ("write",), ("admin",)
_REVIEW, _OWNERS = "review", "owners"


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose approval a change of workflow files needs, beside the number of approvals.

    Attributes:
        people: one of them has to approve.
        lists_first: a change of CODEOWNERS goes first. It is the one that they approve.
    """

    people: frozenset[Actor] | None
    lists_first: bool = False


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment.

    Attributes:
        name: its name.
        publishes: something is published through it for real.
        approves_first: its name says that it gives the first of two approvals.
        gates: environments that a declared workflow passes before it, in lower case.
        refs: those that may deploy to it.
        reviewed: somebody has to approve.
        reviewers: who may.
        prevents_self_review: nobody approves a run that they started.
        admins_bypass: administrators need no approval.
        secrets: names of its secrets.
        published_by: names of secrets outside of it that publish the same.
    """

    name: str
    publishes: bool
    approves_first: bool
    gates: frozenset[str]
    refs: tuple[Refs, ...]
    reviewed: bool
    reviewers: frozenset[Actor]
    prevents_self_review: bool
    admins_bypass: bool
    secrets: tuple[str, ...] = ()
    published_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repository:
    """The release path of a repository.

    Two repositories with the same release path are equal: what tells them apart does not count.

    Attributes:
        name: its name, in lower case.
        names: of people, credentials and protections, by place.
        sources: the URNs of what is named here, by name or place.
        unseen: the stack does not show everybody who may approve or pass a protection.
        unknown: that is because something is not known at preview.
        writers: who may push: people, Apps and deploy keys.
        admins: people who administrate it.
        alike: classes of people who can do the same.
        default: its default branch.
        everywhere: all its refs.
        owners: the owners of its files, one group for each choice of a file; none: there are files
            without owners.
        workflow_owners: whose approval a change of workflow files needs, each a way of its own;
            none: that of nobody in particular.
        environments: its environments.
        secrets: names of the secrets that are in no environment, those of the organization that
            it sees included.
        shared: names of those that another repository sees too.
        tokens: names of those that publish what no environment publishes.
        outsiders: jobs that run the code of outsiders.
        token_approves: a job's GITHUB_TOKEN may approve pull requests.
    """

    name: str = field(compare=False)
    names: Mapping[str, str] = field(compare=False)
    sources: Mapping[str, str] = field(compare=False)
    unseen: bool = field(compare=False)
    unknown: bool = field(compare=False)
    writers: frozenset[Actor]
    admins: frozenset[Actor]
    alike: tuple[Alike, ...]
    default: Refs
    everywhere: tuple[Refs, ...]
    owners: tuple[frozenset[Actor], ...] = ()
    workflow_owners: tuple[Owners, ...] = ()
    environments: tuple[Environment, ...] = ()
    secrets: tuple[str, ...] = ()
    shared: frozenset[str] = frozenset()
    tokens: tuple[str, ...] = ()
    outsiders: tuple[OutsidersJob, ...] = ()
    token_approves: bool = False


def read(stack: Stack, repository: str, settings: Settings, *, doubt: bool = False) -> Repository:
    """Return the release path of a repository.

    Args:
        stack: all resources.
        repository: its name.
        settings: tell which environments publish.
        doubt: believe the worst of what the stack does not show: one person may be in all teams
            whose members it does not declare.
    """
    name = repository.lower()
    subject = subject_named(stack, name)
    protections = [each for each in protections_for(stack, name) if each.selects(subject)]
    environments = stack.once(_environments).get(name, ())
    files = owned(stack, name, protections)
    found = dict(_people(stack, name, protections, environments, files))
    who = faces(stack, found, 2 + most_approvals(protections), doubt=doubt)
    credentials = _credentials(stack, name, protections)
    guards = {
        each.resource.urn: guard(number, each, who.groups, credentials)
        for number, each in enumerate(protections)
    }
    approving = stack.once(_token_approves)
    outside = stored(stack, name)
    held = _secrets_of_each(stack, settings, environments)
    publishing = publishing_for(stack, settings, name, held)
    return Repository(
        name=name,
        names=dict(_names(stack, protections, who, credentials)),
        sources=dict(_sources(stack, name, protections, environments)),
        unseen=any(
            group.unseen or group.by_id
            for key_, group in found.items()
            if key_ not in (_WRITE, _ADMIN) and key_[0] != _OWNERS
        ),
        unknown=any(group.preview for group in found.values()),
        writers=who.groups[_WRITE] | frozenset(credentials.values()),
        admins=who.groups[_ADMIN],
        alike=who.alike,
        default=default_branch(stack, name, guards),
        everywhere=_apart(everywhere(stack, name, guards)),
        owners=tuple(who.groups[_owners_key(each)] for each in files.anything),
        workflow_owners=_workflow_owners(files, who),
        environments=tuple(
            replace(
                _environment(stack, each, who.groups[_REVIEW, each.urn], guards, settings),
                published_by=publishing.get(str(each.facts.text("environment")).lower(), ()),
            )
            for each in environments
        ),
        secrets=tuple(outside.urns),
        shared=outside.shared,
        tokens=publishing.get("", ()),
        outsiders=() if subject.private else tuple(jobs_of_outsiders(stack, name)),
        token_approves=approving.get(name, approving.get("", False)),
    )


def publishing_repositories(stack: Stack, settings: Settings) -> tuple[str, ...]:
    """Return the repositories that publish, by an environment, a trust or a stored credential."""
    archived = {
        name.lower()
        for item in stack.of(gh.REPOSITORY)
        if item.facts.flag("archived") is True and isinstance(name := item.facts.text("name"), str)
    }
    publishing = (
        name
        for name, environments in stack.once(_environments).items()
        if any(_publishes(each, settings) for each in environments)
    )
    by_secret = publishing_by_secret(stack, settings)
    found = dict.fromkeys((*publishing, *stack.once(roles), *by_secret))
    return tuple(name for name in found if name not in archived)


def _publishes(item: Resource, settings: Settings) -> bool:
    """Say whether something is published through an environment for real."""
    name = item.facts.text("environment")
    first = isinstance(name, str) and settings.is_approval_environment(name)
    return needs_reviewers(item, settings) and not first


def _people(
    stack: Stack,
    name: str,
    protections: list[Protection],
    environments: tuple[Resource, ...],
    files: Owned,
) -> Iterator[tuple[Key, People]]:
    """Yield all groups of people on the release path."""
    passing = dict(groups(stack, name, protections))
    yield from passing.items()
    yield _WRITE, _writers(stack, name, passing, protections)
    # owners whom the stack does not show are trusted, and never doubted
    yield _ADMIN, People(access.with_permission(stack, name, gh.ADMIN_ROLE).known)
    for each in environments:
        yield (_REVIEW, each.urn), approvers(stack, each)
    for group in (*files.anything, *files.workflows, *files.lists):
        if group is not None:
            yield _owners_key(group), group


def _owners_key(group: People) -> Key:
    return _OWNERS, *(name for person in sorted(group.known) for name in person)


def _workflow_owners(files: Owned, who: Faces) -> tuple[Owners, ...]:
    """Return whose approval a change of workflow files needs."""
    if not files.workflows:
        return ()
    directly = [Owners(who.groups[_owners_key(each)]) for each in files.workflows]
    lists = [
        Owners(None if each is None else who.groups[_owners_key(each)], lists_first=True)
        for each in files.lists
    ]
    known = {each.people for each in directly}
    return (*directly, *(each for each in lists if each.people not in known))


def _writers(
    stack: Stack, name: str, passing: dict[Key, People], protections: Iterable[Protection]
) -> People:
    """Return the people who may push.

    Somebody may push to a repository in which the stack grants nobody anything. People whom a
    protection lets pass are believed to, unless a grant gives them less. An organization's ruleset
    is for many repositories: who passes it has no access to each of them, where the stack says who
    has.
    """
    found = access.with_permission(stack, name, gh.WRITE_ROLE)
    declared = access.access_is_declared(stack, name)
    if not declared:
        found |= People(frozenset({ANY_WRITER}))
    weak = access.without_write(stack, name).known
    shared = {
        each.resource.urn
        for each in protections
        if declared and each.resource.type == gh.ORGANIZATION_RULESET
    }
    for (what, *where), group in passing.items():
        if what in (PASSING, MERGING) and shared.isdisjoint(where):
            found |= People(group.known - weak, group.unseen, group.preview)
    return found


def _credentials(stack: Stack, name: str, protections: Iterable[Protection]) -> dict[Actor, Actor]:
    """Return the Apps and deploy keys that may push, each with what stands for it."""
    found = set(stack.once(_deploy_keys).get(name, ()))
    for each in protections:
        found |= apps(each) | apps(each, merging=True)
    return {
        actor: replace(actor, name=place(f"credential {number}"))
        for number, actor in enumerate(sorted(found))
    }


def _names(
    stack: Stack, protections: Iterable[Protection], who: Faces, credentials: Mapping[Actor, Actor]
) -> Iterator[tuple[str, str]]:
    """Yield the names of people, credentials and protections, by place."""
    yield from who.names.items()
    for actor, standing in credentials.items():
        yield standing.name, actor.name
    for number, each in enumerate(protections):
        yield from names_of(stack, number, each)


def _sources(
    stack: Stack, name: str, protections: Iterable[Protection], environments: Sequence[Resource]
) -> Iterator[tuple[str, str]]:
    """Yield the URNs of what the model names."""
    secrets = stack.once(_secrets)
    yield from stored(stack, name).urns.items()
    for number, each in enumerate(protections):
        yield place(f"guard {number}"), each.resource.urn
    for item in environments:
        environment = str(item.facts.text("environment"))
        yield environment, item.urn
        for secret, urn in secrets.get(key(item.facts), {}).items():
            yield f"{environment}/{secret}", urn


def _apart(refs: Iterable[Refs]) -> tuple[Refs, ...]:
    """Return refs, but of those with the same guards only the first."""
    found: dict[tuple[object, ...], Refs] = {}
    for each in refs:
        found.setdefault((each.is_tag, each.exists, each.guards), each)
    return tuple(found.values())


def _environment(
    stack: Stack,
    item: Resource,
    reviewers: frozenset[Actor],
    guards: dict[str, Guard],
    settings: Settings,
) -> Environment:
    facts = item.facts
    name = str(facts.text("environment"))
    return Environment(
        name=name,
        publishes=_publishes(item, settings),
        approves_first=settings.is_approval_environment(name),
        gates=gates_before(stack, str(facts.text("repository")), settings).get(
            name.lower(), frozenset()
        ),
        refs=_apart(_refs(stack, item, guards)),
        reviewed=_has_reviewers(item),
        reviewers=reviewers,
        prevents_self_review=facts.flag("preventSelfReview") in (True, UNKNOWN),
        admins_bypass=facts.flag("canAdminsBypass") in (True, None),
        secrets=tuple(stack.once(_secrets).get(key(facts), {})),
    )


def _has_reviewers(item: Resource) -> bool:
    blocks = item.facts.blocks("reviewers")
    return blocks is UNKNOWN or any(
        block.entries(each) != [] for block in blocks for each in ("users", "teams")
    )


def _refs(stack: Stack, item: Resource, guards: dict[str, Guard]) -> Iterator[Refs]:
    """Yield the refs that may deploy to an environment.

    Source: https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments
    """
    repository = str(item.facts.text("repository")).lower()
    policy = item.facts.block("deploymentBranchPolicy")
    custom, protected = (
        None if policy is None else policy.flag(each)
        for each in ("customBranchPolicies", "protectedBranches")
    )
    if protected is True:
        classic = [each for each in protections_for(stack, repository) if each.classic]
        names = {str(ref).removeprefix("refs/heads/") for each in classic for ref in each.includes}
        for pattern in sorted(names) or [EVERYTHING]:
            yield from branches(stack, repository, guards, pattern)
    elif custom is True:
        for each in stack.once(_policies).get(key(item.facts), ()):
            tag, branch = each.facts.text("tagPattern"), each.facts.text("branchPattern")
            if isinstance(tag, str) and tag:
                yield from tags(stack, repository, guards, tag)
            if isinstance(branch, str) and branch:
                yield from branches(stack, repository, guards, branch)
    elif UNKNOWN not in (custom, protected):
        yield from everywhere(stack, repository, guards)


def _environments(stack: Stack) -> dict[str, tuple[Resource, ...]]:
    """Return the environments by repository."""
    found: dict[str, list[Resource]] = {}
    for item in stack.of(gh.ENVIRONMENT):
        repository, name = item.facts.text("repository"), item.facts.text("environment")
        if isinstance(repository, str) and isinstance(name, str):
            found.setdefault(repository.lower(), []).append(item)
    return {name: tuple(each) for name, each in found.items()}


def _policies(stack: Stack) -> dict[tuple[object, object], list[Resource]]:
    """Return the deployment policies by repository and environment."""
    found: dict[tuple[object, object], list[Resource]] = {}
    for item in stack.of(gh.DEPLOYMENT_POLICY):
        found.setdefault(key(item.facts), []).append(item)
    return found


def _secrets_of_each(
    stack: Stack, settings: Settings, environments: Iterable[Resource]
) -> dict[str, tuple[str, ...]]:
    """Return the names of the secrets of each environment that publishes."""
    secrets = stack.once(_secrets)
    return {
        str(each.facts.text("environment")).lower(): tuple(secrets.get(key(each.facts), {}))
        for each in environments
        if _publishes(each, settings)
    }


def _secrets(stack: Stack) -> dict[tuple[object, object], dict[str, str]]:
    """Return the URNs of the secrets of environments by name, by repository and environment."""
    found: dict[tuple[object, object], dict[str, str]] = {}
    for item in stack.of(gh.ACTIONS_ENVIRONMENT_SECRET):
        name = item.facts.text("secretName")
        if isinstance(name, str):
            found.setdefault(key(item.facts), {})[name] = item.urn
    return found


def _deploy_keys(stack: Stack) -> dict[str, list[Actor]]:
    """Return the deploy keys that can write, by repository."""
    found: dict[str, list[Actor]] = {}
    for item in stack.of(gh.REPOSITORY_DEPLOY_KEY):
        repository, title = item.facts.text("repository"), item.facts.text("title")
        if isinstance(repository, str) and item.facts.flag("readOnly") not in (True, None):
            name = title if isinstance(title, str) else item.name
            found.setdefault(repository.lower(), []).append(Actor(ActorKind.DEPLOY_KEY, name))
    return found


def _token_approves(stack: Stack) -> dict[str, bool]:
    """Return whether a job's token may approve pull requests: by repository, and for all (``)."""
    found: dict[str, bool] = {}
    for item in stack.of(gh.ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS):
        found[""] = item.facts.flag("canApprovePullRequestReviews") is True
    for item in stack.of(gh.WORKFLOW_REPOSITORY_PERMISSIONS):
        repository = item.facts.text("repository")
        if isinstance(repository, str):
            found[repository.lower()] = item.facts.flag("canApprovePullRequestReviews") is True
    return found
