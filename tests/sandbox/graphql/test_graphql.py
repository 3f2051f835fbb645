"""GraphQL: the provider's documents, letter by letter, and queries over many things at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from graphql import GraphQLError

from sandbox.api.journal import Journal
from sandbox.graphql.resolvers import resolve_field
from sandbox.world.world import World as State
from tests.sandbox.conftest import ACME
from tests.support.keys import app_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphql import GraphQLResolveInfo

    from tests.support.sandbox import World

    Ask = Callable[..., dict[str, Any]]

_ACTOR = "actor{... on App{id,name,slug},... on Team{id,name,slug},... on User{id,name,login}}"
READ_RULE = (
    "query($id:ID!){node(id: $id){... on BranchProtectionRule{repository{id,name},"
    + ",".join(
        f"{name}(first: 100){{nodes{{{_ACTOR}}}}}"
        for name in (
            "pushAllowances",
            "reviewDismissalAllowances",
            "bypassForcePushAllowances",
            "bypassPullRequestAllowances",
        )
    )
    + ",allowsDeletions,allowsForcePushes,blocksCreations,dismissesStaleReviews,id,isAdminEnforced,"
    "pattern,requiredApprovingReviewCount,requiredStatusCheckContexts,requiresApprovingReviews,"
    "requiresCodeOwnerReviews,requiresCommitSignatures,requiresLinearHistory,"
    "requiresConversationResolution,requiresStatusChecks,requiresStrictStatusChecks,"
    "restrictsPushes,restrictsReviewDismissals,requireLastPushApproval,lockBranch}}}"
)
CREATE = (
    "mutation($input:CreateBranchProtectionRuleInput!)"
    "{createBranchProtectionRule(input: $input){branchProtectionRule{id}}}"
)
LIST_RULES = (
    "query($cursor:String$first:Int!$id:ID!){node(id: $id){... on Repository{"
    "branchProtectionRules(first: $first, after: $cursor){nodes{id,pattern},"
    "pageInfo{startCursor,endCursor,hasNextPage,hasPreviousPage}},id}}}"
)


@pytest.fixture
def ask(world: World, api: httpx.Client) -> Ask:
    """Ask a document with variables, as ana."""

    def post(query: str, **variables: object) -> dict[str, Any]:
        answer = api.post(
            f"{world.base_url}api/graphql", json={"query": query, "variables": variables}
        )
        assert answer.status_code == 200
        body: dict[str, Any] = answer.json()
        return body

    return post


def test_many_things_are_asked_for_at_once(api: httpx.Client, ask: Ask) -> None:
    """What is there has its id; what is not is null with a NOT_FOUND, but a team only null."""
    answer = ask(
        'query{u0:user(login:"ana"){login databaseId} u1:user(login:"nobody"){login}'
        ' r0:repository(owner:"acme",name:"widget"){databaseId name}'
        ' r1:repository(owner:"acme",name:"nope"){databaseId}'
        ' t0:organization(login:"acme"){team(slug:"release"){databaseId slug}}'
        ' t1:organization(login:"acme"){team(slug:"nope"){databaseId}}}'
    )
    data = answer["data"]
    assert data["r0"]["databaseId"] == api.get("/repos/acme/widget").json()["id"]
    assert data["t0"]["team"]["databaseId"] == api.get("/orgs/acme/teams/release").json()["id"]
    assert (data["u1"], data["r1"], data["t1"]) == (None, None, {"team": None})
    assert [(e["type"], e["path"]) for e in answer["errors"]] == [
        ("NOT_FOUND", ["u1"]),
        ("NOT_FOUND", ["r1"]),
    ]


def test_a_protection_rule_lives_and_dies(api: httpx.Client, ask: Ask) -> None:
    """Created, read, listed, changed, seen over REST, deleted; then it cannot be resolved."""
    name = "query($name:String!$owner:String!){repository(owner:$owner, name:$name){id}}"
    repository = ask(name, owner="acme", name="widget")["data"]["repository"]["id"]
    team = api.get("/orgs/acme/teams/release").json()["node_id"]
    given = {
        "repositoryId": repository,
        "pattern": "main",
        "requiresApprovingReviews": True,
        "requiredApprovingReviewCount": 2,
        "requiresStatusChecks": True,
        "requiredStatusCheckContexts": ["ci"],
        "restrictsPushes": True,
        "pushActorIds": [team],
        "reviewDismissalActorIds": None,
        "bypassPullRequestActorIds": [],
    }
    rule = ask(CREATE, input=given)["data"]["createBranchProtectionRule"]["branchProtectionRule"]
    read = ask(READ_RULE, **rule)["data"]["node"]
    assert (read["requiredApprovingReviewCount"], read["isAdminEnforced"]) == (2, False)
    assert read["pushAllowances"]["nodes"][0]["actor"]["slug"] == "release"
    assert "already protected" in ask(CREATE, input=given)["errors"][0]["message"]
    listed = ask(LIST_RULES, id=repository, first=100)["data"]["node"]["branchProtectionRules"]
    assert (listed["nodes"][0]["pattern"], listed["pageInfo"]["hasNextPage"]) == ("main", False)
    shown = api.get("/repos/acme/widget/branches/main/protection").json()
    assert shown["restrictions"]["teams"][0]["slug"] == "release"
    change = (
        "mutation($input:UpdateBranchProtectionRuleInput!)"
        "{updateBranchProtectionRule(input: $input){branchProtectionRule{id}}}"
    )
    ask(change, input={"branchProtectionRuleId": rule["id"], "restrictsPushes": False})
    read = ask(READ_RULE, **rule)["data"]["node"]
    assert (read["pushAllowances"]["nodes"], read["requiresApprovingReviews"]) == ([], True)
    delete = (
        "mutation($input:DeleteBranchProtectionRuleInput!)"
        "{deleteBranchProtectionRule(input: $input){clientMutationId}}"
    )
    assert "errors" not in ask(delete, input={"branchProtectionRuleId": rule["id"]})
    gone = ask(READ_RULE, **rule)
    assert gone["data"] == {"node": None}
    assert "Could not resolve to a node with the global id of" in gone["errors"][0]["message"]


def test_blocked_creations_without_restricted_pushes_are_set_back(
    api: httpx.Client, ask: Ask
) -> None:
    """As seen on live repositories: accepted, and silently false."""
    repository = api.get("/repos/acme/widget").json()["node_id"]
    given = {"repositoryId": repository, "pattern": "*", "blocksCreations": True}
    rule = ask(CREATE, input=given)["data"]["createBranchProtectionRule"]["branchProtectionRule"]
    assert ask(READ_RULE, **rule)["data"]["node"]["blocksCreations"] is False


def test_members_of_a_team_come_in_pages(ask: Ask) -> None:
    """Cursors lead through a connection; without a size it is refused."""
    query = (
        "query($after:String$login:String!$slug:String!){organization(login: $login){team(slug: "
        "$slug){members(membership: IMMEDIATE, first: 1, after: $after){edges{node{login},role},"
        "pageInfo{endCursor,hasNextPage}}}}}"
    )
    found, after = [], None
    for _ in range(2):
        page = ask(query, login="acme", slug="release", after=after)["data"]
        members = page["organization"]["team"]["members"]
        found += [(edge["node"]["login"], edge["role"]) for edge in members["edges"]]
        after = members["pageInfo"]["endCursor"]
    assert not members["pageInfo"]["hasNextPage"]
    assert sorted(found) == [("ben", "MEMBER"), ("kim", "MAINTAINER")]
    sizeless = ask('{organization(login:"acme"){teams{nodes{slug}}}}')
    assert sizeless["errors"][0]["type"] == "MISSING_PAGINATION_BOUNDARIES"


FILES = """query($name: String!, $at: String!) { repository(owner: "acme", name: $name) { object(
    expression: $at) { __typename oid abbreviatedOid ... on Blob { text byteSize isBinary
    isTruncated } ... on Commit { tree { oid } } ... on Tree { entries { name path type mode oid
    object { __typename ... on Blob { text } } } } } } }"""


def found(ask: Ask, at: str, name: str = "widget") -> Any:  # noqa: ANN401 - any JSON
    """What an expression finds in a repository."""
    return ask(FILES, name=name, at=at)["data"]["repository"]["object"]


def test_files_and_folders_are_read_in_one_query(api: httpx.Client, ask: Ask) -> None:
    """Folders list their entries with their texts; the ids are those of REST."""
    root = found(ask, "HEAD:")
    assert [(entry["name"], entry["type"], entry["mode"]) for entry in root["entries"]] == [
        ("README.md", "blob", 0o100644),
        ("src", "tree", 0o40000),
    ]
    assert root["entries"][0]["object"] == {"__typename": "Blob", "text": "# widget\n"}
    (entry,) = found(ask, "main:src")["entries"]
    assert (entry["name"], entry["path"]) == ("widget.py", "src/widget.py")
    assert entry["oid"] == api.get("/repos/acme/widget/contents/src").json()[0]["sha"]
    blob = found(ask, "HEAD:src/widget.py")
    assert (blob["text"], blob["byteSize"], blob["oid"]) == ("x = 1\n", 6, entry["oid"])
    assert (blob["isBinary"], blob["isTruncated"]) == (False, False)
    commit = found(ask, "HEAD")
    assert commit["oid"] == api.get("/repos/acme/widget/commits/main").json()["sha"]
    assert commit["tree"]["oid"] == root["oid"]
    assert found(ask, commit["oid"])["abbreviatedOid"] == commit["oid"][:7]


@pytest.mark.parametrize("at", ["HEAD:docs", "HEAD:sr", "nope:README.md", "nope", ""])
def test_a_file_that_is_not_there_is_null(ask: Ask, at: str) -> None:
    """Neither an error nor somebody else's file."""
    assert found(ask, at) is None


