"""Vault as a source, with a plugin under mocks; the real Vault is in tests/end_to_end."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from components.secrets.vault import VaultConfig, VaultSource
from tests.components.secrets.asking import CANARY, Asked, Plugin, ask, reference, refusal
from tests.support.recording import Secret

ADDRESS = "https://vault.acme.example:8200"
TOKEN = reference(vault="ci/codecov", key="token")
V1, V2 = "vault:kv/getSecret:getSecret", "vault:kv/getSecretV2:getSecretV2"


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run has nothing of Vault."""
    for name in ("VAULT_ADDR", "VAULT_TOKEN", "VAULT_SECRET_ID"):
        monkeypatch.delenv(name, raising=False)


def config(**fields: Any) -> VaultConfig:  # noqa: ANN401 - as YAML has it
    """`sources.vault` of a stack."""
    return VaultConfig.model_validate({"address": ADDRESS, **fields})


def answer(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - as the plugin has it
    """What the plugin answers for version 2."""
    return {
        "data": {"token": CANARY, "other": "of another key"},
        "version": 7,
        "createdTime": "2026-10-01T12:30:00.123456789Z",
        "deletionTime": "",
        "destroyed": False,
        **fields,
    }


def asked(plugin: Plugin, *references: Any, **fields: Any) -> Asked:  # noqa: ANN401 - as above
    """Ask Vault."""
    return ask(VaultSource(config(**fields)), *references, calls=plugin)


def test_a_value_comes_with_its_version_and_date() -> None:
    """What Vault says of a value travels with it (G2)."""
    (found,) = asked(Plugin(answer()), TOKEN).values
    assert (found.value, found.version) == (CANARY, "7")
    assert found.changed is not None
    assert found.changed.replace(microsecond=0) == datetime(2026, 10, 1, 12, 30, tzinfo=UTC)


def test_a_path_is_asked_for_once() -> None:
    """However many of its keys are used, by however many secrets."""
    plugin = Plugin(answer())
    other = reference(vault="ci/codecov", key="other")
    found = asked(plugin, TOKEN, other, TOKEN).values
    assert [each.value for each in found] == [CANARY, "of another key", CANARY]
    assert plugin.asked == [(V2, {"mount": "ci", "name": "codecov"})]


def test_a_path_that_fails_is_asked_for_once() -> None:
    """A Vault that does not answer is not waited for a second time."""
    plugin = Plugin("dial tcp: connection refused")
    source = VaultSource(config())
    for _ in range(2):
        assert "does not answer" in refusal(source, TOKEN, calls=plugin)
    assert len(plugin.asked) == 1


def test_versions_are_asked_for_apart() -> None:
    """A pinned version is another value than the newest."""
    plugin = Plugin(answer())
    asked(plugin, TOKEN, reference(vault="ci/codecov", key="token", version="3"))
    assert [arguments.get("version") for _, arguments in plugin.asked] == [None, 3]


def test_a_mount_of_version_1_has_no_versions() -> None:
    """KV version 1 keeps the newest alone, without a date."""
    plugin = Plugin({"data": {"token": CANARY}, "path": "ci/codecov"})
    (found,) = asked(plugin, TOKEN, mounts={"ci": 1}).values
    assert (found.value, found.version, found.changed) == (CANARY, None, None)
    assert [(token, arguments["path"]) for token, arguments in plugin.asked] == [(V1, "ci/codecov")]
    pinned = reference(vault="ci/codecov", key="token", version="3")
    words = refusal(VaultSource(config(mounts={"ci": 1})), pinned, calls=plugin)
    assert "Vault's mount ci keeps no versions" in words


@pytest.mark.parametrize(
    ("path", "split"),
    [
        ("ci/codecov", ("ci", "codecov", 2)),
        ("ci/a/b", ("ci", "a/b", 2)),
        ("team/kv/a", ("team/kv", "a", 1)),
        ("team/kv/deep/a", ("team/kv/deep", "a", 2)),
        ("team/kv/deeper/a", ("team/kv", "deeper/a", 1)),
        ("team/a", ("team", "a", 2)),
        ("team/kvs/a", ("team", "kvs/a", 2)),
    ],
)
def test_the_longest_mount_is_meant(path: str, split: tuple[str, str, int]) -> None:
    """Mounts may have slashes, and lie below each other's paths."""
    assert config(mounts={"team/kv": 1, "team/kv/deep": 2}).split(path) == split


@given(
    mounts=st.dictionaries(
        st.from_regex(r"[ab](/[ab]){0,2}", fullmatch=True), st.sampled_from([1, 2]), max_size=4
    ),
    path=st.from_regex(r"[ab](/[ab]){1,4}", fullmatch=True),
)
def test_a_mount_and_a_name_are_the_path(mounts: dict[str, int], path: str) -> None:
    """Nothing of a path is lost, whatever the mounts are."""
    mount, name, version = config(mounts=mounts).split(path)
    assert f"{mount}/{name}" == path
    assert version == mounts.get(mount, 2)


@pytest.mark.parametrize(
    "gone",
    [{"destroyed": True}, {"deletionTime": "2026-10-02T00:00:00Z"}],
    ids=["destroyed", "deleted"],
)
def test_a_deleted_version_is_no_value(gone: dict[str, Any]) -> None:
    """What somebody took back is not set."""
    words = refusal(VaultSource(config()), TOKEN, calls=Plugin(answer(data=None, **gone)))
    assert words == "Vault's ci/codecov: this version is deleted; write a new one"


def test_a_version_that_will_be_deleted_is_one() -> None:
    """Where `delete_version_after` is set, each version says when it will go: it is there yet."""
    (found,) = asked(Plugin(answer(deletionTime="2999-01-01T00:00:00Z")), TOKEN).values
    assert found.value == CANARY


@pytest.mark.parametrize("data", [{}, {"other": CANARY}, {"token": ""}, None])
def test_a_missing_key_is_named(data: object) -> None:
    """The path is there, the key is not; other keys' values are not shown."""
    words = refusal(VaultSource(config()), TOKEN, calls=Plugin(answer(data=data)))
    assert "Vault has ci/codecov, but no text under its key token" in words


def test_without_an_address_nothing_is_asked() -> None:
    """The error names what to set."""
    words = refusal(VaultSource(VaultConfig()), TOKEN, calls=Plugin(answer()))
    assert words == "Vault's address is not configured: set VAULT_ADDR, or sources.vault.address"


def test_the_address_of_the_run_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """VAULT_ADDR, as for Vault's own command."""
    monkeypatch.setenv("VAULT_ADDR", ADDRESS)
    found = ask(VaultSource(VaultConfig()), TOKEN, calls=Plugin(answer()))
    assert found.recording.one("pulumi vault", "vault").inputs["address"] == ADDRESS


def inputs(found: Asked) -> dict[str, Any]:
    """What the provider is given; the engine wants its objects as JSON."""
    given: dict[str, Any] = {}
    for key, value in found.recording.one("pulumi vault", "vault").inputs.items():
        inner = value.value if isinstance(value, Secret) else value
        shown = json.loads(inner) if str(inner)[:1] in "{[" else inner
        given[key] = Secret(shown) if isinstance(value, Secret) else shown
    return given


def test_a_token_is_the_run_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """VAULT_TOKEN goes to the provider by the run's environment, and into no input (S2)."""
    monkeypatch.setenv("VAULT_TOKEN", CANARY)
    given = inputs(asked(Plugin(answer()), TOKEN, namespace="guild"))
    assert CANARY not in str(given)
    assert (given["address"], given["namespace"]) == (ADDRESS, "guild")
    assert not any(key.startswith("authLogin") and value for key, value in given.items())


def test_the_secret_id_of_an_approle_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is part of the provider's inputs, so it stands in the state: encrypted (S16)."""
    monkeypatch.setenv("VAULT_SECRET_ID", "canary-of-a-secret-id")
    given = inputs(asked(Plugin(answer()), TOKEN, approle={"role_id": "r", "mount": "ci-role"}))
    login = given.pop("authLogin")
    assert isinstance(login, Secret)
    assert login.value["path"] == "auth/ci-role/login"
    assert "canary-of-a-secret-id" in str(login)
    assert "canary-of-a-secret-id" not in str(given)


def test_the_secret_id_may_stand_in_the_encrypted_config() -> None:
    """The other place for it; in the open it is refused."""
    key = "portcullis:vaultSecretId"
    role = config(approle={"role_id": "r"})
    stack = {"config": {key: CANARY}, "calls": Plugin(answer())}
    found = ask(VaultSource(role), TOKEN, config={key: CANARY}, calls=Plugin(answer()))
    assert isinstance(inputs(found)["authLogin"], Secret)
    words = refusal(VaultSource(role), TOKEN, **stack, encrypted=False)
    assert f"{key} is plain text in Pulumi.test.yaml" in words
    words = refusal(VaultSource(role), TOKEN, calls=Plugin(answer()))
    assert "has no secret id: set VAULT_SECRET_ID, or pulumi config set --secret" in words


def test_a_login_by_oidc_names_role_and_mount() -> None:
    """The issuer's token is the run's own: TERRAFORM_VAULT_AUTH_JWT."""
    given = inputs(asked(Plugin(answer()), TOKEN, jwt={"role": "portcullis", "mount": "gh"}))
    login = given["authLoginJwt"]
    login = login.value if isinstance(login, Secret) else login
    assert (login["role"], login["mount"]) == ("portcullis", "gh")


def test_two_logins_are_refused() -> None:
    """One of them would be taken by chance."""
    with pytest.raises(ValidationError, match="give one login"):
        config(approle={"role_id": "r"}, jwt={"role": "r"})


@pytest.mark.parametrize("address", ["http://vault.acme.example", "vault", "https://a:b@vault"])
def test_an_address_in_the_open_is_refused(address: str) -> None:
    """A login would travel unencrypted, or stand in the file."""
    with pytest.raises(ValidationError, match="allowed: https://host"):
        config(address=address)
    assert config(address="http://127.0.0.1:8200").address


ERRORS = (
    (f'no secret found at "ci/data/codecov" {CANARY}', "there is no such path"),
    (
        (
            "error reading from Vault: Error making API request.\n\nURL: GET "
            "https://127.0.0.1:50312/v1/ci/data/codecov\nCode: 403. Errors:\n\n* permission denied"
        ),
        "access is denied",
    ),
    (
        (
            "Error making API request.\nURL: PUT http://127.0.0.1:8200/v1/auth/approle/login\n"
            f"Code: 400. Errors:\n\n* invalid role or secret ID {CANARY}"
        ),
        "access is denied",
    ),
    (
        (
            'Get "https://127.0.0.1:50312/v1/ci/data/codecov": dial tcp 127.0.0.1:50312: connect: '
            "connection refused"
        ),
        "it does not answer",
    ),
    ('Get "https://vault:8200/": dial tcp: lookup vault: no such host', "it does not answer"),
    (f"context deadline exceeded {CANARY}", "it does not answer"),
    ("Code: 503. Errors:\n\n* Vault is sealed", "it is unavailable"),
    ("Code: 429. Errors:\n\n* request rate too high", "it is unavailable"),
    ("no vault token set on Client", "this run has no login"),
    (f"invalid character '<' looking for beginning of value {CANARY}", "cannot be understood"),
)
"""The provider's own words, as it writes them, with a canary where an answer may be quoted."""


@pytest.mark.parametrize(("words", "meaning"), ERRORS, ids=[meaning for _, meaning in ERRORS])
def test_a_failure_is_reported_in_words_of_ours(words: str, meaning: str) -> None:
    """What helps, and nothing of what the plugin said: it may quote an answer (S2)."""
    reported = refusal(VaultSource(config()), TOKEN, calls=Plugin(words))
    assert reported.startswith("Vault's ci/codecov: ")
    assert meaning in reported
