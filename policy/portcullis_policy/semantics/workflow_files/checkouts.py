"""What a checkout puts on disk: the commit for which a workflow runs, or something else."""

import posixpath
import re
from collections.abc import Iterator

from portcullis_policy.semantics.commands.commands import commands
from portcullis_policy.semantics.workflow_files.expression_values import values
from portcullis_policy.semantics.workflow_files.expressions import in_braces
from portcullis_policy.semantics.workflow_files.workflows import At, Job, Step

_WHAT_STARTED_IT = re.compile(
    r"github\.(ref|ref_name|sha|repository|workflow_sha|workflow_ref|event\.after"
    r"|event\.release\.(tag_name|target_commitish)|event\.repository\.(full_)?name)"
    r"|(needs|steps|env|matrix)\..*"
)
"""What names the commit and the repository for which the workflow runs."""
_TAGS = re.compile(r"refs/tags/.*")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def checked_out(step: Step) -> Iterator[tuple[int, str]]:
    """Yield what a checkout takes that is not the commit for which the workflow runs."""
    given = {key.lower(): value for key, value in step.at.get("with").items().items()}
    if (repository := given.get("repository")) is not None and not is_own(repository):
        yield (repository.line, "another repository is checked out")
    ref = given.get("ref")
    if ref is not None and not is_own(ref) and not _TAGS.fullmatch(ref.text.strip()):
        yield (ref.line, "another branch or commit is checked out")


def is_own(value: At) -> bool:
    """Say whether a value is what the workflow runs for, or was worked out by an earlier step."""
    if not value.text.strip():
        return True
    paths = [path for expression in in_braces(value.text) for path in values(expression)]
    return bool(paths) and all(map(_WHAT_STARTED_IT.fullmatch, paths))


def foreign_actions(job: Job) -> Iterator[int]:
    """Yield the lines with a local action that another repository's branch or tag brings.

    A checkout of a whole commit hash is as good as an action that is pinned by one.
    """
    folders: list[str] = []
    for step in job.steps:
        if step.uses.startswith("./"):
            used = posixpath.normpath(step.uses)
            if any(folder == "." or f"{used}/".startswith(f"{folder}/") for folder in folders):
                yield step.at.get("uses").line
        folders += _foreign_folders(step)


def _foreign_folders(step: Step) -> Iterator[str]:
    """Yield the folders into which a step puts another repository, by a name that can move."""
    given = step.at.get("with")
    if "checkout" in step.action:
        moves = not _COMMIT.fullmatch(given.get("ref").text.strip())
        if moves and not is_own(given.get("repository")):
            yield posixpath.normpath(given.get("path").text.strip().lower() or ".")
    for _, command in commands(step.at.get("run").lines()):
        words = command.positionals
        if command.program == "git" and words[:1] == ("clone",) and words[1:]:
            last = words[-1].rstrip("/").removesuffix(".git")
            yield posixpath.normpath(last.rpartition("/")[2] if "://" in last else last).lower()
