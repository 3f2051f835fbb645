"""WF: what a job outside of any environment does with a credential."""

import re
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Example
from portcullis_policy.examples.workflow_files import SOUND_CI, SOUND_RELEASE, ci
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import Finding, Stack
from portcullis_policy.rules.workflows.judging import RunRule
from portcullis_policy.semantics.commands.understood import first_not_understood, hands_on
from portcullis_policy.semantics.publishing.credentials import (
    keeps_own_token,
    permissions_of,
    secrets_of,
    secrets_of_job,
    secrets_of_step,
    that_open,
)
from portcullis_policy.semantics.publishing.jobs import publishing_jobs, secrets_named
from portcullis_policy.semantics.workflow_files.expression_values import values
from portcullis_policy.semantics.workflow_files.expressions import in_braces
from portcullis_policy.semantics.workflow_files.files import at_lines, calls_elsewhere
from portcullis_policy.semantics.workflow_files.workflows import Job, Step, Workflow
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_STEP = """\
      - env:
          TITLE: ${{ github.event.pull_request.title }}
        run: |
          echo "$TITLE"
          uv run pytest
"""
_STEPS = "    steps:\n"
_VARIABLE = re.compile(r"\$\{?(\w+)")
_ANSWER = re.compile(r"\$\((?!\s*(?:echo|printf|cat)\b)[^()]*\)")
"""What a command answers."""
_ON_PUSH = ("[pull_request, push]", "push")


def _runs(
    note: str,
    command: str,
    secret: str = "STORE_KEY",  # noqa: S107 - a name
    on: str = "push",
    name: str = "T",
) -> Example:
    """Return the CI workflow with a step that gives a secret to a command, as a variable."""
    step = f"      - env:\n          {name}: ${{{{ secrets.{secret} }}}}\n        run: {command}\n"
    return ci(note, (_ON_PUSH[0], on), (_STEP, step))


def _uses(note: str, action: str, secret: str = "STORE_KEY") -> Example:  # noqa: S107 - a name
    """Return the CI workflow with a step that gives a secret to an action."""
    step = (
        f"      - uses: {action}@{'c3' * 20}\n        with:\n"
        f"          key: ${{{{ secrets.{secret} }}}}\n"
    )
    return ci(note, _ON_PUSH, (_STEP, step))


def _checks_out(note: str, how: str) -> Example:
    """Return the CI workflow with a token for the checkout."""
    token = f"token: ${{{{ secrets.BOT }}}}\n          {how}"
    return ci(note, ("persist-credentials: false", token))


