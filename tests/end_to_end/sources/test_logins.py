"""Logins to a real Vault on the real engine: AppRole, and a job's own token (A5)."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.conftest import seed
from tests.end_to_end.sources.places import CANARY
from tests.sandbox.attempts.path import SEED, Path
from tests.sandbox.runs.jobs import held, issuer, token
from tests.sandbox.trust.strangers import other_environment
from tests.support.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as Folder

    from tests.end_to_end.sources.places import Places
    from tests.support.project import Outcome
    from tests.support.sandbox import Sandbox

AUDIENCE = "portcullis"


@pytest.fixture
def path(sandbox: Sandbox) -> Iterator[Path]:
    """A world whose jobs get tokens of an issuer that Vault can ask for its keys."""
    path = Path(sandbox.world("jwt-issuer", SEED))
    yield path
    path.close()


def declared(
    places: Places, sandbox: Sandbox, folder: Folder, name: str, login: dict[str, Any]
) -> Project:
    """One secret of Vault's, in a world of its own; the run has no token of Vault's."""
    project = Project(folder / "project", sandbox.world(name, seed("acme", [])))
    project.write(
        "organization: acme\nplan: team\n"
        "settings: {display_name: Acme, billing_email: billing@acme.example}\n"
        f"sources: {{vault: {json.dumps(login)}}}\n"
        "protection: {main: {required_checks: [ci]}}\n"
        "repositories: {tool: {visibility: public, "
        f"secrets: {{KEY: {{from: {{vault: kv/{name}, key: one}}}}}}}}}}\n"
    )
    project.create({})
    project.environment = places.plugins.environment(project.environment) | {
        "VAULT_ADDR": places.vault.address,
        "HOME": str(folder),  # the person who runs the tests may be logged in to a Vault
    }
    places.vault.write("kv", name, one=f"{CANARY}-{name}")
    places.vault.policy(name, f"kv/data/{name}", child_tokens=False)
    return project


def arrives(project: Project) -> Outcome:
    """An `up` sets the secret to Vault's value."""
    outcome = project.update()
    assert outcome.code == 0, outcome.text
    value = project.world.secret("KEY", repository="acme/tool")
    assert value == f"{CANARY}-{project.world.name}"
    return outcome


def refused(project: Project) -> str:
    """What a preview says that cannot log in."""
    outcome = project.preview()
    assert outcome.code != 0
    assert "Traceback" not in outcome.text
    assert "repositories.tool.secrets.KEY.from" in outcome.text
    return outcome.text


def vault_in(project: Project) -> dict[str, Any]:
    """The inputs of Vault's provider in the state."""
    (found,) = [
        each["inputs"]
        for each in project.state()["resources"]
        if each["type"] == "pulumi:providers:vault"
    ]
    inputs: dict[str, Any] = found
    return inputs


def test_by_an_approle(places: Places, sandbox: Sandbox, tmp_path: Folder) -> None:
    """Its secret id comes by the run or by encrypted config, and is in no output and no state."""
    role, first = places.vault.approle("logins", "approle")
    project = declared(places, sandbox, tmp_path, "approle", {"approle": {"role_id": role}})
    said = refused(project)
    assert "the AppRole login to Vault has no secret id: set VAULT_SECRET_ID, or pulumi" in said

    project.environment["VAULT_SECRET_ID"] = "no-such-id-of-a-role"
    said = refused(project)
    assert "Vault's kv/approle: access is denied" in said
    assert "no-such-id-of-a-role" not in said

    project.environment["VAULT_SECRET_ID"] = first
    outcome = arrives(project)
    kept = json.dumps(vault_in(project))
    assert "ciphertext" in kept
    assert first not in kept + outcome.text + json.dumps(outcome.events)

    settled = project.preview("--expect-no-changes")
    assert settled.code == 0, settled.text

    # the next run's is another one, by the other way
    del project.environment["VAULT_SECRET_ID"]
    _, second = places.vault.approle("logins", "approle")
    key = "portcullis:vaultSecretId"
    project.pulumi("config", "set", "--plaintext", key, "in-the-open", check=True)
    said = refused(project)
    assert f"{key} is plain text in Pulumi.test.yaml" in said
    assert "in-the-open" not in said
    project.pulumi("config", "rm", key, check=True)
    project.pulumi("config", "set", "--secret", key, check=True, stdin=second)
    # it is an input of the provider, and nothing else is another
    assert project.preview().operations() == {"vault vault": "update"}
    project.world.clear_journal()
    outcome = arrives(project)
    assert project.world.writes() == []
    assert second not in outcome.text + json.dumps(outcome.events + project.state()["resources"])


def test_by_a_job_s_token(places: Places, sandbox: Sandbox, path: Path, tmp_path: Folder) -> None:
    """A workflow's job needs no stored credential; each has a token of its own (A5)."""
    places.vault.trust(issuer(path))
    claims = {"repository": "guild/sophia", "environment": "pypi-release"}
    places.vault.jwt_role("run", "jwt", audience=AUDIENCE, claims=claims)
    project = declared(places, sandbox, tmp_path, "jwt", {"jwt": {"role": "run"}})

    stranger = other_environment(path, AUDIENCE)
    project.environment["TERRAFORM_VAULT_AUTH_JWT"] = stranger
    said = refused(project)
    assert "Vault's kv/jwt: access is denied" in said
    assert stranger not in said

    project.environment["TERRAFORM_VAULT_AUTH_JWT"] = first = token(path, held(path), AUDIENCE)
    outcome = arrives(project)
    project.environment["TERRAFORM_VAULT_AUTH_JWT"] = second = token(path, held(path), AUDIENCE)
    assert second != first
    settled = project.preview("--expect-no-changes")
    assert settled.code == 0, settled.text
    state = project.pulumi("stack", "export", "--show-secrets", check=True).stdout
    for given in (first, second):
        assert given not in outcome.text + settled.text + state
        assert given not in json.dumps(outcome.events + settled.events)


@pytest.mark.parametrize("given", ["", "a.b.c"])
def test_without_a_job_s_token(
    places: Places, sandbox: Sandbox, tmp_path: Folder, given: str
) -> None:
    """No token, or nonsense: reported as a login that is not there, or not good."""
    places.vault.login_method("jwt", "jwt")
    name = f"no-jwt-{len(given)}"
    project = declared(places, sandbox, tmp_path, name, {"jwt": {"role": "run"}})
    assert "TERRAFORM_VAULT_AUTH_JWT" not in os.environ
    if given:
        project.environment["TERRAFORM_VAULT_AUTH_JWT"] = given
    said = refused(project)
    wanted = "access is denied" if given else "this run has no login there"
    assert f"Vault's kv/{name}: {wanted}" in said
