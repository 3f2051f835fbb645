"""Lists by GraphQL: order, filters and pages; classic rules and teams in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.graphql.connections import connection
from tests.sandbox.graphql.crawl import ORGANIZATION, REPOSITORIES

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.support.sandbox import World

    Ask = Callable[..., dict[str, Any]]

WIDGET = "/repos/acme/widget"


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


def _done(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    body: dict[str, Any] = answer.json() if answer.content else {}
    return body


CLASSIC: dict[str, Any] = {
    "required_status_checks": {
        "strict": True,
        "contexts": [],
        "checks": [{"context": "ci"}, {"context": "lint"}],
    },
    "enforce_admins": True,
    "required_pull_request_reviews": {
        "dismiss_stale_reviews": True,
        "require_code_owner_reviews": True,
        "required_approving_review_count": 2,
        "require_last_push_approval": True,
        "dismissal_restrictions": {"users": ["ben"], "teams": ["release"]},
        "bypass_pull_request_allowances": {"users": ["ana"]},
    },
    "restrictions": {"users": ["ben"], "teams": ["release"], "apps": []},
    "required_linear_history": True,
    "allow_force_pushes": True,
    "allow_deletions": True,
    "block_creations": True,
    "required_conversation_resolution": True,
    "lock_branch": True,
}


def test_classic_rules_have_all_that_rest_set(api: httpx.Client, ask: Ask) -> None:
    """Switches, reviews, checks and the lists of people and teams of a classic rule."""
    _done(api.put(f"{WIDGET}/branches/main/protection", json=CLASSIC))
    _done(api.post(f"{WIDGET}/branches/main/protection/required_signatures"))
    nodes = ask(REPOSITORIES, org="acme")["organization"]["repositories"]["nodes"]
    (widget,) = (each for each in nodes if each["name"] == "widget")
    (rule,) = widget["branchProtectionRules"]["nodes"]

    def people(name: str) -> list[str]:
        actors = [each["actor"] for each in rule[name]["nodes"]]
        return [each.get("login") or each["slug"] for each in actors]

    assert people("pushAllowances") == people("reviewDismissalAllowances") == ["ben", "release"]
    assert (people("bypassPullRequestAllowances"), people("bypassForcePushAllowances")) == (
        ["ana"],
        [],
    )
    assert rule["requiredStatusCheckContexts"] == ["ci", "lint"]
    assert [each["context"] for each in rule["requiredStatusChecks"]] == ["ci", "lint"]
    assert (rule["pattern"], rule["requiredApprovingReviewCount"]) == ("main", 2)
    off = {name for name, value in rule.items() if value is False}
    assert off == {"lockAllowsFetchAndMerge", "requiresDeployments"}


def test_teams_have_their_settings(api: httpx.Client, ask: Ask) -> None:
    """Parent, privacy, notifications and the delegation of reviews."""
    parent = api.get("/orgs/acme/teams/release").json()
    body = {"name": "Child", "description": "d", "parent_team_id": parent["id"]}
    made = _done(api.post("/orgs/acme/teams", json=body))
    secret = {
        "name": "hidden",
        "privacy": "secret",
        "notification_setting": "notifications_disabled",
    }
    _done(api.post("/orgs/acme/teams", json=secret))
    mutation = """mutation($input: UpdateTeamReviewAssignmentInput!) {
        updateTeamReviewAssignment(input: $input) { team { slug } } }"""
    delegation = {"enabled": True, "algorithm": "LOAD_BALANCE", "teamMemberCount": 2}
    ask(mutation, input={"id": made["node_id"], **delegation, "notifyTeam": False})
    teams = ask(ORGANIZATION, org="acme")["organization"]["teams"]["nodes"]
    found = {each["slug"]: each for each in teams}
    assert found["child"]["parentTeam"] == {"slug": "release"}
    assert (found["child"]["databaseId"], found["child"]["description"]) == (made["id"], "d")
    reviews = [found["child"][f"reviewRequestDelegation{name}"] for name in _DELEGATION]
    assert reviews == [True, "LOAD_BALANCE", 2, False]
    hidden = (found["hidden"]["privacy"], found["hidden"]["notificationSetting"])
    assert hidden == ("SECRET", "NOTIFICATIONS_DISABLED")
    query = """query($privacy: TeamPrivacy, $text: String, $logins: [String!]) {
        organization(login: "acme") { teams(first: 9, privacy: $privacy, query: $text,
        userLogins: $logins, orderBy: {field: NAME, direction: DESC}) { nodes { name } } } }"""

    def named(**arguments: object) -> list[str]:
        teams = ask(query, **arguments)["organization"]["teams"]["nodes"]
        return [each["name"] for each in teams]

    assert named() == ["release", "hidden", "Child"]
    assert named(privacy="SECRET") == ["hidden"]
    assert named(text="chi") == ["Child"]
    assert named(logins=["ben"]) == ["release"]


_DELEGATION = ("Enabled", "Algorithm", "MemberCount", "NotifyTeam")


def test_repositories_are_ordered_and_left_out(api: httpx.Client, ask: Ask) -> None:
    """Orders and filters of repositories give the ones that REST says they are."""
    for name, visibility in (("Alpha", "private"), ("zeta", "public"), ("inner", "internal")):
        body = {"name": name, "visibility": visibility, "has_issues": visibility != "public"}
        _done(api.post("/orgs/acme/repos", json=body))
    _done(api.patch("/repos/acme/zeta", json={"archived": True}))
    query = """query($by: RepositoryOrder, $archived: Boolean, $privacy: RepositoryPrivacy,
        $visibility: RepositoryVisibility, $issues: Boolean) { organization(login: "acme") {
        repositories(first: 9, orderBy: $by, isArchived: $archived, privacy: $privacy,
        visibility: $visibility, hasIssuesEnabled: $issues) { nodes { name } } } }"""

    def named(**arguments: object) -> list[str]:
        found = ask(query, **arguments)["organization"]["repositories"]["nodes"]
        return [each["name"] for each in found]

    names = ["Alpha", "inner", "site", "widget", "zeta"]
    assert named(by={"field": "NAME", "direction": "ASC"}) == names
    assert named(by={"field": "NAME", "direction": "DESC"}) == names[::-1]
    by_age = named(by={"field": "CREATED_AT", "direction": "ASC"})
    assert by_age == ["widget", "site", "Alpha", "zeta", "inner"]
    assert named(archived=True) == ["zeta"]
    assert sorted(named(privacy="PUBLIC")) == ["site", "zeta"]
    assert named(visibility="INTERNAL") == ["inner"]
    assert named(issues=False) == ["zeta"]


def test_folders_are_read_in_one_request(api: httpx.Client, ask: Ask) -> None:
    """A folder's entries have the entries of the folders in it, with Git's ids."""
    content = {"message": "add", "content": "eA=="}
    for path in ("a/b/c.txt", "a/d.txt"):
        _done(api.put(f"{WIDGET}/contents/{path}", json=content))
    query = """{ repository(owner: "acme", name: "widget") { object(expression: "HEAD:a") {
        ... on Tree { entries { path oid object { ... on Tree { entries { path oid
        object { ... on Blob { text } } } } ... on Blob { text } } } } } } }"""
    entries = ask(query)["repository"]["object"]["entries"]
    tree = api.get(f"{WIDGET}/git/trees/main?recursive=1").json()["tree"]
    ids = {each["path"]: each["sha"] for each in tree}
    folder, file = entries
    (inner,) = folder["object"]["entries"]
    assert {each["path"]: each["oid"] for each in (folder, file, inner)} == {
        path: ids[path] for path in ("a/b", "a/d.txt", "a/b/c.txt")
    }
    assert file["object"] == inner["object"] == {"text": "x"}


# --- pages


@settings(max_examples=200, deadline=None)
@given(count=st.integers(0, 30), size=st.integers(1, 12), backwards=st.booleans())
def test_pages_are_the_whole_list(count: int, size: int, *, backwards: bool) -> None:
    """Pages by cursors, forwards or backwards, are the list: nothing twice, nothing left out."""
    items = list(range(count))
    found: list[int] = []
    cursor: str | None = None
    while True:
        names = ("last", "before") if backwards else ("first", "after")
        page = connection(items, dict(zip(names, (size, cursor), strict=True)))
        info = page["pageInfo"]
        assert page["totalCount"] == count
        assert [each["node"] for each in page["edges"]()] == page["nodes"]
        found = [*page["nodes"], *found] if backwards else [*found, *page["nodes"]]
        cursor = info["startCursor"] if backwards else info["endCursor"]
        if not info["hasPreviousPage" if backwards else "hasNextPage"]:
            break
    assert found == items


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_of_repositories_have_the_same_content_in_any_size(
    api: httpx.Client, ask: Ask, size: int
) -> None:
    """The pages of a crawl, of any size, are one large page."""
    for name in ("a", "b", "c"):
        _done(api.post("/orgs/acme/repos", json={"name": name}))
    whole = ask(REPOSITORIES, org="acme")["organization"]["repositories"]
    found: list[dict[str, Any]] = []
    after, more = None, True
    while more:
        page = ask(REPOSITORIES, org="acme", after=after, size=size)["organization"]["repositories"]
        assert page["totalCount"] == whole["totalCount"]
        found += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert found == whole["nodes"]


def test_at_most_100_ids_are_asked_for_at_once(world: World, api: httpx.Client) -> None:
    """More node ids are refused with GitHub's type; several lists of 100 are allowed."""
    ident = api.get(WIDGET).json()["node_id"]
    query = "query($a: [ID!]!, $b: [ID!]!) { a: nodes(ids: $a) { id } b: nodes(ids: $b) { id } }"

    def answer(*counts: int) -> dict[str, Any]:
        variables = {name: [ident] * count for name, count in zip("ab", counts, strict=True)}
        body = {"query": query, "variables": variables}
        found: dict[str, Any] = api.post(f"{world.base_url}api/graphql", json=body).json()
        return found

    assert len(answer(100, 100)["data"]["b"]) == 100
    refused = answer(1, 101)
    (error,) = refused["errors"]
    assert (refused["data"], error["type"], error["path"]) == (None, "ARGUMENT_LIMIT", ["b"])
    assert "101" in error["message"]
