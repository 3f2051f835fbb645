"""Small things that the provider's own tests rely on: each is as GitHub shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

WIDGET = "/repos/acme/widget"
ROLES = "/orgs/acme/organization-roles"


@pytest.mark.parametrize("given", [None, 1, 5])
@pytest.mark.parametrize("kind", ["OrganizationAdmin", "DeployKey", "EnterpriseOwner"])
def test_actors_without_an_id_are_shown_without(
    api: httpx.Client, kind: str, given: int | None
) -> None:
    """GitHub ignores the id that is sent for them, and reads back null."""
    body = {
        "name": "main",
        "enforcement": "active",
        "bypass_actors": [{"actor_type": kind, "actor_id": given, "bypass_mode": "always"}],
        "conditions": {"ref_name": {"include": ["~ALL"], "exclude": []}},
        "rules": [{"type": "deletion"}],
    }
    made = api.post(f"{WIDGET}/rulesets", json=body).json()
    [actor] = api.get(f"{WIDGET}/rulesets/{made['id']}").json()["bypass_actors"]
    assert actor == {"actor_type": kind, "actor_id": None, "bypass_mode": "always"}


def test_a_repository_without_a_template_does_not_name_one(api: httpx.Client) -> None:
    """`template_repository` is left out, not null; one made from a template names it."""
    assert "template_repository" not in api.get(WIDGET).json()
    api.patch("/repos/acme/site", json={"is_template": True})
    made = api.post("/repos/acme/site/generate", json={"owner": "acme", "name": "copy"}).json()
    assert made["template_repository"]["full_name"] == "acme/site"


def test_a_fork_names_its_parent_and_its_source(api: httpx.Client, world: World) -> None:
    """A fork of a fork comes from the first fork, and from what that was made of."""
    assert "parent" not in api.get("/repos/acme/site").json()
    with world.client("zoe") as zoe, world.client("ben") as ben:
        first = zoe.post("/repos/acme/site/forks", json={}).json()
        assert (first["parent"]["full_name"], first["source"]["full_name"]) == ("acme/site",) * 2
        second = ben.post("/repos/zoe/site/forks", json={}).json()
    assert second["parent"]["full_name"] == "zoe/site"
    assert second["source"]["full_name"] == "acme/site"


def test_members_of_a_team_have_a_role(api: httpx.Client, world: World) -> None:
    """Who is in a child team only is an inherited member; who is in both is not."""
    parent = api.post("/orgs/acme/teams", json={"name": "all", "privacy": "closed"}).json()
    change = {"parent_team_id": parent["id"]}
    assert api.patch("/orgs/acme/teams/release", json=change).status_code == 200
    api.put("/orgs/acme/teams/all/memberships/ben", json={"role": "maintainer"})
    found = {
        each["login"]: (each["role"], each["inherited"])
        for each in api.get("/orgs/acme/teams/all/members").json()
    }
    assert found == {
        "ana": ("maintainer", False),
        "ben": ("maintainer", False),
        "kim": ("member", True),
    }
    maintainers = api.get("/orgs/acme/teams/all/members?role=maintainer").json()
    assert {each["login"] for each in maintainers} == {"ana", "ben"}
    with world.client("kim") as client:
        assert len(client.get("/orgs/acme/teams/release/members").json()) == 2


@pytest.mark.parametrize(
    ("name", "ident"),
    [
        ("security_manager", 138),
        ("all_repo_read", 8132),
        ("all_repo_triage", 8133),
        ("all_repo_write", 8134),
        ("all_repo_maintain", 8135),
        ("all_repo_admin", 8136),
        ("ci_cd_admin", 26237),
        ("app_manager", 33679),
    ],
)
def test_predefined_roles_have_the_ids_of_github(api: httpx.Client, name: str, ident: int) -> None:
    """A predefined role has one id in every organization, and is assigned by it."""
    shown = api.get(f"{ROLES}/{ident}").json()
    assert (shown["name"], shown["id"], shown["source"]) == (name, ident, "Predefined")
    assert api.put(f"{ROLES}/users/ben/{ident}").status_code == 204
    [user] = api.get(f"{ROLES}/{ident}/users").json()
    assert (user["login"], user["assignment"]) == ("ben", "direct")
    assert api.patch(f"{ROLES}/{ident}", json={"name": "x"}).status_code == 403


def test_a_role_comes_to_people_through_their_teams(api: httpx.Client) -> None:
    """Members of a team with a role have it indirectly; with both ways it is mixed."""
    assert api.put(f"{ROLES}/teams/release/8132").status_code == 204
    assert api.put(f"{ROLES}/users/ben/8132").status_code == 204
    users = {each["login"]: each for each in api.get(f"{ROLES}/8132/users").json()}
    assert {login: user["assignment"] for login, user in users.items()} == {
        "ben": "mixed",
        "kim": "indirect",
    }
    assert [team["slug"] for team in users["kim"]["inherited_from"]] == ["release"]


def test_archiving_ends_alerts(api: httpx.Client) -> None:
    """An archived repository has no Dependabot alerts or updates; taken back, they stay off."""
    assert api.put(f"{WIDGET}/vulnerability-alerts").status_code == 204
    assert api.put(f"{WIDGET}/automated-security-fixes").status_code == 204
    for archived in (True, False):
        assert api.patch(WIDGET, json={"archived": archived}).status_code == 200
        assert api.get(f"{WIDGET}/vulnerability-alerts").status_code == 404
        assert api.get(f"{WIDGET}/automated-security-fixes").json()["enabled"] is False


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("url", "xxxx", "URL must be absolute"),
        ("url", "//example.com/x", "URL must be absolute"),
        ("single_select", "other", "'other' is not allowed for property"),
        ("multi_select", ["one", "other"], "'other' is not allowed for property"),
        ("true_false", "yes", "'yes' is not allowed for property"),
    ],
)
def test_wrong_values_of_custom_properties(
    api: httpx.Client, kind: str, value: object, words: str
) -> None:
    """The message says what is wrong with which value."""
    body: dict[str, object] = {"value_type": kind}
    if kind.endswith("select"):
        body["allowed_values"] = ["one", "two"]
    assert api.put("/orgs/acme/properties/schema/tier", json=body).status_code == 200
    values = {"properties": [{"property_name": "tier", "value": value}]}
    refused = api.patch(f"{WIDGET}/properties/values", json=values)
    assert refused.status_code == 422
    assert words in refused.json()["message"]
    good = {"url": "https://example.com/x", "multi_select": ["one"], "true_false": "true"}
    values["properties"][0]["value"] = good.get(kind, "one")
    assert api.patch(f"{WIDGET}/properties/values", json=values).status_code == 204


def test_pages_that_only_some_may_see(api: httpx.Client) -> None:
    """Where the plan has private sites a new one is private, until it is made public."""
    base = f"{WIDGET}/pages"
    assert api.post(base, json={"build_type": "workflow"}).json()["public"] is False
    for public in (True, False):
        assert api.put(base, json={"public": public}).status_code == 204
        assert api.get(base).json()["public"] is public


def test_ids_without_selection_are_ignored(api: httpx.Client) -> None:
    """A variable for all repositories takes no notice of ids, not even of unknown ones."""
    path = "/orgs/acme/actions/variables"
    body = {"name": "LEVEL", "value": "1", "visibility": "all", "selected_repository_ids": [1]}
    assert api.post(path, json=body).status_code == 201
    assert api.get(f"{path}/LEVEL").json()["visibility"] == "all"
    body = {**body, "name": "OTHER", "visibility": "selected"}
    assert api.post(path, json=body).status_code == 422


def test_a_personal_repository_has_its_owner_as_direct_collaborator(world: World) -> None:
    """`affiliation=direct` counts the owner of a repository of their own."""
    with world.client("ben") as client:
        client.post("/user/repos", json={"name": "notes"})
        direct = client.get("/repos/ben/notes/collaborators?affiliation=direct").json()
    assert [(each["login"], each["role_name"]) for each in direct] == [("ben", "admin")]


def test_a_team_s_private_repositories_are_listed_for_those_who_see_them(
    world: World, api: httpx.Client
) -> None:
    """A member of the organization who may not see a repository does not learn its name."""
    api.post("/orgs/acme/teams", json={"name": "ops"})
    for name, private in (("vault", True), ("site", False)):
        api.post("/orgs/acme/repos", json={"name": name, "private": private})
        api.put(f"/orgs/acme/teams/ops/repos/acme/{name}", json={"permission": "pull"})
    for login, seen in (("ana", ["site", "vault"]), ("ben", ["site"])):
        with world.client(login) as client:
            listed = client.get("/orgs/acme/teams/ops/repos").json()
        assert sorted(each["name"] for each in listed) == seen


def test_raw_content_says_its_charset(api: httpx.Client) -> None:
    """A file that is asked for raw comes as UTF-8."""
    raw = api.get(f"{WIDGET}/contents/README.md", headers={"Accept": "application/vnd.github.raw"})
    assert raw.headers["content-type"] == "application/vnd.github.raw; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "found"),
    [("heads/main", "refs/heads/main"), ("heads/", ["refs/heads/main"]), ("heads/other", None)],
)
def test_refs_by_their_old_address(api: httpx.Client, path: str, found: object) -> None:
    """`/git/refs/` gives one ref by its whole name, else those whose names begin so."""
    answer = api.get(f"{WIDGET}/git/refs/{path}")
    if found is None:
        assert answer.status_code == 404
    elif isinstance(found, list):
        assert [each["ref"] for each in answer.json()] == found
    else:
        assert answer.json()["ref"] == found


def test_any_app_may_report_a_check(api: httpx.Client) -> None:
    """In classic protection -1 stands for any App, and is read back as such."""
    checks = [{"context": "any", "app_id": -1}, {"context": "one", "app_id": 7}, {"context": "ci"}]
    body = {
        "required_status_checks": {"strict": False, "checks": checks},
        "enforce_admins": False,
        "required_pull_request_reviews": None,
        "restrictions": None,
    }
    path = f"{WIDGET}/branches/main/protection"
    assert api.put(path, json=body).status_code == 200
    shown = api.get(path).json()["required_status_checks"]["checks"]
    assert shown == [checks[0], checks[1], {"context": "ci", "app_id": None}]


def test_too_many_reviewers(api: httpx.Client) -> None:
    """GitHub's words name the limit."""
    people = [{"type": "User", "id": number} for number in range(7)]
    refused = api.put(f"{WIDGET}/environments/pypi", json={"reviewers": people})
    assert "reviewers can have at most 6 reviewers" in refused.json()["message"]


def test_addresses_of_github(api: httpx.Client) -> None:
    """`/meta` has lists of addresses, as clients expect; these lead nowhere."""
    meta = api.get("/meta").json()
    assert meta["actions"] == meta["hooks"] == ["192.0.2.0/24", "2001:db8::/32"]
