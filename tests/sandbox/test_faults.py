"""Faults on demand: errors, late answers, connections that break, by operation and count."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

if TYPE_CHECKING:
    from tests.support.sandbox import World

REPO = "/repos/acme/widget"
AFTER = {"headers": {"Retry-After": "1"}}


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 403},
        {"status": 403, **AFTER},
        {"status": 429},
        {"status": 429, **AFTER},
        {"status": 500},
        {"status": 502},
        {"status": 503, **AFTER},
    ],
    ids=lambda fault: " ".join([str(fault["status"]), *fault.get("headers", ())]),
)
def test_a_fault_answers_in_place_of_github(
    world: World, api: httpx.Client, fault: dict[str, Any]
) -> None:
    """As often as requested, at the requested operation, without any effect."""
    world.fault(method="PATCH", path="/repos/acme/*", count=2, skip=1, **fault)
    sent = [api.patch(REPO, json={"description": str(n)}) for n in range(3)]
    assert [answer.status_code for answer in sent] == [200, fault["status"], fault["status"]]
    assert sent[1].headers.get("retry-after") == fault.get("headers", {}).get("Retry-After")
    assert sent[1].json()["message"]
    assert api.get(REPO).json()["description"] == "0"
    assert api.patch(REPO, json={"description": "3"}).status_code == 200
    assert len(world.journal(method="PATCH")) == 2


def test_a_fault_without_end_goes_when_it_is_taken_away(world: World, api: httpx.Client) -> None:
    """`count` null is for ever; a fault is taken away by its id."""
    fault = world.fault(path=REPO, status=500, count=None)
    other = world.fault(path="/user", status=503)
    assert {api.get(REPO).status_code for _ in range(5)} == {500}
    world.control("DELETE", f"faults/{fault['id']}")
    assert api.get(REPO).status_code == 200
    assert world.control("GET", "faults") == [other]


def test_graphql_has_faults_too(world: World, api: httpx.Client) -> None:
    """By the path `/graphql`; REST goes on meanwhile."""
    world.fault(method="POST", path="/graphql", status=502)
    ask = {"query": "{viewer{login}}"}
    url = f"{world.base_url}api/graphql"
    assert api.get(REPO).status_code == 200
    assert [api.post(url, json=ask).status_code for _ in range(2)] == [502, 200]


@pytest.mark.parametrize(
    ("drop", "description"), [("before", None), ("after", "new"), ("half", "new")]
)
def test_a_dropped_connection(
    world: World, api: httpx.Client, drop: str, description: str | None
) -> None:
    """Cut before it takes effect, after it, or in the middle of the answer."""
    world.fault(method="PATCH", drop=drop)
    with pytest.raises(httpx.RemoteProtocolError):
        api.patch(REPO, json={"description": "new"})
    assert api.get(REPO).json()["description"] == description


def _raw(world: World, path: str) -> tuple[bytes, bytes]:
    """Return head and body of an answer, as far as they come."""
    address = urlsplit(world.rest_url)
    with socket.create_connection((str(address.hostname), address.port or 0), 30) as line:
        head = [
            f"GET {address.path}{path} HTTP/1.1",
            f"Host: {address.netloc}",
            f"Authorization: Bearer {world.token}",
            "Connection: close",
        ]
        line.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        parts = iter(lambda: line.recv(65536), b"")
        found, _, body = b"".join(parts).partition(b"\r\n\r\n")
    return found, body


def test_half_of_an_answer_is_half_of_its_body(world: World) -> None:
    """The head promises the whole, and the first half of it comes."""
    whole = _raw(world, REPO)[1]
    world.fault(drop="half")
    head, body = _raw(world, REPO)
    assert f"content-length: {len(whole)}".encode() in head.lower()
    assert body == whole[: len(whole) // 2]


def test_a_slow_answer_holds_up_nobody_else(world: World, api: httpx.Client) -> None:
    """It comes when others have long been answered, and is true."""
    world.fault(method="PATCH", delay=3)
    with world.client() as slow, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slow.patch, REPO, json={"description": "late"})
        while world.control("GET", "faults"):
            pass  # until it has struck
        assert api.get(REPO).json()["description"] is None
        assert not waiting.done()
        assert waiting.result().status_code == 200
    assert api.get(REPO).json()["description"] == "late"
