"""What a resource of the state has on GitHub beyond its declaration comes into the state."""

from __future__ import annotations

from typing import Any

from portcullis.adopt.extras import with_extras
from portcullis.live.resource import Live, LiveRepository, LiveResource, token

_START = "urn:pulumi:s::p::portcullis:index:Organization$portcullis:index:"
_PROVIDER = "urn:pulumi:s::p::pulumi:providers:github::github::1"


def _entry(kind: str, component: str, label: str, ident: str, **inputs: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {
        "urn": f"{_START}{component}${token(kind)}::{label}",
        "type": token(kind),
        "id": ident,
        "parent": f"{_START}{component}::{label}",
        "provider": _PROVIDER,
        "inputs": inputs,
        "outputs": {**inputs, "id": ident},
    }


REPOSITORY = _entry("Repository", "Repository", "app", "App", name="App")
ENVIRONMENT = _entry(
    "RepositoryEnvironment",
    "Repository$portcullis:index:Environment",
    "app/live",
    "App:live",
    repository="App",
    environment="live",
)
TEAM = _entry("Team", "Team", "writers", "7", name="Writers", slug="writers")
STATE = {"version": 3, "deployment": {"resources": [REPOSITORY, TEAM, ENVIRONMENT]}}
LIVE = Live("acme", repositories={"App": LiveRepository("App", 5, "R", "main", archived=False)})
GRANT = LiveResource(
    "TeamRepository",
    "App/strangers",
    "9:App",
    {"repository": "App", "teamId": "9", "permission": "admin"},
)
MEMBERS = LiveResource(
    "TeamMembers",
    "writers",
    "7",
    {"teamSlug": "writers", "members": [{"username": "dan", "role": "member"}]},
)


def policy(environment: str, pattern: str) -> LiveResource:
    """Return a deployment policy on GitHub."""
    inputs = {"repository": "App", "environment": environment, "branchPattern": pattern}
    name = f"App/{environment}/branch/{pattern}"
    kind = "RepositoryEnvironmentDeploymentPolicy"
    return LiveResource(kind, name, f"App:{environment}:3", inputs, number="3")


def test_extras_get_a_place_beside_what_they_are_below() -> None:
    """Refs, grants and members; with GitHub's values, and deleted before what they lie in."""
    state, urns = with_extras(STATE, [policy("live", "a/b"), GRANT, MEMBERS], LIVE)
    added = {each["urn"]: each for each in state["deployment"]["resources"]}
    assert [urn.rpartition("::")[2] for urn in urns] == [
        "app/live/branch/a/b",
        "app/strangers",
        "writers",
    ]
    for urn, owner in zip(urns, (ENVIRONMENT, REPOSITORY, TEAM), strict=True):
        assert added[urn]["dependencies"] == [owner["urn"]]
        assert added[urn]["parent"] == owner["parent"]
        assert added[urn]["provider"] == _PROVIDER
    assert added[urns[0]]["outputs"]["policyId"] == 3
    assert added[urns[1]]["inputs"]["permission"] == "admin"
    assert added[urns[2]]["outputs"]["members"] == [{"username": "dan", "role": "member"}]


def test_what_belongs_to_nothing_that_is_managed_stays_out() -> None:
    """Below things that are not in the state, and below repositories declared as archived."""
    assert with_extras(STATE, [policy("old", "main")], LIVE) == (STATE, [])
    assert with_extras(STATE, [GRANT], LIVE, {REPOSITORY["urn"]}) == (STATE, [])
    assert with_extras({"deployment": {}}, [GRANT], LIVE)[1] == []


def test_extras_come_into_the_state_once() -> None:
    """A second adoption adds nothing, whatever the first one called them."""
    once, _ = with_extras(STATE, [policy("live", "main"), GRANT], LIVE)
    assert with_extras(once, [policy("live", "main"), GRANT], LIVE) == (once, [])
