"""What GitHub does not answer, or refuses: named, and no reason to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from portcullis.live import classic, reader, repositories
from portcullis.live.asking import Asking, TooHeavy, Unread
from portcullis.live.compare import Declared, compare
from portcullis.live.kinds import KINDS
from portcullis.live.resource import Live, LiveRepository
from portcullis.project import UserError
from tests.portcullis.live.conftest import asking, read
from tests.support.keys import app_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.support.sandbox import World

NAMES = [f"r{number}" for number in range(5)]
SEED: dict[str, Any] = {
    "users": ["zoe"],
    "organizations": [
        {
            "login": "acme",
            "plan": "team",
            "owners": ["ana"],
            "members": ["ben"],
            "teams": {"devs": {"members": ["ben"]}},
            "repositories": {
                name: {"files": {"README.md": "x"}, "teams": {"devs": "push"}} for name in NAMES
            },
        }
    ],
    "tokens": [{"login": "ana"}],
}
HEAVY = {
    "data": {"organization": None},
    "errors": [
        {
            "type": "RESOURCE_LIMITS_EXCEEDED",
            "path": ["organization"],
            "message": "Resource limits for this query exceeded.",
        }
    ],
}


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the pages of repositories that are asked for."""
    asked: list[int] = []
    query = Asking.query

    def noting(self: Asking, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        if document == repositories.QUERY:
            asked.append(variables["size"])
        return query(self, document, variables)

    monkeypatch.setattr(Asking, "query", noting)
    return asked


@pytest.mark.usefixtures("slept")
@pytest.mark.parametrize("status", [200, 502])
def test_a_heavy_page_is_asked_for_in_halves(world: World, sizes: list[int], status: int) -> None:
    """Promise: a query that GitHub gives up is asked again for fewer, and all is read."""
    tries = {200: 3, 502: 3 * 4}[status]
    body = HEAVY if status == 200 else None
    world.fault(path="/graphql", status=status, body=body, count=tries)
    live, _ = read(world)
    assert sorted(live.repositories) == NAMES
    assert not live.gaps
    assert sizes == [100, 50, 25, 12]


def test_pages_grow_again(world: World, sizes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: one heavy repository does not slow the rest down."""
    monkeypatch.setattr(repositories, "PAGE", 2)
    world.fault(path="/graphql", status=200, body=HEAVY, count=1)
    live, _ = read(world)
    assert sorted(live.repositories) == NAMES
    assert sizes == [2, 1, 2, 2]


def test_a_repository_that_is_too_much_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: a page of one that GitHub gives up is one repository that is not read."""
    monkeypatch.setattr(repositories, "PAGE", 2)
    world.fault(path="/graphql", status=200, body=HEAVY, count=2)
    live, _ = read(world)
    assert sorted(live.repositories) == NAMES[1:]
    [gap] = live.gaps
    assert (gap.repository, gap.kinds) == ("r0", tuple(KINDS))
    assert "too much" in str(gap.why)


def test_github_that_always_gives_up_is_a_plain_error(world: World, slept: list[float]) -> None:
    """Promise: where nothing helps, the run ends in words."""
    world.fault(path="/graphql", status=200, body=HEAVY, count=None)
    with pytest.raises(TooHeavy, match="takes too much"):
        read(world)
    assert issubclass(TooHeavy, UserError)
    assert not slept


@pytest.mark.usefixtures("slept")
def test_a_repository_that_fails_for_ever_stops_nothing(world: World) -> None:
    """Promise: 500 for ever in one repository is reported there, and the rest is read."""
    world.request("POST", "/repos/acme/r2/actions/variables", {"name": "A", "value": "b"})
    world.fault(path="/repos/acme/r1/*", status=500, count=None)
    live, _ = read(world)
    assert sorted(live.repositories) == NAMES
    assert {gap.repository for gap in live.gaps} == {"r1"}
    assert {gap.why.status for gap in live.gaps} == {500}
    assert [each.name for each in live.of("ActionsVariable")] == ["r2/A"]


@pytest.mark.usefixtures("slept")
def test_lists_of_the_organization_that_fail_stop_nothing(world: World) -> None:
    """Promise: REST's lists that answer 500 are gaps; settings that depend on them are unread."""
    world.fault(path="/orgs/acme/*", status=500, count=None)
    live, _ = read(world)
    assert sorted(live.repositories) == NAMES
    kinds = {kind for gap in live.gaps for kind in gap.kinds}
    assert {"OrganizationWebhook", "Runner", "RepositoryDependabotSecurityUpdates"} <= kinds
    inputs = {"repository": "r1", "enabled": True}
    wanted = Declared("RepositoryDependabotSecurityUpdates", "r1", "urn", inputs)
    assert not [each for each in compare([wanted], live) if each.what == "missing"]


_SWITCHES = (
    "isAdminEnforced", "allowsDeletions", "allowsForcePushes", "lockBranch",
    "requiresConversationResolution", "requiresCommitSignatures", "requiresLinearHistory",
    "requiresApprovingReviews", "requiredApprovingReviewCount", "dismissesStaleReviews",
    "requiresCodeOwnerReviews", "requireLastPushApproval", "restrictsReviewDismissals",
    "requiresStatusChecks", "requiresStrictStatusChecks", "restrictsPushes", "blocksCreations",
)  # fmt: skip
_ACTOR = {"actor": {"__typename": "User", "login": "ana", "databaseId": 1}}
_ACTORS = {"nodes": [_ACTOR]}
_LAST = {"hasNextPage": False, "endCursor": None}
RICH: dict[str, Any] = {
    "collaborators": {
        "pageInfo": _LAST,
        "edges": [
            {
                "permission": "ADMIN",
                "node": {"login": "zoe", "databaseId": 2},
                "permissionSources": [
                    {"roleName": "admin", "source": {"__typename": "Repository"}}
                ],
            }
        ],
    },
    "branchProtectionRules": {
        "pageInfo": _LAST,
        "nodes": [
            {
                **dict.fromkeys(
                    [*_SWITCHES],
                    True,
                ),
                "id": "B1",
                "pattern": "main",
                "requiredStatusCheckContexts": ["ci"],
                "bypassPullRequestAllowances": _ACTORS,
                "bypassForcePushAllowances": _ACTORS,
                "pushAllowances": _ACTORS,
                "reviewDismissalAllowances": _ACTORS,
            }
        ],
    },
    "repositoryTopics": {"pageInfo": _LAST, "nodes": [{"topic": {"name": "x"}}]},
    "object": {"entries": [{"name": "ci.yml", "type": "blob"}]},
    "rulesets": {
        "pageInfo": _LAST,
        "nodes": [
            {
                "databaseId": 1,
                "name": "main",
                "target": "BRANCH",
                "enforcement": "ACTIVE",
                "source": {"__typename": "Repository"},
                "conditions": {
                    "refName": {"include": ["~ALL"], "exclude": []},
                    "repositoryName": None,
                    "repositoryId": None,
                    "repositoryProperty": None,
                },
                "bypassActors": {
                    "pageInfo": _LAST,
                    "nodes": [
                        {
                            "bypassMode": "ALWAYS",
                            "deployKey": False,
                            "enterpriseOwner": False,
                            "organizationAdmin": False,
                            "repositoryRoleDatabaseId": None,
                            "actor": {"__typename": "Team", "databaseId": 1},
                        }
                    ],
                },
                "rules": {
                    "pageInfo": _LAST,
                    "nodes": [{"type": "PULL_REQUEST", "parameters": {"__typename": "P"}}],
                },
            }
        ],
    },
}
"""Lists of a repository with something in each."""

_NEVER_NULL = frozenset({"pageInfo", "conditions", "include", "exclude", "topic"})
"""What is never null in GitHub's schema."""


def _nulls(value: Any) -> Iterator[Any]:  # noqa: ANN401 - any JSON
    """Yield copies of an answer in each of which one object is null."""
    if isinstance(value, dict):
        for name, each in value.items():
            if isinstance(each, dict | list) and name not in _NEVER_NULL:
                yield {**value, name: None}
            for changed in _nulls(each):
                yield {**value, name: changed}
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield [*value[:index], None, *value[index + 1 :]]
            for changed in _nulls(each):
                yield [*value[:index], changed, *value[index + 1 :]]


def test_a_null_anywhere_in_an_answer_is_no_crash(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: whatever GitHub leaves out of a page of repositories, the reader goes on.

    Null stands in turn for each object that GitHub's published schema allows to be null.
    """
    with asking(world) as conversation:
        query = conversation.query
        variables = {"login": "acme", "after": None, "size": 1}
        answer = query(repositories.QUERY, variables)
        answer["organization"]["repositories"]["pageInfo"] = _LAST
        node = answer["organization"]["repositories"]["nodes"][0]
        node |= RICH
        monkeypatch.setattr(conversation, "listed", lambda _path: [])
        monkeypatch.setattr(conversation, "get", lambda _path: Unread(403, "administration=read"))
        for changed in _nulls(answer):
            monkeypatch.setattr(conversation, "query", lambda *_, page=changed: page)
            found = repositories.Repositories(conversation, "acme")
            monkeypatch.setattr(found, "_lists", lambda _node: ([], []))
            found.read()
            assert found.resources or found.gaps or changed["organization"]["repositories"]


def test_more_allowances_than_are_read_are_no_drift() -> None:
    """Promise: a list of classic protection that is cut is not compared, and is no change."""
    tool = LiveRepository("tool", 1, "R", "main", archived=False)
    node = RICH["branchProtectionRules"]["nodes"][0]
    whole = classic.of_graphql(node, tool)
    assert not whole.unread
    more = {"pageInfo": {"hasNextPage": True}, "nodes": []}
    cut = classic.of_graphql({**node, "pushAllowances": more}, tool)
    assert set(cut.unread) == {"restrictPushes"}
    wanted = Declared("BranchProtection", "tool/main", "urn", whole.inputs)
    assert compare([wanted], Live("acme", [cut])) == []


def test_an_unknown_organization_is_a_plain_error(world: World) -> None:
    """Promise: a login that nobody has, a personal account and a wrong token: words, not traces."""
    for login, words in {"nobody": "has no organization nobody", "zoe": "personal account"}.items():
        with asking(world) as conversation, pytest.raises(UserError, match=words):
            reader.read(conversation, login)
    world.fault(path="/orgs/acme", status=401)
    with pytest.raises(UserError, match="refuses the credentials"):
        read(world)


@pytest.mark.usefixtures("slept")
def test_a_failure_is_not_taken_for_no_organization(world: World) -> None:
    """Promise: 500 is reported as a failure of GitHub, not as a wrong login."""
    world.fault(path="/orgs/acme", status=500, count=None)
    with pytest.raises(UserError, match="could not be read: GitHub answered 500"):
        read(world)


@pytest.mark.parametrize("login", ["ben", "zoe"])
def test_who_may_see_little_gets_gaps_and_nothing_missing(world: World, login: str) -> None:
    """Promise: to a member and to a stranger nothing hidden is missing; each gap has a reason."""
    whole, _ = read(world)
    live, _ = read(world, login=login)
    assert live.gaps
    assert all(gap.why.hidden for gap in live.gaps)
    wanted = [Declared(e.kind, e.name, "urn", e.inputs) for e in whole.resources if e.kind in KINDS]
    assert [(e.what, e.kind, e.name) for e in compare(wanted, live) if e.what == "missing"] == []
    hidden = {kind for gap in live.gaps for kind in gap.kinds}
    assert {"RepositoryDeployKey", "BranchProtection", "OrganizationRuleset"} <= hidden


@pytest.mark.parametrize(
    "permissions",
    [
        {"metadata": "read"},
        {"metadata": "read", "administration": "read", "environments": "read"},
        {"metadata": "read", "members": "read", "organization_administration": "read"},
    ],
)
def test_an_app_with_few_permissions_gets_gaps_and_nothing_missing(
    make_world: Callable[[dict[str, Any]], World], permissions: dict[str, str]
) -> None:
    """Promise: what the permissions of an App do not reach is a gap, and never missing."""
    portal = {
        "slug": "portal",
        "app_id": 7,
        "public_key": app_keys()[1],
        "organizations": ["acme"],
        "permissions": permissions,
    }
    tokens = [{"login": "ana"}, {"app": "portal"}]
    world = make_world({**SEED, "apps": [portal], "tokens": tokens})
    whole, _ = read(world)
    [login] = {*world.tokens} - {"ana"}
    live, _ = read(world, login=login)
    assert all(gap.why.hidden for gap in live.gaps)
    wanted = [Declared(e.kind, e.name, "urn", e.inputs) for e in whole.resources if e.kind in KINDS]
    assert [(e.what, e.kind, e.name) for e in compare(wanted, live) if e.what == "missing"] == []
    hidden = {kind for gap in live.gaps if gap.repository is None for kind in gap.kinds}
    assert ("Team" in hidden) is ("members" not in permissions)
    assert {"ActionsOrganizationSecret", "OrganizationWebhook"} <= hidden
