"""The scripts that compare what registries have with what was built, and with what was signed."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.components.workflow_cases.scripts import fake, run, step

if TYPE_CHECKING:
    from pathlib import Path

BUILT = b"what was built"
ANSWER = "#!/bin/sh\n[ -f answer ] || exit 22\ncat answer\n"
ENVIRONMENT = {
    "GITHUB_REPOSITORY": "guild/riveter",
    "GITHUB_SERVER_URL": "https://github.com",
    "VERSION": "1.2.3",
}


def verified(folder: Path, beginning: str, variant: str, answer: str | None) -> str:
    """What a step of `verify` reports, when a registry answers this; empty: it passes."""
    for program in ("curl", "npm"):
        fake(folder, program, ANSWER)
    fake(folder, "sleep", "#!/bin/sh\n")
    if answer is not None:
        (folder / "answer").write_text(answer)
    done = run(step("verify", beginning, variant=variant), folder, **ENVIRONMENT)
    title = done.stdout.partition("::error title=")[2].partition("::")[0]
    assert (done.returncode == 0) is (title == ""), done.stdout + done.stderr
    return title


def hashed(algorithm: str, content: bytes) -> str:
    """The hash of a file's content, as npm writes it."""
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        (hashed("sha512", BUILT), ""),
        (hashed("sha512", b"other"), "Not as built"),
        ("", "Not there"),
        (None, "Not there"),
    ],
)
def test_npm_has_what_was_built(tmp_path: Path, answer: str | None, title: str) -> None:
    """By the integrity that npm installs with; an empty answer is a version not shown yet (R10)."""
    (tmp_path / "package.tgz").write_bytes(BUILT)
    assert verified(tmp_path, "npm has", "npm-oidc-public", answer) == title


@pytest.mark.parametrize(
    ("content", "repository", "path", "title"),
    [
        (BUILT, "guild/riveter", "release.yml", ""),
        (b"other", "guild/riveter", "release.yml", "Not attested"),
        (BUILT, "guild/other", "release.yml", "Not attested"),
        (BUILT, "guild/riveter", "other.yml", "Not attested"),
        (None, "", "", "Not attested"),
    ],
)
def test_npm_says_that_this_workflow_published(
    tmp_path: Path, content: bytes | None, repository: str, path: str, title: str
) -> None:
    """The provenance is about this package, and names this repository and workflow (R10)."""
    (tmp_path / "package.tgz").write_bytes(BUILT)
    workflow = {
        "path": f".github/workflows/{path}",
        "repository": f"https://github.com/{repository}",
    }
    statement = {
        "subject": [{"digest": {"sha512": hashlib.sha512(content or b"").hexdigest()}}],
        "predicate": {"buildDefinition": {"externalParameters": {"workflow": workflow}}},
    }
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    said: dict[str, object] = {"predicateType": "https://slsa.dev/provenance/v1"}
    said |= {"bundle": {"dsseEnvelope": {"payload": payload}}}
    answer = None if content is None else json.dumps({"attestations": [said]})
    assert verified(tmp_path, "npm says", "npm-oidc-public", answer) == title


@pytest.mark.parametrize(
    ("checksum", "title"),
    [
        (hashlib.sha256(BUILT).hexdigest(), ""),
        (hashlib.sha256(b"other").hexdigest(), "Not as built"),
        (None, "Not there"),
    ],
)
def test_crates_io_has_what_was_built(tmp_path: Path, checksum: str | None, title: str) -> None:
    """By the checksum that cargo installs with (R10)."""
    (tmp_path / "riveter-core-1.2.3.crate").write_bytes(BUILT)
    answer = None if checksum is None else json.dumps({"version": {"checksum": checksum}})
    assert verified(tmp_path, "crates.io has", "cargo-oidc", answer) == title


