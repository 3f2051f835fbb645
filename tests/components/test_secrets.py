"""Secrets on GitHub: in which stores, for whom, and only ever as Pulumi secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from components.secrets.environment_variable import EnvironmentVariableSource
from components.secrets.secret import SecretConfig
from tests.components.building import CANARY, declare, organization, recorded
from tests.support.recording import Secret, number_of

if TYPE_CHECKING:
    from tests.support.recording import Recording


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
        if isinstance(visible_to, str):
            assert secret["visibility"] == visible_to
            assert "selectedRepositoryIds" not in secret
        else:
            assert secret["visibility"] == "selected"
            assert secret["selectedRepositoryIds"] == [
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


@pytest.mark.parametrize(("store", "type_"), [("actions", "Actions"), ("dependabot", "Dependabot")])
def test_a_repository_secret_stands_in_each_of_its_stores(store: str, type_: str) -> None:
    """Each store is a resource of its own, with the value (S1)."""
    recording = declare(("repositories.app.secrets.HOOK.stores", ["actions", "dependabot"]))
    inputs = recording.one(f"{type_}Secret", f"app/{store}/HOOK").inputs
    assert (inputs["secretName"], inputs["value"]) == ("HOOK", Secret(CANARY))


def test_codespaces_get_the_value_by_its_older_name() -> None:
    """The provider knows no other there, and it is a Pulumi secret all the same."""
    recording = declare(
        ("repositories.app.secrets.HOOK.stores", ["codespaces"]),
        ("secrets.TOKEN.stores", ["codespaces"]),
    )
    for type_, name in (
        ("CodespacesSecret", "app/codespaces/HOOK"),
        ("CodespacesOrganizationSecret", "codespaces/TOKEN"),
    ):
        inputs = recording.one(type_, name).inputs
        assert inputs["plaintextValue"] == Secret(CANARY)
        assert "value" not in inputs


@pytest.mark.parametrize("field", ["project", "registry"])
def test_what_is_for_pypi_stands_with_pypi_s_tokens_alone(field: str) -> None:
    """A scope that nothing checks would be believed."""
    value = {"from": {"config": "a"}, field: "pypi"}
    with pytest.raises(ValidationError, match="project and registry are for kind: pypi-token"):
        SecretConfig.model_validate({**value, "kind": "npm-token"})
    assert SecretConfig.model_validate({**value, "kind": "pypi-token"})


def test_a_variable_of_the_run_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes from the environment is encrypted like everything else (S16, G1)."""
    monkeypatch.setenv("HOOK", "canary-of-the-environment")
    config = organization(("repositories.app.secrets.HOOK.from", {"env": "HOOK"}))
    reference = config.repositories["app"].secrets["HOOK"].from_
    found = EnvironmentVariableSource().fetch(reference)
    declared = recorded(config, value=found.value).one("ActionsSecret", "app/actions/HOOK")
    assert declared.inputs["value"] == Secret("canary-of-the-environment")
