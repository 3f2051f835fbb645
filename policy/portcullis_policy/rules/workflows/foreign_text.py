"""WF: text that others write, in scripts and in the files of variables."""

from collections.abc import Iterator

from portcullis_policy.examples.workflow_files import SOUND_CI, ci, release
from portcullis_policy.mappings import osps, scorecard
from portcullis_policy.rules.workflows.judging import RunRule
from portcullis_policy.semantics.workflow_files.files import in_action
from portcullis_policy.semantics.workflow_files.taint import foreign_text
from portcullis_policy.semantics.workflow_files.workflows import Workflow
from portcullis_policy.severity import Severity

_OUTPUT = """\
      - id: first
        env: {TITLE: "${{ github.event.issue.title }}"}
        run: echo "t=$TITLE" >> "$GITHUB_OUTPUT"
"""
_PASTED = ("uv run pytest", "echo ${{ steps.first.outputs.t }}")
_JOB = """\
  first:
    name: first
    runs-on: ubuntu-24.04
    outputs: {t: "${{ steps.first.outputs.t }}"}
    steps:
"""


class NoInjection(RunRule):
    """Text that others write is not inserted into scripts.

    GitHub replaces an expression in `run` before the shell reads it, so a pull request whose title
    is a command runs that command. A shell reads an environment variable as a value.

    The text is followed through `env`, outputs of steps and jobs, files of variables and the
    matrix, into scripts with their comments, `shell`, and inputs that an action runs.
    """

    id = "WF006"
    title = "untrusted text is inserted into a script"
    of_actions = True
    severity = Severity.HIGH
    maps = (*scorecard("Dangerous-Workflow"), *osps("BR-01.01", "BR-01.04"))
    remediation = 'Pass it through `env:` and write `"$NAME"` in the script.'
    good = (
        SOUND_CI,
        ci(
            "a pull request's number",
            ("uv run pytest", "echo ${{ github.event.pull_request.number }}"),
        ),
        ci(
            "a number of the event's file",
            ("uv run pytest", 'eval "N=$(jq -r .issue.number "$GITHUB_EVENT_PATH")"'),
        ),
        ci("a runner that a caller chooses", ("ubuntu-24.04", "${{ inputs.runner }}")),
        ci("a value for awk", ("uv run pytest", "awk -v t=\"$TITLE\" 'BEGIN { print t }'")),
        ci("a text for a search", ("uv run pytest", 'grep -F "$TITLE" f')),
        ci(
            "a commit's hash",
            ("uv run pytest", "git diff ${{ github.event.pull_request.base.sha }}"),
        ),
    )
    bad = (
        ci(
            "a title in a script",
            ("uv run pytest", "echo '${{ github.event.pull_request.title }}'"),
        ),
        ci(
            "the text of an issue, written differently",
            ("uv run pytest", "echo ${{ GITHUB['event']['issue']['body'] }}"),
        ),
        ci(
            "a branch name in a script", ("uv run pytest", "git push origin ${{ github.head_ref }}")
        ),
        release(
            "an input in a script",
            ("run: uv build", "run: uv build --version ${{ inputs.confirm }}"),
        ),
        ci(
            "through a variable that GitHub pastes",
            ('echo "$TITLE"', "echo ${{ env.TITLE }}"),
        ),
        ci(
            "in a script of github-script",
            (
                "run: |",
                f"uses: actions/github-script@{'c3' * 20}\n        with:\n          script: |",
            ),
            ("  uv run pytest", "    log('${{ github.event.comment.body }}')"),
            ('  echo "$TITLE"', "    log('')"),
        ),
        ci("through a variable", ("uv run pytest", "echo ${{ env.TITLE }}")),
        ci("over two lines", ("uv run pytest", "echo ${{\n            github.head_ref }}")),
        ci("in a comment of a script", ("uv run pytest", "# ${{ github.event.issue.body }}")),
        ci("a shell", ("run: |", "shell: bash -c '${{ github.head_ref }}' {0}\n        run: |")),
        ci("a variable that is evaluated", ("uv run pytest", 'eval "$TITLE"')),
        ci("a program of ssh", ("uv run pytest", 'ssh host "echo $TITLE"')),
        ci("a program of perl", ("uv run pytest", "perl -e \"print '$TITLE'\"")),
        ci("a program of sed", ("uv run pytest", 'sed -i "s/x/$TITLE/" f')),
        ci("a program of awk", ("uv run pytest", 'awk "BEGIN { $TITLE }"')),
        ci("a program in a container", ("uv run pytest", 'docker exec x sh -c "echo $TITLE"')),
        ci("a shell that reads it", ("uv run pytest", 'bash <<< "$TITLE"')),
        ci(
            "a folder",
            ("run: |", "working-directory: ${{ github.event.issue.title }}\n        run: |"),
        ),
        ci("a file that is run", ("uv run pytest", 'echo "$TITLE" > v.sh\n          . ./v.sh')),
        ci(
            "the event's file",
            ("uv run pytest", 'eval "$(jq -r .issue.body "$GITHUB_EVENT_PATH")"'),
        ),
        ci("an answer of GitHub", ("uv run pytest", 'eval "$(gh pr view 1 --json body)"')),
        ci(
            "a variable of cmd",
            ("run: |", "shell: cmd\n        run: |"),
            ("uv", "echo %TITLE% & uv"),
        ),
        ci(
            "in Python",
            ("run: |", "shell: python\n        run: |"),
            ("uv run pytest", "os.system(os.environ['TITLE'])"),
        ),
        ci(
            "a runner",
            ("runs-on: ubuntu-24.04", "runs-on: ${{ github.event.issue.title }}"),
        ),
        ci(
            "an event's text in github-script",
            (
                "run: |",
                f"uses: actions/github-script@{'c3' * 20}\n        with:\n          script: |",
            ),
            ("  uv run pytest", "    eval(context.payload.issue.body)"),
            ('  echo "$TITLE"', "    log('')"),
        ),
        ci("through an output of a step", ("      - env:", f"{_OUTPUT}      - env:"), _PASTED),
        ci(
            "through a file of variables",
            ("      - env:", f"{_OUTPUT}      - env:".replace("GITHUB_OUTPUT", "GITHUB_ENV")),
            ("uv run pytest", "echo ${{ env.t }}"),
        ),
        ci(
            "through an output of a job",
            ("jobs:\n", f"jobs:\n{_JOB}{_OUTPUT}"),
            ("uv run pytest", "echo ${{ needs.first.outputs.t }}"),
        ),
    )

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule."""
        found = foreign_text(workflow)
        for lines, what in (
            (found.pasted, "text that others can write is pasted into a script"),
            (found.evaluated, "a variable with text that others can write is run as a program"),
        ):
            yield from ((line, what) for line in lines if not in_action(workflow, line))


class NoForeignEnvironment(RunRule):
    """Outsiders' text is not written to GITHUB_ENV or GITHUB_PATH.

    A line break in such a text sets any variable for all later steps, such as `LD_PRELOAD` or
    `NODE_OPTIONS`, and a folder in the path replaces any program. This holds for every event that
    outsiders start: issues, comments and discussions, too.
    """

    id = "WF027"
    title = "outsiders' text is written to an environment file"
    of_actions = True
    severity = Severity.HIGH
    maps = (*scorecard("Dangerous-Workflow"), *osps("BR-01.01"))
    remediation = "Pass the value through `env:` of the step that needs it."
    good = (
        SOUND_CI,
        ci("a number", ("uv run pytest", 'echo "N=$GITHUB_RUN_ID" >> "$GITHUB_ENV"')),
        ci(
            "only some characters",
            ("uv run pytest", 'echo "T=$(echo "$TITLE" | tr -cd \'a-z\')" >> "$GITHUB_ENV"'),
        ),
        ci("an output", ("uv run pytest", 'echo "T=$TITLE" >> "$GITHUB_OUTPUT"')),
    )
    bad = (
        ci("a title", ("uv run pytest", 'echo "T=$TITLE" >> "$GITHUB_ENV"')),
        ci("by another program", ("uv run pytest", 'echo "T=$TITLE" | tee -a "$GITHUB_ENV"')),
        ci("a group", ("uv run pytest", '{ echo "T=$TITLE"; } >> $GITHUB_ENV')),
        ci("by another variable", ("uv run pytest", 'x="$TITLE"; echo "T=$x" >> $GITHUB_ENV')),
        ci("a folder", ("uv run pytest", 'echo "$TITLE" >> "${GITHUB_PATH}"')),
        ci(
            "a commit's message",
            ("uv run pytest", 'echo "M=$(git log -1 --format=%B)" >> "$GITHUB_ENV"'),
        ),
        ci(
            "on an issue",
            ("[pull_request, push]", "issues"),
            ("pull_request.title", "issue.body"),
            ("uv run pytest", 'echo "T=$TITLE" >> "$GITHUB_ENV"'),
        ),
    )

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule."""
        for line in foreign_text(workflow).kept:
            yield (line, "outsiders' text sets variables or the path of later steps")


RULES = (NoInjection, NoForeignEnvironment)
