"""Settings of the organization, what Actions may do, secrets, variables, webhooks, keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.sixty.script import ORG

if TYPE_CHECKING:
    from tests.support.sixty.script import Script

BASE = f"/orgs/{ORG}"
SETTINGS: dict[str, Any] = {
    "name": "Orbit Works",
    "description": "Databases, and what is around them",
    "company": "Orbit Works GmbH",
    "blog": "https://orbit.example",
    "email": "hello@orbit.example",
    "location": "Łódź",
    "billing_email": "billing@orbit.example",
    "default_repository_permission": "read",
    "members_can_create_repositories": True,
    "members_can_create_public_repositories": False,
    "members_can_create_private_repositories": True,
    "members_can_create_internal_repositories": True,
    "members_can_create_pages": True,
    "members_can_create_public_pages": True,
    "members_can_create_private_pages": False,
    "members_can_fork_private_repositories": True,
    "web_commit_signoff_required": False,
    "has_organization_projects": True,
    "has_repository_projects": False,
    "dependabot_alerts_enabled_for_new_repositories": True,
    "dependabot_security_updates_enabled_for_new_repositories": False,
    "dependency_graph_enabled_for_new_repositories": True,
    "secret_scanning_enabled_for_new_repositories": True,
    "secret_scanning_push_protection_enabled_for_new_repositories": False,
    "advanced_security_enabled_for_new_repositories": False,
}
PROPERTIES: dict[str, dict[str, Any]] = {
    "tier": {
        "value_type": "single_select",
        "allowed_values": ["gold", "silver", "none"],
        "default_value": "none",
        "required": True,
        "description": "How much it matters",
    },
    "languages": {"value_type": "multi_select", "allowed_values": ["rust", "go", "java"]},
    "cost-center": {"value_type": "string", "values_editable_by": "org_and_repo_actors"},
    "public_facing": {"value_type": "true_false", "default_value": "false", "required": True},
}
VALUES: dict[str, dict[str, Any]] = {
    "hyperion": {"tier": "gold", "languages": ["rust"], "cost-center": "CC-7"},
    "legacy-billing": {"tier": "silver", "languages": ["java", "go"]},
    "docs.orbit.example": {"public_facing": "true"},
    "Go.Toolkit": {"languages": ["go"], "cost-center": "007"},
}
REPOSITORY_ACTIONS: dict[str, dict[str, Any]] = {
    "legacy-billing": {"enabled": False},
    "infra-live": {"enabled": True, "allowed_actions": "local_only", "sha_pinning_required": True},
    "hyperion": {"enabled": True, "allowed_actions": "selected"},
}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{}u00000000000000000000000000000000000000000"


def settings(script: Script) -> None:
    """Change the organization's settings, and define roles of its own."""
    script.patch(BASE, SETTINGS)
    script.post(
        f"{BASE}/custom-repository-roles",
        {
            "name": "release-manager",
            "description": "Writes and closes",
            "base_role": "write",
            "permissions": ["delete_alerts_code_scanning"],
        },
    )


def make(script: Script) -> None:
    """Make everything of the organization that refers to its repositories."""
    _actions(script)
    _properties(script)
    _secrets(script)
    _variables(script)
    _webhooks_and_keys(script)


