"""A real Vault as a destination: versions 2 and 1 of KV, other fields kept, refusals in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portcullis.project import UserError
from portcullis.secrets.writers.vault import VaultWriter, connect
from tests.support.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = "canary-2ac9e4"
VALUES = [CANARY, "two\nlines\r\n", "ü ${x} '\" \\", "x" * 48_000]


@pytest.fixture(scope="module")
def vault() -> Iterator[Vault]:
    """A Vault with a mount of each version; the name of one has a slash."""
    with Vault() as running:
        running.mount("kv", 2)
        running.mount("team/old", 1)
        yield running


def writer(vault: Vault, token: str | None = None) -> VaultWriter:
    """A writer that is logged in as the `vault` command is."""
    return VaultWriter(
        connect({"VAULT_ADDR": vault.address, "VAULT_TOKEN": token or vault.root_token})
    )


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("path", ["kv/any/value", "team/old/any/value"])
def test_any_value_arrives(vault: Vault, path: str, value: str) -> None:
    """A field has the value bit for bit, and the other fields stay."""
    to = writer(vault)
    to.write(path, "OTHER", "stays")
    version = to.write(path, "KEY", value)
    kv = vault.client.secrets.kv
    if path.startswith("kv/"):
        found = kv.v2.read_secret_version(
            "any/value", mount_point="kv", raise_on_deleted_version=False
        )["data"]
        assert str(found["metadata"]["version"]) == version
        fields = found["data"]
    else:
        fields = kv.v1.read_secret("any/value", mount_point="team/old")["data"]
    assert fields == {"OTHER": "stays", "KEY": value}
    assert to.keys(path) == {"OTHER", "KEY"}


def test_after_a_deletion(vault: Vault) -> None:
    """A secret whose newest version was deleted is empty, and is written again."""
    to = writer(vault)
    to.write("kv/deleted", "KEY", "old")
    vault.client.secrets.kv.v2.delete_latest_version_of_secret("deleted", mount_point="kv")
    assert to.keys("kv/deleted") == frozenset()
    assert to.write("kv/deleted", "NEW", "new") == "2"
    assert to.keys("kv/deleted") == {"NEW"}


@pytest.mark.parametrize(
    ("path", "token", "words"),
    [
        ("nowhere/at/all", None, "there is no such mount"),
        ("kv/any", "wrong", "the token has no permission"),
        ("kv", None, "allowed: <mount>/<path>"),
    ],
)
def test_refusals(vault: Vault, path: str, token: str | None, words: str) -> None:
    """What Vault refuses is a readable error, with the path and without the value."""
    with pytest.raises(UserError, match=words) as error:
        writer(vault, token).write(path, "KEY", CANARY)
    assert CANARY not in str(error.value)