def hash1(files: dict[str, bytes]) -> str:
    """The hash of a module in go.sum: of the sorted list of its files' hashes."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    return f"h1:{base64.b64encode(hashlib.sha256(''.join(lines).encode()).digest()).decode()}"


@pytest.mark.parametrize(
    ("main", "title"),
    [(b"package main", ""), (b"package evil", "Not as built"), (None, "Not there")],
)
def test_the_go_proxy_has_what_was_built(tmp_path: Path, main: bytes | None, title: str) -> None:
    """By the hash in go.sum, which go compares with the checksum database (R10)."""
    prefix = "github.com/guild/riveter@v1.2.3/"
    built = {f"{prefix}main.go": b"package main", f"{prefix}B/a.go": b"", f"{prefix}a b.txt": b"x"}
    with zipfile.ZipFile(tmp_path / "riveter-1.2.3.zip", "w") as archive:
        for name, content in built.items():
            archive.writestr(name, content)
    there = built | {f"{prefix}main.go": main or b""}
    said = json.dumps({"Sum": hash1(there)})
    answer = "exit 1" if main is None else f"echo '{said}'"
    fake(tmp_path, "sleep", "#!/bin/sh\n")
    fake(
        tmp_path,
        "go",
        f'#!/bin/sh\n[ "$1" != env ] || exec echo https://proxy.example,direct\n'
        f'[ "$GOPROXY" = https://proxy.example ] || exit 2\n{answer}\n',
    )
    script = step("verify", "The Go proxy", variant="module")
    done = run(script, tmp_path, MODULE=str(tmp_path / "module"), **ENVIRONMENT)
    assert (done.returncode == 0) is (title == ""), done.stdout + done.stderr
    assert not title or f"::error title={title}::" in done.stdout


@pytest.mark.parametrize(
    ("there", "title"),
    [
        ({"a.tar.gz": BUILT, "a.whl": b"wheel"}, ""),
        ({"a.tar.gz": b"other", "a.whl": b"wheel"}, "Not as built"),
        ({"a.tar.gz": BUILT, "a.whl": b"wheel", "a.exe": b"one more"}, "Not as built"),
        ({"a.tar.gz": BUILT}, "Not there"),
        ({}, "Not there"),
    ],
)
def test_pypi_has_what_was_built(tmp_path: Path, there: dict[str, bytes], title: str) -> None:
    """Each file, and no other; one that is missing may still appear (R10)."""
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "a.tar.gz").write_bytes(BUILT)
    (dist / "a.whl").write_bytes(b"wheel")
    urls = [
        {"filename": name, "digests": {"sha256": hashlib.sha256(content).hexdigest()}}
        for name, content in there.items()
    ]
    (tmp_path / "answer").write_text(json.dumps({"urls": urls}))
    fake(tmp_path, "sleep", "#!/bin/sh\n")
    fake(tmp_path, "curl", f'#!/bin/sh\ncp "{tmp_path}/answer" "$PUBLISHED.json"\n')
    script = step("verify", "PyPI has", variant="python-oidc")
    script = {**script, "run": f'cd "{dist}"\n{script["run"]}'}
    done = run(script, tmp_path, PUBLISHED=str(tmp_path / "published"), **ENVIRONMENT)
    assert (done.returncode == 0) is (title == ""), done.stdout + done.stderr
    assert not title or f"::error title={title}::" in done.stdout


@pytest.mark.parametrize(
    ("content", "publisher", "title"),
    [
        (BUILT, {}, ""),
        (b"other", {}, "Not attested"),
        (BUILT, {"repository": "guild/other"}, "Not attested"),
        (BUILT, {"workflow": "other.yml"}, "Not attested"),
        (BUILT, {"environment": "testpypi"}, "Not attested"),
        (BUILT, {"environment": "PyPI-Release"}, ""),  # PyPI stores it in small letters
        (BUILT, {"kind": "GitLab"}, "Not attested"),
        (None, {}, "Not attested"),
    ],
)
def test_pypi_says_that_this_workflow_published(
    tmp_path: Path, content: bytes | None, publisher: dict[str, str], title: str
) -> None:
    """The attestation is about this file, by this repository, workflow and environment (R10)."""
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "a.tar.gz").write_bytes(BUILT)
    by = {"kind": "GitHub", "repository": "guild/riveter", "workflow": "release.yml"}
    by |= {"environment": "pypi-release", **publisher}
    subject = {"digest": {"sha256": hashlib.sha256(content or b"").hexdigest()}}
    statement = base64.b64encode(json.dumps({"subject": [subject]}).encode()).decode()
    bundle = {"publisher": by, "attestations": [{"envelope": {"statement": statement}}]}
    (tmp_path / "answer").write_text(json.dumps({"attestation_bundles": [bundle]}))
    fake(tmp_path, "sleep", "#!/bin/sh\n")
    answers = "exit 22" if content is None else f'cat "{tmp_path}/answer"'
    fake(tmp_path, "curl", f"#!/bin/sh\n{answers}\n")
    script = step("verify", "PyPI says", variant="python-oidc")
    script = {**script, "run": f'cd "{dist}"\n{script["run"]}'}
    done = run(script, tmp_path, **ENVIRONMENT)
    assert (done.returncode == 0) is (title == ""), done.stdout + done.stderr
    assert not title or f"::error title={title}::" in done.stdout
