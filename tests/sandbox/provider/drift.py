"""What somebody changes outside of the provider, for each resource, and what a refresh sees of it.

In paths and bodies `{name}` stands for the last segment of another resource's id, as in
`resources.IMPORTS`; `sealed` in a body for a secret's new value.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nacl.public import PublicKey, SealedBox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.sandbox import World

_ORG = "/orgs/acme"
_REPO = "/repos/acme/widget"
_TEAM = f"{_ORG}/teams/release-managers"
_REPO_TEAM = f"{_TEAM}{_REPO}"
_PERMISSIONS = "actions/permissions"
_SELECTED = {"github_owned_allowed": True, "verified_allowed": True, "patterns_allowed": []}
_OIDC = "actions/oidc/customization/sub"
_PYPI = f"{_REPO}/environments/pypi%2Frelease"
_UPDATE_RULE = """mutation($input: UpdateBranchProtectionRuleInput!) {
  updateBranchProtectionRule(input: $input) { branchProtectionRule { id } } }"""
_ASSIGN = """mutation($input: UpdateTeamReviewAssignmentInput!) {
  updateTeamReviewAssignment(input: $input) { clientMutationId } }"""


@dataclass(frozen=True)
class Drift:
    """A request outside of the provider.

    Attributes:
        method: The HTTP method.
        path: The REST path, or `/graphql`.
        body: The JSON body.
        seen: The resource's properties that a refresh shows to be another, `GONE`, or nothing.
        unseen: What the provider does not see of it, and why.
    """

    method: str
    path: str
    body: Any = None
    seen: tuple[str, ...] = ()
    unseen: str = ""

    def happen(self, world: World, ids: Mapping[str, str]) -> None:
        """Make the request, as an owner."""
        body = json.loads(_named(json.dumps(self.body), ids))
        path = _named(self.path, ids)
        if isinstance(body, dict) and "sealed" in body:
            body |= _sealed(world, path.rpartition("/")[0], body.pop("sealed"))
        answer = world.request(self.method, path, body)
        assert answer["status"] < 300, (self, answer)
        assert "errors" not in (answer["body"] or {}), (self, answer)


def _named(text: str, ids: Mapping[str, str]) -> str:
    for name, ident in ids.items():
        text = text.replace(f"{{{name}}}", ident)
    return text


def _sealed(world: World, base: str, value: str) -> dict[str, str]:
    key = world.request("GET", f"{base}/public-key")["body"]
    box = SealedBox(PublicKey(base64.b64decode(key["key"])))
    return {
        "encrypted_value": base64.b64encode(box.encrypt(value.encode())).decode(),
        "key_id": key["key_id"],
    }


def _put(path: str, body: dict[str, Any], *seen: str, unseen: str = "") -> Drift:
    return Drift("PUT", path, body, seen, unseen)


def _patch(path: str, body: dict[str, Any], *seen: str) -> Drift:
    return Drift("PATCH", path, body, seen)


def _delete(path: str, *seen: str) -> Drift:
    return Drift("DELETE", path, None, seen or GONE)


def _graphql(query: str, seen: str, **given: object) -> Drift:
    return Drift("POST", "/graphql", {"query": query, "variables": {"input": given}}, (seen,))


GONE = ("gone",)
DRIFTED_SECRET = "canary-drifted"
DRIFTED = {"description": "drifted"}
_NO_VALUE = (
    "the value: GitHub never gives it, and that it was written later than by us is not compared"
)
CHANGED: dict[str, Drift] = {
    "settings": _patch(_ORG, DRIFTED, "description"),
    "actions": _put(f"{_ORG}/{_PERMISSIONS}/selected-actions", _SELECTED, "allowedActionsConfig"),
    "workflow": _put(
        f"{_ORG}/{_PERMISSIONS}/workflow",
        {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": False},
        "defaultWorkflowPermissions",
    ),
    "oidc": _put(f"{_ORG}/{_OIDC}", {"include_claim_keys": ["repo"]}, "includeClaimKeys"),
    "property": _put(
        f"{_ORG}/properties/schema/tier",
        {"value_type": "single_select", "allowed_values": ["one", "two"], **DRIFTED},
        "description",
    ),
    "role": _patch(f"{_ORG}/organization-roles/{{role}}", DRIFTED, "description"),
    "hook": _patch(f"{_ORG}/hooks/{{hook}}", {"active": False}, "active"),
    "org-ruleset": _put(
        f"{_ORG}/rulesets/{{org-ruleset}}", {"enforcement": "evaluate"}, "enforcement"
    ),
    "team": _patch(_TEAM, DRIFTED, "description"),
    "child": _patch(f"{_ORG}/teams/night-shift", DRIFTED, "description"),
    "membership": _put(f"{_ORG}/memberships/kim", {"role": "admin"}, "role"),
    "team-membership": _put(f"{_TEAM}/memberships/ben", {"role": "maintainer"}, "role"),
    "team-members": _put(
        f"{_ORG}/teams/night-shift/memberships/ben", {"role": "member"}, "members"
    ),
    "team-settings": _graphql(
        _ASSIGN,
        "reviewRequestDelegation",
        id="{team-settings}",
        enabled=True,
        algorithm="LOAD_BALANCE",
        teamMemberCount=1,
        notifyTeam=True,
    ),
    "security-manager": _delete(f"{_ORG}/security-managers/teams/release-managers"),
    "role-team": _delete(f"{_ORG}/organization-roles/teams/release-managers/{{role}}"),
    "role-user": _delete(f"{_ORG}/organization-roles/users/kim/{{role}}"),
    "repository": _patch(_REPO, DRIFTED, "description"),
    "public": _patch("/repos/acme/site", {"has_wiki": True}, "hasWiki"),
    "topics": _put(f"{_REPO}/topics", {"names": ["drifted"]}, "topics"),
    "updates": _delete(f"{_REPO}/automated-security-fixes", "enabled"),
    "alerts": _delete(f"{_REPO}/vulnerability-alerts", "enabled"),
    "repo-actions": _put(
        f"{_REPO}/{_PERMISSIONS}/selected-actions", _SELECTED, "allowedActionsConfig"
    ),
    "repo-workflow": _put(
        f"{_REPO}/{_PERMISSIONS}/workflow",
        {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": False},
        "defaultWorkflowPermissions",
    ),
    "access": _put(
        f"{_REPO}/{_PERMISSIONS}/access", {"access_level": "organization"}, "accessLevel"
    ),
    "repo-oidc": _put(f"{_REPO}/{_OIDC}", {"use_default": True}, "useDefault", "includeClaimKeys"),
    "repo-property": _patch(
        f"{_REPO}/properties/values",
        {"properties": [{"property_name": "tier", "value": "two"}]},
        "propertyValues",
    ),
    "repo-hook": _patch(f"{_REPO}/hooks/{{repo-hook}}", {"active": False}, "active"),
    "deploy-key": _delete(f"{_REPO}/keys/{{deploy-key}}"),
    "autolink": _delete(f"{_REPO}/autolinks/{{autolink}}"),
    "collaborator": _put(f"{_REPO}/collaborators/zoe", {"permission": "push"}, "permission"),
    "team-repository": _put(_REPO_TEAM, {"permission": "admin"}, "permission"),
    "branch": _put(
        f"{_REPO}/contents/other",
        {"message": "m", "branch": "develop", "content": "ZHJpZnRlZA=="},
        unseen="that the branch moved: where it stands is an output, which nobody declares",
    ),
    "idle": _delete(f"{_REPO}/git/refs/heads/idle"),
    "branch-default": _patch(_REPO, {"default_branch": "main"}, "branch"),
    "ruleset": _put(f"{_REPO}/rulesets/{{ruleset}}", {"enforcement": "disabled"}, "enforcement"),
    "protection": _graphql(
        _UPDATE_RULE,
        "enforceAdmins",
        branchProtectionRuleId="{protection}",
        isAdminEnforced=False,
    ),
    "protection-by-name": _graphql(
        _UPDATE_RULE,
        "allowsDeletions",
        branchProtectionRuleId="{protection-by-name}",
        allowsDeletions=True,
    ),
    "environment": _put(
        _PYPI,
        {
            "wait_timer": 0,
            "can_admins_bypass": False,
            "reviewers": None,
            "deployment_branch_policy": {
                "protected_branches": False,
                "custom_branch_policies": True,
            },
        },
        "waitTimer",
        unseen="that the reviewers are gone: it reads them only from a rule that is then not there",
    ),
    "deployment-policy": _put(
        f"{_PYPI}/deployment-branch-policies/{{deployment-policy}}",
        {"name": "w*"},
        "tagPattern",
    ),
    "staging": _put(
        f"{_REPO}/environments/staging", {"wait_timer": 5}, "waitTimer", "deploymentBranchPolicy"
    ),
    "environment-secret": _put(
        f"{_PYPI}/secrets/PYPI_TOKEN", {"sealed": DRIFTED_SECRET}, unseen=_NO_VALUE
    ),
    "environment-variable": _patch(f"{_PYPI}/variables/INDEX", {"value": "drifted"}, "value"),
    "secret": _put(f"{_REPO}/actions/secrets/TOKEN", {"sealed": DRIFTED_SECRET}, unseen=_NO_VALUE),
    "org-secret": _put(
        f"{_ORG}/actions/secrets/CODECOV",
        {"sealed": DRIFTED_SECRET, "visibility": "all"},
        "visibility",
        unseen=_NO_VALUE,
    ),
    "org-secret-alone": _put(
        f"{_ORG}/actions/secrets/MIRROR",
        {"sealed": DRIFTED_SECRET, "visibility": "selected"},
        unseen=_NO_VALUE,
    ),
    "org-secret-repositories": _put(
        f"{_ORG}/actions/secrets/MIRROR/repositories",
        {"selected_repository_ids": []},
        "selectedRepositoryIds",
    ),
    "dependabot-secret": _put(
        f"{_REPO}/dependabot/secrets/TOKEN", {"sealed": DRIFTED_SECRET}, unseen=_NO_VALUE
    ),
    "dependabot-org-secret": _put(
        f"{_ORG}/dependabot/secrets/REGISTRY",
        {"sealed": DRIFTED_SECRET, "visibility": "all"},
        "visibility",
        unseen=_NO_VALUE,
    ),
    "variable": _patch(f"{_REPO}/actions/variables/LEVEL", {"value": "drifted"}, "value"),
    "org-variable": _patch(f"{_ORG}/actions/variables/REGION", {"value": "drifted"}, "value"),
    "file": _put(
        f"{_REPO}/contents/.github/CODEOWNERS",
        {"message": "m", "branch": "develop", "content": "ZHJpZnRlZA==", "sha": "{blob}"},
        "content",
    ),
    "pull-request": _patch(f"{_REPO}/pulls/1", {"title": "drifted"}, "title"),
}
"""Every resource -> what somebody makes of it; none is in another's way."""

