"""Which runners a job may get: by labels, groups, expressions and the matrix."""

import re
from collections.abc import Iterator

from portcullis_policy.semantics.commands.words import words
from portcullis_policy.semantics.workflow_files.expressions import in_braces
from portcullis_policy.semantics.workflow_files.workflows import At, Job

_OWN = re.compile(r"(?<![\w-])self-hosted(?![\w-])", re.IGNORECASE)
_OWN_BY_DEFAULT = words("linux windows macos x64 arm arm64")
"""Labels that GitHub gives to every self-hosted runner, and to none of its own."""
_HOSTED = re.compile(
    r"(ubuntu|windows|macos)-.*|.*(larger|cores?|v?cpu|hosted|ubuntu|windows|macos)\b.*"
    r"|(namespace|nscloud|blacksmith|buildjet|depot|warp|ubicloud|cirrus|runs-on|codebuild|oracle)\b.*",
    re.IGNORECASE | re.DOTALL,
)
"""Runners of GitHub and of vendors that start a new machine for each job."""
_TEXT = re.compile(r"'((?:[^']|'')*+)'")
_MATRIX = re.compile(r"matrix(?:\.|\[\s*')([\w-]+)", re.IGNORECASE)
_HERE = re.compile(
    r"github\.repository\s*==\s*'[^'/]*/([^']*)'\s*&&\s*'([^']*)'\s*\|\|", re.IGNORECASE
)
"""A runner for one repository, and another for all others."""
_UNSEEN = re.compile(
    r"^\s*(fromjson\s*\(\s*)?(vars|needs|steps)\.[^|]*$|\b(format|join)\s*\(", re.IGNORECASE
)
_DEEPEST = 6


def own_runners(job: Job, repository: object, *, by_outsiders: bool) -> Iterator[tuple[int, str]]:
    """Yield the lines that let a job run on a machine of the organization's own.

    Args:
        job: the job.
        repository: the repository's name in lower case.
        by_outsiders: a pull request starts it, so that a runner nobody can see is reported, too.
    """
    for label in job.runs_on:
        texts = [each for each in _texts(label.text, job, repository) if each.strip()]
        if any(_OWN.search(each) for each in texts):
            yield (label.line, "a self-hosted runner in a public repository")
        elif by_outsiders and any(map(_UNSEEN.search, in_braces(label.text))):
            yield (label.line, "a runner that is worked out, which nobody can check")
        elif by_outsiders and any(map(_is_other, texts)):
            yield (label.line, "a runner by a label that GitHub gives to none of its own")


def _is_other(label: str) -> bool:
    plain = label.strip().lower()
    return plain in _OWN_BY_DEFAULT or (
        "${{" not in label and not re.search(r"[\[{\s]", plain) and not _HOSTED.fullmatch(plain)
    )


def _texts(label: str, job: Job, repository: object) -> Iterator[str]:
    """Yield the labels that a label may become, as far as they can be read."""
    expressions = list(in_braces(label))
    if not expressions:
        yield label
    for expression in expressions:
        here = _HERE.search(expression)
        if here and here[1].lower() == repository:
            yield here[2]
            continue
        if label.strip() == f"${{{{{expression}}}}}" and "==" not in expression:
            yield from (each.replace("''", "'") for each in _TEXT.findall(expression))
        else:
            yield from (each for each in _TEXT.findall(expression) if _OWN.search(each))
        for name in _MATRIX.findall(expression):
            yield from _of_matrix(job, name)


def _of_matrix(job: Job, name: str) -> Iterator[str]:
    """Yield the values of a variable of the matrix."""
    matrix = job.at.get("strategy", "matrix")
    if matrix.text:
        yield from (each for each in _TEXT.findall(matrix.text) if _OWN.search(each))
    for place in (matrix, *matrix.get("include").entries()):
        found = {key.lower(): value for key, value in place.items().items()}
        yield from _below(found[name.lower()]) if name.lower() in found else ()


def _below(at: At, depth: int = 0) -> Iterator[str]:
    if at.text:
        yield at.text
    elif depth < _DEEPEST:
        for each in (*at.entries(), *at.items().values()):
            yield from _below(each, depth + 1)
