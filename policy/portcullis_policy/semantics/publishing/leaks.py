"""Where a job puts a secret that others can read it: a trace, a request, an image, an artifact."""

import re
from collections.abc import Iterator
from itertools import pairwise

from portcullis_policy.semantics.commands.commands import Command, commands
from portcullis_policy.semantics.commands.words import words
from portcullis_policy.semantics.publishing.credentials import secrets_of, that_open
from portcullis_policy.semantics.publishing.downloads import covers, place, released_places
from portcullis_policy.semantics.publishing.jobs import publishing_steps
from portcullis_policy.semantics.workflow_files.expressions import in_braces, mentions
from portcullis_policy.semantics.workflow_files.workflows import At, Job, Step, Workflow

_VARIABLE = re.compile(r"\$(?:env:)?\{?(\w+)")
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_TRACES = re.compile(r"(?:^|[;&\s])set\s+-(?:\w*x|o\s+xtrace)|(?:^|\s)-\w*x\w*\s+\{0\}")
_NO_MORE = re.compile(r"(?:^|[;&\s])set\s+\+(?:\w*x|o\s+xtrace)")
_BODY = words(
    "-d --data --data-ascii --data-raw --data-binary --data-urlencode --json -F --form "
    "--form-string --post-data --body-data -body -Body"
)
_CLIENTS = words("curl wget http https xh invoke-webrequest invoke-restmethod iwr irm")
_NETWORK = words("nc ncat netcat socat telnet nslookup dig host ping")
"""Programs that log in nowhere: what they are given only leaves."""
_LOGS_IN = (
    r"(?:\w*(?:token|secret|password|passwd|api_?key|auth\w*|assertion|credentials?)|key|pw|pwd"
    r"|code|sig|signature|jwt|otp|user|username|login)"
)
_FIELD = re.compile(rf"(?:^|[?&{{,\s\"'\\]){_LOGS_IN}[\"'\\]*\s*[=:]\s*[\"'\\]*$", re.IGNORECASE)
"""What stands before a secret by which somebody logs in to the server."""
_PIPED = re.compile(
    r"((?:^|[;&(]|\$\()\s*(?:echo|printf|cat\s*<<<|base64)\b[^;&\n]*?)\|\s*"
    r"(?:(?:curl|wget)\b[^;&\n]*(?:@-|-T\s*-|--upload-file[ =]-|/dev/stdin)|nc\b|ncat\b|socat\b)"
)
"""A text that another program sends as it is."""
_ADDRESS = re.compile(r"https?://(?P<host>[^/?#]*)(?P<path>[^?#]*)(?P<query>.*)", re.DOTALL)
_TALKS = words("pr issue release gist")
_TEXTS = words("-m --message -b --body -n --notes -t --title")
_INTO_FILE = re.compile(
    r">>?\s*[\"']?(?!/dev/|&|\$\{?GITHUB_)([^\s\"';&|)]+)|\btee\s+(?:-a\s+)?([^\s;&|]+)"
)
_DUMPS = re.compile(r"(?:^|[;&|]\s*)(?:env|printenv|export -p|declare -x|set)\s*(?:\|[^>]*)?>")
_KEEPS = re.compile(r"actions/(upload-artifact|upload-pages-artifact|cache)(/.*)?")
_LONGEST = 4_000
"""Characters of one line that are looked at: no line that a person wrote is as long."""


def leaks(job: Job, workflow: Workflow) -> Iterator[tuple[int, str]]:
    """Yield the lines of a job that put a secret where others can read it."""
    files: set[str] = set()
    around = (workflow.at.get("env"), job.at.get("env"))
    for step in job.steps:
        if files and any(covers(_kept(step, job, workflow), each) for each in files):
            yield (max(step.at.get("uses").line, step.at.line), _KEPT)
        if step.uses:
            continue
        held = _held(*around, step.at.get("env"))
        script = step.at.get("run")
        if not held and "secrets" not in script.text.lower():
            continue
        yield from _traced(step, held)
        yield from ((line, _SENT) for line in _sent(step, held))
        folder = place(step.at.get("working-directory").text) or "."
        files |= {f"{folder}/{each}" for each in _written(step, held)}


