"""Who hears of a release: what is derived from it, and what nobody would hear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.declaration import Declaration
from components.files.workflow import RELEASE_PATH
from tests.components.declaration.release.cases import WEB, Case, reported
from tests.components.declaration.sound import outcome, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = "python: app, approvers: [devs]}]"
ISSUE_MARKED = "release_notification: {»issue: true}"
HOOK = "    release_notification: {webhook: {from: {config: hook}}}"
AGAIN = "{secrets: {»RELEASE_WEBHOOK: {from: {config: x}}}}"
ENVIRONMENTS = "    environments: {}"

CASES = (
    Case(
        "nobody",
        ((ENVIRONMENTS, f"{ENVIRONMENTS}\n    »release_notification: {{}}"),),
        "`release_notification`: nobody would hear of anything",
        "webhook, issue: true, or both",
    ),
    Case(
        "no release",
        ((WEB, "  web:\n    »release_notification: {issue: true}"),),
        "this has no effect: the repository publishes nothing",
        "leave it out, or packages in publish",
    ),
    Case(
        "no managed workflow",
        (
            (
                ENVIRONMENTS,
                f"{ENVIRONMENTS}\n    workflows: false\n    »release_notification: {{issue: true}}",
            ),
        ),
        "this has no effect: Portcullis does not write the release workflow",
        "leave it out, or workflows: true",
    ),
    Case(
        "no issues",
        (
            (
                ENVIRONMENTS,
                f"{ENVIRONMENTS}\n    features: {{issues: false}}\n    {ISSUE_MARKED}",
            ),
        ),
        "the repository has no issues",
        "false, or features.issues: true",
    ),
    Case(
        "the environment of a package",
        (
            (ENVIRONMENTS, f"{ENVIRONMENTS}\n{HOOK}"),
            (PACKAGE, "python: app, approvers: [devs], »environment: Release-Notification}]"),
        ),
        "`Release-Notification` is the environment of the address in release_notification",
        "another environment",
    ),
    Case(
        "the address twice",
        (
            (
                ENVIRONMENTS,
                f"{HOOK}\n    environments:\n      release-notification: {AGAIN}",
            ),
        ),
        "release_notification.webhook gives this secret its value too",
        "one of them",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_notification_that_nobody_would_get_is_a_mistake(case: Case, tmp_path: Path) -> None:
    """At load, with its place and what is allowed (A9)."""
    reported(case, tmp_path)


def test_the_address_is_a_secret_of_an_environment_of_its_own(tmp_path: Path) -> None:
    """Release tags alone get in, nobody approves, and only one job writes issues (A9, R2, R9)."""
    text = replaced((ENVIRONMENTS, HOOK.replace("}}}", "}}, issue: true}")))
    found = outcome(written(tmp_path, text))
    assert isinstance(found, Declaration), found
    declared = found.resolved
    repository = declared.repositories["app"]
    place = repository.environments["release-notification"]
    assert (place.release, place.config.reviewers.teams) == ("trial", [])
    assert (
        place.config.deploy_from.tags
        == repository.environments["pypi-release"].config.deploy_from.tags
    )
    (secret,) = [each for each in declared.secrets if each.name == "RELEASE_WEBHOOK"]
    assert secret.path == ("repositories", "app", "release_notification", "webhook")
    workflow = repository.derived_files[RELEASE_PATH]
    assert workflow.count("secrets.RELEASE_WEBHOOK }}") == 1
    assert workflow.count("issues: write") == 1
