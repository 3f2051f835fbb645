"""Where a job installs packages from: an index that nobody reviewed can answer with anything."""

import re
from collections.abc import Callable, Iterator, Mapping

from portcullis_policy.semantics.commands.commands import Command, commands
from portcullis_policy.semantics.commands.words import words
from portcullis_policy.semantics.workflow_files.expression_values import values
from portcullis_policy.semantics.workflow_files.expressions import in_braces
from portcullis_policy.semantics.workflow_files.workflows import At, Job, Workflow

_INSTALLS = words("pip pip3 uv uvx pipx npm pnpm yarn bun gem cargo python python3 twine")
_INDEX = words(
    "-i --index-url --index --default-index --registry --source --extra-index-url --find-links -f"
)
_BESIDE = words("--extra-index-url")
"""pip takes the highest version of all indexes, so that anybody's package may win."""
_BY_HASH = re.compile(r"--require-hashes\b")
_UNSAFE = re.compile(r"--trusted-host\b|--index-strategy[= ]unsafe|--allow-insecure-host\b")
_PLAIN = re.compile(r"http://(?!localhost|127\.)", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{?(\w+)")
_OF_PIP = words(
    "pip_index_url pip_extra_index_url pip_find_links uv_index uv_index_url uv_default_index "
    "uv_extra_index_url npm_config_registry"
)
"""Variables by which an installer takes another index."""
_OUTSIDE = ("vars.", "inputs.", "github.event.", "github.head_ref", "secrets.")


def chosen_elsewhere(job: Job, workflow: Workflow) -> Iterator[tuple[int, str]]:
    """Yield the lines of a job that install from an index which was not reviewed with the file."""
    around = (workflow.at.get("env"), job.at.get("env"))
    for step in job.steps:
        given = _given(*around, step.at.get("env"))
        outside = _holding(given, _from_outside)
        plain = _holding(given, lambda value: bool(_PLAIN.match(value)))
        by_variable = outside & _OF_PIP
        for line, command in commands(step.at.get("run").lines()):
            if not _installs(command) or _BY_HASH.search(command.text):
                continue
            if by_variable:
                yield (line, _CHOSEN)
            elif "pip_extra_index_url" in given and command.program in ("pip", "pip3"):
                yield (line, _MIXED)
            elif what := _index(command, outside, plain):
                yield (line, what)


_CHOSEN = "packages from an index that is chosen outside of the reviewed file"
_MIXED = "packages from two indexes, of which the higher version wins"
_OPEN = "packages from an index that is not verified"


def _given(*blocks: At) -> Mapping[str, str]:
    return {name.lower(): value.text for block in blocks for name, value in block.items().items()}


def _from_outside(text: str) -> bool:
    """Say whether a value is of settings, inputs or events, which change without a review."""
    paths = (path for expression in in_braces(text) for path in values(expression))
    return any(path.startswith(_OUTSIDE) for path in paths)


def _holding(given: Mapping[str, str], test: Callable[[str], bool]) -> set[str]:
    """Return the variables whose value passes a test, or is that of one which does."""
    found: set[str] = set()
    for _ in given:
        found |= {name for name, value in given.items() if test(value) or found & _named(value)}
    return found


def _named(text: str) -> set[str]:
    """Return the variables, in lower case, that a text names for the shell or as `env.NAME`."""
    paths = {path for expression in in_braces(text) for path in values(expression)}
    by_expression = {path.removeprefix("env.") for path in paths if path.startswith("env.")}
    return by_expression | {name.lower() for name in _VARIABLE.findall(text)}


def _installs(command: Command) -> bool:
    if command.program not in _INSTALLS:
        return bool({"uvx", "pipx", "npx", "uv"} & set(command.by))
    return bool({"install", "download", "wheel", "add", "i", "ci", "run"} & set(command.words[1:4]))


def _index(command: Command, outside: set[str], plain: set[str]) -> str | None:
    text = (*command.by, *command.words)
    if _UNSAFE.search(" ".join(text)):
        return _OPEN
    for option, following in zip(text, (*text[1:], ""), strict=True):
        name, _, glued = option.partition("=")
        if name not in _INDEX:
            continue
        index = glued or following
        if _from_outside(index) or _named(index) & outside:
            return _CHOSEN
        if name in _BESIDE and command.program in ("pip", "pip3"):
            return _MIXED
        if _PLAIN.match(index) or _named(index) & plain:
            return _OPEN
    return None