def test_a_binary_file_has_no_text(api: httpx.Client, ask: Ask) -> None:
    """As on GitHub, its text is null."""
    body = {"message": "m", "content": "AP8="}
    assert api.put("/repos/acme/widget/contents/logo.png", json=body).status_code == 201
    blob = found(ask, "HEAD:logo.png")
    assert (blob["text"], blob["isBinary"], blob["byteSize"]) == (None, True, 2)


def test_what_the_schema_does_not_have_is_refused(ask: Ask) -> None:
    """An unknown field is an error without data, as on GitHub."""
    answer = ask("{viewer{login nonsense}}")
    assert "data" not in answer
    assert "nonsense" in answer["errors"][0]["message"]


def test_a_field_without_an_answer_is_named_and_noted() -> None:
    """A field that only the schema has: an error in words, and a gap, never a silent null."""
    state = State("unanswered", Journal())
    info = SimpleNamespace(
        parent_type=SimpleNamespace(name="Organization"),
        field_name="novelty",
        context=SimpleNamespace(world=state),
    )
    with pytest.raises(GraphQLError, match=r"does not have Organization\.novelty"):
        resolve_field({}, cast("GraphQLResolveInfo[Any]", info))
    assert state.gaps == {("GRAPHQL", "Organization.novelty"): 1}


