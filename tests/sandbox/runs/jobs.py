"""Running jobs, and the OIDC tokens that they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from tests.sandbox.attempts.path import Path


def issuer(path: Path) -> str:
    """Return the issuer of a world."""
    return f"{path.world.base_url}_oidc"


def token(path: Path, job: dict[str, Any], audience: str = "pypi") -> str:
    """Ask for a running job's token, as a runner does."""
    oidc = path.world.job(job["id"])["oidc"]
    # as github.com documents it: the address has a query already
    answer = httpx.get(
        f"{oidc['url']}&audience={quote(audience, safe='')}",
        headers={"Authorization": f"Bearer {oidc['token']}"},
    )
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["value"]
    return found


def held(path: Path, key: str = "publish", ref: str = "main") -> dict[str, Any]:
    """Start the release, and return its job while it runs."""
    path.world.plan("guild/sophia", key, "hold")
    path.dispatch("carl", ref)
    return path.world.jobs(key=key, status="in_progress")[-1]
