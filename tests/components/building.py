"""A sound organization as data, what changes of it declare, and nothing asked of GitHub."""

from __future__ import annotations

import copy
from typing import Any

import pulumi

from components.context import Context
from components.github_access import GitHubAccess
from components.organization import Organization, OrganizationConfig
from components.preflight import Names, Preflight
from components.secrets.source import SecretValue
from components.trust.trust import OnGitHub
from tests.components.declaration.resolved import resolved
from tests.support.recording import Recording, record

CANARY = "canary-value-of-a-secret"
"""What the stack's config holds under every key: no value of it may be seen anywhere."""

OWNER_ID = 4711
"""The numeric id of the organization."""

SOUND: dict[str, Any] = {
    "organization": "acme",
    "plan": "enterprise",
    "licenses": [],
    "settings": {"display_name": "Acme", "billing_email": "billing@acme.example"},
    "automation": {"app_id": 7},
    "teams": {
        "devs": {"members": ["ana", "ben"], "maintainers": ["ben"]},
        "security": {"members": ["ines"]},
    },
    "protection": {"main": {"required_checks": ["ci"]}},
    "tag_protection": {"releases": {"created_by": ["security"]}},
    "secrets": {"TOKEN": {"from": {"config": "token"}, "visible_to": ["app"]}},
    "variables": {"LEVEL": {"value": "info", "visible_to": ["app"]}},
    "repositories": {
        "app": {
            "visibility": "public",
            "access": {"devs": "maintain", "security": "push"},
            "ecosystems": ["pip", "npm"],
            "code_owners": {"*": ["devs"], "/.github/": ["security", "devs"]},
            "secrets": {"HOOK": {"from": {"config": "hook"}}},
            "variables": {"COLOR": "green"},
            "environments": {
                "staging": {
                    "reviewers": {"teams": ["devs"], "users": ["Ana"]},
                    "secrets": {"DSN": {"from": {"config": "dsn"}}},
                    "variables": {"SIZE": "small"},
                }
            },
            "publish": [
                {"python": "acme-app", "approvers": ["security", "devs"]},
                {"npm": "@acme/app", "approvers": ["security"]},
            ],
            "files": {"SECURITY.md": {"content": "Tell us.\n"}},
        },
        "lib": {},
    },
}

Change = tuple[str, object]
"""A change: a dotted path, and what stands there then."""


def data(*changes: Change) -> dict[str, Any]:
    """The sound organization with ``changes``; mappings on the way are made.

    An item of a list has its number in the path.
    """
    changed = copy.deepcopy(SOUND)
    for path, value in changes:
        *parents, last = path.split(".")
        item: Any = changed
        for parent in parents:
            item = item[int(parent)] if isinstance(item, list) else item.setdefault(parent, {})
        if isinstance(item, list):
            item[int(last) : int(last) + 1] = [value]
        else:
            item[last] = value
    return changed


def organization(*changes: Change) -> OrganizationConfig:
    """The sound organization with ``changes``, as models."""
    return OrganizationConfig.model_validate(data(*changes))


def declare(*changes: Change, **context: Any) -> Recording:  # noqa: ANN401 - of Context
    """What the sound organization with ``changes`` declares; ``context`` is as for Context."""
    return recorded(organization(*changes), **context)


def recorded(
    config: OrganizationConfig,
    *,
    value: str = CANARY,
    **context: Any,  # noqa: ANN401 - of Context
) -> Recording:
    """What ``config`` declares, with ``value`` (a `{place}` in it filled in) for every secret."""
    organization = resolved(config)
    references = [secret.config.from_ for secret in organization.secrets]

    def program() -> None:
        access = GitHubAccess("https://github.invalid/", token="unused")
        preflight = Preflight(config.organization, access, Names())
        defaults: dict[str, Any] = {
            "automation_app": config.automation.app_id if config.automation else None,
            "licenses": frozenset(config.licenses),
            "user_ids": {"ana": 11, "ben": 12},
            "trust": OnGitHub("https://token.acme.example", OWNER_ID, uses_ids=lambda _: False)
            if organization.trusts
            else None,
            "secrets": {
                each: SecretValue(value.format(place=each), version=each.version)
                for each in references
            },
        }
        Organization(
            organization,
            context=Context(config.organization, config.plan, preflight, **defaults | context),
            opts=pulumi.ResourceOptions(providers=[access.provider(config.organization)]),
        )

    return record(program)