DELETED: dict[str, Drift] = {
    "hook": _delete(f"{_ORG}/hooks/{{hook}}"),
    "org-ruleset": _delete(f"{_ORG}/rulesets/{{org-ruleset}}"),
    "team-membership": _delete(f"{_TEAM}/memberships/ben"),
    "repo-hook": _delete(f"{_REPO}/hooks/{{repo-hook}}"),
    "ruleset": _delete(f"{_REPO}/rulesets/{{ruleset}}"),
    "staging": _delete(f"{_REPO}/environments/staging"),
    "deployment-policy": _delete(f"{_PYPI}/deployment-branch-policies/{{deployment-policy}}"),
    "environment-secret": _delete(f"{_PYPI}/secrets/PYPI_TOKEN"),
    "environment-variable": _delete(f"{_PYPI}/variables/INDEX"),
    "secret": _delete(f"{_REPO}/actions/secrets/TOKEN"),
    "org-secret": _delete(f"{_ORG}/actions/secrets/CODECOV"),
    "dependabot-secret": _delete(f"{_REPO}/dependabot/secrets/TOKEN"),
    "dependabot-org-secret": _delete(f"{_ORG}/dependabot/secrets/REGISTRY"),
    "variable": _delete(f"{_REPO}/actions/variables/LEVEL"),
    "org-variable": _delete(f"{_ORG}/actions/variables/REGION"),
    "file": Drift(
        "DELETE",
        f"{_REPO}/contents/.github/CODEOWNERS",
        {"message": "m", "branch": "develop", "sha": "{blob}"},
        GONE,
    ),
}
"""Of those that can be changed above: what somebody deletes."""
