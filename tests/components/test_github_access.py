"""How a stack reaches GitHub, and the error when it cannot."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import pytest

from components.github_access import DOTCOM, AccessError, GitHubAccess, github_access
from tests.support.recording import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TOKEN = "canary-token"
APP = '{"id": "1", "installationId": "2"}'


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own environment counts."""
    for name in ("GITHUB_BASE_URL", "GITHUB_OWNER", "GITHUB_TOKEN", "GITHUB_APP_PEM_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def listening() -> Iterator[int]:
    """The port of something that answers on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def access(config: Mapping[str, str], encrypted: Mapping[str, str] | None = None) -> GitHubAccess:
    """The access of a stack with this config."""
    found: list[GitHubAccess] = []
    whole = {**config, **(encrypted or {})}
    record(lambda: found.append(github_access("acme")), whole, encrypted=encrypted or ())
    return found[0]


def refusal(config: Mapping[str, str], encrypted: Mapping[str, str] | None = None) -> str:
    """Return the error of a stack with this config."""
    with pytest.raises(AccessError) as raised:
        access(config, encrypted)
    assert TOKEN not in str(raised.value)
    return str(raised.value)


def test_an_encrypted_token_goes_to_github() -> None:
    """Without an address it is github.com."""
    found = access({}, {"github:token": TOKEN})
    assert (found.base_url, found.token, found.app) == (DOTCOM, TOKEN, None)
    assert found.rest_url == DOTCOM


def test_a_token_in_the_open_is_refused() -> None:
    """It has to be revoked: the file may have been pushed."""
    reported = refusal({"github:token": TOKEN})
    assert "github:token is plain text in Pulumi.test.yaml: revoke it" in reported
    assert "pulumi config set --secret github:token" in reported


def test_a_token_of_the_environment_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin reads it itself, so it is no input of the provider; the config goes first."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    assert (access({}).token, access({}).in_environment) == (TOKEN, True)
    assert not access({}, {"github:token": TOKEN}).in_environment


def test_no_credentials_are_reported_with_every_way_to_give_some() -> None:
    """The App, the stack's config, the environment."""
    reported = refusal({})
    for way in ("portcullis:githubApp", "github:token", "GITHUB_TOKEN", "docs/own-organization.md"):
        assert way in reported


def test_an_app_is_preferred_and_its_key_is_secret() -> None:
    """Id, installation and key of a GitHub App."""
    found = access({"portcullis:githubApp": APP}, {"portcullis:githubAppKey": TOKEN})
    assert found.app is not None
    assert (found.app.app_id, found.app.installation_id, found.app.key) == ("1", "2", TOKEN)
    assert found.token is None


def test_an_app_s_key_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where CI keeps it."""
    monkeypatch.setenv("GITHUB_APP_PEM_FILE", TOKEN)
    found = access({"portcullis:githubApp": APP})
    assert found.app is not None
    assert found.app.key == TOKEN


@pytest.mark.parametrize(
    "app",
    [
        "{}",
        '{"id": "1"}',
        '{"id": "1", "installationId": "2", "key": "x"}',
        "[1]",
        '"1"',
        '{"id": "x", "installationId": "2"}',
        '{"id": "0", "installationId": "0"}',
    ],
)
def test_an_app_is_two_numbers(app: str) -> None:
    """The placeholders of Pulumi.prod.yaml are none."""
    reported = refusal({"portcullis:githubApp": app}, {"portcullis:githubAppKey": TOKEN})
    assert "portcullis:githubApp: allowed: " in reported
    assert "id and installationId" in reported


def test_an_app_without_its_key_is_reported_how_to_give_it() -> None:
    """By config or environment."""
    reported = refusal({"portcullis:githubApp": APP})
    assert "pulumi config set --secret portcullis:githubAppKey < key.pem" in reported


def test_an_app_s_key_in_the_open_is_refused() -> None:
    """As a token is."""
    reported = refusal({"portcullis:githubApp": APP, "portcullis:githubAppKey": TOKEN})
    assert "portcullis:githubAppKey is plain text in Pulumi.test.yaml" in reported


def test_another_owner_in_the_environment_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider would obey GITHUB_OWNER, and change another organization."""
    monkeypatch.setenv("GITHUB_OWNER", "other")
    assert "GITHUB_OWNER is other" in refusal({}, {"github:token": TOKEN})
    monkeypatch.setenv("GITHUB_OWNER", "acme")
    assert access({}, {"github:token": TOKEN}).token == TOKEN


@pytest.mark.parametrize("ending", ["", "/", "/api/v3", "/api/v3/"])
def test_an_address_is_known_in_each_spelling(ending: str, listening: int) -> None:
    """With or without the REST part; REST is below it everywhere but on github.com."""
    url = f"http://127.0.0.1:{listening}/w"
    found = access({"github:baseUrl": url + ending}, {"github:token": TOKEN})
    assert (found.base_url, found.rest_url) == (f"{url}/", f"{url}/api/v3/")


def test_the_environment_s_address_wins(listening: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same stack can be tried on another sandbox."""
    monkeypatch.setenv("GITHUB_BASE_URL", f"http://127.0.0.1:{listening}/x/")
    found = access({"github:baseUrl": "https://github.invalid/"}, {"github:token": TOKEN})
    assert found.base_url == f"http://127.0.0.1:{listening}/x/"


def test_a_sandbox_that_is_not_there_is_reported_at_once() -> None:
    """Before the provider would retry for seconds, and with the way to start it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    reported = refusal({"github:baseUrl": f"http://127.0.0.1:{port}/w/"}, {"github:token": TOKEN})
    assert f"nothing answers at http://127.0.0.1:{port}/w/" in reported
    assert "make sandbox" in reported


@pytest.mark.parametrize(
    "url",
    [
        "http://github.invalid/",
        "github.invalid",
        "https://",
        "http://127.0.0.1:x/",
        "ftp://localhost/",
    ],
)
def test_an_address_that_would_show_the_token_is_refused(url: str) -> None:
    """A token travels encrypted, or not beyond this machine."""
    assert "allowed: an https address" in refusal({"github:baseUrl": url}, {"github:token": TOKEN})


def test_the_certificate_authorities_are_read_once() -> None:
    """Also by githubkit, which otherwise reads them again for each request: 25 ms of CPU each."""
    found = [
        GitHubAccess("https://ghe.example/", token="t").client().config.ssl_verify for _ in range(2)
    ]
    assert isinstance(found[0], ssl.SSLContext)
    assert found[0] is found[1]
    assert found[0].verify_mode is ssl.CERT_REQUIRED
