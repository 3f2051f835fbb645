"""What a release left behind: files, lists of components, logs without secrets."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from tests.release.harness.proof import sboms

if TYPE_CHECKING:
    from pathlib import Path

    from tests.release.harness.stage import Machine, Stage


def built(made: Stage, artifact: str) -> dict[str, str]:
    """Return the SHA-256 of what the build job handed on, by file name."""
    files = built_files(made, artifact)
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


def listed(machine: Machine, made: Stage) -> list[str]:
    """Return what the lists of components are about; each fits the schema of CycloneDX."""
    (run,) = made.release.place.artifacts.iterdir()
    return sboms.packages(machine.tools, run / "sboms")


def released(made: Stage) -> dict[str, str]:
    """Return the SHA-256 of what the release on GitHub has, by file name; its list agrees.

    Its signatures are those that GitHub stores.
    """
    release = made.release.request("zoe", "GET", "/releases/tags/v1.2.3")[1]
    assert (release["draft"], release["prerelease"]) == (False, False)
    files = {}
    with made.release.world.client("zoe") as api:
        for asset in release["assets"]:
            path = f"/repos/{made.release.repository}/releases/assets/{asset['id']}"
            raw = api.get(path, headers={"Accept": "application/octet-stream"}).content
            files[asset["name"]] = raw
    listed = files.pop("SHA256SUMS").decode().splitlines()
    signatures = [name for name in files if name.endswith(".sigstore.json")]
    signed = [json.loads(files.pop(name)) for name in signatures]
    assert sorted(signed, key=str) == sorted(made.sigstore.stored, key=str)
    found = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert dict(line.split("  ")[::-1] for line in listed) == found
    return found


def nothing_leaked(made: Stage) -> None:
    """Check that no job wrote a secret, masked or not, and that none wanted another host."""
    for done in made.release.done:
        for secret in made.secrets():
            assert secret not in done.text, f"{done.key} writes a secret"
    assert made.front.refused == []


def built_files(made: Stage, artifact: str) -> list[Path]:
    """Return what the build job handed on."""
    return sorted(next(iter(made.release.place.artifacts.iterdir())).joinpath(artifact).iterdir())
