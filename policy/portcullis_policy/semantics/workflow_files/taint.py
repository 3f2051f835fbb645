"""Where text goes that others can choose: through variables and outputs to scripts and files.

A value is foreign if an expression may become text of an event (see `untrusted`), or of a variable,
an output or a matrix that is foreign itself. Jobs are read again until nothing more is found.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from portcullis_policy.semantics.commands.words import words
from portcullis_policy.semantics.workflow_files.expression_values import values
from portcullis_policy.semantics.workflow_files.expressions import in_braces
from portcullis_policy.semantics.workflow_files.untrusted import inserts_text, typed_inputs
from portcullis_policy.semantics.workflow_files.workflows import At, Job, Step, Workflow

_CODE_INPUTS = words("script run command cmd args inlinescript code expression eval")
"""Inputs of actions that are run as a program."""
_RUNS_CODE = re.compile(r"(ssh|script|exec|shell|run|command|docker-run|evaluate)")
"""Words in the names of actions that run what they are given."""
_FILE = re.compile(r"GITHUB_(?:ENV|PATH|OUTPUT)\b|::set-(?:env|output)|::add-path", re.IGNORECASE)
_WHOLE_FILE = re.compile(
    r"^\s*(?:\}|done\b|fi\b).*?(GITHUB_(?:ENV|PATH|OUTPUT))"
    r"|(?=.*<<\s*[\"'-]*[A-Za-z_]).*?(GITHUB_(?:ENV|PATH|OUTPUT))",
    re.IGNORECASE,
)
"""An environment file that gets the lines of a group, or of a text in a script."""
_VARIABLE = re.compile(r"\$(?:env:)?\{?([A-Za-z_]\w*)|%([A-Za-z_]\w*)%")
_NAMED = re.compile(r"(?:name=)?([A-Za-z_][\w-]*)(?:=|<<|::)")
_ANSWER = re.compile(r"\$\((?!\s*(?:echo|printf|cat)\b)[^()]*(?:\([^()]*\)[^()]*)*\)")
"""What a command answers is its own text, whatever it is asked."""
_ASSIGNED = re.compile(r"\s*(?:export\s+|local\s+|readonly\s+)?([A-Za-z_]\w*)=")
_CLEANS = re.compile(
    r"\btr\s+-\w*c\w*d|\btr\s+-\w*d\w*c|\bsed\b[^|]*\[\^|\bgrep\s+-\w*[oqx]\w*|=~|\bjq\b|base64"
    r"|sha(1|256|512)sum|\bcut\s+-c|printf\s+['\"]?%q|@Q\}|\bwc\b|\bcase\b|\btest\b|\[\["
)
"""What leaves only harmless characters, or no text at all."""
_EVALUATES = re.compile(
    r"\b(?:eval|(?:ba|z|da|k)?sh\s+-c|python3?\s+-c|node\s+-e|iex|invoke-expression)\s[^#\n]*?"
    r"\$(?:env:)?\{?([A-Za-z_]\w*)"
    r"|^\s*[`\"]?\$\{?([A-Za-z_]\w*)(?!\w*\s*=)"
    r"|\$\{?([A-Za-z_]\w*)[^|#\n]*\|\s*(?:sudo\s+)?(?:xargs\s[^|#]*)?(?:(?:ba|z|da|k)?sh|python3?|node)\b",
    re.IGNORECASE,
)
"""A variable that is run: by another shell, as a command, or through a pipe."""
_ONE_LINE = re.compile(r"github\.head_ref|.*(\.ref|\.head_branch|\.label\.name)|.*inputs\..*")
"""Values that hold no line break, or that only those may choose who may write."""
_DEEPEST = 8
_LONGEST = 4_000
"""Characters of one line that are looked at."""
_ROUNDS = 6
"""Jobs are read so often at most: as long as outputs are handed on from job to job."""


@dataclass(slots=True)
class Found:
    """What was found in a workflow.

    Attributes:
        pasted: the lines on which foreign text is inserted into a program before it runs.
        evaluated: the lines on which a variable with foreign text is run as a program.
        kept: the lines on which outsiders' text is written to GITHUB_ENV or GITHUB_PATH.
        handed: where foreign text is handed to a local action: line, folder, input in lower case.
    """

    pasted: list[int] = field(default_factory=list)
    evaluated: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    handed: list[tuple[int, str, str]] = field(default_factory=list)


_FOUND: WeakKeyDictionary[Workflow, Found] = WeakKeyDictionary()


def foreign_text(workflow: Workflow) -> Found:
    """Return where foreign text gets into programs and environment files of a workflow."""
    if workflow not in _FOUND:
        outputs: dict[str, bool] = {}
        typed = typed_inputs(workflow.at.get("on"))
        found = Found()
        for _ in range(_ROUNDS):
            known = len(outputs)
            found = Found()
            for name, job in zip(workflow.at.get("jobs").items(), workflow.jobs, strict=True):
                outputs |= _Job(workflow, job, typed, outputs, found).read(name)
            if len(outputs) == known:
                break
        _FOUND[workflow] = found
    return _FOUND[workflow]


class _Job:
    """Follows foreign text through one job."""

    def __init__(
        self,
        workflow: Workflow,
        job: Job,
        typed: frozenset[str],
        outputs: Mapping[str, bool],
        found: Found,
    ) -> None:
        self._job, self._typed, self._found = job, typed, found
        self._outputs = dict(outputs)
        self._lines: dict[str, bool] = {}
        self._matrix = False
        self._matrix = any(self._of_outsiders(each) for each in _texts(job.at.get("strategy")))
        for block in (workflow.at.get("env"), job.at.get("env")):
            self._lines |= self._named(block)

    def read(self, name: str) -> dict[str, bool]:
        """Read the steps in their order; return the job's outputs that are foreign."""
        for step in self._job.steps:
            self._step(step)
        return {
            f"needs.{name.lower()}.outputs.{output.lower()}": self._of_outsiders(value.text)
            for output, value in self._job.at.get("outputs").items().items()
            if self._foreign(value.text)
        }

    def _named(self, block: At) -> dict[str, bool]:
        """Return the foreign variables of a block."""
        return {
            name.lower(): self._of_outsiders(value.text)
            for name, value in block.items().items()
            if self._foreign(value.text)
        }

    def _foreign(self, text: str) -> bool:
        """Say whether an expression in a text may become what others can choose."""
        return any(map(self._is_foreign, in_braces(text)))

    def _is_foreign(self, expression: str) -> bool:
        return inserts_text(expression, self._typed) or any(map(self._carries, values(expression)))

    def _of_outsiders(self, text: str) -> bool:
        """Say whether a text may be one of several lines that outsiders choose."""
        return any(
            (not _ONE_LINE.fullmatch(path) and inserts_text(path, self._typed))
            or self._carries(path, of_outsiders=True)
            for expression in in_braces(text)
            for path in values(expression)
        )

    def _carries(self, path: str, *, of_outsiders: bool = False) -> bool:
        """Say whether a variable, a matrix or an output is foreign, or even of outsiders."""
        place, _, name = path.rpartition(".")
        if path.startswith("matrix."):
            return self._matrix
        known = self._lines if place == "env" else self._outputs
        found = (name,) if place == "env" else (path, f"{place}.*")
        return any(known.get(each, False) if of_outsiders else each in known for each in found)

    def _step(self, step: Step) -> None:
        inherited = dict(self._lines)
        self._lines |= self._named(step.at.get("env"))
        for code in _programs(step):
            for at, expression in places(code.text):
                if self._is_foreign(expression):
                    self._found.pasted.append(code.line_of(at))
        if step.uses.startswith("./"):
            self._found.handed += [
                (value.line, posixpath.normpath(step.uses), name.lower())
                for name, value in step.at.get("with").items().items()
                if self._foreign(value.text)
            ]
        script = step.at.get("run")
        for number, line in _numbered(script):
            called = {name.lower() for each in _EVALUATES.findall(line) for name in each}
            if called & self._lines.keys():
                self._found.evaluated.append(number)
        self._lines = inherited | self._written(step)

    def _written(self, step: Step) -> dict[str, bool]:
        """Note what a script writes for later steps; return the variables that it sets."""
        found: dict[str, bool] = {}
        lines = [(number, _ANSWER.sub("", line)) for number, line in _numbered(step.at.get("run"))]
        ends = (each for _, line in lines if (each := _WHOLE_FILE.match(line)))
        whole = next((each[1] or each[2] for each in ends), "")
        for number, line in lines:
            target = _FILE.search(line)
            place = (target[0] if target else whole).upper()
            if _CLEANS.search(line) or not self._mentions(line):
                continue
            local = _ASSIGNED.match(line)
            if local and not target:
                self._lines[local[1].lower()] = self._lines_in(line)
            names = set(_NAMED.findall(line.rpartition("::set-")[2].lower()))
            said = names.pop() if len(names) == 1 else "*"
            if "OUTPUT" in place:
                named = step.at.get("id").text.lower()
                self._outputs[f"steps.{named}.outputs.{said}"] = self._lines_in(line)
            elif place:
                found[said] = self._lines_in(line)
                if found[said] or "PATH" in place:
                    self._found.kept.append(number)
        return found

    def _mentions(self, line: str) -> bool:
        return bool(_used(line) & self._lines.keys()) or self._foreign(line)

    def _lines_in(self, line: str) -> bool:
        return any(self._lines.get(name) for name in _used(line)) or self._of_outsiders(line)


