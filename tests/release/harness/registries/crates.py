"""A registry of Rust packages: what crates.io asks of cargo's upload, and its sparse index.

It takes a token that it has exchanged for a trusted publisher's OIDC token, or one that it knows,
for its crates only; and never a second package of the same name and version.

Sources: https://doc.rust-lang.org/cargo/reference/registry-web-api.html and
https://crates.io/docs/trusted-publishing
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import struct
import tarfile
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.release.harness.registries import publishers
from tests.release.harness.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

HOST, INDEX_HOST = "crates.io", "index.crates.io"
AUDIENCE = "crates.io"
_API = "/api/v1/crates/"
_OK = 200
_EXCHANGED = "cio_tp_"
"""How a trusted publisher's token begins. It publishes, and nothing else."""


@dataclass
class Crates(publishers.TrustingRegistry):
    """A registry of Rust packages.

    Attributes:
        packages: The files that it took, by name and version.
        needed: What a package that it took needs, as its index says, by name and version.
        yanked: Names and versions that are not offered to new projects.
        uploads_down: How many of the next uploads it is down for.
        hidden_for: How many of the next looks into its index find nothing: it is late.
    """

    packages: dict[tuple[str, str], bytes] = field(default_factory=dict)
    needed: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    yanked: set[tuple[str, str]] = field(default_factory=set)
    uploads_down: int = 0
    hidden_for: int = 0

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request to the API or to the index."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        found: dict[str, Any] | bytes
        if self.is_down():
            status, found = 503, {"errors": [{"detail": "the registry is down"}]}
        elif path == "/api/v1/trusted_publishing/tokens" and method == "POST":
            status, found = self._exchange(str(json.loads(body)["jwt"]))
        elif path == f"{_API}new" and method == "PUT":
            status, found = self._publish(environ.get("HTTP_AUTHORIZATION", ""), body)
        elif path.endswith("/yank") and method == "DELETE":
            name, version, _ = path.removeprefix(_API).split("/")
            status, found = self._yank(environ.get("HTTP_AUTHORIZATION", ""), name, version)
        elif path.startswith(_API):
            status, found = self._read(*path.removeprefix(_API).split("/"))
        else:
            status, found = self._index(path)
        content = found if isinstance(found, bytes) else json.dumps(found).encode()
        reason = "OK" if status == _OK else "Refused"
        start(f"{status} {reason}", [("Content-Length", str(len(content)))])
        return [content]

    def _exchange(self, token: str) -> tuple[int, dict[str, Any]]:
        try:
            found = self.trusted(token, AUDIENCE)
        except publishers.NotTrusted as error:
            return self._refused(400, str(error))
        made = f"{_EXCHANGED}{secrets.token_urlsafe(16)}"
        self.tokens[made] = set(found)
        return _OK, {"token": made}

    def _publish(self, token: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if self.uploads_down:
            self.uploads_down -= 1
            return 503, {"errors": [{"detail": "the registry is down"}]}
        (size,) = struct.unpack_from("<I", body)
        described = json.loads(body[4 : 4 + size])
        (length,) = struct.unpack_from("<I", body, 4 + size)
        crate = body[8 + size :]
        name, version = str(described["name"]), str(described["vers"])
        if name not in self.tokens.get(token, set()):
            return self._refused(403, f"this token may not publish {name}")
        if token.startswith(_EXCHANGED) and name not in {known for known, _ in self.packages}:
            return self._refused(403, f"the first version of {name} needs a person's token")
        if (name, version) in self.packages:
            return self._refused(400, f"crate version `{version}` is already uploaded")
        if wrong := self._wrong(described, crate, length):
            return self._refused(400, wrong)
        self.packages[name, version] = crate
        self.needed[name, version] = [_in_index(each) for each in described["deps"]]
        return _OK, {"warnings": {"invalid_categories": [], "invalid_badges": [], "other": []}}

    def _wrong(self, described: dict[str, Any], crate: bytes, length: int) -> str:
        """Return what is wrong with a package, if anything is."""
        own = (str(described["name"]), str(described["vers"]))
        if len(crate) != length or _packed(crate, *own) != own:
            return "the package is not what its description says"
        known = {name for name, _ in self.packages}
        missing = {each["name"] for each in described["deps"]} - known
        return f"no known crate named {', '.join(missing)}" if missing else ""

    def _yank(self, token: str, name: str, version: str) -> tuple[int, dict[str, Any]]:
        if token.startswith(_EXCHANGED) or name not in self.tokens.get(token, set()):
            return self._refused(403, f"this token may not yank {name}")
        if (name, version) not in self.packages:
            return 404, {"errors": [{"detail": f"crate `{name}` has no version `{version}`"}]}
        self.yanked.add((name, version))
        return _OK, {"ok": True}

    def _refused(self, status: int, reason: str) -> tuple[int, dict[str, Any]]:
        self.refusals.append(reason)
        return status, {"errors": [{"detail": reason}]}

    def _read(
        self, name: str, version: str = "", what: str = ""
    ) -> tuple[int, dict[str, Any] | bytes]:
        if not version and name in {known for known, _ in self.packages}:
            return _OK, {"crate": {"id": name}}
        crate = self.packages.get((name, version))
        if crate is None:
            return 404, {"errors": [{"detail": f"crate `{name}` has no version `{version}`"}]}
        if what == "download":
            return _OK, crate
        found = {"crate": name, "num": version, "checksum": _hash(crate)}
        return _OK, {"version": {**found, "yanked": (name, version) in self.yanked}}

    def _index(self, path: str) -> tuple[int, dict[str, Any] | bytes]:
        if path == "/config.json":
            return _OK, {"dl": f"https://{HOST}/api/v1/crates", "api": f"https://{HOST}"}
        name = path.rpartition("/")[2]
        if self.hidden_for:
            self.hidden_for -= 1
            return 404, b""
        entry: dict[str, Any] = {"name": name, "features": {}}
        lines = [
            json.dumps(
                {
                    **entry,
                    "vers": version,
                    "deps": self.needed.get((each, version), []),
                    "cksum": _hash(crate),
                    "yanked": (each, version) in self.yanked,
                }
            )
            for (each, version), crate in self.packages.items()
            if each == name
        ]
        return (_OK, "\n".join(lines).encode()) if lines else (404, b"")


def _in_index(dependency: dict[str, Any]) -> dict[str, Any]:
    """Return a dependency of an upload as the index has it."""
    copied = ("features", "optional", "default_features", "target", "kind")
    return {
        "name": dependency.get("explicit_name_in_toml") or dependency["name"],
        "package": dependency["name"],
        "req": dependency["version_req"],
        **{name: dependency[name] for name in copied},
    }


def _hash(crate: bytes) -> str:
    return hashlib.sha256(crate).hexdigest()


def _packed(crate: bytes, name: str, version: str) -> tuple[str, str] | None:
    """Return the name and version that a package's own manifest has."""
    with tarfile.open(fileobj=io.BytesIO(crate), mode="r:gz") as archive:
        manifest = archive.extractfile(f"{name}-{version}/Cargo.toml")
        if manifest is None:
            return None
        package = tomllib.loads(manifest.read().decode())["package"]
    return package["name"], package["version"]


@contextmanager
def crates() -> Iterator[Crates]:
    """Run a registry without packages."""
    made = Crates()
    with serving(made) as made.address:
        yield made
