"""WF: what workflows hand to the actions of their own repository."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.examples.workflow_files import CI, CI_PATH, changed, file
from portcullis_policy.mappings import osps, scorecard
from portcullis_policy.rules.workflows.judging import RunRule
from portcullis_policy.semantics.workflow_files.files import in_action
from portcullis_policy.semantics.workflow_files.taint import foreign_text, in_programs
from portcullis_policy.semantics.workflow_files.workflows import Workflow
from portcullis_policy.severity import Severity

_ACTION = """\
name: say
description: Say something
inputs: {text: {required: true, description: What}}
runs:
  using: composite
  steps:
    - shell: bash
      run: echo ${{ inputs.text }}
"""
_SAFE = changed(
    _ACTION,
    (
        "      run: echo ${{ inputs.text }}",
        "      env: {TEXT: '${{ inputs.text }}'}\n      run: echo \"$TEXT\"",
    ),
)
_PATH = ".github/actions/say/action.yml"


def _calls(text: str) -> Declared:
    """Return the CI workflow with a step that hands a text to the local action."""
    step = f'      - uses: ./.github/actions/say\n        with: {{text: "{text}"}}\n'
    return file(changed(CI, ("      - env:", f"{step}      - env:")), CI_PATH)


class NothingForeignForLocalActions(RunRule):
    """Text that others write is not handed to a local action that inserts it into a script.

    In the action, it is an input like any other. The script runs it as if it were written there.
    Actions that use others, their variables and their outputs are followed, too.
    """

    id = "WF028"
    title = "untrusted text gets into a script of a local action"
    severity = Severity.HIGH
    maps = (*scorecard("Dangerous-Workflow"), *osps("BR-01.01", "BR-01.04"))
    remediation = 'In the action, pass the input through `env:` and write `"$NAME"` in the script.'
    good = (
        stack(
            "a title for an action that passes it on as a variable",
            _calls("${{ github.event.pull_request.title }}"),
            file(_SAFE, _PATH, "action"),
        ),
        stack(
            "a number",
            _calls("${{ github.event.pull_request.number }}"),
            file(_ACTION, _PATH, "action"),
        ),
    )
    bad = (
        stack(
            "a title",
            _calls("${{ github.event.pull_request.title }}"),
            file(_ACTION, _PATH, "action"),
        ),
        stack(
            "a title by a variable",
            file(
                changed(
                    str(_calls("${{ env.T }}").props["content"]),
                    ("    steps:", "    env: {T: '${{ github.event.issue.title }}'}\n    steps:"),
                ),
                CI_PATH,
            ),
            file(_ACTION, _PATH, "action"),
        ),
    )

    def lines(self, workflow: Workflow) -> Iterator[tuple[int, str]]:
        """See RunRule."""
        for line in in_programs(foreign_text(workflow)):
            if in_action(workflow, line):
                yield (line, "text that others can write is run in a local action")


RULES = (NothingForeignForLocalActions,)
