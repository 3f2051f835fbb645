"""The Vault that we build: a real one, for tests and for practice."""

from __future__ import annotations

import json
import shutil
import signal
import stat
import subprocess
import time
from typing import TYPE_CHECKING

import httpx
import hvac.exceptions
import pytest

import engine
from engine import recipe
from tests.engine.fakes import Machine
from tests.support.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def vault() -> Iterator[Vault]:
    """A running Vault."""
    with Vault() as running:
        yield running


def test_built_once(tmp_path: Path) -> None:
    """It is built when first asked for, and not again; no `vault` on PATH takes its place."""
    machine = Machine(tmp_path)
    script = machine.script("go", machine.go_script())
    machine.script("vault", "#!/bin/sh\nexit 1\n")
    first = engine.ensure_vault(lambda _: None, machine.environ)
    assert first == recipe.VAULT.in_cache(machine.cache) / "portcullis-vault"
    script.unlink()
    assert engine.ensure_vault(lambda _: None, machine.environ) == first
    assert machine.built() == ["build portcullis-vault"]


def test_real(vault: Vault) -> None:
    """It is unsealed, and of the version that the recipe names."""
    status = httpx.get(f"{vault.address}/v1/sys/health").json()
    assert (status["initialized"], status["sealed"]) == (True, False)
    assert status["version"] == recipe.VAULT.version


def test_on_loopback(vault: Vault) -> None:
    """It listens where other machines cannot reach it: it has no TLS."""
    assert vault.address.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:8200", ":8200", "nonsense"])
def test_elsewhere(address: str) -> None:
    """Any other address is refused by name, with one that would do."""
    with pytest.raises(RuntimeError) as error:
        Vault("-listen", address)
    assert f"-listen {address}" in str(error.value)
    assert "such as 127.0.0.1:8200" in str(error.value)
    assert "the Vault ended with 1" in str(error.value)


def test_taken_port(vault: Vault) -> None:
    """A port that is taken is an error, not another Vault."""
    taken = vault.address.removeprefix("http://")
    with pytest.raises(RuntimeError, match="address already in use"):
        Vault("-listen", taken)


def test_token_is_no_argument(vault: Vault) -> None:
    """The root token comes by a pipe: neither its arguments nor its log have it (S1)."""
    command, ps = ["-o", "args=", "-p", str(vault.process.pid)], shutil.which("ps")
    assert ps is not None
    listed = subprocess.run([ps, *command], capture_output=True, text=True, check=True).stdout
    assert "portcullis-vault" in listed
    assert vault.root_token not in listed
    assert vault.root_token not in vault.log()


def test_ready_file(tmp_path: Path) -> None:
    """In the background it writes a file that only its owner can read, and no token elsewhere."""
    ready, command = tmp_path / "ready.json", [engine.ensure_vault()]
    process = subprocess.Popen(
        [*command, "-ready-file", ready], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        deadline = time.monotonic() + 20
        while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        said = json.loads(ready.read_text(encoding="utf-8"))
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
        assert hvac.Client(said["address"], said["root_token"]).is_authenticated()
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert said["root_token"].encode() not in output  # Vault logs work that the end cut short
    assert list(tmp_path.iterdir()) == [ready]


def test_ready_file_cannot_be_written(tmp_path: Path) -> None:
    """Where the file cannot be, it ends and says so."""
    with pytest.raises(RuntimeError, match="no such file or directory"):
        Vault("-ready-file", str(tmp_path / "missing" / "ready.json"))


@pytest.mark.parametrize("version", [1, 2])
def test_kv(vault: Vault, version: int) -> None:
    """Both versions of the kv engine keep secrets."""
    mount = f"kv{version}"
    vault.mount(mount, version)
    if version == 1:
        vault.write_v1(mount, "a", token="x")
        read = vault.client.secrets.kv.v1.read_secret("a", mount_point=mount)["data"]
    else:
        assert vault.write(mount, "a", token="x") == 1
        assert vault.write(mount, "a", token="y") == 2
        read = vault.client.secrets.kv.v2.read_secret_version(
            "a", mount_point=mount, version=1, raise_on_deleted_version=True
        )["data"]["data"]
    assert read == {"token": "x"}


def test_approle(vault: Vault) -> None:
    """An AppRole gets the rights of its policy and no more (S3)."""
    vault.mount("roles")
    vault.write("roles", "mine", token="x")
    vault.write("roles", "theirs", token="y")
    vault.policy("mine", "roles/data/mine")
    role, secret = vault.approle("mine", "mine")
    answer = vault.client_of().auth.approle.login(role, secret, use_token=False)
    client = vault.client_of(answer["auth"]["client_token"])
    read = client.secrets.kv.v2.read_secret_version
    found = read("mine", mount_point="roles", raise_on_deleted_version=True)
    assert found["data"]["data"] == {"token": "x"}
    with pytest.raises(hvac.exceptions.Forbidden):
        read("theirs", mount_point="roles", raise_on_deleted_version=True)


@pytest.mark.parametrize("method", ["userpass", "github", "ldap"])
def test_nothing_more(vault: Vault, method: str) -> None:
    """Logins that nothing here needs are not built in."""
    with pytest.raises(hvac.exceptions.InvalidRequest, match="plugin not found in the catalog"):
        vault.client.sys.enable_auth_method(method)


def test_in_memory() -> None:
    """When it has ended, its secrets are gone with it: another one is empty and has other keys."""
    with Vault() as first:
        first.mount("kv")
    with Vault() as second:
        assert second.root_token != first.root_token
        assert not second.client_of(first.root_token).is_authenticated()
        second.mount("kv")  # it would refuse a path that is in use


def test_ends_in_order() -> None:
    """SIGTERM ends it with code 0."""
    vault = Vault()
    vault.stop()
    assert vault.process.returncode == 0
