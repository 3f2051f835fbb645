"""Repositories as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import level, owner, permission
from sandbox.api.http import json_bytes
from sandbox.shapes.accounts import simple_user
from sandbox.world.kinds.repositories import REPOSITORY, Features, MergeSettings, Repository
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.kinds.accounts import Account
    from sandbox.world.records import Record

_LINKS = (
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
)

MERGE_SETTINGS: MergeSettings = {
    "allow_squash_merge": True,
    "allow_merge_commit": True,
    "allow_rebase_merge": True,
    "allow_auto_merge": False,
    "delete_branch_on_merge": False,
    "allow_update_branch": False,
    "use_squash_pr_title_as_default": False,
    "squash_merge_commit_title": "COMMIT_OR_PR_TITLE",
    "squash_merge_commit_message": "COMMIT_MESSAGES",
    "merge_commit_title": "MERGE_MESSAGE",
    "merge_commit_message": "PR_TITLE",
}
"""Merge settings with GitHub's defaults."""

FEATURES: Features = {
    "has_issues": True,
    "has_projects": True,
    "has_wiki": True,
    "has_discussions": False,
    "has_downloads": True,
    "has_pages": False,
    "has_pull_requests": True,
    "is_template": False,
    "archived": False,
    "web_commit_signoff_required": False,
}
"""Features with GitHub's defaults."""


def permissions_of(found: str) -> dict[str, bool]:
    """Return GitHub's `permissions` object for a permission level."""
    names = ("pull", "triage", "push", "maintain", "admin")
    return {name: level(name) <= level(found) for name in names}


def minimal_repository(call: Call, repository: Record[Repository]) -> dict[str, Any]:
    """Return a repository as `minimal-repository` (and `repository`): in lists."""
    account = owner(call.world, repository)
    name = f"{account.name}/{repository.name}"
    url = f"{call.api}/repos/{name}"
    html = f"{call.host}/{name}"
    authority = call.host.partition("://")[2]
    return {
        "id": repository.id,
        "node_id": node_id("repository", repository.id),
        "name": repository.name,
        "full_name": name,
        "private": repository.data["visibility"] != "public",
        "owner": simple_user(call, account),
        "html_url": html,
        "description": repository.data["description"],
        "fork": bool(repository.data.get("fork_of")),
        "url": url,
        **{key: url + suffix for key, suffix in _LINKS},
        "git_url": f"git://{authority}/{name}.git",
        "ssh_url": f"git@{authority}:{name}.git",
        "clone_url": f"{html}.git",
        "svn_url": html,
        "mirror_url": None,
        "homepage": repository.data["homepage"],
        "language": None,
        "forks_count": 0,
        "stargazers_count": 0,
        "watchers_count": 0,
        "size": 0,
        "default_branch": repository.data["default_branch"],
        "open_issues_count": 0,
        "is_template": repository.data["is_template"],
        "topics": repository.data["topics"],
        **{field: repository.field(field) for field in FEATURES if field.startswith("has_")},
        "archived": repository.data["archived"],
        "disabled": False,
        "visibility": repository.data["visibility"],
        "pushed_at": repository.data["pushed_at"],
        "created_at": repository.created_at,
        "updated_at": repository.updated_at,
        "permissions": permissions_of(permission(call.world, repository, call.actor)),
        "allow_forking": repository.data["allow_forking"],
        "web_commit_signoff_required": repository.data["web_commit_signoff_required"],
        "license": repository.data["license"],
        "forks": 0,
        "open_issues": 0,
        "watchers": 0,
    }


def listed_repository(call: Call, repository: Record[Repository]) -> bytes:
    """Return a repository of a list, as JSON's bytes.

    They are kept: records never change in place, so what was written of them stays true as long as
    they are the same ones. Lists of a hundred repositories are most of what clients read.
    """
    account = owner(call.world, repository)
    found = permission(call.world, repository, call.actor)
    key = (repository.id, found, call.host)
    kept = call.world.listed.get(key)
    if kept is None or kept[0] is not repository or kept[1] is not account:
        body = minimal_repository(call, repository)
        if level(found) >= level("admin"):
            body["security_and_analysis"] = security_and_analysis(account, repository)
        kept = (repository, account, json_bytes(body))
        call.world.listed[key] = kept
    return kept[2]


def full_repository(call: Call, repository: Record[Repository]) -> dict[str, Any]:
    """Return a repository as `full-repository`, with what the caller may see."""
    account = owner(call.world, repository)
    found = permission(call.world, repository, call.actor)
    body = {
        **minimal_repository(call, repository),
        "temp_clone_token": "",
        "subscribers_count": 0,
        "network_count": 0,
        "custom_properties": call.world.document(repository.id, "properties", {}),
    }
    origins = {
        "template_repository": repository.data.get("template"),
        **_ancestors(call, repository),
    }
    for field, ident in origins.items():
        origin = None if ident is None else call.world.get(REPOSITORY, ident)
        if origin is not None and level(permission(call.world, origin, call.actor)):
            body[field] = minimal_repository(call, origin)
    if account.kind == "organization":
        body["organization"] = simple_user(call, account)
    if level(found) >= level("write"):
        body |= {field: repository.field(field) for field in MERGE_SETTINGS}
    if level(found) >= level("admin"):
        body["security_and_analysis"] = security_and_analysis(account, repository)
    return body


def _ancestors(call: Call, fork: Record[Repository]) -> dict[str, int]:
    """Return what a fork was made of: its parent, and the source of the whole network."""
    parent = call.world.get(REPOSITORY, fork.data.get("fork_of") or 0)
    if parent is None:
        return {}
    source = parent
    while above := call.world.get(REPOSITORY, source.data.get("fork_of") or 0):
        source = above
    return {"parent": parent.id, "source": source.id}


def security_and_analysis(account: Account, repository: Record[Repository]) -> dict[str, Any]:
    """Return a repository's security features, as administrators see them."""
    shown = dict(repository.data["security"])
    if repository.data["visibility"] == "public" or account.data.get("plan") != "enterprise":
        # always there on public repositories, and nothing that one can have below Enterprise
        shown.pop("advanced_security", None)
    return {name: {"status": "enabled" if on else "disabled"} for name, on in shown.items()}


def repository_role(found: str) -> str:
    """Return the role's name in a team's repository, as GitHub gives it: `read`, `write`, ..."""
    return {"pull": "read", "push": "write"}.get(found, found)


def team_repository(
    call: Call, repository: Record[Repository], granted: str, role: str
) -> dict[str, Any]:
    """Return a repository as `team-repository`, with the team's permission and role on it."""
    return {
        **full_repository(call, repository),
        "permissions": permissions_of(granted),
        "role_name": repository_role(role),
    }
