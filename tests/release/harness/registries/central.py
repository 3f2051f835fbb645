"""The Central Portal and Maven Central: what they ask of a bundle, and what they hold.

A bundle is refused without sources, documentation, checksums and signatures of a key that is known;
gpg itself checks the signatures. A version is taken once.

Sources: https://central.sonatype.org/publish/publish-portal-api/ and
https://central.sonatype.org/publish/requirements/
"""

from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

from components.names.registries import ADDRESSES
from tests.release.harness.registries import publishers
from tests.release.harness.registries.index import form
from tests.release.harness.serving import answer_json, serving

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

PORTAL = "central.sonatype.com"
HOST, _, _FOLDER = ADDRESSES["maven"].removeprefix("https://").partition("/")
_API = "/api/v1/publisher/"
_STATES = ("PENDING", "VALIDATING", "PUBLISHING", "PUBLISHED")
_REQUIRED = ("name", "description", "url", "licenses", "developers", "scm")
_ADDED = {".md5": "md5", ".sha1": "sha1"}


@dataclass
class Central(publishers.TrustingRegistry):
    """The portal and the repository.

    Attributes:
        keyring: The folder of gpg with the public keys that key servers have.
        files: What the repository holds, by path.
        bundles: The bundles that were uploaded, each with what is wrong with it and how often its
            status was asked for.
    """

    keyring: Path | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    bundles: dict[str, tuple[dict[str, bytes], list[str], list[str]]] = field(default_factory=dict)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request to the portal or to the repository."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if self.is_down():
            return answer_json(start, 503, {"error": "the registry is down"})
        if not path.startswith(_API):
            return self._read(start, path.removeprefix(f"/{_FOLDER}/"))
        given = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        namespaces = self.tokens.get(base64.b64decode(given).decode())
        if namespaces is None:
            self.refusals.append("not authorized")
            return answer_json(start, 401, {"error": "not authorized"})
        asked = parse_qs(environ["QUERY_STRING"])
        if (method, path) == ("POST", f"{_API}upload"):
            return self._upload(start, form(environ["CONTENT_TYPE"], body)[2], namespaces, asked)
        if (method, path) == ("POST", f"{_API}status"):
            return self._status(start, asked["id"][0])
        return answer_json(start, 404, {"error": "there is no such address"})

    def _read(self, start: StartResponse, path: str) -> Iterable[bytes]:
        content = self.files.get(path)
        start("200 OK" if content is not None else "404 Not Found", [])
        return [content or b""]

    def _upload(
        self,
        start: StartResponse,
        bundle: bytes,
        namespaces: set[str],
        asked: dict[str, list[str]],
    ) -> Iterable[bytes]:
        with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        wrong = list(self._wrong(files, namespaces))
        if asked["publishingType"] != ["AUTOMATIC"]:
            wrong.append("a person would have to publish it")
        self.refusals += wrong
        name = f"deployment-{len(self.bundles) + 1}"
        self.bundles[name] = (files, wrong, [])
        start("201 Created", [("Content-Type", "text/plain")])
        return [name.encode()]

    def _status(self, start: StartResponse, name: str) -> Iterable[bytes]:
        files, wrong, asked = self.bundles[name]
        state = "FAILED" if wrong and asked else _STATES[min(len(asked), len(_STATES) - 1)]
        asked.append(state)
        if state == "PUBLISHED":
            self.files |= files
        body = {"deploymentId": name, "deploymentState": state, "errors": {"bundle": wrong}}
        return answer_json(start, 200, body)

    def _wrong(self, files: dict[str, bytes], namespaces: set[str]) -> Iterator[str]:
        poms = [path for path in files if path.endswith(".pom")]
        if len(poms) != 1:
            yield "a bundle has one pom"
            return
        folder, _, name = poms[0].rpartition("/")
        group, artifact, version = _coordinates(files[poms[0]])
        if folder != f"{group.replace('.', '/')}/{artifact}/{version}":
            yield f"{folder} is not the place of {group}:{artifact}:{version}"
        if group not in namespaces:
            yield f"the token is not for {group}"
        yield from (f"the pom has no {each}" for each in _missing(files[poms[0]]))
        stem = f"{folder}/{name.removesuffix('.pom')}"
        for path in (poms[0], f"{stem}.jar", f"{stem}-sources.jar", f"{stem}-javadoc.jar"):
            if path not in files:
                yield f"{path} is missing"
        for path in files:
            if not path.endswith((".asc", *_ADDED)):
                yield from self._not_vouched_for(path, files)
        if any(path in self.files for path in files):
            yield "this version is there already"

    def _not_vouched_for(self, path: str, files: dict[str, bytes]) -> Iterator[str]:
        for ending, algorithm in _ADDED.items():
            sum_of = hashlib.new(algorithm, files[path], usedforsecurity=False).hexdigest()
            if files.get(f"{path}{ending}", b"").decode().strip() != sum_of:
                yield f"{path}{ending} is missing or wrong"
        with tempfile.TemporaryDirectory() as folder:
            file, signature = Path(folder, "file"), Path(folder, "file.asc")
            file.write_bytes(files[path])
            signature.write_bytes(files.get(f"{path}.asc", b""))
            command = ["gpg", "--homedir", str(self.keyring), "--batch", "--no-autostart"]
            command += ["--verify", str(signature), str(file)]
            if subprocess.run(command, check=False, capture_output=True).returncode:
                yield f"{path}.asc is missing or of no known key"


def _coordinates(pom: bytes) -> tuple[str, str, str]:
    root = ET.fromstring(pom)  # noqa: S314 - the tests' own file
    group, artifact, version = (
        root.findtext(f"{{*}}{each}", "") for each in ("groupId", "artifactId", "version")
    )
    return group, artifact, version


def _missing(pom: bytes) -> list[str]:
    root = ET.fromstring(pom)  # noqa: S314 - the tests' own file
    return [each for each in _REQUIRED if root.find(f"{{*}}{each}") is None]


@contextmanager
def central() -> Iterator[Central]:
    """Run a portal and a repository without packages."""
    made = Central()
    with serving(made) as made.address:
        yield made
