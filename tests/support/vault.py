"""A real Vault as tests use it: a process of its own, in memory, stopped by id.

Its root token comes by a pipe, and is given to nothing but this module's client.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hvac

import engine
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Mapping


class Vault(Server):
    """A running Vault; a context manager that stops it.

    Attributes:
        address: Where it listens, such as `http://127.0.0.1:40001`.
        root_token: What may do everything in it.
        client: A client with that token.
    """

    def __init__(self, *options: str) -> None:
        """Start it and wait until it is unsealed.

        Args:
            options: Command line options of engine/vault/main.go.

        Raises:
            RuntimeError: It ended instead; with what it said.
        """
        self._folder = tempfile.TemporaryDirectory()
        self._log = Path(self._folder.name, "log")
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [engine.ensure_vault(), *options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self.process.stdout is not None
        with self.process.stdout as output:
            line = output.readline()  # ends when it is ready, or when it ends
        if not line:
            code, said = self.process.wait(), self.log()
            self._folder.cleanup()
            raise RuntimeError(f"the Vault ended with {code}: {said}")
        ready = json.loads(line)
        self.address: str = ready["address"]
        self.root_token: str = ready["root_token"]
        self.client = self.client_of(self.root_token)

    def client_of(self, token: str | None = None) -> hvac.Client:
        """Return a client with a token, or without one."""
        client = hvac.Client(self.address, token=token or "")
        client.session.trust_env = False  # neither a proxy nor a .netrc of the machine's
        return client

    def log(self) -> str:
        """Return what it wrote to stderr so far."""
        return self._log.read_text(encoding="utf-8")

    def mount(self, path: str, version: int = 2) -> None:
        """Mount a secrets engine kv of version 1 or 2."""
        self.client.sys.enable_secrets_engine("kv", path=path, options={"version": str(version)})
        if version == 2:
            # Turning a mount into version 2 goes on behind the answer; a write waits for it here.
            self.client.secrets.kv.v2.configure(max_versions=0, mount_point=path)

    def write(self, mount: str, name: str, **values: object) -> int:
        """Write a secret into a kv engine of version 2; return the version that it got."""
        written = self.client.secrets.kv.v2.create_or_update_secret(
            name, secret=values, mount_point=mount
        )
        version: int = written["data"]["version"]
        return version

    def write_v1(self, mount: str, name: str, **values: object) -> None:
        """Write a secret into a kv engine of version 1."""
        self.client.secrets.kv.v1.create_or_update_secret(
            name, secret=values, method="POST", mount_point=mount
        )

    def policy(self, name: str, *readable: str, child_tokens: bool = True) -> None:
        """Make a policy that lets these paths be read, such as `kv/data/pypi/*`.

        Args:
            name: The policy's name.
            readable: Paths of the API.
            child_tokens: Whether tokens may be made, as the provider does unless
                `skip_child_token` is set.
        """
        rules = [f'path "{path}" {{ capabilities = ["read"] }}' for path in readable]
        if child_tokens:
            rules.append('path "auth/token/create" { capabilities = ["update"] }')
        self.client.sys.create_or_update_policy(name, "\n".join(rules))

    def token(self, *policies: str) -> str:
        """Make a token with these policies."""
        made: str = self.client.auth.token.create(policies=list(policies))["auth"]["client_token"]
        return made

    def approle(self, role: str, *policies: str, mount: str = "approle") -> tuple[str, str]:
        """Make an AppRole with these policies; return its role id and a secret id."""
        self.login_method("approle", mount)
        approle = self.client.auth.approle
        approle.create_or_update_approle(role, token_policies=list(policies), mount_point=mount)
        ident = approle.read_role_id(role, mount_point=mount)["data"]["role_id"]
        secret = approle.generate_secret_id(role, mount_point=mount)["data"]["secret_id"]
        return ident, secret

    def trust(self, issuer: str, mount: str = "jwt") -> None:
        """Trust the tokens of an OIDC issuer: its keys are found by its discovery document."""
        self.login_method("jwt", mount)
        self.client.auth.jwt.configure(oidc_discovery_url=issuer, bound_issuer=issuer, path=mount)

    def jwt_role(
        self,
        role: str,
        *policies: str,
        audience: str,
        claims: Mapping[str, Any],
        mount: str = "jwt",
    ) -> None:
        """Let tokens in that are for `audience` and whose claims are all these."""
        self.client.auth.jwt.create_role(
            role,
            role_type="jwt",
            user_claim="sub",
            allowed_redirect_uris=[],
            bound_audiences=[audience],
            bound_claims=dict(claims),
            token_policies=list(policies),
            path=mount,
        )

    def login(self, role: str, token: str, mount: str = "jwt") -> hvac.Client:
        """Log in with a job's token; return a client that may what the role may.

        Raises:
            hvac.exceptions.VaultError: It is refused.
        """
        client = self.client_of()
        answer = client.auth.jwt.jwt_login(role=role, jwt=token, path=mount, use_token=False)
        return self.client_of(answer["auth"]["client_token"])

    def login_method(self, method: str, mount: str) -> None:
        """Switch a login method on, if it is off."""
        there = self.client.adapter.get("/v1/sys/auth")
        assert isinstance(there, dict)
        if f"{mount}/" not in there["data"]:
            self.client.sys.enable_auth_method(method, path=mount)

    def stop(self) -> None:
        """End it; all that is in it is gone."""
        self.end()
        self.client.adapter.close()
        self._folder.cleanup()
