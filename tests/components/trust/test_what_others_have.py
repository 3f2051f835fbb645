"""What others have in AWS and Vault is used, and left alone."""

from __future__ import annotations

from typing import Any

from components.files import deploy
from components.organization import OrganizationConfig
from tests.components.building import data, declare
from tests.components.declaration.resolved import resolved
from tests.components.trust.test_one_declaration import GRANTED, TRUST


def trusting(**vault: object) -> tuple[tuple[str, Any], ...]:
    """Changes of the sound organization: a trust, with these fields for Vault."""
    return (
        ("trust", {**TRUST, "vault": {**TRUST["vault"], **vault}}),
        ("repositories.app.environments.staging.trust", GRANTED),
    )


def test_a_login_that_others_manage_only_gets_roles() -> None:
    """With `existing_mount`, roles and policies are added, and no login is declared (G2)."""
    own = declare(*trusting())
    assert own.one("AuthBackend", "acme").inputs["path"] == "github-acme"
    shared = declare(*trusting(mount="github", existing_mount=True))
    assert shared.names("AuthBackend") == []
    role = shared.one("AuthBackendRole", "app/staging")
    assert role.inputs["backend"] == "github"
    assert shared.names("Policy") == ["app/staging"]


def test_the_provider_of_an_account_stays_when_the_stack_is_destroyed() -> None:
    """Other roles may use it; what is the environment's own goes (G2)."""
    declared = declare(*trusting())
    assert declared.one("OpenIdConnectProvider", "acme").retain_on_delete
    for kind, name in (("Role", "app/staging"), ("AuthBackend", "acme")):
        assert not declared.one(kind, name).retain_on_delete


def test_jobs_log_in_to_the_namespace_of_the_server() -> None:
    """The namespace of `sources.vault` is a variable, and the job uses it (G2)."""
    namespace = ("sources", {"vault": {"namespace": "team"}})
    for changes, value in ((trusting(), None), ((*trusting(), namespace), "team")):
        config = OrganizationConfig.model_validate(data(*changes))
        app = resolved(config).repositories["app"]
        variables = app.environments["staging"].config.variables
        assert variables.get("VAULT_NAMESPACE") == value
        uses = "namespace: ${{ vars.VAULT_NAMESPACE }}" in app.derived_files[deploy.PATH]
        assert uses is (value is not None)
