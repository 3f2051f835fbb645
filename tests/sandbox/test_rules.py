"""GitHub's rules: what is refused, what follows from what."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.conftest import ACME
from tests.sandbox.sealing import sealed

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.support.sandbox import World

REPO = "/repos/acme/widget"
ENV = f"{REPO}/environments/prod"
RULESET = {"name": "main", "enforcement": "active"}
CUSTOM = {"deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True}}

REFUSED: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("POST", "/orgs/acme/repos", {"name": "WIDGET"}, 422, "already exists on this account"),
    ("POST", "/orgs/acme/repos", {}, 422, '\\"name\\" wasn\'t supplied'),
    ("PATCH", REPO, {"default_branch": "nope"}, 422, "nope was not found"),
    ("PATCH", REPO, {"visibility": "private"}, 422, "Visibility is already private"),
    ("PATCH", REPO, {"has_wiki": "no"}, 422, "is not a boolean"),
    (
        "PATCH",
        REPO,
        dict.fromkeys(("allow_squash_merge", "allow_merge_commit", "allow_rebase_merge"), False),
        422,
        "at least one merge strategy",
    ),
    ("POST", "/orgs/acme/teams", {"name": "Release"}, 422, "unique for this org"),
    ("POST", "/orgs/acme/teams", {"name": "a", "parent_team_id": 1}, 422, "parent_team_id"),
    (
        "PUT",
        ENV,
        {"deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": True}},
        422,
        "cannot have the same value",
    ),
    ("PUT", ENV, {"wait_timer": 43_201}, 422, "43200"),
    ("PUT", ENV, {"reviewers": [{"type": "Team", "id": 1}]}, 422, "was not found"),
    ("PUT", ENV, {"prevent_self_review": True}, 422, "at least one reviewer"),
    ("POST", f"{ENV}/deployment-branch-policies", {"name": "v*"}, 404, "Not Found"),
    ("GET", f"{REPO}/actions/permissions/selected-actions", {}, 409, "not set to selected"),
    (
        "PUT",
        f"{REPO}/actions/permissions/workflow",
        {"default_workflow_permissions": "write"},
        409,
        "organization",
    ),
    ("PUT", f"{REPO}/automated-security-fixes", {}, 422, "must be enabled"),
    ("PUT", f"{REPO}/actions/secrets/A-B", {"encrypted_value": "", "key_id": "1"}, 422, "alphanum"),
    (
        "PUT",
        f"{REPO}/actions/secrets/GITHUB_X",
        {"encrypted_value": "", "key_id": "1"},
        422,
        "GITHUB_",
    ),
    (
        "PUT",
        f"{REPO}/actions/secrets/1A",
        {"encrypted_value": "", "key_id": "1"},
        422,
        "start with",
    ),
    ("PUT", f"{REPO}/actions/secrets/A", {"encrypted_value": "eA==", "key_id": "1"}, 422, "key_id"),
    ("POST", f"{REPO}/actions/variables", {"name": "github_x", "value": ""}, 422, "GITHUB_"),
    ("POST", f"{REPO}/rulesets", {**RULESET, "rules": [{"type": "nope"}]}, 422, "nope"),
    (
        "POST",
        f"{REPO}/rulesets",
        {**RULESET, "conditions": {"ref_name": {"include": ["main"]}}},
        422,
        "refs/heads/",
    ),
    (
        "POST",
        f"{REPO}/rulesets",
        {**RULESET, "bypass_actors": [{"actor_id": 1, "actor_type": "Team"}]},
        422,
        "must be part of",
    ),
    ("POST", "/orgs/acme/rulesets", RULESET, 422, "target repositories"),
    ("POST", f"{REPO}/git/refs", {"ref": "refs/heads/x", "sha": "0" * 40}, 422, "does not exist"),
    ("DELETE", f"{REPO}/git/refs/heads/main", {}, 422, "default branch"),
    ("PUT", "/orgs/acme/memberships/ana", {"role": "member"}, 403, "last owner"),
    ("PUT", "/orgs/acme/memberships/nobody", {}, 404, "Not Found"),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "text"),
    REFUSED,
    ids=[f"{row[0]} {row[1]} {row[4]}" for row in REFUSED],
)
def test_what_github_refuses(  # noqa: PLR0917 - the columns of the table
    api: httpx.Client, method: str, path: str, body: dict[str, Any], status: int, text: str
) -> None:
    """The request is refused with GitHub's status and reason, and changes nothing."""
    answer = api.request(method, path, json=body)
    assert (answer.status_code, text in answer.text) == (status, True), answer.text


