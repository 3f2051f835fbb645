"""WF: what workflows hand to the actions of their own repository."""

from collections.abc import Iterator

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.examples.workflow_files import CI, CI_PATH, changed, file
from portcullis_policy.mappings import osps, scorecard
from portcullis_policy.rule import Stack
from portcullis_policy.rules.workflows.in_the_stack import FileRule
from portcullis_policy.semantics.workflow_files.files import WorkflowFile
from portcullis_policy.semantics.workflow_files.local_actions import pasted_inputs
from portcullis_policy.semantics.workflow_files.taint import foreign_text
from portcullis_policy.settings import Settings
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


class NothingForeignForLocalActions(FileRule):
    """Text that others write is not handed to a local action that inserts it into a script.

    In the action, it is an input like any other. The script runs it as if it were written there.
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

    def lines(
        self, item: WorkflowFile, stack: Stack, settings: Settings
    ) -> Iterator[tuple[int, str]]:
        """See FileRule."""
        del settings
        if item.workflow is None:
            return
        pasted = pasted_inputs(stack)
        for line, folder, name in foreign_text(item.workflow).handed:
            if name in pasted.get((item.repository, folder), ()):
                yield (line, "text that others can write is pasted into a script of a local action")


RULES = (NothingForeignForLocalActions,)