class CredentialsUnderstood(RunRule):
    """A credential goes outside of an environment only to what is known to publish nothing.

    Every workflow on every branch can read a secret of the repository. What a program that the pack
    does not know does with it cannot be seen: it may publish. Known are tests, builds, reports,
    messages, logins, and work with git and GitHub. A secret whose name is that of a service for
    reports or messages counts as none, and so does every secret in a job that runs on each pull
    request: nobody publishes there. A job that may write packages can publish images, whatever it
    runs. A checkout with a token of somebody's own keeps it in the git configuration, where every
    later step can read it, unless `persist-credentials` is false. A workflow of another
    organization that is called with a secret counts, too: what it does is decided there.
    """

    id = "WF023"
    title = "a job without an environment gives a credential to what may publish"
    severity = Severity.HIGH
    maps = (*cis("2.1.7", "4.2.2"), *ssdf("PO.5.1"))
    remediation = (
        "Give the job `environment:` and store the secret there, or do not pass the secret to "
        "this step."
    )
    good = (
        SOUND_RELEASE,
        SOUND_CI,
        _runs("a build with the password of an upload", "make build", name="TWINE_PASSWORD"),
        _runs("tests with an account of their own", "uv run pytest tests/acceptance"),
        _runs("a token for pull requests", "gh pr create --fill"),
        _runs("a message", 'curl -d "{}" "$T"', "SLACK_WEBHOOK_URL"),
        _runs("every pull request runs it", "./tool run", on="[push, pull_request]"),
        _uses("coverage", "codecov/codecov-action", "CODECOV_TOKEN"),
        _uses("a login", "octo/registry-login"),
        _checks_out("a token that does not stay", "persist-credentials: false"),
    )
    bad = (
        _runs("a program that is not known", "shipper run dist"),
        _runs("a script of the repository", "./tools/finish.sh"),
        _runs("a program by a variable", "$TOOL dist/*"),
        _uses("an action that is not known", "octo/store"),
        _checks_out("a token that stays on disk", "fetch-depth: 0"),
        _runs("a command by an expression", "${{ matrix.command }}"),
        _runs("a program of find", r"find dist -exec shipper {} \;"),
        _runs(
            "a variable for later steps",
            'echo "KEY=$T" >> "$GITHUB_ENV"\n      - run: ./tools/finish.sh',
        ),
        _runs(
            "an output for a later step",
            'echo "key=$T" >> "$GITHUB_OUTPUT"\n        id: key\n'
            "      - run: ./tools/finish.sh ${{ steps.key.outputs.key }}",
        ),
        _runs("a task for all, with the password of an upload", "make all", name="TWINE_PASSWORD"),
        _runs("a task of a group", "task dist:finish"),
        ci(
            "a job that may write packages",
            (_STEPS, f"    permissions: {{packages: write}}\n{_STEPS}"),
        ),
    )

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule. A job that publishes for all that is known is WF002's business."""
        publishing = {id(job) for job, _ in publishing_jobs(workflow)}
        for job in workflow.jobs:
            if job.environment.text.strip() or job.uses.given or id(job) in publishing:
                continue
            given = permissions_of(job, workflow).get("packages")
            if given.text.lower() == "write":
                yield (given.line, "a job that may write packages")
            for step in job.steps:
                if keeps_own_token(step, workflow.at.get("env"), job.at.get("env")):
                    yield (step.at.get("uses").line, "a checkout that keeps a secret on disk")
            if not _runs_on_each_pull_request(job, workflow):
                yield from _given(job, workflow)

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule. Only a stack tells which organization its files are in."""
        yield from super().findings(stack, settings)
        for item, path, job in calls_elsewhere(stack):
            if that_open(secrets_of(*job.at.get("secrets").items().values())):
                found = [(job.uses.line, "a secret for a workflow of another organization")]
                yield from at_lines(item.resource, path, found, item.resource.urn)


def _given(job: Job, workflow: Workflow) -> Iterator[tuple[int, str]]:
    """Yield the lines on which a job gives a secret to what is not understood."""
    of_job = that_open(secrets_of_job(job, workflow))
    outputs: dict[str, frozenset[str]] = {}
    for step in job.steps:
        own = that_open(secrets_of_step(step, workflow.at.get("env"), job.at.get("env")))
        own |= _of_outputs(step, outputs)
        if step.uses:
            if own and hands_on(step):
                yield (step.at.get("uses").line, "a secret for an action that is not known")
        elif own or of_job:
            line = first_not_understood(step)
            if line is not None:
                yield (line, "a secret for a command that is not known")
        if own and "GITHUB_ENV" in step.at.get("run").text:
            of_job |= own  # the steps after it have what it writes there
        if own and _puts_secret_out(step):
            outputs[step.at.get("id").text.lower()] = own


def _puts_secret_out(step: Step) -> bool:
    """Say whether a step makes a secret itself its output, and not what a program answers to it."""
    held = {name for name, at in step.at.get("env").items().items() if secrets_of(at)}
    return any(
        "GITHUB_OUTPUT" in text
        and (set(_VARIABLE.findall(_ANSWER.sub("", text))) & held or secrets_named(text))
        for _, text in step.at.get("run").lines()
    )


def _of_outputs(step: Step, outputs: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the secrets that a step gets by the outputs of steps before it."""
    if not outputs:
        return frozenset()
    given = (*step.values(), step.at.get("run"))
    paths = {path for at in given for each in in_braces(at.text) for path in values(each)}
    named = {path.split(".")[1] for path in paths if path.startswith("steps.")}
    return frozenset().union(*(secrets for name, secrets in outputs.items() if name in named))


def _runs_on_each_pull_request(job: Job, workflow: Workflow) -> bool:
    """Say whether a job runs on pull requests like on everything else: it is a check."""
    return "pull_request" in workflow.triggers and not job.at.get("if").given


RULES = (CredentialsUnderstood,)
