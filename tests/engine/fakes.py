"""Small scripts that stand for `pulumi` and `go` on a PATH of the test's own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine import recipe

if TYPE_CHECKING:
    from pathlib import Path

GO = """#!/bin/sh
case "$1" in
version) echo "go version go{version} linux/amd64" ;;
build)
    echo "go: downloading example.com/module v1.0.0" >&2
    echo "example.com/module/package" >&2
    for last; do case "$previous" in -o) target="$last" ;; esac; previous="$last"; done
    echo "build ${{target##*/}}" >> "{log}"
    {build}
    ;;
list) echo "{module}" ;;
esac
"""


@dataclass(frozen=True)
class Machine:
    """A machine: its PATH, its cache and what was run on it."""

    folder: Path

    @property
    def bin(self) -> Path:
        """The only folder on its PATH, but for the system's own tools."""
        made = self.folder / "bin"
        made.mkdir(exist_ok=True)
        return made

    @property
    def cache(self) -> Path:
        """The engine's cache."""
        return self.folder / "cache" / "portcullis" / "engine"

    @property
    def environ(self) -> dict[str, str]:
        """The environment of its user. pip finds what lies in the machine's folder."""
        return {
            "PATH": os.pathsep.join((str(self.bin), "/usr/bin", "/bin")),
            "HOME": str(self.folder),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.folder),
        }

    def script(self, name: str, text: str) -> Path:
        """Put a script on its PATH."""
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)
        return path

    def pulumi(self, version: str = "v3.259.0", host: str = recipe.LANGUAGE_HOST[0].name) -> None:
        """Install a `pulumi` of this version, with its language host unless `host` is empty."""
        self.script("pulumi", f"#!/bin/sh\necho {version}\n")
        if host:
            self.script(host, "#!/bin/sh\n")

    def go_script(self, version: str = "1.26.4", build: str = 'echo built > "$target"') -> str:
        """A Go toolchain that builds by the shell command `build`."""
        executor = self.folder / "module" / "python" / "cmd" / recipe.EXECUTOR
        executor.parent.mkdir(parents=True, exist_ok=True)
        executor.write_text("# the runner of programs\n")
        return GO.format(version=version, build=build, log=self.log, module=self.folder / "module")

    @property
    def log(self) -> Path:
        """Where `go` notes what it builds."""
        return self.folder / "log"

    def built(self) -> list[str]:
        """What `go` was asked to build, sorted: parts are built side by side."""
        return sorted(self.log.read_text().splitlines()) if self.log.exists() else []
