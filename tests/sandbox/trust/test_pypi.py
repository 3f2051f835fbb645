"""PyPI's rule for trusted publishers, on the sandbox's tokens: who would be let in, and who not.

PyPI itself cannot be had here. `publishes` is its rule, as its documentation tells it: the owner by
id, the repository, the workflow file of the job, and the environment where one was set.

Sources: https://docs.pypi.org/trusted-publishers/internals/ ; that a workflow which is called from
another repository cannot be the publisher: https://github.com/pypi/warehouse/issues/11096
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from tests.sandbox.runs.jobs import held, issuer, token
from tests.sandbox.trust.strangers import STRANGERS

if TYPE_CHECKING:
    from tests.sandbox.attempts.path import Path

AUDIENCE = "pypi"
RELEASE_FILE = ".github/workflows/release.yml"
TOKENS = "permissions: {id-token: write}"


@dataclass(frozen=True)
class Publisher:
    """What a project at PyPI says of who publishes it."""

    owner_id: str
    repository: str = "guild/sophia"
    file: str = RELEASE_FILE
    environment: str | None = "pypi-release"


def publishes(path: Path, publisher: Publisher, given: str) -> bool:
    """Say whether PyPI would give the bearer of a token an upload token."""
    try:
        key = jwt.PyJWKClient(f"{issuer(path)}/.well-known/jwks").get_signing_key_from_jwt(given)
        claims = jwt.decode(
            given,
            key,
            algorithms=["RS256"],
            audience=AUDIENCE,
            issuer=issuer(path),
            options={"verify_iat": False, "verify_nbf": False},
        )
    except jwt.PyJWTError:
        return False
    workflow = f"{publisher.repository}/{publisher.file}@"
    return (
        claims["repository_owner_id"] == publisher.owner_id
        and claims["repository"] == publisher.repository
        and claims["job_workflow_ref"].startswith(workflow)
        and publisher.environment in (None, claims.get("environment"))
    )


@pytest.fixture
def publisher(path: Path) -> Publisher:
    """Sophia's release workflow, in its environment."""
    return Publisher(str(path.id_of("/orgs/guild")))


def test_the_release_job_publishes(path: Path, publisher: Publisher) -> None:
    """The job of the declared workflow, in the declared environment (E2, R1)."""
    assert publishes(path, publisher, token(path, held(path), AUDIENCE))


@pytest.mark.parametrize("name", STRANGERS)
def test_strangers_do_not(path: Path, publisher: Publisher, name: str) -> None:
    """Who differs in one thing from the release job cannot publish (E2)."""
    assert not publishes(path, publisher, STRANGERS[name](path, AUDIENCE))


def test_an_owner_of_the_same_name_does_not(path: Path, publisher: Publisher) -> None:
    """Who takes the name of a deleted organization has another id (E2)."""
    other = Publisher(publisher.owner_id + "0")
    assert not publishes(path, other, token(path, held(path), AUDIENCE))


def test_without_an_environment_any_job_of_the_file_publishes(
    path: Path, publisher: Publisher
) -> None:
    """Why the environment has to be set at PyPI: then only the gated job gets in (E2, E3)."""
    text = f"on: push\n{TOKENS}\njobs:\n  sneak: {{runs-on: x, steps: []}}\n"
    path.world.plan("guild/sophia", "sneak", "hold")
    path.commit("olga", RELEASE_FILE, text)
    given = token(path, _running(path, "sneak"), AUDIENCE)
    assert not publishes(path, publisher, given)
    assert publishes(path, Publisher(publisher.owner_id, environment=None), given)


def test_a_reusable_workflow_of_another_repository_does_not(
    path: Path, publisher: Publisher
) -> None:
    """The called file's repository is not the publisher's, though the caller's is (E2, R6)."""
    called = (
        f"on: {{workflow_call: {{}}}}\n{TOKENS}\n"
        "jobs:\n  up: {runs-on: x, environment: pypi-release, steps: []}\n"
    )
    path.commit("olga", ".github/workflows/publish.yml", called, repo="/repos/guild/docs")
    access = {"access_level": "organization"}
    path.put("/repos/guild/docs/actions/permissions/access", access)
    uses = "guild/docs/.github/workflows/publish.yml@main"
    caller = f"on: push\n{TOKENS}\njobs:\n  call: {{uses: {uses}}}\n"
    path.world.plan("guild/sophia", "call/up", "hold")
    path.commit("olga", RELEASE_FILE, caller)
    given = token(path, _running(path, "call/up"), AUDIENCE)
    claims: dict[str, Any] = jwt.decode(given, options={"verify_signature": False})
    assert claims["workflow_ref"].startswith(f"guild/sophia/{RELEASE_FILE}@")
    assert claims["environment"] == "pypi-release"
    assert not publishes(path, publisher, given)


def _running(path: Path, key: str) -> dict[str, Any]:
    found: dict[str, Any] = path.world.jobs(key=key, status="in_progress")[-1]
    return found
