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
_PAYLOAD = re.compile(r"GITHUB_EVENT_PATH\b")
_FIELD = re.compile(r"\.(?:title|body|message|head_ref|head\.ref|description|client_payload)\b")
"""Fields of the event's file that hold text of people."""
_ASKED = re.compile(
    r"\bgh\s+(?:issue|pr)\s+view\b.*--json[ =]\S*(?:body|title|comments|headRefName)"
)
"""A question to GitHub whose answer is text of people."""
_MESSAGES = re.compile(
    r"\bgit\s+(?:log|show|tag|for-each-ref)\b[^|;&]*(?:%[Bb]|%\(?(?:body|contents))"
)
"""A question to git whose answer is the message of a commit, over several lines."""
_INTO_FILE = re.compile(r">>?\s*[\"']?((?!\$|/dev/|&)[\w./-]+)|\btee\s+(?:-a\s+)?([\w./-]+)")
_RUNS_FILE = re.compile(
    r"(?:^|[;&|]|\bthen\b)\s*(?:sudo\s+)?(?:source|\.|(?:ba|z|da|k)?sh|python3?|node)\s+([\w./-]+)"
    r"|(?:^|[;&|])\s*(\./[\w./-]+)"
)
"""A file that a shell or an interpreter runs."""
_OF_CMD = re.compile(r"%([A-Za-z_]\w*)%")
_ENVIRON = re.compile(
    r"(?:environ\[|environ\.get\(|getenv\(|ENV\[)\s*[\"'](\w+)|process\.env\.(\w+)"
)
_RUNS_IN_CODE = re.compile(
    r"\b(?:os\.system|os\.popen|eval|exec|execSync|exec\.exec|subprocess\.\w+\([^)]*shell\s*=\s*True)\b"
)
_CONTEXT = re.compile(
    r"\bcontext\.payload\.(?:[\w?]+\.)*(?:title|body|message|name|label|ref|description)\b(?!\.)"
)
"""Text of people in a script of github-script."""
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
    r"|\$\{?([A-Za-z_]\w*)[^|#\n]*\|\s*(?:sudo\s+)?(?:xargs\s[^|#]*)?(?:(?:ba|z|da|k)?sh|python3?|node|perl|ruby|php|crontab|at|psql|mysql|sqlite3|ssh)\b",
    re.IGNORECASE,
)
"""A variable that is run: by another shell, as a command, or through a pipe."""
_PROGRAM_IN_QUOTES = re.compile(
    r"\b(?:perl|ruby|php|osascript|pwsh|powershell|su|ssh|psql|mysql|sqlite3|watch|deno\s+eval|parallel|trap)\b"
    r"[^#\n|;]*?\"[^\"\n]*?\$\{?([A-Za-z_]\w*)"
    r"|\b(?:docker|podman|kubectl|nsenter|chroot|lxc|vagrant|gcloud|aws|az)\b[^#\n|;]*?\s"
    r"(?:(?:ba|z|da|k)?sh\s+-\w*c|--command|--parameters|--scripts)[ =]+"
    r"\"[^\"\n]*?\$\{?([A-Za-z_]\w*)"
    r"|\b(?:ba|z|da|k)?sh\s*<<<[^#\n]*?\$\{?([A-Za-z_]\w*)"
    r"|\b(?:source|\.)\s+<\([^)\n]*?\$\{?([A-Za-z_]\w*)"
    r"|\bgit\s+(?:config|-c)\s[^#\n]*?(?:alias\.|command|editor|pager|hookspath|filter)"
    r"[^#\n]*?\$\{?([A-Za-z_]\w*)"
    r"|\bcmd(?:\.exe)?\s+/c\b[^\n]*?%([A-Za-z_]\w*)%",
    re.IGNORECASE,
)
"""A variable in a program in double quotes, for another shell or interpreter."""
_EDITS = re.compile(
    r"\b(?:sed|awk|gawk|mawk|ed|ex|vim|m4)\b(?:\s+-[\w-]+)*\s+(?:-e\s+)?"
    r"\"[^\"\n]*?\$\{?([A-Za-z_]\w*)"
    r"|\bg?make\b[^#\n]*?\s\w+=[\"']?\$\{?([A-Za-z_]\w*)"
    r"|\blet\s[^#\n]*?\$\{?([A-Za-z_]\w*)"
    r"|(?:\[|\btest)\s+-v\s+\"?\$\{?([A-Za-z_]\w*)"
    r"|\[\[[^\]\n]*?\$\{?([A-Za-z_]\w*)\}?\"?\s+-(?:eq|ne|lt|le|gt|ge)\b"
)
"""A variable where an editor, make or bash, which calculates, can run commands, too."""
_WORDS = re.compile(r"[a-z_]\w*")
_CALCULATED = re.compile(r"\$\(\(([^()]*)\)\)")
_SCRIPT_BEGINS = re.compile(
    r"(?:^|[;&|]|\bsudo)\s*(?:ba|z|da|k)?(?:sh|python3?|node|ruby|perl|php|psql|mysql|ssh)\b"
    r"[^<#\n]*<<-?\s*(\w+)"
)
"""A text in which the shell replaces variables, and that another program runs."""
_EVALUATED = re.compile(r"\b(?:eval|(?:ba|z|da|k)?sh\s+-c)\s+[\"']?\$\(|\|\s*(?:ba|z|da|k)?sh\b")
"""What a command answers, run as a program."""
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
    """

    pasted: list[int] = field(default_factory=list)
    evaluated: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)


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


def in_programs(found: Found) -> Iterator[int]:
    """Yield the lines on which foreign text is run."""
    yield from found.pasted
    yield from found.evaluated


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
        for at in _chosen_by(self._job):
            if self._of_outsiders(at.text):
                self._found.pasted.append(at.line)
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
        script = step.at.get("run")
        folder = step.at.get("working-directory")
        if self._of_outsiders(folder.text):
            self._found.pasted.append(folder.line)
        self._found.evaluated += self._in_code(step)
        self._found.evaluated += self._by_file(script)
        end = ""
        for number, line in script.lines():
            text = line[:_LONGEST]
            answered = _reads_people(text) and _EVALUATED.search(text)
            run_here = end and _used(text) & self._lines.keys()
            if answered or run_here or self._evaluates(text):
                self._found.evaluated.append(number)
            begins = _SCRIPT_BEGINS.search(text)
            end = begins[1] if begins else "" if text.strip() == end else end
        self._lines = inherited | self._written(step)

    def _evaluates(self, line: str) -> bool:
        """Say whether a line runs a foreign variable as a program."""
        calculated = {w for each in _CALCULATED.findall(line) for w in _WORDS.findall(each.lower())}
        named = {name.lower() for name in _OF_CMD.findall(line)}
        used = (_used(line) | calculated | named) & self._lines.keys()
        if not used:
            return False
        found = (*_EVALUATES.findall(line), *_PROGRAM_IN_QUOTES.findall(line))
        called = {name.lower() for each in found for name in each}
        edited = {name.lower() for each in _EDITS.findall(line) for name in each} | calculated
        return bool(called & used) or any(self._lines.get(name, False) for name in edited)

    def _in_code(self, step: Step) -> Iterator[int]:
        """Yield the lines on which cmd, Python or github-script runs foreign text."""
        shell = step.at.get("shell").text.lower()
        by_script = step.action == "actions/github-script"
        if by_script and _CONTEXT.search(step.run.text):
            name = step.at.get("id").text.lower()
            if re.search(r"setOutput|\breturn\b", step.run.text):
                self._outputs[f"steps.{name}.outputs.*"] = True
        for number, line in _numbered(step.run):
            held = {name.lower() for each in _ENVIRON.findall(line) for name in each}
            if (
                shell.startswith("cmd")
                and {each.lower() for each in _OF_CMD.findall(line)} & self._lines.keys()
            ):
                yield number
            foreign = bool(held & self._lines.keys()) or (by_script and _CONTEXT.search(line))
            if foreign and _RUNS_IN_CODE.search(line):
                yield number
            sets = "exportVariable" in line or "addPath" in line or "GITHUB_ENV" in line
            if foreign and sets:
                self._found.kept.append(number)

    def _by_file(self, script: At) -> Iterator[int]:
        """Yield the lines that run a file into which the script has written foreign text."""
        files: set[str] = set()
        for number, line in _parts(script):
            run = {posixpath.normpath(a or b) for a, b in _RUNS_FILE.findall(line)}
            if run & files:
                yield number
            if _reads_people(line) or (not _CLEANS.search(line) and self._mentions(line)):
                files |= {posixpath.normpath(a or b) for a, b in _INTO_FILE.findall(line)}
            local = _ASSIGNED.match(line)
            plain = _ANSWER.sub("", line)
            if local and _reads_people(line):
                self._lines[local[1].lower()] = True
            elif local and not _CLEANS.search(line) and self._mentions(plain):
                self._lines[local[1].lower()] = self._lines_in(plain)

    def _written(self, step: Step) -> dict[str, bool]:
        """Note what a script writes for later steps; return the variables that it sets."""
        found: dict[str, bool] = {}
        lines = [
            (number, line if _reads_people(line) else _ANSWER.sub("", line))
            for number, line in _numbered(step.at.get("run"))
        ]
        ends = (each for _, line in lines if (each := _WHOLE_FILE.match(line)))
        whole = next((each[1] or each[2] for each in ends), "")
        for number, line in lines:
            target = _FILE.search(line)
            place = (target[0] if target else whole).upper()
            if not _reads_people(line) and (_CLEANS.search(line) or not self._mentions(line)):
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
        return (
            _reads_people(line)
            or any(self._lines.get(name) for name in _used(line))
            or self._of_outsiders(line)
        )


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


def _parts(script: At) -> Iterator[tuple[int, str]]:
    """Yield the commands of a script that stand one behind the other, each with its line."""
    for number, line in _numbered(script):
        yield from ((number, part) for part in re.split(r";|&&", line))


def _reads_people(line: str) -> bool:
    """Say whether a line reads text of people from the event's file or from GitHub."""
    by_file = _PAYLOAD.search(line) and _FIELD.search(line)
    return bool(by_file or _ASKED.search(line) or _MESSAGES.search(line))


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


def _chosen_by(job: Job) -> Iterator[At]:
    """Yield what decides where a job runs: its runner, its containers and their options."""
    yield from job.runs_on
    container = job.at.get("container")
    yield container
    for each in (container, *job.at.get("services").items().values()):
        yield each.get("image")
        yield each.get("options")


def _texts(at: At, depth: int = 0) -> Iterator[str]:
    """Yield all texts below a place."""
    yield at.text
    if depth < _DEEPEST:
        for below in (*at.items().values(), *(at.entries() if not at.text else ())):
            yield from _texts(below, depth + 1)
