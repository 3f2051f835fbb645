"""One session in which every call of the GitHub provider works: what is made is read and removed.

A call stands here as `provider_calls.txt` writes it. `NAMES` fill its path, and so does what an
earlier answer was asked to `keep`. In a body `"{x}"` stands for what was kept as `x`, and
`{"sealed": "text"}` for a secret as clients send it, sealed for the scope of the call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ORG, REPO = "/orgs/{org}", "/repos/{owner}/{repo}"
NAMES = {
    "org": "acme",
    "owner": "acme",
    "repo": "widget",
    "username": "ben",
    "team_slug": "release",
    "branch": "main",
    "path": "guide/new.md",
    "environment_name": "pypi%2Frelease",
    "secret_name": "TOKEN",
    "name": "LEVEL",
    "custom_property_name": "tier",
    "ref": "main",
}
"""What fills the names in the calls' paths, by default."""
_REFS = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
_PROTECTION = {
    "required_status_checks": None,
    "enforce_admins": True,
    "required_pull_request_reviews": {"required_approving_review_count": 1},
    "restrictions": None,
}
_HOOK = {"name": "web", "config": {"url": "https://example.com/h"}, "events": ["push"]}
_SELECTED = {"github_owned_allowed": True, "verified_allowed": False, "patterns_allowed": []}


@dataclass(frozen=True)
class Step:
    """A call that works.

    Attributes:
        call: Method and path, as `provider_calls.txt` writes it.
        body: The JSON body, or None.
        keep: Names, and the keys of the answer that they stand for from now on.
        names: What fills the path in this call only.
        query: The query.
        shows: What the answer contains.
        actor: Who asks; the owner, or the App itself.
    """

    call: str
    body: Any = None
    keep: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    shows: dict[str, Any] = field(default_factory=dict)
    actor: str = "owner"


def steps() -> Iterator[Step]:
    """Yield the whole session, in its order."""
    yield from _configure()
    yield from _repository()
    yield from _branches_and_files()
    yield from _rulesets()
    yield from _environments()
    yield from _secrets()
    yield from _variables()
    yield from _actions()
    yield from _organization()
    yield from _teams()
    yield from _people()
    yield from _others()
    yield from _data_sources()


def _configure() -> Iterator[Step]:
    yield Step("GET /user", shows={"login": "ana"})
    yield Step(f"GET {ORG}", keep={"org_id": "id"}, shows={"login": "acme"})
    yield Step(f"GET {ORG}/installation", keep={"installation_id": "id"}, actor="app")
    yield Step("GET /users/{username}/installation", names={"username": "acme"}, actor="app")
    yield Step(
        "POST /app/installations/{installation_id}/access_tokens",
        {"permissions": {"contents": "read"}},
        shows={"permissions": {"contents": "read"}},
        actor="app",
    )


def _repository() -> Iterator[Step]:
    gadget = {"repo": "gadget"}
    mine = {"owner": "ana", "repo": "notes"}
    copied, forked = {"repo": "copied"}, {"owner": "ana", "repo": "site"}
    yield Step(f"POST {ORG}/repos", {"name": "gadget", "is_template": True, "auto_init": True})
    yield Step(f"GET {REPO}", names=gadget, shows={"is_template": True})
    yield Step("POST /user/repos", {"name": "notes", "private": True})
    yield Step(f"GET {REPO}", names=mine, shows={"private": True})
    yield Step(f"POST {REPO}/generate", {"owner": "acme", "name": "copied"}, names=gadget)
    yield Step(f"GET {REPO}", names=copied, shows={"name": "copied"})
    yield Step(f"POST {REPO}/forks", {}, names={"repo": "site"})
    yield Step(f"GET {REPO}", names=forked, shows={"fork": True})
    yield Step(f"PATCH {REPO}", {"description": "new", "archived": True}, names=gadget)
    yield Step(f"GET {REPO}", names=gadget, shows={"description": "new", "archived": True})
    yield Step(f"DELETE {REPO}", names=gadget)
    yield Step(f"GET {REPO}", keep={"repository_id": "id"}, shows={"name": "widget"})
    yield Step(f"PUT {REPO}/topics", {"names": ["release"]})
    yield Step(f"GET {REPO}/topics", shows={"names": ["release"]})
    source = {"branch": "main", "path": "/docs"}
    yield Step(f"POST {REPO}/pages", {"source": source})
    yield Step(f"PUT {REPO}/pages", {"cname": "docs.example.com"})
    yield Step(f"GET {REPO}/pages", shows={"source": source, "cname": "docs.example.com"})
    yield Step(f"DELETE {REPO}/pages")
    for switch in ("vulnerability-alerts", "automated-security-fixes"):
        yield Step(f"PUT {REPO}/{switch}")
        yield Step(f"GET {REPO}/{switch}")
    for switch in ("automated-security-fixes", "vulnerability-alerts"):
        yield Step(f"DELETE {REPO}/{switch}")


