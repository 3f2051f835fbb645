"""How a client's commands run: in an empty home, with nothing of this machine's but PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIMIT_SECONDS = 600


class ClientError(Exception):
    """A client did not do what it does on GitHub; the text has its output."""


class MissingError(Exception):
    """A client cannot be had on this machine; the text says how to get it."""


@dataclass
class Shell:
    """Where a client's commands run.

    Attributes:
        home: Its home, and the folder that it works in.
        variables: Its environment, beside PATH and HOME.
    """

    home: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self, *command: str | Path, expected: Sequence[str] = (), stdin: str = "") -> str:
        """Run a command that has to succeed; return its standard output.

        Args:
            command: The program and its arguments.
            expected: Texts that have to be in its output.
            stdin: What it reads.

        Raises:
            ClientError: It failed, or an expected text is missing.
        """
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), **self.variables}
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.home,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        line = " ".join(Path(command[0]).name if i == 0 else str(p) for i, p in enumerate(command))
        output = done.stdout + done.stderr
        if done.returncode:
            raise ClientError(f"{line}: exit {done.returncode}\n{output}")
        missing = [text for text in expected if text not in output]
        if missing:
            raise ClientError(f"{line}: {missing[0]!r} is not in its output\n{output}")
        return done.stdout


def program(name: str, hint: str) -> str:
    """Return the path of a program on PATH.

    Raises:
        MissingError: There is none; the text is the hint.
    """
    found = shutil.which(name)
    if found is None:
        raise MissingError(hint)
    return found


def cache(name: str) -> Path:
    """Return a client's folder in the cache of this user; it may not exist yet."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "portcullis" / "clients" / name
