"""What a job's OIDC token says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import jwt

from tests.sandbox.attempts.attempt import stopped_by
from tests.sandbox.attempts.path import ON_PUSH, REPO

if TYPE_CHECKING:
    from tests.sandbox.attempts.path import Path


def _claims(path: Path, workflow: str, job: str) -> dict[str, object] | None:
    """Return the claims of a running job's OIDC token; None when it gets none."""
    found = path.world.jobs(status="in_progress", workflow=workflow, key=job)
    oidc = path.world.job(found[-1]["id"])["oidc"] if found else None
    if oidc is None:
        return None
    answer = httpx.get(oidc["url"], headers={"Authorization": f"Bearer {oidc['token']}"})
    claims: dict[str, object] = jwt.decode(
        answer.json()["value"], options={"verify_signature": False}
    )
    return claims


@stopped_by(
    "a subject that names the environment, behind its gate",
    lambda path: path.only_refs(("tag", "v*")),
)
def _(path: Path) -> bool:
    """A contributor's job on a branch gets the subject that the package index trusts."""
    path.ref("carl", "heads/mine")
    path.world.plan("guild/sophia", "publish", "hold")
    path.commit("carl", ".github/workflows/release.yml", ON_PUSH, "mine")
    claims = _claims(path, ".github/workflows/release.yml", "publish")
    return claims is not None and claims["sub"] == "repo:guild/sophia:environment:pypi-release"


@stopped_by(
    "a subject that names the workflow's file and ref",
    lambda path: path.put(
        f"{REPO}/actions/oidc/customization/sub",
        {"use_default": False, "include_claim_keys": ["repo", "context", "job_workflow_ref"]},
    ),
)
def _(path: Path) -> bool:
    """Another workflow of the repository passes for the release workflow."""
    path.ref("carl", "heads/mine")
    path.world.plan("guild/sophia", "publish", "hold")
    path.commit("carl", ".github/workflows/mine.yml", ON_PUSH, "mine")
    claims = _claims(path, ".github/workflows/mine.yml", "publish")
    assert claims is not None
    return claims["sub"] == "repo:guild/sophia:environment:pypi-release"