def _branches_and_files() -> Iterator[Step]:
    path = f"{REPO}/contents/{{path}}"
    yield Step(f"GET {REPO}/branches/{{branch}}", shows={"name": "main"})
    yield Step(
        f"GET {REPO}/git/ref/{{ref}}", names={"ref": "heads/main"}, keep={"sha": "object.sha"}
    )
    yield Step(f"POST {REPO}/git/refs", {"ref": "refs/heads/one", "sha": "{sha}"})
    yield Step(
        f"POST {REPO}/branches/{{branch}}/rename", {"new_name": "two"}, names={"branch": "one"}
    )
    yield Step(f"GET {REPO}/branches")
    new = {"message": "add", "content": "eA==", "branch": "two"}
    yield Step(f"PUT {path}", new, keep={"blob": "content.sha"})
    yield Step(f"GET {path}", query={"ref": "two"}, shows={"content": "eA==\n"})
    yield Step(f"GET {REPO}/commits", query={"sha": "two", "path": "guide/new.md"})
    yield Step(f"GET {REPO}/commits/{{ref}}", names={"ref": "two"})
    pull = {"title": "Add", "head": "two", "base": "main"}
    yield Step(f"POST {REPO}/pulls", pull, keep={"pull_number": "number"})
    yield Step(f"PATCH {REPO}/pulls/{{pull_number}}", {"title": "Add x", "state": "closed"})
    yield Step(f"GET {REPO}/pulls/{{pull_number}}", shows={"title": "Add x", "state": "closed"})
    yield Step(f"DELETE {path}", {"message": "no", "sha": "{blob}", "branch": "two"})
    yield Step(f"DELETE {REPO}/git/refs/{{ref}}", names={"ref": "heads/two"})
    protection = f"{REPO}/branches/{{branch}}/protection"
    yield Step(f"PUT {protection}", _PROTECTION)
    yield Step(f"GET {protection}")
    yield Step(f"POST {protection}/required_signatures", shows={"enabled": True})
    yield Step(f"GET {protection}/required_signatures", shows={"enabled": True})
    yield Step(f"DELETE {protection}/required_signatures")
    yield Step(f"DELETE {protection}")


def _rulesets() -> Iterator[Step]:
    by_name = {"repository_name": {"include": ["~ALL"], "exclude": []}}
    for place, where in ((REPO, _REFS), (ORG, _REFS | by_name)):
        rules = {"name": "main", "enforcement": "active", "conditions": where}
        one = f"{place}/rulesets/{{ruleset_id}}"
        yield Step(
            f"POST {place}/rulesets",
            {**rules, "rules": [{"type": "deletion"}]},
            keep={"ruleset_id": "id"},
        )
        yield Step(f"PUT {one}", {**rules, "rules": [{"type": "non_fast_forward"}]})
        yield Step(f"GET {one}", shows={"rules": [{"type": "non_fast_forward"}]})
        yield Step(f"DELETE {one}")