def test_a_bad_seal_is_refused(api: httpx.Client) -> None:
    """A value that was sealed for another holder is refused."""
    base = f"{REPO}/actions/secrets"
    other = sealed(api, "/orgs/acme/actions/secrets", "x")
    key_id = api.get(f"{base}/public-key").json()["key_id"]
    refused = api.put(f"{base}/A", json={**other, "key_id": key_id})
    assert (refused.status_code, "improperly encrypted" in refused.text) == (422, True)
    assert api.get(base).json()["total_count"] == 0


def test_a_renamed_repository_is_found_by_its_old_name(api: httpx.Client) -> None:
    """301 for reading, 307 for writing, to the id; ids stay; a new one takes the name over."""
    before = api.get(REPO).json()
    api.patch(REPO, json={"name": "gizmo"})
    read, written = api.get(f"{REPO}/topics"), api.put(f"{REPO}/topics", json={"names": []})
    assert (read.status_code, written.status_code) == (301, 307)
    assert api.get(read.headers["location"]).json() == {"names": []}
    after = api.get("/repos/acme/gizmo").json()
    assert (after["id"], after["node_id"]) == (before["id"], before["node_id"])
    assert api.post("/orgs/acme/repos", json={"name": "widget"}).status_code == 201
    assert api.get(REPO).json()["id"] != before["id"]


def test_names_are_found_in_any_case(api: httpx.Client) -> None:
    """Organizations, repositories, users, teams and environments have no case."""
    api.put(ENV)
    for path in ("/orgs/ACME", "/repos/Acme/Widget", "/users/ANA", "/orgs/acme/teams/RELEASE"):
        assert api.get(path).status_code == 200, path
    assert api.get(f"{REPO}/environments/PROD").json()["name"] == "prod"


def test_what_is_deleted_takes_along_what_it_holds(world: World, api: httpx.Client) -> None:
    """A repository goes with its environments, secrets, rulesets, files and teams' grants."""

    def kept() -> int:
        # the audit log remembers what is gone
        return sum(each["kind"] != "audit_event" for each in world.state())

    before = kept()
    api.post("/orgs/acme/repos", json={"name": "gone", "auto_init": True})
    gone = "/repos/acme/gone"
    api.put(f"{gone}/environments/prod", json=CUSTOM)
    api.post(f"{gone}/environments/prod/deployment-branch-policies", json={"name": "v*"})
    api.put(
        f"{gone}/environments/prod/secrets/A",
        json=sealed(api, f"{gone}/environments/prod/secrets", "x"),
    )
    api.post(f"{gone}/rulesets", json=RULESET)
    api.put(f"/orgs/acme/teams/release/repos/{gone[7:]}", json={"permission": "push"})
    api.put(f"{gone}/topics", json={"names": ["x"]})
    assert api.delete(gone).status_code == 204
    assert kept() == before


def test_a_team_that_goes_no_longer_reviews(api: httpx.Client) -> None:
    """A deleted team is taken out of environments."""
    team = api.get("/orgs/acme/teams/release").json()["id"]
    api.put(ENV, json={"reviewers": [{"type": "Team", "id": team}], "prevent_self_review": True})
    assert api.get(ENV).json()["protection_rules"][0]["type"] == "required_reviewers"
    api.delete("/orgs/acme/teams/release")
    assert api.get(ENV).json()["protection_rules"] == []


def test_the_environment_is_set_as_a_whole(api: httpx.Client) -> None:
    """What a PUT does not name is taken away; without custom policies their patterns go."""
    api.put(ENV, json={**CUSTOM, "wait_timer": 5, "can_admins_bypass": False})
    api.post(f"{ENV}/deployment-branch-policies", json={"name": "v*", "type": "tag"})
    api.put(ENV, json={})
    read = api.get(ENV).json()
    assert (read["protection_rules"], read["deployment_branch_policy"]) == ([], None)
    assert read["can_admins_bypass"]
    assert api.get(f"{ENV}/deployment-branch-policies").json()["total_count"] == 0


