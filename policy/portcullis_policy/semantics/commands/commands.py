"""Shell scripts as simple commands: which program is called, and with which words.

This is no shell: it knows quotes, separators, substitutions and what merely starts another program
(`sudo`, `npx`, `python -m`, `bash -c`). What it does not understand stays a word.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from portcullis_policy.semantics.commands.words import words

_BRACKETS = r"\([^()]*+\)"
for _ in range(6):
    _BRACKETS = rf"\((?:[^()]++|{_BRACKETS})*+\)"
_CALLED = rf"\${_BRACKETS}"
"""A substitution, with brackets in brackets, as regular expressions for jq have them."""
_DOUBLE = rf'"(?P<double>(?:[^"\\$]|\\.|{_CALLED}|\$)*+)"'
_TOKEN = re.compile(
    r"'(?P<single>[^']*)'"
    rf"|{_DOUBLE}"
    r"|(?P<test>\[\[\s.*?\s\]\])"
    r"|(?P<comment>(?:^|(?<=\s))#.*)"
    r"|(?P<expression>\$\{\{.*?\}\}|\$\{[^}]*\}|\$?\(\((?:[^()]|\([^()]*\))*\)\))"
    r"|(?P<open>\$\(|`|[<>]\()"
    r"|(?P<redirect>[0-9&]?>>?&?[0-9]?|<<?<?-?)"
    r"|(?P<separator>&&|\|\||\||;|&|\(|\))"
    r"|(?P<space>\s+)"
    r"|(?P<plain>\\.|[^\s'\"`;&|()<>$\\]+|.)",
    re.DOTALL,
)
_SUBSTITUTION = re.compile(r"\$\((?!\()|(?<!\\)`")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=(?!=).*", re.DOTALL)
_STARTERS = words(
    "sudo env time nice exec command nohup xargs then do else elif if while until ! { eval "
    "builtin npx bunx pnpx uvx xvfb-run retry doas stdbuf setsid parallel busybox dotenv "
    "corepack start"
)
"""Words before a command that change nothing of what it does."""
_PAIRS = {
    **dict.fromkeys(("pnpm", "yarn"), words("dlx exec")),
    **dict.fromkeys(("npm", "bun", "mise"), words("exec x")),
    **dict.fromkeys(("pipx", "poetry", "pdm", "rye", "hatch", "conda", "pixi"), words("run")),
    **dict.fromkeys(("op", "doppler", "infisical", "go", "nix"), words("run")),
    **dict.fromkeys(("bundle", "direnv", "aws-vault"), words("exec")),
    **dict.fromkeys(("python", "python3", "py"), words("-m")),
    "uv": words("run tool"),
    "dotnet": words("tool"),
}
"""Two words that start another program."""
_TAKES_VALUE = frozenset({"-p", "--package", "--with", "--from", "--python", "-u", "-I", "-n"})
"""Options of starters that are followed by a value."""
_WITH_NUMBER = frozenset({"timeout", "retry", "nice"})
_INLINE = {
    **dict.fromkeys(("sh", "bash", "zsh", "dash", "ash", "ksh", "su", "busybox"), ("-c",)),
    **dict.fromkeys(("python", "python3", "py"), ("-c",)),
    **dict.fromkeys(("node", "ruby", "perl", "deno", "bun"), ("-e", "--eval", "eval", "-p")),
    **dict.fromkeys(("pwsh", "powershell"), ("-c", "-command", "-Command")),
}
"""The programs that take a script as a word, and the option before it."""
_FIND_RUNS = words("-exec -execdir -ok -okdir")
"""Options of find that are followed by a command."""
_WHOLE = re.compile(r"'[^']*+'|\"(?:[^\"\\]|\\.)*+\"|\\.|(?:^|(?<=\s))#[^\n]*", re.DOTALL)
"""What is whole: quoted texts, escapes and comments."""
_HEREDOC = re.compile(r"<<-?\s*[\"']?([A-Za-z_]\w*)[\"']?")
_RUNS_INPUT = re.compile(r"(^|[|;&\s/])(ba|z|da|k)?sh\b|\bssh\b|\bpython3?\b[^|]*$")
_LINES_OF_A_TEXT = 200
_FAILED = 3
"""Texts of a script that have no end, after which only the next line is tried."""
_DEEPEST = 6
_LONGEST = 20_000
"""Characters of one line that are looked at; no line that a person wrote is as long."""


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command.

    Attributes:
        words: the program first, without its path; then all arguments as written, without quotes.
        by: the words before it that only start it, such as `sudo` or `uvx --from build`.
    """

    words: tuple[str, ...]
    by: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        """Return the program, in lower case, without its folder, version and `.exe`."""
        return program_name(self.words[0])

    @property
    def positionals(self) -> tuple[str, ...]:
        """Return the arguments that are no options."""
        return tuple(word for word in self.words[1:] if not word.startswith("-"))

    @property
    def text(self) -> str:
        """Return all words with one space between them."""
        return " ".join(self.words)

    def has(self, *options: str) -> bool:
        """Say whether one of some options is given, alone or with a value after `=`."""
        return any(word.partition("=")[0] in options for word in self.words[1:])


