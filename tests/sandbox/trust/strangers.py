"""Tokens that must not be trusted: each differs in one thing from one that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.sandbox.runs.jobs import held, token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.sandbox.attempts.path import Path

WORKFLOW = """\
name: {name}
on: {{push: {{branches: [main]}}}}
permissions: {{id-token: write}}
jobs:
  {name}:
    runs-on: ubuntu-latest
    environment: {environment}
    steps: []
"""


def other_environment(path: Path, audience: str) -> str:
    """A job of the same repository, in another environment."""
    return token(path, _pushed(path, "sophia", "stage", "staging"), audience)


def no_environment(path: Path, audience: str) -> str:
    """A job of the same repository and branch, in no environment."""
    text = WORKFLOW.format(name="plain", environment="")
    text = text.replace("    environment: \n", "")
    return token(path, _run(path, "sophia", "plain", text), audience)


def other_repository(path: Path, audience: str) -> str:
    """A job of another repository, in an environment of the same name."""
    return token(path, _pushed(path, "docs", "publish", "pypi-release"), audience)


def other_audience(path: Path, audience: str) -> str:
    """The right job's token, which it has asked for somebody else."""
    return token(path, held(path), f"not-{audience}")


def expired(path: Path, audience: str) -> str:
    """The right job's token, an hour later."""
    path.world.clock(advance=-3600)
    return token(path, held(path), audience)


def forged(path: Path, audience: str) -> str:
    """The right job's claims under the right key's name, signed by somebody else."""
    real = token(path, held(path), audience)
    claims = jwt.decode(real, options={"verify_signature": False})
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    header = {"kid": jwt.get_unverified_header(real)["kid"]}
    return jwt.encode(claims, key, algorithm="RS256", headers=header)


def unsigned(path: Path, audience: str) -> str:
    """The right job's claims without a signature."""
    real = token(path, held(path), audience)
    claims: dict[str, Any] = jwt.decode(real, options={"verify_signature": False})
    return jwt.encode(claims, "", algorithm="none")


STRANGERS: Mapping[str, Callable[[Path, str], str]] = {
    each.__name__: each
    for each in (
        other_environment,
        no_environment,
        other_repository,
        other_audience,
        expired,
        forged,
        unsigned,
    )
}


def _pushed(path: Path, repository: str, name: str, environment: str) -> dict[str, Any]:
    text = WORKFLOW.format(name=name, environment=environment)
    return _run(path, repository, name, text)


def _run(path: Path, repository: str, name: str, text: str) -> dict[str, Any]:
    """Commit a workflow that runs on pushes; return its job while it runs."""
    path.world.plan(f"guild/{repository}", name, "hold")
    file, repo = f".github/workflows/{name}.yml", f"/repos/guild/{repository}"
    assert path.commit("olga", file, text, repo=repo).is_success
    return path.world.jobs(key=name, workflow=file, status="in_progress")[-1]
