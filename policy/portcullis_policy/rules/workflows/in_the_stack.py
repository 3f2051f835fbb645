"""WF: workflow files beside the rest of the stack: runners, environments and secrets."""

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.examples.workflow_files import CI, CI_PATH, RELEASE, changed, file
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import cis, osps, slsa, ssdf
from portcullis_policy.rule import Finding, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.publishing.jobs import publishing_jobs, secrets_named
from portcullis_policy.semantics.release_environments import key
from portcullis_policy.semantics.workflow_files.files import (
    WorkflowFile,
    at_lines,
    named,
    runs,
    workflow_path,
)
from portcullis_policy.semantics.workflow_files.runners import own_runners
from portcullis_policy.semantics.workflow_files.workflows import Job
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_OUTSIDERS_START = frozenset({"pull_request", "pull_request_target", "workflow_call"})
"""Events by which a pull request may start a job, also through a workflow that calls it."""
_PUBLIC = Declared(gh.REPOSITORY, {"name": "escai", "visibility": "public"})
_PRIVATE = Declared(gh.REPOSITORY, {"name": "escai", "visibility": "private"})
_ENVIRONMENT: Mapping[str, object] = {
    "repository": "escai",
    "environment": "pypi-release",
    "reviewers": [{"teams": [11]}],
    "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
}
_TOKEN: Mapping[str, object] = {
    "repository": "escai",
    "environment": "pypi-release",
    "secretName": "PYPI_API_TOKEN",
}
_IS_THERE = re.compile(r"(?<![\w.-])secrets\.[\w-]+\s*[!=]=\s*''(?!')", re.IGNORECASE)
"""A question of an expression whether there is a secret, which tells nothing of its value."""
_USES_TOKEN = ("run: uv build", "run: uv build\n        env: {T: '${{ secrets.PYPI_API_TOKEN }}'}")


def _looks(more: str) -> tuple[str, str]:
    """Return an edit: a step that looks whether there is a secret, and does more."""
    value = f"${{{{ secrets.PYPI_API_TOKEN != ''{more} }}}}"
    return ("run: uv build", f'run: uv build\n        env: {{T: "{value}"}}')


def _runs_on(runner: str) -> Declared:
    """Return the CI workflow on another runner."""
    return file(changed(CI, ("runs-on: ubuntu-24.04", f"runs-on: {runner}")), CI_PATH)


class FileRule(StackRule, abstract=True):
    """The base of the rules that judge workflow files beside other resources."""

    resource_types: ClassVar[tuple[str, ...]] = (gh.REPOSITORY_FILE,)

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        for item in runs(stack):
            path = workflow_path(item.resource)
            if item.workflow is not None and path is not None:
                found = named(self.lines(item, stack, settings), item.workflow)
                yield from at_lines(item.resource, path, found, item.resource.urn)

    @abstractmethod
    def lines(
        self, item: WorkflowFile, stack: Stack, settings: Settings
    ) -> Iterator[tuple[int, str]]:
        """Yield the lines on which the rule does not hold, with what is wrong."""


