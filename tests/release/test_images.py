"""Container images, from a pushed tag to the image that runs: executed."""

from __future__ import annotations

import hashlib
import json
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.release import arrived, verifying
from tests.release.harness import installing, projects
from tests.release.harness.organization import canary
from tests.release.harness.registries import images
from tests.release.harness.stage import Machine, Stage, stage
from tests.support.extent import cases

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("registry", "signer"),
    cases(
        [(images.GHCR, "nobody")],
        (images.GHCR, "workflow"),
        (images.GHCR, "key"),
        (images.GHCR, "logged key"),
        (images.OTHER, "nobody"),
        (images.OTHER, "workflow"),
    ),
)
def test_an_image(machine: Machine, tmp_path: Path, registry: str, signer: str) -> None:
    """portal: built once for two platforms, pushed by digest; a version is never moved (E2, R10).

    ghcr.io takes the job's own token, which may write packages in that job alone. The registry
    fails before the version is named, and the release is run again. Then somebody else's image has
    the next version: it stays, and the release fails.

    The image is signed, with a list of the components of each platform, before its version leads
    to it, and only once. `verify-image.yml` promotes what was signed, and nothing else (G6).
    """
    name = f"portal-{registry.partition('.')[0]}-{signer.replace(' ', '-')}"
    full = f"guild/{name}"
    declared = _image(name, registry, signer)
    verified = registry == images.GHCR and signer != "nobody"
    logged = signer in ("workflow", "logged key")
    with stage(
        machine,
        tmp_path,
        "portal",
        [declared],
        projects.image(name),
        visibility="public" if logged else "private",
        chosen=verifying.chosen(f"{registry}/{full}", signer) if verified else None,
    ) as made:
        by_key = signer.endswith("key")
        pairs = verifying.key_pairs(made, machine.tools, tmp_path) if by_key else None
        there = made.ghcr if registry == images.GHCR else made.images
        made.images.tokens[canary("image-release", "IMAGE_REGISTRY_TOKEN")] = {"guild"}
        there.tokens["zoes-token"] = {"guild"}
        release, job = made.release, f"publish-image-{declared['image'].replace('/', '-')}"
        assert release.tag("kim", "v1.2.3") == 201
        assert release.run()[job] == "waiting"
        assert there.pushed == []

        there.down = lambda method, path: method == "PUT" and path.endswith("/manifests/1.2.3")
        assert release.approve("ana") == 200
        assert release.run()[job] == "failure"
        there.down = lambda _method, _path: False
        assert (release.again("kim"), release.run()[job]) == (201, "waiting")
        assert release.approve("ana") == 200
        assert set(release.run().values()) == {"success"}, release.result(job).text

        digest = release.result(job).outputs["digest"]
        reference = f"{registry}/{full}@{digest}"
        assert release.result(job).outputs["image"] == reference
        assert digest in release.result("build").summary
        assert digest in release.result(job).summary
        assert there.digest(full, "1.2.3") == digest
        assert _digest(*arrived.built_files(made, job.removeprefix("publish-"))) == digest
        said = installing.image(made.front, tmp_path, reference)
        assert said == f"{name} 1.2.3 runs"
        noted = {f"{job.removeprefix('publish-image-')}-1.2.3.image.txt": _hash(reference)}
        assert arrived.released(made) == {**arrived.built(made, "sboms"), **noted}
        image = verifying.Image(there, full, digest)
        platform = _is_listed(machine, made, image)
        # the signature and a list for each platform, once, in the public log
        assert len(made.sigstore.entries) == (3 if logged else 0)
        is_unsigned = "The image is not signed" in release.result(job).summary
        assert is_unsigned is (signer == "nobody")
        if verified:
            verifying.is_required(made, image, platform, pairs[1] if pairs else None)

        _is_never_moved(made, image, job)
        assert there.refusals == []
        lines = pairs[0].private.splitlines()[1:-1] if pairs else []
        assert not [done.key for done in release.done for line in lines if line in done.text]
        arrived.nothing_leaked(made)


def _image(name: str, registry: str, signer: str) -> dict[str, Any]:
    """Return the declaration of an image at a registry."""
    declared: dict[str, Any] = {"image": name, "approvers": ["releasers"]}
    declared["platforms"] = ["linux/amd64", "linux/arm64"]
    stored = ["cosign_key", "cosign_password"] if signer.endswith("key") else []
    if registry != images.GHCR:
        declared |= {"image": f"guild/{name}", "registry": registry}
        declared |= {"auth": "token", "username": "guild+bot"}
        stored.append("registry")
    declared["tokens"] = {each: {"from": {"config": "stored"}} for each in stored}
    return declared


def _is_never_moved(made: Stage, image: verifying.Image, job: str) -> None:
    """Check that a release fails, and changes nothing, where its version leads elsewhere."""
    release = made.release
    assert release.tag("kim", "v1.2.4") == 201
    assert release.run()[job] == "waiting"
    image.there.move(image.name, "1.2.4", image.digest)
    assert (release.approve("ana"), release.run()[job]) == (200, "failure")
    assert "a version is never moved: release another one" in release.result(job).text
    assert image.there.digest(image.name, "1.2.4") == image.digest


def _is_listed(machine: Machine, made: Stage, image: verifying.Image) -> str:
    """Check that each platform has a list, which is about its part of the image.

    Returns:
        The digest of one of these parts.
    """
    parts = []
    for purl, processor in zip(arrived.listed(machine, made), ("amd64", "arm64"), strict=True):
        package, _, where = purl.partition("?")
        start, _, digest = package.partition("@sha256%3A")
        assert start == f"pkg:oci/{image.name.rpartition('/')[2]}"
        assert where == f"arch={processor}&repository_url={image.there.host}/{image.name}"
        parts.append(f"sha256:{digest}")
        assert image.there.digest(image.name, parts[-1]) == parts[-1]
    assert len({*parts, image.digest}) == len(parts) + 1
    return parts[0]


def _digest(archive: Path) -> str:
    """Return the digest of an OCI archive's image, all platforms together."""
    with tarfile.open(archive) as opened:
        index = opened.extractfile("index.json")
        assert index is not None
        (manifest,) = json.load(index)["manifests"]
    found: str = manifest["digest"]
    return found


def _hash(line: str) -> str:
    return hashlib.sha256(f"{line}\n".encode()).hexdigest()
