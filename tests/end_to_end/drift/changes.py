"""Changes that somebody makes on GitHub past Portcullis, each with what has to be found."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.sandbox import World

Found = tuple[str, ...]
"""`changed`, kind, name, field; or `missing` or `undeclared`, kind, name."""

ORG, TOOL = "/orgs/acme", "/repos/acme/tool"
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGuSZ0Vb0m9QxF0m9YQkZbY0s0yV0d0y0u0Z0p0q0r0s"


@dataclass(frozen=True)
class Change:
    """One change; ``path`` may hold `{ruleset NAME}`, which becomes the ruleset's id."""

    method: str
    path: str
    body: object
    """Or what makes it: ids are known only then."""
    found: frozenset[Found]

    def make(self, world: World) -> None:
        """Make it, as an owner."""
        path = self.path
        if "{ruleset " in path:
            start, _, rest = path.partition("{ruleset ")
            name, _, end = rest.partition("}")
            path = f"{start}{_ruleset(world, start, name)}{end}"
        body = self.body(world) if callable(self.body) else self.body
        answer = world.request(self.method, path, body)
        assert answer["status"] < 300, (self, answer)


def _ruleset(world: World, lists: str, name: str) -> int:
    listed = world.request("GET", f"{lists.rstrip('/')}?includes_parents=false")["body"]
    return next(int(each["id"]) for each in listed if each["name"] == name)


def _id(world: World, path: str) -> int:
    return int(world.request("GET", path)["body"]["id"])


def _other_reviewers(world: World) -> object:
    user, team = _id(world, "/users/lea"), _id(world, f"{ORG}/teams/apprentices")
    return {
        "reviewers": [{"type": "User", "id": user}, {"type": "Team", "id": team}],
        "prevent_self_review": True,
        "can_admins_bypass": False,
        "deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False},
    }


_SOUND = """\
name: sound
on: {push: {branches: [main]}}
permissions: {}
concurrency: {group: sound, cancel-in-progress: false}
jobs:
  greet:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions: {contents: read}
    steps:
      - name: Greet
        run: echo hello
"""
"""A workflow in which the policy pack finds nothing to refuse."""


def _file(path: str, text: str = "on: push\n") -> Callable[[World], object]:
    def body(world: World) -> object:
        there = world.request("GET", f"{TOOL}/contents/{path}")
        known = {"sha": there["body"]["sha"]} if there["status"] == 200 else {}
        content = base64.b64encode(text.encode()).decode()
        return {"message": "theirs", "content": content, **known}

    return body


def _change(method: str, path: str, body: object, *found: Found) -> Change:
    return Change(method, path, body, frozenset(found))


def _settings(field: str, camel: str, *, value: object) -> Change:
    return _change("PATCH", ORG, {field: value}, ("changed", "OrganizationSettings", "acme", camel))


def _repository(field: str, camel: str, *, value: object) -> Change:
    return _change("PATCH", TOOL, {field: value}, ("changed", "Repository", "tool", camel))


ENVIRONMENT = f"{TOOL}/environments"
_STAGING = {
    "wait_timer": 5,
    "prevent_self_review": False,
    "can_admins_bypass": False,
    "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
}
_ACTIONS = "ActionsOrganizationPermissions"
_POLICY = "RepositoryEnvironmentDeploymentPolicy"
_TAGS = "v[0-9]*.[0-9]*.[0-9]*"
_STRICT = "releases (strict names)"

