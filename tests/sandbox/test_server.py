"""The server itself: worlds, control, faults, clock, journal, persistence, options."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx

from tests.sandbox.conftest import ACME
from tests.sandbox.sealing import sealed
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.sandbox import World

REPO = "/repos/acme/widget"


def test_worlds_are_isolated(make_world: Callable[[dict[str, Any]], World]) -> None:
    """What happens in one world is not seen in another; tokens of one are unknown in the other."""
    one, two = make_world(ACME), make_world(ACME)
    with one.client() as first, two.client() as second:
        first.delete(REPO)
        assert second.get(REPO).status_code == 200
        stranger = httpx.get(
            f"{two.rest_url}/user", headers={"Authorization": f"Bearer {one.token}"}
        )
        assert stranger.status_code == 401


def test_an_unknown_world_says_which_there_are(sandbox: Sandbox, world: World) -> None:
    """404 that names the worlds."""
    answer = httpx.get(f"{sandbox.url}/nope/api/v3/user")
    assert (answer.status_code, world.name in answer.text) == (404, True)


def test_an_unknown_route_is_a_gap(world: World, api: httpx.Client) -> None:
    """404 to the caller, and recorded; a thing that is not there is none."""
    assert api.get("/repos/acme/widget/nothing-like-it").status_code == 404
    assert api.get("/repos/acme/not-there").status_code == 404
    assert world.gaps() == [
        {"method": "GET", "path": "/api/v3/repos/acme/widget/nothing-like-it", "count": 1}
    ]
    # meant: at the end of the tests no world may have any
    world.control("DELETE", "gaps")


def test_the_journal_tells_what_was_asked_and_keeps_no_secret(
    world: World, api: httpx.Client
) -> None:
    """Operation, status, actor and body of each request; tokens and hook secrets are not there."""
    base = f"{REPO}/actions/secrets"
    api.put(f"{base}/A", json=sealed(api, base, "canary-sealed"))
    config = {"url": "https://example.com/", "secret": "canary-hook"}
    api.post(f"{REPO}/hooks", json={"config": config})
    api.get("/user?access_token=canary-query")
    put = world.journal(method="PUT")[0]
    assert put["operation"] == "PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}"
    assert (put["status"], put["actor"], put["path"]) == (201, "ana", f"{base}/A")
    assert set(put["body"]) == {"encrypted_value", "key_id"}
    everything = json.dumps([world.journal(), world.state()])
    assert "canary" not in everything
    assert world.token not in everything
    world.clear_journal()
    assert world.journal() == []


def test_a_request_behind_everybodys_back_is_not_in_the_journal(
    world: World, api: httpx.Client
) -> None:
    """A test can change the world as somebody, unseen."""
    answer = world.request("PATCH", REPO, {"description": "drifted"}, actor="ana")
    assert answer["status"] == 200
    assert world.journal() == []
    assert api.get(REPO).json()["description"] == "drifted"


def test_the_clock_is_set_stopped_and_moved(world: World, api: httpx.Client) -> None:
    """Times come from the world's clock; with a tick each change has a second of its own."""
    world.clock(set="2030-01-01T00:00:00Z", stopped=True)
    api.patch(REPO, json={"description": "a"})
    assert api.get(REPO).json()["updated_at"] == "2030-01-01T00:00:00Z"
    assert world.clock(advance=60, tick=1) == "2030-01-01T00:01:00Z"
    api.patch(REPO, json={"description": "b"})
    api.patch(REPO, json={"description": "c"})
    assert api.get(REPO).json()["updated_at"] == "2030-01-01T00:01:01Z"


