"""WF: what gets into a release, and what the job that publishes does beside publishing."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Example
from portcullis_policy.examples.workflow_files import (
    CI,
    CI_PATH,
    SOUND_CI,
    SOUND_RELEASE,
    changed,
    file,
    release,
)
from portcullis_policy.mappings import cis, scorecard, slsa, ssdf
from portcullis_policy.rule import Finding, Stack
from portcullis_policy.rules.workflows.judging import RunRule
from portcullis_policy.semantics.publishing.allowed_steps import loads_code, more_than_publishing
from portcullis_policy.semantics.publishing.downloads import put_in, released_places
from portcullis_policy.semantics.publishing.indexes import chosen_elsewhere
from portcullis_policy.semantics.publishing.jobs import publishing_jobs, publishing_steps
from portcullis_policy.semantics.publishing.released_files import (
    files_come_from,
    goes_on_after_failure,
    let_in,
)
from portcullis_policy.semantics.workflow_files.files import at_lines, named, runs, workflow_path
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


def _keeps(note: str, command: str) -> Example:
    """Return the release workflow with a command after the build, and an artifact of `dist/`."""
    kept = f"      - uses: actions/upload-artifact{_BY_HASH}\n        with: {{path: dist/}}\n"
    return release(note, (_BUILD, f"{_BUILD}      - run: {command}\n{kept}"))


class OnlyWhatWasReviewed(RunRule):
    """What is released is made from the commit for which the release runs, and from nothing else.

    Another repository or branch, a container by tag, and a script straight from the network are
    chosen by somebody else, after the review. So are a downloaded file among those that are
    released, unless its hash is checked, and packages of an index that a setting names, or of two
    indexes at once, unless `--require-hashes` is given. This concerns the jobs that publish, and
    the jobs before them that hand on files.
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
        _builds(
            "a download that is verified",
            "run: curl -o x https://x.example && sha256sum -c x.sum && sh x",
        ),
        _builds("a package of a commit", f"run: pip install git+https://git.example/x{_BY_HASH}"),
        _builds(
            "an image by digest",
            f'run: docker run -v "$PWD:/w" guild/builder@sha256:{"a" * 64} make a/b',
        ),
        _builds("a download beside the release", "run: curl -o there.json https://x.example"),
        _builds(
            "a download for the release that is verified",
            "run: curl -o dist/x https://x.example && sha256sum -c x.sum",
        ),
        _builds(
            "an index of a setting, with hashes",
            "run: pip install --require-hashes -i ${{ vars.INDEX }} -r x.txt",
        ),
        _builds("a mirror", "run: pip install -i https://pypi.guild.example x==1.2"),
        _publishes(
            "a release of its own",
            'run: gh release download v1 -R "$GITHUB_REPOSITORY"',
        ),
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
        _builds("a script through tee", "run: curl -s https://x.example | tee x | bash"),
        _builds(
            "a download that is run without a check",
            "run: curl -o /tmp/tool https://x.example && chmod +x /tmp/tool",
        ),
        _builds("a package of a branch", "run: pip install git+https://git.example/x@main"),
        _builds("a program in its latest version", "run: go run git.example/x@latest"),
        _builds("an image by tag", 'run: docker run -v "$PWD:/w" guild/builder:1 make'),
        _keeps("a download into the release", "curl -sSL -o dist/x.whl https://x.example/x"),
        _keeps("the same by a redirection", "curl -s https://x.example/x | xz -d > dist/x"),
        _keeps("an archive", "curl -s https://x.example/x | tar x -C dist"),
        _keeps("in its folder", "cd dist && wget https://x.example/x.whl"),
        _keeps("moved there", "curl -O https://x.example/x.whl && mv x.whl dist/"),
        _keeps("from a bucket", "aws s3 cp s3://scratch/x.whl dist/"),
        _publishes("a download beside what is published", "run: wget -P dist https://x.example/x"),
        _builds("an index of a setting", "run: pip install -i ${{ vars.INDEX }} x==1.2"),
        _builds(
            "an index of a setting by a variable",
            "env: {INDEX: '${{ vars.INDEX }}'}\n        run: uv pip install --index $INDEX x==1.2",
        ),
        _builds(
            "an index of a setting by two variables",
            "env: {INDEX: '${{ env.MIRROR }}', MIRROR: '${{ vars.INDEX }}'}\n"
            "        run: pip install -i ${{ env.INDEX }} x==1.2",
        ),
        _builds(
            "an index without TLS by a variable",
            "env: {INDEX: 'http://x.example'}\n        run: pip install -i $INDEX x==1.2",
        ),
        _builds("two indexes", "run: pip install --extra-index-url https://x.example x==1.2"),
        _builds("an index without TLS", "run: pip install -i http://x.example x==1.2"),
        _publishes("a release of another repository", "run: gh release download v1 -R mallory/x"),
        release("a container by tag", (_CONTAINER, f"{_CONTAINER}    container: python:3.13\n")),
        release(
            "a container by tag, as a mapping",
            (_CONTAINER, f"{_CONTAINER}    container: {{image: 'python:3.13'}}\n"),
        ),
    )

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule."""
        jobs = files_come_from(workflow)
        places = released_places(workflow, jobs) if jobs else frozenset()
        for job in jobs:
            yield from let_in(job)
            yield from put_in(job, places)
            yield from chosen_elsewhere(job, workflow)


class OnlyPublishes(RunRule):
    """A job that publishes through an environment does nothing but publish.

    Whatever runs there can use the credential: a build and its dependencies, a scanner, a tool of
    any version. So the job fetches what was built, verifies it, signs it and publishes it, by means
    that the pack knows. Everything else is reported, and so are variables that load code into other
    programs and a registry without TLS. Jobs of other workflows of the repository with the same
    environment count, too.
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
        _publishes("a client of a fixed version, at once", "run: uvx twine==6.1.0 upload dist/*"),
        _publishes("a client of the project", "run: npx semantic-release"),
        release(
            "memory for node",
            ("jobs:\n", "env: {NODE_OPTIONS: --max-old-space-size=4096}\njobs:\n"),
        ),
        release(
            "a registry on the runner",
            (_PUBLISH, f"{_PUBLISH}        with: {{repository-url: http://localhost:8080}}\n"),
        ),
        _publishes("a record", "run: aws s3 cp record.json s3://audit/x.json"),
    )
    bad = (
        _publishes("a build", "run: uv build"),
        _publishes("a task of the project", "run: npm run build"),
        _publishes("a client of any version", "run: pip install twine"),
        _publishes("a client of any version, at once", "run: uvx twine upload dist/*"),
        _publishes("the same by another name", "run: pipx run --spec twine twine upload dist/*"),
        _publishes("a client that is fetched", "run: npx --yes semantic-release"),
        release(
            "a file that every shell runs first",
            (_CONTAINER, f"{_CONTAINER}    env: {{BASH_ENV: dist/x.sh}}\n"),
        ),
        release(
            "a library for every program", ("jobs:\n", "env: {LD_PRELOAD: dist/x.so}\njobs:\n")
        ),
        release(
            "a script for node", (_PUBLISH, f"{_PUBLISH}        env: {{NODE_OPTIONS: -r ./x}}\n")
        ),
        release(
            "a registry without TLS",
            (_PUBLISH, f"{_PUBLISH}        with: {{repository-url: http://pypi.guild.example}}\n"),
        ),
        _publishes("a scanner", f"uses: aquasecurity/trivy-action{_BY_HASH}"),
        _publishes("an action that is not known", f"uses: octo/polish{_BY_HASH}"),
        _publishes("a program that is not known", "run: polish dist"),
        _publishes("a script of the repository", "run: ./tools/polish.sh"),
        _publishes("an action of the repository", "uses: ./.github/actions/polish"),
        _publishes(
            "a script that runs another",
            f"uses: actions/github-script{_BY_HASH}\n        with: {{script: require(x)}}",
        ),
        Example(
            "a task in another workflow with the environment",
            (
                *SOUND_RELEASE.resources,
                file(changed(CI, ("    steps:", f"{_CONTAINER}    steps:")), CI_PATH, "ci"),
            ),
        ),
        release(
            "a service by tag",
            (_CONTAINER, f"{_CONTAINER}    services: {{db: {{image: 'postgres:17'}}}}\n"),
        ),
    )

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule. A job without an environment is WF002's business."""
        yield from _beside_publishing(workflow, _published_through(workflow))

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule. A job of another workflow with the same environment has its secrets, too."""
        yield from super().findings(stack, settings)
        through: dict[object, set[str]] = {}
        for item in runs(stack):
            if item.workflow is not None:
                names = through.setdefault(item.repository, set())
                names |= _published_through(item.workflow)
        for item in runs(stack):
            path = workflow_path(item.resource)
            if item.workflow is not None and path is not None:
                others = through[item.repository] - _published_through(item.workflow)
                found = named(_beside_publishing(item.workflow, others), item.workflow)
                yield from at_lines(item.resource, path, found, item.resource.urn)


class ReleasesAfterChecks(RunRule):
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

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule."""
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