PLANS = [
    ("free", "PUT", ENV, {}, 403),
    ("team", "PUT", ENV, {"wait_timer": 5}, 422),
    ("team", "PUT", ENV, CUSTOM, 200),
    ("enterprise", "PUT", ENV, {"wait_timer": 5}, 200),
    ("free", "PUT", "/repos/acme/site/environments/prod", {"wait_timer": 5}, 200),
    ("free", "POST", f"{REPO}/rulesets", RULESET, 403),
    ("team", "POST", f"{REPO}/rulesets", RULESET, 201),
    ("team", "POST", f"{REPO}/rulesets", {**RULESET, "enforcement": "evaluate"}, 422),
    ("free", "POST", "/orgs/acme/rulesets", "org", 403),
    ("team", "POST", "/orgs/acme/rulesets", "org", 201),
    ("team", "POST", "/orgs/acme/repos", {"name": "i", "visibility": "internal"}, 422),
    ("team", "POST", "/orgs/acme/organization-roles", {"name": "r", "permissions": []}, 403),
]


@pytest.mark.parametrize(("plan", "method", "path", "body", "status"), PLANS)
def test_plans_limit(  # noqa: PLR0917 - the columns of the table
    make_world: Callable[[dict[str, Any]], World],
    plan: str,
    method: str,
    path: str,
    body: Any,  # noqa: ANN401 - any JSON
    status: int,
) -> None:
    """What a plan does not have is refused, and what it has is not."""
    seed = copy.deepcopy(ACME)
    seed["organizations"][0]["plan"] = plan
    if body == "org":
        names = {"repository_name": {"include": ["~ALL"], "exclude": []}}
        body = {**RULESET, "conditions": names}
    with make_world(seed).client() as api:
        answer = api.request(method, path, json=body)
    assert answer.status_code == status, answer.text


def test_who_may_not_know_sees_nothing(world: World) -> None:
    """404 to outsiders, 403 to members who lack the right, 401 without a known token."""
    with world.client("zoe") as zoe, world.client("ben") as ben, world.client("kim") as kim:
        assert zoe.get(REPO).status_code == 404
        assert zoe.get("/orgs/acme/teams").status_code == 404
        assert ben.get(REPO).status_code == 200
        assert ben.patch(REPO, json={"has_wiki": False}).status_code == 403
        assert kim.patch("/orgs/acme", json={"company": "x"}).status_code == 403
        assert "billing_email" not in kim.get("/orgs/acme").json()
        kim.headers["Authorization"] = "Bearer nope"
        assert kim.get("/user").json()["message"] == "Bad credentials"
        del kim.headers["Authorization"]
        assert kim.get("/user").status_code == 401


def test_organization_secrets_reach_selected_repositories_only(api: httpx.Client) -> None:
    """A repository lists the organization's secrets that it sees."""
    base = "/orgs/acme/actions/secrets"
    ident = api.get(REPO).json()["id"]
    for name, more in (
        ("ALL", {"visibility": "all"}),
        ("PRIVATE", {"visibility": "private"}),
        ("SELECTED", {"visibility": "selected", "selected_repository_ids": [ident]}),
    ):
        api.put(f"{base}/{name}", json={**sealed(api, base, "x"), **more})

    def seen(repository: str) -> set[str]:
        found = api.get(f"/repos/acme/{repository}/actions/organization-secrets").json()
        return {secret["name"] for secret in found["secrets"]}

    assert (seen("widget"), seen("site")) == ({"ALL", "PRIVATE", "SELECTED"}, {"ALL"})
    assert api.delete(f"{base}/SELECTED/repositories/{ident}").status_code == 204
    assert seen("widget") == {"ALL", "PRIVATE"}
    assert api.get(f"{base}/ALL/repositories").status_code == 409


def test_lists_come_in_pages(api: httpx.Client) -> None:
    """`Link` leads through a list; the last page has no next."""
    for number in range(5):
        api.post("/orgs/acme/repos", json={"name": f"r{number}"})
    names, url = [], "/orgs/acme/repos?per_page=3&type=all"
    while url:
        answer = api.get(url)
        names += [repository["name"] for repository in answer.json()]
        url = answer.links.get("next", {}).get("url", "")
    assert len(names) == len(set(names)) == 7


