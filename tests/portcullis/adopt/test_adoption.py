"""What a preview says of things that exist below something that is managed."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from githubkit import GitHub, TokenAuthStrategy
from rich.console import Console

from components.github_access import GitHubAccess
from portcullis.adopt.adoption import adopt_gates
from portcullis.adopt.completion import ENVIRONMENT, REPOSITORY
from portcullis.adopt.old_names import OldNames
from portcullis.pulumi_runs.events import Planned
from tests.portcullis.engine_events import STACK, urn
from tests.support.github_client import BASE_URL

if TYPE_CHECKING:
    from collections.abc import Iterable

PROD = urn("RepositoryEnvironment", "app/prod")
FRAME = f"{STACK}::portcullis:index:Environment"
PLANNED = {
    PROD: Planned(PROD, ENVIRONMENT, FRAME, "", {"repository": "app", "environment": "prod"})
}
NEW = Planned(urn("Repository", "app"), REPOSITORY, STACK, "", {"name": "app"})


def previewed(
    monkeypatch: pytest.MonkeyPatch, status: int, planned: Iterable[Planned]
) -> tuple[str, list[str]]:
    """What a preview prints, and the paths that it asks GitHub for."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(status, json={"name": "prod"})

    client: GitHub[Any] = GitHub(
        TokenAuthStrategy("unused"),
        base_url=BASE_URL,
        transport=httpx.MockTransport(answer),
        auto_retry=False,
    )
    monkeypatch.setattr(GitHubAccess, "client", lambda _: client)
    stack: Any = SimpleNamespace(
        name="dev", get_all_config=lambda: {"github:token": SimpleNamespace(value="x")}
    )
    console = Console(file=io.StringIO(), width=200)
    new = {each.urn: each for each in planned}
    assert not adopt_gates(stack, {}, "acme", new, console, names=OldNames(), change=False)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text, asked


@pytest.mark.parametrize("status", [200, 404])
def test_a_preview_names_what_make_up_adopts(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """An environment that exists in a managed repository is reported, and nothing is changed."""
    text, asked = previewed(monkeypatch, status, PLANNED.values())
    assert asked == ["/repos/acme/app/environments/prod"]
    line = "exists     RepositoryEnvironment app/prod exists already: make up adopts it"
    assert (line in text) is (status == 200)
    assert bool(text) is (status == 200)


def test_nothing_is_asked_below_a_new_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in a repository that this run creates cannot exist."""
    assert previewed(monkeypatch, 200, [*PLANNED.values(), NEW]) == ("", [])
