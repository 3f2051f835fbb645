"""Codespaces secrets of an organization: who sees them is as with the other stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.sealing import sealed

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

BASE = "/orgs/acme/codespaces/secrets"


def test_selected_repositories(api: httpx.Client) -> None:
    """Chosen at first, all at once, one by one; with another visibility there are none (C1)."""
    widget, site = (api.get(f"/repos/acme/{name}").json()["id"] for name in ("widget", "site"))
    chosen = {"visibility": "selected", "selected_repository_ids": [widget]}
    assert api.put(f"{BASE}/pat", json={**sealed(api, BASE, "v"), **chosen}).status_code == 201
    listed = f"{BASE}/PAT/repositories"

    def names() -> set[str]:
        return {each["name"] for each in api.get(listed).json()["repositories"]}

    assert names() == {"widget"}
    assert api.put(f"{listed}/{site}").status_code == 204
    assert api.delete(f"{listed}/{widget}").status_code == 204
    assert names() == {"site"}
    assert api.put(listed, json={"selected_repository_ids": [widget]}).status_code == 204
    assert names() == {"widget"}
    assert api.get(f"{BASE}/PAT").json()["selected_repositories_url"].endswith(listed)
    api.put(f"{BASE}/pat", json={**sealed(api, BASE, "v"), "visibility": "private"})
    assert api.put(f"{listed}/{site}").status_code == 409


def test_a_box_sealed_for_another_store_is_refused(api: httpx.Client) -> None:
    """A secret meant for Actions does not get into Codespaces (S1)."""
    other = sealed(api, "/orgs/acme/actions/secrets", "v")
    assert api.put(f"{BASE}/PAT", json={**other, "visibility": "all"}).status_code == 422


def test_only_owners_and_administrators_reach_them(world: World) -> None:
    """A member sees neither the organization's names nor writes the repository's (C2)."""
    with world.client("ben") as ben:
        assert ben.get(BASE).status_code == 403
        base = "/repos/acme/widget/codespaces/secrets"
        assert ben.get(base).status_code == 200
        assert ben.put(f"{base}/A", json=sealed(ben, base, "v")).status_code == 403
