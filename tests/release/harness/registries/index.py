"""A Python package index: pypiserver, behind what PyPI asks of an upload.

It takes a token that it has minted for a trusted publisher, or one that it knows, for its projects
only; and it keeps PyPI's rule for a file that is there already: the same content is fine, another
is refused.

Sources: https://docs.pypi.org/trusted-publishers/using-a-publisher/ and
https://docs.pypi.org/api/upload/. What it says about files: https://docs.pypi.org/api/json/ and
https://docs.pypi.org/api/integrity/
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any

import httpx

from tests.release.harness.registries import publishers
from tests.release.harness.serving import answer_json, running, serving

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIEnvironment


_PROVENANCE = re.compile(r"/integrity/[^/]+/[^/]+/([^/]+)/provenance")
_VERSION = re.compile(r"/pypi/([^/]+)/([^/]+)/json")
"""The path of a version in PyPI's JSON API."""


@dataclass
class Index(publishers.TrustingRegistry):
    """An index.

    Attributes:
        audience: Whom OIDC tokens have to be made for: `pypi` or `testpypi`.
        folder: The files that it holds.
        upstream: Where pypiserver listens.
        down_after: After how many uploads it is down; None: it is not.
        uploads: The files that it took, in order.
        provenance: Who published a file, and the attestations that came with it, by its name.
        yanked: Projects and versions that owners have yanked on the site.
    """

    audience: str
    folder: Path
    upstream: str
    down_after: int | None = None
    uploads: list[str] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)
    _minted: dict[str, dict[str, publishers.Publisher]] = field(default_factory=dict)
    yanked: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if self.is_down():
            return answer_json(start, 503, {"message": "the index is down"})
        if path == "/_/oidc/audience":
            return answer_json(start, 200, {"audience": self.audience})
        if path == "/_/oidc/mint-token" and method == "POST":
            return self._mint(start, body)
        if path == "/legacy/" and method == "POST":
            return self._upload(environ, start, body)
        if _VERSION.fullmatch(path) or _PROVENANCE.fullmatch(path):
            return answer_json(start, *self._said(path))
        return self._forward(environ, start, path, body)

    def _mint(self, start: StartResponse, body: bytes) -> Iterable[bytes]:
        try:
            found = self.trusted(str(json.loads(body)["token"]), self.audience)
        except publishers.NotTrusted as error:
            code, _, description = str(error).partition(": ")
            errors = [{"code": code, "description": description}]
            self.refusals.append(code)
            return answer_json(start, 422, {"message": "Token request failed", "errors": errors})
        token = f"pypi-minted-{secrets.token_urlsafe(16)}"
        self.tokens[token] = set(found)
        self._minted[token] = found
        return answer_json(start, 200, {"success": True, "token": token})

    def _upload(
        self, environ: WSGIEnvironment, start: StartResponse, body: bytes
    ) -> Iterable[bytes]:
        fields, name, content = form(environ["CONTENT_TYPE"], body)
        status, reason = self._judged(environ, fields["name"], name, content)
        if status == 200 and "attestations" in fields:
            status, reason = self._attested(environ, fields, name, content) or (status, reason)
        if status != 200 or reason:
            self.refusals += [f"{name}: {reason}"] if status != 200 else []
            return answer_json(start, status, {"message": reason})
        self.uploads.append(name)
        return self._forward(environ, start, "/", body)

    def _said(self, path: str) -> tuple[int, dict[str, Any]]:
        """Return what PyPI says about a version (JSON API), or about a file's publisher."""
        if file := _PROVENANCE.fullmatch(path):
            said = self.provenance.get(file[1])
            return (200, said) if said else (404, {"message": "Not Found"})
        found = _VERSION.fullmatch(path)
        assert found is not None
        project, version = found.groups()
        begins = f"{project.replace('-', '_')}-{version}"
        yanked = (project, version) in self.yanked
        urls = [
            {"filename": name, "digests": {"sha256": digest}, "yanked": yanked}
            for name, digest in self.files().items()
            if name.startswith((f"{begins}-", f"{begins}.tar"))
        ]
        if not urls:
            return 404, {"message": "Not Found"}
        return 200, {"info": {"version": version}, "urls": urls}

    def _forward(
        self, environ: WSGIEnvironment, start: StartResponse, path: str, body: bytes
    ) -> Iterable[bytes]:
        answer = httpx.request(
            environ["REQUEST_METHOD"],
            f"{self.upstream}{path}",
            headers={"Content-Type": environ.get("CONTENT_TYPE", "")},
            content=body,
            follow_redirects=True,
            trust_env=False,
        )
        kind = answer.headers.get("content-type", "application/octet-stream")
        start(f"{answer.status_code} {answer.reason_phrase}", [("Content-Type", kind)])
        return [answer.content]

    def _judged(
        self, environ: WSGIEnvironment, project: str, name: str, content: bytes
    ) -> tuple[int, str]:
        """Return the status of an upload, and why there is nothing to store."""
        allowed = self.tokens.get(_token(environ))
        if allowed is None:
            return 403, "Invalid or non-existent authentication information."
        if normalized(project) not in {normalized(each) for each in allowed}:
            return 403, f"The credential associated with this token is not for {project}."
        there = self.folder / name
        if not there.exists():
            return 200, ""
        if there.read_bytes() == content:
            return 200, "the same file is there already"
        return 400, f"File already exists ('{name}')."

    def is_down(self) -> bool:
        """Return whether it is down for a request."""
        after = self.down_after is not None and len(self.uploads) >= self.down_after
        return after or super().is_down()

    def _attested(
        self, environ: WSGIEnvironment, fields: dict[str, str], name: str, content: bytes
    ) -> tuple[int, str] | None:
        """Keep the attestations of a file; return why they are refused."""
        publisher = self._minted.get(_token(environ), {}).get(fields["name"])
        attestations = json.loads(fields["attestations"])
        if publisher is None:
            return 400, "Attestations are only supported when using Trusted Publishing"
        for attestation in attestations:
            statement = json.loads(base64.b64decode(attestation["envelope"]["statement"]))
            digest = {"sha256": hashlib.sha256(content).hexdigest()}
            if statement["subject"] != [{"name": name, "digest": digest}]:
                return 400, "The attestation is about another file"
        said = {
            "kind": "GitHub",
            "repository": publisher.repository,
            "workflow": publisher.workflow.rpartition("/")[2],
            "environment": publisher.environment or "",
        }
        bundle = {"publisher": said, "attestations": attestations}
        self.provenance[name] = {"version": 1, "attestation_bundles": [bundle]}
        return None

    def files(self) -> dict[str, str]:
        """Return the SHA-256 of each file by its name."""
        return {
            each.name: hashlib.sha256(each.read_bytes()).hexdigest()
            for each in sorted(self.folder.iterdir())
        }


