"""The stand-in for pulumi-vault: secrets, policies and JWT logins of a real Vault.

Behaviour: hashicorp/terraform-provider-vault, internal/provider/meta.go, auth_generic.go and
auth_jwt.go, vault/data_source_kv_secret.go, data_source_kv_secret_v2.go, resource_policy.go,
resource_jwt_auth_backend.go and resource_jwt_auth_backend_role.go; the texts of errors:
hashicorp/vault, api/response.go.
Not like it: a request that fails is not tried again (`maxRetries` is accepted).
"""

from __future__ import annotations

import json
import os
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from hvac.adapters import RawAdapter

from engine.stand_ins.resource import Resource
from engine.stand_ins.stand_in import PluginError, StandIn, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

V2 = "vault:kv/getSecretV2:getSecretV2"
V1 = "vault:kv/getSecret:getSecret"

TIMEOUT_SECONDS = 60
"""Vault's own client waits that long."""


class VaultStandIn(StandIn):
    """One configured provider; it logs in with its first request, and once."""

    package = "pulumi_vault"
    settings = frozenset(
        {
            *("address", "token", "namespace", "authLogin", "authLoginJwt", "skipChildToken"),
            *("tokenName", "maxLeaseTtlSeconds", "maxRetries", "skipGetVaultVersion"),
            "skipTlsVerify",
        }
    )

    def __init__(self) -> None:
        """Start without a login."""
        super().__init__()
        self._lock = threading.Lock()
        self._client: RawAdapter | None = None

    def functions(self) -> Mapping[str, Callable[[Values], Values]]:
        """Return the kv engine's two versions."""
        return {V2: self.get_secret_v2, V1: self.get_secret}

    def resources(self) -> Mapping[str, Resource]:
        """Return policies, and JWT logins with their roles."""
        return {
            "vault:index/policy:Policy": Resource(
                create=self._create_policy,
                read=self._read_policy,
                update=lambda ident, inputs: self._write(
                    "PUT", f"sys/policies/acl/{ident}", {"policy": inputs["policy"]}
                ),
                delete=lambda ident: self._write("DELETE", f"sys/policies/acl/{ident}"),
                replaced_by=frozenset({"name"}),
            ),
            "vault:jwt/authBackend:AuthBackend": Resource(
                create=self._create_login,
                read=self._read_login,
                update=self._configure_login,
                delete=lambda ident: self._write("DELETE", f"sys/auth/{ident}"),
                replaced_by=frozenset({"path", "type"}),
                computed=frozenset({"accessor"}),
            ),
            "vault:jwt/authBackendRole:AuthBackendRole": Resource(
                create=self._create_role,
                read=self._read_role,
                update=lambda ident, inputs: self._write("POST", ident, _role(inputs)),
                delete=lambda ident: self._write("DELETE", ident),
                replaced_by=frozenset({"backend", "roleName", "roleType"}),
            ),
        }

    def secret(self, token: str) -> frozenset[str]:
        """Return all data is."""
        del token
        return frozenset({"data", "dataJson"})

    def configure(self) -> None:
        """Forget a login with another configuration."""
        self._client = None

    def get_secret_v2(self, arguments: Values) -> Values:
        """Read a secret of a kv engine of version 2."""
        path = f"{arguments['mount'].strip('/')}/data/{arguments['name'].strip('/')}"
        query = {"version": arguments["version"]} if arguments.get("version") else {}
        found = self._read(path, arguments.get("namespace"), query)
        metadata = found["data"].get("metadata") or {}
        custom = metadata.get("custom_metadata")
        data = found["data"].get("data")  # none if this version was deleted
        return {
            **arguments,
            "id": path,
            "path": path,
            "createdTime": metadata.get("created_time"),
            "deletionTime": metadata.get("deletion_time"),
            "destroyed": metadata.get("destroyed"),
            "version": metadata.get("version"),
            "customMetadata": strings(custom) if custom is not None else None,
            "dataJson": go_json(data),
            "data": strings(data) if data is not None else None,
        }

    def get_secret(self, arguments: Values) -> Values:
        """Read a secret of a kv engine of version 1."""
        path = arguments["path"]
        found = self._read(path, arguments.get("namespace"), {})
        return {
            **arguments,
            "id": path,
            "dataJson": go_json(found["data"]),
            "data": strings(found["data"]),
            "leaseId": found["lease_id"],
            "leaseDuration": found["lease_duration"],
            "leaseRenewable": found["renewable"],
        }

    def _create_policy(self, inputs: Values) -> tuple[str, Values]:
        name = inputs["name"]
        self._write("PUT", f"sys/policies/acl/{name}", {"policy": inputs["policy"]})
        return name, {}

    def _read_policy(self, ident: str) -> Values | None:
        found = self._there(f"sys/policies/acl/{ident}")
        return {"name": ident, "policy": found["policy"]} if found else None

    def _create_login(self, inputs: Values) -> tuple[str, Values]:
        path = inputs.get("path", "jwt")
        body = {"type": inputs.get("type", "jwt"), "description": inputs.get("description", "")}
        self._write("POST", f"sys/auth/{path}", body)
        self._configure_login(path, inputs)
        return path, {"accessor": (self._read_login(path) or {})["accessor"]}

    def _configure_login(self, ident: str, inputs: Values) -> None:
        fields = {"oidcDiscoveryUrl": "oidc_discovery_url", "boundIssuer": "bound_issuer"}
        body = {name: inputs[given] for given, name in fields.items() if given in inputs}
        self._write("POST", f"auth/{ident}/config", body)

    def _read_login(self, ident: str) -> Values | None:
        mounts = self._there("sys/auth") or {}
        if f"{ident}/" not in mounts:
            return None
        mount, config = mounts[f"{ident}/"], self._there(f"auth/{ident}/config") or {}
        return {
            "path": ident,
            "type": mount["type"],
            "accessor": mount["accessor"],
            "description": mount["description"],
            "oidcDiscoveryUrl": config.get("oidc_discovery_url", ""),
            "boundIssuer": config.get("bound_issuer", ""),
        }

    def _create_role(self, inputs: Values) -> tuple[str, Values]:
        path = f"auth/{inputs.get('backend', 'jwt')}/role/{inputs['roleName']}"
        self._write("POST", path, _role(inputs))
        return path, {}

    def _read_role(self, ident: str) -> Values | None:
        found = self._there(ident)
        if found is None:
            return None
        _, backend, _, name = ident.split("/", 3)
        claims = found.get("bound_claims") or {}
        return {
            "backend": backend,
            "roleName": name,
            **{given: found.get(snake) for given, snake in _ROLE_FIELDS.items()},
            "boundClaims": {
                key: ",".join(value) if isinstance(value, list) else value
                for key, value in claims.items()
            },
        }

    def _there(self, path: str) -> Values | None:
        """Return the data under a path, or None where Vault has nothing there."""
        answer = self._request(self._login_once(), "GET", path)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        found: Values = _checked(answer)["data"]
        return found

    def _write(self, method: str, path: str, body: Values | None = None) -> None:
        answer = self._request(self._login_once(), method, path, json=body)
        if answer.status_code != HTTPStatus.NO_CONTENT:
            _checked(answer)

    def _login_once(self) -> RawAdapter:
        with self._lock:
            self._client = self._client or self._logged_in()
            return self._client

    def _read(self, path: str, namespace: str | None, query: Values) -> Values:
        client = self._login_once()
        if namespace:
            below = "/".join(each for each in (client.namespace, namespace.strip("/")) if each)
            client = RawAdapter.from_adapter(client)
            client.namespace = below
        answer = self._request(client, "GET", path, params=query)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            found = _json(answer)
            # Metadata of a version that was deleted comes with 404, and is an answer.
            if not found.get("data") and not found.get("warnings"):
                raise PluginError(f'no secret found at "{path}"')
            return found
        try:
            return _checked(answer)
        except PluginError as error:
            raise PluginError(f'error reading secret "{path}" from Vault: {error}') from None

    def _logged_in(self) -> RawAdapter:
        address = self._setting("address", "VAULT_ADDR")
        if not address:
            raise PluginError("failed to configure Vault address")
        client = RawAdapter(
            base_uri=str(address),
            namespace=self._setting("namespace", "VAULT_NAMESPACE"),
            timeout=TIMEOUT_SECONDS,
            verify=not self.config.get("skipTlsVerify"),
        )
        client.session.trust_env = False
        client.token = self._login(client) or self._setting("token", "VAULT_TOKEN")
        if not client.token:
            raise PluginError("no vault token set on Client")
        try:
            _checked(self._request(client, "GET", "auth/token/lookup-self"))
        except PluginError as error:
            raise PluginError(f"failed to lookup token, err={error}") from None
        if not self._setting("skipChildToken", "TERRAFORM_VAULT_SKIP_CHILD_TOKEN"):
            client.token = self._child_token(client)
        return client

    def _login(self, client: RawAdapter) -> str | None:
        """Return the token for an AppRole or a JWT, if the configuration has one."""
        if login := self.config.get("authLogin"):
            path, parameters = login["path"], login.get("parameters", {})
            namespace = login.get("namespace")
        elif login := self.config.get("authLoginJwt"):
            jwt = login.get("jwt") or os.environ.get("TERRAFORM_VAULT_AUTH_JWT")
            if not jwt:
                raise PluginError('required fields are unset: ["jwt"]')
            path = f"auth/{login.get('mount') or 'jwt'}/login"
            parameters = {"role": login["role"], "jwt": jwt}
            namespace = login.get("namespace")
        else:
            return None
        without = RawAdapter.from_adapter(client)
        without.namespace = namespace or client.namespace
        answer = _checked(self._request(without, "PUT", path, json=parameters))
        token: str = answer["auth"]["client_token"]
        return token

    def _child_token(self, client: RawAdapter) -> str:
        lifetime = f"{self.config.get('maxLeaseTtlSeconds', 1200)}s"
        wanted = {
            "display_name": self.config.get("tokenName") or "terraform",
            "ttl": lifetime,
            "explicit_max_ttl": lifetime,
            "renewable": False,
        }
        try:
            answer = _checked(self._request(client, "POST", "auth/token/create", json=wanted))
        except PluginError as error:
            raise PluginError(f"failed to create limited child token: {error}") from None
        token: str = answer["auth"]["client_token"]
        return token

    def _setting(self, name: str, variable: str) -> Any:  # noqa: ANN401 - of any type
        return self.config.get(name) or os.environ.get(variable) or None

    def _request(
        self,
        client: RawAdapter,
        method: str,
        path: str,
        **more: Any,  # noqa: ANN401 - of `requests`
    ) -> requests.Response:
        self.note(request=f"{method} {path}")
        try:
            return client.request(method, f"/v1/{path}", raise_exception=False, **more)
        except requests.Timeout:
            reason = "context deadline exceeded"
        except requests.ConnectionError as error:
            refused = "Connection refused" in str(error)
            where = urlsplit(client.base_uri).netloc
            said = "connect: connection refused" if refused else type(error).__name__
            reason = f"dial tcp {where}: {said}"
        verb = method.capitalize()
        raise PluginError(f'{verb} "{client.base_uri}/v1/{path}": {reason}')


