"""GraphQL shows the settings that REST calls made: one state, read in two ways."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.graphql.fields.git import TEXT_LIMIT
from tests.sandbox.graphql.crawl import ORGANIZATION, REPOSITORIES

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.support.sandbox import World

    Ask = Callable[..., dict[str, Any]]

WIDGET = "/repos/acme/widget"
PATTERN = {"name": "x", "negate": True, "operator": "starts_with", "pattern": "fix"}
PULL_REQUEST = {
    "allowed_merge_methods": ["squash"],
    "dismiss_stale_reviews_on_push": True,
    "require_code_owner_review": True,
    "require_last_push_approval": False,
    "required_approving_review_count": 2,
    "required_review_thread_resolution": True,
}
QUEUE = {
    "check_response_timeout_minutes": 10,
    "grouping_strategy": "HEADGREEN",
    "max_entries_to_build": 4,
    "max_entries_to_merge": 3,
    "merge_method": "SQUASH",
    "min_entries_to_merge": 2,
    "min_entries_to_merge_wait_minutes": 6,
}
BRANCH_RULES: list[dict[str, Any]] = [
    *({"type": name} for name in ("creation", "deletion", "non_fast_forward")),
    *({"type": name} for name in ("required_linear_history", "required_signatures")),
    {"type": "update", "parameters": {"update_allows_fetch_and_merge": True}},
    {"type": "pull_request", "parameters": PULL_REQUEST},
    {"type": "merge_queue", "parameters": QUEUE},
    {
        "type": "required_status_checks",
        "parameters": {
            "required_status_checks": [
                {"context": "ci", "integration_id": 15_368},
                {"context": "x"},
            ],
            "strict_required_status_checks_policy": True,
            "do_not_enforce_on_create": True,
        },
    },
    {
        "type": "required_deployments",
        "parameters": {"required_deployment_environments": ["staging"]},
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
    {"type": "commit_message_pattern", "parameters": PATTERN},
    {"type": "commit_author_email_pattern", "parameters": PATTERN},
    {"type": "committer_email_pattern", "parameters": PATTERN},
    {"type": "branch_name_pattern", "parameters": PATTERN},
]
PUSH_RULES: list[dict[str, Any]] = [
    {"type": "file_path_restriction", "parameters": {"restricted_file_paths": ["secrets/**"]}},
    {"type": "max_file_path_length", "parameters": {"max_file_path_length": 200}},
    {"type": "file_extension_restriction", "parameters": {"restricted_file_extensions": ["exe"]}},
    {"type": "max_file_size", "parameters": {"max_file_size": 50}},
]


def _snake(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return GraphQL's data under REST's names, without `__typename`."""
    if isinstance(value, list):
        return [_snake(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        "".join(f"_{c.lower()}" if c.isupper() else c for c in name): _snake(each)
        for name, each in value.items()
        if name != "__typename" and each is not None
    }


def _rules(shown: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rules of a ruleset as GraphQL shows them, as REST would."""
    return [_snake({**each, "type": each["type"].lower()}) for each in shown["rules"]["nodes"]]


@pytest.fixture
def ask(world: World, api: httpx.Client) -> Ask:
    """Ask a document as ana, an owner; errors fail the test."""

    def post(query: str, **variables: object) -> dict[str, Any]:
        answer = api.post(
            f"{world.base_url}api/graphql", json={"query": query, "variables": variables}
        ).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    return post


def _made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    body: dict[str, Any] = answer.json() if answer.content else {}
    return body


def _repository(ask: Ask, name: str = "widget") -> dict[str, Any]:
    nodes = ask(REPOSITORIES, org="acme")["organization"]["repositories"]["nodes"]
    found: dict[str, Any] = next(each for each in nodes if each["name"] == name)
    return found


def _user(api: httpx.Client, login: str) -> int:
    ident: int = api.get(f"/users/{login}").json()["id"]
    return ident


@pytest.mark.parametrize(
    ("target", "rules", "ref"),
    [("branch", BRANCH_RULES, "refs/heads/release"), ("push", PUSH_RULES, None)],
)
def test_rulesets_have_the_rules_and_parameters_of_rest(
    api: httpx.Client, ask: Ask, target: str, rules: list[dict[str, Any]], ref: str | None
) -> None:
    """Each type of rule that the schema has is shown with the parameters that REST shows."""
    body: dict[str, Any] = {
        "name": "one",
        "target": target,
        "enforcement": "active",
        "rules": rules,
    }
    if ref is not None:
        body["conditions"] = {"ref_name": {"include": [ref], "exclude": ["refs/heads/x"]}}
    made = _made(api.post(f"{WIDGET}/rulesets", json=body))
    (shown,) = _repository(ask)["rulesets"]["nodes"]
    assert (shown["databaseId"], shown["id"]) == (made["id"], made["node_id"])
    assert (shown["target"], shown["enforcement"]) == (target.upper(), "ACTIVE")
    assert shown["source"] == {"__typename": "Repository", "nameWithOwner": "acme/widget"}
    wanted = made["rules"]
    for each in wanted:
        each.get("parameters", {}).pop("required_reviewers", None)  # not in the schema
    assert _rules(shown) == wanted
    if ref is not None:
        assert shown["conditions"]["refName"] == made["conditions"]["ref_name"]


@pytest.mark.parametrize(
    "conditions",
    [
        {"repository_name": {"include": ["w*"], "exclude": ["x"], "protected": True}},
        {"repository_id": {"repository_ids": ["WIDGET"]}},
        {
            "repository_property": {
                "include": [{"name": "tier", "property_values": ["a"], "source": "custom"}],
                "exclude": [],
            }
        },
    ],
    ids=lambda it: next(iter(it)),
)
def test_organization_rulesets_have_their_conditions(
    api: httpx.Client, ask: Ask, conditions: dict[str, Any]
) -> None:
    """Rulesets of an organization select repositories by name, id or property."""
    widget = api.get(WIDGET).json()
    if "repository_id" in conditions:
        conditions = {"repository_id": {"repository_ids": [widget["id"]]}}
    refs = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    body = {"name": "all", "enforcement": "disabled", "conditions": {**refs, **conditions}}
    made = _made(api.post("/orgs/acme/rulesets", json=body))
    (shown,) = ask(ORGANIZATION, org="acme")["organization"]["rulesets"]["nodes"]
    assert (shown["databaseId"], shown["enforcement"]) == (made["id"], "DISABLED")
    found = _snake(shown["conditions"])
    if "repository_id" in conditions:
        assert found.pop("repository_id") == {"repository_ids": [widget["node_id"]]}
        conditions = {}
    assert found == {**refs, **conditions}


def test_rulesets_of_the_organization_are_listed_as_parents(api: httpx.Client, ask: Ask) -> None:
    """A repository lists the organization's rulesets that hold in it by default."""
    conditions = {"repository_name": {"include": ["widget"], "exclude": []}}
    body = {"name": "org", "enforcement": "active", "conditions": conditions, "target": "tag"}
    _made(api.post("/orgs/acme/rulesets", json=body))
    own = {"name": "own", "enforcement": "evaluate"}
    made = _made(api.post(f"{WIDGET}/rulesets", json=own))
    query = """query($id: Int!) { organization(login: "acme") {
        ruleset(databaseId: $id) { name }
        w: repository(name: "widget") { ...R } s: repository(name: "site") { ...R } } }
        fragment R on Repository {
            all: rulesets(first: 9) { totalCount nodes { name } }
            own: rulesets(first: 9, includeParents: false) { nodes { name } }
            tags: rulesets(first: 9, targets: [TAG]) { nodes { name } }
            ruleset(databaseId: $id, includeParents: false) { name } }"""
    found = ask(query, id=made["id"])["organization"]
    names = {
        key: [each["name"] for each in found["w"][key]["nodes"]] for key in ("all", "own", "tags")
    }
    assert names == {"all": ["org", "own"], "own": ["own"], "tags": ["org"]}
    assert found["s"]["all"]["totalCount"] == 0
    assert (found["w"]["ruleset"], found["ruleset"]) == ({"name": "own"}, None)


def test_kinds_of_bypass_actors_differ(api: httpx.Client, ask: Ask) -> None:
    """Teams, roles, keys and owners have their fields; modes that the schema lacks are null."""
    team = api.get("/orgs/acme/teams/release").json()
    actors = [
        {"actor_type": "Team", "actor_id": team["id"], "bypass_mode": "pull_request"},
        {"actor_type": "RepositoryRole", "actor_id": 5, "bypass_mode": "always"},
        {"actor_type": "OrganizationAdmin", "actor_id": None, "bypass_mode": "exempt"},
        {"actor_type": "DeployKey", "actor_id": None, "bypass_mode": "always"},
        {"actor_type": "User", "actor_id": _user(api, "ben"), "bypass_mode": "always"},
    ]
    body = {"name": "one", "enforcement": "active", "bypass_actors": actors}
    _made(api.post(f"{WIDGET}/rulesets", json=body))
    (shown,) = _repository(ask)["rulesets"]["nodes"]
    found = shown["bypassActors"]["nodes"]
    assert [each["bypassMode"] for each in found] == [
        "PULL_REQUEST",
        "ALWAYS",
        None,
        "ALWAYS",
        "ALWAYS",
    ]
    assert found[0]["actor"] == {
        "__typename": "Team",
        "slug": "release",
        "databaseId": team["id"],
    }
    role = (found[1]["repositoryRoleName"], found[1]["repositoryRoleDatabaseId"])
    assert role == ("admin", 5)
    marks = ("organizationAdmin", "deployKey", "enterpriseOwner")
    assert [[each[mark] for mark in marks] for each in found[2:]] == [
        [True, False, False],
        [False, True, False],
        [False, False, False],
    ]


def test_environments_have_their_rules_and_reviewers(api: httpx.Client, ask: Ask) -> None:
    """Wait, reviewers and the policy for refs are rules with the ids that REST gives them."""
    team = api.get("/orgs/acme/teams/release").json()
    gate = {
        "wait_timer": 30,
        "prevent_self_review": True,
        "reviewers": [
            {"type": "User", "id": _user(api, "ana")},
            {"type": "Team", "id": team["id"]},
        ],
        "deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False},
    }
    made = _made(api.put(f"{WIDGET}/environments/pypi", json=gate))
    _made(api.put(f"{WIDGET}/environments/docs", json={}))
    docs, pypi = _repository(ask)["environments"]["nodes"]
    assert (docs["name"], docs["protectionRules"]["nodes"]) == ("docs", [])
    assert (pypi["name"], pypi["databaseId"]) == ("pypi", made["id"])
    rules = pypi["protectionRules"]["nodes"]
    assert [(each["databaseId"], each["type"].lower()) for each in rules] == [
        (each["id"], each["type"]) for each in made["protection_rules"]
    ]
    assert [each["timeout"] for each in rules[:1]] == [30]
    assert [each["preventSelfReview"] for each in rules] == [None, True, None]
    assert rules[1]["reviewers"]["nodes"] == [
        {"__typename": "User", "login": "ana", "databaseId": _user(api, "ana")},
        {"__typename": "Team", "slug": "release", "databaseId": team["id"]},
    ]


@pytest.mark.parametrize("base", ["none", "read", "write"])
@pytest.mark.parametrize("visibility", ["private", "public"])
def test_collaborators_are_those_of_rest(
    api: httpx.Client, ask: Ask, visibility: str, base: str
) -> None:
    """The same people with the same permissions, for each affiliation, and where they come from."""
    _made(api.patch("/orgs/acme", json={"default_repository_permission": base}))
    if visibility != "private":
        _made(api.patch(WIDGET, json={"visibility": visibility}))
    _made(api.put(f"{WIDGET}/collaborators/ben", json={"permission": "maintain"}))
    query = """query($a: CollaboratorAffiliation) {
      repository(owner: "acme", name: "widget") { collaborators(first: 50, affiliation: $a) {
        edges { permission node { login } permissionSources { permission roleName source {
          __typename ... on Team { slug } } } } } } }"""
    for affiliation in ("all", "direct", "outside"):
        by_rest = api.get(f"{WIDGET}/collaborators", params={"affiliation": affiliation}).json()
        edges = ask(query, a=affiliation.upper())["repository"]["collaborators"]["edges"]
        assert [(each["node"]["login"], each["permission"].lower()) for each in edges] == [
            (each["login"], each["role_name"]) for each in by_rest
        ]
        sources = {each["node"]["login"]: each["permissionSources"] for each in edges}
        if affiliation == "all":
            owner = {"permission": "ADMIN", "roleName": "admin"}
            assert sources["ana"] == [{**owner, "source": {"__typename": "Organization"}}]
            kinds = [each["source"]["__typename"] for each in sources["ben"]]
            assert kinds[-2:] == ["Team", "Repository"]
            assert sources["ben"][-1] == {
                "permission": "WRITE",
                "roleName": "maintain",
                "source": {"__typename": "Repository"},
            }


def test_parents_of_teams_are_sources_of_permissions(api: httpx.Client, ask: Ask) -> None:
    """A member of a child team has what the parent team was granted."""
    parent = api.get("/orgs/acme/teams/release").json()["id"]
    _made(api.post("/orgs/acme/teams", json={"name": "child", "parent_team_id": parent}))
    _made(api.put("/orgs/acme/memberships/kim", json={"role": "member"}))
    api.delete("/orgs/acme/teams/release/memberships/kim")
    _made(api.put("/orgs/acme/teams/child/memberships/kim", json={"role": "member"}))
    edges = _repository(ask)["collaborators"]["edges"]
    (kim,) = (each for each in edges if each["node"]["login"] == "kim")
    assert (kim["permission"], [each["source"]["slug"] for each in kim["permissionSources"]]) == (
        "WRITE",
        ["release"],
    )


def test_settings_of_a_repository_are_those_of_rest(api: httpx.Client, ask: Ask) -> None:
    """Switches, merge settings, topics and keys: what REST set is what GraphQL shows."""
    wanted = {
        "has_issues": False,
        "has_wiki": False,
        "has_projects": False,
        "has_discussions": True,
        "allow_merge_commit": False,
        "allow_rebase_merge": False,
        "allow_auto_merge": True,
        "allow_update_branch": True,
        "delete_branch_on_merge": True,
        "web_commit_signoff_required": True,
        "squash_merge_commit_title": "PR_TITLE",
        "squash_merge_commit_message": "BLANK",
        "description": "It is a widget",
        "homepage": "https://example.com",
        "is_template": True,
    }
    _made(api.patch(WIDGET, json=wanted))
    _made(api.put(f"{WIDGET}/topics", json={"names": ["cli", "tools"]}))
    _made(api.put(f"{WIDGET}/vulnerability-alerts"))
    key = {"key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA", "title": "deploy", "read_only": True}
    made_key = _made(api.post(f"{WIDGET}/keys", json=key))
    rest, shown = api.get(WIDGET).json(), _repository(ask)
    same = {
        "databaseId": "id",
        "id": "node_id",
        "nameWithOwner": "full_name",
        "description": "description",
        "homepageUrl": "homepage",
        "isTemplate": "is_template",
        "hasIssuesEnabled": "has_issues",
        "hasWikiEnabled": "has_wiki",
        "hasProjectsEnabled": "has_projects",
        "hasDiscussionsEnabled": "has_discussions",
        "mergeCommitAllowed": "allow_merge_commit",
        "squashMergeAllowed": "allow_squash_merge",
        "rebaseMergeAllowed": "allow_rebase_merge",
        "autoMergeAllowed": "allow_auto_merge",
        "allowUpdateBranch": "allow_update_branch",
        "deleteBranchOnMerge": "delete_branch_on_merge",
        "webCommitSignoffRequired": "web_commit_signoff_required",
        "forkingAllowed": "allow_forking",
        "squashMergeCommitTitle": "squash_merge_commit_title",
        "squashMergeCommitMessage": "squash_merge_commit_message",
        "mergeCommitTitle": "merge_commit_title",
        "mergeCommitMessage": "merge_commit_message",
        "isArchived": "archived",
        "createdAt": "created_at",
        "updatedAt": "updated_at",
        "pushedAt": "pushed_at",
    }
    assert {name: shown[name] for name in same} == {name: rest[key] for name, key in same.items()}
    topics = [each["topic"]["name"] for each in shown["repositoryTopics"]["nodes"]]
    assert (topics, shown["hasVulnerabilityAlertsEnabled"]) == (rest["topics"], True)
    (found,) = shown["deployKeys"]["nodes"]
    for name, field in (("title", "title"), ("key", "key"), ("createdAt", "created_at")):
        assert found[name] == made_key[field]
    assert (found["readOnly"], found["verified"]) == (True, True)
    head = api.get(f"{WIDGET}/branches/main").json()["commit"]["sha"]
    assert shown["defaultBranchRef"] == {"name": "main", "target": {"oid": head}}


def test_workflow_files_come_with_their_text(api: httpx.Client, ask: Ask) -> None:
    """A folder's entries have the files' texts, and a folder that is missing is null."""
    assert _repository(ask)["object"] is None
    assert _repository(ask)["isSecurityPolicyEnabled"] is False
    for path in (".github/workflows/ci.yml", "SECURITY.md"):
        body = {"message": "add", "content": "b246IHB1c2gK"}
        _made(api.put(f"{WIDGET}/contents/{path}", json=body))
    shown = _repository(ask)
    (entry,) = shown["object"]["entries"]
    file = api.get(f"{WIDGET}/contents/.github/workflows/ci.yml").json()
    assert (entry["path"], entry["oid"]) == (file["path"], file["sha"])
    assert entry["object"] == {
        "text": "on: push\n",
        "byteSize": 9,
        "isBinary": False,
        "isTruncated": False,
    }
    assert shown["isSecurityPolicyEnabled"] is True


def test_long_files_are_cut(api: httpx.Client, ask: Ask) -> None:
    """A text of more than 512,000 bytes is cut, and marked so; its size is the whole one."""
    text = "#" + "é" * 300_000
    content = base64.b64encode(text.encode()).decode()
    body = {"message": "add", "content": content}
    _made(api.put(f"{WIDGET}/contents/.github/workflows/long.yml", json=body))
    blob = _repository(ask)["object"]["entries"][0]["object"]
    assert (blob["byteSize"], blob["isTruncated"]) == (600_001, True)
    assert blob["text"] == text[:256_000]
    assert len(blob["text"].encode()) <= TEXT_LIMIT


def test_an_organization_has_its_people_and_teams(api: httpx.Client, ask: Ask) -> None:
    """Roles, second factors, invitations, teams with members and repositories as REST has them."""
    _made(api.put("/orgs/acme/memberships/zoe", json={"role": "member"}))
    shown = ask(ORGANIZATION, org="acme")["organization"]
    rest = api.get("/orgs/acme").json()
    assert shown["databaseId"] == rest["id"]
    pairs = {
        each["node"]["login"]: (each["role"], each["hasTwoFactorEnabled"])
        for each in shown["membersWithRole"]["edges"]
    }
    assert pairs == {"ana": ("ADMIN", True), "ben": ("MEMBER", True), "kim": ("MEMBER", True)}
    assert [each["login"] for each in shown["pendingMembers"]["nodes"]] == ["zoe"]
    assert shown["requiresTwoFactorAuthentication"] is rest["two_factor_requirement_enabled"]
    (team,) = shown["teams"]["nodes"]
    roles = {each["node"]["login"]: each["role"] for each in team["members"]["edges"]}
    assert roles == {"ben": "MEMBER", "kim": "MAINTAINER"}
    assert team["repositories"]["edges"] == [{"permission": "WRITE", "node": {"name": "widget"}}]
