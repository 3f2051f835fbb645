"""A registry of images: Debian's docker-registry, behind ghcr.io's check of who may push.

It gives a token to people whose password it knows, and to a job whose own token has
`packages: write`; the token is for the images of one owner only.

Sources: https://distribution.github.io/distribution/spec/auth/token/ and
https://docs.github.com/packages/working-with-a-github-packages-registry/working-with-the-container-registry
"""

from __future__ import annotations

import base64
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import httpx

from tests.release.harness.registries import publishers
from tests.release.harness.serving import answer_json, running, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIEnvironment

GHCR, OTHER = "ghcr.io", "registry.guild.example"
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_KEPT = ("Accept", "Range", "Content-Range")
_CONFIG = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}", relativeurls: true}}
"""


@dataclass
class Images(publishers.TrustingRegistry):
    """A registry.

    Attributes:
        host: Its public name.
        upstream: Returns where docker-registry listens.
        granted: What the sandbox gave to each job's own token.
        down: Whether it fails for a request, by method and path.
        pushed: The manifests that it took: the tag or digest of each, in order.
    """

    host: str
    upstream: Callable[[], str]
    granted: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    down: Callable[[str, str], bool] = lambda _method, _path: False
    pushed: list[str] = field(default_factory=list)
    _sessions: dict[str, bool] = field(default_factory=dict)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if path == "/token":
            return self._token(environ, start)
        session = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        if session not in self._sessions:
            realm = f'Bearer realm="https://{self.host}/token",service="{self.host}"'
            start("401 Unauthorized", [("WWW-Authenticate", realm), ("Content-Length", "0")])
            return []
        if method in _WRITING and not self._sessions[session]:
            self.refusals.append(f"{method} {path}: denied")
            return answer_json(start, 403, {"errors": [{"code": "DENIED", "message": "denied"}]})
        if self.down(method, path):
            return answer_json(start, 503, {"errors": [{"code": "UNKNOWN", "message": "down"}]})
        if method == "PUT" and "/manifests/" in path:
            self.pushed.append(path.rpartition("/")[2])
        return self._forward(environ, start, body)

    def _token(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        _, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        _, _, password = base64.b64decode(given).decode().partition(":")
        owner = parse_qs(environ["QUERY_STRING"]).get("scope", [""])[0].split(":")[1:2]
        own = self.granted.get(password)
        writes = own is not None and own.get("packages") == "write"
        known = self.tokens.get(password, {"guild"} if own is not None else set())
        if not known or (owner and owner[0].partition("/")[0] not in known):
            self.refusals.append("not authorized")
            return answer_json(start, 403, {"errors": [{"code": "DENIED", "message": "denied"}]})
        made = secrets.token_urlsafe(16)
        self._sessions[made] = writes or password in self.tokens
        return answer_json(start, 200, {"token": made})

    def _forward(
        self, environ: WSGIEnvironment, start: StartResponse, body: bytes
    ) -> Iterable[bytes]:
        headers = {n: v for n in _KEPT if (v := environ.get(f"HTTP_{n.upper().replace('-', '_')}"))}
        if kind := environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = kind
        query = f"?{text}" if (text := environ["QUERY_STRING"]) else ""
        answer = httpx.request(
            environ["REQUEST_METHOD"],
            f"{self.upstream()}{environ['PATH_INFO']}{query}",
            headers=headers,
            content=body,
            trust_env=False,
        )
        skipped = {"connection", "date", "transfer-encoding"}
        back = [(n, v) for n, v in answer.headers.multi_items() if n not in skipped]
        start(f"{answer.status_code} {answer.reason_phrase}", back)
        return [answer.content]

    def digest(self, name: str, reference: str) -> str | None:
        """Return the digest of what a tag, or a digest, of an image stands for; None: nothing."""
        kinds = ("index", "manifest")
        accept = {"Accept": ", ".join(f"application/vnd.oci.image.{e}.v1+json" for e in kinds)}
        path = f"/v2/{name}/manifests/{reference}"
        answer = httpx.head(f"{self.upstream()}{path}", headers=accept, trust_env=False)
        found: str | None = answer.headers.get("docker-content-digest")
        return found

    def move(self, name: str, tag: str, digest: str) -> None:
        """Let a tag stand for another manifest, as somebody with the right to push could."""
        path = f"{self.upstream()}/v2/{name}/manifests"
        accept = {"Accept": "application/vnd.oci.image.index.v1+json"}
        found = httpx.get(f"{path}/{digest}", headers=accept, trust_env=False).raise_for_status()
        kind = {"Content-Type": found.headers["content-type"]}
        httpx.put(
            f"{path}/{tag}", headers=kind, content=found.content, trust_env=False
        ).raise_for_status()


@contextmanager
def storage(program: str, folder: Path) -> Iterator[str]:
    """Run docker-registry with an empty folder; its address is the value."""

    def command(port: int) -> list[str]:
        config = folder / "docker-registry.yml"
        config.write_text(_CONFIG.format(folder=folder / "images", port=port), encoding="utf-8")
        return [program, "serve", str(config)]

    with running(command, folder) as address:
        yield address


@contextmanager
def images(
    host: str, upstream: Callable[[], str], granted: Mapping[str, Mapping[str, str]]
) -> Iterator[Images]:
    """Run a registry; what it holds is with `storage`."""
    made = Images(host, upstream, granted)
    with serving(made) as made.address:
        yield made
