"""WF: what gets into a release, and what the job that publishes does beside publishing."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Example
from portcullis_policy.examples.workflow_files import SOUND_CI, SOUND_RELEASE, release
from portcullis_policy.mappings import cis, scorecard, slsa, ssdf
from portcullis_policy.rules.workflows.workflows import WorkflowRule
from portcullis_policy.semantics.publishing.allowed_steps import more_than_publishing
from portcullis_policy.semantics.publishing.jobs import publishing_jobs, publishing_steps
from portcullis_policy.semantics.publishing.released_files import (
    files_come_from,
    goes_on_after_failure,
    let_in,
)
from portcullis_policy.semantics.workflow_files.workflows import At, Job, Workflow
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_CREDENTIALS = "persist-credentials: false"
_BUILD = "      - run: uv build\n"
_PUBLISH = f"      - uses: pypa/gh-action-pypi-publish@{'b2' * 20}\n"
_NEEDS = "    needs: [build]\n"
_BY_HASH = f"@{'c3' * 20}"
_ON_PURPOSE = frozenset({"push", "release", "workflow_dispatch", "workflow_call", "create"})
"""The events by which people start a release."""
_CONTAINER = "    environment: pypi-release\n"


def _builds(note: str, step: str) -> Example:
    """Return the release workflow with another step that builds."""
    return release(note, (_BUILD, f"      - {step}\n"))


def _publishes(note: str, step: str) -> Example:
    """Return the release workflow with a step more in the job that publishes."""
    return release(note, (_PUBLISH, f"      - {step}\n{_PUBLISH}"))


class OnlyWhatWasReviewed(WorkflowRule):
    """What is released is made from the commit for which the release runs, and from nothing else.

    Another repository or branch, a container by tag, and a script straight from the network are
    chosen by somebody else, after the review. This concerns the jobs that publish, and the jobs
    before them that hand on files.
    """

    id = "WF024"
    title = "something that nobody reviewed gets into a release"
    severity = Severity.HIGH
    maps = (*slsa("Build L3"), *ssdf("PO.5.1"), *scorecard("Pinned-Dependencies"))
    remediation = (
        "Build what the workflow runs for: no `repository` and no `ref` of another one, images by "
        "digest, downloads by hash."
    )
    good = (
        SOUND_RELEASE,
        SOUND_CI,
        release(
            "the tag itself",
            (_CREDENTIALS, f"{_CREDENTIALS}\n          ref: ${{{{ github.ref }}}}"),
        ),
        release(
            "a container by digest",
            (_CONTAINER, f"{_CONTAINER}    container: ghcr.io/guild/x@sha256:{'a' * 64}\n"),
        ),
        _builds("a tag by a command", 'run: git checkout "$GITHUB_REF"'),
    )
    bad = (
        release(
            "another repository",
            (_CREDENTIALS, f"{_CREDENTIALS}\n          repository: mallory/escai"),
        ),
        release("another branch", (_CREDENTIALS, f"{_CREDENTIALS}\n          ref: develop")),
        release(
            "a branch that who starts it chooses",
            (_CREDENTIALS, f"{_CREDENTIALS}\n          ref: ${{{{ inputs.confirm }}}}"),
        ),
        _builds(
            "a clone of another repository", "run: git clone https://git.example/x && uv build"
        ),
        _builds("another branch by a command", "run: git switch develop && uv build"),
        _builds("another branch into this one", "run: git pull origin develop && uv build"),
        _publishes(
            "artifacts of another run",
            f"uses: actions/download-artifact{_BY_HASH}\n        with: {{run-id: '123'}}",
        ),
        _publishes("the same by a command", "run: gh run download 123"),
        _builds("a script straight from the network", "run: curl -s https://x.example | sh"),
        release("a container by tag", (_CONTAINER, f"{_CONTAINER}    container: python:3.13\n")),
        release(
            "a container by tag, as a mapping",
            (_CONTAINER, f"{_CONTAINER}    container: {{image: 'python:3.13'}}\n"),
        ),
    )

    def lines(self, workflow: Workflow, settings: Settings) -> Iterator[tuple[int, str]]:
        """See WorkflowRule."""
        del settings
        for job in files_come_from(workflow):
            yield from let_in(job)


class OnlyPublishes(WorkflowRule):
    """A job that publishes through an environment does nothing but publish.

    Whatever runs there can use the credential: a build and its dependencies, a scanner, a tool of
    any version. So the job fetches what was built, verifies it, signs it and publishes it, by means
    that the pack knows. Everything else is reported. Jobs of the workflow with the same environment
    count, too.
    """

    id = "WF025"
    title = "a job that publishes does more than that"
    severity = Severity.HIGH
    maps = (*slsa("Build L3"), *cis("2.4.2"), *ssdf("PO.5.1"))
    remediation = (
        "Move it to a job without the environment, and hand its files on as an artifact of the run."
    )
    good = (
        SOUND_RELEASE,
        SOUND_CI,
        _publishes("what was built", f"uses: actions/download-artifact{_BY_HASH}"),
        _publishes("a check", "run: cd dist && sha256sum --check SUMS"),
        _publishes("a signature", 'run: cosign sign-blob --key "env://KEY" dist/x'),
        _publishes("a question", "run: npm view escai version"),
        _publishes("a client of a fixed version", "run: pip install twine==6.1.0"),
        _publishes("a record", "run: aws s3 cp record.json s3://audit/x.json"),
    )
    bad = (
        _publishes("a build", "run: uv build"),
        _publishes("a task of the project", "run: npm run build"),
        _publishes("a client of any version", "run: pip install twine"),
        _publishes("a scanner", f"uses: aquasecurity/trivy-action{_BY_HASH}"),
        _publishes("an action that is not known", f"uses: octo/polish{_BY_HASH}"),
        _publishes("a program that is not known", "run: polish dist"),
        _publishes("a script of the repository", "run: ./tools/polish.sh"),
        _publishes("an action of the repository", "uses: ./.github/actions/polish"),
        _publishes(
            "a script that runs another",
            f"uses: actions/github-script{_BY_HASH}\n        with: {{script: require(x)}}",
        ),
        release(
            "a service by tag",
            (_CONTAINER, f"{_CONTAINER}    services: {{db: {{image: 'postgres:17'}}}}\n"),
        ),
    )

    def lines(self, workflow: Workflow, settings: Settings) -> Iterator[tuple[int, str]]:
        """See WorkflowRule. A job without an environment is WF002's business."""
        del settings
        names = {_environment(job) for job, _ in publishing_jobs(workflow)} - {""}
        for job in workflow.jobs:
            if _environment(job) in names:
                yield from more_than_publishing(job)


