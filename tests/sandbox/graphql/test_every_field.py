"""Every field of the schema has an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLScalarType,
    get_named_type,
    is_required_argument,
)

from sandbox.enforcement.classic_model import NEW
from sandbox.graphql.execute import schema
from sandbox.graphql.resolvers import RESOLVERS

if TYPE_CHECKING:
    import httpx

WHERE = {
    "Repository": 'repository(owner: "acme", name: "widget") {%s}',
    "Organization": 'organization(login: "acme") {%s}',
    "Team": 'organization(login: "acme") { team(slug: "release") {%s} }',
    "User": "viewer {%s}",
    "Ref": 'repository(owner: "acme", name: "widget") { defaultBranchRef {%s} }',
    "Commit": (
        'repository(owner: "acme", name: "widget") { object(expression: "main") '
        "{ ... on Commit {%s} } }"
    ),
    "Tree": (
        'repository(owner: "acme", name: "widget") { object(expression: "main:") '
        "{ ... on Tree {%s} } }"
    ),
    "Blob": (
        'repository(owner: "acme", name: "widget") { object(expression: "main:README.md") '
        "{ ... on Blob {%s} } }"
    ),
    "TreeEntry": (
        'repository(owner: "acme", name: "widget") { object(expression: "main:") '
        "{ ... on Tree { entries {%s} } } }"
    ),
    "BranchProtectionRule": (
        'repository(owner: "acme", name: "widget") '
        "{ branchProtectionRules(first: 1) { nodes {%s} } }"
    ),
    "Environment": (
        'repository(owner: "acme", name: "widget") { environments(first: 1) { nodes {%s} } }'
    ),
    "RepositoryRuleset": (
        'repository(owner: "acme", name: "widget") { rulesets(first: 1) { nodes {%s} } }'
    ),
    "RepositoryRule": (
        'repository(owner: "acme", name: "widget") '
        "{ rulesets(first: 1) { nodes { rules(first: 5) { nodes {%s} } } } }"
    ),
    "RepositoryRulesetBypassActor": (
        'repository(owner: "acme", name: "widget") '
        "{ rulesets(first: 1) { nodes { bypassActors(first: 5) { nodes {%s} } } } }"
    ),
    "DeploymentProtectionRule": (
        'repository(owner: "acme", name: "widget") '
        "{ environments(first: 1) { nodes { protectionRules(first: 5) { nodes {%s} } } } }"
    ),
    "RepositoryCollaboratorEdge": (
        'repository(owner: "acme", name: "widget") { collaborators(first: 5) { edges {%s} } }'
    ),
    "PermissionSource": (
        'repository(owner: "acme", name: "widget") '
        "{ collaborators(first: 5) { edges { permissionSources {%s} } } }"
    ),
    "DeployKey": (
        'repository(owner: "acme", name: "widget") { deployKeys(first: 1) { nodes {%s} } }'
    ),
    "RepositoryTopic": (
        'repository(owner: "acme", name: "widget") { repositoryTopics(first: 1) { nodes {%s} } }'
    ),
    "Topic": (
        'repository(owner: "acme", name: "widget") '
        "{ repositoryTopics(first: 1) { nodes { topic {%s} } } }"
    ),
    "App": (
        'repository(owner: "acme", name: "widget") { branchProtectionRules(first: 1) { nodes '
        "{ pushAllowances(first: 1) { nodes { id branchProtectionRule { id } actor "
        "{ ... on App {%s} } } } } } }"
    ),
    "TeamMemberEdge": (
        'organization(login: "acme") { team(slug: "release") { members { edges {%s} } } }'
    ),
    "TeamRepositoryEdge": (
        'organization(login: "acme") { team(slug: "release") { repositories { edges {%s} } } }'
    ),
    "Release": 'repository(owner: "acme", name: "widget") { release(tagName: "v1") {%s} }',
    "Label": 'repository(owner: "acme", name: "widget") { label(name: "bug") {%s} }',
    "RateLimit": "rateLimit {%s}",
}
"""The types, and a query that leads to one of each."""
GIVEN = {
    "isSponsoredBy": '(accountLogin: "ana")',
    "canReceiveOrganizationEmailsWhenNotificationsRestricted": '(login: "acme")',
    "organizationVerifiedDomainEmails": '(login: "acme")',
    "organization": '(login: "acme")',
    "repository": '(name: "widget")',
    "team": '(slug: "release")',
    "environment": '(name: "pypi")',
    "file": '(path: "README.md")',
    "ref": '(qualifiedName: "refs/heads/main")',
    "refs": '(refPrefix: "refs/heads/", first: 5)',
    "topRepositories": "(first: 5, orderBy: {field: NAME, direction: ASC})",
    "object": '(expression: "main")',
    "release": '(tagName: "v1")',
    "label": '(name: "bug")',
    "ruleset": "(databaseId: 1)",
}
"""Arguments of fields that need some."""


def _selection(name: str, field: GraphQLField) -> str:
    kind = get_named_type(field.type)
    needs = any(is_required_argument(each) for each in field.args.values())
    needs = needs or "expression" in field.args
    arguments = GIVEN.get(name, "") if needs else ""
    if "first" in field.args and not arguments:
        arguments = "(first: 5)"
    if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
        return f"{name}{arguments}"
    below = "nodes { __typename } totalCount" if kind.name.endswith("Connection") else "__typename"
    return f"{name}{arguments} {{ {below} }}"


def _reviewer(api: httpx.Client) -> dict[str, Any]:
    return {"type": "User", "id": api.get("/users/ana").json()["id"]}


@pytest.fixture
def filled(api: httpx.Client) -> httpx.Client:
    """The API of a world with a classic rule, an environment, a release and a ruleset."""
    rule = {
        "required_status_checks": {"strict": True, "contexts": ["ci"]},
        "enforce_admins": True,
        "required_pull_request_reviews": {},
        "restrictions": {"users": ["ana"], "teams": ["release"], "apps": []},
    }
    assert api.put("/repos/acme/widget/branches/main/protection", json=rule).status_code == 200
    gate = {"wait_timer": 5, "reviewers": [_reviewer(api)]}
    assert api.put("/repos/acme/widget/environments/pypi", json=gate).status_code == 200
    ruleset = {
        "name": "main",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
        "rules": [{"type": "deletion"}, {"type": "required_linear_history"}],
        "bypass_actors": [{"actor_id": 5, "actor_type": "RepositoryRole"}],
    }
    assert api.post("/repos/acme/widget/rulesets", json=ruleset).status_code == 201
    key = {"key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA", "title": "deploy"}
    assert api.post("/repos/acme/widget/keys", json=key).status_code == 201
    assert api.put("/repos/acme/widget/topics", json={"names": ["cli"]}).status_code == 200
    release = {"tag_name": "v1", "name": "One", "body": "first"}
    assert api.post("/repos/acme/widget/releases", json=release).status_code == 201
    return api


def test_a_comment_says_who_changed_its_text(api: httpx.Client) -> None:
    """Who may push may change the text of others; the author stays, and the editor is named."""
    issue = api.post("/repos/acme/widget/issues", json={"title": "x"}).json()["number"]
    path = "/repos/acme/widget/issues"
    made = api.post(f"{path}/{issue}/comments", json={"body": "mine"}).json()
    query = "query($id: ID!) { node(id: $id) { ... on IssueComment { %s } } }"
    asked = query % "author { login __typename } editor { login } lastEditedAt body url"
    graphql = str(api.base_url).replace("/v3", "/graphql")
    body = {"query": asked, "variables": {"id": made["node_id"]}}
    before = api.post(graphql, json=body).json()["data"]["node"]
    assert before["author"] == {"login": "ana", "__typename": "User"}
    assert (before["editor"], before["lastEditedAt"]) == (None, None)
    assert before["url"] == made["html_url"]
    api.patch(f"{path}/comments/{made['id']}", json={"body": "other"}).raise_for_status()
    after = api.post(graphql, json=body).json()["data"]["node"]
    assert (after["editor"], after["body"]) == ({"login": "ana"}, "other")
    assert after["lastEditedAt"]


@pytest.mark.parametrize("name", WHERE)
def test_every_field_of_a_type_has_an_answer(filled: httpx.Client, name: str) -> None:
    """All fields that the published schema has are asked for at once: no error, no gap."""
    found = schema().type_map[name]
    assert isinstance(found, GraphQLObjectType)
    fields = " ".join(_selection(each, field) for each, field in found.fields.items())
    query = "{ " + WHERE[name] % fields + " }"
    answer: dict[str, Any] = filled.post(
        str(filled.base_url).replace("/v3", "/graphql"), json={"query": query}
    ).json()
    assert "errors" not in answer, answer["errors"]


def test_every_type_of_the_schema_has_answers() -> None:
    """No field is left without a resolver, also of types that no query here leads to.

    Pages of lists, payloads and the few types below are made as a whole, with all of their fields.
    """
    made = {"IpAllowListEntry", "PageInfo", "RateLimit", "RequiredStatusCheckDescription"}
    unanswered = [
        f"{kind.name}.{name}"
        for kind in schema().type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        if not kind.name.endswith(("Allowance", "Connection", "Edge", "Payload"))
        if kind.name not in made
        for name in kind.fields
        if (kind.name, name) not in RESOLVERS
        if kind.name != "BranchProtectionRule" or name not in NEW
    ]
    assert unanswered == []


def test_a_repository_owner_is_found_by_login(api: httpx.Client) -> None:
    """Organizations and people own repositories; others own none."""
    query = (
        '{ a: repositoryOwner(login: "acme") { login } b: repositoryOwner(login: "ana") { id } }'
    )
    graphql = str(api.base_url).replace("/v3", "/graphql")
    answer = api.post(graphql, json={"query": query}).json()
    assert answer["data"]["a"] == {"login": "acme"}
    query = '{ repositoryOwner(login: "nobody") { login } }'
    errors = api.post(graphql, json={"query": query}).json()["errors"]
    assert errors[0]["type"] == "NOT_FOUND"


def test_deployments_that_a_rule_requires_are_kept(api: httpx.Client) -> None:
    """What a mutation sets of a rule is read back, also the fields that REST does not have."""
    graphql = str(api.base_url).replace("/v3", "/graphql")
    ask = '{ repository(owner: "acme", name: "widget") { id } }'
    ident = api.post(graphql, json={"query": ask}).json()["data"]["repository"]["id"]
    create = (
        "mutation($input: CreateBranchProtectionRuleInput!) { createBranchProtectionRule(input: "
        "$input) { branchProtectionRule { requiresDeployments requiredDeploymentEnvironments "
        "lockAllowsFetchAndMerge creator { login } } } }"
    )
    given = {
        "requiresDeployments": True,
        "requiredDeploymentEnvironments": ["staging"],
        "lockAllowsFetchAndMerge": True,
    }
    variables = {"input": {"repositoryId": ident, "pattern": "main", **given}}
    made = api.post(graphql, json={"query": create, "variables": variables}).json()
    shown = made["data"]["createBranchProtectionRule"]["branchProtectionRule"]
    assert shown == {**given, "creator": {"login": "ana"}}


@pytest.mark.parametrize("size", ["first: 0", "last: 0"])
def test_an_empty_page_may_be_asked_for(api: httpx.Client, size: str) -> None:
    """A page of no nodes tells how many there are."""
    graphql = str(api.base_url).replace("/v3", "/graphql")
    query = f'{{ organization(login: "acme") {{ teams({size}) {{ totalCount nodes {{ id }} }} }} }}'
    found = api.post(graphql, json={"query": query}).json()["data"]["organization"]["teams"]
    assert found == {"totalCount": 1, "nodes": []}
