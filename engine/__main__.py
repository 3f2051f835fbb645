"""`python -m engine` installs the engine; `python -m engine env` prints it for a shell.

eval "$(python -m engine env)"    lets plain `pulumi` commands use this engine.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys

import engine


def main(arguments: list[str]) -> int:
    """Do what `arguments` ask; return the exit code."""
    if arguments not in ([], ["env"]):
        print(__doc__, file=sys.stderr)  # noqa: T201 - a command's answer
        return 2
    try:
        ready = engine.ensure()
    except engine.EngineError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - as above
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing half made is left behind", file=sys.stderr)  # noqa: T201 - as above
        return 130
    if arguments:
        for name, value in ready.changes(os.environ).items():
            print(f"export {name}={shlex.quote(value)}")  # noqa: T201 - as above
        return 0
    engine.to_stderr(str(ready))
    path = ready.environment(os.environ)["PATH"]
    for name in ("pulumi", "pulumi-language-python", "pulumi-resource-github"):
        where = shutil.which(name, path=path) or "(pulumi gets it by itself, on first use)"
        engine.to_stderr(f"{name:24} {where}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
