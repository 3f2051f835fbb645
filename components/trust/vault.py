"""Vault: GitHub's issuer as a JWT login, and a role and a policy for each trusting environment.

A role is bound to the numeric ids of the organization and the repository, to the environment, and
to the workflow file. Its tokens are short-lived, and read exactly the declared paths.

Sources: https://developer.hashicorp.com/vault/docs/auth/jwt,
https://www.pulumi.com/registry/packages/vault/api-docs/jwt/authbackendrole/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from components.base import Config, SecretName, SourceAddress, matching, one_line
from components.secrets.reference import VaultPath
from components.secrets.vault import Mount
from components.trust.job import joined, with_stars

if TYPE_CHECKING:
    import pulumi

    from components.secrets.vault import VaultConfig
    from components.trust.job import TrustedJob

LONGEST_MINUTES = 60
STATIC_CREDENTIALS = ("VAULT_TOKEN", "VAULT_SECRET_ID")
"""The names under which stored logins to Vault are found by its own tools."""


class VaultTrustConfig(Config):
    """The Vault that trusts workflow jobs. Portcullis creates the login and its roles."""

    address: SourceAddress | None = None
    """The server's address, as the jobs reach it. Without it: `sources.vault.address`."""
    mount: Mount | None = None
    """The path of the JWT login. Without it: `github-` and the organization's login."""
    existing_mount: bool = False
    """The login at `mount` exists and others manage it: Portcullis only adds roles."""
    audience: Annotated[str, one_line(255, least=1)] | None = None
    """The audience of the jobs' tokens. Without it: the server's address."""


class VaultSecretConfig(Config):
    """A value in Vault's key-value store that a job reads when it runs."""

    path: VaultPath
    """The mount and the path in it, such as `ci/codecov`."""
    key: Annotated[
        str, matching(r"[A-Za-z_][A-Za-z0-9_]{0,127}", "allowed: letters, digits, underscores")
    ]
    """The field under the path."""


class VaultRoleConfig(Config):
    """What the environment's jobs may read from Vault."""

    secrets: dict[SecretName, VaultSecretConfig] = Field(min_length=1)
    """Values by the name that a job has them under. They are never stored on GitHub."""
    ttl_minutes: Annotated[int, Field(ge=1, le=LONGEST_MINUTES)] = 15
    """How long a job's token is valid."""


def mount(config: VaultTrustConfig, organization: str) -> str:
    """Return the path of the JWT login."""
    return config.mount or f"github-{organization.lower()}"


def address(config: VaultTrustConfig, source: VaultConfig) -> str | None:
    """Return the server's address, without a slash at its end."""
    found = config.address or source.address
    return found.rstrip("/") if found else None


def audience(config: VaultTrustConfig, source: VaultConfig) -> str:
    """Return the audience that a job's token has to be for."""
    return config.audience or address(config, source) or ""


def role_name(config: VaultTrustConfig, job: TrustedJob) -> str:
    """Return the role's name in the login, such as `escai--production`.

    Others may have roles in a login with a name of its own: there the organization is part of it.
    """
    parts = [job.organization] if config.mount else []
    parts += [job.repository, job.environment]
    return joined(parts, "--", allowed=r"\w.-", most=128)


def policy_name(job: TrustedJob) -> str:
    """Return the policy's name; Vault keeps those in lower case."""
    parts = [job.organization, job.repository, job.environment]
    return joined(parts, "--", allowed=r"\w.-", most=128).lower()


def variables(config: VaultTrustConfig, source: VaultConfig, job: TrustedJob) -> dict[str, str]:
    """Return the environment's variables that tell a job where and as what to log in."""
    found = {
        "VAULT_ADDR": address(config, source) or "",
        "VAULT_AUTH_PATH": mount(config, job.organization),
        "VAULT_ROLE": role_name(config, job),
        "VAULT_AUDIENCE": audience(config, source),
    }
    if source.namespace:
        found["VAULT_NAMESPACE"] = source.namespace
    return found


def api_path(path: str, source: VaultConfig) -> str:
    """Return the path of Vault's API for reading a secret, which depends on the mount's version."""
    name, rest, version = source.split(path)
    return f"{name}/data/{rest}" if version == 2 else f"{name}/{rest}"  # noqa: PLR2004 - kv's own number


def policy(access: VaultRoleConfig, source: VaultConfig) -> str:
    """Return a policy that reads the declared paths, and nothing else."""
    paths = sorted({api_path(secret.path, source) for secret in access.secrets.values()})
    return "".join(f'path "{path}" {{\n  capabilities = ["read"]\n}}\n' for path in paths)


def bound_claims(
    job: TrustedJob, *, owner_id: int, repository_id: pulumi.Input[str]
) -> dict[str, pulumi.Input[str]]:
    """Return the claims that a token has to have.

    Names and ids: the ids keep out a repository that takes the name over, the names show people
    whom the role is for.
    """
    refs = job.workflow_refs if job.is_exact else [with_stars(ref) for ref in job.workflow_refs]
    return {
        "repository": job.full_name,
        "repository_id": repository_id,
        "repository_owner_id": str(owner_id),
        "environment": job.environment,
        "job_workflow_ref": ",".join(refs),
    }


def login(
    config: VaultTrustConfig, organization: str, *, issuer: str, opts: pulumi.ResourceOptions
) -> pulumi.Resource | None:
    """Declare GitHub's issuer as a JWT login, unless others manage it."""
    import pulumi_vault as vault  # noqa: PLC0415 - 0.7 s, and most organizations need none

    if config.existing_mount:
        return None
    return vault.jwt.AuthBackend(
        organization,
        type="jwt",
        path=mount(config, organization),
        description=f"Workflow jobs of the GitHub organization {organization}",
        oidc_discovery_url=issuer,
        bound_issuer=issuer,
        opts=opts,
    )


def role(
    name: str,
    config: VaultTrustConfig,
    source: VaultConfig,
    access: VaultRoleConfig,
    job: TrustedJob,
    *,
    claims: dict[str, pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the role of an environment, and the policy of its tokens."""
    import pulumi_vault as vault  # noqa: PLC0415 - as above

    made = vault.Policy(name, name=policy_name(job), policy=policy(access, source), opts=opts)
    seconds = access.ttl_minutes * 60
    vault.jwt.AuthBackendRole(
        name,
        backend=mount(config, job.organization),
        role_name=role_name(config, job),
        role_type="jwt",
        user_claim="repository_id",
        bound_audiences=[audience(config, source)],
        bound_claims_type="string" if job.is_exact else "glob",
        bound_claims=claims,
        token_policies=[made.name],
        token_no_default_policy=True,
        token_ttl=seconds,
        token_max_ttl=seconds,
        opts=opts,
    )
