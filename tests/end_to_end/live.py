"""An organization as githubkit, which nobody here wrote, reads it: plain data to compare."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Literal

from githubkit import GitHub, TokenAuthStrategy

if TYPE_CHECKING:
    from githubkit import Response

    from tests.support.sandbox import World


def client(world: World) -> GitHub[Any]:
    """A client of the world's REST API; its models check each answer."""
    return GitHub(TokenAuthStrategy(world.token), base_url=f"{world.rest_url}/")


def _json(response: Response[Any, Any]) -> dict[str, Any]:
    """An answer as it came; githubkit has read it into its model by then."""
    assert response.parsed_data is not None
    answer: dict[str, Any] = response.raw_response.json()
    return answer


class Live:
    """What is there now."""

    def __init__(self, world: World, organization: str) -> None:
        """Read ``organization`` in ``world``."""
        self._client = client(world)  # githubkit's namespaces hold it weakly
        self.rest = self._client.rest
        self.org = organization

    def settings(self) -> dict[str, Any]:
        """The organization's own fields."""
        found: dict[str, Any] = self.rest.orgs.get(self.org).parsed_data.model_dump()
        return found

    def actions(self) -> dict[str, Any]:
        """What Actions may do, in one mapping."""
        api = self.rest.actions
        permissions = api.get_github_actions_permissions_organization(self.org).parsed_data
        allowed = api.get_allowed_actions_organization(self.org).parsed_data
        workflow = api.get_github_actions_default_workflow_permissions_organization(self.org)
        return {
            **permissions.model_dump(),
            **allowed.model_dump(),
            **workflow.parsed_data.model_dump(),
        }

    def teams(self) -> dict[str, dict[str, Any]]:
        """Slug to members, maintainers, parent, privacy."""
        return {
            team.slug: {
                "members": self._members(team.slug, "member"),
                "maintainers": self._members(team.slug, "maintainer"),
                "parent": team.parent.slug if team.parent else None,
                "privacy": team.privacy,
            }
            for team in self.rest.teams.list(self.org, per_page=100).parsed_data
        }

    def _members(self, slug: str, role: Literal["member", "maintainer"]) -> set[str]:
        api = self.rest.teams
        found: Any = api.list_members_in_org(self.org, slug, role=role, per_page=100).parsed_data
        return {member.login for member in found}

    def rulesets(self) -> dict[str, dict[str, Any]]:
        """The organization's rulesets by name."""
        listed = self.rest.repos.get_org_rulesets(self.org, per_page=100).parsed_data
        get = self.rest.repos.get_org_ruleset
        return {each.name: _json(get(self.org, each.id)) for each in listed}

    def repository_rulesets(self, repository: str) -> dict[str, dict[str, Any]]:
        """The repository's own rulesets by name."""
        api = self.rest.repos
        listed = api.get_repo_rulesets(
            self.org, repository, includes_parents=False, per_page=100
        ).parsed_data
        get = api.get_repo_ruleset
        return {each.name: _json(get(self.org, repository, each.id)) for each in listed}

    def secrets(self) -> dict[str, tuple[str, set[str]]]:
        """`store/NAME` to visibility and the selected repositories."""
        found: dict[str, tuple[str, set[str]]] = {}
        for store, api in (("actions", self.rest.actions), ("dependabot", self.rest.dependabot)):
            for secret in api.list_org_secrets(self.org, per_page=100).parsed_data.secrets:
                selected: set[str] = set()
                if secret.visibility == "selected":
                    repositories = api.list_selected_repos_for_org_secret(self.org, secret.name)
                    selected = {each.name for each in repositories.parsed_data.repositories}
                found[f"{store}/{secret.name}"] = (secret.visibility, selected)
        return found

    def variables(self) -> dict[str, tuple[str, str]]:
        """Name to value and visibility."""
        listed = self.rest.actions.list_org_variables(self.org).parsed_data.variables
        return {each.name: (each.value, each.visibility) for each in listed}

    def repositories(self) -> dict[str, dict[str, Any]]:
        """Name to the repository's fields."""
        listed = self.rest.repos.list_for_org(self.org, per_page=100).parsed_data
        return {
            each.name: self.rest.repos.get(self.org, each.name).parsed_data.model_dump()
            for each in listed
        }

    def access(self, repository: str) -> dict[str, str]:
        """Team to permission."""
        listed = self.rest.repos.list_teams(self.org, repository, per_page=100).parsed_data
        return {team.slug: team.permission for team in listed}

    def security(self, repository: str) -> tuple[bool, bool]:
        """Whether vulnerability alerts and security updates are on."""
        alerts = self.rest.repos.check_vulnerability_alerts(self.org, repository).status_code == 204
        updates = self.rest.repos.check_automated_security_fixes(self.org, repository)
        return alerts, updates.parsed_data.enabled

    def environments(self, repository: str) -> dict[str, dict[str, Any]]:
        """Name to reviewers, gates, refs, secrets and variables."""
        api = self.rest.repos
        listed = _json(api.get_all_environments(self.org, repository, per_page=100))
        return {
            each["name"]: self._environment(repository, each)
            for each in listed.get("environments", [])
        }

    def _environment(self, repository: str, environment: dict[str, Any]) -> dict[str, Any]:
        name = environment["name"]
        rules = {rule["type"]: rule for rule in environment["protection_rules"]}
        gate = rules.get("required_reviewers", {"reviewers": [], "prevent_self_review": False})
        policies = self.rest.repos.list_deployment_branch_policies(
            self.org, repository, name
        ).parsed_data.branch_policies
        actions = self.rest.actions
        secrets = actions.list_environment_secrets(self.org, repository, name).parsed_data.secrets
        variables = actions.list_environment_variables(self.org, repository, name).parsed_data
        return {
            "reviewers": {
                each["reviewer"].get("slug") or f"@{each['reviewer']['login']}"
                for each in gate["reviewers"]
            },
            "prevent_self_review": gate["prevent_self_review"],
            "wait_timer": rules.get("wait_timer", {}).get("wait_timer", 0),
            "can_admins_bypass": environment["can_admins_bypass"],
            "deploy_from": {f"{policy.type}:{policy.name}" for policy in policies},
            "limited": environment["deployment_branch_policy"],
            "secrets": {secret.name for secret in secrets},
            "variables": {each.name: each.value for each in variables.variables},
        }

    def repository_secrets(self, repository: str) -> set[str]:
        """`store/NAME` of the repository's secrets."""
        return {
            f"{store}/{secret.name}"
            for store, api in (("actions", self.rest.actions), ("dependabot", self.rest.dependabot))
            for secret in api.list_repo_secrets(self.org, repository).parsed_data.secrets
        }

    def repository_variables(self, repository: str) -> dict[str, str]:
        """Name to value."""
        listed = self.rest.actions.list_repo_variables(self.org, repository).parsed_data.variables
        return {each.name: each.value for each in listed}

    def file(self, repository: str, path: str) -> str:
        """A file's text on the default branch."""
        found = _json(self.rest.repos.get_content(self.org, repository, path))
        return base64.b64decode(found["content"]).decode()
