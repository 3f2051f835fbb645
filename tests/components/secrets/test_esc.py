"""Pulumi ESC as a source, with a client that is none; ESC's evaluator is in tests/end_to_end."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pulumi_esc_sdk
import pytest
from pulumi_esc_sdk.exceptions import ApiException
from pydantic import ValidationError

from components.secrets.esc import CLOUD, PATIENCE_SECONDS, EscConfig, EscSource, access_token
from tests.components.secrets.asking import CANARY, ask, reference, refusal

if TYPE_CHECKING:
    from pathlib import Path

KEY = reference(esc="acme/api-keys", key="openai.key")
VALUES: dict[str, Any] = {"openai": {"key": CANARY, "model": "m"}, "number": 7, "empty": ""}


@dataclass
class Client:
    """What the source uses of pulumi-esc-sdk's client, which is its own class and API here."""

    values: Any = field(default_factory=lambda: VALUES)
    error: Exception | None = None
    created: str | None = "2026-10-01T12:30:00Z"
    asked: list[tuple[str, ...]] = field(default_factory=list)
    made_of: list[Any] = field(default_factory=list)
    waits: set[float] = field(default_factory=set)

    @property
    def esc_api(self) -> Client:
        """The API below the client."""
        return self

    def __call__(self, configuration: Any) -> Client:  # noqa: ANN401 - the SDK's Configuration
        """As the SDK's class: made with a configuration."""
        self.made_of.append(configuration)
        return self

    def open_environment(self, *where: str, _request_timeout: float) -> Any:  # noqa: ANN401 - as above
        """A session."""
        self.asked.append(where)
        self.waits.add(_request_timeout)
        if self.error:
            raise self.error
        return SimpleNamespace(id="session")

    open_environment_at_version = open_environment

    def read_open_environment(self, *where: str, _request_timeout: float) -> Any:  # noqa: ANN401 - as above
        """The values of a session."""
        assert where[-1] == "session"
        self.waits.add(_request_timeout)
        if self.values is None:
            return SimpleNamespace(properties=None)
        properties = {key: SimpleNamespace(value=value) for key, value in self.values.items()}
        return SimpleNamespace(properties=properties)

    def list_environment_revisions(
        self, *_where: str, count: int, _request_timeout: float
    ) -> list[Any]:
        """The newest revisions."""
        self.waits.add(_request_timeout)
        return [SimpleNamespace(number=12, created=self.created)] * count


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    """The client that the SDK makes, in a run with a token."""
    made = Client()
    monkeypatch.setattr(pulumi_esc_sdk, "EscClient", made)
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "token-of-the-run")
    return made


def source(**fields: str) -> EscSource:
    """The source of an organization."""
    return EscSource(EscConfig.model_validate({"organization": "acme-cloud", **fields}))


def test_a_value_comes_with_its_revision_and_date(client: Client) -> None:
    """What ESC says of a value travels with it (G2)."""
    (found,) = ask(source(), KEY).values
    assert (found.value, found.version) == (CANARY, "12")
    assert found.changed == datetime(2026, 10, 1, 12, 30, tzinfo=UTC)
    assert client.asked == [("acme-cloud", "acme", "api-keys")]


def test_a_pinned_version_is_opened(client: Client) -> None:
    """A revision's number or its tag, such as `stable`."""
    pinned = reference(esc="acme/api-keys", key="openai.key", version="stable")
    (found,) = ask(source(), pinned).values
    assert (found.value, found.version, found.changed) == (CANARY, "stable", None)
    assert client.asked == [("acme-cloud", "acme", "api-keys", "stable")]


def test_an_environment_is_opened_once(client: Client) -> None:
    """However many of its values are used: opening runs the providers behind it."""
    model = reference(esc="acme/api-keys", key="openai.model")
    found = ask(source(), KEY, model, KEY).values
    assert [each.value for each in found] == [CANARY, "m", CANARY]
    assert len(client.asked) == len(client.made_of) == 1


@pytest.mark.parametrize(
    "key", ["other", "openai", "openai.key.deeper", "openai.other", "number", "empty", "."]
)
def test_what_is_no_text_is_reported_with_the_command_that_sets_it(
    client: Client, key: str
) -> None:
    """A group, a number, nothing: no secret; other values are not shown."""
    words = refusal(source(), reference(esc="acme/api-keys", key=key))
    assert words == (
        f"ESC's acme/api-keys has no text at {key}; write it there: "
        f"pulumi env set acme/api-keys {key} --secret"
    )
    assert client.asked