class OwnRunnersStayPrivate(FileRule):
    """A public repository's workflows do not run on self-hosted runners.

    Anybody's pull request could run code there, see the runner's network, and leave something
    behind for the next job. Labels are looked for in expressions and in the matrix. Where a pull
    request starts the job, a label that no runner of GitHub's has is reported, too, and so is one
    that is worked out elsewhere.
    """

    id = "WF015"
    title = "a public repository's workflow runs on a self-hosted runner"
    severity = Severity.HIGH
    maps = (*cis("2.1.5"), *slsa("Build L3"), *ssdf("PO.5.1"), *osps("BR-01.03"))
    resource_types = (gh.REPOSITORY_FILE, gh.REPOSITORY)
    remediation = "Use GitHub's runners for public repositories."
    _OWN = ("runs-on: ubuntu-24.04", "runs-on: [self-hosted, linux]")
    good = (
        stack("GitHub's runner", _PUBLIC, file(CI, CI_PATH)),
        stack("a private repository", _PRIVATE, file(changed(CI, _OWN), CI_PATH)),
        stack("a larger runner", _PUBLIC, _runs_on("ubuntu-24.04-16-cores")),
        stack(
            "a matrix of GitHub's runners",
            _PUBLIC,
            _runs_on("${{ matrix.os }}\n    strategy: {matrix: {os: [ubuntu-24.04, macos-15]}}"),
        ),
        stack(
            "another runner for other repositories",
            _PUBLIC,
            _runs_on("${{ github.repository == 'o/escai' && 'ubuntu-24.04' || 'self-hosted' }}"),
        ),
    )
    bad = (
        stack("a self-hosted runner by label", _PUBLIC, file(changed(CI, _OWN), CI_PATH)),
        stack(
            "`runs-on` as a mapping",
            _PUBLIC,
            file(changed(CI, (_OWN[0], "runs-on: {labels: Self-Hosted}")), CI_PATH),
        ),
        stack("an expression", _PUBLIC, _runs_on("${{ 'self-hosted' }}")),
        stack("a list in an expression", _PUBLIC, _runs_on("${{ fromJSON('[\"self-hosted\"]') }}")),
        stack(
            "the matrix",
            _PUBLIC,
            _runs_on("${{ matrix.os }}\n    strategy: {matrix: {os: [[self-hosted, linux]]}}"),
        ),
        stack("a label of one's own", _PUBLIC, _runs_on("[gpu]")),
        stack("a variable", _PUBLIC, _runs_on("${{ vars.RUNNER }}")),
    )

    def lines(
        self, item: WorkflowFile, stack: Stack, settings: Settings
    ) -> Iterator[tuple[int, str]]:
        """See FileRule."""
        del settings
        if item.workflow is not None and item.repository in stack.once(_public):
            outsiders = bool(_OUTSIDERS_START & set(item.workflow.triggers))
            for job in item.workflow.jobs:
                yield from own_runners(job, item.repository, by_outsiders=outsiders)


class EnvironmentIsProtected(FileRule):
    """The environment that a publish job names exists and is protected.

    If a workflow names an environment that does not exist, GitHub creates it silently, without
    reviewers and without a deployment policy.
    """

    id = "WF020"
    title = "a job publishes through an environment that is missing or not protected"
    severity = Severity.HIGH
    maps = (*cis("4.2.2", "5.2.3"), *ssdf("PO.5.1"))
    resource_types = (gh.REPOSITORY_FILE, gh.ENVIRONMENT)
    remediation = "Declare the environment, with reviewers or with a deployment policy."
    good = (
        stack("a protected environment", Declared(gh.ENVIRONMENT, _ENVIRONMENT), file(RELEASE)),
        stack(
            "its name in other case",
            Declared(gh.ENVIRONMENT, {**_ENVIRONMENT, "environment": "PyPI-Release"}),
            file(RELEASE),
        ),
        stack("a workflow that publishes nothing", file(CI, CI_PATH)),
    )
    bad = (
        stack("no such environment", file(RELEASE)),
        stack(
            "an environment of another repository",
            Declared(gh.ENVIRONMENT, {**_ENVIRONMENT, "repository": "x"}),
            file(RELEASE),
        ),
        stack(
            "an environment without protection",
            Declared(gh.ENVIRONMENT, {"repository": "escai", "environment": "pypi-release"}),
            file(RELEASE),
        ),
        stack(
            "a name that an expression gives",
            Declared(gh.ENVIRONMENT, _ENVIRONMENT),
            file(changed(RELEASE, ("environment: pypi-release", "environment: ${{ vars.GATE }}"))),
        ),
    )

    def lines(
        self, item: WorkflowFile, stack: Stack, settings: Settings
    ) -> Iterator[tuple[int, str]]:
        """See FileRule. A job without any environment is WF002's business."""
        del settings
        if item.workflow is None or not isinstance(item.repository, str):
            return
        environments = stack.once(_environments)
        for job, _ in publishing_jobs(item.workflow):
            name = job.environment
            if "${{" in name.text:
                yield (name.line, "the environment's name is worked out, so nobody can check it")
            elif name.text:
                environment = environments.get((item.repository, name.text.lower()))
                if environment is None:
                    yield (name.line, "the stack has no such environment")
                elif not _is_protected(environment):
                    yield (name.line, "that environment has no reviewers and admits every ref")


