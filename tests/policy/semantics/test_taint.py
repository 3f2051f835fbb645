"""Where text goes that others can choose."""

from __future__ import annotations

import time

import pytest
from portcullis_policy.semantics.workflow_files.taint import foreign_text
from portcullis_policy.semantics.workflow_files.workflows import Workflow, read

TITLE = "${{ github.event.issue.title }}"
WORKFLOW = """\
on: issues
jobs:
  a:
    runs-on: x
    outputs: {{t: "${{{{ steps.s.outputs.t }}}}"}}
    steps:
      - id: s
        env: {{TITLE: "${{{{ github.event.issue.title }}}}"}}
        run: |
          {}
  b:
    needs: a
    runs-on: x
    steps:
      - run: echo ${{{{ needs.a.outputs.t }}}}
"""
HANDED_ON = """\
echo "t=$TITLE" >> $GITHUB_OUTPUT
echo "t=${TITLE}" >> "$GITHUB_OUTPUT"
echo "::set-output name=t::$TITLE"
x="$TITLE"; echo "t=$x" >> "$GITHUB_OUTPUT"
echo "t=$TITLE" | tee --append "$GITHUB_OUTPUT"
""".splitlines()
CLEANED = """\
echo "t=$(echo "$TITLE" | tr -cd 'a-z')" >> $GITHUB_OUTPUT
echo "t=$(gh issue list --search "$TITLE" --json number)" >> $GITHUB_OUTPUT
echo "t=${{ github.event.issue.number }}" >> $GITHUB_OUTPUT
echo "t=$GITHUB_SHA" >> $GITHUB_OUTPUT
echo "$TITLE"
""".splitlines()


def workflow(text: str) -> Workflow:
    """A workflow that can be read."""
    found = read(text)
    assert found is not None
    return found


@pytest.mark.parametrize("line", HANDED_ON)
def test_outputs_hand_text_on(line: str) -> None:
    """C3: an output of a step and of its job carries what a variable holds to the next script."""
    assert foreign_text(workflow(WORKFLOW.format(line))).pasted == [15]


@pytest.mark.parametrize("line", CLEANED)
def test_what_is_no_longer_text_of_others(line: str) -> None:
    """C3: what a filter leaves, what a program answers, and GitHub's own values are harmless."""
    assert foreign_text(workflow(WORKFLOW.format(line))).pasted == []


def test_groups_and_texts_are_written_as_a_whole() -> None:
    """C3: the lines of a group and of a text in a script end in the same environment file."""
    group = '{\n            echo "t=$TITLE"\n          } >> "$GITHUB_ENV"'
    text = 'cat >> "$GITHUB_ENV" <<END\n          t=$TITLE\n          END'
    for script in (group, text):
        assert foreign_text(workflow(WORKFLOW.format(script))).kept == [11]


def test_only_outsiders_lines_are_dangerous_in_a_file() -> None:
    """C3: a branch has no line break, and who starts a workflow by hand may write anyway."""
    for value in ("${{ github.head_ref }}", "${{ inputs.version }}"):
        text = WORKFLOW.format('echo "t=$TITLE" >> $GITHUB_ENV').replace(TITLE, value)
        assert foreign_text(workflow(text)).kept == []


@pytest.mark.parametrize(
    "piece",
    [
        "eval ",
        "$(",
        "$TITLE ",
        "sed ",
        "${{ github.head_ref }}",
        "${{ ",
        "echo x >> $GITHUB_ENV\n          ",
    ],
)
def test_huge_scripts_end_soon(piece: str) -> None:
    """C3: a script of half a megabyte is followed in a bounded time."""
    text = WORKFLOW.format(piece * (400_000 // len(piece)))
    begun = time.process_time()
    foreign_text(workflow(text))
    assert time.process_time() - begun < 5
