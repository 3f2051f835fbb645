"""A real Vault trusts the sandbox's issuer: who is let in, and who is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hvac.exceptions
import jwt
import pytest

from tests.sandbox.runs.jobs import held, issuer, token
from tests.sandbox.trust.strangers import STRANGERS

if TYPE_CHECKING:
    from tests.sandbox.attempts.path import Path
    from tests.support.vault import Vault

AUDIENCE = "https://vault.example"
REASONS = {
    "other_environment": 'claim "environment" does not match any associated bound claim values',
    "no_environment": 'claim "environment" is missing',
    "other_repository": 'claim "repository" does not match any associated bound claim values',
    "other_audience": "audience claim does not match any expected audience",
    "expired": "token is expired",
    "forged": "failed to verify id token signature",
    "unsigned": 'unexpected signature algorithm "none"',
}
"""What Vault answers."""
CLAIMS = {"repository": "guild/sophia", "environment": "pypi-release"}


@pytest.fixture
def mount(vault: Vault, path: Path) -> str:
    """A login for jobs that publish sophia; their policy lets them read one secret."""
    name = path.world.name
    vault.write("kv", f"{name}/pypi", token=f"of-{name}")
    vault.write("kv", f"{name}/npm", token="for-others")
    vault.policy(name, f"kv/data/{name}/pypi")
    vault.trust(issuer(path), mount=name)
    vault.jwt_role("release", name, audience=AUDIENCE, claims=CLAIMS, mount=name)
    return name


def test_the_right_job_reads_its_secret(vault: Vault, path: Path, mount: str) -> None:
    """Logged in by its token alone, a job reads the secret of its policy (A5, S11)."""
    client = vault.login("release", token(path, held(path), AUDIENCE), mount)
    found = client.secrets.kv.v2.read_secret_version(
        f"{mount}/pypi", mount_point="kv", raise_on_deleted_version=True
    )
    assert found["data"]["data"] == {"token": f"of-{mount}"}


def test_and_no_other(vault: Vault, path: Path, mount: str) -> None:
    """What its policy does not name stays closed, and it cannot write (A5, S3)."""
    client = vault.login("release", token(path, held(path), AUDIENCE), mount)
    with pytest.raises(hvac.exceptions.Forbidden):
        client.secrets.kv.v2.read_secret_version(
            f"{mount}/npm", mount_point="kv", raise_on_deleted_version=True
        )
    with pytest.raises(hvac.exceptions.Forbidden):
        client.secrets.kv.v2.create_or_update_secret(
            f"{mount}/pypi", secret={"token": "x"}, mount_point="kv"
        )


@pytest.mark.parametrize("name", STRANGERS)
def test_strangers(vault: Vault, path: Path, mount: str, name: str) -> None:
    """Who differs in one thing from the right job is refused, for that thing (A5)."""
    with pytest.raises(hvac.exceptions.VaultError) as error:
        vault.login("release", STRANGERS[name](path, AUDIENCE), mount)
    assert REASONS[name] in str(error.value)


@pytest.mark.parametrize("name", ["other_environment", "no_environment", "other_repository"])
def test_strangers_are_sound(vault: Vault, path: Path, mount: str, name: str) -> None:
    """A role that does ask for what the stranger is lets it in: only that had kept it out."""
    stranger = STRANGERS[name](path, AUDIENCE)
    said = jwt.decode(stranger, options={"verify_signature": False})
    claims = {"repository": said["repository"], "sub": said["sub"]}
    vault.jwt_role("stranger", mount, audience=AUDIENCE, claims=claims, mount=mount)
    assert vault.login("stranger", stranger, mount).is_authenticated()


def test_another_world(vault: Vault, path: Path, mount: str, other: Path) -> None:
    """The same names on another GitHub are somebody else: issuers are not mixed up (A5)."""
    with pytest.raises(hvac.exceptions.VaultError):
        vault.login("release", token(other, held(other), AUDIENCE), mount)
    assert vault.login("release", token(path, held(path), AUDIENCE), mount).is_authenticated()
