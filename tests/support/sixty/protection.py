"""Rulesets, classic branch protection, and environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.support.sixty.script import ORG

if TYPE_CHECKING:
    from tests.support.sixty.script import Script

REVIEWS: dict[str, Any] = {
    "type": "pull_request",
    "parameters": {
        "required_approving_review_count": 1,
        "dismiss_stale_reviews_on_push": True,
        "require_code_owner_review": True,
        "require_last_push_approval": False,
        "required_review_thread_resolution": True,
        "allowed_merge_methods": ["squash", "rebase"],
    },
}
NO_REVIEWS: dict[str, Any] = {
    "type": "pull_request",
    "parameters": {
        "required_approving_review_count": 0,
        "dismiss_stale_reviews_on_push": False,
        "require_code_owner_review": False,
        "require_last_push_approval": False,
        "required_review_thread_resolution": False,
    },
}
CHECKS: dict[str, Any] = {
    "type": "required_status_checks",
    "parameters": {
        "required_status_checks": [
            {"context": "test"},
            {"context": "lint (ubuntu-latest, 3.12)", "integration_id": 15368},
        ],
        "strict_required_status_checks_policy": True,
        "do_not_enforce_on_create": True,
    },
}
ANYWHERE: dict[str, Any] = {"ref_name": {"include": ["~ALL"], "exclude": []}}
DEFAULT: dict[str, Any] = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
EVERY_REPOSITORY: dict[str, Any] = {"repository_name": {"include": ["~ALL"], "exclude": []}}


def make(script: Script) -> None:
    """Make all of it."""
    _organization(script)
    _rulesets(script)
    _classic(script)
    _environments(script)


def _organization(script: Script) -> None:
    path = f"/orgs/{ORG}/rulesets"
    team = script.team("release-managers")
    script.post(
        path,
        {
            "name": "Default branches",
            "target": "branch",
            "enforcement": "active",
            "conditions": {
                **DEFAULT,
                "repository_name": {"include": ["~ALL"], "exclude": ["sandbox", "*-legacy"]},
            },
            "rules": [{"type": "deletion"}, {"type": "non_fast_forward"}, REVIEWS, CHECKS],
            "bypass_actors": [
                {"actor_type": "OrganizationAdmin", "bypass_mode": "always"},
                {"actor_type": "Team", "actor_id": team, "bypass_mode": "pull_request"},
            ],
        },
    )
    script.post(
        path,
        {
            "name": "tags/releases",
            "target": "tag",
            "enforcement": "active",
            "conditions": {
                "ref_name": {
                    "include": ["refs/tags/v*", "refs/tags/20*"],
                    "exclude": ["refs/tags/v0*"],
                },
                "repository_name": {
                    "include": ["hyperion*", "npm-*"],
                    "exclude": [],
                    "protected": True,
                },
            },
            "rules": [{"type": "creation"}, {"type": "deletion"}, {"type": "update"}],
            "bypass_actors": [
                {"actor_type": "Team", "actor_id": team, "bypass_mode": "always"},
                {"actor_type": "RepositoryRole", "actor_id": 5, "bypass_mode": "always"},
            ],
        },
    )
    script.post(
        path,
        {
            "name": "no big files",
            "target": "push",
            "enforcement": "evaluate",
            "conditions": {
                "repository_id": {
                    "repository_ids": [script.repository("proto"), script.repository("gateway")]
                }
            },
            "rules": [
                {"type": "max_file_size", "parameters": {"max_file_size": 20}},
                {
                    "type": "file_extension_restriction",
                    "parameters": {"restricted_file_extensions": ["*.jar", "*.exe"]},
                },
            ],
            "bypass_actors": [],
        },
    )
    script.post(
        path,
        {
            "name": "gold (trial)",
            "target": "branch",
            "enforcement": "evaluate",
            "conditions": {
                **DEFAULT,
                "repository_property": {
                    "include": [{"name": "tier", "property_values": ["gold"], "source": "custom"}],
                    "exclude": [{"name": "fork", "property_values": ["true"], "source": "system"}],
                },
            },
            "rules": [
                {"type": "required_signatures"},
                {"type": "required_linear_history"},
                {
                    "type": "commit_message_pattern",
                    "parameters": {
                        "operator": "regex",
                        "pattern": "^(feat|fix|docs): ",
                        "name": "conventional",
                        "negate": False,
                    },
                },
            ],
            "bypass_actors": [
                {"actor_type": "User", "actor_id": script.user("otto"), "bypass_mode": "always"}
            ],
        },
    )
    script.post(
        path,
        {
            "name": "old rules",
            "target": "branch",
            "enforcement": "disabled",
            "conditions": {
                "ref_name": {"include": ["refs/heads/master"], "exclude": []},
                **EVERY_REPOSITORY,
            },
            "rules": [NO_REVIEWS],
        },
    )


def _rulesets(script: Script) -> None:
    def add(repository: str, **ruleset: Any) -> None:  # noqa: ANN401 - any JSON
        script.post(f"/repos/{ORG}/{repository}/rulesets", ruleset)

    add(
        "hyperion",
        name="main",
        target="branch",
        enforcement="active",
        conditions={
            "ref_name": {
                "include": ["refs/heads/main", "refs/heads/release/**/*"],
                "exclude": ["refs/heads/release/tmp"],
            }
        },
        rules=[
            REVIEWS,
            CHECKS,
            {
                "type": "merge_queue",
                "parameters": {
                    "merge_method": "SQUASH",
                    "max_entries_to_build": 3,
                    "min_entries_to_merge": 1,
                    "max_entries_to_merge": 4,
                    "check_response_timeout_minutes": 30,
                    "grouping_strategy": "HEADGREEN",
                    "min_entries_to_merge_wait_minutes": 2,
                },
            },
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
        ],
        bypass_actors=[
            {"actor_type": "RepositoryRole", "actor_id": 2, "bypass_mode": "pull_request"},
            {"actor_type": "DeployKey", "bypass_mode": "always"},
        ],
    )
    add(
        "hyperion",
        name="no moved tags",
        target="tag",
        enforcement="disabled",
        conditions=ANYWHERE,
        rules=[{"type": "update", "parameters": {"update_allows_fetch_and_merge": False}}],
    )
    add(
        "python-monorepo",
        name="calver",
        target="tag",
        enforcement="active",
        conditions={"ref_name": {"include": ["refs/tags/20[0-9][0-9].*"], "exclude": []}},
        rules=[
            {"type": "creation"},
            {
                "type": "tag_name_pattern",
                "parameters": {
                    "operator": "regex",
                    "pattern": r"^20\d\d\.\d+\.\d+$",
                    "name": "",
                    "negate": False,
                },
            },
        ],
        bypass_actors=[
            {"actor_type": "Team", "actor_id": script.team("data"), "bypass_mode": "always"},
            {"actor_type": "User", "actor_id": script.user("nadia"), "bypass_mode": "exempt"},
        ],
    )
    add(
        "infra-live",
        name="push protection / secrets",
        target="push",
        enforcement="active",
        rules=[
            {
                "type": "file_path_restriction",
                "parameters": {"restricted_file_paths": ["secrets/**/*", "*.pem"]},
            },
            {"type": "max_file_path_length", "parameters": {"max_file_path_length": 200}},
        ],
    )
    add(
        "infra-live",
        name="trunk",
        target="branch",
        enforcement="active",
        conditions=DEFAULT,
        rules=[
            {
                "type": "required_deployments",
                "parameters": {"required_deployment_environments": ["staging", "Production EU"]},
            },
            {"type": "creation"},
            {
                "type": "commit_author_email_pattern",
                "parameters": {
                    "operator": "ends_with",
                    "pattern": "@orbit.example",
                    "name": "work addresses",
                    "negate": False,
                },
            },
            {
                "type": "committer_email_pattern",
                "parameters": {
                    "operator": "contains",
                    "pattern": "noreply",
                    "name": "",
                    "negate": True,
                },
            },
            {
                "type": "branch_name_pattern",
                "parameters": {
                    "operator": "starts_with",
                    "pattern": "feature/",
                    "name": "names",
                    "negate": False,
                },
            },
        ],
    )
    add(
        "npm-ui",
        name="nothing",
        target="branch",
        enforcement="active",
        rules=[],
        conditions=ANYWHERE,
    )
    add(
        "Empty.Public",
        name="before the first commit",
        target="branch",
        enforcement="active",
        conditions=DEFAULT,
        rules=[{"type": "deletion"}],
    )


def _classic(script: Script) -> None:
    """Protect branches in the classic way; REST knows no patterns, GraphQL does."""
    nobody: dict[str, Any] = {
        "required_status_checks": None,
        "enforce_admins": False,
        "required_pull_request_reviews": None,
        "restrictions": None,
    }
    script.put(
        f"/repos/{ORG}/legacy-billing/branches/master/protection",
        {
            "required_status_checks": {"strict": False, "contexts": ["verify"]},
            "enforce_admins": True,
            "required_pull_request_reviews": {
                "required_approving_review_count": 2,
                "dismiss_stale_reviews": True,
                "require_code_owner_reviews": True,
                "require_last_push_approval": True,
                "dismissal_restrictions": {"users": ["hugo"], "teams": ["platform-team"]},
                "bypass_pull_request_allowances": {"users": ["otto"], "teams": []},
            },
            "restrictions": {"users": ["otto"], "teams": ["platform-team"], "apps": []},
            "required_linear_history": True,
            "allow_force_pushes": False,
            "allow_deletions": False,
            "block_creations": True,
            "required_conversation_resolution": True,
        },
    )
    script.put(f"/repos/{ORG}/orbit-sdk-java/branches/master/protection", nobody)
    script.put(
        f"/repos/{ORG}/k8s-operator/branches/main/protection",
        {**nobody, "allow_force_pushes": True, "allow_deletions": True, "lock_branch": True},
    )
    script.post(f"/repos/{ORG}/k8s-operator/branches/main/protection/required_signatures")
    for repository, pattern, more in (
        (
            "orbitctl",
            "release/*",
            {"requiresApprovingReviews": True, "requiredApprovingReviewCount": 1},
        ),
        ("orbitctl", "**/hotfix", {"allowsForcePushes": True}),
        (
            "tokio-orbit",
            "*",
            {"requiresStatusChecks": True, "requiredStatusCheckContexts": ["test"]},
        ),
    ):
        node = script.get(f"/repos/{ORG}/{repository}")["node_id"]
        script.graphql(
            "mutation($input: CreateBranchProtectionRuleInput!) {"
            " createBranchProtectionRule(input: $input) { branchProtectionRule { id } } }",
            {"repositoryId": node, "pattern": pattern, **more},
        )


REFS = {"protected_branches": False, "custom_branch_policies": True}
PROTECTED = {"protected_branches": True, "custom_branch_policies": False}


def _environments(script: Script) -> None:
    def add(repository: str, name: str, refs: tuple[tuple[str, str], ...] = (), **body: Any) -> str:  # noqa: ANN401 - any JSON
        path = f"/repos/{ORG}/{repository}/environments/{quote(name, safe='')}"
        script.put(path, body)
        for kind, pattern in refs:
            script.post(f"{path}/deployment-branch-policies", {"name": pattern, "type": kind})
        return path

    def team(slug: str) -> dict[str, Any]:
        return {"type": "Team", "id": script.team(slug)}

    def user(login: str) -> dict[str, Any]:
        return {"type": "User", "id": script.user(login)}

    crates = add(
        "hyperion",
        "crates.io",
        (("tag", "v*"),),
        reviewers=[team("release-managers"), user("clara")],
        prevent_self_review=True,
        can_admins_bypass=False,
        deployment_branch_policy=REFS,
    )
    script.secret(f"{crates}/secrets", "CARGO_REGISTRY_TOKEN")
    add("hyperion", "benchmarks")
    production = add(
        "infra-live",
        "Production EU",
        (("branch", "trunk"), ("branch", "hotfix/*"), ("tag", "20*")),
        reviewers=[user("hugo"), user("Pavel-K"), team("sre-on-call")],
        wait_timer=30,
        prevent_self_review=False,
        deployment_branch_policy=REFS,
    )
    script.secret(f"{production}/secrets", "AWS_DEPLOY_ROLE")
    script.post(f"{production}/variables", {"name": "CLUSTER", "value": "eu-1"})
    script.post(f"{production}/variables", {"name": "REPLICAS", "value": "3"})
    add("infra-live", "staging", deployment_branch_policy=PROTECTED, can_admins_bypass=True)
    add(
        "infra-live",
        "eu/west:1",
        (("branch", "*"),),
        wait_timer=43200,
        deployment_branch_policy=REFS,
    )
    add("orbitctl", "production", wait_timer=5, reviewers=[team("go")], can_admins_bypass=False)
    add(
        "orbit-sdk-java",
        "maven-central",
        reviewers=[user("olga")],
        prevent_self_review=True,
        deployment_branch_policy=PROTECTED,
    )
    add(
        "npm-ui",
        "npm",
        (("tag", "v*"), ("tag", "*.*.*")),
        reviewers=[team("web")],
        deployment_branch_policy=REFS,
    )
    add(
        "python-monorepo",
        "pypi",
        (),
        reviewers=[team("data"), team("security")],
        deployment_branch_policy=REFS,
    )
    add("docs.orbit.example", "github-pages", (("branch", "main"),), deployment_branch_policy=REFS)
    add("web-app", "preview", can_admins_bypass=False)
    add("Empty.Public", "idle")
    add("py2-compat", "pypi", wait_timer=1)
