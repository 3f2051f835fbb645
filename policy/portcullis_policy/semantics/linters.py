"""zizmor, and actionlint where it is installed, on workflow files: once for each set of files.

Both run without network and without the environment's variables, on copies in a folder that only
this user can read and that is removed afterwards. Of what they say only the name of the check and
the line are kept: their messages quote the file.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 60
_NAME = re.compile(r"[\w-]{1,40}")
_AT_ONCE = 200
"""Files in one call: command lines have an end."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that a tool found.

    Attributes:
        file: which of the files, by position.
        line: counted from 1.
        check: the tool's name for it, such as `artipacked`.
        severe: the tool calls it high.
        strict: the tool tells it only to those who ask for all that it knows.
    """

    file: int
    line: int
    check: str
    severe: bool
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool says about a set of files.

    Attributes:
        installed: the tool was found.
        failed: it could not be run, or was not understood.
        remarks: what it found.
    """

    installed: bool
    failed: bool
    remarks: tuple[Remark, ...]


_ABSENT = Answer(installed=False, failed=False, remarks=())


@lru_cache(maxsize=64)
def zizmor(texts: tuple[str, ...]) -> Answer:
    """Return all that zizmor finds, from offline audits; its ignore comments are honoured.

    It is asked as its persona `auditor`, which finds what the others find and more; what they
    would not tell is marked strict. See https://docs.zizmor.sh/usage/#using-personas.

    The command is that of PORTCULLIS_ZIZMOR, of the pack's own virtual environment, or of PATH.

    Args:
        texts: the files' contents.
    """
    command = _find("zizmor", "PORTCULLIS_ZIZMOR")
    options = (
        *("--offline", "--no-config", "--no-progress", "--no-exit-codes", "--collect", "workflows"),
        *("--color", "never", "--format", "json-v1", "--persona", "auditor"),
    )
    return _run(command, options, texts, _zizmor_remarks)


@lru_cache(maxsize=64)
def actionlint(texts: tuple[str, ...]) -> Answer:
    """Return what actionlint finds; it calls no other program (shellcheck, pyflakes).

    The command is that of PORTCULLIS_ACTIONLINT, or of PATH.

    Args:
        texts: the files' contents.
    """
    command = _find("actionlint", "PORTCULLIS_ACTIONLINT")
    options = ("-no-color", "-shellcheck=", "-pyflakes=", "-format", "{{json .}}")
    return _run(command, options, texts, _actionlint_remarks)


def _find(name: str, variable: str) -> str | None:
    """Return a tool's command; None if it is not installed."""
    named = os.environ.get(variable)
    if named:
        return shutil.which(named)
    beside = Path(sys.executable).parent
    return shutil.which(name, path=str(beside)) or shutil.which(name)


def _run(
    command: str | None,
    options: Sequence[str],
    texts: Sequence[str],
    understand: Callable[[object], list[Remark]],
) -> Answer:
    """Run a tool on copies of the files."""
    if command is None:
        return _ABSENT
    found: list[Remark] = []
    with tempfile.TemporaryDirectory(prefix="portcullis-") as folder:  # mode 700
        files = [_written(Path(folder), number, text) for number, text in enumerate(texts)]
        for begin in range(0, len(files), _AT_ONCE):
            try:
                done = subprocess.run(  # noqa: S603 - a tool that was installed for this
                    [command, *options, *files[begin : begin + _AT_ONCE]],
                    cwd=folder,
                    env={"HOME": folder, "PATH": os.defpath, "XDG_CACHE_HOME": folder},
                    capture_output=True,
                    timeout=TIMEOUT_SECONDS,
                    check=False,
                )
                found += understand(json.loads(done.stdout or b"null"))
            except (OSError, ValueError, KeyError, TypeError, subprocess.SubprocessError):
                return Answer(installed=True, failed=True, remarks=())
    return Answer(installed=True, failed=False, remarks=tuple(dict.fromkeys(found)))


def _written(folder: Path, number: int, text: str) -> str:
    """Write a copy where the tools expect workflows; return its path in the folder."""
    path = Path(str(number), ".github", "workflows", "workflow.yml")
    (folder / path).parent.mkdir(parents=True)
    (folder / path).write_text(text, encoding="utf-8")
    return path.as_posix()


def _number(path: str) -> int:
    """Return which file a path is that a tool names."""
    return int(path.replace("\\", "/").removeprefix("./").split("/", 1)[0])


def _word(name: object) -> str:
    """Return a check's name.

    Raises:
        TypeError: it is no name, and could be the file's text.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise TypeError("not a name")
    return name


def _zizmor_remarks(said: object) -> list[Remark]:
    """Read zizmor's JSON, version 1; each finding at its primary place."""
    found = []
    for item in _entries(said):
        if item.get("ignored"):
            continue
        places = item["locations"]
        primary = next((at for at in places if at["symbolic"]["kind"] == "Primary"), places[0])
        local = primary["symbolic"]["key"]["Local"]
        path = local.get("verbatim_path") or local["given_path"]
        line = primary["concrete"]["location"]["start_point"]["row"] + 1
        how = item["determinations"]
        severe, strict = how["severity"] == "High", how["persona"] != "Regular"
        found.append(Remark(_number(path), line, _word(item["ident"]), severe, strict))
    return found


def _actionlint_remarks(said: object) -> list[Remark]:
    """Read actionlint's JSON."""
    return [
        Remark(_number(item["filepath"]), int(item["line"]), _word(item["kind"]), severe=False)
        for item in _entries(said)
    ]


def _entries(said: object) -> list[dict[str, Any]]:
    """Return a list of objects.

    Raises:
        TypeError: it is something else: the tool was not understood.
    """
    if not isinstance(said, list) or not all(isinstance(item, dict) for item in said):
        raise TypeError("not a list of objects")
    return said
