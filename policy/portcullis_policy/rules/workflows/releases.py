"""WF: workflow files that publish or could: environment, trigger, and what gets into a build."""

import re
from collections.abc import Iterator

from portcullis_policy.examples.workflow_files import CI, SOUND_CI, SOUND_RELEASE, ci, release
from portcullis_policy.mappings import cis, osps, scorecard, slsa, ssdf
from portcullis_policy.rule import Finding, Stack
from portcullis_policy.rules.workflows.judging import RunRule
from portcullis_policy.semantics.languages.refs import filter_not_version, shown
from portcullis_policy.semantics.publishing.jobs import (
    caches,
    publishes,
    publishing_jobs,
    publishing_line,
    releasing_line,
)
from portcullis_policy.semantics.publishing.released_files import files_come_from
from portcullis_policy.semantics.publishing.token_use import only_reports, taken_at
from portcullis_policy.semantics.workflow_files.files import at_lines, calls_elsewhere
from portcullis_policy.semantics.workflow_files.ref_conditions import refs_of_condition
from portcullis_policy.semantics.workflow_files.workflows import Workflow
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_OWN_TOKEN = re.compile(
    r"secrets\s*(\.|\[\s*')github_token|github\s*(\.|\[\s*')token", re.IGNORECASE
)
_STEPS = CI[CI.index("    steps:") :]
_SIGNING = f"""\
    permissions:
      contents: read
      id-token: write
      attestations: write
    steps:
      - uses: actions/download-artifact@{"c3" * 20}
      - uses: actions/attest@{"d4" * 20}
        with:
          subject-path: dist/*
"""
_CHECKOUT = f"      - uses: actions/checkout@{'a1' * 20}\n      - run: uv build\n"
_REPORT = f"""\
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: actions/checkout@{"a1" * 20}
      - run: uv run pytest --cov
      - uses: {{}}@{"c3" * 20}
"""
_TITLE, _SECRET = "${{ github.event.pull_request.title }}", "${{ secrets.T }}"
_TESTED = 'run: |\n          echo "$TITLE"\n          uv run pytest'
_AFTERWARDS = (
    "jobs:\n",
    (
        "jobs:\n  github:\n    name: github\n    needs: [publish]\n    runs-on: ubuntu-24.04\n"
        "    permissions: {contents: write}\n    steps:\n      - run: gh release create v1 dist/*\n"
    ),
)
_TESTS = f"""\
jobs:
  test:
    name: test
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/cache@{"d4" * 20}
"""
_PUBLISH_JOB = "  publish:\n    name: publish\n"
_ANY_TAG = "startsWith(github.ref, 'refs/tags/')"
_PUBLISH_ON_TAGS = f"{_PUBLISH_JOB}    if: {_ANY_TAG}\n"
_TAGS = '    tags: ["v[0-9]+.[0-9]+.[0-9]+"]\n'
_PEP440 = "v[0-9]+.[0-9]+[.abr][0-9.abcdeoprstv]+"
"""The filter for versions with an ending such as `rc1` or `.post1`."""
_SIGNING_WORKFLOWS = re.compile(r"slsa-framework/slsa-github-generator/|ossf/scorecard/")
"""Workflows that sign what they have built, or report, with the token."""
_NPM = "env:\n          NODE_AUTH_TOKEN: ${{ secrets.GITHUB_TOKEN }}\n        run: npm publish"
_PYPI = f"uses: pypa/gh-action-pypi-publish@{'b2' * 20}"
_INPUT = """
    inputs:
      confirm:
        description: Type "release"
        type: string
        required: true
"""


