"""Which workflow files Portcullis keeps in a repository: the field `workflows`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Tag, model_validator

from components.base import Config, EnvironmentName, SecretName, matching
from components.files.ci_matrix import CiConfig

ImageAtGithub = Annotated[
    str,
    matching(
        r"ghcr\.io(/[a-z0-9]+([._-]+[a-z0-9]+)*){2,}",
        "allowed: ghcr.io/OWNER/NAME in lower case, without a tag or digest: the workflow has a "
        "token for this registry",
    ),
]
PlainEnvironmentName = Annotated[
    EnvironmentName,
    matching(r"[A-Za-z0-9 ._/-]+", "allowed: letters, digits, blanks, . _ / and -"),
]
WorkflowFile = Annotated[
    str,
    matching(r"[A-Za-z0-9][A-Za-z0-9._-]*\.ya?ml", "allowed: a file name such as sign.yml"),
]


class VerifyImageConfig(Config):
    """A container image whose signature is checked before it is promoted or deployed."""

    image: ImageAtGithub
    """The image, such as `ghcr.io/guild/portal`."""
    environment: PlainEnvironmentName
    """The environment whose approval a promotion waits for."""
    workflow: WorkflowFile | None = None
    """The workflow file of this repository that signs the image, run for a release tag: the
    `release.yml` that releases the image, if the repository is public, or one of its own."""
    key: SecretName | None = None
    """The secret with the public key of the signature, such as `COSIGN_PUBKEY`."""

    @model_validator(mode="after")
    def _one_signer(self) -> VerifyImageConfig:
        if (self.workflow is None) == (self.key is None):
            raise ValueError("who signs is not clear; allowed: exactly one of workflow and key")
        return self


class SecretAuditConfig(Config):
    """The GitHub App with which a workflow lists the names and dates of secrets each week."""

    client_id: Annotated[
        str,
        matching(
            r"Iv[A-Za-z0-9.]{6,60}|[1-9][0-9]{0,9}",
            "allowed: the client ID of a GitHub App, such as Iv23liABCDEFGHIJKLMN, or its App ID",
        ),
    ]
    """The App's client ID. It needs to read Actions, Environments, Secrets and Dependabot secrets
    of this repository, and nothing else."""
    environment: PlainEnvironmentName
    """The environment that has the App's private key as a secret; without reviewers."""
    key: SecretName
    """The secret of this environment with the App's private key."""
    issue: bool = True
    """Whether findings open an issue, which is closed when there are none. It has their number, and
    no names of secrets. A repository without issues has none."""


class WorkflowsConfig(Config):
    """The workflow files of a repository, and how they test; see docs/workflows.md."""

    ci: CiConfig = CiConfig()
    """The systems and versions on which `ci.yml` tests."""
    rollback: bool = True
    """`rollback.yml`, which takes a released version back: written where `publish` has packages."""
    codeql: bool = False
    """`codeql.yml`, with which CodeQL searches the languages of `ecosystems` and `publish` for
    weaknesses. It needs a public repository or the license `code-security`."""
    scorecard: bool = False
    """`scorecard.yml`, with which OpenSSF Scorecard rates the security of a public repository."""
    verify_image: VerifyImageConfig | None = None
    """`verify-image.yml`, which checks the signature of a container image and promotes it."""
    secret_audit: SecretAuditConfig | None = None
    """`secret-audit.yml`, which compares the secrets on GitHub with the declared ones each week."""


def _kind(value: object) -> str | None:
    """Return the tag of what is written; None for what is neither a truth value nor a mapping."""
    if isinstance(value, bool):
        return "all or none"
    return "chosen" if isinstance(value, dict | WorkflowsConfig) else None


ManagedWorkflows = Annotated[
    Annotated[bool, Tag("all or none")] | Annotated[WorkflowsConfig, Tag("chosen")],
    Discriminator(
        _kind,
        custom_error_type="choice",
        custom_error_message=(
            "says which workflow files are managed; allowed: true, false, or a mapping with "
            f"{', '.join(WorkflowsConfig.model_fields)}"
        ),
    ),
]
"""`true`: those that are written by default; `false`: none; or a mapping that chooses."""


def chosen(workflows: ManagedWorkflows) -> WorkflowsConfig | None:
    """Return the choice that a field `workflows` makes; None where nothing is managed."""
    if isinstance(workflows, WorkflowsConfig):
        return workflows
    return WorkflowsConfig() if workflows else None
