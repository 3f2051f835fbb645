"""Each family of endpoints: a life cycle over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.bodies import pull_request
from tests.sandbox.sealing import sealed

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

REPO = "/repos/acme/widget"

SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("/orgs/acme/actions/permissions", {"enabled_repositories": "all", "allowed_actions": "all"}),
    (
        "/orgs/acme/actions/permissions/workflow",
        {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": True},
    ),
    ("/orgs/acme/actions/oidc/customization/sub", {"include_claim_keys": ["repo", "ref"]}),
    (f"{REPO}/actions/permissions", {"enabled": True, "allowed_actions": "local_only"}),
    (
        f"{REPO}/actions/permissions/workflow",
        {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False},
    ),
    (f"{REPO}/actions/permissions/access", {"access_level": "organization"}),
    (
        f"{REPO}/actions/oidc/customization/sub",
        {"use_default": False, "include_claim_keys": ["repo", "environment"]},
    ),
    (
        f"{REPO}/actions/permissions/fork-pr-contributor-approval",
        {"approval_policy": "all_external_contributors"},
    ),
    (f"{REPO}/topics", {"names": ["python", "release"]}),
]


@pytest.mark.parametrize(("path", "body"), SETTINGS, ids=[path for path, _ in SETTINGS])
def test_a_setting_reads_as_it_was_put(api: httpx.Client, path: str, body: dict[str, Any]) -> None:
    """What is put is what is read."""
    assert api.put(path, json=body).is_success
    assert body.items() <= api.get(path).json().items()


THINGS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("/orgs/acme/teams", {"name": "Night Shift"}, {"description": "late"}, "slug"),
    (
        "/orgs/acme/organization-roles",
        {"name": "auditor", "permissions": ["read_audit_logs"]},
        {"description": "reads"},
        "id",
    ),
    (
        "/orgs/acme/hooks",
        {"name": "web", "config": {"url": "https://example.com/h"}},
        {"active": False},
        "id",
    ),
    (
        f"{REPO}/hooks",
        {"name": "web", "config": {"url": "https://example.com/h"}},
        {"active": False},
        "id",
    ),
    ("/orgs/acme/repos", {"name": "gadget"}, {"description": "new"}, ""),
    (
        f"{REPO}/keys",
        {"title": "backup", "key": "ssh-ed25519 AAAAC3Nz", "read_only": True},
        {},
        "id",
    ),
    (f"{REPO}/autolinks", {"key_prefix": "T-", "url_template": "https://e.com/<num>"}, {}, "id"),
]


@pytest.mark.parametrize(("path", "new", "change", "key"), THINGS, ids=[t[0] for t in THINGS])
def test_a_thing_lives_and_dies(
    api: httpx.Client, path: str, new: dict[str, Any], change: dict[str, Any], key: str
) -> None:
    """Created, read, listed, changed, deleted, gone."""
    made = api.post(path, json=new)
    assert made.status_code == 201, made.text
    one = f"{path}/{made.json()[key]}" if key else "/repos/acme/gadget"
    assert api.get(one).json()["created_at" if "created_at" in made.json() else "id"]
    listed = api.get(path).json()
    listed = listed["roles"] if isinstance(listed, dict) else listed
    assert made.json()["id"] in [each["id"] for each in listed]
    if change:
        changed = api.patch(one, json=change)
        assert change.items() <= changed.json().items()
        assert change.items() <= api.get(one).json().items()
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


SCOPES = [
    ("/orgs/acme/actions/secrets", {"visibility": "all"}, {"org": "acme"}),
    (f"{REPO}/actions/secrets", {}, {"repository": "acme/widget"}),
    (
        f"{REPO}/environments/prod%2Feu/secrets",
        {},
        {"repository": "acme/widget", "environment": "prod/eu"},
    ),
    (
        "/orgs/acme/dependabot/secrets",
        {"visibility": "all"},
        {"org": "acme", "store": "dependabot"},
    ),
    (f"{REPO}/dependabot/secrets", {}, {"repository": "acme/widget", "store": "dependabot"}),
    (
        "/orgs/acme/codespaces/secrets",
        {"visibility": "all"},
        {"org": "acme", "store": "codespaces"},
    ),
    (f"{REPO}/codespaces/secrets", {}, {"repository": "acme/widget", "store": "codespaces"}),
]


@pytest.mark.parametrize(("base", "more", "place"), SCOPES, ids=[scope[0] for scope in SCOPES])
def test_a_secret_is_kept_sealed_and_can_be_revealed_to_tests(
    world: World, api: httpx.Client, base: str, more: dict[str, Any], place: dict[str, Any]
) -> None:
    """Of any scope and store: 201 new, 204 changed, its name in upper case, never its value."""
    api.put(f"{REPO}/environments/prod%2Feu")
    body = {**sealed(api, base, "canary-one"), **more}
    assert api.put(f"{base}/token", json=body).status_code == 201
    assert (
        api.put(f"{base}/TOKEN", json={**sealed(api, base, "canary-two"), **more}).status_code
        == 204
    )
    read = api.get(f"{base}/Token").json()
    assert read["name"] == "TOKEN"
    assert "canary" not in api.get(base).text
    assert api.get(base).json()["total_count"] == 1
    assert world.secret("TOKEN", **place) == "canary-two"
    assert api.delete(f"{base}/TOKEN").status_code == 204
    assert api.get(f"{base}/TOKEN").status_code == 404


def test_keys_differ_by_scope_and_store(api: httpx.Client) -> None:
    """No two scopes or stores share a public key."""
    api.put(f"{REPO}/environments/prod%2Feu")
    keys = {api.get(f"{base}/public-key").json()["key"] for base, _, _ in SCOPES}
    assert len(keys) == len(SCOPES)


@pytest.mark.parametrize(
    ("base", "more"),
    [
        ("/orgs/acme/actions/variables", {"visibility": "private"}),
        (f"{REPO}/actions/variables", {}),
        (f"{REPO}/environments/prod/variables", {}),
    ],
)
def test_a_variable_lives_and_dies(api: httpx.Client, base: str, more: dict[str, Any]) -> None:
    """A variable of any scope: 201, 409 when it is there, changed, renamed, gone."""
    api.put(f"{REPO}/environments/prod")
    body = {"name": "level", "value": "1", **more}
    assert api.post(base, json=body).status_code == 201
    assert api.post(base, json=body).status_code == 409
    assert api.patch(f"{base}/LEVEL", json={"value": "2"}).status_code == 204
    assert api.get(f"{base}/level").json()["value"] == "2"
    assert api.patch(f"{base}/LEVEL", json={"name": "RANK"}).status_code == 204
    assert api.get(f"{base}/LEVEL").status_code == 404
    assert api.get(base).json()["variables"][0]["name"] == "RANK"
    assert api.delete(f"{base}/RANK").status_code == 204
    assert api.get(base).json() == {"total_count": 0, "variables": []}


def test_files_become_commits(api: httpx.Client) -> None:
    """A file is created, changed with its sha, deleted; each is a commit with what it changed."""
    path = f"{REPO}/contents/.github/CODEOWNERS"
    made = api.put(path, json={"message": "own", "content": "KiBAYW5hCg=="})
    assert made.status_code == 201
    read = api.get(path, params={"ref": "main"}).json()
    assert read["encoding"] == "base64"
    assert read["url"].endswith("?ref=main")
    # git itself names this content so: printf '* @ana\n' | git hash-object --stdin
    assert read["sha"] == "9e84c227e8ef76d190b6677b1ec95723b957ef36"
    commit = api.get(f"{REPO}/commits/{made.json()['commit']['sha']}").json()
    assert [(f["filename"], f["status"]) for f in commit["files"]] == [
        (".github/CODEOWNERS", "added")
    ]
    assert api.put(path, json={"message": "x", "content": "eA=="}).status_code == 422
    wrong = {"message": "x", "content": "eA==", "sha": "0" * 40}
    assert api.put(path, json=wrong).status_code == 409
    right = {**wrong, "sha": read["sha"]}
    assert api.put(path, json=right).status_code == 200
    sha = api.get(path).json()["sha"]
    assert api.request("DELETE", path, json={"message": "no", "sha": sha}).status_code == 200
    assert api.get(path).status_code == 404
    assert len(api.get(f"{REPO}/commits", params={"path": ".github/CODEOWNERS"}).json()) == 3


def test_a_pull_request_is_merged(api: httpx.Client) -> None:
    """A branch, a commit on it, a pull request, a merge: the file is on main."""
    sha = api.get(f"{REPO}/git/ref/heads/main").json()["object"]["sha"]
    api.post(f"{REPO}/git/refs", json={"ref": "refs/heads/feature/x", "sha": sha})
    api.put(
        f"{REPO}/contents/new.txt",
        json={"message": "add", "content": "eA==", "branch": "feature/x"},
    )
    pull = {"title": "Add", "head": "feature/x", "base": "main"}
    made = api.post(f"{REPO}/pulls", json=pull)
    assert (made.status_code, made.json()["changed_files"]) == (201, 1)
    assert api.post(f"{REPO}/pulls", json=pull).status_code == 422
    assert api.put(f"{REPO}/pulls/1/merge", json={"merge_method": "squash"}).json()["merged"]
    assert api.get(f"{REPO}/contents/new.txt").status_code == 200
    assert api.get(f"{REPO}/pulls/1").json()["state"] == "closed"


def test_a_branch_is_renamed_with_all_that_names_it(api: httpx.Client) -> None:
    """The default branch follows, the old name leads to the new one."""
    assert api.post(f"{REPO}/branches/main/rename", json={"new_name": "trunk"}).status_code == 201
    assert api.get(REPO).json()["default_branch"] == "trunk"
    moved = api.get(f"{REPO}/branches/main")
    assert moved.status_code == 301
    assert api.get(moved.headers["location"]).json()["name"] == "trunk"


def test_custom_properties(api: httpx.Client) -> None:
    """A property is defined, a repository has a value of it, and loses it with the property."""
    schema = {"value_type": "single_select", "allowed_values": ["one", "two"]}
    assert api.put("/orgs/acme/properties/schema/tier", json=schema).status_code == 200
    values = f"{REPO}/properties/values"
    wrong = {"properties": [{"property_name": "tier", "value": "three"}]}
    assert api.patch(values, json=wrong).status_code == 422
    right = {"properties": [{"property_name": "tier", "value": "two"}]}
    assert api.patch(values, json=right).status_code == 204
    assert api.get(values).json() == right["properties"]
    assert api.delete("/orgs/acme/properties/schema/tier").status_code == 204
    assert api.get(values).json() == []


def test_rulesets_of_organization_and_repository_hold_together(api: httpx.Client) -> None:
    """A branch shows the active rules of every ruleset that selects it."""
    refs = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    own = {
        "name": "own",
        "enforcement": "active",
        "conditions": refs,
        "rules": [{"type": "deletion"}],
    }
    above = {
        **own,
        "name": "above",
        "conditions": {**refs, "repository_name": {"include": ["wid*"], "exclude": []}},
        "rules": [pull_request(2)],
    }
    made = api.post(f"{REPO}/rulesets", json=own)
    assert (made.status_code, made.json()["source"]) == (201, "acme/widget")
    org = api.post("/orgs/acme/rulesets", json=above)
    assert org.status_code == 201, org.text
    rules = api.get(f"{REPO}/rules/branches/main").json()
    assert {rule["type"] for rule in rules} == {"deletion", "pull_request"}
    methods = org.json()["rules"][0]["parameters"]["allowed_merge_methods"]
    assert methods == ["merge", "squash", "rebase"]
    assert api.get("/repos/acme/site/rules/branches/main").json() == []
    assert len(api.get(f"{REPO}/rulesets").json()) == 2
    assert len(api.get(f"{REPO}/rulesets?includes_parents=false").json()) == 1
    changed = api.put(f"{REPO}/rulesets/{made.json()['id']}", json={"enforcement": "disabled"})
    assert changed.json()["rules"] == [{"type": "deletion"}]


def test_outsiders_are_invited_and_members_added(world: World, api: httpx.Client) -> None:
    """A member is a collaborator at once, an outsider when the invitation is accepted."""
    assert api.put(f"{REPO}/collaborators/ben", json={"permission": "admin"}).status_code == 204
    invited = api.put(f"{REPO}/collaborators/zoe", json={"permission": "pull"})
    assert invited.status_code == 201
    direct = f"{REPO}/collaborators?affiliation=outside"
    assert api.get(direct).json() == []
    with world.client("zoe") as zoe:
        assert zoe.get(REPO).status_code == 404
        ident = invited.json()["id"]
        assert zoe.patch(f"/user/repository_invitations/{ident}").status_code == 204
        assert zoe.get(REPO).status_code == 200
    assert [user["login"] for user in api.get(direct).json()] == ["zoe"]
