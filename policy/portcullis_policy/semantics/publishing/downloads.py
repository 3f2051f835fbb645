"""Files from the network that get among those which a workflow releases, without a check."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from portcullis_policy.semantics.commands.commands import Command, commands
from portcullis_policy.semantics.commands.words import words
from portcullis_policy.semantics.publishing.jobs import publishing_steps
from portcullis_policy.semantics.workflow_files.workflows import Job, Workflow

CHECKS = re.compile(
    r"sha(1|256|512)sum|shasum|cosign verify|gpg\b.*--verify|openssl dgst|minisign|slsa-verifier"
    r"|get-filehash|gh attestation verify|b3sum",
    re.IGNORECASE,
)
"""What compares a download with what was expected."""
_PLACES = words("path packages-dir packages_dir files artifacts file dist-dir artifact")
"""Inputs of actions that name what is kept for the release, or published."""
_DEFAULT = {"pypa/gh-action-pypi-publish": "dist"}
"""Where an action takes its files from if no input says so."""
_HERE = re.compile(
    r"^(?:\$\{\{\s*github\.workspace\s*\}\}|\$\{?GITHUB_WORKSPACE\}?|\$\{?PWD\}?|\.)/",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"\$\{\{\s*env\.(\w+)\s*\}\}|\$\{(\w+)\}")
_GLOB = re.compile(r"[*?\[]")
_FETCHERS = words("curl wget aria2c http https xh invoke-webrequest iwr invoke-restmethod irm")
_FETCHES = re.compile(
    r"(?:^|[\s($`])(?:curl|wget|aria2c|iwr|irm|invoke-webrequest)\s", re.IGNORECASE
)
_TO_FILE = re.compile(
    r"(?<![<\d&-])>>?\s*[\"']?(?!/dev/|&)([^\s\"';&|)]+)|\btee\s+(?:-a\s+)?[\"']?([^\s\"';&|]+)"
)
_UNPACKS = re.compile(
    r"\|\s*(?:sudo\s+)?(?:tar|bsdtar|unzip|cpio)\b[^;&|]*?(?:-C|-d|--directory)[ =]?\s*[\"']?"
    r"([^\s\"';&|]+)"
)
_PIPELINE = re.compile(r"&&|\|\||;|\n")
_FILE_OPTIONS = ("-o", "-O", "--output", "--output-document", "--out", "-outfile", "-OutFile")
_FOLDER_OPTIONS = ("-P", "--directory-prefix", "--output-dir", "-d", "--dir")
_REMOTE = re.compile(r"(?:s3|gs|r2|b2|az|https?|ftp|sftp)://|[\w.-]+@?[\w.-]+:(?![\\/]{2})\S")
_COPIES = re.compile(
    r"(?:aws s3 (?:cp|sync|mv)|(?:gsutil|gcloud storage) (?:-\S+ )*(?:cp|rsync|mv)"
    r"|rclone (?:copy|copyto|sync|move)|s3cmd (?:get|sync)|mc (?:cp|mirror)|scp|rsync)\s"
)
_INTO = frozenset({"-C", "-d", "-t", "--directory", "--target-directory"})
_MOVES = words("mv cp install ln rsync tar unzip bsdtar ditto")
_LONGEST = 4_000
"""Characters of one line that are looked at: no line that a person wrote is as long."""


def released_places(workflow: Workflow, jobs: tuple[Job, ...]) -> frozenset[str]:
    """Return the files and folders that some jobs keep for the release, or publish.

    Args:
        workflow: the workflow.
        jobs: those whose files are released.
    """
    found: set[str] = set()
    for job in jobs:
        sending = {id(step) for step in publishing_steps(job, workflow)}
        for step in job.steps:
            if "upload-artifact" in step.action or id(step) in sending:
                given = [step.with_(name) for name in _PLACES if step.with_(name)]
                given = given or [_DEFAULT.get(step.action, "")]
                found |= {place(each) for text in given for each in text.split("\n")}
            if id(step) in sending:
                for _, command in commands(step.at.get("run").lines()):
                    found |= {place(each) for each in command.positionals if "/" in each}
    return frozenset(each for each in found if each and not each.startswith(("!", "http")))


def place(text: str) -> str:
    """Return a path in one form: from the working folder, and up to the first wildcard."""
    path = _VARIABLE.sub(r"$\1\2", text.strip().strip("\"'"))
    path = _HERE.sub("", path)
    glob = _GLOB.search(path)
    if glob:
        path = path[: glob.start()].rpartition("/")[0] or "."
    return posixpath.normpath(path) if path else ""


def put_in(job: Job, places: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines of a job that put what they download among the files of the release."""
    saved: set[str] = set()
    for step in job.steps:
        script = step.at.get("run")
        if CHECKS.search(script.text):
            continue
        folder = place(step.at.get("working-directory").text) or "."
        found = [
            (line, posixpath.join(folder, to))
            for line, text in script.lines()
            for to in _piped(text)
        ]
        for line, command in commands(script.lines()):
            if command.program == "cd" and command.positionals:
                folder = posixpath.join(folder, place(command.positionals[0]))
            found += [(line, posixpath.join(folder, to)) for to in _targets(command)]
            saved |= {posixpath.basename(to) for _, to in found}
            if command.program in _MOVES and saved & set(map(posixpath.basename, command.words)):
                found.append((line, posixpath.join(folder, _destination(command))))
        yield from ((line, _WHAT) for line, to in found if covers(places, to))