_WHAT_STARTED = ("github.event_name", "github.ref", "github.event.action", "github.event.release")
"""What tells events apart; a push has no action and no release."""


def _published_through(workflow: Workflow) -> set[str]:
    """Return the environments through which a workflow publishes."""
    return {_environment(job) for job, _ in publishing_jobs(workflow)} - {""}


def _beside_publishing(workflow: Workflow, names: set[str]) -> Iterator[tuple[int, str]]:
    """Yield what the jobs of some environments do beside publishing."""
    for job in workflow.jobs if names else ():
        if _environment(job) in names:
            yield from more_than_publishing(job)
            yield from loads_code(job, workflow)


def _environment(job: Job) -> str:
    return job.environment.text.strip().lower()


def _conditions(job: Job, workflow: Workflow) -> list[At]:
    """Return the conditions of a job and of its steps that publish."""
    return [job.at.get("if"), *(step.at.get("if") for step in publishing_steps(job, workflow))]


def _asks(job: Job, workflow: Workflow) -> bool:
    """Say whether a job or its steps ask what has started them."""
    conditions = [*_conditions(job, workflow)]
    conditions += [before.at.get("if") for before in workflow.needed_by(job)]
    return any(asked in at.text for at in conditions for asked in _WHAT_STARTED)


RULES = (OnlyWhatWasReviewed, OnlyPublishes, ReleasesAfterChecks)
