"""The people, environments and secrets of a release in the sandbox, as Portcullis declares them.

Kim maintains and starts releases, lea gives the first approval, ana the second. Zoe may write,
and no more.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter

from components.files import library
from components.files.release_notification import ReleaseNotificationConfig
from components.files.workflow_choice import WorkflowsConfig
from components.origin import Origin
from components.publish.environments import (
    ReleaseEnvironment,
    by_tags,
    release_environments,
    resolve_packages,
)
from components.publish.packages import PublishedPackages
from components.publish.plan import workflow_plan
from components.tag_ruleset import ResolvedTagProtection, TagProtectionConfig
from tests.release.harness import hooks
from tests.sandbox.sealing import sealed
from tests.support.keys import app_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx

    from tests.support.sandbox import Sandbox, World

OWNER = "guild"
AUDITOR = 7
"""The number of a GitHub App that may list secrets, and no more."""
Visibility = Literal["public", "private"]
_numbers = itertools.count(1)


_FORMS = {
    "NPM_TOKEN": "npm_",
    "CARGO_REGISTRY_TOKEN": "cio",
    "RELEASE_WEBHOOK": f"https://{hooks.HOST}/",
}


def canary(environment: str, name: str) -> str:
    """Return the value of an environment's secret; no log may have it."""
    beginning = _FORMS.get(name, "pypi-")
    return f"{beginning}canary-{environment}-{name.lower().replace('_', '-')}-9f2c"


def world(
    sandbox: Sandbox,
    name: str,
    declared: Sequence[Mapping[str, Any]],
    files: Mapping[str, str],
    *,
    notified: Mapping[str, Any] | None = None,
    visibility: Visibility = "private",
    chosen: WorkflowsConfig | None = None,
    prefix: str = "v",
) -> World:
    """Make a world with one repository that publishes what is declared.

    Args:
        sandbox: The sandbox.
        name: The repository's name.
        declared: Its `publish`, as in an organization's file.
        files: Its files, without the managed ones.
        notified: Its `release_notification`, as in an organization's file.
        visibility: Who sees it; a public one signs what it publishes.
        chosen: Its `workflows`.
        prefix: What its release tags begin with.
    """
    notification = ReleaseNotificationConfig.model_validate(notified) if notified else None
    read = TypeAdapter(PublishedPackages).validate_python(declared)
    tags = TagProtectionConfig.model_validate({"created_by": ["makers"], "prefix": prefix})
    protection = ResolvedTagProtection("releases", tags, Origin("guild.yaml"))
    packages = resolve_packages(read, [protection])
    plan = workflow_plan(
        packages,
        default_branch="main",
        visibility=visibility,
        ecosystems=["github-actions"],
        chosen=chosen or WorkflowsConfig(),
        repository=f"{OWNER}/{name}",
        may_start=dict.fromkeys(by_tags(packages), ("maintain", "admin")),
        notification=notification,
    )
    seed = {
        "organizations": [
            {
                "login": OWNER,
                "plan": "enterprise",
                "owners": ["olga"],
                "members": ["kim", "lea", "ana", "zoe"],
                "settings": {"default_repository_permission": "none"},
                "teams": {
                    "makers": {"members": ["kim"]},
                    "leads": {"members": ["lea"]},
                    "releasers": {"members": ["ana"]},
                },
                "repositories": {
                    name: {
                        "visibility": visibility,
                        "files": {**files, **library.render(plan)},
                        "teams": {"makers": "maintain", "leads": "push", "releasers": "push"},
                        "collaborators": {"zoe": "push"},
                    }
                },
            }
        ],
        "tokens": [{"login": "olga"}],
        "apps": [
            {
                "slug": "auditor",
                "app_id": AUDITOR,
                "public_key": app_keys()[1],
                "organizations": [OWNER],
                "permissions": dict.fromkeys(
                    ("actions", "dependabot_secrets", "environments", "metadata", "secrets"), "read"
                ),
            }
        ],
    }
    made = sandbox.world(f"release{next(_numbers)}", seed)
    environments = release_environments(packages, notification)
    _environments(made, f"/repos/{OWNER}/{name}", environments)
    _pass_checks(made, f"/repos/{OWNER}/{name}")
    return made


def _environments(made: World, base: str, environments: Mapping[str, ReleaseEnvironment]) -> None:
    """Make the environments of the release path, with their reviewers, policies and secrets."""
    with made.client() as api:
        for name, derived in environments.items():
            environment = derived.config
            teams = [
                api.get(f"/orgs/{OWNER}/teams/{slug}").raise_for_status().json()["id"]
                for slug in environment.reviewers.teams
            ]
            body = {
                "reviewers": [{"type": "Team", "id": ident} for ident in teams],
                "prevent_self_review": bool(teams),
                "can_admins_bypass": False,
                "deployment_branch_policy": {
                    "protected_branches": False,
                    "custom_branch_policies": True,
                },
            }
            place = f"{base}/environments/{name}"
            api.put(place, json=body).raise_for_status()
            for pattern in environment.deploy_from.tags:
                policy = {"type": "tag", "name": pattern}
                api.post(f"{place}/deployment-branch-policies", json=policy).raise_for_status()
            for secret in environment.secrets:
                store(api, place, secret, canary(name, secret))


def store(api: httpx.Client, place: str, name: str, value: str) -> None:
    """Store a secret at an environment, or at `/repos/OWNER/NAME/actions`."""
    sealed_value = sealed(api, f"{place}/secrets", value)
    api.put(f"{place}/secrets/{name}", json=sealed_value).raise_for_status()


def _pass_checks(made: World, base: str) -> None:
    """Let main's checks pass: a push runs the CI workflow, whose jobs succeed at once."""
    body = {"message": "Start", "content": "eA==", "branch": "main"}
    with made.client() as api:
        api.put(f"{base}/contents/notes.txt", json=body).raise_for_status()