@pytest.mark.parametrize("values", [None, {}])
def test_an_environment_without_values_is_reported(client: Client, values: object) -> None:
    """Whatever ESC answers."""
    client.values = values
    assert "has no text at openai.key" in refusal(source(), KEY)


def test_a_revision_without_a_date_has_none(client: Client) -> None:
    """A value without a date is a value."""
    client.created = None
    assert ask(source(), KEY).values[0].changed is None


def api_error(status: int, body: str = CANARY) -> ApiException:
    """A failure as the SDK raises it: with headers that have numbers, and with the body."""
    answer = SimpleNamespace(
        status=status,
        reason="Reason",
        data=body.encode(),
        getheaders=lambda: {"Content-Length": "403", "X-Trace": "sealed"},
    )
    return ApiException(http_resp=answer)


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (api_error(401), "access is denied"),
        (api_error(403), "access is denied"),
        (api_error(404), "there is no such path"),
        (api_error(404, "permission denied"), "there is no such path"),
        (api_error(400), "cannot be understood"),
        (api_error(429), "it is unavailable"),
        (api_error(502), "it is unavailable"),
        (OSError("Connection refused"), "it does not answer"),
        (TimeoutError("Read timed out."), "it does not answer"),
        (ValueError(f"1 validation error: {CANARY}"), "cannot be understood"),
        (KeyError("values"), "cannot be understood"),
    ],
)
def test_a_failure_is_reported_in_words_of_ours(
    client: Client, error: Exception, meaning: str
) -> None:
    """What helps, and nothing of an answer: ESC's exceptions print the body (S2)."""
    client.error = error
    words = refusal(source(), KEY)
    assert words.startswith("ESC's acme/api-keys: ")
    assert meaning in words


def test_the_client_is_made_for_the_host_with_the_run_s_token(client: Client) -> None:
    """And it does not wait for ever."""
    ask(source(host="https://esc.acme.example"), KEY)
    (made,) = client.made_of
    assert made.host == "https://esc.acme.example"
    assert made.api_key == {"Authorization": "token-of-the-run"}
    assert client.waits == {PATIENCE_SECONDS}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("open_environment", ("o", "p", "e")),
        ("open_environment_at_version", ("o", "p", "e", "7")),
        ("read_open_environment", ("o", "p", "e", "session")),
    ],
)
def test_the_real_client_has_what_is_used(name: str, arguments: tuple[str, ...]) -> None:
    """The SDK's own methods take the arguments that the source gives."""
    configuration = pulumi_esc_sdk.Configuration(host=CLOUD, access_token="t")
    method = getattr(pulumi_esc_sdk.EscClient(configuration).esc_api, name)
    inspect.signature(method).bind(*arguments, _request_timeout=PATIENCE_SECONDS)


def test_without_an_organization_nothing_is_asked(client: Client) -> None:
    """The error names what to set."""
    assert "set sources.esc.organization" in refusal(EscSource(None), KEY)
    assert client.asked == []


def test_without_a_login_nothing_is_asked(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names what to do."""
    monkeypatch.delenv("PULUMI_ACCESS_TOKEN")
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    assert "pulumi login, or PULUMI_ACCESS_TOKEN" in refusal(source(), KEY)
    assert client.asked == []


@pytest.mark.parametrize("host", ["http://esc.acme.example", "esc", "https://a:b@esc"])
def test_a_host_in_the_open_is_refused(host: str) -> None:
    """The token would travel unencrypted, or stand in the file."""
    with pytest.raises(ValidationError, match="allowed: https://host"):
        source(host=host)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `pulumi login` notes its tokens."""
    monkeypatch.delenv("PULUMI_ACCESS_TOKEN", raising=False)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    return tmp_path / "credentials.json"


def test_the_login_s_token_is_that_of_the_host(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `pulumi login` has noted it; a variable of the run wins."""
    tokens = {"https://other.example": "other", CLOUD: "noted"}
    home.write_text(json.dumps({"accessTokens": tokens}), encoding="utf-8")
    assert access_token(CLOUD) == "noted"
    assert access_token(f"{CLOUD}/") == "noted"
    assert access_token("https://third.example") is None
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "of the run")
    assert access_token(CLOUD) == "of the run"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", "{}", '{"accessTokens": null}', '{"accessTokens": [1]}', "\x00"]
)
def test_notes_that_cannot_be_read_are_no_login(home: Path, text: str) -> None:
    """Never a traceback."""
    home.write_text(text, encoding="utf-8")
    assert access_token(CLOUD) is None