_ROLE_FIELDS = {
    "roleType": "role_type",
    "userClaim": "user_claim",
    "boundAudiences": "bound_audiences",
    "boundClaimsType": "bound_claims_type",
    "boundSubject": "bound_subject",
    "tokenPolicies": "token_policies",
    "tokenNoDefaultPolicy": "token_no_default_policy",
    "tokenTtl": "token_ttl",
    "tokenMaxTtl": "token_max_ttl",
}
"""The inputs of a role by their names in Vault."""


def _role(inputs: Values) -> Values:
    """Return what is written for a role; a claim with commas has several values."""
    body = {snake: inputs[given] for given, snake in _ROLE_FIELDS.items() if given in inputs}
    body["bound_claims"] = {
        key: value.split(",") if "," in value else value
        for key, value in inputs.get("boundClaims", {}).items()
    }
    return body


def _json(answer: requests.Response) -> Values:
    """Return the body of an answer; what is no JSON object is an empty one."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _checked(answer: requests.Response) -> Values:
    """Return the body of an answer, if it is none of refusal."""
    if answer.ok:
        found = _json(answer)
        if not found:
            raise PluginError("invalid character in the answer: it is no JSON object")
        return found
    errors = _json(answer).get("errors") or []
    listed = "".join(f"* {error}\n" for error in errors)
    asked = answer.request
    raise PluginError(
        "Error making API request.\n\n"
        f"URL: {asked.method} {asked.url}\nCode: {answer.status_code}. Errors:\n\n{listed}"
    )


def strings(data: Mapping[str, Any]) -> dict[str, str]:
    """Return a map of strings: what is none is written as JSON."""
    return {key: each if isinstance(each, str) else go_json(each) for key, each in data.items()}


def go_json(value: object) -> str:
    """Return JSON as Go writes it: sorted, without spaces, with HTML's characters escaped."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    escaped = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
    return text.translate(escaped)