def _environments() -> Iterator[Step]:
    one = f"{REPO}/environments/{{environment_name}}"
    policies = f"{one}/deployment-branch-policies"
    refs = {"protected_branches": False, "custom_branch_policies": True}
    yield Step(f"PUT {one}", {"wait_timer": 5, "deployment_branch_policy": refs})
    yield Step(f"GET {one}", shows={"deployment_branch_policy": refs})
    yield Step(f"GET {REPO}/environments", shows={"total_count": 1})
    yield Step(f"POST {policies}", {"name": "v*", "type": "tag"}, keep={"branch_policy_id": "id"})
    yield Step(f"PUT {policies}/{{branch_policy_id}}", {"name": "v[0-9]*"})
    yield Step(f"GET {policies}/{{branch_policy_id}}", shows={"name": "v[0-9]*"})
    yield Step(f"GET {policies}", shows={"total_count": 1})
    yield Step(f"DELETE {policies}/{{branch_policy_id}}")


def _secrets() -> Iterator[Step]:
    environment = "/repositories/{repository_id}/environments/{environment_name}"
    for place, more in (
        (f"{REPO}/actions", {}),
        (f"{REPO}/dependabot", {}),
        (environment, {}),
        (f"{ORG}/actions", {"visibility": "selected", "selected_repository_ids": []}),
        (f"{ORG}/dependabot", {"visibility": "selected", "selected_repository_ids": []}),
    ):
        one = f"{place}/secrets/{{secret_name}}"
        yield Step(f"GET {place}/secrets/public-key")
        yield Step(f"PUT {one}", {"sealed": "canary", **more})
        yield Step(f"GET {one}", shows={"name": "TOKEN"})
        yield Step(f"GET {place}/secrets", shows={"total_count": 1})
        if more:
            yield from _selected(one)
        yield Step(f"DELETE {one}")


def _selected(one: str) -> Iterator[Step]:
    """Say which repositories see an organization's secret or variable."""
    both = f"{one}/repositories"
    yield Step(f"PUT {both}/{{repository_id}}")
    yield Step(f"GET {both}", shows={"total_count": 1})
    yield Step(f"DELETE {both}/{{repository_id}}")
    yield Step(f"GET {both}", shows={"total_count": 0})
    yield Step(f"PUT {both}", {"selected_repository_ids": ["{repository_id}"]})
    yield Step(f"GET {both}", shows={"total_count": 1})


def _variables() -> Iterator[Step]:
    for place, more in (
        (f"{REPO}/actions/variables", {}),
        (f"{REPO}/environments/{{environment_name}}/variables", {}),
        (f"{ORG}/actions/variables", {"visibility": "selected"}),
    ):
        one = f"{place}/{{name}}"
        yield Step(f"POST {place}", {"name": "LEVEL", "value": "1", **more})
        yield Step(f"PATCH {one}", {"value": "2"})
        yield Step(f"GET {one}", shows={"value": "2"})
        yield Step(f"GET {place}", shows={"total_count": 1})
        if more:
            yield from _selected(one)
        yield Step(f"DELETE {one}")
    yield Step(f"DELETE {REPO}/environments/{{environment_name}}")


def _actions() -> Iterator[Step]:
    token = {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False}
    for place, some in (
        (REPO, {"enabled": True, "allowed_actions": "selected"}),
        (ORG, {"enabled_repositories": "selected", "allowed_actions": "selected"}),
    ):
        settings = f"{place}/actions/permissions"
        for path, body in (
            (settings, some),
            (f"{settings}/selected-actions", _SELECTED),
            (f"{settings}/workflow", token),
        ):
            yield Step(f"PUT {path}", body)
            yield Step(f"GET {path}", shows=body)
    yield Step(f"PUT {REPO}/actions/permissions/access", {"access_level": "organization"})
    yield Step(f"GET {REPO}/actions/permissions/access", shows={"access_level": "organization"})
    chosen = f"{ORG}/actions/permissions/repositories"
    yield Step(f"PUT {chosen}", {"selected_repository_ids": ["{repository_id}"]})
    yield Step(f"GET {chosen}", shows={"total_count": 1})
    subjects: tuple[tuple[str, dict[str, Any]], ...] = (
        (ORG, {"include_claim_keys": ["repo", "context"]}),
        (REPO, {"use_default": False, "include_claim_keys": ["repo", "environment"]}),
    )
    for place, body in subjects:
        yield Step(f"PUT {place}/actions/oidc/customization/sub", body)
        yield Step(f"GET {place}/actions/oidc/customization/sub", shows=body)