class PublishesThroughEnvironment(RunRule):
    """A job that publishes names an environment.

    Without one, nobody has to approve, the branch or tag does not matter, and every other workflow
    can read the secrets that it uses.

    Known clients of registries publish, and so do actions whose name or inputs tell that they
    publish, push or release. In a job that holds a credential, the same words in any other command
    count, and so do files that are sent to a server or a bucket. A job that makes a release on
    GitHub with its own token may come after a job with an environment.
    """

    id = "WF002"
    title = "a job publishes without an environment"
    severity = Severity.CRITICAL
    maps = (*cis("4.2.2", "5.2.3"), *ssdf("PO.5.1"))
    remediation = "Give the job `environment: <a release environment>`."
    good = (
        SOUND_RELEASE,
        release(
            "`environment:` as a mapping",
            ("environment: pypi-release", "environment: {name: pypi-release}"),
        ),
        ci("a trial run (`--dry-run`)", ("uv run pytest", "npm publish --dry-run")),
        ci("an `echo` of the command", ("uv run pytest", 'echo "now run npm publish"')),
        ci("a registry on the runner", ("uv run pytest", "docker push localhost:5000/x")),
        ci(
            "results of tests",
            (_TESTED, f"uses: EnricoMi/publish-unit-test-result-action@{'c3' * 20}"),
        ),
        release("a release on GitHub after the environment", _AFTERWARDS),
    )
    bad = (
        release(
            "an action publishes, without an environment", ("    environment: pypi-release\n", "")
        ),
        release("an empty environment", ("environment: pypi-release", "environment: ''")),
        ci("a command publishes", ("uv run pytest", "uv build && uv publish")),
        ci("an image is pushed", ("uv run pytest", "docker push ghcr.io/guild/x")),
        ci("an image is pushed while it is built", ("uv run pytest", "docker buildx bake --push")),
        ci("a rehearsal is only named", ("uv run pytest", "twine upload dist/*; echo --dry-run")),
        ci("a client in another program", ("uv run pytest", 'bash -c "deno publish"')),
        ci("an action by its name", (_TESTED, f"uses: octo/publish-to-store@{'c3' * 20}")),
        ci(
            "an action by its input",
            (_TESTED, f"uses: PyO3/maturin-action@{'c3' * 20}\n        with: {{command: upload}}"),
        ),
        ci("a release on GitHub", ("uv run pytest", "gh release create v1 dist/*")),
        ci(
            "a release by GitHub's API",
            ("uv run pytest", "curl -d @r.json https://api.github.com/repos/guild/x/releases"),
        ),
        ci(
            "a release in a script",
            (
                _TESTED,
                (
                    f"uses: actions/github-script@{'c3' * 20}\n        with: "
                    "{script: 'github.rest.repos.createRelease({})'}"
                ),
            ),
        ),
        ci("a client that find runs", ("uv run pytest", r"find dist -exec twine upload {} \;")),
        ci(
            "an index of packages, with a secret",
            (_TITLE, _SECRET),
            ("uv run pytest", "git clone https://git.example/guild/homebrew-tap && git push"),
        ),
        ci(
            "a program that is not known, with a secret",
            (_TITLE, _SECRET),
            ("uv run pytest", "store publish x"),
        ),
        ci(
            "files for a server, with a secret",
            (_TITLE, _SECRET),
            ("uv run pytest", "curl -T x https://x.example"),
        ),
    )

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule."""
        for job, line in publishing_jobs(workflow):
            if not job.environment.text.strip():
                yield (line, "published without an environment")
        for job in workflow.jobs:
            before = (job, *workflow.needed_by(job))
            if not any(each.environment.text.strip() for each in before):
                released = releasing_line(job)
                if released is not None:
                    yield (released, "a release on GitHub without an environment")


class TokenThroughEnvironment(RunRule):
    """A job that may request an identity token names an environment.

    With `id-token: write`, a job gets a token that registries, clouds and vaults trust. The
    environment is part of the token's subject. Without one, a workflow on any branch can get the
    same token. A job that calls another workflow cannot name one; the jobs of that workflow do,
    but for those of another organization: what they name is decided there.

    A job that only signs, attests or reports (actions/attest, cosign, OpenSSF Scorecard, Codecov)
    needs no environment: those services take the token of any workflow and give no access for it.
    """

    id = "WF003"
    title = "a job takes an identity token without an environment"
    severity = Severity.HIGH
    maps = (*scorecard("Token-Permissions"), *ssdf("PO.5.1"), *osps("AC-04.02"))
    remediation = "Give the job `environment:`, or remove `id-token: write`."
    good = (
        SOUND_RELEASE,
        SOUND_CI,
        ci("a job that only signs", (_STEPS, _SIGNING)),
        ci("a job that builds and attests", (_STEPS, f"{_SIGNING}{_CHECKOUT}")),
        ci("a report to OpenSSF Scorecard", (_STEPS, _REPORT.format("ossf/scorecard-action"))),
        ci("a report to Codecov", (_STEPS, _REPORT.format("codecov/codecov-action"))),
    )
    bad = (
        ci("in the job", ("    steps:", "    permissions: {id-token: write}\n    steps:")),
        ci("for all jobs of the file", ("  contents: read", "  id-token: write")),
        ci(
            "a job that signs, and uses an action of which nothing is known",
            (_STEPS, f"{_SIGNING}      - uses: guild/release@{'a1' * 20}\n"),
        ),
        ci(
            "a job that reports, and logs in to a cloud",
            (
                _STEPS,
                _REPORT.format("codecov/codecov-action")
                + f"      - uses: aws-actions/configure-aws-credentials@{'a1' * 20}\n",
            ),
        ),
        ci(
            "a job that signs, and asks for a token itself",
            (_STEPS, f"{_SIGNING}      - run: curl $ACTIONS_ID_TOKEN_REQUEST_URL\n"),
        ),
        ci(
            "a job that signs, and can publish images",
            (_STEPS, _SIGNING.replace("attestations", "packages")),
        ),
        ci("`write-all`", ("permissions:\n  contents: read", "permissions: write-all")),
    )

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule."""
        for job in workflow.jobs:
            line = taken_at(job, workflow)
            if line is not None and not (
                job.environment.text.strip() or job.uses.given or only_reports(job, workflow)
            ):
                yield (line, "`id-token: write` without an environment")

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule. Only a stack tells which organization its files are in."""
        yield from super().findings(stack, settings)
        for item, path, job in calls_elsewhere(stack):
            taken = item.workflow is not None and taken_at(job, item.workflow) is not None
            if taken and not _SIGNING_WORKFLOWS.match(job.uses.text.strip().lower()):
                found = [(job.uses.line, "an identity token for another organization's workflow")]
                yield from at_lines(item.resource, path, found, item.resource.urn)


class CredentialsNotKept(RunRule):
    """A workflow that publishes does not keep its git credentials on disk.

    `actions/checkout` writes the token into the git configuration of the working folder. Any later
    step, or an artifact of the whole folder, can take it from there.
    """

    id = "WF009"
    title = "a publishing workflow keeps its git credentials"
    severity = Severity.MEDIUM
    maps = scorecard("Token-Permissions")
    remediation = "Give `actions/checkout` the input `persist-credentials: false`."
    good = (
        SOUND_RELEASE,
        ci("a workflow that publishes nothing", ("persist-credentials: false", "fetch-depth: 0")),
    )
    bad = (
        release("no setting", ("persist-credentials: false", "fetch-depth: 0")),
        release(
            "`persist-credentials: true`",
            ("persist-credentials: false", "persist-credentials: true"),
        ),
    )

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule."""
        if publishes(workflow):
            for _, step in workflow.steps():
                kept = step.with_("persist-credentials").lower() != "false"
                if step.action == "actions/checkout" and kept:
                    yield (step.at.get("uses").line, "credentials are kept in the work folder")


