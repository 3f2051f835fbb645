"""Actions that a repository keeps for itself (`action.yml`): what they do with their inputs."""

import posixpath
from collections.abc import Mapping
from functools import lru_cache

from portcullis_policy.rule import Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.workflow_files.expression_values import values
from portcullis_policy.semantics.workflow_files.expressions import in_braces
from portcullis_policy.semantics.workflow_files.files import repository_of
from portcullis_policy.semantics.workflow_files.workflows import Step, UnreadableError, compose

Key = tuple[object, str]
"""Repository and folder, in lower case."""


def pasted_inputs(stack: Stack) -> Mapping[Key, frozenset[str]]:
    """Return, for each local action of a stack, the inputs that it inserts into its scripts."""
    return stack.once(_read)


def _read(stack: Stack) -> dict[Key, frozenset[str]]:
    found: dict[Key, frozenset[str]] = {}
    for item in stack.of(gh.REPOSITORY_FILE):
        path, content = item.facts.text("file"), item.facts.text("content")
        if not isinstance(path, str) or not isinstance(content, str):
            continue
        folder, name = posixpath.split(posixpath.normpath(path).lstrip("/").lower())
        if name in ("action.yml", "action.yaml"):
            found[repository_of(item), folder or "."] = _pasted(content)
    return found


@lru_cache(maxsize=512)
def _pasted(content: str) -> frozenset[str]:
    """Return the inputs in the scripts of an action; none of what cannot be read."""
    try:
        top = compose(content)
    except UnreadableError:
        return frozenset()
    steps = [Step(at, at.get("uses").text.lower()) for at in top.get("runs", "steps").entries()]
    texts = [text for step in steps for text in (step.run.text, step.at.get("shell").text)]
    paths = {path for text in texts for each in in_braces(text) for path in values(each)}
    return frozenset(path.removeprefix("inputs.") for path in paths if path.startswith("inputs."))
