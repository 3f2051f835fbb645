"""Which secrets the publishing jobs of a repository use, whatever the secrets are called.

A secret reaches a step through its inputs, its script, its environment variables and those of the
job and the workflow; through a step before it that logs in; and through the callers of a workflow
or a composite action of the same repository.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portcullis_policy.facts import UNKNOWN
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.environment_use import Key
from portcullis_policy.semantics.publishing.jobs import (
    publishing_jobs,
    publishing_line,
    secrets_named,
)
from portcullis_policy.semantics.release_environments import is_release, key
from portcullis_policy.semantics.workflow_files.expressions import in_braces
from portcullis_policy.semantics.workflow_files.files import repository_of, workflow_files
from portcullis_policy.semantics.workflow_files.workflows import (
    At,
    Job,
    Step,
    UnreadableError,
    Workflow,
    compose,
)
from portcullis_policy.settings import Settings

_VARIABLE = re.compile(r"\$(?:env:)?\{?(\w+)|\benv(?:\.|\[')(\w+)")
_LOGS_IN = re.compile(
    r"log-?in|npmrc|pypirc|\bnetrc|credential|authtoken|GITHUB_ENV|settings\.xml|gradle\.properties"
    r"|config\s+set|\bauth\b|authenticat",
    re.IGNORECASE,
)
"""What a step says that makes later steps of its job able to publish."""
_SIGNS = re.compile(
    r"\bcosign\b.*\bsign(?:-blob)?\b|\bgpg2?\b.*(?:--import|-{1,2}(?:detach-)?sign|-[abs]+\b)"
    r"|import-gpg|\bminisign\s+-S|\b(?:jar|code|rpm|dpkg-|deb)sign(?:er)?\b|\bsigntool\b",
    re.IGNORECASE,
)
"""What a step says that signs what its job publishes."""
_PUBLISHES = re.compile(r"publish|upload(?!-artifact)|release|deploy|push|dist\b", re.IGNORECASE)
_PRINTS = re.compile(r"\s*(?:echo|printf)\b")
_ACTION_FILE = re.compile(r"action\.ya?ml", re.IGNORECASE)
_CREDENTIAL = re.compile(
    r"(?:^|[-_])(?:password|passwd|token|api[-_]?key|secret|pat|auth)$", re.IGNORECASE
)
_OF_VARS = re.compile(r"\bvars\s*(?:\.\s*|\[\s*')([\w-]+)", re.IGNORECASE)
_OWN_TOKEN = re.compile(r"\bgithub\s*(?:\.\s*token\b|\[\s*'token')", re.IGNORECASE)
_OF_GITHUB = "GITHUB_TOKEN"
_Given = Mapping[str, frozenset[str]] | None
_DEEPEST = 4
"""How many workflows and actions are followed that call one another; GitHub allows ten."""


@dataclass(frozen=True, slots=True)
class Use:
    """A secret that a publishing job uses.

    Attributes:
        repository: the repository of the workflow file, in lower case.
        environment: the name of the job's environment, in lower case; empty if it has none, None
            if it is worked out when the job runs.
        secret: its name, in upper case.
    """

    repository: object
    environment: str | None
    secret: str


@dataclass(frozen=True, slots=True)
class _Scope:
    """What surrounds a job or a step.

    Attributes:
        given: secrets by the name of the input or secret that the caller gives them under; None:
            the names are the caller's own.
        variables: secrets by environment variable.
    """

    given: _Given
    variables: Mapping[str, frozenset[str]]

    def secrets_in(self, text: str) -> frozenset[str]:
        """Return the secrets that a text uses, named as where they are stored."""
        named = secrets_named(text)
        if any(_OWN_TOKEN.search(each) for each in in_braces(text)):
            named |= {_OF_GITHUB}
        found = set(named)
        if self.given is not None:
            found = {each for name in named for each in self.given.get(name, ())}
            found |= named & {_OF_GITHUB}
            for expression in in_braces(text):
                inputs = re.findall(r"\binputs(?:\.|\[')([\w-]+)", expression)
                found |= {each for name in inputs for each in self.given.get(name.upper(), ())}
        for name in {one or other for one, other in _VARIABLE.findall(text)}:
            found |= self.variables.get(name, frozenset())
        return frozenset(found)

    def with_variables(self, block: At) -> "_Scope":
        """Return the scope with the environment variables of a block."""
        own = {name: self.secrets_in(value.text) for name, value in block.items().items()}
        return _Scope(self.given, {**self.variables, **own})


def used_by_publishing_jobs(stack: Stack, settings: Settings) -> frozenset[Use]:
    """Return the secrets that publishing jobs use; that of GitHub itself is left out.

    Args:
        stack: all resources.
        settings: tell which environments publish; the same for all questions about the stack.
    """
    known = stack.once(_Known)
    if known.uses is None:
        known.uses = _used(stack, settings)
    return known.uses


def used_in(stack: Stack, settings: Settings, repository: str) -> tuple[Use, ...]:
    """Return the secrets that the publishing jobs of one repository use."""
    known = stack.once(_Known)
    if known.by_repository is None:
        known.by_repository = {}
        for use in used_by_publishing_jobs(stack, settings):
            known.by_repository.setdefault(use.repository, []).append(use)
    return tuple(known.by_repository.get(repository, ()))


class _Known:
    """What was read of a stack already."""

    def __init__(self, _: Stack) -> None:
        """Know nothing yet."""
        self.uses: frozenset[Use] | None = None
        self.by_repository: dict[object, list[Use]] | None = None


def _used(stack: Stack, settings: Settings) -> frozenset[Use]:
    releases = {key(item.facts) for item in stack.of(gh.ENVIRONMENT) if is_release(item, settings)}
    files = _Files(stack, frozenset(releases), settings)
    return frozenset(use for use in files.uses() if use.secret != _OF_GITHUB)


def variables_as_passwords(stack: Stack, settings: Settings) -> frozenset[tuple[object, str]]:
    """Return the variables that publishing jobs use as a password: repository and name.

    Inputs and environment variables count whose name is that of a credential.
    """
    found: set[tuple[object, str]] = set()
    for file in workflow_files(stack):
        for job, _ in publishing_jobs(file.workflow) if file.workflow is not None else ():
            blocks = [file.workflow.at.get("env"), job.at.get("env")] if file.workflow else []
            blocks += [step.at.get(part) for step in job.steps for part in ("env", "with")]
            for name, value in (each for block in blocks for each in block.items().items()):
                if _CREDENTIAL.search(name) or settings.can_publish(name):
                    named = (_OF_VARS.findall(each) for each in in_braces(value.text))
                    found |= {(file.repository, var.upper()) for vars_ in named for var in vars_}
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a workflow runs.

    Attributes:
        home: the repository of the file.
        repository: the repository that runs it, and gives the secrets.
        depth: how many workflows have called one another.
    """

    home: object
    repository: object
    depth: int = 0


