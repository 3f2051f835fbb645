"""`trust` in YAML: what outside systems grant to the jobs of an environment.

One declaration makes the environment, the workflow job and the trust, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import model_validator

from components.base import Command, Config, matching
from components.files.workflow import FOLDER
from components.trust import aws, vault
from components.trust.aws import AwsRoleConfig, AwsTrustConfig
from components.trust.subject import NAMES_ENVIRONMENT, NAMES_REPOSITORY, SubjectClaim
from components.trust.vault import VaultRoleConfig, VaultTrustConfig

if TYPE_CHECKING:
    from components.origin import Origin
    from components.secrets.vault import VaultConfig
    from components.trust.job import TrustedJob

DOTCOM_ISSUER = "https://token.actions.githubusercontent.com"
"""Who signs the tokens of jobs on github.com."""

DEPLOY_WORKFLOW = "deploy.yml"
"""The workflow file that Portcullis writes for environments with `run`."""

WorkflowFile = Annotated[
    str,
    matching(
        r"[A-Za-z0-9_][A-Za-z0-9._-]{0,95}\.ya?ml",
        f"allowed: the name of a file in {FOLDER.rstrip('/')}, such as deploy.yml",
    ),
]
Issuer = Annotated[
    str,
    matching(
        # exactly as the tokens have it
        r"(?:https://[^\s/@?#]+|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]+)?)"
        r"(?:/[A-Za-z0-9._~-]+)*",
        "allowed: https://host, or with a port and a path, without a slash at its end; "
        "http on this machine only",
    ),
]
"""The issuer of tokens. An enterprise's own ends in its slug.

Source: https://docs.github.com/enterprise-cloud@latest/actions/reference/security/oidc
"""


class TrustConfig(Config):
    """Outside systems that trust workflow jobs of the organization."""

    aws: AwsTrustConfig | None = None
    """The AWS account in which the jobs get roles."""
    vault: VaultTrustConfig | None = None
    """The Vault in which the jobs get roles."""
    issuer: Issuer | None = None
    """Who signs the jobs' tokens. Without it: GitHub's own issuer."""
    subject_form: Literal["as_on_github", "both"] = "as_on_github"
    """`both`: accept subjects with and without ids, before a repository changes its form."""
    subject_claims: list[SubjectClaim] = []
    """Claims of the tokens' subject, instead of GitHub's `repo` and `context`."""

    @model_validator(mode="after")
    def _one_environment(self) -> TrustConfig:
        claims = set(self.subject_claims)
        if claims and not (claims & NAMES_REPOSITORY and claims & NAMES_ENVIRONMENT):
            raise ValueError(
                "the subject has to name the repository and the environment; allowed: one of "
                f"{', '.join(sorted(NAMES_REPOSITORY))} and one of "
                f"{', '.join(sorted(NAMES_ENVIRONMENT))}"
            )
        return self


class EnvironmentTrustConfig(Config):
    """What outside systems grant to the environment's jobs."""

    run: Command | None = None
    """The command that the managed workflow `deploy.yml` runs in this environment."""
    workflow: WorkflowFile | None = None
    """The repository's own workflow file whose jobs are trusted, instead of `run`."""
    aws: AwsRoleConfig | None = None
    """What the jobs may do in AWS."""
    vault: VaultRoleConfig | None = None
    """What the jobs may read from Vault."""

    @model_validator(mode="after")
    def _whole(self) -> EnvironmentTrustConfig:
        if (self.run is None) == (self.workflow is None):
            raise ValueError("give the job that is trusted; allowed: run or workflow, and only one")
        if self.aws is None and self.vault is None:
            raise ValueError("nothing is granted; allowed: aws, vault")
        return self

    @property
    def file(self) -> str:
        """Return the name of the workflow file whose jobs are trusted."""
        return self.workflow or DEPLOY_WORKFLOW


@dataclass(frozen=True)
class ResolvedTrust:
    """The trust of one environment, with all that follows from the rest of the declaration."""

    job: TrustedJob
    config: EnvironmentTrustConfig
    origin: Origin

    @property
    def name(self) -> str:
        """Return ``escai/production``."""
        return f"{self.job.repository}/{self.job.environment}"

    def variables(self, config: TrustConfig, source: VaultConfig) -> dict[str, str]:
        """Return the variables of the environment by which its jobs find AWS and Vault."""
        found: dict[str, str] = {}
        if config.aws and self.config.aws:
            found |= aws.variables(config.aws, self.job)
        if config.vault and self.config.vault:
            found |= vault.variables(config.vault, source, self.job)
        return found

    def shown(self, config: TrustConfig, source: VaultConfig) -> dict[str, str]:
        """Return who is trusted, and as what, for the stack's outputs."""
        job = self.job
        who = {"repository": job.repository, "environment": job.environment}
        return {**who, "workflow": job.workflow, **self.variables(config, source)}