class SecretOfItsEnvironment(FileRule):
    """A job that uses an environment's secret names that environment.

    Without it the secret is empty, and the usual next step is to move the secret to where every
    workflow can read it.
    """

    id = "WF021"
    title = "a job uses an environment's secret without naming the environment"
    severity = Severity.MEDIUM
    maps = cis("2.1.7")
    resource_types = (gh.REPOSITORY_FILE, gh.ACTIONS_ENVIRONMENT_SECRET)
    remediation = "Add that `environment:` to the job, or stop using the secret there."
    good = (
        stack(
            "a job with that environment",
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, _TOKEN),
            file(changed(RELEASE, ("needs: [build]", "env: {T: '${{ secrets.PYPI_API_TOKEN }}'}"))),
        ),
        stack(
            "a job that looks whether the secret is stored where it should not be",
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, _TOKEN),
            file(changed(RELEASE, _looks(" && 'pypi-release' || ''"))),
        ),
        stack(
            "a secret that no job uses",
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, _TOKEN),
            file(CI, CI_PATH),
        ),
    )
    bad = (
        stack(
            "a job without `environment`",
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, _TOKEN),
            file(changed(RELEASE, _USES_TOKEN)),
        ),
        stack(
            "a job that looks for it and uses it",
            Declared(gh.ACTIONS_ENVIRONMENT_SECRET, _TOKEN),
            file(changed(RELEASE, _looks(" && secrets.PYPI_API_TOKEN"))),
        ),
    )

    def lines(
        self, item: WorkflowFile, stack: Stack, settings: Settings
    ) -> Iterator[tuple[int, str]]:
        """See FileRule."""
        del settings
        if item.workflow is None:
            return
        homes, elsewhere = stack.once(_homes)
        for job in item.workflow.jobs:
            name = job.environment.text.lower()
            if "${{" in name:
                continue
            for line, secret in _secrets_of(job):
                known = homes.get((item.repository, secret), set())
                wide = {(item.repository, secret), (None, secret)} & elsewhere
                if known and name not in known and not wide:
                    yield (line, "a secret of an environment that the job does not name")


def _public(stack: Stack) -> set[str]:
    """Return the names of the public repositories of a stack."""
    return {
        name.lower()
        for item in stack.of(gh.REPOSITORY)
        if isinstance(name := item.facts.text("name"), str)
        and item.facts.text("visibility") not in ("private", "internal")
        and item.facts.flag("private") is not True
    }


def _environments(stack: Stack) -> dict[tuple[object, object], Facts]:
    """Return the environments of a stack."""
    return {key(item.facts): item.facts for item in stack.of(gh.ENVIRONMENT)}


def _is_protected(environment: Facts) -> bool:
    """Say whether anything stands between a job and an environment; unknown is EN004's business."""
    policy = [
        environment.flag("deploymentBranchPolicy", name)
        for name in ("protectedBranches", "customBranchPolicies")
    ]
    reviewers = environment.entries("reviewers")
    return (
        any(each in (True, UNKNOWN) for each in policy) or reviewers is UNKNOWN or bool(reviewers)
    )


def _homes(stack: Stack) -> tuple[dict[tuple[object, str], set[str]], set[tuple[object, str]]]:
    """Return the environments of each secret, and the secrets that lie outside of any."""
    homes: dict[tuple[object, str], set[str]] = {}
    elsewhere: set[tuple[object, str]] = set()
    for item in stack.of(gh.ACTIONS_ENVIRONMENT_SECRET):
        repository, environment = key(item.facts)
        name = item.facts.text("secretName")
        if isinstance(name, str) and isinstance(environment, str):
            homes.setdefault((repository, name.upper()), set()).add(environment)
    for item in stack.of(gh.ACTIONS_SECRET, gh.ACTIONS_ORGANIZATION_SECRET):
        name = item.facts.text("secretName")
        if isinstance(name, str):
            elsewhere.add((key(item.facts)[0], name.upper()))
    return homes, elsewhere


def _secrets_of(job: Job) -> Iterator[tuple[int, str]]:
    """Yield the secrets whose values a job uses, with a line for each use."""
    values = [*job.at.get("env").items().values()]
    for step in job.steps:
        values += [*step.values(), step.at.get("run")]
    for value in values:
        for name in sorted(secrets_named(_IS_THERE.sub("true", value.text))):
            yield (value.line, name)


RULES = (
    OwnRunnersStayPrivate,
    EnvironmentIsProtected,
    SecretOfItsEnvironment,
)
