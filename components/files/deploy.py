"""The deploy workflow: one job for each environment whose trust has a command to `run`.

A job logs in to AWS and Vault with its own OIDC token, by the variables of its environment, so that
no credential is stored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.files.workflow import FOLDER, LONGEST_ID, render_template
from components.trust import vault
from components.trust.config import DEPLOY_WORKFLOW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from components.secrets.vault import VaultConfig
    from components.trust.config import ResolvedTrust

PATH = f"{FOLDER}{DEPLOY_WORKFLOW}"

AWS_ACTION = "aws-actions/configure-aws-credentials"
VAULT_ACTION = "hashicorp/vault-action"


@dataclass(frozen=True)
class Job:
    """One job of the workflow."""

    id: str
    environment: str
    run: str
    aws_seconds: int | None
    """How long its credentials for AWS are valid; None without AWS."""
    vault_secrets: tuple[tuple[str, str, str], ...]
    """Path, key and name of each value that it reads from Vault."""
    namespace: bool
    """Whether the Vault has a namespace."""


def render(trusts: Iterable[ResolvedTrust], source: VaultConfig) -> dict[str, str]:
    """Return the workflow file of a repository by its path; nothing where no job is written.

    ``source`` is `sources.vault`, which knows the versions of mounts.
    """
    managed = [trust for trust in trusts if trust.config.run]
    if not managed:
        return {}
    jobs = [_job(number, trust, source) for number, trust in enumerate(managed, 1)]
    names = ", ".join(f'"{job.environment}"' for job in jobs)
    return {PATH: render_template("deploy.yml", jobs=jobs, environments=names)}


def actions_of_others(trusts: Iterable[ResolvedTrust]) -> list[str]:
    """Return the actions with which jobs log in: Actions has to allow them."""
    trusts = list(trusts)
    used = {
        AWS_ACTION: any(trust.config.aws for trust in trusts),
        VAULT_ACTION: any(trust.config.vault for trust in trusts),
    }
    return [action for action, is_used in used.items() if is_used]


def _job(number: int, trust: ResolvedTrust, source: VaultConfig) -> Job:
    aws, read = trust.config.aws, trust.config.vault
    environment = trust.job.environment
    return Job(
        id=f"deploy-{number}-{re.sub(r'[^A-Za-z0-9_-]+', '-', environment)[:LONGEST_ID]}",
        environment=environment,
        run=trust.config.run or "",
        aws_seconds=aws.session_minutes * 60 if aws else None,
        vault_secrets=tuple(
            (vault.api_path(secret.path, source), secret.key, name)
            for name, secret in (read.secrets.items() if read else ())
        ),
        namespace=source.namespace is not None,
    )