def test_the_switches_of_repository_creation_follow_each_other(api: httpx.Client) -> None:
    """The summary fields follow the single switches, and set them when they stand alone."""

    def kinds() -> tuple[bool, bool, bool, str]:
        org = api.get("/orgs/acme").json()
        return (
            org["members_can_create_repositories"],
            org["members_can_create_public_repositories"],
            org["members_can_create_private_repositories"],
            org["members_allowed_repository_creation_type"],
        )

    api.patch("/orgs/acme", json={"members_can_create_public_repositories": False})
    assert kinds() == (True, False, True, "private")
    api.patch("/orgs/acme", json={"members_can_create_repositories": False})
    assert kinds() == (False, False, False, "none")


def test_etags_when_they_are_switched_on(world: World, api: httpx.Client) -> None:
    """304 only for the representation that the caller has; none at all by default."""
    assert "etag" not in api.get(REPO).headers
    world.control("PATCH", "settings", {"etags": True})
    tag = api.get(REPO).headers["etag"]
    assert api.get(REPO, headers={"If-None-Match": tag}).status_code == 304
    api.patch(REPO, json={"description": "other"})
    assert api.get(REPO, headers={"If-None-Match": tag}).status_code == 200


def test_a_list_follows_every_change(world: World, api: httpx.Client) -> None:
    """What lists keep of a repository goes with it, its owner, and who asks."""

    def listed(client: httpx.Client) -> dict[str, Any]:
        found = client.get("/orgs/acme/repos").json()
        return {each["name"]: each for each in found}

    assert listed(api)["widget"]["description"] is None
    api.patch(REPO, json={"description": "new", "name": "gadget"})
    assert listed(api)["gadget"]["description"] == "new"
    assert listed(api)["gadget"]["permissions"]["admin"] is True
    with world.client("ben") as ben:
        assert listed(ben)["gadget"]["permissions"]["admin"] is False


@pytest.mark.parametrize("kind", ["secrets", "variables"])
def test_one_selected_repository_is_added_and_removed(api: httpx.Client, kind: str) -> None:
    """An organization's secret or variable takes and loses single repositories (S5)."""
    base = f"/orgs/acme/actions/{kind}"
    body: dict[str, Any] = {"visibility": "selected", "selected_repository_ids": []}
    if kind == "secrets":
        assert api.put(f"{base}/X", json={**sealed(api, base, "x"), **body}).status_code == 201
    else:
        assert api.post(base, json={"name": "X", "value": "1", **body}).status_code == 201
    ident = api.get(REPO).json()["id"]

    def selected() -> list[int]:
        found = api.get(f"{base}/X/repositories").json()["repositories"]
        return [each["id"] for each in found]

    assert api.put(f"{base}/X/repositories/{ident}").status_code == 204
    assert selected() == [ident]
    assert api.delete(f"{base}/X/repositories/{ident}").status_code == 204
    assert selected() == []


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("all", {"widget", "site", "copy"}),
        ("public", {"site", "copy"}),
        ("private", {"widget"}),
        ("forks", {"copy"}),
        ("sources", {"widget", "site"}),
    ],
)
def test_repositories_are_listed_by_type(api: httpx.Client, kind: str, names: set[str]) -> None:
    """By visibility, and forks apart from what is no fork (C1)."""
    fork = {"organization": "acme", "name": "copy"}
    assert api.post("/repos/acme/site/forks", json=fork).status_code == 202
    found = api.get("/orgs/acme/repos", params={"type": kind}).json()
    assert {each["name"] for each in found} == names


@pytest.mark.parametrize("path", ["members", "memberships"])
def test_who_is_removed_keeps_no_access(world: World, api: httpx.Client, path: str) -> None:
    """Teams, organization roles and direct grants on repositories all go (C2)."""
    api.put(f"{REPO}/collaborators/ben", json={"permission": "admin"})
    roles = api.get("/orgs/acme/organization-roles").json()["roles"]
    role = next(each["id"] for each in roles if each["name"] == "all_repo_read")
    assert api.put(f"/orgs/acme/organization-roles/users/ben/{role}").status_code == 204
    with world.client("ben") as ben:
        assert ben.get(REPO).json()["permissions"]["admin"]
        assert api.delete(f"/orgs/acme/{path}/ben").status_code == 204
        assert ben.get(REPO).status_code == 404
        # nor when he comes back
        assert api.put("/orgs/acme/memberships/ben", json={"role": "member"}).status_code == 200
        assert ben.get(REPO).status_code == 404