def _token(environ: WSGIEnvironment) -> str:
    """Return the token of a request; empty: it has none."""
    scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    user, _, token = base64.b64decode(given).decode().partition(":")
    return token if scheme.lower() == "basic" and user == "__token__" else ""


def normalized(name: str) -> str:
    """Return a project's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def form(kind: str, body: bytes) -> tuple[dict[str, str], str, bytes]:
    """Return the fields of an upload, its file's name, and its content."""
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    fields: dict[str, str] = {}
    name, content = "", b""
    for part in message.iter_parts():
        parameters: Any = part["content-disposition"].params
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        if "filename" in parameters:
            name, content = str(parameters["filename"]), payload
        else:
            fields[str(parameters["name"])] = payload.decode()
    return fields, name, content


@contextmanager
def index(audience: str, folder: Path) -> Iterator[Index]:
    """Run an index with an empty folder."""
    folder.mkdir()

    def command(port: int) -> list[str]:
        listen = ("-i", "127.0.0.1", "-p", str(port), "--server", "wsgiref")
        everybody = ("-a", ".", "-P", ".", "--disable-fallback")
        return [sys.executable, "-m", "pypiserver", "run", *listen, *everybody, str(folder)]

    with running(command, folder.parent) as upstream:
        made = Index(audience, folder, upstream)
        with serving(made) as made.address:
            yield made
