"""A double of the registries' public APIs: one server on loopback with the documents of a test.

The documents have the shape of the registries' own: PyPI's JSON index and provenance objects
(PEP 691, PEP 700, PEP 740), npm's package metadata and attestations, and crates.io's OpenAPI.
What the double leaves out: signatures and certificates, which the check does not read.
"""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKFLOW = {"kind": "GitHub", "repository": "acme/tool", "workflow": "release.yml"}
"""The declared publisher as PyPI publishes it, without the environment."""


@dataclass
class Double:
    """What the server answers, by path; and the requests that it had."""

    documents: dict[str, Any] = field(default_factory=dict)
    address: str = ""
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Double]:
    """Serve a double on a free port."""
    double = Double()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            double.requests.append((self.path, dict(self.headers)))
            found = double.documents.get(self.path, (404, {"message": "Not Found"}))
            status, body = found if isinstance(found, tuple) else (200, found)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Write no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    double.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def index(name: str, *files: tuple[str, str], bare: tuple[str, ...] = ()) -> dict[str, Any]:
    """PyPI's index of a project: files by name and time of upload; ``bare``: without provenance."""
    return {
        "meta": {"api-version": "1.4", "_last-serial": 1},
        "name": name,
        "versions": [],
        "files": [
            {
                "filename": file,
                "url": f"https://files.example/{file}",
                "hashes": {"sha256": "0" * 64},
                "size": 1,
                "upload-time": time,
                "yanked": False,
                "provenance": None if file in bare else f"https://index.example/{file}/provenance",
            }
            for file, time in files
        ],
    }


def provenance(*publishers: dict[str, Any]) -> dict[str, Any]:
    """PyPI's provenance of a file."""
    bundles = [{"publisher": each, "attestations": [{"version": 1}]} for each in publishers]
    return {"version": 1, "attestation_bundles": bundles}


def packument(name: str, *versions: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """The document that npm has of a package: versions, the time of each, and who published it."""
    return {
        "_id": name,
        "name": name,
        "dist-tags": {"latest": versions[0][0]},
        "versions": {
            version: {"name": name, "version": version, "_npmUser": user, "dist": {}}
            for version, _, user in versions
        },
        "time": {
            "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-12-31T00:00:00.000Z",
            **{version: time for version, time, _ in versions},
        },
    }


TRUSTED = {
    "name": "GitHub Actions",
    "email": "npm-oidc-no-reply@github.com",
    "trustedPublisher": {"id": "github", "oidcConfigId": "oidc:1"},
}
"""The account of a version that a trusted publisher on GitHub published."""


def attestations(repository: str, path: str, ref: str = "refs/tags/v1.0.0") -> dict[str, Any]:
    """The attestations that npm has of a version: its own, and the workflow's."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "pkg:npm/name@1.0.0", "digest": {"sha512": "0"}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1",
                "externalParameters": {
                    "workflow": {"ref": ref, "repository": repository, "path": path}
                },
            },
            "runDetails": {"builder": {"id": "https://github.com/actions/runner/github-hosted"}},
        },
    }
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    publish = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1"
    return {
        "attestations": [
            {"predicateType": publish, "bundle": {"dsseEnvelope": {"payload": "e30="}}},
            {
                "predicateType": "https://slsa.dev/provenance/v1",
                "bundle": {
                    "dsseEnvelope": {
                        "payload": payload,
                        "payloadType": "application/vnd.in-toto+json",
                    }
                },
            },
        ]
    }


def crate(name: str, *versions: dict[str, Any], only: bool = True) -> dict[str, Any]:
    """crates.io's document of a crate."""
    return {
        "crate": {"id": name, "name": name, "trustpub_only": only},
        "versions": [{"crate": name, "yanked": False, **each} for each in versions],
        "keywords": [],
        "categories": [],
    }