def _organization() -> Iterator[Step]:
    yield Step(f"PATCH {ORG}", {"description": "practice"}, shows={"description": "practice"})
    roles = f"{ORG}/organization-roles"
    one = f"{roles}/{{role_id}}"
    yield Step(
        f"POST {roles}",
        {"name": "auditor", "permissions": ["read_audit_logs"]},
        keep={"role_id": "id"},
    )
    yield Step(f"PATCH {one}", {"description": "reads"})
    yield Step(f"GET {one}", shows={"description": "reads"})
    yield Step(f"GET {roles}")
    for whom in ("teams/{team_slug}", "users/{username}"):
        yield Step(f"PUT {roles}/{whom}/{{role_id}}")
        yield Step(f"GET {one}/{whom.partition('/')[0]}")
        yield Step(f"DELETE {roles}/{whom}/{{role_id}}")
    yield Step(f"DELETE {one}")
    yield Step(f"GET {ORG}/security-managers")
    roles = f"{ORG}/custom-repository-roles"
    one = f"{roles}/{{role_id}}"
    yield Step(
        f"POST {roles}",
        {"name": "tagger", "base_role": "write", "permissions": ["create_tag"]},
        keep={"role_id": "id"},
    )
    yield Step(f"PATCH {one}", {"description": "tags"})
    yield Step(f"GET {one}", shows={"description": "tags"})
    yield Step(f"GET {roles}", shows={"total_count": 1})
    yield Step(f"DELETE {one}")
    one = f"{ORG}/properties/schema/{{custom_property_name}}"
    yield Step(f"PUT {one}", {"value_type": "single_select", "allowed_values": ["a", "b"]})
    yield Step(f"GET {one}", shows={"allowed_values": ["a", "b"]})
    values = f"{REPO}/properties/values"
    yield Step(f"PATCH {values}", {"properties": [{"property_name": "tier", "value": "b"}]})
    yield Step(f"GET {values}")
    yield Step(f"DELETE {one}")


def _teams() -> Iterator[Step]:
    by_name = f"{ORG}/teams/{{team_slug}}"
    by_id = "/organizations/{org_id}/team/{team_id}"
    yield Step(f"POST {ORG}/teams", {"name": "Night"}, keep={"team_id": "id"})
    night = {"team_slug": "night"}
    yield Step(f"PATCH {by_name}", {"description": "late"}, names=night)
    yield Step(f"GET {by_id}", shows={"description": "late"})
    yield Step(f"PATCH {by_id}", {"description": "later"})
    yield Step(f"GET {by_name}", names=night, shows={"description": "later"})
    for team, names in ((by_name, night), (by_id, {})):
        person, repository = f"{team}/memberships/{{username}}", f"{team}{REPO}"
        yield Step(f"PUT {person}", {"role": "member"}, names=names)
        yield Step(f"PUT {repository}", {"permission": "triage"}, names=names)
        if team == by_id:
            yield Step(f"GET {person}", shows={"role": "member"})
            yield Step(f"GET {repository}")
        yield Step(f"GET {by_name}/members", names=night)
        yield Step(f"GET {by_name}/repos", names=night)
        yield Step(f"GET {REPO}/teams")
        yield Step(f"DELETE {repository}", names=names)
        yield Step(f"DELETE {person}", names=names)
    yield Step(f"DELETE {by_id}")


