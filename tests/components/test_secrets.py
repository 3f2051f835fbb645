"""Secrets: references to sources; values only ever as Pulumi secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.declaration import DeclarationError, load
from components.secrets.config import ConfigSource
from components.secrets.environment_variable import EnvironmentVariableSource
from components.secrets.source import MissingSecretError
from components.stack import check_secrets
from tests.components.building import CANARY, declare, recorded
from tests.components.building import organization as build
from tests.declaration.sound import SOUND, places, replaced, written
from tests.support.recording import Secret, number_of, record

if TYPE_CHECKING:
    from pathlib import Path

    from components.secrets.source import Source
    from tests.support.recording import Recording


def fetched(source: Source, key: str, config: dict[str, str], *, encrypted: bool) -> None:
    """Fetch a key in a stack that has this config."""
    record(lambda: source.fetch(key), config, encrypted=config if encrypted else ())


@pytest.mark.parametrize("visible_to", ["all", "private", ["app", "lib"]])
def test_an_organization_secret_is_seen_by_those_it_names(visible_to: str | list[str]) -> None:
    """`selected` comes with the repositories' ids; a word is GitHub's own (S1)."""
    recording = declare(
        ("secrets.TOKEN.visible_to", visible_to),
        ("secrets.TOKEN.stores", ["actions", "dependabot"]),
    )
    for store, kind in (("actions", "Actions"), ("dependabot", "Dependabot")):
        secret = recording.one(f"{kind}OrganizationSecret", f"{store}/TOKEN").inputs
        assert secret["value"] == Secret(CANARY)
        selected = f"{kind}OrganizationSecretRepositories"
        if isinstance(visible_to, str):
            assert secret["visibility"] == visible_to
            assert recording.names(selected) == []
        else:
            assert secret["visibility"] == "selected"
            assert recording.one(selected, f"{store}/TOKEN").inputs["selectedRepositoryIds"] == [
                number_of("github:index/repository:Repository", name) for name in visible_to
            ]


def test_every_kind_of_secret_is_a_pulumi_secret(sound: Recording) -> None:
    """Wherever a value is declared, the engine encrypts it in state and hides it in output."""
    values = [
        each.inputs["value"]
        for each in sound.resources
        if "Secret" in each.type and "value" in each.inputs
    ]
    assert values == [Secret(CANARY)] * 3


def test_a_value_in_the_open_is_refused() -> None:
    """A plain config value is never used; the text says how to replace it, and not the value."""
    config = {"portcullis:pypiToken": CANARY}
    with pytest.raises(MissingSecretError) as raised:
        fetched(ConfigSource(), "pypiToken", config, encrypted=False)
    text = str(raised.value)
    assert "stands in Pulumi.test.yaml as plain text: make a new value at its issuer" in text
    assert "pulumi config set --secret portcullis:pypiToken --stack test" in text
    assert CANARY not in text


def test_a_missing_key_is_named_with_the_command_that_sets_it() -> None:
    """Whoever reads the message can paste the remedy."""
    with pytest.raises(MissingSecretError) as raised:
        fetched(ConfigSource(), "pypiToken", {}, encrypted=True)
    assert str(raised.value) == (
        "Pulumi.test.yaml has no portcullis:pypiToken; "
        "set it: pulumi config set --secret portcullis:pypiToken --stack test"
    )


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_of_the_run_that_is_not_set_is_named(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unset and empty are the same: an empty secret would be a broken release."""
    if value is None:
        monkeypatch.delenv("PYPI_TOKEN", raising=False)
    else:
        monkeypatch.setenv("PYPI_TOKEN", value)
    with pytest.raises(MissingSecretError, match="the environment variable PYPI_TOKEN is not set"):
        fetched(EnvironmentVariableSource(), "PYPI_TOKEN", {}, encrypted=True)


def test_a_variable_of_the_run_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes from the environment is encrypted like everything else (S16, G1)."""
    monkeypatch.setenv("HOOK", "canary-of-the-environment")
    config = build(("repositories.app.secrets.HOOK.from", {"env": "HOOK"}))
    value = recorded(config).one("ActionsSecret", "app/actions/HOOK").inputs["value"]
    assert value == Secret("canary-of-the-environment")


def test_all_missing_secrets_are_told_at_once_with_their_places(tmp_path: Path) -> None:
    """Before the first resource: missing, in the open and unset, each where it is referred to."""
    hybrid = (
        "{package: app, auth: hybrid, approvers: [security], "
        "tokens: {pypi: {»from: {env: UNSET_HERE}}, testpypi: {»from: {config: open}}}}"
    )
    text, marked = places(
        replaced(
            ("  TOKEN: {from", "  TOKEN: {»from"),
            ("{package: app, approvers: [security]}", hybrid),
            ("  web: {}", "  web: {secrets: {OK: {from: {config: there}}}}"),
        )
    )
    declaration = load("acme", written(tmp_path, text))
    config = {"portcullis:open": CANARY, "portcullis:there": CANARY}
    with pytest.raises(DeclarationError) as raised:
        record(lambda: check_secrets(declaration), config, encrypted=["portcullis:there"])
    found = raised.value.mistakes
    assert sorted(str(mistake.place) for mistake in found) == sorted(marked)
    told = str(raised.value)
    assert ("has no portcullis:token" in told, "UNSET_HERE is not set" in told) == (True, True)
    assert "portcullis:open stands in Pulumi.test.yaml as plain text" in told
    assert CANARY not in told


def test_secrets_that_are_there_are_no_mistake(tmp_path: Path) -> None:
    """Nothing is said when every source has what it is asked for."""
    declaration = load("acme", written(tmp_path, SOUND))
    config = {"portcullis:token": CANARY}
    assert record(lambda: check_secrets(declaration), config, encrypted=config).resources == []
