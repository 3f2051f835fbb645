"""GitHub's semantics: what follows from the release path of a repository, one function per kind.

A clause says: if the premises hold and the actors act, then the conclusion holds. People write the
workflow files of the commits that they push, so a run on a ref that they can set does what they
want: the triggers of the declared files stop nobody.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations_with_replacement

from portcullis_policy.release_path.derivation import Actor, ActorKind, Capability, Clause
from portcullis_policy.release_path.guards import Guard, Refs
from portcullis_policy.release_path.model import Environment, Owners, Repository
from portcullis_policy.release_path.outsiders import OutsidersJob
from portcullis_policy.release_path.stored import OF_DEPENDABOT

TOKEN = Actor(ActorKind.CREDENTIAL, "GITHUB_TOKEN")
"""The token of a job: what it does, github-actions[bot] has done."""
ELSEWHERE = Actor(ActorKind.WRITER, "write access to another repository")
"""Who may push to another repository that sees the same secret of the organization."""
OUTSIDER = Actor(ActorKind.OUTSIDER, "an outsider")
BY_TOKEN = "dispatch by GITHUB_TOKEN"  # noqa: S105 - a step in words
"""The step that starts a run in the name of github-actions[bot]."""
RUN = Capability("run", "a workflow on any ref")
CHANGE = Capability("change", "the workflow files of the default branch")
_PEOPLE = (ActorKind.PERSON, ActorKind.MEMBER, ActorKind.WRITER)
_CONTENTS, _ACTIONS = (Capability("write by token", each) for each in ("contents", "actions"))


def enter(environment: str) -> Capability:
    """Return that a job of one's own runs in an environment."""
    return Capability("enter", environment.lower())


def publish(environment: str) -> Capability:
    """Return that something of one's own is published through an environment."""
    return Capability("publish", environment.lower())


def read(secret: str, environment: str = "") -> Capability:
    """Return that a secret is read: one of an environment, or one that every job sees."""
    return Capability("read", f"{environment.lower()}/{secret.upper()}")


def move(refs: Refs) -> Capability:
    """Return that an existing ref is moved, or deleted and made anew."""
    return Capability("move", refs.name)


def _set(refs: Refs, by: Actor | None = None) -> Capability:
    return Capability("set", refs.name, by)


def _start(refs: Refs, by: Actor | None = None) -> Capability:
    """Return that a workflow of one's own runs on a ref: started by an actor, or by anybody."""
    return Capability("start", refs.name, by)


def clauses(repository: Repository, *, by_token: bool = True) -> Iterator[Clause]:
    """Yield what follows from the release path of a repository.

    Args:
        repository: the release path.
        by_token: a job's GITHUB_TOKEN may start a run that somebody has to approve.
    """
    deployed = {refs: None for each in repository.environments for refs in each.refs}
    starters: dict[Refs, set[Actor]] = {}
    for refs in dict.fromkeys((*deployed, *repository.everywhere, repository.default)):
        setting = list(pushing(repository, refs))
        if refs in deployed or refs == repository.default:
            setting += merging(repository, refs)
        starters[refs] = {actor for each in setting if (actor := each.conclusion.holder)}
        yield from setting
        yield from pushing_by_token(repository, refs)
        yield from running(refs)
    for refs in deployed:
        yield from moving(repository, refs)
        if by_token:
            yield from starting_by_token(refs)
            starters[refs].add(TOKEN)
        else:
            yield from dispatching(repository, refs)
            starters[refs] |= _people(repository)
    for environment in repository.environments:
        yield from entering(repository, environment, starters)
        yield from using(environment)
    yield from reading(repository)
    yield from changing(repository)
    for job in repository.outsiders:
        yield from outside(repository, job)


def _people(repository: Repository) -> set[Actor]:
    """Return the people who may push."""
    return {each for each in repository.writers if each.kind in _PEOPLE}


