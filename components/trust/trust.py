"""The organization's trust as resources: the logins of AWS and Vault, and a role an environment."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pulumi

from components.secrets.vault import provider_of
from components.trust import aws, vault
from components.trust.subject import organization_template, subjects

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pulumi_aws
    import pulumi_github as github

    from components.origin import Origin
    from components.secrets.vault import VaultConfig
    from components.trust.aws import AwsRoleConfig, AwsTrustConfig
    from components.trust.config import ResolvedTrust, TrustConfig
    from components.trust.subject import SubjectForm
    from components.trust.vault import VaultRoleConfig, VaultTrustConfig


@dataclass(frozen=True)
class OnGitHub:
    """What the trust is made from and no declaration has: GitHub's ids, issuer and forms."""

    issuer: str
    """Who signs the tokens, unless `trust.issuer` names somebody else."""
    owner_id: int
    uses_ids: Callable[[str], bool]
    """Whether a repository's subjects have ids; asked at the latest when the repository exists."""
    aws_provider: aws.ExistingProvider | None = None
    """The OIDC provider that the AWS account has already."""
    aws_connection: pulumi_aws.Provider | None = None
    """How the AWS account was asked; None where it was not."""
    vault_login: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """How Portcullis logs in to Vault, as arguments of its provider."""


class Trust(pulumi.ComponentResource):
    """What the organization's outside systems trust."""

    def __init__(
        self,
        name: str,
        config: TrustConfig,
        trusts: Sequence[ResolvedTrust],
        *,
        source: VaultConfig,
        on_github: OnGitHub,
        repositories: Mapping[str, github.Repository],
        origin: Origin,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the trust of the organization ``name``.

        ``source`` is `sources.vault`: how Portcullis logs in to Vault, and the versions of mounts.
        ``repositories`` are those of the declaration by name.
        """
        super().__init__("portcullis:index:Trust", name, origin.inputs(), opts)
        child = pulumi.ResourceOptions(parent=self)
        on_github = replace(on_github, issuer=config.issuer or on_github.issuer)
        if config.subject_claims:
            organization_template(name, config.subject_claims, opts=child)
        below: list[_System] = []
        self.aws: pulumi.ProviderResource | None = None
        """What manages the AWS account, if it trusts a job."""
        if config.aws and any(trust.config.aws for trust in trusts):
            below.append(_Aws(name, config, config.aws, on_github, parent=self))
            self.aws = below[-1].provider
        if config.vault and any(trust.config.vault for trust in trusts):
            below.append(_Vault(name, config.vault, source, on_github, parent=self))
        for trust in trusts:
            EnvironmentTrust(trust, below, repositories[trust.job.repository], opts=child)


class EnvironmentTrust(pulumi.ComponentResource):
    """What outside systems grant to the jobs of one environment."""

    def __init__(
        self,
        trust: ResolvedTrust,
        systems: Sequence[_System],
        repository: github.Repository,
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the roles of an environment in all of ``systems``."""
        super().__init__(
            "portcullis:index:EnvironmentTrust", trust.name, trust.origin.inputs(), opts
        )
        for system in systems:
            system.role(trust, repository, parent=self)


class _System(ABC):
    """An outside system with GitHub's issuer declared in it."""

    def __init__(self, provider: pulumi.ProviderResource) -> None:
        self.provider = provider
        self.issuer: pulumi.Resource | None = None

    def options(self, parent: pulumi.Resource) -> pulumi.ResourceOptions:
        """Return the options of a resource that needs the issuer."""
        return pulumi.ResourceOptions(
            parent=parent,
            provider=self.provider,
            depends_on=[self.issuer] if self.issuer else None,
        )

    @abstractmethod
    def role(
        self, trust: ResolvedTrust, repository: github.Repository, *, parent: pulumi.Resource
    ) -> None:
        """Declare the role of an environment, if it has one here."""


class _Aws(_System):
    def __init__(
        self,
        name: str,
        config: TrustConfig,
        account: AwsTrustConfig,
        on_github: OnGitHub,
        *,
        parent: pulumi.Resource,
    ) -> None:
        super().__init__(on_github.aws_connection or aws.provider(account))
        self._config, self._account, self._on_github = config, account, on_github
        self.issuer = aws.oidc_provider(
            name,
            issuer=on_github.issuer,
            existing=on_github.aws_provider,
            opts=self.options(parent),
        )

    def role(
        self, trust: ResolvedTrust, repository: github.Repository, *, parent: pulumi.Resource
    ) -> None:
        access: AwsRoleConfig | None = trust.config.aws
        if not access:
            return
        aws.role(
            trust.name,
            self._account,
            access,
            trust.job,
            trust=repository.repo_id.apply(lambda number: self._policy(trust, int(number))),
            opts=self.options(parent),
        )

    def _policy(self, trust: ResolvedTrust, repository_id: int) -> str:
        """Return the policy that says whose tokens may assume the role."""
        job, on_github = trust.job, self._on_github
        form: SubjectForm = "names"
        if self._config.subject_form == "both":
            form = "both"
        elif on_github.uses_ids(job.repository):
            form = "ids"
        allowed = subjects(
            job,
            self._config.subject_claims,
            form,
            owner_id=on_github.owner_id,
            repository_id=repository_id,
        )
        return aws.trust_policy(
            self._account,
            job,
            issuer=on_github.issuer,
            subjects=allowed,
            repository_id=repository_id,
        )


class _Vault(_System):
    def __init__(
        self,
        name: str,
        config: VaultTrustConfig,
        source: VaultConfig,
        on_github: OnGitHub,
        *,
        parent: pulumi.Resource,
    ) -> None:
        address = vault.address(config, source) or ""
        super().__init__(provider_of("vault-trust", source, address, on_github.vault_login))
        self._config, self._source, self._on_github = config, source, on_github
        self.issuer = vault.login(config, name, issuer=on_github.issuer, opts=self.options(parent))

    def role(
        self, trust: ResolvedTrust, repository: github.Repository, *, parent: pulumi.Resource
    ) -> None:
        access: VaultRoleConfig | None = trust.config.vault
        if not access:
            return
        vault.role(
            trust.name,
            self._config,
            self._source,
            access,
            trust.job,
            claims=vault.bound_claims(
                trust.job,
                owner_id=self._on_github.owner_id,
                # only the id is unknown before the repository exists: the policy pack sees the rest
                repository_id=repository.repo_id.apply(lambda number: str(int(number))),
            ),
            opts=self.options(parent),
        )
