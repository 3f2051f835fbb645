"""The Go proxy and the checksum database, which everybody who gets a module asks.

The proxy reads a module of the tests from its repository when it is first asked for it, by `go`
itself, and keeps it, as the real one does. Other modules come from a cache that was filled before.
The checksum database is Go's own library for tests (`tests/release/go`), with a key of its own.

Sources: https://go.dev/ref/mod#goproxy-protocol and https://go.dev/ref/mod#checksum-database
"""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.release.harness.registries import publishers
from tests.release.harness.serving import serving
from tests.release.harness.tools import PATH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIEnvironment

    from tests.release.harness.tools import GoTools

HOST, SUMS_HOST = "proxy" + ".golang.org", "sum" + ".golang.org"
"""In parts: no file of the project names the host of a package registry."""
OWN = "github.com/guild/"
"""How the paths of the tests' own modules begin."""
_FILE = re.compile(r"/(?P<module>.+)/@v/(?:(?P<version>v[^/]+)\.(?:info|mod|zip)|list)")


@dataclass(kw_only=True)
class Modules(publishers.TrustingRegistry):
    """A Go proxy, with a checksum database.

    Attributes:
        go: The Go programs and caches.
        folder: The proxy's own cache of modules.
        repositories: Variables that lead git from a repository's address to the repository.
        sums: Where the checksum database listens.
        key: What a client needs to verify the database.
        altered: Whether the proxy changes each go.mod of the tests' own modules.
        read: The versions that were read from their repository.
    """

    go: GoTools
    folder: Path
    repositories: dict[str, str]
    sums: str = ""
    key: str = ""
    altered: bool = False
    read: list[str] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, str]:
        """What a job needs to use the programs, the database, and the tests' repositories."""
        return {
            **self.repositories,
            "GOCACHE": str(self.go.cache),
            "GOFLAGS": "-modcacherw",
            "GONOSUMDB": "",
            "GOSUMDB": self.key,
        }

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request for a file of a module."""
        path = environ["PATH_INFO"]
        if self.is_down():
            start("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        found = _FILE.fullmatch(path)
        if found and found["version"] and found["module"].startswith(OWN):
            self._read(found["module"], found["version"])
        for cache in (self.folder, self.go.modules):
            file = cache / "cache/download" / path.lstrip("/")
            if found and file.is_file():
                content = file.read_bytes()
                if self.altered and path.startswith(f"/{OWN}") and file.suffix == ".mod":
                    content += b"// changed on the way\n"
                start("200 OK", [("Content-Length", str(len(content)))])
                return [content]
        start("404 Not Found", [("Content-Length", "0")])
        return [b""]

    def _read(self, module: str, version: str) -> None:
        """Read a version from its repository, unless the proxy has it already."""
        name = f"{module}@{version}"
        if name in self.read:
            return
        done = subprocess.run(
            [str(self.go.folder / "go"), "mod", "download", name],
            env={
                "PATH": f"{self.go.folder}:{PATH}",
                "HOME": str(self.folder),
                "GOMODCACHE": str(self.folder),
                "GOPROXY": "direct",
                "GOSUMDB": "off",
                "GOTOOLCHAIN": "local",
                **self.repositories,
                "GOFLAGS": "-modcacherw",
            },
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        if done.returncode == 0:
            self.read.append(name)


@contextmanager
def modules(go: GoTools, folder: Path, repositories: dict[str, str]) -> Iterator[Modules]:
    """Run a proxy that has read nothing, and a checksum database."""
    folder.mkdir()
    made = Modules(go=go, folder=folder, repositories=repositories)
    process = subprocess.Popen(
        [str(go.sums), str(folder), str(go.modules)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process, serving(made) as made.address:
        try:
            assert process.stdout is not None
            made.sums, made.key = process.stdout.readline().split()
            yield made
        finally:
            process.terminate()