CHANGES = [
    _settings("default_repository_permission", "defaultRepositoryPermission", value="write"),
    _change(
        "PATCH",
        ORG,
        {"members_can_create_repositories": True},
        *(
            ("changed", "OrganizationSettings", "acme", f"membersCanCreate{which}Repositories")
            for which in ("", "Public", "Private")
        ),
    ),
    _settings(
        "members_can_fork_private_repositories", "membersCanForkPrivateRepositories", value=True
    ),
    _settings("billing_email", "billingEmail", value="mallory@acme.example"),
    _settings(
        "secret_scanning_enabled_for_new_repositories",
        "secretScanningEnabledForNewRepositories",
        value=False,
    ),
    _change(
        "PUT",
        f"{ORG}/actions/permissions",
        {
            "enabled_repositories": "all",
            "allowed_actions": "all",
            "sha_pinning_required": False,
        },
        ("changed", _ACTIONS, "acme", "allowedActions"),
        ("changed", _ACTIONS, "acme", "allowedActionsConfig"),
        ("changed", _ACTIONS, "acme", "shaPinningRequired"),
    ),
    _change(
        "PUT",
        f"{ORG}/actions/permissions/workflow",
        {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": True},
        *(
            ("changed", "ActionsOrganizationWorkflowPermissions", "acme", field)
            for field in ("defaultWorkflowPermissions", "canApprovePullRequestReviews")
        ),
    ),
    _change(
        "PUT",
        f"{ORG}/rulesets/{{ruleset main}}",
        {"enforcement": "disabled"},
        ("changed", "OrganizationRuleset", "main", "enforcement"),
    ),
    _change(
        "PUT",
        f"{ORG}/rulesets/{{ruleset main}}",
        {"bypass_actors": [{"actor_type": "OrganizationAdmin", "bypass_mode": "always"}]},
        ("changed", "OrganizationRuleset", "main", "bypassActors"),
    ),
    _change(
        "PUT",
        f"{ORG}/rulesets/{{ruleset releases}}",
        {
            "bypass_actors": [
                {"actor_type": "RepositoryRole", "actor_id": 5, "bypass_mode": "always"}
            ]
        },
        ("changed", "OrganizationRuleset", "releases", "bypassActors"),
    ),
    _change(
        "PUT",
        f"{ORG}/rulesets/{{ruleset releases (immutable)}}",
        {"rules": [{"type": "deletion"}]},
        ("changed", "OrganizationRuleset", "releases (immutable)", "rules"),
    ),
    _change(
        "DELETE",
        f"{ORG}/rulesets/{{ruleset releases (names)}}",
        None,
        ("missing", "OrganizationRuleset", "releases (names)"),
    ),
    _change(
        "POST",
        f"{ORG}/rulesets",
        {
            "name": "theirs",
            "target": "branch",
            "enforcement": "active",
            "rules": [],
            "conditions": {
                "ref_name": {"include": ["~ALL"], "exclude": []},
                "repository_name": {"include": ["~ALL"], "exclude": []},
            },
        },
        ("undeclared", "OrganizationRuleset", "theirs"),
    ),
    _change(
        "POST",
        f"{ORG}/actions/variables",
        {"name": "THEIRS", "value": "x", "visibility": "all"},
        ("undeclared", "ActionsOrganizationVariable", "THEIRS"),
    ),
    _change(
        "PATCH",
        f"{ORG}/actions/variables/REGION",
        {"value": "south"},
        ("changed", "ActionsOrganizationVariable", "REGION", "value"),
    ),
    _change(
        "POST",
        f"{ORG}/hooks",
        {"name": "web", "config": {"url": "https://theirs.example/hook?token=hidden"}},
        ("undeclared", "OrganizationWebhook", "https://theirs.example/hook"),
    ),
    _change(
        "PUT",
        f"{ORG}/memberships/kim",
        {"role": "admin"},
        ("undeclared", "Membership", "kim"),
    ),
    _change(
        "PUT",
        f"{ORG}/organization-roles/users/zoe/8136",
        None,
        ("undeclared", "OrganizationRoleUser", "all_repo_admin/zoe"),
    ),
    _change(
        "PUT",
        f"{ORG}/organization-roles/teams/makers/8132",
        None,
        ("undeclared", "OrganizationRoleTeam", "all_repo_read/makers"),
    ),
    _change("POST", f"{ORG}/teams", {"name": "theirs"}, ("undeclared", "Team", "theirs")),
    _change(
        "PATCH",
        f"{ORG}/teams/releasers",
        {"description": "changed"},
        ("changed", "Team", "releasers", "description"),
    ),
    _change(
        "PATCH",
        f"{ORG}/teams/apprentices",
        {"parent_team_id": None},
        ("changed", "Team", "apprentices", "parentTeamId"),
    ),
    _change(
        "PUT",
        f"{ORG}/teams/releasers/memberships/zoe",
        {"role": "member"},
        ("changed", "TeamMembers", "releasers", "members"),
    ),
    _change(
        "DELETE",
        f"{ORG}/teams/makers/memberships/kim",
        None,
        ("changed", "TeamMembers", "makers", "members"),
    ),
    _change(
        "PUT",
        f"{ORG}/teams/releasers/repos/acme/tool",
        {"permission": "admin"},
        ("changed", "TeamRepository", "tool/releasers", "permission"),
    ),
    _change(
        "PUT",
        f"{ORG}/teams/apprentices/repos/acme/tool",
        {"permission": "push"},
        ("undeclared", "TeamRepository", "tool/apprentices"),
    ),
    _change("POST", f"{ORG}/repos", {"name": "theirs"}, ("undeclared", "Repository", "theirs")),
    _repository("delete_branch_on_merge", "deleteBranchOnMerge", value=False),
    _repository("allow_merge_commit", "allowMergeCommit", value=True),
    _repository("has_wiki", "hasWiki", value=True),
    _repository("description", "description", value="changed"),
    _change(
        "PATCH",
        TOOL,
        {"security_and_analysis": {"secret_scanning_push_protection": {"status": "disabled"}}},
        ("changed", "Repository", "tool", "securityAndAnalysis"),
    ),
    _change(
        "PUT",
        f"{TOOL}/topics",
        {"names": ["theirs"]},
        ("changed", "Repository", "tool", "topics"),
    ),
    _change(
        "DELETE",
        f"{TOOL}/automated-security-fixes",
        None,
        ("changed", "RepositoryDependabotSecurityUpdates", "tool", "enabled"),
    ),
    _change(
        "DELETE",
        f"{TOOL}/vulnerability-alerts",
        None,
        ("changed", "RepositoryVulnerabilityAlerts", "tool", "enabled"),
    ),
    _change(
        "PUT",
        f"{TOOL}/rulesets/{{ruleset release branches}}",
        {"conditions": {"ref_name": {"include": ["refs/heads/other"], "exclude": []}}},
        ("changed", "RepositoryRuleset", "tool/release branches", "conditions"),
    ),
    _change(
        "POST",
        f"{TOOL}/rulesets",
        {"name": "theirs", "target": "tag", "enforcement": "active", "rules": []},
        ("undeclared", "RepositoryRuleset", "tool/theirs"),
    ),
    _change(
        "PUT",
        f"{TOOL}/branches/main/protection",
        {
            "required_status_checks": None,
            "enforce_admins": False,
            "required_pull_request_reviews": None,
            "restrictions": None,
        },
        ("undeclared", "BranchProtection", "tool/main"),
    ),
    _change(
        "PUT",
        f"{TOOL}/collaborators/ben",
        {"permission": "admin"},
        ("undeclared", "RepositoryCollaborator", "tool/ben"),
    ),
    _change(
        "POST",
        f"{TOOL}/keys",
        {"title": "theirs", "key": _KEY, "read_only": False},
        ("undeclared", "RepositoryDeployKey", "tool/theirs"),
    ),
    _change(
        "POST",
        f"{TOOL}/hooks",
        {"config": {"url": "https://theirs.example/tool"}},
        ("undeclared", "RepositoryWebhook", "tool/https://theirs.example/tool"),
    ),
    _change(
        "PUT",
        f"{ENVIRONMENT}/staging",
        {**_STAGING, "reviewers": None},
        ("changed", "RepositoryEnvironment", "tool/staging", "reviewers"),
        ("changed", "RepositoryEnvironment", "tool/staging", "preventSelfReview"),
    ),
    _change(
        "PUT",
        f"{ENVIRONMENT}/staging",
        {**_STAGING, "reviewers": None, "wait_timer": 0, "can_admins_bypass": True},
        ("changed", "RepositoryEnvironment", "tool/staging", "waitTimer"),
        ("changed", "RepositoryEnvironment", "tool/staging", "canAdminsBypass"),
    ),
    _change(
        "POST",
        f"{ENVIRONMENT}/pypi-release/deployment-branch-policies",
        {"name": "*", "type": "branch"},
        ("undeclared", "RepositoryEnvironmentDeploymentPolicy", "tool/pypi-release/branch/*"),
    ),
    _change(
        "PUT", f"{ENVIRONMENT}/theirs", {}, ("undeclared", "RepositoryEnvironment", "tool/theirs")
    ),
    _change(
        "PATCH",
        f"{ENVIRONMENT}/staging/variables/TIER",
        {"value": "production"},
        ("changed", "ActionsEnvironmentVariable", "tool/staging/TIER", "value"),
    ),
    _change(
        "POST",
        f"{ENVIRONMENT}/staging/variables",
        {"name": "THEIRS", "value": "x"},
        ("undeclared", "ActionsEnvironmentVariable", "tool/staging/THEIRS"),
    ),
    _change(
        "DELETE",
        f"{TOOL}/actions/variables/COLOUR",
        None,
        ("missing", "ActionsVariable", "tool/COLOUR"),
    ),
    _change(
        "POST",
        f"{TOOL}/actions/variables",
        {"name": "THEIRS", "value": "x"},
        ("undeclared", "ActionsVariable", "tool/THEIRS"),
    ),
    _change(
        "DELETE",
        f"{TOOL}/actions/secrets/SCAN_TOKEN",
        None,
        ("missing", "ActionsSecret", "tool/actions/SCAN_TOKEN"),
    ),
    _change(
        "DELETE",
        f"{TOOL}/dependabot/secrets/SCAN_TOKEN",
        None,
        ("missing", "DependabotSecret", "tool/dependabot/SCAN_TOKEN"),
    ),
    _change(
        "DELETE",
        f"{ORG}/actions/secrets/SHARED_TOKEN",
        None,
        ("missing", "ActionsOrganizationSecret", "actions/SHARED_TOKEN"),
    ),
    _change(
        "DELETE",
        f"{ENVIRONMENT}/pypi-release/secrets/PYPI_API_TOKEN",
        None,
        ("missing", "ActionsEnvironmentSecret", "tool/pypi-release/PYPI_API_TOKEN"),
    ),
    _change(
        "PATCH",
        f"{ORG}/teams/releasers",
        lambda world: {"parent_team_id": _id(world, f"{ORG}/teams/makers")},
        ("changed", "Team", "releasers", "parentTeamId"),
    ),
    _change(
        "PUT",
        f"{ORG}/rulesets/{{ruleset releases}}",
        {"name": "renamed"},
        ("changed", "OrganizationRuleset", "releases", "name"),
    ),
    _change(
        "PUT",
        f"{TOOL}/rulesets/{{ruleset release branches}}",
        {"name": "renamed"},
        ("changed", "RepositoryRuleset", "tool/release branches", "name"),
    ),
    _change("DELETE", f"{ORG}/rulesets/{{ruleset {_STRICT}}}", None),
    _change(
        "POST",
        f"{ORG}/rulesets",
        {
            "name": _STRICT,
            "target": "tag",
            "enforcement": "active",
            "rules": [],
            "conditions": {
                "ref_name": {"include": ["~ALL"], "exclude": []},
                "repository_name": {"include": ["~ALL"], "exclude": [], "protected": True},
            },
        },
        *(
            ("changed", "OrganizationRuleset", _STRICT, field)
            for field in ("conditions", "id", "rules")
        ),
    ),
    _change(
        "PUT",
        f"{ORG}/memberships/mallory",
        {"role": "admin"},
        ("undeclared", "Membership", "mallory"),
    ),
    _change("PUT", f"{ORG}/teams/makers/memberships/mallory", {"role": "maintainer"}),
    _change(
        "PUT",
        f"{TOOL}/collaborators/mallory",
        {"permission": "admin"},
        ("undeclared", "RepositoryCollaborator", "tool/mallory"),
    ),
    _change(
        "PUT",
        f"{ENVIRONMENT}/release-approval",
        _other_reviewers,
        ("changed", "RepositoryEnvironment", "tool/release-approval", "reviewers"),
        ("changed", "RepositoryEnvironment", "tool/release-approval", "deploymentBranchPolicy"),
        ("missing", _POLICY, f"tool/release-approval/tag/{_TAGS}"),
    ),
    _change(
        "DELETE",
        f"{ENVIRONMENT}/testpypi",
        None,
        ("missing", "RepositoryEnvironment", "tool/testpypi"),
        ("missing", _POLICY, f"tool/testpypi/tag/{_TAGS}"),
        ("missing", "ActionsEnvironmentSecret", "tool/testpypi/TEST_PYPI_API_TOKEN"),
    ),
    _settings("members_can_create_pages", "membersCanCreatePages", value=True),
    _settings("has_organization_projects", "hasOrganizationProjects", value=False),
    _settings("name", "name", value="Theirs"),
    _change(
        "PUT",
        f"{TOOL}/contents/.github/workflows/ci.yml",
        _file(".github/workflows/ci.yml"),
        ("changed", "RepositoryFile", "tool/.github/workflows/ci.yml", "content"),
    ),
    _change(
        "PUT",
        f"{TOOL}/contents/.github/workflows/theirs.yml",
        _file(
            ".github/workflows/theirs.yml",
            _SOUND.replace("permissions: {}", "permissions: write-all"),
        ),
        ("undeclared", "RepositoryFile", "tool/.github/workflows/theirs.yml"),
    ),
    _change(
        "PUT",
        f"{TOOL}/contents/.github/workflows/sound.yml",
        _file(".github/workflows/sound.yml", _SOUND),
        ("undeclared", "RepositoryFile", "tool/.github/workflows/sound.yml"),
    ),
]
"""Each is another one of what drift has to find; together they leave each other alone."""


def settings_of(found: Any) -> set[Found]:  # noqa: ANN401 - a list of `Drift`
    """Return what was found, in the terms of `Change.found`."""
    result: set[Found] = set()
    for each in found:
        start = (each.what, each.kind, each.name)
        result |= {(*start, field) for field in each.fields} if each.what == "changed" else {start}
    return result