class NoCacheInRelease(RunRule):
    """A release is built without a cache.

    Any workflow of the default branch can fill a cache. A line in one of them is enough to put a
    file into the release, without a trace in its source. This concerns the jobs that publish, and
    the jobs before them that hand on files.
    """

    id = "WF010"
    title = "a publishing workflow restores a cache"
    severity = Severity.HIGH
    maps = slsa("Build L3")
    remediation = "Turn it off: `enable-cache: false`, `cache: false`; no `actions/cache`."
    good = (
        SOUND_RELEASE,
        ci(
            "a workflow that publishes nothing",
            ("run: |", f"uses: actions/cache@{'d4' * 20}\n        if: |"),
        ),
        release("a job of tests", ("jobs:\n", _TESTS)),
    )
    bad = (
        release(
            "layers of an image",
            ("- run: uv build", "- run: docker buildx build --cache-from type=gha ."),
        ),
        release(
            "an input for layers",
            (
                "- run: uv build",
                (
                    f"- uses: docker/build-push-action@{'d4' * 20}\n        with:\n"
                    "          cache-from: type=gha"
                ),
            ),
        ),
        release(
            "a step that restores a cache",
            ("- run: uv build", f"- uses: actions/cache@{'d4' * 20}"),
        ),
        release(
            "an action that caches by default",
            ("- run: uv build", f"- uses: astral-sh/setup-uv@{'d4' * 20}"),
        ),
        release(
            "an action that is asked to cache",
            (
                "- run: uv build",
                f"- uses: actions/setup-node@{'d4' * 20}\n        with: {{cache: npm}}",
            ),
        ),
    )

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule."""
        for job in files_come_from(workflow):
            for step in job.steps:
                if caches(step):
                    yield (max(step.at.get("uses").line, step.at.line), "a cache is restored")


class OwnTokenDoesNotPublish(RunRule):
    """Packages are published with a credential of the release environment, not with GITHUB_TOKEN.

    Every workflow of the repository gets that token. Anybody who may push a branch can publish with
    it, without an approval.
    """

    id = "WF012"
    title = "a package is published with GITHUB_TOKEN"
    severity = Severity.MEDIUM
    maps = cis("2.1.7", "4.2.2")
    remediation = "Use trusted publishing, or a secret of the release environment."
    good = (SOUND_RELEASE,)
    bad = (
        release("as a variable", (_PYPI, _NPM)),
        release(
            "as an input", (_PYPI, _PYPI + "\n        with: {password: '${{ github.token }}'}")
        ),
    )

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule."""
        for job, _ in publishing_jobs(workflow):
            for step in job.steps:
                if publishing_line(step) is None and step.action != "docker/login-action":
                    continue
                for value in step.values():
                    if _OWN_TOKEN.search(value.text):
                        yield (value.line, "published with GITHUB_TOKEN")


