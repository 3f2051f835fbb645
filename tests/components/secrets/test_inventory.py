"""The inventory: every secret of a declaration, where it stands, where it goes, and no value."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from components.declaration import load
from components.organization import OrganizationConfig
from components.secrets.declared import facts
from components.secrets.source import SecretValue
from tests.components.building import CANARY, data, declare, organization, recorded
from tests.components.declaration.resolved import resolved
from tests.components.test_every_field import FULL

if TYPE_CHECKING:
    from components.secrets.declared import DeclaredSecret

ROOT = Path(__file__).resolve().parents[3]
FULL_CONFIG = OrganizationConfig.model_validate(FULL)
FULL_SECRETS = resolved(FULL_CONFIG).secrets

EXPECTED = {
    ("secrets.TOKEN", "TOKEN", "organization", "organization", "app", "actions", "opaque"),
    ("secrets.SCAN", "SCAN", "organization", "organization", "app", "actions", "opaque"),
    (
        "repositories.app.release_notification.webhook",
        *("RELEASE_WEBHOOK", "environment", "app/release-notification", "app"),
        *("actions", "opaque"),
    ),
    ("repositories.app.secrets.HOOK", "HOOK", "repository", "app", "app", "actions", "opaque"),
    (
        "repositories.app.environments.staging.secrets.DSN",
        *("DSN", "environment", "app/staging", "app", "actions", "opaque"),
    ),
    (
        "repositories.app.publish.0.tokens.pypi",
        *("PYPI_API_TOKEN", "environment", "app/pypi-release", "app", "actions", "pypi-token"),
    ),
    (
        "repositories.app.publish.0.tokens.testpypi",
        *("TEST_PYPI_API_TOKEN", "environment", "app/testpypi", "app", "actions", "pypi-token"),
    ),
    (
        "repositories.app.publish.1.tokens.npm",
        *("NPM_TOKEN", "environment", "app/npm-release", "app", "actions", "npm-token"),
    ),
    (
        "repositories.app.publish.3.tokens.crates",
        *("CARGO_REGISTRY_TOKEN", "environment", "app/crates-release", "app"),
        *("actions", "crates-token"),
    ),
    *(
        (
            f"repositories.app.publish.6.tokens.{field}",
            *(f"MAVEN_{name}", "environment", "app/maven-release", "app", "actions", kind),
        )
        for field, name, kind in (
            ("central", "CENTRAL_TOKEN", "central-token"),
            ("gpg_key", "GPG_KEY", "pgp-key"),
            ("gpg_passphrase", "GPG_PASSPHRASE", "opaque"),
        )
    ),
    *(
        (
            f"repositories.app.publish.5.tokens.{field}",
            *(name, "environment", "app/image-release", "app", "actions", "opaque"),
        )
        for field, name in (
            ("registry", "IMAGE_REGISTRY_TOKEN"),
            ("cosign_key", "COSIGN_PRIVATE_KEY"),
            ("cosign_password", "COSIGN_PASSWORD"),
        )
    ),
}
"""Path, name, scope, target, repositories, stores and kind of all secrets of FULL."""


def row(secret: DeclaredSecret) -> tuple[str, ...]:
    """A secret as a row of EXPECTED."""
    return (
        *(".".join(map(str, secret.path)), secret.name, secret.scope, secret.target),
        *(" ".join(secret.repositories), " ".join(secret.stores), secret.config.kind),
    )


def test_every_secret_is_listed_once() -> None:
    """Those of the organization, of repositories, of environments, and registries' tokens (S15)."""
    found = [row(secret) for secret in FULL_SECRETS]
    assert sorted(found) == sorted(EXPECTED)


def test_every_secret_that_is_declared_is_listed() -> None:
    """What goes to GitHub, counted by the resources themselves."""
    resources = [
        each.name.rpartition("/")[2]
        for each in recorded(FULL_CONFIG).resources
        if each.type.endswith("Secret")
    ]
    listed = [s.name for s in FULL_SECRETS for _ in s.stores]
    assert sorted(resources) == sorted(listed)


