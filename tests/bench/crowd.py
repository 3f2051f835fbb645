"""An organization of many repositories, made by GitHub's API, and the YAML that declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.sandbox import Sandbox, World

ORGANIZATION = STACK = "crowd"
TEAMS = 10
MEMBERS = 5
"""People in each team."""
WITH_ENVIRONMENT = 4
"""One repository of so many has a release environment."""
SETTINGS = {
    "name": "Crowd",
    "billing_email": "billing@crowd.example",
    "default_repository_permission": "none",
    "dependabot_alerts_enabled_for_new_repositories": True,
    "dependabot_security_updates_enabled_for_new_repositories": True,
    "dependency_graph_enabled_for_new_repositories": True,
    "members_can_create_pages": False,
    "members_can_create_private_pages": False,
    "members_can_create_public_pages": False,
    "members_can_create_repositories": False,
    "members_can_create_private_repositories": False,
    "members_can_create_public_repositories": False,
    "secret_scanning_enabled_for_new_repositories": True,
    "secret_scanning_push_protection_enabled_for_new_repositories": True,
    "web_commit_signoff_required": True,
}
ACTIONS = {
    "permissions": {
        "enabled_repositories": "all",
        "allowed_actions": "selected",
        "sha_pinning_required": True,
    },
    "permissions/selected-actions": {
        "github_owned_allowed": True,
        "verified_allowed": False,
        "patterns_allowed": [],
    },
}
REPOSITORY_SETTINGS = {
    "allow_merge_commit": False,
    "allow_update_branch": True,
    "delete_branch_on_merge": True,
    "has_projects": False,
    "has_wiki": False,
}
SCANNING = {
    "security_and_analysis": {
        "secret_scanning": {"status": "enabled"},
        "secret_scanning_push_protection": {"status": "enabled"},
    }
}
RULESET: dict[str, Any] = {
    "name": "releases",
    "target": "branch",
    "enforcement": "active",
    "conditions": {"ref_name": {"include": ["refs/heads/release/*"], "exclude": []}},
    "rules": [
        {"type": "deletion"},
        {"type": "non_fast_forward"},
        {"type": "required_linear_history"},
        {"type": "required_signatures"},
        {
            "type": "pull_request",
            "parameters": {
                "required_approving_review_count": 2,
                "dismiss_stale_reviews_on_push": True,
                "require_code_owner_review": True,
                "require_last_push_approval": True,
                "required_review_thread_resolution": True,
                "allowed_merge_methods": ["squash", "rebase"],
            },
        },
    ],
}
HEAD = """\
organization: crowd
plan: team
settings: {display_name: Crowd, billing_email: billing@crowd.example}
teams:
"""
REPOSITORY = """\
  {name}:
    description: Number {number}
    visibility: public
    access: {{team-{team}: push}}
    workflows: false
    protection: {{releases: {{branches: ["release/*"]}}}}
"""
ENVIRONMENT = """\
    environments:
      release:
        reviewers: {{teams: [team-{team}]}}
        deploy_from: {{tags: ["v*"]}}
"""


def declaration(count: int) -> str:
    """Return the YAML of an organization of ``count`` repositories."""
    parts = [HEAD]
    parts += [f"  {team}: {{members: [{', '.join(who)}]}}\n" for team, who in teams().items()]
    parts.append("repositories:\n")
    for number, name in enumerate(names(count)):
        parts.append(REPOSITORY.format(name=name, number=number, team=number % TEAMS))
        if number % WITH_ENVIRONMENT == 0:
            parts.append(ENVIRONMENT.format(team=number % TEAMS))
    return "".join(parts)


def crowd(sandbox: Sandbox, count: int) -> World:
    """Return a world with ``count`` repositories, whose answers have ETags."""
    people = teams()
    organization = {
        "login": ORGANIZATION,
        "plan": "team",
        "owners": ["owner"],
        "members": [person for members in people.values() for person in members],
        "settings": SETTINGS,
        "teams": {team: {"members": members} for team, members in people.items()},
        "repositories": {
            name: {
                "visibility": "public",
                "files": {"README.md": f"# {name}\n"},
                "teams": {f"team-{number % TEAMS}": "push"},
                "settings": {"description": f"Number {number}", **REPOSITORY_SETTINGS},
            }
            for number, name in enumerate(names(count))
        },
    }
    seed = {
        "settings": {"etags": True},
        "organizations": [organization],
        "tokens": [{"login": "owner"}],
    }
    world = sandbox.world(f"crowd-{count}", seed)
    for path, body in ACTIONS.items():
        _do(world, "PUT", f"/orgs/{ORGANIZATION}/actions/{path}", body)
    numbers = [_do(world, "GET", f"/orgs/{ORGANIZATION}/teams/{team}")["id"] for team in people]
    for number, name in enumerate(names(count)):
        path = f"/repos/{ORGANIZATION}/{name}"
        _secure(world, path)
        if number % WITH_ENVIRONMENT == 0:
            _environment(world, f"{path}/environments/release", numbers[number % TEAMS])
    world.clear_journal()
    return world


def names(count: int) -> list[str]:
    """Return the repositories' names."""
    return [f"repository-{number:04}" for number in range(count)]


def teams() -> dict[str, list[str]]:
    """Return the teams, and the people in each."""
    return {
        f"team-{number}": [f"person-{number}-{person}" for person in range(MEMBERS)]
        for number in range(TEAMS)
    }


def _secure(world: World, repository: str) -> None:
    _do(world, "PATCH", repository, SCANNING)
    _do(world, "PUT", f"{repository}/vulnerability-alerts")
    _do(world, "PUT", f"{repository}/automated-security-fixes")
    _do(world, "POST", f"{repository}/rulesets", RULESET)


def _environment(world: World, path: str, team: int) -> None:
    """Make an environment that only tags may enter, and only after a review."""
    environment = {
        "reviewers": [{"type": "Team", "id": team}],
        "prevent_self_review": True,
        "can_admins_bypass": False,
        "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
    }
    _do(world, "PUT", path, environment)
    _do(world, "POST", f"{path}/deployment-branch-policies", {"name": "v*", "type": "tag"})


def _do(world: World, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
    answer = world.request(method, path, body)
    assert answer["status"] < 300, (path, answer)
    return answer["body"]