class ReleasesAfterChecks(WorkflowRule):
    """A release runs after its checks, and because somebody wanted it.

    With `if: always()`, a job publishes although the build or the tests have failed, and with
    `continue-on-error` they cannot fail. A schedule starts a release that nobody asked for, from
    whatever the default branch holds; a pull request, an issue or a run of another workflow starts
    it for others.
    """

    id = "WF026"
    title = "a release does not wait for its checks, or starts by itself"
    severity = Severity.HIGH
    maps = (*cis("2.3.5"), *ssdf("PO.5.1"))
    remediation = (
        "Remove `always()`, `continue-on-error` and such triggers, or ask in the condition: "
        "`needs.build.result == 'success'`."
    )
    good = (
        SOUND_RELEASE,
        SOUND_CI,
        release(
            "a condition on the results",
            (_NEEDS, f"{_NEEDS}    if: ${{{{ always() && needs.build.result == 'success' }}}}\n"),
        ),
        release(
            "a schedule that starts other jobs",
            ("on:\n", "on:\n  schedule: [{cron: '0 0 * * *'}]\n"),
            (_NEEDS, f"{_NEEDS}    if: startsWith(github.ref, 'refs/tags/')\n"),
        ),
    )
    bad = (
        release("always", (_NEEDS, f"{_NEEDS}    if: ${{{{ always() }}}}\n")),
        release("unless it was cancelled", (_NEEDS, f"{_NEEDS}    if: '!cancelled()'\n")),
        release("in a step", (_PUBLISH, f"{_PUBLISH}        if: always()\n")),
        release("a build that may fail", ("  build:\n", "  build:\n    continue-on-error: true\n")),
        release("for a pull request", ("on:\n", "on:\n  pull_request:\n")),
        release("a failure is enough", (_NEEDS, f"{_NEEDS}    if: success() || failure()\n")),
        release("a schedule", ("on:\n", "on:\n  schedule: [{cron: '0 0 * * *'}]\n")),
    )

    def lines(self, workflow: Workflow, settings: Settings) -> Iterator[tuple[int, str]]:
        """See WorkflowRule."""
        del settings
        for job, _ in publishing_jobs(workflow):
            for condition in _conditions(job, workflow):
                if goes_on_after_failure(condition):
                    yield (condition.line, "it publishes although something before has failed")
            for before in workflow.needed_by(job):
                excused = before.at.get("continue-on-error")
                if excused.text.lower() == "true":
                    yield (excused.line, "a job before may fail")
            if _environment(job) and not _asks(job, workflow):
                for event in sorted(set(workflow.triggers) - _ON_PURPOSE):
                    line = max(workflow.triggers[event].line, workflow.at.get("on").line)
                    yield (line, "published without a tag, a release or somebody who starts it")


def _environment(job: Job) -> str:
    return job.environment.text.strip().lower()


def _conditions(job: Job, workflow: Workflow) -> list[At]:
    """Return the conditions of a job and of its steps that publish."""
    return [job.at.get("if"), *(step.at.get("if") for step in publishing_steps(job, workflow))]


def _asks(job: Job, workflow: Workflow) -> bool:
    """Say whether a job or its steps ask what has started them."""
    conditions = [*_conditions(job, workflow)]
    conditions += [before.at.get("if") for before in workflow.needed_by(job)]
    return any("github.event_name" in at.text or "github.ref" in at.text for at in conditions)


RULES = (OnlyWhatWasReviewed, OnlyPublishes, ReleasesAfterChecks)