def pushing(repository: Repository, refs: Refs) -> Iterator[Clause]:
    """Yield who creates or moves a ref: those with write access whom each protection lets pass.

    A commit with a workflow file of one's own needs no more than that. Source:
    https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
    """
    for actor in sorted(repository.writers):
        creating = not refs.exists and all(each.lets_create(actor) for each in refs.guards)
        if creating:
            verb = "create"
        elif all(each.lets_push(actor) for each in refs.guards):
            verb = "move" if refs.is_tag else "push to"
        else:
            continue
        step = f"{actor}: {verb} {refs.name}"
        yield from _setting(refs, actor, (actor,), step, creating=creating)


def _setting(
    refs: Refs, actor: Actor, actors: Iterable[Actor], step: str, *, creating: bool = False
) -> Iterator[Clause]:
    """Yield that an actor sets a ref to a commit of their own, whose workflow runs.

    Args:
        refs: the ref.
        actor: who does it, and so starts the run of a push.
        actors: who has to act.
        step: what they do.
        creating: the ref is new.
    """
    guards = [each for each in refs.guards if each.restricts(creating=creating)]
    passed = "; ".join(each.passed_by(actor) for each in guards)
    step = f"{step} ({passed})" if passed else step
    source = guards[0].name if guards else ""
    yield Clause(_set(refs, actor), (), frozenset(actors), step, source)
    yield Clause(_set(refs), (_set(refs, actor),))
    yield Clause(_start(refs, actor), (_set(refs, actor),))
    yield Clause(_start(refs), (_set(refs, actor),))
    yield Clause(RUN, (_set(refs, actor),))


def pushing_by_token(repository: Repository, refs: Refs) -> Iterator[Clause]:
    """Yield what the GITHUB_TOKEN of a job creates or moves, as the App 15368.

    What it pushes starts no run, but it may dispatch one. It changes no workflow files, so the run
    is one of a declared workflow, on changed sources. It counts only where it can do more than the
    writers, or where an outsider has it. Source:
    https://docs.github.com/actions/concepts/security/github_token
    """
    if not repository.outsiders and not any(each.token_passes for each in refs.guards):
        return
    open_to_all = all(not each.creation or each.token_passes for each in refs.guards)
    creates = not refs.exists and open_to_all
    if creates or all(_token_pushes(each) for each in refs.guards):
        step = f"GITHUB_TOKEN: {'create' if creates else 'push to'} {refs.name}"
        source = refs.guards[0].name if refs.guards else ""
        yield Clause(_set(refs), (_CONTENTS,), frozenset(), step, source)


def _token_pushes(guard: Guard) -> bool:
    restricts = guard.update or guard.approvals is not None or guard.pushing is not None
    return guard.token_passes or not restricts


def running(refs: Refs) -> Iterator[Clause]:
    """Yield that a job's token dispatches the workflow on a ref, and what any workflow may do.

    `permissions` in the file raise the token's rights above the default, up to writing. Source:
    https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions
    """
    step = f"GITHUB_TOKEN: dispatch the workflow on {refs.name}"
    yield Clause(_start(refs), (_set(refs), _ACTIONS), frozenset(), step)
    yield Clause(_CONTENTS, (RUN,))
    yield Clause(_ACTIONS, (RUN,))


def merging(repository: Repository, refs: Refs) -> Iterator[Clause]:
    """Yield who brings a change to a branch by a pull request: its author, and those who approve.

    Nobody approves a pull request that they opened. An approval that is kept after a push, or that
    may come from the last pusher, saves a person. Source:
    https://docs.github.com/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/approving-a-pull-request-with-required-reviews
    """
    for owners in repository.owners or (None,):
        yield from _merging(repository, refs, Owners(owners))


