"""Classic protection by REST: set whole, shown as it was set, enforced as by GraphQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

REPO = "/repos/acme/widget"
BASE = f"{REPO}/branches/main/protection"
NOTHING: dict[str, Any] = {
    "required_status_checks": None,
    "enforce_admins": None,
    "required_pull_request_reviews": None,
    "restrictions": None,
}
ALL: dict[str, Any] = {
    "required_status_checks": {
        "strict": True,
        "contexts": [],
        "checks": [{"context": "ci", "app_id": 7}, {"context": "lint"}],
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


def test_what_is_set_is_shown(api: httpx.Client) -> None:
    """Every setting there and back; then all off again by not naming it (C1)."""
    assert api.get(BASE).status_code == 404
    api.put(BASE, json=ALL)
    shown = api.get(BASE).json()
    reviews, push = shown["required_pull_request_reviews"], shown["restrictions"]
    checks = {each["context"]: each["app_id"] for each in shown["required_status_checks"]["checks"]}
    assert checks == {"ci": 7, "lint": None}
    assert shown["enforce_admins"]["enabled"] is True
    assert reviews["required_approving_review_count"] == 2
    assert [each["slug"] for each in reviews["dismissal_restrictions"]["teams"]] == ["release"]
    assert [each["login"] for each in push["users"]] == ["ben"]
    switches = [name for name, value in ALL.items() if value is True]
    assert all(shown[name]["enabled"] for name in switches)
    shown = api.put(BASE, json=NOTHING).json()
    assert not any(shown[name]["enabled"] for name in switches)
    assert "restrictions" not in shown
    assert api.delete(BASE).status_code == 204
    assert api.get(BASE).status_code == 404


@pytest.mark.parametrize("name", ["required_signatures", "enforce_admins"])
def test_a_switch_of_its_own(api: httpx.Client, name: str) -> None:
    """On, read, off; without protection there is none (C1)."""
    path = f"{BASE}/{name}"
    assert api.post(path).status_code == 404
    api.put(BASE, json=NOTHING)
    assert api.post(path).json()["enabled"] is True
    assert api.get(path).json()["enabled"] is True
    assert api.delete(path).status_code == 204
    assert api.get(path).json()["enabled"] is False


def test_signatures_outlive_a_new_setting(api: httpx.Client) -> None:
    """They have a switch of their own, which setting the rest does not touch (C2)."""
    api.put(BASE, json=NOTHING)
    api.post(f"{BASE}/required_signatures")
    assert api.put(BASE, json=ALL).json()["required_signatures"]["enabled"] is True


def test_it_is_enforced(world: World, api: httpx.Client) -> None:
    """A push that it forbids is refused, and succeeds when it is taken away (E1)."""
    reviews = {"required_approving_review_count": 1}
    api.put(BASE, json={**NOTHING, "required_pull_request_reviews": reviews})
    body = {"message": "m", "content": "eA=="}
    with world.client("ben") as ben:
        assert ben.put(f"{REPO}/contents/x", json=body).status_code == 409
        api.delete(BASE)
        assert ben.put(f"{REPO}/contents/x", json=body).status_code == 201


@pytest.mark.parametrize(
    "change",
    [
        {"restrictions": {"users": ["nobody"], "teams": []}},
        {"required_pull_request_reviews": {"required_approving_review_count": 7}},
    ],
)
def test_what_makes_no_sense_is_refused(api: httpx.Client, change: dict[str, Any]) -> None:
    """An unknown name, too many approvals; nothing is protected by it (C2)."""
    assert api.put(BASE, json={**NOTHING, **change}).status_code == 422
    assert api.get(BASE).status_code == 404
