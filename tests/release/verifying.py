"""`verify-image.yml`, executed on a released image: by cosign, before a name leads to the image."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from components.files.library import VERIFY_IMAGE_PATH
from components.files.workflow_choice import WorkflowsConfig
from tests.release.harness.organization import OWNER, canary, store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.release.harness.registries.images import Images
    from tests.release.harness.release import Release
    from tests.release.harness.stage import Stage
    from tests.release.harness.tools import Tools

PUBLIC_KEY = "COSIGN_PUBKEY"


@dataclass(frozen=True)
class KeyPair:
    """A key pair of cosign."""

    private: str
    public: str


@dataclass(frozen=True)
class Image:
    """An image that was released.

    Attributes:
        there: The registry.
        name: Its name there.
        digest: Its digest.
    """

    there: Images
    name: str
    digest: str


def key_pairs(made: Stage, tools: Tools, folder: Path) -> tuple[KeyPair, KeyPair]:
    """Make two key pairs; the release signs with the first, which jobs that verify know."""
    password = canary("image-release", "COSIGN_PASSWORD")
    pairs = [_key_pair(tools, folder / each, password) for each in ("own", "another")]
    base = f"/repos/{made.release.repository}"
    with made.release.world.client() as api:
        place = f"{base}/environments/image-release"
        store(api, place, "COSIGN_PRIVATE_KEY", pairs[0].private)
        store(api, place, "COSIGN_PASSWORD", password)
        store(api, f"{base}/actions", PUBLIC_KEY, pairs[0].public)
    return pairs[0], pairs[1]


def _key_pair(tools: Tools, folder: Path, password: str) -> KeyPair:
    folder.mkdir()
    environment = {**os.environ, "COSIGN_PASSWORD": password}
    command = [str(tools.cosign), "generate-key-pair"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return KeyPair(*(folder.joinpath(f"cosign.{each}").read_text() for each in ("key", "pub")))


def chosen(image: str, signer: str) -> WorkflowsConfig:
    """Return the choice of a verification: of what the release or a key signed."""
    by = {"key": PUBLIC_KEY} if signer.endswith("key") else {"workflow": "release.yml"}
    verified = {"image": image, "environment": "production", **by}
    return WorkflowsConfig.model_validate({"verify_image": verified})


def is_required(made: Stage, image: Image, unsigned: str, another: KeyPair | None) -> None:
    """Check that an image is promoted by its digest, and that nothing else is.

    Args:
        made: What the release needs.
        image: The image.
        unsigned: The digest of an image that nobody signed.
        another: The pair of a key that did not sign; None where a workflow signs.
    """
    there, name, digest = image.there, image.name, image.digest
    release = replace(made.release, workflow=VERIFY_IMAGE_PATH, done=[])
    release.hold()
    with release.world.client() as api:
        team = api.get(f"/orgs/{OWNER}/teams/releasers").raise_for_status().json()["id"]
    body = {"reviewers": [{"type": "Team", "id": team}]}
    assert release.request("olga", "PUT", "/environments/production", body)[0] == 200
    given = {} if another else {"tag": "v1.2.3"}

    assert release.dispatch("kim", "main", digest=digest, promote_to="stable", **given) == 204
    assert release.run() == {"verify": "success", "promote": "waiting"}, release.result("verify")
    assert there.digest(name, "stable") is None
    assert (release.approve("ana"), release.run()["promote"]) == (200, "success")
    assert there.digest(name, "stable") == digest

    _refused(release, digest=unsigned, **given)
    if another:
        with release.world.client() as api:
            store(api, f"/repos/{release.repository}/actions", PUBLIC_KEY, another.public)
        _refused(release, digest=digest)
    else:
        _refused(release, digest=digest, tag="v1.2.4")
    assert there.digest(name, "stable") == digest
    made.release.done.extend(release.done)


def _refused(release: Release, **given: str) -> None:
    """Check that an image is not promoted, and that the log says why."""
    assert release.dispatch("kim", "main", promote_to="stable", **given) == 204
    assert release.run() == {"verify": "failure", "promote": "skipped"}
    assert "error: Not signed by whom it has to be" in release.result("verify").text
