"""Secrets that a killed update set: found by when GitHub says that they were set."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from githubkit import GitHub, TokenAuthStrategy

from portcullis.pulumi_runs.events import Planned
from portcullis.secrets.made import is_secret, made_since
from tests.portcullis.engine_events import STACK, urn
from tests.support.github_client import BASE_URL

BEGUN = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def made(set_at: str, *planned: Planned) -> list[str]:
    """The import ids of those that were made, on a GitHub where TOKEN was set at a time."""

    def answer(request: httpx.Request) -> httpx.Response:
        if "/gone/" in request.url.path:
            return httpx.Response(404, json={})
        secrets = [{"name": "TOKEN", "updated_at": set_at}]
        return httpx.Response(200, json={"total_count": 1, "secrets": secrets})

    client: GitHub[Any] = GitHub(
        TokenAuthStrategy("unused"),
        base_url=BASE_URL,
        transport=httpx.MockTransport(answer),
        auto_retry=False,
        http_cache=False,
    )
    return list(made_since(client, "acme", {each.urn: each for each in planned}, BEGUN).values())


def secret(kind: str, name: str = "TOKEN", **where: str) -> Planned:
    """A planned secret."""
    token = urn(kind, name).split("::")[2].rsplit("$", 1)[-1]
    return Planned(urn(kind, name), token, STACK, "p", {"secretName": name, **where})


@pytest.mark.parametrize(
    ("planned", "expected"),
    [
        (secret("ActionsOrganizationSecret"), "TOKEN"),
        (secret("DependabotOrganizationSecret"), "TOKEN"),
        (secret("ActionsSecret", repository="app"), "app:TOKEN"),
        (secret("DependabotSecret", repository="app"), "app:TOKEN"),
        (secret("CodespacesSecret", repository="app"), "app/TOKEN"),
        (
            secret("ActionsEnvironmentSecret", repository="app", environment="a:b"),
            "app:a??b:TOKEN",
        ),
    ],
)
def test_each_kind_has_the_import_id_of_the_provider(planned: Planned, expected: str) -> None:
    """The provider's documentation has them; a colon in an environment's name is escaped."""
    assert is_secret(planned.type)
    assert made("2026-11-25T12:00:01Z", planned) == [expected]


@pytest.mark.parametrize("set_at", ["2026-11-25T11:58:59Z", "2020-01-01T00:00:00Z", ""])
def test_a_secret_of_somebody_else_is_not_taken(set_at: str) -> None:
    """The update did not come to one that was set before; it would be removed if undeclared."""
    assert made(set_at, secret("ActionsSecret", repository="app")) == []


def test_what_is_not_there_was_not_made() -> None:
    """Other names, repositories that are gone, and what is no secret."""
    others = (
        secret("ActionsSecret", "OTHER", repository="app"),
        secret("ActionsSecret", repository="gone"),
        Planned(urn("Team", "red"), "github:index/team:Team", STACK, "p", {"name": "red"}),
    )
    assert made("2026-11-25T12:00:01Z", *others) == []
