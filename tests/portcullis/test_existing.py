"""Asking GitHub what exists, and Pulumi to take it in: refusals are readable errors."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from githubkit import GitHub, TokenAuthStrategy

from components.github_access import DOTCOM, GitHubAccess
from portcullis.adopt import existing
from portcullis.project import UserError
from portcullis.pulumi_runs.events import Planned
from tests.portcullis.engine_events import STACK, urn
from tests.support.github_client import BASE_URL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEAM = Planned(urn("Team", "red"), "github:index/team:Team", STACK, "", {"name": "red"})
PROTECTION = Planned(
    urn("BranchProtection", "app"),
    "github:index/branchProtection:BranchProtection",
    STACK,
    "",
    {"repositoryId": "R", "pattern": "main"},
)


def stack(folder: Path | None = None, **config: str) -> Any:  # noqa: ANN401 - what of a stack is asked for
    """A stack with some config."""
    values = {key.replace("__", ":"): SimpleNamespace(value=value) for key, value in config.items()}
    return SimpleNamespace(
        name="dev",
        get_all_config=lambda: values,
        workspace=SimpleNamespace(work_dir=str(folder)),
    )


@pytest.mark.parametrize(
    ("variable", "config", "address"),
    [
        (None, None, DOTCOM),
        (None, "http://127.0.0.1:1/guild/", "http://127.0.0.1:1/guild/"),
        (None, "https://ghe.example/api/v3", "https://ghe.example/"),
        ("http://127.0.0.1:2/x", "http://127.0.0.1:1/guild/", "http://127.0.0.1:2/x/"),
    ],
)
def test_the_address_is_the_programs(
    variable: str | None, config: str | None, address: str
) -> None:
    """What is looked up is looked up where the program works."""
    environment = {"GITHUB_BASE_URL": variable} if variable else {}
    settings = {"github__baseUrl": config} if config else {}
    found = existing.access(stack(None, github__token="t", **settings), environment)
    assert (found.base_url, found.token) == (address, "t")


def test_an_app_beats_a_token() -> None:
    """As in the program; its key may come from the environment."""
    app = json.dumps({"id": "1", "installationId": 2})
    environment = {"GITHUB_APP_PEM_FILE": "key", "GITHUB_TOKEN": "t"}
    found = existing.access(stack(portcullis__githubApp=app), environment)
    assert found.app is not None
    assert (found.app.app_id, found.app.installation_id, found.app.key) == ("1", "2", "key")
    assert found.token is None


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "{}", '{"id": 1}', '{"id": "x"}'])
def test_missing_or_wrong_credentials_are_reported(text: str) -> None:
    """In words, also where no preview came before that would have said it."""
    with pytest.raises(UserError, match=r"credentials|allowed: id and installationId as numbers"):
        existing.access(stack(portcullis__githubApp=text), {})


def answer(handler: Callable[[httpx.Request], httpx.Response]) -> GitHub[Any]:
    """A client of a GitHub that answers so."""
    transport = httpx.MockTransport(handler)
    return GitHub(
        TokenAuthStrategy("t0ken"), base_url=BASE_URL, transport=transport, auto_retry=False
    )


def find(monkeypatch: pytest.MonkeyPatch, client: GitHub[Any], *planned: Planned) -> dict[str, str]:
    """What of ``planned`` exists there."""
    monkeypatch.setattr(GitHubAccess, "client", lambda _: client)
    return existing.find(stack(github__token="t0ken"), {}, "acme", planned)


def test_what_exists_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """URN to id; what is not there is left out."""
    missing = Planned(urn("Team", "blue"), TEAM.type, STACK, "", {"name": "blue"})
    client = answer(
        lambda request: httpx.Response(
            200 if request.url.path.endswith("red") else 404, json={"id": 7}
        )
    )
    assert find(monkeypatch, client, TEAM, missing) == {TEAM.urn: "7"}


def cut(request: httpx.Request) -> httpx.Response:
    """A GitHub that is not there."""
    raise httpx.ConnectError("refused", request=request)


@pytest.mark.parametrize(
    ("handler", "planned", "words"),
    [
        (
            lambda _: httpx.Response(401, json={}),
            TEAM,
            r"GET \S+/orgs/acme/teams/red was answered with 401",
        ),
        (lambda _: httpx.Response(502, json={}), TEAM, "was answered with 502"),
        (cut, TEAM, r"GitHub could not be reached \(ConnectError\('refused'\)\)"),
        (
            lambda _: httpx.Response(
                200, json={"errors": [{"type": "FORBIDDEN", "message": "no"}]}
            ),
            PROTECTION,
            "nothing was changed: no$",
        ),
    ],
)
def test_a_github_that_cannot_be_asked_is_reported(
    monkeypatch: pytest.MonkeyPatch,
    handler: Callable[[httpx.Request], httpx.Response],
    planned: Planned,
    words: str,
) -> None:
    """What was asked and how it was answered; never the token, never a traceback."""
    with pytest.raises(UserError, match=words) as reported:
        find(monkeypatch, answer(handler), planned)
    assert "t0ken" not in str(reported.value)


@pytest.fixture
def command(tmp_path: Path) -> dict[str, str]:
    """An environment whose `pulumi` notes its arguments, and what it is given to read."""
    script = tmp_path / "bin" / "pulumi"
    script.parent.mkdir()
    script.write_text(
        '#!/bin/sh\necho "$@" >> calls\n'
        'for file; do [ -f "$file" ] && cat "$file" >> files; done\ncat >> files\n'
        'echo \'{"version": 3}\'\n[ ! -f fail ] || { echo "error: no" >&2; exit 1; }\n'
    )
    script.chmod(0o755)
    return {"PATH": f"{script.parent}{os.pathsep}{os.defpath}"}


def test_a_state_goes_in_and_out_as_it_is(tmp_path: Path, command: dict[str, str]) -> None:
    """Ciphertext and all: nothing is decrypted on the way."""
    state = {"version": 3, "deployment": {"resources": [1]}}
    existing.replace(stack(tmp_path), command, state)
    assert json.loads((tmp_path / "files").read_text()) == state
    assert "--show-secrets" not in (tmp_path / "calls").read_text()
    assert existing.exported(stack(tmp_path), command) == {"version": 3}
    assert "--show-secrets" not in (tmp_path / "calls").read_text()


def test_what_is_taken_in_gets_its_place(tmp_path: Path, command: dict[str, str]) -> None:
    """New components come into the state first, by name, and nothing else with them."""
    parent = urn("portcullis:index:Team", "a::b")
    provider = "urn:pulumi:test::portcullis::pulumi:providers:github::github"
    team = Planned(urn("Team", "a::b"), TEAM.type, parent, provider, {})
    component = Planned(parent, "portcullis:index:Team", STACK, "", {})
    planned = {team.urn: team, parent: component}
    existing.take_in(stack(tmp_path), command, planned, {team.urn: "7"})
    up, taken = (tmp_path / "calls").read_text().splitlines()
    assert up.startswith(f"up --yes --target {parent} --stack dev")
    assert taken.startswith("import --file ")
    assert json.loads((tmp_path / "files").read_text()) == {
        "nameTable": {parent: parent, provider: provider},
        "resources": [
            {"type": TEAM.type, "name": "a::b", "id": "7", "parent": parent, "provider": provider}
        ],
    }


def test_pulumis_refusal_is_reported_in_its_words(tmp_path: Path, command: dict[str, str]) -> None:
    """With the command that failed."""
    (tmp_path / "fail").touch()
    with pytest.raises(UserError, match=r"(?s)^pulumi stack failed:.*error: no$"):
        existing.exported(stack(tmp_path), command)


def test_the_state_is_exported_once_until_this_process_changes_it(
    tmp_path: Path, command: dict[str, str]
) -> None:
    """Each export is a run of `pulumi` that decrypts every secret."""
    of_this_run = stack(tmp_path)
    calls = tmp_path / "calls"
    assert existing.known(of_this_run, command) == {"version": 3}
    assert existing.known(of_this_run, command) == {"version": 3}
    assert calls.read_text().count("stack export") == 1
    existing.replace(of_this_run, command, {"version": 3})
    existing.known(of_this_run, command)
    assert calls.read_text().count("stack export") == 2
    existing.exported(of_this_run, command)
    assert calls.read_text().count("stack export") == 3