def test_required_checks_name_their_apps(ask: Ask, api: httpx.Client) -> None:
    """They are set by node ids and shown as Apps; `any`, or none, stands for all (C1)."""
    app = api.get("/apps/github-actions").json()["node_id"]
    given = [
        {"context": "ci", "appId": app},
        {"context": "lint", "appId": "any"},
        {"context": "docs"},
    ]
    made = ask(
        CREATE,
        input={
            "repositoryId": api.get("/repos/acme/widget").json()["node_id"],
            "pattern": "main",
            "requiresStatusChecks": True,
            "requiredStatusChecks": given,
        },
    )
    ident = made["data"]["createBranchProtectionRule"]["branchProtectionRule"]["id"]
    shown = ask(
        "query($id:ID!){node(id:$id){... on BranchProtectionRule{requiredStatusCheckContexts,"
        "requiredStatusChecks{context,app{slug}}}}}",
        id=ident,
    )["data"]["node"]
    assert shown == {
        "requiredStatusCheckContexts": ["ci", "lint", "docs"],
        "requiredStatusChecks": [
            {"context": "ci", "app": {"slug": "github-actions"}},
            {"context": "lint", "app": None},
            {"context": "docs", "app": None},
        ],
    }


def test_a_team_s_repositories_tell_its_permission(ask: Ask, api: httpx.Client) -> None:
    """Each edge does; a custom role shows as the role that it is based on (C1)."""
    role = {
        "name": "deployer",
        "base_role": "maintain",
        "permissions": ["delete_alerts_code_scanning"],
    }
    assert api.post("/orgs/acme/custom-repository-roles", json=role).status_code == 201
    put = api.put("/orgs/acme/teams/release/repos/acme/site", json={"permission": "deployer"})
    assert put.status_code == 204
    found = ask(
        'query{organization(login:"acme"){team(slug:"release"){repositories(first:5)'
        "{edges{permission,node{name}}}}}}"
    )["data"]["organization"]["team"]["repositories"]["edges"]
    assert [(each["node"]["name"], each["permission"]) for each in found] == [
        ("widget", "WRITE"),
        ("site", "MAINTAIN"),
    ]


def test_pages_have_the_same_address_as_over_rest(api: httpx.Client, ask: Ask) -> None:
    """The `url` of an account, repository or team is the `html_url` of REST."""
    query = (
        '{user(login:"ana"){url} repository(owner:"acme",name:"widget"){url}'
        ' organization(login:"acme"){url team(slug:"release"){url}}}'
    )
    data = ask(query)["data"]
    for shown, path in (
        (data["user"], "/users/ana"),
        (data["repository"], "/repos/acme/widget"),
        (data["organization"], "/orgs/acme"),
        (data["organization"]["team"], "/orgs/acme/teams/release"),
    ):
        assert shown["url"] == api.get(path).json()["html_url"]


