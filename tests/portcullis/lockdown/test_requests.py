"""The requests from one state of a setting to another, without a GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from portcullis.lockdown import doors, plan
from portcullis.lockdown.doors import Door, Kind
from portcullis.lockdown.sending import MINUTE, MOST_CREATED, MOST_WRITES, Pace

if TYPE_CHECKING:
    from portcullis.live.raw.settings import Document

CUSTOM = {"protected_branches": False, "custom_branch_policies": True}
PROTECTED = {"protected_branches": True, "custom_branch_policies": False}
PATTERNS = st.lists(
    st.tuples(st.sampled_from(["branch", "tag"]), st.sampled_from(["v*", "main", "a", "b"])),
    unique=True,
    max_size=4,
)


@st.composite
def environments(draw: st.DrawFn) -> Document:
    """Draw an environment as GitHub may have it."""
    policy = draw(st.sampled_from([None, CUSTOM, PROTECTED]))
    pairs = draw(PATTERNS) if policy == CUSTOM else []
    return {
        "can_admins_bypass": draw(st.booleans()),
        "wait_timer": draw(st.sampled_from([0, 5])),
        "prevent_self_review": False,
        "reviewers": draw(st.sampled_from([[], [{"type": "Team", "id": 1}]])),
        "deployment_branch_policy": policy,
        "policies": [{"type": kind, "name": name, "id": n} for n, (kind, name) in enumerate(pairs)],
    }


class FakeEnvironment:
    """An environment that answers to requests as GitHub documents it."""

    def __init__(self, document: Document) -> None:
        """Begin as a document says."""
        self.document = {**document, "policies": list(document["policies"])}
        self.next = 100

    def take(self, request: doors.Request) -> None:
        """Carry a request out."""
        body: dict[str, Any] = request.body or {}
        policies = self.document["policies"]
        if request.method == "PUT":
            self.document |= {**body, "reviewers": body["reviewers"] or []}
            if body["deployment_branch_policy"] != CUSTOM:
                policies.clear()
        elif request.method == "POST":
            assert self.document["deployment_branch_policy"] == CUSTOM
            self.next += 1
            policies.append({**body, "id": self.next})
        else:
            number = int(request.path.rpartition("/")[2])
            self.document["policies"] = [each for each in policies if each["id"] != number]


DOOR = Door(Kind.ENVIRONMENT, 1, "pypi")


@given(environments(), st.integers(0, 9), st.integers(0, 9))
def test_an_environment_comes_back_wherever_a_run_stops(
    before: Document, closing: int, opening: int
) -> None:
    """R16: closed and opened again, each after a stop at any request, it is as it was."""
    there = FakeEnvironment(before)
    closed = doors.closed_environment(before)
    for goal, stop in ((closed, closing), (before, opening)):
        for request in doors.requests("/r", DOOR, there.document, goal)[:stop]:
            there.take(request)
        if goal is closed and closing % 2:
            continue  # lifted while the lockdown was partial
        for request in doors.requests("/r", DOOR, there.document, goal):
            there.take(request)
        assert doors.without_ids(there.document) == doors.without_ids(goal)
    assert doors.without_ids(there.document) == doors.without_ids(before)


@given(environments())
def test_a_closed_environment_admits_no_ref(before: Document) -> None:
    """R16: what a closed environment admits is a list without entries; its rules stay."""
    closed = doors.closed_environment(before)
    assert closed["deployment_branch_policy"] == CUSTOM
    assert closed["policies"] == []
    assert closed["reviewers"] == before["reviewers"]


def test_actions_stop_in_release_repositories_by_one_setting_of_the_organization() -> None:
    """R16: level `release` leaves Actions on in the repositories that do not publish."""
    before = {"enabled_repositories": "all", "allowed_actions": "all", "sha_pinning_required": True}
    goal = doors.actions_without(before, [1, 2, 3], [2])
    sent = doors.requests("/orgs/acme", Door(Kind.ACTIONS), before, goal)
    assert [(each.method, each.path.rpartition("/")[2]) for each in sent] == [
        ("PUT", "permissions"),
        ("PUT", "repositories"),
    ]
    assert sent[1].body == {"selected_repository_ids": [1, 3]}


def test_actions_that_are_off_stay_off() -> None:
    """R16: a lockdown opens nothing: Actions that run nowhere are left alone."""
    before = {"enabled_repositories": "none", "sha_pinning_required": True}
    assert doors.actions_without(before, [1, 2], [2]) == before


def test_a_hundred_release_repositories_are_closed_within_a_minutes_writes() -> None:
    """R16: 100 repositories by trusted publishing: no pause at GitHub's limits of a minute."""
    scope = plan.Scope("acme", "release", releasing=frozenset(f"r{n}" for n in range(100)))
    listed = [{"id": n, "name": f"r{n}", "archived": False} for n in range(100)]
    found = plan.targets(scope, listed)
    environment = {
        "can_admins_bypass": False,
        "wait_timer": 0,
        "prevent_self_review": True,
        "reviewers": [{"type": "Team", "id": 1}],
        "deployment_branch_policy": CUSTOM,
        "policies": [{"type": "tag", "name": "v*", "id": 1}],
    }
    on = {"enabled_repositories": "all", "allowed_actions": "all", "sha_pinning_required": True}
    off = doors.actions_without(on, range(100), range(100))
    sent = [
        *doors.requests("/orgs/acme", Door(Kind.NOTE), None, {"value": "on"}),
        *doors.requests("/orgs/acme", Door(Kind.TAGS), None, doors.closed_tags(organization=True)),
        *doors.requests("/orgs/acme", Door(Kind.ACTIONS), on, off),
    ]
    assert len(sent) == 4, "tags and Actions stop by the first four requests"
    for each in found.stopped:
        door = Door(Kind.ENVIRONMENT, each["id"], "pypi")
        closed = doors.closed_environment(environment)
        sent += doors.requests(f"/repos/acme/{each['name']}", door, environment, closed)
    slept: list[float] = []
    pace = Pace(clock=lambda: 0.0, sleep=slept.append)
    for request in sent:
        pace.wait(creates=request.creates)
    assert len(found.stopped) == 100
    assert not slept


@given(st.lists(st.booleans(), max_size=400))
def test_no_minute_has_more_writes_than_github_allows(creating: list[bool]) -> None:
    """R16: in no minute are more writes sent than GitHub takes."""
    now = [0.0]
    sent: list[tuple[float, bool]] = []
    pace = Pace(clock=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds))
    for creates in creating:
        pace.wait(creates=creates)
        sent.append((now[0], creates))
        now[0] += 0.1
    for start, _ in sent:
        within = [creates for time, creates in sent if start <= time < start + MINUTE]
        assert len(within) <= MOST_WRITES
        assert sum(within) <= MOST_CREATED
