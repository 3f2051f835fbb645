"""The scripts for images, on Dockerfiles and on archives as buildah writes them."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING

import pytest

from components.files.workflow import CI_PATH, FOLDER, RELEASE_PATH
from tests.components.workflow_cases.scripts import fake, run, step
from tests.components.workflow_cases.variants import VARIANTS, files

if TYPE_CHECKING:
    from pathlib import Path

PIN = f"@sha256:{'0a' * 32}"


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        (["FROM scratch"], []),
        ([f"FROM python:3.14-slim{PIN}"], []),
        (["# FROM old:1", "", "FROM python:3.14-slim"], [3]),
        ([f"from --platform=$BUILDPLATFORM go:1{PIN} as Build", "FROM build", "COPY x y"], []),
        ([f"FROM go:1{PIN}", "FROM scratch", "COPY --from=0 /a /a"], []),
        (["FROM scratch", "COPY --chown=1 --from=busybox:1 /a /a"], [2]),
        (["FROM scratch", f"ADD --from=busybox{PIN} /a /a"], []),
        (["FROM scratch", "RUN --mount=type=bind,from=tools,target=/t /t/go"], [2]),
        (["FROM scratch", r"RUN --mount=type=cache,target=/c \ ", "--mount=from=tools a"], [3]),
        (["ARG BASE=python:3.14", "FROM ${BASE}"], [2]),
        (["FROM python@sha256:0a", f"FROM go{PIN}x"], [1, 2]),
        (["FROM scratch", "RUN <<'END' python", "from os import path", "END", "FROM x"], [5]),
        (["FROM scratch", r"RUN psql -c 'SELECT a \ ", r"# of it \ ", "FROM b'", "FROM c"], [5]),
        ([f"FROM go{PIN} AS a", "FROM A AS b", "FROM b AS c", "FROM d"], [4]),
    ],
)
@pytest.mark.parametrize("ending", ["\n", ""])
def test_base_images_have_digests(
    tmp_path: Path, lines: list[str], wrong: list[int], ending: str
) -> None:
    """A tag can be moved, so what a build starts from is named by its digest (R5, G4)."""
    text = "\n".join(line.rstrip() for line in lines) + ending
    (tmp_path / "Dockerfile").write_text(text)
    done = run(
        step("image-audit", "Every image", CI_PATH, variant="image"), tmp_path, DIRECTORY="portal"
    )
    assert (done.returncode != 0) is bool(wrong), done.stdout + done.stderr
    said = [line for line in done.stdout.splitlines() if line.startswith("::error")]
    assert [line.partition(",line=")[2].partition(",")[0] for line in said] == [
        str(number) for number in wrong
    ]
    assert all(line.startswith("::error file=portal/Dockerfile,") for line in said)


@pytest.mark.parametrize(
    ("variant", "signer", "logged"),
    [
        ("image", "workflow", True),
        ("image-key-public", "key", True),
        ("image-key", "key", False),
        ("image-unsigned", "nobody", False),
    ],
)
def test_only_public_repositories_are_named_in_the_public_log(
    variant: str, signer: str, *, logged: bool
) -> None:
    """Others sign with a declared key or not at all, and the summary says which (G6, R12)."""
    workflow = files(VARIANTS[variant])[RELEASE_PATH]
    job = next(job for id_, job in workflow["jobs"].items() if id_.startswith("publish-image"))
    scripts = "\n".join(step.get("run", "") for step in job["steps"])
    assert (job["permissions"].get("id-token") == "write") is (signer == "workflow")
    assert ("--certificate-identity" in scripts) is (signer == "workflow")
    assert ("--key cosign.pub" in scripts) is (signer == "key")
    assert ("The image is not signed" in scripts) is (signer == "nobody")
    for option in ("--tlog-upload=false", "--private-infrastructure"):
        assert (option in scripts) is (signer == "key" and not logged)
    trail = next(s for s in workflow["jobs"]["notification"]["steps"] if "audit trail" in s["name"])
    assert ("| attested | in Sigstore's public log |" in trail["run"]) is logged
    assert ("| attested | no: Sigstore's log is public" in trail["run"]) is not logged


def test_an_image_is_signed_before_its_version_leads_to_it() -> None:
    """Who takes it by its version gets a signature with it, and the lists of components (G6)."""
    steps = files(VARIANTS["image"])[RELEASE_PATH]["jobs"]["publish-image-portal"]["steps"]
    named = [step.get("name") for step in steps]
    order = [
        "Compare the files with the hashes that approvers saw",
        "Push the image by its digest",
        "Sign the image and its components, and verify both",
        "Name the image by its version",
    ]
    assert [name for name in named if name in order] == order


COSIGN = """\
#!/bin/sh
echo "$1" >> said
case "$1" in
  verify) [ -e signed ] ;;
  sign) touch signed ;;
  verify-attestation) cat attested ;;
  attest)
    payload="$(jq '{predicate: .}' sboms/*.cdx.json | base64 -w 0)"
    echo "{\\"payload\\": \\"$payload\\"}" > attested ;;
