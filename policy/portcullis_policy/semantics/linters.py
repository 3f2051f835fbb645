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
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

SECONDS = 10.0
"""What a tool may take for a call: a few files take a tenth of one. A single file can be written so
that zizmor takes minutes."""
SECONDS_PER_FILE = 0.2
"""What it may take in addition for each file."""
_NAME = re.compile(r"[\w-]{1,40}")
_AT_ONCE = 1000
"""Files in one call: a start of a tool costs more than 50 files, and command lines have an end."""


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
        late: it took too long, and was ended.
        remarks: what it found.
    """

    installed: bool
    failed: bool
    remarks: tuple[Remark, ...]
    late: bool = False


_ABSENT = Answer(installed=False, failed=False, remarks=())


@dataclass(frozen=True, slots=True)
class Linter:
    """A tool that reads workflow files.

    Attributes:
        name: its command, of the pack's own virtual environment or of PATH.
        variable: the environment variable that names another command.
        options: its options.
        understand: reads what it prints.
    """

    name: str
    variable: str
    options: tuple[str, ...]
    understand: Callable[[object], list[Remark]]


_AT_ONCE_RUN = ThreadPoolExecutor(max_workers=2, thread_name_prefix="linter")


@lru_cache(maxsize=64)
def asked(linter: Linter, texts: tuple[str, ...]) -> Future[Answer]:
    """Start a linter, which runs beside everything else; once for each set of files.

    Args:
        linter: the tool.
        texts: the files' contents.
    """
    return _AT_ONCE_RUN.submit(_run, linter, texts)


def _find(linter: Linter) -> str | None:
    """Return a tool's command; None if it is not installed."""
    named = os.environ.get(linter.variable)
    if named:
        return shutil.which(named)
    beside = Path(sys.executable).parent
    return shutil.which(linter.name, path=str(beside)) or shutil.which(linter.name)


def _run(linter: Linter, texts: Sequence[str]) -> Answer:
    """Run a tool on copies of the files."""
    command = _find(linter)
    if command is None:
        return _ABSENT
    found: list[Remark] = []
    with tempfile.TemporaryDirectory(prefix="portcullis-") as folder:  # mode 700
        files = [f"{number}.yml" for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            Path(folder, file).write_text(text, encoding="utf-8")
        for begin in range(0, len(files), _AT_ONCE):
            named = files[begin : begin + _AT_ONCE]
            try:
                done = subprocess.run(  # noqa: S603 - a tool that was installed for this
                    [command, *linter.options, *named],
                    cwd=folder,
                    env={"HOME": folder, "PATH": os.defpath, "XDG_CACHE_HOME": folder},
                    capture_output=True,
                    timeout=SECONDS + SECONDS_PER_FILE * len(named),
                    check=False,
                )
                found += linter.understand(json.loads(done.stdout or b"null"))
            except subprocess.TimeoutExpired:
                return Answer(installed=True, failed=True, remarks=(), late=True)
            except (OSError, ValueError, KeyError, TypeError, subprocess.SubprocessError):
                return Answer(installed=True, failed=True, remarks=())
    return Answer(installed=True, failed=False, remarks=tuple(dict.fromkeys(found)))


def _number(path: str) -> int:
    """Return which file a path is that a tool names."""
    return int(path.replace("\\", "/").removeprefix("./").removesuffix(".yml"))


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


ZIZMOR = Linter(
    "zizmor",
    "PORTCULLIS_ZIZMOR",
    (
        *("--offline", "--no-config", "--no-progress", "--no-exit-codes", "--collect", "workflows"),
        *("--color", "never", "--format", "json-v1", "--persona", "auditor"),
    ),
    _zizmor_remarks,
)
"""Offline audits; its ignore comments are honoured.

It is asked as its persona `auditor`, which finds what the others find and more; what they would not
tell is marked strict. See https://docs.zizmor.sh/usage/#using-personas.
"""

ACTIONLINT = Linter(
    "actionlint",
    "PORTCULLIS_ACTIONLINT",
    ("-no-color", "-shellcheck=", "-pyflakes=", "-format", "{{json .}}"),
    _actionlint_remarks,
)
"""It calls no other program (shellcheck, pyflakes)."""
