"""The jobs whose files are released, and what gets into them that nobody reviewed."""

import posixpath
import re
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from portcullis_policy.semantics.commands.commands import Command, commands
from portcullis_policy.semantics.publishing.downloads import CHECKS
from portcullis_policy.semantics.publishing.jobs import piped_to_shell, publishing_jobs
from portcullis_policy.semantics.workflow_files.checkouts import checked_out
from portcullis_policy.semantics.workflow_files.workflows import At, Job, Step, Workflow

_PATHS: WeakKeyDictionary[Workflow, tuple[Job, ...]] = WeakKeyDictionary()
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}")
_IMAGE = re.compile(r"[a-z0-9][\w.-]*(:\d+)?(/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?")
_TAGGED = re.compile(r"^[^@]*/[^@]*$|^[a-z][\w.-]*:[\w.-]+$")
"""An image without a digest: with a folder, or with a tag."""
_MOUNTS = re.compile(r"\s(-v|--volume|--mount)[ =]")
_OF_GIT = re.compile(r"(\S+@)?git\+(https|ssh)://|\S+\s*@\s*git\+")
_AT_COMMIT = re.compile(r"@[0-9a-f]{40}(?![0-9a-f])")
_LATEST = re.compile(r"\S@(latest|main|master|head)(\s|$)", re.IGNORECASE)
_INTERPRETERS = frozenset(
    ("sh", "bash", "zsh", "dash", "source", ".", "python", "python3", "node", "ruby", "perl")
)
_STATUS = re.compile(r"\b(always|cancelled|failure)\s*\(")
_CHECKS_RESULTS = re.compile(
    r"needs\.[\w.*-]+\.result\s*(==\s*'success'|!=\s*'(failure|skipped|cancelled)')"
    r"|!\s*failure\s*\(|!\s*contains\(\s*needs\.\*\.result",
    re.IGNORECASE,
)
"""A condition that looks at how the jobs before it ended."""


def files_come_from(workflow: Workflow) -> tuple[Job, ...]:
    """Return the jobs that publish, and those before them that hand on files.

    Where no job before keeps an artifact, it cannot be seen which do: all of them count.
    """
    if workflow not in _PATHS:
        found: dict[int, Job] = {}
        for job, _ in publishing_jobs(workflow):
            found[id(job)] = job
            before = workflow.needed_by(job)
            keeping = [
                each
                for each in before
                if any("upload-artifact" in step.action for step in each.steps)
            ]
            found |= {id(each): each for each in keeping or before}
        _PATHS[workflow] = tuple(found.values())
    return _PATHS[workflow]


def let_in(job: Job) -> Iterator[tuple[int, str]]:
    """Yield the lines on which a job of a release takes in what was not reviewed for it."""
    image = job.at.get("container")
    image = image.get("image") if image.is_mapping else image
    if image.text and not _DIGEST.search(image.text):
        yield (image.line, "a container by a tag that can be moved")
    for step in job.steps:
        if "checkout" in step.action:
            yield from checked_out(step)
        for line, command in commands(step.at.get("run").lines()):
            if _fetches(command):
                yield (line, "another repository or branch is fetched")
            elif _takes_what_moves(command):
                yield (line, "a program or a package by a name that can be moved")
        yield from _downloaded_and_run(step)
        foreign = _takes_other_artifacts(step)
        if foreign is not None:
            yield (foreign, "artifacts of another run are taken")
        for line in piped_to_shell(step):
            yield (line, "what was downloaded is run at once")


def _fetches(command: Command) -> bool:
    if command.program != "git":
        return False
    words = command.positionals
    if words[:1] in (("clone",), ("pull",)):
        return words[:1] == ("clone",) or len(words) > 1
    plain = [word for word in words[1:] if not word.startswith(("$", ".", "HEAD"))]
    moved = bool(plain) and not re.search(r"refs/tags|[\"'$]", plain[-1])
    return (
        words[:1] in (("checkout",), ("switch",), ("reset",), ("merge",))
        and moved
        and ("--" not in command.words)
    )


def _takes_what_moves(command: Command) -> bool:
    """Say whether a command runs or installs what somebody else can change afterwards."""
    text = command.text
    if command.program in ("docker", "podman", "nerdctl") and command.positionals[:1] == ("run",):
        named = (word for word in command.words[2:] if _IMAGE.fullmatch(word))
        image = next((word for word in named if "@" in word or _TAGGED.search(word)), "@")
        return bool(_MOUNTS.search(text)) and not re.search(r"@|^localhost", image)
    if any(_OF_GIT.match(word) and not _AT_COMMIT.search(word) for word in command.words):
        return command.program not in ("git", "echo", "printf")
    if command.program == "go" and command.positionals[:1] in (("install",), ("get",)):
        return bool(_LATEST.search(text))
    if command.program == "gh" and command.positionals[:2] == ("release", "download"):
        other = re.search(r"\s(?:-R|--repo)[ =]?(\S+)", text)
        return other is not None and not re.search(r"github[._]repository", other[1], re.IGNORECASE)
    return bool(_LATEST.search(command.words[0]))


def _downloaded_and_run(step: Step) -> Iterator[tuple[int, str]]:
    """Yield the lines that run a file which the same script downloads and does not check."""
    script = step.at.get("run")
    if CHECKS.search(script.text):
        return
    files: set[str] = set()
    for line, command in commands(script.lines()):
        words = command.words
        if command.program in ("curl", "wget"):
            files |= set(_saved(command))
        elif files & {posixpath.basename(word) for word in _run_by(words)}:
            yield (line, "what was downloaded is run without a check of its hash")


def _saved(command: Command) -> Iterator[str]:
    """Yield the names of the files that a command downloads."""
    given = re.search(r"\s(?:-\w*[oO]|--output(?:-document)?)[ =]?([^\s-]\S*)", command.text)
    if given and "://" not in given[1]:
        yield posixpath.basename(given[1])
    elif command.program == "wget" or re.search(r"\s-\w*O\b|--remote-name", command.text):
        yield from (posixpath.basename(word) for word in command.positionals if "://" in word)


def _run_by(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a command that name a program which it runs or installs."""
    program = posixpath.basename(words[0])
    runs = program in _INTERPRETERS or (program == "dpkg" and "-i" in words)
    return words if runs or program == "chmod" else words[:1] if "/" in words[0] else ()


def _takes_other_artifacts(step: Step) -> int | None:
    """Return the line on which a step takes artifacts of another run; None if it takes none."""
    if "download-artifact" in step.action:
        foreign = step.action != "actions/download-artifact"
        for name in ("run-id", "repository"):
            given = step.with_(name)
            foreign |= bool(given) and "github.run_id" not in given and "github.repo" not in given
        return step.at.get("uses").line if foreign else None
    return next(
        (
            line
            for line, command in commands(step.at.get("run").lines())
            if command.program == "gh"
            and command.positionals[:2] == ("run", "download")
            and "GITHUB_RUN_ID" not in command.text
        ),
        None,
    )


def goes_on_after_failure(condition: At) -> bool:
    """Say whether a condition lets a job or a step run although what it needs has failed."""
    return bool(_STATUS.search(condition.text)) and not _CHECKS_RESULTS.search(condition.text)
