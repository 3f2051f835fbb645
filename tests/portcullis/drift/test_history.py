"""Who changed what: the right event for each kind of change."""

from __future__ import annotations

from typing import Any

import pytest

from portcullis.drift.history import last_change
from portcullis.live.compare import Declared, Drift
from portcullis.live.resource import LiveResource

_TOOL: dict[str, Any] = {"repo": "acme/tool"}
LOG: list[dict[str, Any]] = [
    {"@timestamp": 9000 - index, **event}
    for index, event in enumerate[dict[str, Any]](
        [
            {"action": "org.add_member", "actor": "a1", "user": "kim"},
            {"action": "org.create_actions_secret", "actor": "a2", "key": "TOKEN"},
            {"action": "org.update_actions_settings", "actor": "a3"},
            {"action": "org.update_default_repository_permission", "actor": "a4"},
            {"action": "billing.change_email", "actor": "a5"},
            {"action": "repo.add_member", "actor": "a6", "user": "eve", **_TOOL},
            {"action": "repo.create_actions_variable", "actor": "a7", "key": "X", **_TOOL},
            {"action": "repo.access", "actor": "a8", **_TOOL},
            {"action": "repository_ruleset.update", "actor": "a9", "ruleset_name": "main", **_TOOL},
            {"action": "repository_ruleset.update", "actor": "b1", "ruleset_name": "main"},
            {"action": "hook.destroy", "actor": "b2", "hook_id": 7},
            {"action": "hook.create", "actor": "b3", "hook_id": 7},
            {"action": "hook.create", "actor": "b4", "hook_id": 8},
            {"action": "team.add_member", "actor": "b5", "team": "acme/devs", "user": "eve"},
            {"action": "team.rename", "actor": "b6", "team": "acme/devs"},
            {"action": "environment.create_actions_secret", "actor": "b7", "key": "DB", **_TOOL}
            | {"environment_name": "prod"},
            {"action": "environment.remove_protection_rule", "actor": "b8", **_TOOL}
            | {"environment_name": "prod"},
            {"action": "org.create_integration_secret", "actor": "b9", "key": "D"},
            {"action": "repo.destroy", "actor": "c1", "repo": "acme/gone"},
            {"action": "repo.create", "actor": "c2", "repo": "acme/gone"},
            {"action": "integration_installation.create", "actor": "c3", "name": "bot"},
            {"action": "org.runner_group_created", "actor": "c4", "name": "theirs"},
            {"action": "org.update_member", "actor": "c5", "user": "zoe"},
            {"action": "organization_role.revoke", "actor": "c6", "user": "kim"},
            {"action": "organization_role.assign", "actor": "c7", "team": "acme/devs"},
            {"action": "organization_role.assign", "actor": "c8", "user": "kim"},
        ]
    )
]


def _undeclared(kind: str, name: str, /, **inputs: object) -> Drift:
    return Drift("undeclared", kind, name, live=LiveResource(kind, name, "1", inputs))


def _changed(kind: str, name: str, /, *fields: str, **inputs: object) -> Drift:
    live, declared = LiveResource(kind, name, "1", inputs), Declared(kind, name, "urn", inputs)
    return Drift("changed", kind, name, declared, live, fields)


def _missing(kind: str, name: str, /, **inputs: object) -> Drift:
    return Drift("missing", kind, name, Declared(kind, name, "urn", inputs))


_PROD = {"repository": "tool", "environment": "prod"}


@pytest.mark.parametrize(
    ("drift", "who"),
    [
        (_changed("OrganizationSettings", "acme", "defaultRepositoryPermission"), "a4"),
        (_changed("OrganizationSettings", "acme", "billingEmail"), "a5"),
        (_changed("OrganizationSettings", "acme", "hasOrganizationProjects"), "a4"),
        (_changed("ActionsOrganizationPermissions", "acme", "allowedActions"), "a3"),
        (_changed("Repository", "tool", "visibility", name="tool"), "a8"),
        (_changed("OrganizationRuleset", "main", "rules", name="main"), "b1"),
        (
            _changed("RepositoryRuleset", "tool/main", "rules", name="main", repository="tool"),
            "a9",
        ),
        (_changed("Team", "devs", "name"), "b6"),
        (_changed("TeamMembers", "devs", "members"), "b5"),
        (_changed("RepositoryEnvironment", "tool/prod", "reviewers", **_PROD), "b8"),
        (_undeclared("Membership", "kim", username="kim", role="member"), "a1"),
        (_undeclared("ActionsOrganizationSecret", "actions/TOKEN", secretName="TOKEN"), "a2"),
        (_undeclared("DependabotOrganizationSecret", "dependabot/D", secretName="D"), "b9"),
        (
            _undeclared("RepositoryCollaborator", "tool/eve", repository="tool", username="eve"),
            "a6",
        ),
        (_undeclared("ActionsVariable", "tool/X", repository="tool", variableName="X"), "a7"),
        (_undeclared("ActionsEnvironmentSecret", "tool/prod/DB", secretName="DB", **_PROD), "b7"),
        (_undeclared("OrganizationWebhook", "https://x.example", number=7), "b3"),
        (_undeclared("OrganizationWebhook", "https://x.example", number=8), "b4"),
        (_undeclared("AppInstallation", "bot", appSlug="bot"), "c3"),
        (_undeclared("AppInstallation", "other", appSlug="other"), None),
        (_undeclared("ActionsRunnerGroup", "theirs", name="theirs"), "c4"),
        (_undeclared("OrganizationRoleTeam", "all_repo_read/devs", teamSlug="devs"), "c7"),
        (_undeclared("OrganizationRoleUser", "all_repo_admin/kim", login="kim"), "c8"),
        (_missing("Repository", "gone", name="gone"), "c1"),
        (Drift("missing", "Membership", "zoe"), "c5"),
        (_undeclared("RepositoryFile", "tool/x.yml", repository="tool", file="x.yml"), None),
    ],
)
def test_the_event_is_that_of_the_change(drift: Drift, who: str | None) -> None:
    """Promise: a newer change of something else is not taken for it (E8)."""
    event = last_change(drift, LOG, "acme")
    assert (event and event.who) == who