def _destination(command: Command) -> str:
    """Return where a command moves or unpacks something."""
    named = [to for option, to in pairwise(command.words) if option in _INTO]
    return place(next(iter(named), (command.positionals or ("",))[-1])) or "."


_OUTSIDE = ("/", "~", "../", "$HOME", "$RUNNER_TEMP", "${{ runner.temp")
"""How a path begins that is not below the working folder."""
_NOWHERE = frozenset({"-", "/dev/null", "dev/null", "/dev/stdout", "dev/stdout"})
"""Where a download leaves no file."""

_WHAT = "a file from the network is put among those that are released"


def covers(places: Iterable[str], path: str) -> bool:
    """Say whether a path is one of some places, or below one."""
    target = place(path)
    inside = not target.startswith(_OUTSIDE)
    return any(
        (each == "." and inside) or target == each or target.startswith(f"{each}/")
        for each in places
    )


def _piped(text: str) -> Iterator[str]:
    """Yield where a line puts what it downloads through a pipe or a redirection."""
    for part in _PIPELINE.split(text):
        fetch = _FETCHES.search(part)
        if fetch is None:
            continue
        after = part[fetch.start() :]
        yield from (a or b for a, b in _TO_FILE.findall(after))
        yield from (f"{folder}/x" for folder in _UNPACKS.findall(after))


def _targets(command: Command) -> Iterator[str]:
    """Yield the files that a command downloads, from its working folder."""
    if command.program in _FETCHERS:
        yield from _fetched(command)
    elif _COPIES.match(" ".join((command.program, *command.words[1:]))):
        given = [word for word in command.positionals if not word.isalpha()]
        if len(given) > 1 and any(map(_REMOTE.match, given[:-1])) and not _REMOTE.match(given[-1]):
            yield posixpath.join(place(given[-1]) or ".", "x")
    elif command.text.startswith("aws s3api get-object"):
        yield place(command.positionals[-1])


def _fetched(command: Command) -> Iterator[str]:
    folder, files = "", []
    remote = bool(re.search(r"\s-\w*O\b|--remote-name", command.text)) or command.program == "wget"
    for option, value in zip(command.words[1:], (*command.words[2:], ""), strict=True):
        name, _, glued = option.partition("=")
        if name in _FOLDER_OPTIONS and (command.program != "curl" or name == "--output-dir"):
            folder = place(glued or value)
        elif name in _FILE_OPTIONS and not (command.program == "curl" and name == "-O"):
            files.append(place(glued or value))
        elif re.fullmatch(r"-[a-zA-Z]*o", option) and command.program == "curl":
            files.append(place(value))
        elif re.fullmatch(r"-[oO][^-\s].*", option) and "://" not in option:
            files.append(place(option[2:]))
    if remote and not files:
        addresses = [word for word in command.positionals if "://" in word]
        files = [posixpath.basename(word.partition("?")[0]) for word in addresses]
    kept = (each for each in files if each and each not in _NOWHERE)
    yield from (posixpath.join(folder, each) for each in kept)