@lru_cache(maxsize=4096)  # the words of many scripts are the same
def program_name(word: str) -> str:
    """Return a program's name from a word: without its folder, version and ending."""
    name = word.replace("\\", "/").rstrip("/").rpartition("/")[2].lower()
    name = re.split(r"(?<=.)(?:==|~=|>=|@)", name, maxsplit=1)[0]
    return name.removesuffix(".exe").removesuffix(".cmd")


def commands(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, Command]]:
    """Yield the simple commands of a script's logical lines, each with its line."""
    for line, text in _statements(lines):
        for found in line_commands(text[:_LONGEST]):
            yield (line, found)


def _statements(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the lines, those of one quoted text as one; without texts that are given as input."""
    waiting = list(lines)
    ends: dict[str, list[int]] = {}
    for number, (_, text) in enumerate(waiting):
        ends.setdefault(text.strip(), []).append(number)
    at = failed = 0
    while at < len(waiting):
        line, text = waiting[at]
        at += 1
        more = 0
        while more < _LINES_OF_A_TEXT and at + more < len(waiting) and _is_open(text):
            text = f"{text}\n{waiting[at + more][1]}"
            more += 1
            if failed > _FAILED:
                break
        if more and _is_open(text):  # no quotes, after all
            text, more = waiting[at - 1][1], 0
            failed += 1
        at += more
        yield (line, text)
        end = _HEREDOC.search(text)
        if end and not _RUNS_INPUT.search(text[: end.start()]):
            later = ends.get(end[1], [])
            after = bisect_left(later, at)
            at = later[after] + 1 if after < len(later) else at


def _is_open(text: str) -> bool:
    """Say whether a text ends within quotes."""
    if "'" not in text and '"' not in text:
        return False
    rest = _WHOLE.sub("", text)
    return "'" in rest or '"' in rest


@lru_cache(maxsize=8192)
def line_commands(text: str) -> tuple[Command, ...]:
    """Return the simple commands of one logical line."""
    return tuple(_parse(text, 0))


def _parse(text: str, depth: int) -> Iterator[Command]:
    given: list[str] = []
    word = ""
    inner: list[str] = []
    for token in _TOKEN.finditer(f"{text} "):
        kind = token.lastgroup
        if kind in ("single", "double", "plain", "expression", "test"):
            value = token[kind]
            written = value.removeprefix("\\") if kind == "plain" else value
            word += "[[" if kind == "test" else written  # a condition is no command
            called = _SUBSTITUTION.search(value) if kind in ("double", "test") else None
            inner += [value[called.end() :]] if called else []
            continue
        given += [word] if word else []
        word = ""
        if kind == "redirect":
            given.append(token[0])
        elif kind in ("open", "separator"):
            yield from _command(given, depth)
            given = []
    yield from _command(given, depth)
    if depth < _DEEPEST:
        for each in inner:
            yield from _parse(each, depth + 1)


def _command(given: list[str], depth: int) -> Iterator[Command]:
    whole = _without_redirects(given)
    given = _without_starters(whole)
    if not given:
        return
    if len(given) == 1 and " " in given[0].strip() and depth < _DEEPEST:  # eval "a b"
        yield from _parse(given[0], depth + 1)
        return
    found = Command(tuple(given), tuple(whole[: -len(given)]))
    yield found
    if found.program == "find" and depth < _DEEPEST:
        for at, word in enumerate(given):
            if word in _FIND_RUNS:
                yield from _command(given[at + 1 :], depth + 1)
    options = _INLINE.get(found.program, ())
    if depth < _DEEPEST:
        for option, script in pairwise(given):
            if option in options:
                for line in script.split("\n"):
                    yield from _parse(line, depth + 1)


def _without_redirects(given: list[str]) -> list[str]:
    found: list[str] = []
    skip = False
    for word in given:
        if skip:
            skip = False
        elif re.fullmatch(r"[0-9&]?>>?|<<?<?-?", word):
            skip = True
        elif not re.fullmatch(r"[0-9&]?>>?&?[0-9]?", word):
            found.append(word)
    return found


def _without_starters(given: list[str]) -> list[str]:
    """Return a command without what only starts it."""
    at = 0
    while at < len(given):
        word = program_name(given[at])
        then = given[at + 1] if at + 1 < len(given) else ""
        if _ASSIGNMENT.fullmatch(given[at]) or given[at] == "--":
            at += 1
        elif then in _PAIRS.get(word, ()):
            at = _after_options(given, at + 2)
            at += at < len(given) and then == "tool" and given[at] == "run"
        elif word in _STARTERS or word in _WITH_NUMBER:
            at = _after_options(given, at + 1)
            if word in _WITH_NUMBER and at < len(given) and given[at][:1].isdigit():
                at += 1
        else:
            return given[at:]
    return []


def _after_options(given: list[str], at: int) -> int:
    while at < len(given) and given[at].startswith("-"):
        at += 2 if given[at] in _TAKES_VALUE else 1
    return at


_FETCHING = (("uvx",), ("pipx", "run"), ("uv", "tool"), ("pnpm", "dlx"), ("yarn", "dlx"), ("pnpx",))
"""What starts a program of a registry, in its latest version if no other is named."""
_FETCHING_IF_ASKED = (("npx",), ("npm", "exec"), ("npm", "x"), ("bunx",), ("bun", "x"))
"""What takes the project's own version where it has one, unless an option says yes."""
_SAYS_YES = frozenset({"-y", "--yes"})
_GIVEN = frozenset({"--from", "--spec", "--package", "-p", "--with"})
_FIXED = re.compile(r".+(?:==|@)v?\d[\w.+-]*|\./.*|.*\.(?:whl|tgz|tar\.gz)|.*\$.*")


def is_fetched_anew(command: Command) -> bool:
    """Say whether a command runs a program of a registry in whatever version is the latest."""
    started = tuple(program_name(word) for word in command.by)
    pairs = {*((word,) for word in started), *pairwise(started)}
    if not pairs & {*_FETCHING, *_FETCHING_IF_ASKED}:
        return False
    if not pairs & {*_FETCHING} and not _SAYS_YES & {*command.by}:
        return False
    options = ((o.partition("=")[0], o.partition("=")[2] or n) for o, n in pairwise(command.by))
    last = command.by[-1].partition("=")
    named = [value for option, value in options if option in _GIVEN]
    named += [last[2]] if last[0] in _GIVEN and last[2] else []
    if command.words[0] in ("install", "upgrade"):  # uv tool install
        named += command.positionals
    return not all(map(_FIXED.fullmatch, named or command.words[:1]))