class _Files:
    """The workflow files and actions of a stack, by repository and path."""

    def __init__(self, stack: Stack, releases: frozenset[Key], settings: Settings) -> None:
        self._releases = releases
        self._settings = settings
        self._workflows: dict[tuple[object, str], Workflow] = {}
        self._actions: dict[tuple[object, str], tuple[Step, ...]] = {}
        for item in workflow_files(stack):
            if item.workflow is not None:
                self._workflows[item.repository, _path_of(item.resource)] = item.workflow
        for resource in stack.of(gh.REPOSITORY_FILE):
            folder, _, name = _path_of(resource).rpartition("/")
            content = resource.facts.text("content")
            if _ACTION_FILE.fullmatch(name) and isinstance(content, str):
                self._actions[repository_of(resource), folder] = _steps_of(content)

    def uses(self) -> Iterator[Use]:
        """Yield what the publishing jobs of all files use."""
        for (repository, _), workflow in self._workflows.items():
            if repository is not UNKNOWN and set(workflow.triggers) != {"workflow_call"}:
                yield from self._of_workflow(_Place(repository, repository), workflow, None)

    def _of_workflow(self, place: _Place, workflow: Workflow, given: _Given) -> Iterator[Use]:
        scope = _Scope(given, {}).with_variables(workflow.at.get("env"))
        for job in workflow.jobs:
            home, called = self._called(place.home, job)
            if called is None:
                yield from self._of_job(place, workflow, job, scope)
            elif place.depth < _DEEPEST:
                inner = _Place(home, place.repository, place.depth + 1)
                yield from self._of_workflow(inner, called, _given_to(job, scope))

    def _called(self, home: object, job: Job) -> tuple[object, Workflow | None]:
        """Return the workflow that a job calls, with its repository, if the stack manages it."""
        owner, folder, rest = job.uses.text.lower().partition(".github/workflows/")
        path = f"{folder}{rest.partition('@')[0]}"
        if owner not in ("./", ""):
            home = owner.strip("/").rpartition("/")[2]
        return home, self._workflows.get((home, path))

    def _of_job(self, place: _Place, workflow: Workflow, job: Job, scope: _Scope) -> Iterator[Use]:
        scope = scope.with_variables(job.at.get("env"))
        name = job.environment.text.strip().lower()
        environment = None if "${{" in name else name
        publishing = [step for step in job.steps if self._publishes(place.home, step)]
        if not publishing and self._is_release(place.repository, environment):
            publishing = [step for step in job.steps if _seems_to_publish(step)]
        if not publishing:
            return
        found = _taken(job, publishing, scope)
        if not found and not _has_identity(workflow, job):
            found = _within_reach(job, scope)
        for secret in found:
            yield Use(place.repository, environment, secret)

    def _is_release(self, repository: object, environment: str | None) -> bool:
        """Say whether a job with that environment publishes, by a step that nobody recognizes."""
        if not environment:
            return environment is None
        named = self._settings.is_release_environment(environment)
        return named or (repository, environment) in self._releases

    def _publishes(self, home: object, step: Step, depth: int = 0) -> bool:
        """Say whether a step publishes, by itself or by an action of the same repository."""
        if publishing_line(step) is not None:
            return True
        if not step.uses.startswith("./") or depth >= _DEEPEST:
            return False
        inner = self._actions.get((home, posixpath.normpath(step.uses)), ())
        return any(self._publishes(home, each, depth + 1) for each in inner)