class TagsAreVersions(RunRule):
    """A release starts on version tags only.

    `v*` also starts it on `v-test`, and a push trigger without a filter starts it on every commit.
    In a workflow filter, `+` repeats the preceding character, so `v[0-9]+.[0-9]+.[0-9]+` is strict.
    Every admitted tag has to have two numbers after its prefix, or to be a date: SemVer, PEP 440
    and CalVer are fine.
    Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
    """

    id = "WF013"
    title = "a release starts on tags that are not versions"
    severity = Severity.HIGH
    maps = (*cis("2.3.5"), *osps("BR-02.01"))
    remediation = 'Write `on: {push: {tags: ["v[0-9]+.[0-9]+.[0-9]+"]}}`.'
    good = (
        SOUND_RELEASE,
        release("versions with a prefix", ('["v[', '["sdk-v[')),
        release("versions with a year and a month", ('"v[0-9]+.', '"v2[0-9][0-9][0-9].')),
        release(
            "two numbers beside a pattern for PEP 440",
            (_TAGS, f'    tags: ["v[0-9]+.[0-9]+", "{_PEP440}"]\n'),
        ),
        release(
            "a condition for the default branch",
            (_TAGS, ""),
            (_PUBLISH_JOB, _PUBLISH_ON_TAGS.replace(_ANY_TAG, "github.ref == 'refs/heads/main'")),
        ),
        release("a filter that another one narrows", ('+"]', '**", "!v*-*"]')),
        release("started by hand only", ("  push:\n" + _TAGS, "")),
        ci("a workflow that publishes nothing", ("[pull_request, push]", '{push: {tags: ["*"]}}')),
    )
    bad = (
        release("`v*`", ('"v[0-9]+.[0-9]+.[0-9]+"', '"v*"')),
        release("`v*.*.*`", ('"v[0-9]+.[0-9]+.[0-9]+"', '"v*.*.*"')),
        release("a pattern for one number", ('"v[0-9]+.[0-9]+.[0-9]+"', '"v[0-9]+"')),
        release("a filter that another one takes too little from", ('+"]', '+", "v*", "!v*-*"]')),
        release("a filter that cannot be read", ('+"]', '+", "v[0-9"]')),
        release("a version pattern, and another one", ('+"]', '+", "*"]')),
        release(
            "one number beside a pattern for PEP 440",
            (_TAGS, f'    tags: ["v[0-9]+", "{_PEP440}"]\n'),
        ),
        release("every push starts it", (_TAGS, "")),
        release("a condition for every tag", (_TAGS, ""), (_PUBLISH_JOB, _PUBLISH_ON_TAGS)),
    )

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule."""
        if "push" not in workflow.triggers or not publishes(workflow):
            return
        push = workflow.triggers["push"]
        keys = set(push.items())
        if not keys & {"tags", "tags-ignore", "branches", "branches-ignore"}:
            yield from _without_filter(workflow)
        if "tags-ignore" in keys:
            yield (push.get("tags-ignore").line, "a list of tags that do not publish")
        tags = push.get("tags").entries()
        for number, tag in enumerate(tags):
            if tag.text.startswith("!"):
                continue
            later = [each.text for each in tags[number + 1 :] if each.text.startswith("!")]
            found = filter_not_version(tag.text, tuple(each.removeprefix("!") for each in later))
            if found is None:
                yield (tag.line, "a tag filter that cannot be read")
            elif found:
                what = shown(found[0], tag.text)
                yield (tag.line, f"a tag filter that admits {what}, not a version")


def _without_filter(workflow: Workflow) -> Iterator[tuple[int, str]]:
    """Yield where a workflow publishes that every push starts: its jobs may look at the ref."""
    for job, _ in publishing_jobs(workflow):
        condition = job.at.get("if")
        refs = refs_of_condition(condition.text)
        if refs is None:
            yield (workflow.at.get("on").line, "published at every push")
        for tags in refs or ():
            found = filter_not_version(tags)
            if found != ():
                what = shown(found[0], tags) if found else "more than versions"
                yield (condition.line, f"a condition that admits {what}, not a version")


class StartedOnPurpose(RunRule):
    """A manual release asks for a typed confirmation.

    A button that publishes is easily pressed by mistake. A required text without a default makes
    people think again, and is kept in the log of the run.
    """

    id = "WF014"
    title = "a release can be started by hand without a typed confirmation"
    severity = Severity.MEDIUM
    maps = cis("2.3.5")
    remediation = "Add a required text input without a default, and compare it in the first job."
    good = (SOUND_RELEASE, release("started by a tag only", ("  workflow_dispatch:" + _INPUT, "")))
    bad = (
        release("no input to confirm", (_INPUT, "\n")),
        release("an input that is not required", ("        required: true\n", "")),
        release(
            "an input with a default",
            ("required: true", "required: true\n        default: release"),
        ),
        release("a checkbox", ("type: string", "type: boolean")),
    )

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule."""
        if "workflow_dispatch" not in workflow.triggers or not publishes(workflow):
            return
        inputs = workflow.at.get("on", "workflow_dispatch", "inputs").items().values()
        typed = any(
            given.get("type").text in ("", "string")
            and given.get("required").text.lower() == "true"
            and not given.get("default").given
            for given in inputs
        )
        if not typed:
            line = workflow.at.get("on", "workflow_dispatch").line
            yield (max(line, workflow.at.get("on").line), "started by hand without a typed word")


RULES = (
    PublishesThroughEnvironment,
    TokenThroughEnvironment,
    CredentialsNotKept,
    NoCacheInRelease,
    OwnTokenDoesNotPublish,
    TagsAreVersions,
    StartedOnPurpose,
)