def _merging(repository: Repository, refs: Refs, owners: Owners) -> Iterator[Clause]:
    """Yield who merges a change of files with some owners."""
    classes = {
        each.actors[0]: each.actors
        for each in repository.alike
        if each.actors[0] in repository.writers
    }
    for author in () if refs.is_tag else sorted(classes):
        wanted = [each.approvals_for(author) for each in refs.guards]
        if None in wanted or all(each.lets_push(author) for each in refs.guards):
            continue
        asking = [each for each in refs.guards if each.approvals_for(author)]
        number = max((each for each in wanted if each), default=0)
        needed = owners.people
        if needed is not None:
            asking_owners = [each for each in refs.guards if each.asks_owners_of(author)]
            needed = needed if asking_owners else None
            asking += [each for each in asking_owners if each not in asking]
        verb, others = "merge a pull request", number - (number and repository.token_approves)
        if asking and not any(each.last_push for each in asking):
            verb, others = "push to and approve a pull request of somebody else", number - 1
            if needed is not None and author in needed:
                needed = None
            if all(each.keeps_stale for each in asking):
                verb, others, needed = "push to a pull request that is approved already", 0, None
        if owners.lists_first:
            verb = f"change CODEOWNERS first, then {verb}"
        for reviewers in _chosen(classes, author, max(others, 0 if needed is None else 1)):
            if needed is not None and needed.isdisjoint(reviewers):
                continue
            by = " and ".join(map(str, reviewers))
            approved = f" that {by} approve{'' if len(reviewers) > 1 else 's'}" if by else ""
            step = f"{author}: {verb}{approved}, into {refs.name}"
            yield from _setting(refs, author, (author, *reviewers), step)


def changing(repository: Repository) -> Iterator[Clause]:
    """Yield who changes the workflow files of the default branch: whose owners may have to approve.

    A job's token changes none of them.

    Source: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
    """
    refs = repository.default
    if not repository.workflow_owners:
        for actor in sorted(repository.writers):
            yield Clause(CHANGE, (_set(refs, actor),))
        return
    setting = [*pushing(repository, refs)]
    for owners in repository.workflow_owners:
        setting += _merging(repository, refs, owners)
    for each in setting:
        if each.step:
            yield replace(each, conclusion=CHANGE)


def _chosen(
    classes: dict[Actor, tuple[Actor, ...]], author: Actor, number: int
) -> Iterator[tuple[Actor, ...]]:
    """Yield each choice of so many people beside an author; people who are alike count once."""
    for kinds in combinations_with_replacement(sorted(classes), number):
        left = {kind: iter(actors) for kind, actors in classes.items()}
        next(left[author])
        people = tuple(person for kind in kinds if (person := next(left[kind], None)) is not None)
        if len(people) == number:
            yield people


def starting_by_token(refs: Refs) -> Iterator[Clause]:
    """Yield that a job's GITHUB_TOKEN starts another run, in the name of github-actions[bot].

    Source:
    https://docs.github.com/actions/how-tos/write-workflows/choose-when-workflows-run/trigger-a-workflow
    """
    yield Clause(_start(refs, TOKEN), (_start(refs),), frozenset(), BY_TOKEN)


def dispatching(repository: Repository, refs: Refs) -> Iterator[Clause]:
    """Yield that another person starts the run: everybody who may push may dispatch a workflow.

    Where a job's token may start it, this person is not needed. Source:
    https://docs.github.com/actions/how-tos/manage-workflow-runs/manually-run-a-workflow
    """
    for actor in sorted(_people(repository)):
        step = f"{actor}: dispatch the workflow on {refs.name}"
        yield Clause(_start(refs, actor), (_set(refs),), frozenset({actor}), step)


def entering(
    repository: Repository, environment: Environment, starters: Mapping[Refs, Iterable[Actor]]
) -> Iterator[Clause]:
    """Yield who lets a job into an environment: one reviewer, who has not started the run.

    Administrators skip the approval unless that is switched off. An environment without reviewers
    lets each run on its refs in. Source:
    https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments

    Args:
        repository: the release path.
        environment: the environment.
        starters: who may start a run, by its ref.
    """
    entered, source = enter(environment.name), environment.name
    for refs in environment.refs:
        if not environment.reviewed:
            yield Clause(entered, (_start(refs),), source=source)
            continue
        for reviewer in sorted(environment.reviewers):
            runs = [_start(refs)]
            if environment.prevents_self_review:
                runs = [_start(refs, each) for each in starters[refs] if each != reviewer]
            step = f"{reviewer}: approve at {environment.name}"
            for run in runs:
                yield Clause(entered, (run,), frozenset({reviewer}), step, source)
        for admin in sorted(repository.admins if environment.admins_bypass else ()):
            step = f"{admin}: bypass the approval at {environment.name} as an administrator"
            yield Clause(entered, (_start(refs),), frozenset({admin}), step, source)


