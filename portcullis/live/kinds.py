"""What identifies a resource of each kind, and which of its fields GitHub shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portcullis_policy.facts import UNKNOWN

from components.names.team_slug import slug_of
from portcullis.live.jobs import subjects

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Kind:
    """How resources of a kind are compared."""

    key: tuple[str, ...] = ()
    """Fields that identify one of them; without any there is only one in the organization."""
    ignored: frozenset[str] = frozenset()
    """Fields that GitHub never shows, or that only direct the provider."""
    declared_only: bool = False
    """Compare only fields that are declared: the others are left as GitHub has them."""
    always: frozenset[str] = frozenset()
    """Fields that are compared all the same: not to declare them means that they are unset."""
    ordered: frozenset[str] = frozenset()
    """Lists in which the order counts."""
    noun: str = ""
    """What people call one that nobody declared; empty where GitHub always has one."""


_SECRET = frozenset({"value", "plaintextValue", "encryptedValue", "keyId"})
_REPOSITORY = ("repository",)
_ENVIRONMENT = ("repository", "environment")
_CLAIMS = frozenset({"includeClaimKeys"})

KINDS: Mapping[str, Kind] = {
    "OrganizationSettings": Kind(declared_only=True),
    "ActionsOrganizationPermissions": Kind(),
    "ActionsOrganizationWorkflowPermissions": Kind(ignored=frozenset({"organizationSlug"})),
    "OrganizationCustomProperties": Kind(
        ("propertyName",), declared_only=True, noun="custom property"
    ),
    "OrganizationRuleset": Kind(("name",), noun="ruleset"),
    "ActionsOrganizationSecret": Kind(("secretName",), _SECRET, noun="Actions secret"),
    "DependabotOrganizationSecret": Kind(("secretName",), _SECRET, noun="Dependabot secret"),
    "CodespacesOrganizationSecret": Kind(("secretName",), _SECRET, noun="Codespaces secret"),
    "ActionsOrganizationVariable": Kind(("variableName",), noun="variable"),
    "OrganizationWebhook": Kind(("number",), noun="webhook"),
    "Membership": Kind(("username",), frozenset({"pending"}), noun="member"),
    "OrganizationRole": Kind(("name",), noun="custom role of the organization"),
    "OrganizationRoleUser": Kind(("roleId", "login"), noun="person with the organization's role"),
    "OrganizationRoleTeam": Kind(("roleId", "teamSlug"), noun="team with the organization's role"),
    "OrganizationRepositoryRole": Kind(("name",), noun="custom role of repositories"),
    "AppInstallation": Kind(("appId",), noun="installed App"),
    "Runner": Kind(("name",), noun="runner"),
    "ActionsRunnerGroup": Kind(("name",), noun="runner group"),
    subjects.ORGANIZATION: Kind(ordered=_CLAIMS, noun="template of token subjects"),
    subjects.REPOSITORY: Kind(_REPOSITORY, ordered=_CLAIMS, noun="template of token subjects"),
    "Team": Kind(
        ("name",),
        frozenset({"id", "slug"}),
        declared_only=True,
        # a team below another one has all of that team's permissions
        always=frozenset({"parentTeamId"}),
        noun="team",
    ),
    "TeamMembers": Kind(("teamSlug",), noun="members of team"),
    "Repository": Kind(
        ("name",),
        frozenset({"archiveOnDestroy", "autoInit", "id", "nodeId", "repoId"}),
        declared_only=True,
        noun="repository",
    ),
    "BranchDefault": Kind(_REPOSITORY, frozenset({"rename"}), declared_only=True),
    "RepositoryVulnerabilityAlerts": Kind(_REPOSITORY, declared_only=True),
    "RepositoryDependabotSecurityUpdates": Kind(_REPOSITORY, declared_only=True),
    "TeamRepository": Kind(("teamId", "repository"), noun="access of team"),
    "RepositoryCollaborator": Kind(
        ("repository", "username"), frozenset({"pending"}), noun="collaborator"
    ),
    "RepositoryRuleset": Kind(("repository", "name"), noun="ruleset"),
    "BranchProtection": Kind(("repositoryId", "pattern"), noun="classic protection"),
    "RepositoryEnvironment": Kind(_ENVIRONMENT, noun="environment"),
    "RepositoryEnvironmentDeploymentPolicy": Kind(
        (*_ENVIRONMENT, "branchPattern", "tagPattern"), noun="deployment policy"
    ),
    "ActionsEnvironmentSecret": Kind(
        (*_ENVIRONMENT, "secretName"), _SECRET, noun="environment secret"
    ),
    "ActionsEnvironmentVariable": Kind(
        (*_ENVIRONMENT, "variableName"), noun="environment variable"
    ),
    "ActionsSecret": Kind(("repository", "secretName"), _SECRET, noun="Actions secret"),
    "DependabotSecret": Kind(("repository", "secretName"), _SECRET, noun="Dependabot secret"),
    "CodespacesSecret": Kind(("repository", "secretName"), _SECRET, noun="Codespaces secret"),
    "ActionsVariable": Kind(("repository", "variableName"), noun="variable"),
    "RepositoryCustomProperty": Kind(
        ("repository", "propertyName"), frozenset({"byDefault"}), noun="custom property"
    ),
    "RepositoryWebhook": Kind(("repository", "number"), noun="webhook"),
    "RepositoryDeployKey": Kind(("repository", "key"), noun="deploy key"),
    "RepositoryFile": Kind(
        ("repository", "file"),
        frozenset({"branch", "commitMessage", "commitAuthor", "commitEmail", "overwriteOnCreate"}),
        declared_only=True,
        noun="file",
    ),
}

RENAMED = frozenset({"OrganizationRuleset", "Repository", "RepositoryRuleset", "Team"})
"""Kinds whose things keep their ids under another name. An update has a step of its own for
repositories and teams (portcullis/renames)."""

RECOGNIZED = RENAMED | {"RepositoryDeployKey", "RepositoryEnvironmentDeploymentPolicy"}
"""Kinds whose things are also recognized by their ids: another one may have got the name."""

Key = tuple[str, ...]


_EXACT = frozenset({"pattern", "branchPattern", "tagPattern", "file", "key"})
"""Fields in which case counts: patterns of refs, paths, public keys."""


def key_of(kind: str, inputs: Mapping[str, Any]) -> Key | None:
    """Return what identifies a resource. Case does not count in names, as on GitHub.

    None where a part of it is not known yet: such a resource cannot exist on GitHub.
    """
    parts = [kind]
    for name in KINDS[kind].key:
        value = inputs.get(name)
        if name == "name" and kind == "Team":
            value = inputs.get("slug", value if value is UNKNOWN else slug_of(str(value)))
        if value is UNKNOWN:
            return None
        parts.append(_text(value) if name in _EXACT else _text(value).casefold())
    return tuple(parts)


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return an id as a number's digits, however it is written."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