_KEPT = "a file with a secret is kept for others"
_SENT = "a secret is sent away"


def _kept(step: Step, job: Job, workflow: Workflow) -> frozenset[str]:
    """Return the files and folders that a step keeps or publishes."""
    if any(step is each for each in publishing_steps(job, workflow)):
        return released_places(workflow, (job,))
    if not _KEEPS.fullmatch(step.action):
        return frozenset()
    return frozenset(place(each) for each in step.with_("path").split("\n")) - {""}


def _sent(step: Step, held: frozenset[str]) -> Iterator[int]:
    """Yield the lines of a script that send a secret to a server."""
    script = step.at.get("run")
    for line, text in script.lines():
        if any(_has(part[1], held) for part in _PIPED.finditer(text[:_LONGEST])):
            yield line
    yield from (line for line, command in commands(script.lines()) if _sends(command, held))


def _held(*blocks: At) -> frozenset[str]:
    """Return the variables that hold secrets which may be credentials."""
    return frozenset(
        name
        for block in blocks
        for name, value in block.items().items()
        if that_open(secrets_of(value))
    )


def _has(text: str, held: frozenset[str]) -> bool:
    """Say whether a text has a secret in it, by a variable or an expression."""
    return bool(held.intersection(_VARIABLE.findall(text))) or _pasted(text)


def _pasted(text: str) -> bool:
    return "${{" in text and bool(that_open(mentions(in_braces(text)).names - {"GITHUB_TOKEN"}))


def _traced(step: Step, held: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines that a shell prints with the values of their variables."""
    on = _TRACES.search(step.at.get("shell").text) is not None
    for line, text in step.at.get("run").lines():
        on = (on or _TRACES.search(text) is not None) and not _NO_MORE.search(text)
        if on and _has(text, held):
            yield (line, "a secret is printed by the trace of the shell")


def _sends(command: Command, held: frozenset[str]) -> bool:
    """Say whether a command hands a secret to a server, and does not log in with it."""
    if not any(_has(word, held) for word in command.words[1:]):
        return False
    if command.program in _CLIENTS:
        return any(not _is_login(each, held) for each in _bodies(command)) or any(
            _in_address(word, held) for word in command.words[1:] if "://" in word
        )
    options: frozenset[str] = frozenset()
    if command.program == "git" or command.positionals[:1] in [(each,) for each in _TALKS]:
        options = _TEXTS if command.program in ("gh", "glab", "git") else options
    elif command.program in ("docker", "podman", "buildah", "nerdctl"):
        options = frozenset({"--build-arg"})
    given = (value for option, value in pairwise(command.words) if option in options)
    return command.program in _NETWORK or any(_has(value, held) for value in given)


def _bodies(command: Command) -> Iterator[str]:
    """Yield what a command sends as the body of a request."""
    for option, value in pairwise((*command.words, "")):
        name, _, glued = option.partition("=")
        if name in _BODY:
            yield glued if glued and name.startswith("--") else value


def _is_login(text: str, held: frozenset[str]) -> bool:
    """Say whether each secret in a text is the value of a field for a login."""
    text = text[:_LONGEST]
    places = [*_VARIABLE.finditer(text), *_EXPRESSION.finditer(text)]
    named = [at for at in places if at[0].startswith("${{") or at[1] in held]
    return all(_FIELD.search(text[: at.start()]) for at in named if _has(at[0], held))


def _in_address(word: str, held: frozenset[str]) -> bool:
    """Say whether an address has a secret in its host, or in a query that is no login."""
    found = _ADDRESS.match(word)
    if found is None:
        return False
    host = found["host"].rpartition("@")[2]
    if "$(" in found["path"] and _has(found["path"], held):
        return True  # in another form, it is no login
    return (_has(host, held) and "." in _VARIABLE.sub("", host)) or (
        _has(found["query"], held) and not _is_login(found["query"], held)
    )


def _written(step: Step, held: frozenset[str]) -> Iterator[str]:
    """Yield the files into which a script writes a secret."""
    for _, whole in step.at.get("run").lines():
        text = whole[:_LONGEST]
        if _has(text, held) or (held and _DUMPS.search(text)):
            yield from (place(a or b) for a, b in _INTO_FILE.findall(text))