def using(environment: Environment) -> Iterator[Clause]:
    """Yield what a job in an environment does: publish, and read the environment's secrets.

    A credential that lies outside of it publishes the same without it.

    Source: https://docs.github.com/actions/concepts/security/secrets
    """
    entered = (enter(environment.name),)
    yield Clause(publish(environment.name), entered)
    for name in environment.published_by:
        step = f"publish with the secret {name}"
        yield Clause(publish(environment.name), (read(name),), frozenset(), step, name)
    for name in environment.secrets:
        source = f"{environment.name}/{name}"
        yield Clause(read(name, environment.name), entered, source=source)


def reading(repository: Repository) -> Iterator[Clause]:
    """Yield who reads the secrets that are in no environment: each workflow on any ref.

    A run of Dependabot reads Dependabot's. It uses the workflow files of the default branch.

    Source: https://docs.github.com/actions/concepts/security/secrets
    """
    for name in repository.secrets:
        if name.endswith(OF_DEPENDABOT):
            step = f"read the secret {name} in a run for a pull request of Dependabot"
            yield Clause(read(name), (CHANGE,), frozenset(), step, name)
        else:
            step = f"read the secret {name} in a workflow on any ref"
            yield Clause(read(name), (RUN,), frozenset(), step, name)
            if name in repository.shared:
                step = f"{ELSEWHERE}: read the secret {name} in a workflow of that repository"
                yield Clause(read(name), (), frozenset({ELSEWHERE}), step, name)


def moving(repository: Repository, refs: Refs) -> Iterator[Clause]:
    """Yield who moves a tag that exists, or deletes it and makes it anew.

    Source: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
    """
    for actor in sorted(repository.writers) if refs.is_tag else ():
        moves = all(each.lets_push(actor) for each in refs.guards)
        if moves or all(each.lets_make_anew(actor) for each in refs.guards):
            step = f"{actor}: {'move' if moves else 'delete and create'} {refs.name}"
            source = refs.guards[0].name if refs.guards else ""
            yield Clause(move(refs), (), frozenset({actor}), step, source)


def outside(repository: Repository, job: OutsidersJob) -> Iterator[Clause]:
    """Yield what an outsider does through a job that runs their code on the default branch.

    Source: https://docs.github.com/actions/reference/security/securely-using-pull_request_target
    """
    inside = Capability("inside", f"{job.path}/{job.name}")
    step = f"an outsider: let the job {job.name} of {job.path} run code from outside"
    yield Clause(inside, (), frozenset({OUTSIDER}), step)
    rights = {"contents": _CONTENTS, "actions": _ACTIONS}
    for right in job.rights:
        yield Clause(rights[right], (inside,))
    environments = {each.name.lower(): each for each in repository.environments}
    environment = environments.get(job.environment)
    if environment is not None and any(refs.exists for refs in environment.refs):
        yield from _admitted(environment, inside)
    for name in repository.secrets:
        seen = name.upper() in job.secrets or "*" in job.secrets
        if seen and not name.endswith(OF_DEPENDABOT):
            yield Clause(read(name), (inside,), source=name)


def _admitted(environment: Environment, inside: Capability) -> Iterator[Clause]:
    """Yield who lets an outsider's job into its environment."""
    entered, source = enter(environment.name), environment.name
    if not environment.reviewed:
        yield Clause(entered, (inside,), source=source)
    for reviewer in sorted(environment.reviewers):
        step = f"{reviewer}: approve at {environment.name}"
        yield Clause(entered, (inside,), frozenset({reviewer}), step, source)
