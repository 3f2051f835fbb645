"""Which workflow files Portcullis keeps in a repository: the field `workflows`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Tag

from components.base import Config


class WorkflowsConfig(Config):
    """The workflow files beside `ci.yml` and those of the release path; see docs/workflows.md."""

    rollback: bool = True
    """`rollback.yml`, which takes a released version back: written where `publish` has packages."""
    codeql: bool = False
    """`codeql.yml`, with which CodeQL searches the languages of `ecosystems` and `publish` for
    weaknesses. It needs a public repository or the license `code-security`."""
    scorecard: bool = False
    """`scorecard.yml`, with which OpenSSF Scorecard rates the security of a public repository."""


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
