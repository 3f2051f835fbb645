"""Who owns a file by CODEOWNERS: the last line that matches decides, also if it names nobody.

A line with a mistake is skipped, and so is a file of more than 3 MB. GitHub reads the first of
three places. Source:
https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portcullis_policy.facts import UNKNOWN
from portcullis_policy.rule import Resource, Stack
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.workflow_files.files import repository_of

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks for the file, in this order."""
WORKFLOWS = ".github/workflows/"
_LONGEST = 3 * 1024 * 1024
_OWNER = re.compile(r"@[\w-]+(?:/[\w.-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+")
_WORD = re.compile(r"(?:\\.|[^\s\\])+")
_PARTS = re.compile(r"(\*\*/|\*\*|\*|\?)")
_WORKFLOW = re.compile(rf"{re.escape(WORKFLOWS)}.+\.ya?ml")
_PROBES = ("any.yml", "any.yaml")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a CODEOWNERS file.

    Attributes:
        number: counted from 1.
        pattern: the paths that it is about.
        owners: people, teams and addresses; nobody if empty.
    """

    number: int
    pattern: str
    owners: tuple[str, ...]

    def matches(self, path: str) -> bool:
        """Say whether the line is about a file, by its path from the repository's root."""
        return _matches(self.pattern, path)


def read(text: str) -> tuple[Line, ...]:
    """Return the lines that GitHub reads, without those that have a mistake."""
    if len(text) > _LONGEST:
        return ()
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        words = _WORD.findall(re.sub(r"(^|\s)#.*", "", line))
        if not words or re.match(r"!|\\#", words[0]) or re.search(r"[\[\]]", words[0]):
            continue
        if all(map(_OWNER.fullmatch, words[1:])):
            found.append(Line(number, words[0].replace("\\ ", " "), tuple(words[1:])))
    return tuple(found)


def deciding(lines: tuple[Line, ...], path: str) -> Line | None:
    """Return the line that decides who owns a file: the last one that matches it."""
    return next((line for line in reversed(lines) if line.matches(path)), None)


def guarded_paths(lines: tuple[Line, ...], managed: Iterable[str]) -> list[str]:
    """Return paths of workflow files, one of every kind that the lines tell apart.

    Args:
        lines: of the file.
        managed: paths of files that the program keeps in the repository.
    """
    paths = {f"{WORKFLOWS}{name}" for name in _PROBES} | {*managed}
    for line in lines:
        stems = examples(line)
        for stem in (*stems, f"{WORKFLOWS}{stems[0].rpartition('/')[2]}"):
            paths |= {stem, f"{stem}.yml"}
    return sorted(path for path in paths if _WORKFLOW.fullmatch(path))


def examples(line: Line) -> tuple[str, str]:
    """Return a file that a line may be about, and one in a folder of that name."""
    name = re.sub(r"\*+", "any", line.pattern).replace("?", "a").strip("/")
    return name, f"{name}/any"


def in_force(stack: Stack) -> Mapping[object, tuple[Resource, tuple[Line, ...]]]:
    """Return the CODEOWNERS file that GitHub reads, by repository, as far as the stack keeps it."""
    return stack.once(_in_force)


def ignored(stack: Stack) -> dict[object, list[tuple[Line, ...]]]:
    """Return the CODEOWNERS files that GitHub does not read, because another one is there."""
    found: dict[object, list[tuple[Line, ...]]] = {}
    for repository, files in stack.once(_files).items():
        _, *others = (files[place] for place in PLACES if place in files)
        texts = [other.facts.text("content") for other in others]
        found[repository] = [read(text) for text in texts if isinstance(text, str)]
    return found


def _files(stack: Stack) -> dict[object, dict[str, Resource]]:
    """Return the CODEOWNERS files of a stack, by repository and path."""
    found: dict[object, dict[str, Resource]] = {}
    for item in stack.of(gh.REPOSITORY_FILE):
        path, repository = item.facts.text("file"), repository_of(item)
        if isinstance(path, str) and path.lstrip("/") in PLACES and repository is not UNKNOWN:
            found.setdefault(repository, {})[path.lstrip("/")] = item
    return found


def _in_force(stack: Stack) -> dict[object, tuple[Resource, tuple[Line, ...]]]:
    chosen: dict[object, tuple[Resource, tuple[Line, ...]]] = {}
    for repository, files in stack.once(_files).items():
        item = next(files[place] for place in PLACES if place in files)
        content = item.facts.text("content")
        if isinstance(content, str):
            chosen[repository] = (item, read(content))
    return chosen


def _matches(pattern: str, path: str) -> bool:
    """Say whether a pattern is about a file; all its readings are followed together.

    A pattern with a slash before its end counts from the root; others match at any depth. A folder
    includes what is in it, but `folder/*` only the files right below.
    """
    body = pattern.strip("/")
    slashes = [at for at, letter in enumerate(path) if letter == "/"]
    at = {0} if "/" in pattern.rstrip("/") else {0, *(slash + 1 for slash in slashes)}
    for part in _PARTS.split(body):
        if part:
            at = _after(part, path, at, slashes)
    whole = len(path) in at and not pattern.endswith("/")
    inside = not body.endswith("/*") and any(slash in at for slash in slashes)
    return whole or inside


def _after(part: str, path: str, at: set[int], slashes: list[int]) -> set[int]:
    """Return where one part of a pattern may end in a path, from where it may begin."""
    if part == "**/":
        return at | {slash + 1 for slash in slashes if slash >= min(at, default=len(path))}
    if part == "**":
        return set(range(min(at, default=len(path)), len(path) + 1)) if at else set()
    if part == "*":
        ends = {start: next((s for s in slashes if s >= start), len(path)) for start in at}
        return {end for start, last in ends.items() for end in range(start, last + 1)}
    if part == "?":
        return {start + 1 for start in at if path[start : start + 1] not in ("", "/")}
    return {start + len(part) for start in at if path.startswith(part, start)}
