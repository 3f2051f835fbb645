"""GraphQL: the provider's documents, letter by letter, and queries over many things at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

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


def test_what_the_schema_does_not_have_is_refused(ask: Ask) -> None:
    """An unknown field is an error without data, as on GitHub."""
    answer = ask("{viewer{login nonsense}}")
    assert "data" not in answer
    assert "nonsense" in answer["errors"][0]["message"]


def test_a_field_that_is_not_there_is_named_and_noted(world: World, api: httpx.Client) -> None:
    """GitHub has it, the sandbox does not: an error in words, and a gap, never a silent null."""
    body = {"query": '{ organization(login: "acme") { login isVerified } }'}
    answer = api.post(f"{world.base_url}api/graphql", json=body).json()
    assert [each["message"] for each in answer["errors"]] == [
        "The sandbox does not have Organization.isVerified."
    ]
    assert world.gaps() == [{"method": "GRAPHQL", "path": "Organization.isVerified", "count": 1}]
    # meant: at the end of the tests no world may have any
    world.control("DELETE", "gaps")
