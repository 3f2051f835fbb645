"""An organization's secrets, as data: what is declared, what is on GitHub, what sources say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from components.organization import OrganizationConfig
from portcullis.secrets.listing import ListedSecret, listing
from portcullis.secrets.live import Live, LiveRepository, LiveSecret
from tests.components.declaration.resolved import resolved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.secrets.declared import Scope
    from components.secrets.secret import Store

TODAY = date(2026, 6, 30)
NAMING = "jobs: {test: {steps: [{run: '${{ secrets.TOKEN }}'}]}}"
DEPLOYING = "jobs: {deploy: {environment: production, steps: [{run: '${{ secrets.TOKEN }}'}]}}"
INHERITING = "jobs: {call: {uses: a/b/.github/workflows/c.yml@main, secrets: inherit}}"
COMPUTING = "jobs: {deploy: {environment: '${{ inputs.at }}', env: {A: '${{ secrets.TOKEN }}'}}}"


def secret(key: str = "token", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any YAML
    """A secret as YAML has it, from a config key."""
    return {"from": {"config": key}, **more}


def organization(
    repositories: Mapping[str, Any],
    **secrets: Any,  # noqa: ANN401 - any YAML
) -> OrganizationConfig:
    """An organization with these repositories, and these secrets of its own."""
    return OrganizationConfig.model_validate(
        {
            "organization": "acme",
            "plan": "enterprise",
            "settings": {"display_name": "Acme", "billing_email": "a@acme.example"},
            "repositories": dict(repositories),
            "secrets": secrets,
        }
    )


def having(**repositories: str) -> Live:
    """A GitHub whose repositories have one workflow each, by their text."""
    return Live(
        repositories={
            name: LiveRepository(files={".github/workflows/ci.yml": text})
            for name, text in repositories.items()
        }
    )


def live_secret(
    name: str = "TOKEN",
    *repositories: str,
    environment: str | None = None,
    store: Store = "actions",
    updated: datetime = datetime(2026, 6, 1, tzinfo=UTC),
) -> LiveSecret:
    """A secret on GitHub: the organization's unless it says whose."""
    scope: Scope = "organization"
    if repositories:
        scope = "environment" if environment else "repository"
    return LiveSecret(name, store, scope, repositories, environment, updated)


def listed(
    config: OrganizationConfig, live: Live | None = None, **facts: dict[str, Any]
) -> dict[str, ListedSecret]:
    """The listing by target and name; facts by dotted paths with `__` for dots."""
    known = {path.replace("__", "."): each for path, each in facts.items()}
    found = listing(resolved(config), known, live or Live(), TODAY)
    by_name = {f"{each.target} {each.name}": each for each in found}
    assert len(by_name) == len(found)
    return by_name


def only(
    config: OrganizationConfig, live: Live | None = None, **facts: dict[str, Any]
) -> ListedSecret:
    """The one secret of the listing."""
    (found,) = listed(config, live, **facts).values()
    return found
