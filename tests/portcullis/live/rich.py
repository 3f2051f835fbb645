"""An organization with a thing of every kind, made by API calls that know nothing of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sandbox.sealing import seal

if TYPE_CHECKING:
    from tests.support.sandbox import World

ORG, TOOL = "/orgs/acme", "/repos/acme/tool"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGuSZ0Vb0m9QxF0m9YQkZbY0s0yV0d0y0u0Z0p0q0r0s"
MANY = [f"p{number}" for number in range(5)]

SEED: dict[str, Any] = {
    "users": ["zoe", *MANY],
    "organizations": [
        {
            "login": "acme",
            "plan": "enterprise",
            "licenses": ["secret-protection", "code-security"],
            "owners": ["ana"],
            "members": ["ben", "kim"],
            "teams": {
                "devs": {"members": ["ben"], "maintainers": ["kim"]},
                "apprentices": {"parent": "devs", "members": ["kim"]},
                "quiet": {"privacy": "secret"},
            },
            "repositories": {
                "tool": {
                    "visibility": "public",
                    "files": {"README.md": "x", ".github/workflows/ci.yml": "on: push\n"},
                    "teams": {"devs": "push"},
                    "collaborators": {"zoe": "triage", "ben": "maintain"}
                    | dict.fromkeys(MANY, "pull"),
                },
                "empty": {},
                "old": {"files": {"README.md": "x"}},
            },
        }
    ],
    "tokens": [{"login": "ana"}],
}

PATTERN = {"operator": "starts_with", "pattern": "x", "name": "n", "negate": True}
PULL_REQUEST = {
    "dismiss_stale_reviews_on_push": True,
    "require_code_owner_review": True,
    "require_last_push_approval": False,
    "required_approving_review_count": 2,
    "required_review_thread_resolution": True,
    "allowed_merge_methods": ["squash"],
}
RULES: list[dict[str, Any]] = [
    {"type": "creation"},
    {"type": "update", "parameters": {"update_allows_fetch_and_merge": True}},
    {"type": "deletion"},
    {"type": "non_fast_forward"},
    {"type": "required_linear_history"},
    {"type": "required_signatures"},
    {"type": "pull_request", "parameters": PULL_REQUEST},
    {
        "type": "required_status_checks",
        "parameters": {
            "required_status_checks": [{"context": "ci", "integration_id": 15368}],
            "strict_required_status_checks_policy": True,
        },
    },
    {
        "type": "required_deployments",
        "parameters": {"required_deployment_environments": ["staging"]},
    },
    {"type": "merge_queue", "parameters": {"merge_method": "SQUASH"}},
    {"type": "commit_message_pattern", "parameters": PATTERN},
    {"type": "commit_author_email_pattern", "parameters": PATTERN},
    {"type": "committer_email_pattern", "parameters": PATTERN},
    {"type": "branch_name_pattern", "parameters": PATTERN},
    {
        "type": "code_scanning",
        "parameters": {
            "code_scanning_tools": [
                {
                    "tool": "CodeQL",
                    "alerts_threshold": "errors",
                    "security_alerts_threshold": "high_or_higher",
                }
            ]
        },
    },
]
PUSH_RULES: list[dict[str, Any]] = [
    {"type": "file_path_restriction", "parameters": {"restricted_file_paths": ["*.key"]}},
    {"type": "file_extension_restriction", "parameters": {"restricted_file_extensions": ["*.p"]}},
    {"type": "max_file_path_length", "parameters": {"max_file_path_length": 99}},
    {"type": "max_file_size", "parameters": {"max_file_size": 9}},
]
ALL: dict[str, Any] = {"ref_name": {"include": ["~ALL"], "exclude": []}}
PROTECTION = {
    "required_status_checks": {"strict": True, "contexts": ["ci"]},
    "enforce_admins": True,
    "required_pull_request_reviews": {
        "required_approving_review_count": 1,
        "dismissal_restrictions": {"users": ["kim"], "teams": ["devs"], "apps": []},
        "bypass_pull_request_allowances": {"users": ["ana"], "teams": ["devs"], "apps": []},
    },
    "restrictions": {"users": ["ben"], "teams": ["devs"], "apps": []},
    "allow_force_pushes": True,
}


def make(world: World) -> None:
    """Make everything, as an owner."""

    def ask(method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
        answer = world.request(method, path, body)
        assert answer["status"] < 300, (method, path, answer["body"])
        return answer["body"]

    def secret(base: str, name: str, **more: object) -> None:
        key = ask("GET", f"{base}/public-key")
        ask("PUT", f"{base}/{name}", {**seal(key, "canary-secret-91"), **more})

    tool = ask("GET", TOOL)["id"]
    team = ask("GET", f"{ORG}/teams/devs")["id"]
    user = ask("GET", "/users/ben")["id"]
    ask("PATCH", ORG, {"description": "All of it", "default_repository_permission": "none"})
    ask(
        "PUT",
        f"{ORG}/actions/permissions",
        {"enabled_repositories": "all", "allowed_actions": "selected"},
    )
    ask("PUT", f"{ORG}/actions/permissions/selected-actions", {"patterns_allowed": ["acme/*"]})
    ask(
        "PUT",
        f"{ORG}/properties/schema/tier",
        {"value_type": "single_select", "allowed_values": ["gold"]},
    )
    ask(
        "PATCH",
        f"{TOOL}/properties/values",
        {"properties": [{"property_name": "tier", "value": "gold"}]},
    )
    ask(
        "POST",
        f"{ORG}/hooks",
        {
            "name": "web",
            "config": {"url": "https://u:canary-1@x.example/a?t=canary-2", "secret": "canary-3"},
        },
    )
    ask(
        "POST",
        f"{ORG}/actions/variables",
        {
            "name": "REGION",
            "value": "north",
            "visibility": "selected",
            "selected_repository_ids": [tool],
        },
    )
    for store in ("actions", "dependabot", "codespaces"):
        more = {"visibility": "selected", "selected_repository_ids": [tool]}
        secret(f"{ORG}/{store}/secrets", f"ORG_{store.upper()}", **more)
        secret(f"{TOOL}/{store}/secrets", f"REPO_{store.upper()}")
    everywhere: dict[str, Any] = {
        **ALL,
        "repository_name": {"include": ["t*"], "exclude": [], "protected": True},
    }
    ask(
        "POST",
        f"{ORG}/rulesets",
        {
            "name": "main",
            "target": "branch",
            "enforcement": "evaluate",
            "conditions": everywhere,
            "rules": RULES[:3],
            "bypass_actors": [
                {"actor_type": "OrganizationAdmin", "bypass_mode": "pull_request"},
                {"actor_type": "Team", "actor_id": team, "bypass_mode": "always"},
            ],
        },
    )
    ask(
        "POST",
        f"{ORG}/rulesets",
        {
            "name": "tags",
            "target": "tag",
            "enforcement": "active",
            "conditions": ALL | {"repository_id": {"repository_ids": [tool]}},
            "rules": [{"type": "tag_name_pattern", "parameters": PATTERN}],
        },
    )
    properties = {
        "include": [{"name": "tier", "property_values": ["gold"], "source": "custom"}],
        "exclude": [],
    }
    ask(
        "POST",
        f"{ORG}/rulesets",
        {
            "name": "gold",
            "target": "branch",
            "enforcement": "disabled",
            "conditions": ALL | {"repository_property": properties},
            "rules": [
                {
                    "type": "workflows",
                    "parameters": {
                        "workflows": [
                            {
                                "path": ".github/workflows/ci.yml",
                                "repository_id": tool,
                                "ref": "refs/heads/main",
                            }
                        ]
                    },
                }
            ],
        },
    )
    ask(
        "POST",
        f"{TOOL}/rulesets",
        {
            "name": "all",
            "target": "branch",
            "enforcement": "active",
            "conditions": ALL,
            "rules": RULES,
            "bypass_actors": [
                {"actor_type": "RepositoryRole", "actor_id": 5, "bypass_mode": "always"},
                {"actor_type": "DeployKey", "bypass_mode": "always"},
            ],
        },
    )
    ask(
        "POST",
        f"{TOOL}/rulesets",
        {
            "name": "person",
            "target": "branch",
            "enforcement": "active",
            "conditions": ALL,
            "rules": RULES,
            "bypass_actors": [{"actor_type": "User", "actor_id": user, "bypass_mode": "exempt"}],
        },
    )
    ask("PUT", f"{TOOL}/branches/main/protection", PROTECTION)
    ask(
        "PUT",
        f"{TOOL}/environments/pypi",
        {
            "wait_timer": 5,
            "prevent_self_review": True,
            "reviewers": [{"type": "Team", "id": team}, {"type": "User", "id": user}],
            "deployment_branch_policy": {
                "protected_branches": False,
                "custom_branch_policies": True,
            },
        },
    )
    ask(
        "POST",
        f"{TOOL}/environments/pypi/deployment-branch-policies",
        {"name": "v*", "type": "tag"},
    )
    ask(
        "PUT",
        f"{TOOL}/environments/a%2Fb",
        {"deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False}},
    )
    ask("POST", f"{TOOL}/environments/pypi/variables", {"name": "TIER", "value": "7"})
    secret(f"{TOOL}/environments/pypi/secrets", "ENV_TOKEN")
    ask("POST", f"{TOOL}/keys", {"title": "bot", "key": KEY, "read_only": False})
    ask("POST", f"{TOOL}/hooks", {"config": {"url": "https://x.example/tool?t=canary-4"}})
    ask("PUT", f"{TOOL}/topics", {"names": ["a", "b", "c"]})
    ask("PATCH", "/repos/acme/old", {"archived": True})
    ask("POST", f"{ORG}/teams", {"name": "Big Team"})