def test_what_was_answered_survives_kill_9(tmp_path: Path) -> None:
    """Killed without warning, the next start has every change that was answered; no plaintext."""
    sandbox = Sandbox(tmp_path)
    world = sandbox.world("kept", ACME)
    with world.client() as api:
        base = f"{REPO}/actions/secrets"
        api.put(f"{base}/A", json=sealed(api, base, "canary-on-disk"))
        for number in range(50):
            api.put(f"{REPO}/topics", json={"names": [f"t{number}"]})
        api.delete("/repos/acme/site")
        before, ids = api.get(REPO).json(), {record["id"] for record in world.state()}
    sandbox.kill()
    with Sandbox(tmp_path) as again:
        kept = type(world)(again, "kept", world.tokens)
        with kept.client() as api:
            after = api.get(REPO).json()
            assert (after["id"], after["topics"]) == (before["id"], ["t49"])
            assert api.get("/repos/acme/site").status_code == 404
            made = api.post("/orgs/acme/repos", json={"name": "later"}).json()
            assert made["id"] not in ids
        assert kept.secret("A", repository="acme/widget") == "canary-on-disk"
    on_disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"canary-on-disk" not in on_disk
    assert world.token.encode() not in on_disk
    lines = (tmp_path / "journal" / "kept.jsonl").read_text().splitlines()
    assert len(lines) > 50


def test_a_request_that_fails_changes_nothing(world: World, api: httpx.Client) -> None:
    """A refusal half-way through a request undoes what came before it."""
    body = {"repository_names": ["widget", "nope"], "properties": []}
    before = world.state()
    assert api.patch("/orgs/acme/properties/values", json=body).status_code == 404
    assert world.state() == before


def test_the_control_interface_is_not_for_web_pages(sandbox: Sandbox) -> None:
    """A page in a browser on this machine cannot steer the sandbox, by any name of it."""
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        answer = httpx.get(f"{sandbox.url}/_control/worlds", headers=headers)
        assert answer.status_code == 403


def test_a_page_shows_the_organization_and_escapes_it(world: World, api: httpx.Client) -> None:
    """Read-only HTML with a banner; what people wrote cannot run in it."""
    api.patch("/orgs/acme", json={"name": "<script>alert(1)</script>"})
    api.put(f"{REPO}/environments/prod")
    page = httpx.get(f"{world.base_url}acme")
    assert page.headers["content-type"].startswith("text/html")
    assert "This is a sandbox" in page.text
    assert "<script>" not in page.text
    assert "widget" in page.text
    assert "prod" in httpx.get(f"{world.base_url}acme/widget").text
    assert httpx.post(f"{world.base_url}acme").status_code == 405


def test_a_seed_file_writes_its_tokens_where_it_says(tmp_path: Path) -> None:
    """A token goes to a file that only its owner reads; a second start takes it from there."""
    seed = tmp_path / "seed.yaml"
    seed.write_text(
        "world: acme\norganizations: [{login: acme, owners: [ana]}]\n"
        "tokens: [{login: ana, file: ana.token}]\n"
    )
    for _ in range(2):
        with Sandbox(tmp_path / "state", "--seed", str(seed)) as sandbox:
            token = (tmp_path / "ana.token").read_text().strip()
            answer = httpx.get(
                f"{sandbox.url}/acme/api/v3/user", headers={"Authorization": f"token {token}"}
            )
            assert answer.json()["login"] == "ana"
    assert (tmp_path / "ana.token").stat().st_mode & 0o077 == 0


def test_a_copy_begins_as_its_source_and_goes_its_own_way(sandbox: Sandbox, world: World) -> None:
    """A copy has all records; the same token opens it, and neither sees the other's changes."""
    copy = sandbox.copy(world, f"{world.name}-copy")
    assert copy.state() == world.state()
    with copy.client() as there, world.client() as here:
        there.delete(REPO)
        assert there.get(REPO).status_code == 404
        assert here.get(REPO).status_code == 200
    answer = httpx.post(
        f"{sandbox.url}/_control/worlds", json={"name": "another", "copy_of": "nobody"}
    )
    assert (answer.status_code, "nobody" in answer.text) == (404, True)
    sandbox.delete(copy.name)
