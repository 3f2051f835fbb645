"""The names that Vault has for a trusted job."""

from __future__ import annotations

from dataclasses import replace

from components.secrets.vault import VaultConfig
from components.trust import vault
from components.trust.job import TrustedJob
from components.trust.vault import VaultTrustConfig

JOB = TrustedJob("acme", "tool", "cluster", "deploy.yml", branches=("main",))


def test_organizations_that_share_a_login_have_roles_of_their_own() -> None:
    """In a login with a name of its own, a role of another organization is not overwritten (G2)."""
    other = replace(JOB, organization="guild")
    shared = VaultTrustConfig(mount="github", address="https://vault.acme.example")
    assert vault.role_name(shared, JOB) == "acme--tool--cluster"
    assert vault.role_name(shared, other) == "guild--tool--cluster"
    variables = vault.variables(shared, VaultConfig(), JOB)
    assert variables["VAULT_ROLE"] == "acme--tool--cluster"


def test_a_login_of_the_organization_has_short_names() -> None:
    """The login at `github-acme` is the organization's: its roles need not name it."""
    assert vault.role_name(VaultTrustConfig(), JOB) == "tool--cluster"