def test_a_registry_s_token_is_one_of_its_package() -> None:
    """Package and registry follow from `publish`, and nobody can write others (R7)."""
    kinds = {
        secret.path[-1]: (secret.config.project, secret.config.registry)
        for secret in FULL_SECRETS
        if secret.config.kind == "pypi-token"
    }
    assert kinds == {"pypi": ("acme-app", "pypi"), "testpypi": ("acme-app", "testpypi")}


def test_a_token_that_is_written_again_is_listed_where_it_holds() -> None:
    """`publish` wins over an environment's secret of the same name, here as on GitHub."""
    whole = data(
        ("repositories.app.publish.0.auth", "hybrid"),
        (
            "repositories.app.publish.0.tokens",
            {"pypi": {"from": {"config": "p"}}, "testpypi": {"from": {"config": "t"}}},
        ),
        (
            "repositories.app.environments.pypi-release",
            {
                "secrets": {
                    "PYPI_API_TOKEN": {"from": {"config": "own"}},
                    "A": {"from": {"env": "A"}},
                }
            },
        ),
    )
    found = [
        str(secret.config.from_)
        for secret in resolved(OrganizationConfig.model_validate(whole)).secrets
        if secret.environment == "pypi-release"
    ]
    assert sorted(found) == ["config p", "env A"]


def test_an_archived_repository_has_no_secrets_of_its_own() -> None:
    """GitHub lets nobody change them."""
    config = organization(("repositories.app.archived", True))
    assert [secret.name for secret in resolved(config).secrets] == ["TOKEN"]


@pytest.mark.parametrize("name", ["guild", "insecure"])
def test_paths_stand_in_the_file(name: str) -> None:
    """A finding or a mistake about a secret leads to its line."""
    whole: Any = YAML(typ="safe").load(ROOT / f"orgs/{name}.yaml")
    declaration = load(name, ROOT)
    secrets = declaration.resolved.secrets
    assert secrets
    for secret in secrets:
        item = whole
        for part in secret.path:
            item = item[part]
        source = secret.config.from_
        assert item["from"][source.source] == source.place
    lines = {declaration.mistake((*secret.path, "from"), "", "").place.line for secret in secrets}
    assert len(lines) == len(secrets)


def test_facts_are_what_is_known() -> None:
    """Version, day of the change, when it is due: what a report needs."""
    secret = next(s for s in FULL_SECRETS if s.path[-1] == "pypi")
    changed = datetime(2026, 10, 1, 23, 59, tzinfo=UTC)
    assert facts(secret, SecretValue(CANARY, "7", changed)) == {
        "path": ["repositories", "app", "publish", 0, "tokens", "pypi"],
        "name": "PYPI_API_TOKEN",
        "repository": "app",
        "environment": "pypi-release",
        "kind": "pypi-token",
        "source": "config p",
        "version": "7",
        "changed": "2026-10-01",
        "changedAt": "2026-10-01T23:59:00+00:00",
        "rotateEvery": 90,
    }


def test_what_is_not_known_is_left_out() -> None:
    """Nothing is known about a secret if its source keeps no facts."""
    secret = next(s for s in FULL_SECRETS if s.name == "HOOK")
    known = facts(secret, SecretValue(CANARY))
    assert set(known) == {"path", "name", "repository", "kind", "source"}


def test_facts_hold_no_value() -> None:
    """They are plain inputs of the root: in the state, in previews, before the policy pack."""
    inputs = (
        declare(("secrets.TOKEN.rotate_every", "90d")).one("component Organization", "acme").inputs
    )
    assert CANARY not in repr(inputs)
    assert inputs["secrets"]["secrets.TOKEN"]["rotateEvery"] == 90
    assert set(inputs["secrets"]) == {
        "secrets.TOKEN",
        "repositories.app.secrets.HOOK",
        "repositories.app.environments.staging.secrets.DSN",
    }
    for secret in FULL_SECRETS:
        assert CANARY not in repr(facts(secret, SecretValue(CANARY)))
