"""The stand-in for pulumi-vault, called by a real program on the real engine, on a real Vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.plugins.program import Ask

if TYPE_CHECKING:
    from tests.plugins.program import Program
    from tests.support.vault import Vault

CANARY = "canary-90d7be"
V2 = ["data", "data_json", "version", "created_time", "custom_metadata", "destroyed", "path", "id"]
V1 = ["data", "data_json", "path", "id", "lease_duration", "lease_renewable"]
V2_TOKEN = "vault:kv/getSecretV2:getSecretV2"
LOGGED_IN = ["GET auth/token/lookup-self", "POST auth/token/create"]


def config(vault: Vault, **more: object) -> dict[str, Any]:
    """A provider's inputs for that Vault, as its root unless `more` says otherwise."""
    token = {} if {"auth_login", "auth_login_jwt"} & more.keys() else {"token": vault.root_token}
    return {"address": vault.address, **token, **more}


def v2(config: dict[str, Any], *names: str, **more: object) -> Ask:
    """Ask for secrets of the kv engine of version 2."""
    calls = [{"mount": "kv", "name": name, **more} for name in names]
    return Ask("vault", "kv", "get_secret_v2", config, calls, V2)


def test_version_2(program: Program, vault: Vault) -> None:
    """A secret arrives bit for bit, with its version and its age, and stays secret."""
    value = "ä\n€\n" + "x" * 48_000
    vault.write("kv", "pypi/sophia", token=value, number=7)
    vault.client.secrets.kv.v2.update_metadata(
        "pypi/sophia", mount_point="kv", custom_metadata={"kind": "pypi"}
    )
    done = program.run(v2(config(vault), "pypi/sophia"))
    assert done.code == 0, done.said
    assert done.outputs["0.0.data"] == {"token": value, "number": "7"}
    assert done.outputs["0.0.data_json"] == f'{{"number":7,"token":"{value}"}}'.replace("\n", "\\n")
    assert done.outputs["0.0.version"] == 1
    assert done.outputs["0.0.created_time"].startswith("20")
    assert done.outputs["0.0.custom_metadata"] == {"kind": "pypi"}
    assert done.outputs["0.0.destroyed"] is False
    assert done.outputs["0.0.path"] == done.outputs["0.0.id"] == "kv/data/pypi/sophia"
    assert {"0.0.data", "0.0.data_json"} <= done.secret
    assert value not in done.said


def test_pinned_version(program: Program, vault: Vault) -> None:
    """A version that is asked for is the one that comes."""
    vault.write("kv", "rotated", token="one")
    vault.write("kv", "rotated", token="two")
    done = program.run(v2(config(vault), "rotated", version=1), v2(config(vault), "rotated"))
    assert done.outputs["0.0.data"] == {"token": "one"}
    assert done.outputs["1.0.data"] == {"token": "two"}
    assert (done.outputs["0.0.version"], done.outputs["1.0.version"]) == (1, 2)


def test_deleted_version(program: Program, vault: Vault) -> None:
    """A version that was deleted has metadata and no data, as from the provider."""
    vault.write("kv", "deleted", token=CANARY)
    vault.client.secrets.kv.v2.delete_latest_version_of_secret("deleted", mount_point="kv")
    done = program.run(v2(config(vault), "deleted"))
    assert done.code == 0, done.said
    assert done.outputs["0.0.data"] is None
    assert done.outputs["0.0.data_json"] == "null"
    assert done.outputs["0.0.version"] == 1


def test_version_1(program: Program, vault: Vault) -> None:
    """A secret of an engine of version 1 arrives too."""
    vault.write_v1("old", "npm", token=CANARY)
    done = program.run(Ask("vault", "kv", "get_secret", config(vault), [{"path": "old/npm"}], V1))
    assert done.code == 0, done.said
    assert done.outputs["0.0.data"] == {"token": CANARY}
    assert done.outputs["0.0.data_json"] == f'{{"token":"{CANARY}"}}'
    assert done.outputs["0.0.lease_renewable"] is False
    assert {"0.0.data", "0.0.data_json"} <= done.secret


def test_called_once(program: Program, vault: Vault) -> None:
    """The engine calls what the program calls; one login for all of it (issue 5, speed)."""
    vault.write("kv", "one", token="1")
    vault.write("kv", "two", token="2")
    done = program.run(v2(config(vault), "one", "two", "one"))
    assert done.code == 0, done.said
    assert program.plugins.calls("vault") == ["Configure", *[V2_TOKEN] * 3]
    asked = program.plugins.requests("vault")
    assert asked[:2] == LOGGED_IN
    assert sorted(asked[2:]) == ["GET kv/data/one", "GET kv/data/one", "GET kv/data/two"]


def test_approle(program: Program, vault: Vault) -> None:
    """An AppRole reads what its policy lets it read, and nothing else."""
    vault.write("kv", "mine", token="x")
    vault.write("kv", "theirs", token=CANARY)
    vault.policy("mine", "kv/data/mine")
    role, secret = vault.approle("mine", "mine")
    login = {
        "path": "auth/approle/login",
        "parameters": {"role_id": role, "secret_id": secret},
    }
    done = program.run(v2(config(vault, auth_login=login), "mine"))
    assert done.code == 0, done.said
    assert done.outputs["0.0.data"] == {"token": "x"}
    assert program.plugins.requests("vault")[0] == "PUT auth/approle/login"

    done = program.run(v2(config(vault, auth_login=login), "theirs"))
    assert done.code != 0
    assert 'error reading secret "kv/data/theirs" from Vault: Error making API request' in done.said
    assert f"URL: GET {vault.address}/v1/kv/data/theirs" in done.said
    assert "Code: 403. Errors:" in done.said
    assert "permission denied" in done.said
    assert CANARY not in done.said


