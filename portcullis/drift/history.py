"""Who changed what, and when, from the organization's audit log; plans without one have none.

Source: https://docs.github.com/enterprise-cloud@latest/rest/orgs/orgs#get-the-audit-log-for-an-organization
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from portcullis.live.asking import Unread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portcullis.live.asking import Asking
    from portcullis.live.compare import Drift

_PAGES = 3
"""Of the audit log, of a hundred events each: older changes have no name."""

_REPOSITORY = r"repo\.(?!.*(member|secret|variable|runner|actions_|workflow)).*"
_TEAM = r"team\.(?!.*(member|maintainer|repository)).*"
_RULESET = r"repository_ruleset\..*"

_ACTIONS: Mapping[str, str] = {
    "OrganizationSettings": (
        r"billing\..*|org\.(rename|update_(?!member$|actions).*)|.*new_repos.*"
        r"|(private_repository_forking|members_can_create_.*)\..*"
    ),
    "ActionsOrganizationPermissions": r"org\.update_actions_settings",
    "ActionsOrganizationWorkflowPermissions": r"org\.set_.*workflow_permission.*",
    "ActionsRunnerGroup": r"org\.runner_group_.*",
    "Runner": r"org\..*self_hosted_runner.*",
    "OrganizationRole": r"organization_role\.(create|update|destroy)",
    "OrganizationRoleUser": r"organization_role\.(assign|revoke)",
    "OrganizationRoleTeam": r"organization_role\.(assign|revoke)",
    "OrganizationRepositoryRole": r"role\.(create|update|destroy)",
    "AppInstallation": r"integration_installation\..*",
    "OrganizationCustomProperties": r"custom_property_definition\..*",
    "RepositoryCustomProperty": r"(repository_)?custom_property_values?\..*",
    "OrganizationRuleset": _RULESET,
    "RepositoryRuleset": _RULESET,
    "BranchProtection": r"(protected_branch|required_status_check)\..*",
    "Repository": rf"{_REPOSITORY}|repository\..*|repository_secret_scanning.*",
    "BranchDefault": r"repo\.update_default_branch",
    "RepositoryVulnerabilityAlerts": r"repository_vulnerability_alerts\..*",
    "RepositoryDependabotSecurityUpdates": r"repository_dependabot_security_updates\..*",
    "RepositoryEnvironment": r"environment\.(?!.*(secret|variable)).*",
    "RepositoryEnvironmentDeploymentPolicy": r"environment\..*protection_rule",
    "Team": _TEAM,
    "TeamMembers": r"team\.((add|remove)_member|(promote|demote)_maintainer)",
    "TeamRepository": r"team\.(add_repository|remove_repository|update_repository_permission)",
    "RepositoryCollaborator": r"repo\.(add|update|remove)_member|repository_invitation\..*",
    "Membership": r"org\.(add_member|update_member|remove_member|invite_member)",
    "RepositoryDeployKey": r"(public_key|deploy_key)\..*",
    "RepositoryWebhook": r"hook\..*",
    "OrganizationWebhook": r"hook\..*",
    **{
        f"{store}{place}{what}": rf"{start}\.(create|update|remove)_({names})"
        for place, start in (("", "repo"), ("Organization", "org"), ("Environment", "environment"))
        for store, what, names in (
            ("Actions", "Secret", "actions_secret"),
            ("Actions", "Variable", "actions_variable"),
            ("Dependabot", "Secret", "dependabot_secret|integration_secret"),
            ("Codespaces", "Secret", "codespaces_secret|integration_secret"),
        )
    },
}
"""The actions by which a thing of a kind changes."""

_FIELDS: Mapping[str, str] = {
    "billingEmail": r"billing\..*",
    "defaultRepositoryPermission": r"org\.update_default_repository_permission",
    "membersCanForkPrivateRepositories": r"private_repository_forking\..*",
    **{
        f"membersCanCreate{which}Repositories": r"org\.update_member_repository_creation_permission"
        for which in ("", "Public", "Private", "Internal")
    },
}
"""The actions by which one setting of the organization changes, where only they do it."""

_NEEDED: Mapping[str, str] = {"OrganizationRoleUser": "user", "OrganizationRoleTeam": "team"}
"""The field that an event has only if it is about a thing of this kind."""

_ENDS = re.compile(r"\.(remove|destroy|delete|cancel|revoke)|_removed$|\.transfer_outgoing")
"""The actions after which a thing is not there any more."""


@dataclass(frozen=True)
class Event:
    """The last change of something."""

    who: str
    when: datetime
    """In UTC."""


def events(asking: Asking, organization: str) -> list[Mapping[str, Any]]:
    """Return the newest events, the newest first; none where GitHub shows no log."""
    answer = asking.listed(f"/orgs/{organization}/audit-log?include=web&order=desc", pages=_PAGES)
    return [] if isinstance(answer, Unread) else answer


def last_change(drift: Drift, log: Sequence[Mapping[str, Any]], organization: str) -> Event | None:
    """Return who changed a thing last; None where the log does not say it."""
    for event in log:
        if _concerns(drift, event, organization):
            stamp = event.get("@timestamp") or event.get("created_at") or 0
            when = datetime.fromtimestamp(int(stamp) / 1000, UTC)
            return Event(str(event.get("actor") or "somebody"), when)
    return None


def _concerns(drift: Drift, event: Mapping[str, Any], organization: str) -> bool:
    side = drift.live or drift.declared
    inputs = side.inputs if side else {}
    if not _changes(drift, str(event.get("action", ""))):
        return False
    repository = inputs.get("repository")
    if drift.kind in {"Repository", "BranchProtection"}:
        repository = inputs.get("name") or drift.name.partition("/")[0]
    team = inputs.get("slug") if drift.kind == "Team" else None
    if bool(repository) != bool(event.get("repo")):
        return False
    where = {
        "repo": f"{organization}/{repository}" if repository else None,
        "environment_name": inputs.get("environment"),
        "ruleset_name": inputs.get("name") if drift.kind.endswith("Ruleset") else None,
        "key": inputs.get("secretName") or inputs.get("variableName"),
        "user": drift.name
        if drift.kind == "Membership"
        else inputs.get("username") or inputs.get("login"),
        "title": inputs.get("title"),
        "name": inputs.get("appSlug")
        or (drift.name if drift.kind in {"ActionsRunnerGroup", "Runner"} else None),
        "hook_id": inputs.get("number") if drift.kind.endswith("Webhook") else None,
        "team": f"{organization}/{team or drift.name.rpartition('/')[2]}"
        if drift.kind.startswith(("Team", "OrganizationRoleTeam"))
        else None,
    }
    if (needed := _NEEDED.get(drift.kind)) and needed not in event:
        return False
    return all(
        value is None or name not in event or str(event[name]).casefold() == str(value).casefold()
        for name, value in where.items()
    )


def _changes(drift: Drift, action: str) -> bool:
    """Say whether an action is one by which this thing came to be as it is."""
    known = _ACTIONS.get(drift.kind)
    if drift.kind == "OrganizationSettings" and all(each in _FIELDS for each in drift.fields):
        known = "|".join(f"({_FIELDS[each]})" for each in drift.fields)
    if known is None or not re.fullmatch(known, action):
        return False
    ended = bool(_ENDS.search(action))
    if drift.kind in {"RepositoryEnvironment", "RepositoryEnvironmentDeploymentPolicy"}:
        ended = action == "environment.delete"  # a rule of it that goes is a change
    if drift.what == "missing":
        return ended or action.endswith(".rename") or drift.kind == "Membership"
    return not ended or drift.what == "changed"
