"""Drift of secrets, as data: what the state has, what GitHub lists, and what differs."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from githubkit import GitHub, TokenAuthStrategy
from githubkit.exception import RequestFailed
from hypothesis import given
from hypothesis import strategies as st

from portcullis.secrets.drift import LISTS, drifted, forget
from portcullis.secrets.lists import PAGE
from tests.portcullis.secrets.states import (
    ISO,
    MARK,
    encrypted,
    noted,
    of_environment,
    of_organization,
    of_repository,
    state,
)
from tests.support.github_client import BASE_URL

if TYPE_CHECKING:
    from portcullis.secrets.drift import Drifted

LATER = "2026-11-25T22:46:50Z"


@dataclass
class Lists:
    """A GitHub that has lists of secrets, by path below the API's address.

    Attributes:
        secrets: Path to the items there; 404 for others.
        status: What every request is answered with.
        asked: The paths with page, in order.
    """

    secrets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    status: int = 200
    asked: list[str] = field(default_factory=list)

    def drifted(self, *resources: dict[str, Any]) -> list[Drifted]:
        """What a state of these resources has otherwise; asked by githubkit itself."""
        client: GitHub[Any] = GitHub(
            TokenAuthStrategy("unused"),
            base_url=BASE_URL,
            transport=httpx.MockTransport(self._answer),
            auto_retry=False,
            http_cache=False,
        )
        return drifted(client, "acme", state(*resources))

    def reported(self, *resources: dict[str, Any]) -> list[str]:
        """`name what`, of each that drifted."""
        return [f"{each.name.rpartition('/')[2]} {each.what}" for each in self.drifted(*resources)]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().partition("?")[0]
        path = path.removeprefix(httpx.URL(BASE_URL).path.rstrip("/"))
        page, size = (int(request.url.params[name]) for name in ("page", "per_page"))
        self.asked.append(f"{path} {page}")
        if self.status != 200 or path not in self.secrets:
            return httpx.Response(self.status if self.status != 200 else 404, json={})
        items = self.secrets[path]
        shown = items[(page - 1) * size : page * size]
        return httpx.Response(200, json={"total_count": len(items), "secrets": shown})


def live(name: str = "TOKEN", updated: str = ISO, **more: str) -> dict[str, Any]:
    """A secret as GitHub lists it."""
    return {"name": name, "created_at": ISO, "updated_at": updated, **more}


REPOSITORY = "/repos/acme/tool/actions/secrets"
ORGANIZATION = "/orgs/acme/actions/secrets"
PLACES = {
    "ActionsOrganizationSecret": (of_organization("ActionsOrganizationSecret"), ORGANIZATION),
    "DependabotOrganizationSecret": (
        of_organization("DependabotOrganizationSecret"),
        "/orgs/acme/dependabot/secrets",
    ),
    "CodespacesOrganizationSecret": (
        of_organization("CodespacesOrganizationSecret"),
        "/orgs/acme/codespaces/secrets",
    ),
    "ActionsSecret": (of_repository("ActionsSecret"), REPOSITORY),
    "DependabotSecret": (of_repository("DependabotSecret"), "/repos/acme/tool/dependabot/secrets"),
    "CodespacesSecret": (of_repository("CodespacesSecret"), "/repos/acme/tool/codespaces/secrets"),
    "ActionsEnvironmentSecret": (
        of_environment(),
        "/repos/acme/tool/environments/gate/secrets",
    ),
}


def test_every_type_has_its_case_here() -> None:
    """A new type cannot come without a test."""
    assert set(PLACES) == set(LISTS)


@pytest.mark.parametrize("kind", PLACES)
def test_each_scope_and_store_is_looked_at_where_it_is(kind: str) -> None:
    """As it was set: nothing is reported; set a second later, or gone: reported (S11)."""
    resource, path = PLACES[kind]
    assert Lists({path: [live()]}).reported(resource) == []
    assert Lists({path: [live(updated=LATER)]}).reported(resource) == ["TOKEN changed"]
    assert Lists({path: [live("OTHER")]}).reported(resource) == ["TOKEN deleted"]


def test_a_secret_set_earlier_than_ours_was_set_by_somebody_else() -> None:
    """Any other time than ours is: somebody may have restored an older state of things."""
    resource, path = PLACES["ActionsSecret"]
    assert Lists({path: [live(updated="2025-01-01T00:00:00Z")]}).reported(resource) == [
        "TOKEN changed"
    ]


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - made UTC below
    st.integers(-100, 100),
    st.sampled_from(["Z", "+00:00", "+05:30", "-08:00"]),
)
def test_times_are_compared_as_moments(moment: datetime, seconds: int, zone: str) -> None:
    """The provider's way to write a time and GitHub's: the same moment is the same."""
    ours = moment.replace(microsecond=0, tzinfo=UTC)
    theirs = ours + timedelta(seconds=seconds)
    written = f"{theirs:%Y-%m-%dT%H:%M:%S}Z"
    if zone != "Z":
        there = datetime.fromisoformat(f"2020-01-01T00:00:00{zone}").tzinfo
        written = theirs.astimezone(there).isoformat()
    resource = of_repository(updatedAt=f"{ours:%Y-%m-%d %H:%M:%S} +0000 UTC")
    reported = Lists({REPOSITORY: [live(updated=written)]}).reported(resource)
    assert reported == (["TOKEN changed"] if seconds else [])


@pytest.mark.parametrize("time", [None, "", "0001-01-01 00:00:00 +0000 UTC", "soon"])
def test_without_a_time_of_ours_nothing_is_reported(time: str | None) -> None:
    """Right after a creation GitHub may not say when it was: that is no change by anybody."""
    resource = of_repository(updatedAt=time, remoteUpdatedAt=time)
    assert Lists({REPOSITORY: [live(updated=LATER)]}).reported(resource) == []


def test_a_refresh_does_not_hide_a_change() -> None:
    """`pulumi refresh` notes the foreign time beside ours; ours counts."""
    resource = of_repository(remoteUpdatedAt="2026-11-25 22:46:50 +0000 UTC")
    assert Lists({REPOSITORY: [live(updated=LATER)]}).reported(resource) == ["TOKEN changed"]


@pytest.mark.parametrize(
    ("ours", "theirs"), [("selected", "all"), ("private", "all"), ("all", "selected")]
)
def test_another_visibility_is_reported(ours: str, theirs: str) -> None:
    """A secret made visible to other repositories is reported even without a new value."""
    resource = of_organization(visibility=ours)
    lists = Lists({ORGANIZATION: [live(visibility=theirs)]})
    assert lists.reported(resource) == ["TOKEN shown to others"]
    assert Lists({ORGANIZATION: [live(visibility=ours)]}).reported(resource) == []


def test_names_differ_by_no_letters_case() -> None:
    """GitHub keeps names in capitals, however they were sent."""
    assert Lists({REPOSITORY: [live("TOKEN")]}).reported(of_repository(name="Token")) == []


def test_a_slash_in_an_environments_name_is_escaped() -> None:
    """Otherwise another path would be asked, and everything there taken for deleted."""
    lists = Lists({"/repos/acme/tool/environments/eu%2Fwest%3A%20live/secrets": [live()]})
    assert lists.reported(of_environment("eu/west: live")) == []


def test_a_scope_that_is_gone_has_lost_all_its_secrets() -> None:
    """404 for a list: the environment or the repository is deleted, or hidden from this token."""
    lists = Lists({REPOSITORY: [live()]})
    resources = [of_environment(name="A"), of_environment(name="B")]
    resources += [of_repository(), of_repository(name="GONE")]
    found = {each.name: (each.what, each.lost) for each in lists.drifted(*resources)}
    assert found == {
        "tool/gate/A": ("out of sight", True),
        "tool/gate/B": ("out of sight", True),
        "tool/ActionsSecret/GONE": ("deleted", False),
    }
    assert len(lists.asked) == 2


@pytest.mark.parametrize("status", [401, 403, 500, 502])
def test_a_refusal_is_no_deletion(status: int) -> None:
    """Only 404 says that something is not there."""
    with pytest.raises(RequestFailed):
        Lists({REPOSITORY: [live()]}, status=status).reported(of_repository())


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 2 * PAGE + 5])
def test_all_pages_are_read_and_none_twice(count: int) -> None:
    """A hundred secrets a request; a scope is asked once, however many of its secrets are ours."""
    names = [f"S{number}" for number in range(count)]
    lists = Lists({REPOSITORY: [live(name) for name in names]})
    resources = [of_repository(name=name) for name in names] or [of_repository()]
    assert lists.reported(*resources) == ([] if count else ["TOKEN deleted"])
    pages = max(1, -(-count // PAGE))
    assert lists.asked == [f"{REPOSITORY} {page}" for page in range(1, pages + 1)]


def test_a_list_that_shrinks_while_it_is_read_ends() -> None:
    """A second page that is empty ends it, instead of being asked for again and again."""
    lists = Lists({REPOSITORY: [live(f"S{number}") for number in range(PAGE + 1)]})
    answer = lists._answer  # noqa: SLF001 - the fake's own

    def shrinking(request: httpx.Request) -> httpx.Response:
        found = answer(request)
        if request.url.params["page"] == "2":
            return httpx.Response(200, json={"total_count": PAGE + 1, "secrets": []})
        return found

    lists._answer = shrinking  # type: ignore[method-assign]  # noqa: SLF001 - as above
    assert lists.reported(of_repository(name="S1")) == []
    assert len(lists.asked) == 2


def test_what_is_no_secret_of_ours_is_not_looked_at() -> None:
    """Other resources, other packages, and what a killed replacement left to be deleted."""
    leftover = of_repository("CodespacesSecret") | {"delete": True}
    variable = noted("ActionsVariable", "tool/actions/COLOUR", repository="tool")
    other = of_repository() | {"type": "other:index/actionsSecret:ActionsSecret"}
    begun = of_repository() | {"outputs": None}
    lists = Lists()
    assert lists.reported(leftover, variable, other, begun) == []
    assert lists.asked == []


def test_an_empty_stack_asks_nothing() -> None:
    """Before the first update there is no deployment, or one without resources."""
    client: Any = None
    states: list[dict[str, Any]] = [{}, {"deployment": None}, {"deployment": {"manifest": {}}}]
    for empty in states:
        assert drifted(client, "acme", empty) == []


def test_it_is_reported_in_words() -> None:
    """Type, name, what happened; nothing else, for nothing else is known."""
    lists = Lists({REPOSITORY: [live("COSIGN", LATER)]})
    (found,) = lists.drifted(of_repository(name="COSIGN"))
    assert str(found) == (
        "ActionsSecret tool/ActionsSecret/COSIGN was changed on GitHub, not by Portcullis"
    )


@pytest.mark.parametrize("kind", PLACES)
def test_only_a_codespaces_secret_that_is_gone_has_to_be_made_anew(kind: str) -> None:
    """The others are set again in place."""
    resource, path = PLACES[kind]
    (gone,) = Lists({path: []}).drifted(resource)
    (changed,) = Lists({path: [live(updated=LATER)]}).drifted(resource)
    assert gone.has_to_be_made_anew == kind.startswith("Codespaces")
    assert not changed.has_to_be_made_anew


def test_two_secrets_of_one_name_are_reported_apart() -> None:
    """One in the repository, one in its environment: only the changed one is reported."""
    lists = Lists(
        {
            REPOSITORY: [live()],
            "/repos/acme/tool/environments/gate/secrets": [live(updated=LATER)],
        }
    )
    found = lists.drifted(of_repository(), of_environment())
    assert [each.type for each in found] == ["ActionsEnvironmentSecret"]


FORGOTTEN = {**MARK, "plaintext": '""'}


@given(st.sets(st.sampled_from(sorted(PLACES))))
def test_forgetting_touches_the_values_of_what_drifted_alone(kinds: set[str]) -> None:
    """All else of the state is bit for bit as before, and so is the state that was given."""
    whole = state(*(copy.deepcopy(resource) for resource, _ in PLACES.values()))
    before = json.dumps(whole)
    gone = [
        each
        for kind in sorted(kinds)
        for each in Lists({PLACES[kind][1]: []}).drifted(PLACES[kind][0])
    ]
    after = forget(whole, gone)
    assert json.dumps(whole) == before
    for resource in after["deployment"]["resources"][1:]:
        kind = resource["type"].rpartition(":")[2]
        name = "plaintextValue" if kind.startswith("Codespaces") else "value"
        for properties in (resource["inputs"], resource["outputs"]):
            assert properties[name] == (FORGOTTEN if kind in kinds else encrypted())
            properties[name] = encrypted()
    assert json.dumps(after) == before


def test_forgetting_does_not_add_a_value() -> None:
    """A secret that has only the one property, or none, gets no other."""
    bare = of_repository()
    del bare["inputs"]["value"]
    bare["outputs"]["plaintextValue"] = None
    (gone,) = Lists({REPOSITORY: []}).drifted(bare)
    (_, after) = forget(state(bare), [gone])["deployment"]["resources"]
    assert after["inputs"] == bare["inputs"]
    assert after["outputs"] == {**bare["outputs"], "value": FORGOTTEN}