def places(text: str) -> Iterator[tuple[int, str]]:
    """Yield the expressions of a text, without their braces, each with where it begins."""
    at = 0
    for expression in in_braces(text):
        at = text.index(expression, at)
        yield (at, expression)
        at += len(expression)


def _numbered(script: At) -> Iterator[tuple[int, str]]:
    """Yield the lines of a script, also comments, each with its number in the file."""
    at = 0
    for line in script.text.split("\n"):
        yield (script.line_of(at), line[:_LONGEST])
        at += len(line) + 1


def _used(line: str) -> set[str]:
    return {(a or b).lower() for a, b in _VARIABLE.findall(line)}


def _programs(step: Step) -> Iterator[At]:
    """Yield what a step runs: its script, its shell, and inputs that an action runs."""
    yield step.run
    yield step.at.get("shell")
    if step.uses and step.action != "actions/github-script" and _RUNS_CODE.search(step.action):
        for name, value in step.at.get("with").items().items():
            if name.lower() in _CODE_INPUTS:
                yield value


def _texts(at: At, depth: int = 0) -> Iterator[str]:
    """Yield all texts below a place."""
    yield at.text
    if depth < _DEEPEST:
        for below in (*at.items().values(), *(at.entries() if not at.text else ())):
            yield from _texts(below, depth + 1)
