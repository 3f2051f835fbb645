"""Second factors and alerts: what may be seen is read, and what may not is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components.github_access import GitHubAccess
from portcullis.live import alerts
from portcullis.live.asking import Asking, Unread
from portcullis.live.people import two_factor
from portcullis.live.people.two_factor import TwoFactor
from tests.support.keys import app_keys

if TYPE_CHECKING:
    from tests.support.sandbox import World

SEED: dict[str, Any] = {
    "users": [
        {"login": "Zoe", "two_factor_disabled": True},
        {"login": "ana", "two_factor_disabled": True},
        {"login": "kim"},
        {"login": "mallory"},
    ],
    "organizations": [{"login": "acme", "owners": ["owner"], "members": ["Zoe", "ana", "kim"]}],
    "tokens": [{"login": "owner"}, {"login": "kim"}, {"login": "mallory"}, {"app": "portcullis"}],
    "apps": [
        {
            "slug": "portcullis",
            "app_id": 1,
            "public_key": app_keys()[1],
            "permissions": {"members": "read", "organization_administration": "read"},
            "organizations": ["acme"],
        }
    ],
}


def read(world: World, who: str) -> TwoFactor:
    """What an account may know."""
    with Asking(GitHubAccess(world.base_url, token=world.tokens[who])) as asking:
        return two_factor.read(asking, "acme")


def test_an_owner_sees_who_lacks_it(world: World) -> None:
    """R15: the members without a second factor, and whether it is required."""
    assert read(world, "owner") == TwoFactor(required=False, without=("ana", "Zoe"))


@pytest.mark.parametrize("who", ["kim", "portcullis[bot]"])
def test_who_is_no_owner_cannot_know_it(world: World, who: str) -> None:
    """R15: GitHub refuses the filter with 422, and that is not taken for nobody."""
    found = read(world, who)
    assert isinstance(found.without, Unread)
    assert str(found.without) == "only an owner's token may see it"


def test_who_is_outside_cannot_know_whether_it_is_required(world: World) -> None:
    """R15: GitHub leaves the setting out, and that is not taken for no."""
    assert isinstance(read(world, "mallory").required, Unread)
    assert read(world, "portcullis[bot]").required is False


def counted(world: World, who: str) -> dict[str, int | Unread]:
    """The open alerts that an account may count."""
    with Asking(GitHubAccess(world.base_url, token=world.tokens[who])) as asking:
        return dict(alerts.read(asking, "acme"))


def test_alerts_are_counted_by_kind(world: World) -> None:
    """R14: how many are open, of each kind."""
    path = "/orgs/acme/dependabot/alerts*"
    world.control("POST", "faults", {"path": path, "status": 200, "body": [{}, {}]})
    assert counted(world, "owner") == {"secret-scanning": 0, "dependabot": 2, "code-scanning": 0}


def test_hidden_alerts_are_not_taken_for_none(world: World) -> None:
    """R14: an App without the permission learns which one it takes."""
    found = counted(world, "portcullis[bot]")
    assert "vulnerability_alerts=read" in str(found["dependabot"])
    assert all(isinstance(each, Unread) for each in found.values())
