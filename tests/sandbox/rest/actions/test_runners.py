"""Runners, hosted by GitHub or by oneself, and the groups that they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

GROUPS = "/orgs/acme/actions/runner-groups"
HOSTED = "/orgs/acme/actions/hosted-runners"


@pytest.mark.parametrize("place", ["/orgs/acme", "/repos/acme/widget"])
@pytest.mark.parametrize("kind", ["registration", "remove"])
def test_tokens_for_self_hosted_runners(
    api: httpx.Client, world: World, place: str, kind: str
) -> None:
    """Administrators get a token that ends after an hour; there is never a runner."""
    world.clock(set="2026-01-01T00:00:00Z", stopped=True)
    path = f"{place}/actions/runners"
    made = api.post(f"{path}/{kind}-token")
    assert (made.status_code, made.json()["expires_at"]) == (201, "2026-01-01T01:00:00Z")
    assert made.json()["token"] != api.post(f"{path}/{kind}-token").json()["token"]
    assert api.get(path).json() == {"total_count": 0, "runners": []}
    with world.client("ben") as client:
        assert client.post(f"{path}/{kind}-token").status_code in (403, 404)


@pytest.mark.parametrize("visibility", ["all", "private"])
def test_a_group_for_all_lists_no_selected_repositories(api: httpx.Client, visibility: str) -> None:
    """Nothing was selected, and asking is no conflict; selecting is one."""
    made = api.post(GROUPS, json={"name": "wide", "visibility": visibility}).json()
    listed = api.get(f"{GROUPS}/{made['id']}/repositories")
    assert (listed.status_code, listed.json()["total_count"]) == (200, 0)
    widget = api.get("/repos/acme/widget").json()["id"]
    assert api.put(f"{GROUPS}/{made['id']}/repositories/{widget}").status_code == 409


def test_hosted_runners(api: httpx.Client) -> None:
    """In a group, of a size that there is, with or without an address of its own."""
    group = api.post(GROUPS, json={"name": "big", "visibility": "all"}).json()["id"]
    image = {"id": "2306", "source": "github"}
    body = {"name": "fast", "image": image, "size": "4-core", "runner_group_id": group}
    made = api.post(HOSTED, json=body).json()
    assert made["machine_size_details"]["cpu_cores"] == 4
    assert (made["image_details"]["id"], made["public_ip_enabled"]) == ("2306", False)
    assert api.post(HOSTED, json=body).status_code == 422
    assert api.post(HOSTED, json={**body, "name": "odd", "size": "5-core"}).status_code == 422
    assert api.post(HOSTED, json={**body, "name": "x", "runner_group_id": 1}).status_code == 422
    one = f"{HOSTED}/{made['id']}"
    changed = api.patch(one, json={"size": "8-core", "enable_static_ip": True}).json()
    assert (changed["machine_size_details"]["id"], len(changed["public_ips"])) == ("8-core", 1)
    assert api.get(HOSTED).json()["total_count"] == 1
    assert api.delete(one).status_code == 202
    assert api.get(one).status_code == 404