def test_a_node_id_shows_no_more_than_the_lists(world: World, api: httpx.Client) -> None:
    """What somebody does not see in a list, they do not see by its node id either."""
    commit = api.get("/repos/acme/widget/commits/main").json()["sha"]
    hidden = {
        "release": {"tag_name": "v1", "target_commitish": commit},
        "draft": {"tag_name": "v2", "target_commitish": commit, "draft": True},
    }
    ids = {
        name: api.post("/repos/acme/widget/releases", json=body).json()["node_id"]
        for name, body in hidden.items()
    }
    ids["label"] = api.get("/repos/acme/widget/labels/bug").json()["node_id"]
    ids["team"] = api.get("/orgs/acme/teams/release").json()["node_id"]
    put = api.put("/repos/acme/widget/collaborators/kim", json={"permission": "pull"})
    assert put.is_success
    api.delete("/orgs/acme/teams/release/memberships/kim")
    query = "query($ids:[ID!]!){nodes(ids:$ids){id}}"

    def seen(login: str) -> set[str]:
        with world.client(login) as client:
            body = {"query": query, "variables": {"ids": list(ids.values())}}
            nodes = client.post(f"{world.base_url}api/graphql", json=body).json()["data"]["nodes"]
        return {name for name, node in zip(ids, nodes, strict=True) if node is not None}

    assert seen("ana") == {"release", "draft", "label", "team"}
    assert seen("kim") == {"release", "label", "team"}
    assert seen("zoe") == set()


def test_mutations_of_a_repository_are_for_those_who_administer_it(
    world: World, api: httpx.Client, ask: Ask
) -> None:
    """Who does not see a repository learns nothing of it, not even its name, from its node id."""
    archive = (
        "mutation($input:ArchiveRepositoryInput!)"
        "{archiveRepository(input: $input){repository{isArchived}}}"
    )
    ident = api.get("/repos/acme/widget").json()["node_id"]
    protect = {"repositoryId": ident, "pattern": "main"}

    def refused(login: str, query: str, given: dict[str, str]) -> tuple[str, str]:
        with world.client(login) as client:
            body = {"query": query, "variables": {"input": given}}
            answer = client.post(f"{world.base_url}api/graphql", json=body).json()
        return answer["errors"][0]["type"], answer["errors"][0]["message"]

    for query, given in ((CREATE, protect), (archive, {"repositoryId": ident})):
        kind, message = refused("zoe", query, given)
        assert (kind, ident in message, "widget" in message) == ("NOT_FOUND", True, False)
        assert refused("ben", query, given)[0] == "FORBIDDEN"
    archived = ask(archive, input={"repositoryId": ident})["data"]["archiveRepository"]
    assert archived == {"repository": {"isArchived": True}}


def test_what_a_repository_was_made_from_is_shown_to_those_who_see_it(
    world: World, api: httpx.Client
) -> None:
    """Others do not see the private template of a public repository, by GraphQL or REST."""
    assert api.patch("/repos/acme/widget", json={"is_template": True}).is_success
    made = api.post("/repos/acme/widget/generate", json={"owner": "acme", "name": "copy"})
    assert made.status_code == 201, made.text
    query = '{repository(owner:"acme",name:"copy"){templateRepository{name}}}'
    shown = {}
    for login in ("ana", "zoe"):
        with world.client(login) as client:
            answer = client.post(f"{world.base_url}api/graphql", json={"query": query})
            by_rest = client.get("/repos/acme/copy").json().get("template_repository")
        by_graphql = answer.json()["data"]["repository"]["templateRepository"]
        shown[login] = [each and each["name"] for each in (by_graphql, by_rest)]
    assert shown == {"ana": ["widget", "widget"], "zoe": [None, None]}


@pytest.mark.parametrize(("installed_in", "refused"), [("acme", False), ("other", True)])
def test_an_app_changes_teams_where_it_is_installed(
    make_world: Callable[[dict[str, Any]], World], installed_in: str, *, refused: bool
) -> None:
    """An App of another organization does not set who reviews for a team."""
    app = {"slug": "portal", "app_id": 7, "public_key": app_keys()[1]}
    seed = {
        "organizations": [*ACME["organizations"], {"login": "other", "owners": ["zoe"]}],
        "apps": [{**app, "organizations": [installed_in], "permissions": None}],
        "tokens": [{"app": "portal"}],
    }
    world = make_world({**ACME, **seed})
    with world.client("ana") as api:
        team = api.get("/orgs/acme/teams/release").json()["node_id"]
    mutation = (
        "mutation($input:UpdateTeamReviewAssignmentInput!)"
        "{updateTeamReviewAssignment(input: $input){team{slug}}}"
    )
    answer = httpx.post(
        f"{world.base_url}api/graphql",
        json={"query": mutation, "variables": {"input": {"id": team, "enabled": True}}},
        headers={"Authorization": f"Bearer {world.tokens['portal[bot]']}"},
    ).json()
    assert [each["type"] for each in answer.get("errors", [])] == ["FORBIDDEN"] * refused
