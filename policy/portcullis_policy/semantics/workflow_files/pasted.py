"""What GitHub pastes into a script before a shell reads it, variables of the workflow followed.

`run: echo ${{ env.TITLE }}` pastes the value of TITLE, while `echo "$TITLE"` does not.
"""

from collections.abc import Iterator, Mapping

from portcullis_policy.semantics.workflow_files.expression_values import values
from portcullis_policy.semantics.workflow_files.expressions import OPENING, in_braces
from portcullis_policy.semantics.workflow_files.workflows import At, Step

_LEVELS = 3
"""A variable of a step may name one of its job, and that one may name one of the workflow."""


_LONGEST = 20_000
"""Characters of a line beyond which variables are not followed: no line of a person is as long."""
_ANYTHING = " ${{ toJSON(github) }} ${{ toJSON(secrets) }}"
"""What such a line is taken to hold."""


def pasted_lines(step: Step, *around: At) -> Iterator[tuple[int, str]]:
    """Yield a script's lines, with each `${{ env.NAME }}` replaced by what NAME is given.

    Args:
        step: the step.
        around: `env` of the workflow and of the job.
    """
    given: dict[str, str] = {}
    for block in (*around, step.at.get("env")):
        given |= {name.lower(): value.text for name, value in block.items().items()}
    for line, text in step.run.lines():
        yield (line, _followed(text, given) if given and OPENING in text else text)


def _followed(text: str, given: Mapping[str, str]) -> str:
    """Return a text in which variables are replaced by what they are given."""
    for _ in range(_LEVELS):
        before = text
        for expression in {*in_braces(text)}:
            named = [path for path in sorted(values(expression)) if path.partition(".")[0] == "env"]
            if not named:
                continue
            if len(text) > _LONGEST:
                return text + _ANYTHING
            known = [*given.values()] if "env" in named else []
            known += [value for name in named if (value := given.get(name.removeprefix("env.")))]
            rest = " || ".join(sorted(values(expression) - {*named}))
            known += [f"{OPENING} {rest} }}}}"] if rest else []
            pasted = " ".join(dict.fromkeys(known))
            most = max(1, _LONGEST // (len(pasted) + 1))
            text = text.replace(f"{OPENING}{expression}}}}}", pasted, most)
        if text == before:
            break
    return text
