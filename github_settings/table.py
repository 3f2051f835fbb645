"""The settings: where GitHub has each one, its fields, and what deleting it means.

To add a setting, add a row to `SETTINGS`. A row goes when the GitHub provider has the resource.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE = "github-settings"
"""The package's name; the plugin's is `pulumi-resource-github-settings`."""

Kind = Literal["boolean", "integer", "integers"] | tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """A field of a setting. All of them are declared, so that a refresh sees each."""

    name: str
    """GitHub's name."""
    kind: Kind
    """Its type, or its allowed values. `integers` is a list whose order does not count."""
    only_with: tuple[str, str] | None = None
    """The field and the value with which this one exists, and has to be given."""
    read_from: tuple[str, str] | None = None
    """The path below the setting's where GitHub lists the things, and the key of that list: their
    `id` is meant. None: the setting's own answer has the field."""


@dataclass(frozen=True)
class Setting:
    """A setting that an organization or a repository always has."""

    type: str
    """The resource's name in Pulumi."""
    path: str
    """Of `GET` and `PUT`, with `{owner}` and, for a setting of a repository, `{repository}`."""
    fields: tuple[Field, ...]
    on_delete: Mapping[str, Any] | None
    """GitHub's default, which is sent when the resource is deleted. None: the setting stays."""
    source: str
    """GitHub's documentation."""
    is_switch: bool = False
    """`PUT` switches the one field on, `DELETE` off; `GET` answers 404 if off."""

    @property
    def of_repository(self) -> bool:
        """Whether repositories have it, and not the organization."""
        return "{repository}" in self.path

    @property
    def token(self) -> str:
        """Return the resource's type in Pulumi."""
        return f"{PACKAGE}:index:{self.type}"


_REST = "https://docs.github.com/rest"
_ORGANIZATION = "/orgs/{owner}"
_REPOSITORY = "/repos/{owner}/{repository}"
_FORK_APPROVAL = Field(
    "approval_policy",
    (
        "first_time_contributors_new_to_github",
        "first_time_contributors",
        "all_external_contributors",
    ),
)
_PRIVATE_FORKS = tuple(
    Field(name, "boolean")
    for name in (
        "run_workflows_from_fork_pull_requests",
        "send_write_tokens_to_workflows",
        "send_secrets_and_variables",
        "require_approval_for_fork_pr_workflows",
    )
)

_ROWS = (
    Setting(
        "OrganizationImmutableReleases",
        f"{_ORGANIZATION}/settings/immutable-releases",
        (
            Field("enforced_repositories", ("all", "none", "selected")),
            Field(
                "selected_repository_ids",
                "integers",
                only_with=("enforced_repositories", "selected"),
                read_from=("repositories", "repositories"),
            ),
        ),
        {"enforced_repositories": "none"},
        f"{_REST}/orgs/orgs#get-immutable-releases-settings-for-an-organization",
    ),
    Setting(
        "RepositoryImmutableReleases",
        f"{_REPOSITORY}/immutable-releases",
        (Field("enabled", "boolean"),),
        {"enabled": False},
        f"{_REST}/repos/repos#enable-immutable-releases",
        is_switch=True,
    ),
    Setting(
        "OrganizationForkApproval",
        f"{_ORGANIZATION}/actions/permissions/fork-pr-contributor-approval",
        (_FORK_APPROVAL,),
        {"approval_policy": "first_time_contributors"},
        f"{_REST}/actions/permissions",
    ),
    Setting(
        "RepositoryForkApproval",
        f"{_REPOSITORY}/actions/permissions/fork-pr-contributor-approval",
        (_FORK_APPROVAL,),
        {"approval_policy": "first_time_contributors"},
        f"{_REST}/actions/permissions",
    ),
    Setting(
        "OrganizationPrivateForkWorkflows",
        f"{_ORGANIZATION}/actions/permissions/fork-pr-workflows-private-repos",
        _PRIVATE_FORKS,
        {field.name: False for field in _PRIVATE_FORKS},
        f"{_REST}/actions/permissions",
    ),
    Setting(
        "RepositoryPrivateForkWorkflows",
        f"{_REPOSITORY}/actions/permissions/fork-pr-workflows-private-repos",
        _PRIVATE_FORKS,
        {field.name: False for field in _PRIVATE_FORKS},
        f"{_REST}/actions/permissions",
    ),
    Setting(
        "RepositoryPrivateVulnerabilityReporting",
        f"{_REPOSITORY}/private-vulnerability-reporting",
        (Field("enabled", "boolean"),),
        {"enabled": False},
        f"{_REST}/repos/repos#enable-private-vulnerability-reporting-for-a-repository",
        is_switch=True,
    ),
    Setting(
        "OrganizationRetention",
        f"{_ORGANIZATION}/actions/permissions/artifact-and-log-retention",
        (Field("days", "integer"),),
        None,  # GitHub does not say what an organization began with
        f"{_REST}/actions/permissions",
    ),
    Setting(
        "RepositoryRetention",
        f"{_REPOSITORY}/actions/permissions/artifact-and-log-retention",
        (Field("days", "integer"),),
        None,  # as above
        f"{_REST}/actions/permissions",
    ),
)

SETTINGS: Mapping[str, Setting] = {row.token: row for row in _ROWS}
"""By the resource's type in Pulumi."""