def _seems_to_publish(step: Step) -> bool:
    """Say whether a step of a release environment's job may publish, by what it calls."""
    scripts = [text for _, text in step.run.lines() if not _PRINTS.match(text)]
    return any(map(_PUBLISHES.search, [step.action, *scripts]))


def _taken(job: Job, publishing: list[Step], scope: _Scope) -> frozenset[str]:
    """Return the secrets of the steps that publish, that log in, or that sign."""
    found: frozenset[str] = frozenset()
    for step in job.steps:
        inner = scope.with_variables(step.at.get("env"))
        texts = _texts(step) if step in publishing else _logins(step)
        found = found.union(*map(inner.secrets_in, texts))
    return found


def _texts(step: Step) -> list[str]:
    return [step.run.text, *(value.text for value in step.values())]


def _logins(step: Step) -> list[str]:
    """Return the texts of a step that log in or sign: inputs, or lines of a script."""
    if _LOGS_IN.search(step.action) or _SIGNS.search(step.action):
        return _texts(step)
    if any(_SIGNS.search(text) for _, text in step.run.lines()):
        return _texts(step)
    return [text for _, text in step.run.lines() if _LOGS_IN.search(text)]


def _within_reach(job: Job, scope: _Scope) -> frozenset[str]:
    """Return the secrets that any step of a job has."""
    texts = [text for step in job.steps for text in _texts(step)]
    return frozenset().union(*map(scope.secrets_in, texts), *scope.variables.values())


def _path_of(resource: Resource) -> str:
    path = resource.facts.text("file")
    return posixpath.normpath(path).lstrip("/").lower() if isinstance(path, str) else ""


def _given_to(job: Job, scope: _Scope) -> _Given:
    """Return what a job gives to the workflow that it calls; None: all of its own secrets."""
    if job.at.get("secrets").text == "inherit":
        return scope.given
    blocks = (job.at.get("secrets"), job.at.get("with"))
    return {
        name.upper(): scope.secrets_in(value.text)
        for block in blocks
        for name, value in block.items().items()
    }


def _has_identity(workflow: Workflow, job: Job) -> bool:
    """Say whether a job can publish by its identity token, without any secret."""
    permissions = job.at.get("permissions")
    if not permissions.given and not permissions.is_mapping:
        permissions = workflow.at.get("permissions")
    return permissions.text == "write-all" or permissions.get("id-token").text == "write"


def _steps_of(text: str) -> tuple[Step, ...]:
    """Return the steps of a composite action; none for one that cannot be read."""
    try:
        steps = compose(text).get("runs", "steps").entries()
    except UnreadableError:
        return ()
    return tuple(Step(each, each.get("uses").text.strip().lower()) for each in steps)