def test_wrong_approle(program: Program, vault: Vault) -> None:
    """A login that fails says so, without its parameters."""
    vault.approle("wrong")
    parameters = {"role_id": "nobody", "secret_id": CANARY}
    login = {"path": "auth/approle/login", "parameters": parameters}
    done = program.run(v2(config(vault, auth_login=login), "one"))
    assert done.code != 0
    assert f"URL: PUT {vault.address}/v1/auth/approle/login" in done.said
    assert "Code: 400. Errors:" in done.said
    assert CANARY not in done.said


def test_child_token(program: Program, vault: Vault) -> None:
    """Unless configured otherwise, the provider creates a child token; the policy must allow it."""
    vault.write("kv", "lone", token="x")
    vault.policy("lone", "kv/data/lone", child_tokens=False)
    token = vault.token("lone")
    done = program.run(v2(config(vault, token=token), "lone"))
    assert done.code != 0
    assert "failed to create limited child token: Error making API request" in done.said

    done = program.run(v2(config(vault, token=token, skip_child_token=True), "lone"))
    assert done.code == 0, done.said
    assert done.outputs["0.0.data"] == {"token": "x"}
    assert "POST auth/token/create" not in program.plugins.requests("vault")[2:]


def test_no_such_secret(program: Program, vault: Vault) -> None:
    """A path where nothing is, is named."""
    done = program.run(v2(config(vault), "nowhere"))
    assert done.code != 0
    assert 'no secret found at "kv/data/nowhere"' in done.said


def test_wrong_token(program: Program, vault: Vault) -> None:
    """A token that Vault does not know is refused, and not quoted."""
    done = program.run(v2(config(vault, token=CANARY), "one"))
    assert done.code != 0
    assert "failed to lookup token, err=Error making API request" in done.said
    assert "Code: 403. Errors:" in done.said
    assert CANARY not in done.said


def test_no_token(program: Program, vault: Vault) -> None:
    """No token and no login is an error before any request."""
    done = program.run(v2(config(vault, token=""), "one"))
    assert done.code != 0
    assert "no vault token set on Client" in done.said
    assert program.plugins.requests("vault") == []


def test_environment(program: Program, vault: Vault) -> None:
    """Address and token may come from the variables that Vault's own tools read."""
    vault.write("kv", "by-variable", token="x")
    variables = {"VAULT_ADDR": vault.address, "VAULT_TOKEN": vault.root_token}
    done = program.run(v2({}, "by-variable"), **variables)
    assert done.code == 0, done.said
    assert done.outputs["0.0.data"] == {"token": "x"}


def test_default_provider(program: Program, vault: Vault) -> None:
    """The default provider takes its inputs from the stack's config, objects among them."""
    vault.write("kv", "by-config", token="x")
    vault.policy("by-config", "kv/data/by-config")
    role, secret = vault.approle("by-config", "by-config")
    login = "vault:authLogin"
    settings = {
        "vault:address": vault.address,
        f"{login}.path": "auth/approle/login",
        f"{login}.parameters.role_id": role,
        "vault:maxRetries": "1",
    }
    pairs = [each for key, value in settings.items() for each in ("--plaintext", f"{key}={value}")]
    hidden = ["--secret", f"{login}.parameters.secret_id={secret}"]
    set_ = program.project.pulumi("config", "set-all", "--path", *pairs, *hidden)
    assert set_.returncode == 0, set_.stdout
    done = program.run(v2({}, "by-config"))
    assert done.code == 0, done.said
    assert done.outputs["0.0.data"] == {"token": "x"}
    names = ("vault:address", login, "vault:maxRetries")
    assert program.project.pulumi("config", "rm-all", *names).returncode == 0


def test_down(program: Program, vault: Vault) -> None:
    """A Vault that is not there is an error that names its address."""
    done = program.run(v2(config(vault, address="http://127.0.0.1:9"), "one"))
    assert done.code != 0
    assert "dial tcp 127.0.0.1:9: connect: connection refused" in done.said


@pytest.mark.parametrize("jwt", [{"jwt": CANARY}, {}])
def test_jwt(program: Program, vault: Vault, jwt: dict[str, str]) -> None:
    """A JWT comes from the input or from the provider's variable, and Vault judges it."""
    vault.login_method("jwt", "jwt")
    login = {"role": "release", **jwt}
    done = program.run(
        v2(config(vault, auth_login_jwt=login), "one"), TERRAFORM_VAULT_AUTH_JWT=CANARY
    )
    assert done.code != 0
    assert f"URL: PUT {vault.address}/v1/auth/jwt/login" in done.said
    assert CANARY not in done.said


def test_two_providers(program: Program, vault: Vault) -> None:
    """Each provider of a program has its own login."""
    vault.write("kv", "left", token="l")
    vault.write("kv", "right", token="r")
    vault.policy("left", "kv/data/left")
    vault.policy("right", "kv/data/right")
    left, right = (config(vault, token=vault.token(name)) for name in ("left", "right"))
    done = program.run(v2(left, "left"), v2(right, "right"))
    assert done.code == 0, done.said
    assert (done.outputs["0.0.data"], done.outputs["1.0.data"]) == ({"token": "l"}, {"token": "r"})
    assert program.run(v2(left, "right"), v2(right, "left")).code != 0