def _people() -> Iterator[Step]:
    membership = f"{ORG}/memberships/{{username}}"
    zoe = {"username": "zoe"}
    yield Step(
        f"PUT {REPO}/collaborators/{{username}}",
        {"permission": "pull"},
        names=zoe,
        keep={"invitation_id": "id"},
    )
    one = f"{REPO}/invitations/{{invitation_id}}"
    yield Step(f"GET {REPO}/invitations")
    yield Step(f"PATCH {one}", {"permissions": "triage"}, shows={"permissions": "triage"})
    yield Step(f"DELETE {one}")
    yield Step(f"PUT {REPO}/collaborators/{{username}}", {"permission": "triage"})
    yield Step(f"GET {REPO}/collaborators")
    yield Step(f"DELETE {REPO}/collaborators/{{username}}")
    yield Step(f"PUT {ORG}/blocks/{{username}}", names=zoe)
    yield Step(f"GET {ORG}/blocks/{{username}}", names=zoe)
    yield Step(f"DELETE {ORG}/blocks/{{username}}", names=zoe)
    yield Step(f"PUT {membership}", {"role": "member"}, names=zoe, shows={"state": "pending"})
    yield Step(f"GET {membership}", names=zoe, shows={"role": "member"})
    yield Step(f"DELETE {membership}", names=zoe)


def _others() -> Iterator[Step]:
    key = {"title": "backup", "key": "ssh-ed25519 AAAAC3Nz", "read_only": True}
    link = {"key_prefix": "T-", "url_template": "https://e.com/<num>", "is_alphanumeric": True}
    for things, body, name, change in (
        (f"{REPO}/autolinks", link, "autolink_id", None),
        (f"{REPO}/keys", key, "key_id", None),
        (f"{ORG}/hooks", _HOOK, "hook_id", {"active": False}),
        (f"{REPO}/hooks", _HOOK, "hook_id", {"active": False}),
    ):
        one = f"{things}/{{{name}}}"
        yield Step(f"POST {things}", body, keep={name: "id"})
        if change:
            yield Step(f"PATCH {one}", change)
        yield Step(f"GET {one}", shows=change or {})
        yield Step(f"DELETE {one}")
    groups = f"{ORG}/actions/runner-groups"
    one = f"{groups}/{{runner_group_id}}"
    yield Step(
        f"POST {groups}",
        {"name": "release", "visibility": "selected"},
        keep={"runner_group_id": "id"},
    )
    yield Step(f"PATCH {one}", {"name": "releases"})
    yield Step(f"GET {one}", shows={"name": "releases"})
    yield Step(f"PUT {one}/repositories", {"selected_repository_ids": ["{repository_id}"]})
    yield Step(f"GET {one}/repositories", shows={"total_count": 1})
    yield Step(f"DELETE {one}")
    labels = f"{REPO}/labels"
    urgent = {"name": "urgent"}
    yield Step(f"POST {labels}", {"name": "urgent", "color": "ff0000"})
    yield Step(f"PATCH {labels}/{{name}}", {"color": "00ff00"}, names=urgent)
    yield Step(f"GET {labels}/{{name}}", names=urgent, shows={"color": "00ff00"})
    yield Step(f"GET {labels}")
    yield Step(f"DELETE {labels}/{{name}}", names=urgent)


def _data_sources() -> Iterator[Step]:
    yield Step(f"GET {ORG}/repos")
    yield Step("GET /users/{username}", shows={"login": "ben"})
    yield Step("GET /users/{username}/gpg_keys")
    yield Step("GET /users/{username}/keys")
    yield Step("GET /search/repositories", query={"q": "org:acme widget"})
    license_file = {"path": "LICENSE"}
    yield Step(
        f"PUT {REPO}/contents/{{path}}", {"message": "m", "content": "TUlU"}, names=license_file
    )
    yield Step(f"GET {REPO}/license", shows={"path": "LICENSE"})
    yield Step(f"DELETE {ORG}/memberships/{{username}}")
