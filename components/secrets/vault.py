"""HashiCorp Vault's key-value store as a secret source: `from: {vault: ci/codecov, key: token}`.

Read through pulumi-vault, so login and TLS are the provider's own.

Sources: https://www.pulumi.com/registry/packages/vault/,
https://developer.hashicorp.com/vault/docs/secrets/kv
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pulumi
from pulumi.runtime.config import is_config_secret
from pydantic import Field, model_validator

from components.base import Config, SourceAddress, matching
from components.secrets.plugin import asked
from components.secrets.source import MissingSecretError, Readings, SecretValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.secrets.reference import Reference

SECRET_ID_VARIABLE, SECRET_ID_KEY = "VAULT_SECRET_ID", "vaultSecretId"
"""Where an AppRole's secret id comes from: a variable of the run, or the encrypted config."""

Mount = Annotated[
    str, matching(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*", "allowed: a mount's path, such as jwt")
]


class AppRoleConfig(Config):
    """Login with AppRole. The secret id comes from VAULT_SECRET_ID or the encrypted config."""

    role_id: Annotated[str, Field(min_length=1)]
    """The role's id. It is not a secret."""
    mount: Mount = "approle"
    """Where Vault has the login method."""


class JwtConfig(Config):
    """Login with an OIDC token from the variable TERRAFORM_VAULT_AUTH_JWT."""

    role: Annotated[str, Field(min_length=1)]
    """The name of the role in Vault."""
    mount: Mount = "jwt"
    """Where Vault has the login method."""


class VaultConfig(Config):
    """Vault's address, and how Portcullis logs in. Without a login it uses VAULT_TOKEN."""

    address: SourceAddress | None = None
    """The server's address. Without it: VAULT_ADDR."""
    namespace: str | None = None
    """A namespace of Vault Enterprise."""
    approle: AppRoleConfig | None = None
    """Log in with AppRole."""
    jwt: JwtConfig | None = None
    """Log in with an OIDC token."""
    mounts: dict[Mount, Literal[1, 2]] = {}
    """Versions of key-value mounts. Of any other path, the first segment is the mount, and its
    version is 2."""

    @model_validator(mode="after")
    def _one_login(self) -> VaultConfig:
        if self.approle and self.jwt:
            raise ValueError("give one login; allowed: approle, jwt, or none for VAULT_TOKEN")
        return self

    def split(self, path: str) -> tuple[str, str, int]:
        """Return the mount, the path in it, and the mount's version."""
        for mount in sorted(self.mounts, key=len, reverse=True):
            if path.startswith(f"{mount}/"):
                return mount, path.removeprefix(f"{mount}/"), self.mounts[mount]
        mount, _, rest = path.partition("/")
        return mount, rest, 2


class VaultSource:
    """Values from Vault. Each path is read once."""

    def __init__(self, config: VaultConfig) -> None:
        """Prepare; the provider is declared when the first value is read."""
        self._config = config
        self._provider: Any = None
        self._read: Readings[Any] = Readings()

    def fetch(self, reference: Reference) -> SecretValue:
        """Return the value under the path and key.

        Raises:
            MissingSecretError: there is no such path, version or key, or Vault refuses.
        """
        found = self._read.of(reference, self._ask)
        value = (found.data or {}).get(reference.key)
        if not isinstance(value, str) or not value:
            raise MissingSecretError(
                f"Vault has {reference.place}, but no text under its key {reference.key}; "
                f"write it there, or correct the key"
            )
        version = getattr(found, "version", None)
        return SecretValue(
            value,
            version=str(int(version)) if version else None,
            changed=_time(getattr(found, "created_time", None)),
        )

    def _ask(self, reference: Reference) -> Any:  # noqa: ANN401 - pulumi_vault is imported only when used
        import pulumi_vault as vault  # noqa: PLC0415 - 0.7 s

        mount, name, version = self._config.split(reference.place)
        if version == 1 and reference.version:
            raise MissingSecretError(f"Vault's mount {mount} keeps no versions: remove version")
        options = pulumi.InvokeOptions(provider=self._vault())
        place = f"Vault's {reference.place}"
        if version == 1:
            return asked(place, lambda: vault.kv.get_secret(path=f"{mount}/{name}", opts=options))
        pinned = int(reference.version) if reference.version else None
        found = asked(
            place,
            lambda: vault.kv.get_secret_v2(mount=mount, name=name, version=pinned, opts=options),
        )
        # a time alone may be in the future: delete_version_after sets it for every version
        if not found.data and (found.destroyed or found.deletion_time):
            raise MissingSecretError(f"{place}: this version is deleted; write a new one")
        return found

    def _vault(self) -> Any:  # noqa: ANN401 - as above
        if self._provider is None:
            address = self._config.address or os.environ.get("VAULT_ADDR")
            if not address:
                raise MissingSecretError(
                    "Vault's address is not configured: set VAULT_ADDR, or sources.vault.address"
                )
            self._provider = provider_of("vault", self._config, address, login(self._config))
        return self._provider


def provider_of(name: str, config: VaultConfig, address: str, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401 - pulumi_vault is imported only when used
    """Return a provider for the server at ``address``, with the ``arguments`` of `login`."""
    import pulumi_vault as vault  # noqa: PLC0415 - 0.7 s

    return vault.Provider(
        name,
        address=address,
        namespace=config.namespace,
        # a child token would need one more permission
        skip_child_token=True,
        **arguments,
    )


def login(config: VaultConfig) -> dict[str, Any]:
    """Return the provider's arguments for its login; it reads tokens from the run itself.

    Raises:
        MissingSecretError: the login has no secret id.
    """
    if jwt := config.jwt:
        return {"auth_login_jwt": {"role": jwt.role, "mount": jwt.mount}}
    if role := config.approle:
        parameters = {"role_id": role.role_id, "secret_id": pulumi.Output.secret(_secret_id())}
        return {"auth_login": {"path": f"auth/{role.mount}/login", "parameters": parameters}}
    return {}


def _secret_id() -> str:
    """Return the secret id of the AppRole login."""
    if given := os.environ.get(SECRET_ID_VARIABLE):
        return given
    config = pulumi.Config()
    key = config.full_key(SECRET_ID_KEY)
    setter = f"pulumi config set --secret {key} --stack {pulumi.get_stack()}"
    value = config.get(SECRET_ID_KEY)
    if not value:
        raise MissingSecretError(
            f"the AppRole login to Vault has no secret id: set {SECRET_ID_VARIABLE}, or {setter}"
        )
    if not is_config_secret(key):
        raise MissingSecretError(
            f"{key} is plain text in Pulumi.{pulumi.get_stack()}.yaml: create a new secret id "
            f"in Vault, then encrypt it: {setter}"
        )
    return value


def _time(text: str | None) -> datetime | None:
    """Return a time that Vault wrote: RFC 3339 with nanoseconds."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
