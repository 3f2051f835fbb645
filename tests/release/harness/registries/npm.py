"""An npm registry: verdaccio, behind what npmjs.com asks of a publication.

It takes a token that it has exchanged for a trusted publisher's OIDC token, or one that it knows,
for its packages only. verdaccio itself lets everybody publish, and listens on loopback.

It keeps the provenance that npm signs, and shows it as npmjs.com does; verdaccio would refuse it.

verdaccio 6 has no staging area. The registry keeps what is staged itself, and gives it to verdaccio
when a maintainer approves it.

Sources: https://docs.npmjs.com/trusted-publishers,
https://docs.npmjs.com/generating-provenance-statements and https://docs.npmjs.com/staged-publishing
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import httpx

from tests.release.harness.registries import publishers
from tests.release.harness.serving import answer_json, running, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIEnvironment

HOST = "registry" + ".npmjs.org"
"""In two parts: no file of the project names the host of a package registry."""

AUDIENCE = f"npm:{HOST}"
_ATTESTATIONS = "/-/npm/v1/attestations/"
_EXCHANGE = "/-/npm/v1/oidc/token/exchange/package/"
_STAGE = "/-/stage/package/"
_TAG = re.compile(r"/-/package/(.+)/dist-tags/[^/]+")
"""The path of a tag such as `latest`, which leads to a version."""
_CONFIG = """\
storage: {folder}/storage
auth: {{htpasswd: {{file: {folder}/htpasswd}}}}
packages: {{"**": {{access: $all, publish: $all, unpublish: $all}}}}
log: {{type: file, path: {folder}/log, level: warn}}
web: {{enable: false}}
"""


@dataclass
class Registry(publishers.TrustingRegistry):
    """A registry.

    Attributes:
        upstream: Returns where verdaccio listens.
        published: The packages that it took, in order.
        answers_lost: How many publications it takes and answers with an error.
        provenance: What npm signed about a package, by its name and version, `name@version`.
        only_stages: The packages whose publishers may stage, and not publish.
        staged: What waits for an approval, by `name@version`.
    """

    upstream: Callable[[], str]
    published: list[str] = field(default_factory=list)
    answers_lost: int = 0
    provenance: dict[str, Any] = field(default_factory=dict)
    only_stages: set[str] = field(default_factory=set)
    staged: dict[str, bytes] = field(default_factory=dict)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        method = environ["REQUEST_METHOD"]
        path = unquote(environ["PATH_INFO"])
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        token = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        if self.is_down():
            return answer_json(start, 503, {"error": "the registry is down"})
        if path.startswith((_EXCHANGE, _STAGE)) and method == "POST":
            return self._post(start, path, token, body)
        if method == "PUT":
            name = path.removeprefix("/")
            if found := _TAG.fullmatch(path):
                name = found[1]
            if name not in self.tokens.get(token, set()) - self.only_stages:
                self.refusals.append(f"{name}: not allowed")
                return answer_json(start, 403, {"error": f"you may not publish {name}"})
            sent = json.loads(body)
            if isinstance(sent, dict) and sent.get("_attachments"):
                body = self._without_provenance(name, body)
                self.published.append(name)
                if self.answers_lost:
                    self.answers_lost -= 1
                    self._ask(environ, path, body)
                    return answer_json(start, 504, {"error": "the answer is lost"})
        if path.startswith(_ATTESTATIONS):
            found = self.provenance.get(path.removeprefix(_ATTESTATIONS))
            return answer_json(start, 200 if found else 404, {"attestations": [found]})
        return self._forward(environ, start, path, body)

    def _post(self, start: StartResponse, path: str, token: str, body: bytes) -> Iterable[bytes]:
        """Exchange an OIDC token, or stage a version."""
        if path.startswith(_STAGE):
            return self._stage(start, path.removeprefix(_STAGE), token, body)
        return self._exchange(start, path.removeprefix(_EXCHANGE), token)

    def _exchange(self, start: StartResponse, package: str, token: str) -> Iterable[bytes]:
        try:
            found = self.trusted(token, AUDIENCE)
        except publishers.NotTrusted as error:
            self.refusals.append(str(error))
            return answer_json(start, 401, {"message": "OIDC token exchange error"})
        if package not in found or not self._has(package):
            return answer_json(start, 404, {"message": "package not found"})
        made = f"npm_exchanged{secrets.token_urlsafe(16)}"
        self.tokens[made] = {package}
        return answer_json(start, 201, {"token": made})

    def _stage(self, start: StartResponse, name: str, token: str, body: bytes) -> Iterable[bytes]:
        """Keep a version for a maintainer; one version is staged once."""
        if name not in self.tokens.get(token, set()):
            self.refusals.append(f"{name}: not allowed to stage")
            return answer_json(start, 403, {"message": f"you may not stage {name}"})
        (version,) = json.loads(body)["versions"]
        whole = f"{name}@{version}"
        if whole in self.staged:
            return answer_json(start, 409, {"message": "this version is staged already"})
        self.staged[whole] = body
        if self.answers_lost:
            self.answers_lost -= 1
            return answer_json(start, 504, {"error": "the answer is lost"})
        stage = str(uuid.uuid5(uuid.NAMESPACE_URL, whole))
        return answer_json(start, 201, {"message": "staged", "stageId": stage})

    def approve(self, name: str, version: str) -> None:
        """Publish what is staged, as a maintainer does with a second factor."""
        body = self._without_provenance(name, self.staged.pop(f"{name}@{version}"))
        address = f"{self.upstream()}/{name.replace('/', '%2f')}"
        headers = {"content-type": "application/json"}
        httpx.put(address, content=body, headers=headers, trust_env=False).raise_for_status()
        self.published.append(name)

    def _has(self, package: str) -> bool:
        address = f"{self.upstream()}/{package.replace('/', '%2f')}"
        return httpx.get(address, trust_env=False).is_success

    def add(self, package: str, version: str) -> None:
        """Have a version of a package, as if a person had published it."""
        content = b"x"
        file = f"{package.rpartition('/')[2]}-{version}.tgz"
        address = f"https://{HOST}/{package}/-/{file}"
        dist = {"tarball": address, "shasum": hashlib.sha1(content).hexdigest()}  # noqa: S324 - npm's field
        document = {
            "_id": package,
            "name": package,
            "dist-tags": {"latest": version},
            "versions": {version: {"name": package, "version": version, "dist": dist}},
            "_attachments": {
                file: {
                    "content_type": "application/octet-stream",
                    "data": base64.b64encode(content).decode(),
                    "length": len(content),
                }
            },
        }
        address = f"{self.upstream()}/{package.replace('/', '%2f')}"
        httpx.put(address, json=document, trust_env=False).raise_for_status()

    def _without_provenance(self, name: str, body: bytes) -> bytes:
        """Keep what npm signed about a package; return the rest of the publication."""
        document = json.loads(body)
        for file in [each for each in document["_attachments"] if each.endswith(".sigstore")]:
            bundle = json.loads(document["_attachments"].pop(file)["data"])
            ((version, manifest),) = document["versions"].items()
            statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
            (subject,) = statement["subject"]
            digest = base64.b64encode(bytes.fromhex(subject["digest"]["sha512"])).decode()
            assert manifest["dist"]["integrity"] == f"sha512-{digest}"
            kind = statement["predicateType"]
            self.provenance[f"{name}@{version}"] = {"predicateType": kind, "bundle": bundle}
        return json.dumps(document).encode()

    def _with_provenance(self, name: str, content: bytes) -> bytes:
        """Return a package's document with the addresses of its attestations."""
        document = json.loads(content)
        for version, manifest in document.get("versions", {}).items():
            if found := self.provenance.get(f"{name}@{version}"):
                address = f"https://{HOST}{_ATTESTATIONS}{quote(name)}@{version}"
                kind = {"predicateType": found["predicateType"]}
                manifest["dist"]["attestations"] = {"url": address, "provenance": kind}
        return json.dumps(document).encode()

    def _forward(
        self, environ: WSGIEnvironment, start: StartResponse, path: str, body: bytes
    ) -> Iterable[bytes]:
        answer = self._ask(environ, path, body)
        kept = [(n, v) for n, v in answer.headers.items() if n in ("content-type", "etag")]
        content = answer.content
        if any(each.startswith(f"{path[1:]}@") for each in self.provenance):
            content = self._with_provenance(path[1:], content)
            kept = [(n, v) for n, v in kept if n != "etag"]
        start(f"{answer.status_code} {answer.reason_phrase}", kept)
        return [content]

    def _ask(self, environ: WSGIEnvironment, path: str, body: bytes) -> httpx.Response:
        headers = {"accept": environ.get("HTTP_ACCEPT", "*/*"), "host": HOST}
        headers["x-forwarded-proto"] = "https"
        if body:
            headers["content-type"] = environ.get("CONTENT_TYPE", "application/json")
        query = f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
        # verdaccio wants the slash of a scoped name encoded, as npm sends it
        scoped = path.count("/") == 2 and path.startswith("/@")
        target = "/" + path[1:].replace("/", "%2f") if scoped else path
        return httpx.request(
            environ["REQUEST_METHOD"],
            f"{self.upstream()}{target}{query}",
            headers=headers,
            content=body,
            trust_env=False,
        )


@contextmanager
def verdaccio(node: str, packages: Path, folder: Path) -> Iterator[str]:
    """Run verdaccio; its address is the value.

    Args:
        node: Node.js.
        packages: The folder with verdaccio's package.
        folder: Where it keeps what is published.
    """
    config = folder / "config.yaml"
    config.write_text(_CONFIG.format(folder=folder), encoding="utf-8")
    program = str(packages / "node_modules/verdaccio/bin/verdaccio")

    def command(port: int) -> list[str]:
        return [node, program, "--config", str(config), "--listen", f"127.0.0.1:{port}"]

    with running(command, folder) as address:
        yield address


@contextmanager
def registry(upstream: Callable[[], str]) -> Iterator[Registry]:
    """Run a registry in front of verdaccio."""
    made = Registry(upstream)
    with serving(made) as made.address:
        yield made