esac
"""


def test_cosign_signs_what_is_not_signed_yet_and_finds_its_login(tmp_path: Path) -> None:
    """Docker's registry has two names; a job that is run again adds nothing to the log (G6)."""
    fake(tmp_path, "cosign", COSIGN)
    (tmp_path / "sboms").mkdir()
    listed = tmp_path / "sboms/image-guild-portal-linux-amd64-1.2.3.cdx.json"
    listed.write_text('{"bomFormat": "CycloneDX"}')
    (tmp_path / "config.json").write_text('{"auths": {"docker.io": {"auth": "eA=="}}}')
    job = "publish-image-guild-portal"
    script = step(job, "Sign the image", variant="image-docker")
    given = {"DOCKER_CONFIG": str(tmp_path), "IMAGE": "docker.io/guild/portal@sha256:0a"}
    given |= {"VERSION": "1.2.3", "IDENTITY": "https://github.com/x"}
    for _attempt in range(2):
        done = run(script, tmp_path, **given)
        assert done.returncode == 0, done.stdout + done.stderr
    said = (tmp_path / "said").read_text().split()
    first = ["verify", "sign", "verify", "verify-attestation", "attest", "verify-attestation"]
    assert said == [*first, "verify", "verify-attestation"]
    names = {"docker.io", "https://index.docker.io/v1/"}
    assert json.loads((tmp_path / "config.json").read_text())["auths"].keys() == names


SKOPEO = """\
#!/bin/sh
case "$1" in
  inspect) [ -z "$SAID" ] && echo '{}' || { echo "$SAID" >&2; exit 1; } ;;
esac
"""


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("", "error title=Delete it at the registry"),
        ("reading manifest 1.2.3 in ghcr.io/guild/portal: manifest unknown", "notice title=Taken"),
        ("unknown: artifact guild/portal:1.2.3 not found", "notice title=Taken back"),
        ("dial tcp: lookup ghcr.io: no such host", "error title=No answer"),
        ("denied", "error title=No answer"),
    ],
)
def test_a_person_deletes_an_image_that_is_taken_back(
    tmp_path: Path, said: str, title: str
) -> None:
    """The job deletes nothing; it succeeds once the registry does not offer the version (A10)."""
    fake(tmp_path, "skopeo", SKOPEO)
    done = run(
        step("rollback-image-portal", "The registry", f"{FOLDER}rollback.yml", variant="image"),
        tmp_path,
        GITHUB_REPOSITORY_OWNER="Guild",
        REGISTRY="ghcr.io",
        VERSION="1.2.3",
        SAID=said,
    )
    assert f"::{title}" in done.stdout, done.stdout + done.stderr
    assert (done.returncode == 0) is title.startswith("notice")


def _layer(files: dict[str, str]) -> bytes:
    """A compressed layer with files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


def _archive(path: Path, platforms: list[str], layers: list[bytes]) -> None:
    """An OCI archive of one image for platforms, as buildah writes it."""
    blobs: dict[str, bytes] = {}

    def put(content: object) -> dict[str, str]:
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        digest = hashlib.sha256(raw).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = raw
        return {"digest": f"sha256:{digest}"}

    manifests = []
    for platform in platforms:
        config = put({"config": {"Env": [f"TOKEN=of-{platform}"]}})
        manifest = put({"config": config, "layers": [put(layer) for layer in layers]})
        system, _, processor = platform.partition("/")
        manifests.append({**manifest, "platform": {"os": system, "architecture": processor}})
    blobs["index.json"] = json.dumps({"manifests": [put({"manifests": manifests})]}).encode()
    with tarfile.open(path, "w") as archive:
        for name, content in blobs.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def test_what_an_image_adds_to_its_base_is_scanned(tmp_path: Path) -> None:
    """Its configuration and its last layer, of each platform; no packages of others (A6, R9)."""
    base = {"srv/of-the-base": "x"}
    mine = {
        "srv/settings.py": "x",
        "usr/local/bin/run": "x",
        "srv/usr/lib/x": "x",
        "usr/lib/os-release": "x",
        "opt/python/site-packages/x.py": "x",
        "srv/node_modules/a/index.js": "x",
    }
    archive = tmp_path / "portal.oci.tar"
    _archive(archive, ["linux/amd64", "linux/arm64"], [_layer(base), _layer(mine)])
    content = tmp_path / "content"
    done = run(
        step("build", "Unpack what portal", variant="image"),
        tmp_path,
        ARCHIVE=str(archive),
        CONTENT=str(content),
        LAYOUT=str(tmp_path / "layout"),
    )
    assert done.returncode == 0, done.stderr
    for platform in ("linux-amd64", "linux-arm64"):
        found = content / platform
        assert f"TOKEN=of-{platform.replace('-', '/')}" in (found / "config.json").read_text()
        unpacked = found / "files"
        assert sorted(
            str(each.relative_to(unpacked)) for each in unpacked.rglob("*") if each.is_file()
        ) == ["srv/settings.py", "srv/usr/lib/x", "usr/local/bin/run"]