def _actions(script: Script) -> None:
    chosen = [script.repository(each) for each in ("hyperion", "npm-ui", "infra-live", "web-app")]
    base = f"{BASE}/actions/permissions"
    script.put(
        base,
        {
            "enabled_repositories": "selected",
            "allowed_actions": "selected",
            "sha_pinning_required": False,
        },
    )
    script.put(f"{base}/repositories", {"selected_repository_ids": chosen})
    script.put(
        f"{base}/selected-actions",
        {
            "github_owned_allowed": True,
            "verified_allowed": True,
            "patterns_allowed": ["docker/*", "Orbit-Works/*", "hashicorp/setup-terraform@v3"],
        },
    )
    script.put(
        f"{base}/workflow",
        {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": True},
    )
    for name, given in REPOSITORY_ACTIONS.items():
        script.put(f"/repos/{ORG}/{name}/actions/permissions", given)
    script.put(
        f"/repos/{ORG}/hyperion/actions/permissions/selected-actions",
        {"github_owned_allowed": True, "verified_allowed": False, "patterns_allowed": ["docker/*"]},
    )
    script.put(
        f"/repos/{ORG}/hyperion/actions/permissions/workflow",
        {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False},
    )
    script.put(f"/repos/{ORG}/proto/actions/permissions/access", {"access_level": "organization"})


def _properties(script: Script) -> None:
    for name, schema in PROPERTIES.items():
        script.put(f"{BASE}/properties/schema/{name}", schema)
    for repository, values in VALUES.items():
        script.patch(
            f"/repos/{ORG}/{repository}/properties/values",
            {"properties": [{"property_name": k, "value": v} for k, v in values.items()]},
        )


def _chosen(script: Script, *names: str) -> dict[str, Any]:
    ids = [script.repository(name) for name in names]
    return {"visibility": "selected", "selected_repository_ids": ids}


def _secrets(script: Script) -> None:
    some = _chosen(script, "hyperion", "orbitctl", "ACME-Legacy")
    for store in ("actions", "dependabot", "codespaces"):
        base = f"{BASE}/{store}/secrets"
        script.secret(base, f"SHARED_{store.upper()}", visibility="all")
        script.secret(base, f"INNER_{store.upper()}", visibility="private")
        script.secret(base, f"CHOSEN_{store.upper()}", **some)
    script.secret(f"{BASE}/actions/secrets", "FOR_NOBODY", **_chosen(script))
    for name, stores in {
        "hyperion": ("actions", "dependabot", "codespaces"),
        "web-app": ("actions",),
        "Go.Toolkit": ("dependabot",),
    }.items():
        for store in stores:
            base = f"/repos/{ORG}/{name}/{store}/secrets"
            script.secret(base, f"TOKEN_{store.upper()}")
    script.secret(f"/repos/{ORG}/web-app/actions/secrets", "AWS_ROLE")


def _variables(script: Script) -> None:
    base = f"{BASE}/actions/variables"
    script.post(base, {"name": "REGION", "value": "eu-central-1", "visibility": "all"})
    script.post(base, {"name": "BUILD_NUMBER", "value": "007", "visibility": "private"})
    script.post(base, {"name": "MULTILINE", "value": 'a: 1\nb: "2"\n', **_chosen(script, "etl")})
    script.post(base, {"name": "NOWHERE", "value": "x", **_chosen(script)})
    for name, value in {"RUST_LOG": "info", "YES": "true", "SPACED": "  two  "}.items():
        script.post(f"/repos/{ORG}/hyperion/actions/variables", {"name": name, "value": value})


def _webhooks_and_keys(script: Script) -> None:
    script.post(
        f"{BASE}/hooks",
        {
            "name": "web",
            "active": True,
            "events": ["push", "pull_request"],
            "config": {
                "url": "https://chat.orbit.example/hooks/canary-of-sixty?token=canary-of-sixty",
                "content_type": "json",
                "secret": "canary-of-sixty",
                "insecure_ssl": "0",
            },
        },
    )
    script.post(
        f"/repos/{ORG}/web-app/hooks",
        {
            "active": False,
            "events": ["*"],
            "config": {
                "url": "http://ci.orbit.example/build",
                "insecure_ssl": "1",
                "content_type": "form",
            },
        },
    )
    script.post(
        f"/repos/{ORG}/web-app/hooks",
        {"events": ["release"], "config": {"url": "http://ci.orbit.example/build?x=1"}},
    )
    for index, (name, title, reads) in enumerate(
        (
            ("infra-live", "Argo CD", True),
            ("infra-live", "terraform (write)", False),
            ("docs.orbit.example", "deploy", False),
        )
    ):
        key = KEY.format("ABC"[index])
        script.post(f"/repos/{ORG}/{name}/keys", {"title": title, "key": key, "read_only": reads})
