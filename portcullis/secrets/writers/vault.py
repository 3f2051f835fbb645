"""HashiCorp Vault as a destination: `<mount>/<path>` of a KV engine, version 2 or 1.

Source: https://developer.hashicorp.com/vault/docs/secrets/kv
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import hvac
from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest, VaultError
from requests import RequestException

from portcullis.project import UserError
from portcullis.secrets.writers.writer import WriteError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ATTEMPTS = 3
"""How often a path is read again when somebody else was faster."""
_LOGIN = "run `vault login`, or set VAULT_TOKEN"


def connect(environment: Mapping[str, str]) -> hvac.Client:
    """Return a client as the `vault` command has it: VAULT_ADDR, VAULT_TOKEN or ~/.vault-token.

    Raises:
        UserError: there is no address or no token.
    """
    address = environment.get("VAULT_ADDR")
    if not address:
        raise UserError("vault: set VAULT_ADDR to Vault's address, such as https://vault:8200")
    token = environment.get("VAULT_TOKEN") or _stored(environment)
    if not token:
        raise UserError(f"vault: there is no token for {address}: {_LOGIN}")
    return hvac.Client(address, token=token, namespace=environment.get("VAULT_NAMESPACE"))


def _stored(environment: Mapping[str, str]) -> str:
    try:
        return Path(environment.get("HOME", "~"), ".vault-token").read_text("utf-8").strip()
    except (OSError, ValueError):
        return ""


class _Engine(NamedTuple):
    mount: str
    path: str
    version: int


class VaultWriter:
    """Sets one field of a secret; the others stay, and nobody's change is overwritten."""

    def __init__(self, client: hvac.Client) -> None:
        """Take a client that is logged in."""
        self._client = client
        self._engines: dict[str, _Engine] = {}

    def keys(self, path: str) -> frozenset[str]:
        """Return the secret's fields."""
        with _in_words(path):
            fields, _ = self._read(self._engine(path))
        return frozenset(fields)

    def write(self, path: str, key: str, value: str) -> str:
        """Set the field; the secret's new version, or the date for KV version 1."""
        with _in_words(path):
            engine = self._engine(path)
            kv = self._client.secrets.kv
            if engine.version == 1:
                fields, _ = self._read(engine)
                kv.v1.create_or_update_secret(
                    engine.path, {**fields, key: value}, mount_point=engine.mount
                )
                return datetime.now(UTC).date().isoformat()
            for attempt in range(1, _ATTEMPTS + 1):
                fields, version = self._read(engine)
                try:
                    made = kv.v2.create_or_update_secret(
                        engine.path, {**fields, key: value}, cas=version, mount_point=engine.mount
                    )
                except InvalidRequest:  # check-and-set: somebody else was faster
                    if attempt == _ATTEMPTS:
                        raise
                else:
                    return str(made["data"]["version"])
        raise AssertionError("the last attempt returns or raises")

    def _engine(self, path: str) -> _Engine:
        """Ask where a path's mount ends, as `vault` does: a mount's name may have slashes."""
        if path not in self._engines:
            if not path.strip("/").partition("/")[2]:
                raise WriteError(f"vault: {path}: allowed: <mount>/<path>")
            found = self._client.adapter.get(f"/v1/sys/internal/ui/mounts/{path}")["data"]
            mount = str(found["path"]).strip("/")
            version = int((found.get("options") or {}).get("version", 1))
            below = path.strip("/").removeprefix(mount).strip("/")
            self._engines[path] = _Engine(mount, below, version)
        return self._engines[path]

    def _read(self, engine: _Engine) -> tuple[dict[str, Any], int]:
        """Return the fields, and the version (0 where there is none)."""
        kv = self._client.secrets.kv
        try:
            if engine.version == 1:
                return kv.v1.read_secret(engine.path, mount_point=engine.mount)["data"], 0
            found = kv.v2.read_secret_version(
                engine.path, mount_point=engine.mount, raise_on_deleted_version=False
            )["data"]
        except InvalidPath:
            return {}, 0
        return found["data"] or {}, int(found["metadata"]["version"])


@contextmanager
def _in_words(path: str) -> Iterator[None]:
    """Turn Vault's refusals into words, without its own text: that may quote what was sent."""
    try:
        yield
    except Forbidden:
        raise WriteError(
            f"vault: {path}: the token has no permission here, or there is no such mount: "
            f"{_LOGIN}, or ask for `read`, `create` and `update` on the path"
        ) from None
    except VaultError as error:
        raise WriteError(f"vault: {path}: Vault refused it ({type(error).__name__})") from None
    except RequestException as error:
        raise WriteError(f"vault: cannot be reached ({type(error).__name__})") from None
