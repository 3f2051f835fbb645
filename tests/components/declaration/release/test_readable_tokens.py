"""Tokens of a release whose names other workflows can read: the release would always stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.release.cases import (
    ENVIRONMENTS,
    WEB,
    Case,
    Edit,
    is_sound,
    reported,
)

if TYPE_CHECKING:
    from pathlib import Path

PUBLISH = "    publish: [{python: app, approvers: [devs]}]"
SECRETS = "  TOKEN: {from: {config: token}, visible_to: [app]}"
OF_ORGANIZATION = "secrets.TOKEN with another name, or not visible to this repository"
OF_REPOSITORY = "the secret of the repository with another name, or none"
RENAMED = "another `name` for the token, or "
HOOK = "    release_notification: {webhook: {from: {config: hook}}}"


def stops(field: str, name: str) -> str:
    """What is reported of a secret that is declared in ``field``."""
    return (
        f"each release would stop at its first job: `{field}` gives the name {name} to a secret "
        "that every workflow of this repository can read, and only an environment of the release "
        "may have one"
    )


def npm(name: str = "") -> Edit:
    """An npm package whose token is a stored one."""
    named = f"name: {name}, " if name else ""
    token = f"{{»npm: {{{named}from: {{config: n}}}}}}"
    return PUBLISH, f"    publish: [{{npm: app, approvers: [devs], auth: token, tokens: {token}}}]"


def own(secret: str) -> Edit:
    """A secret of the repository."""
    return ENVIRONMENTS, f"    secrets: {{{secret}}}"


def visible_to(whom: str) -> Edit:
    """The organization's secret, with other readers."""
    return SECRETS, SECRETS.replace("[app]", whom)


OWN = own("NPM_TOKEN: {from: {config: other}}")
CASES = (
    Case("named", (npm("token"),), stops("secrets.TOKEN", "TOKEN"), RENAMED + OF_ORGANIZATION),
    Case(
        "visible to all",
        (npm("TOKEN"), visible_to("all")),
        stops("secrets.TOKEN", "TOKEN"),
        RENAMED + OF_ORGANIZATION,
    ),
    Case(
        "visible by a pattern",
        (npm("TOKEN"), visible_to("[a*]")),
        stops("secrets.TOKEN", "TOKEN"),
        RENAMED + OF_ORGANIZATION,
    ),
    Case(
        "a repository's own",
        (npm(), OWN),
        stops("repositories.app.secrets.NPM_TOKEN", "NPM_TOKEN"),
        RENAMED + OF_REPOSITORY,
    ),
    Case(
        "for trials",
        (
            (
                PUBLISH,
                (
                    "    publish: [{python: app, approvers: [devs], auth: hybrid, tokens: "
                    "{pypi: {from: {config: p}}, »testpypi: {name: TOKEN, from: {config: t}}}}]"
                ),
            ),
        ),
        stops("secrets.TOKEN", "TOKEN"),
        RENAMED + OF_ORGANIZATION,
    ),
    Case(
        "a passphrase",
        (
            (
                PUBLISH,
                (
                    "    publish: [{maven: io.acme:app, approvers: [devs], tokens: "
                    "{central: {from: {config: p}}, gpg_key: {from: {config: q}}, "
                    "»gpg_passphrase: {name: TOKEN, from: {config: r}}}}]"
                ),
            ),
        ),
        stops("secrets.TOKEN", "TOKEN"),
        RENAMED + OF_ORGANIZATION,
    ),
    Case(
        "the address of a notification",
        (
            (
                ENVIRONMENTS,
                HOOK.replace("webhook", "»webhook")
                + "\n    secrets: {release_webhook: {from: {config: x}}}",
            ),
        ),
        stops("repositories.app.secrets.RELEASE_WEBHOOK", "RELEASE_WEBHOOK"),
        OF_REPOSITORY,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_state_that_can_never_release_is_a_mistake(case: Case, tmp_path: Path) -> None:
    """At load, instead of `Secret of the wrong scope` in each release (R2, R7)."""
    reported(case, tmp_path)


@pytest.mark.parametrize(
    "edits",
    [
        (npm(), visible_to("[web]")),
        (npm("TOKEN"), visible_to("[web]")),
        (npm("TOKEN"), visible_to("private")),
        (npm(), own("NPM_TOKEN: {from: {config: other}, stores: [dependabot]}")),
        (
            npm(),
            (
                ENVIRONMENTS,
                "    environments: {stage: {secrets: {NPM_TOKEN: {from: {config: o}}}}}",
            ),
        ),
        (npm("TOKEN"), (ENVIRONMENTS, "    workflows: false")),
        ((ENVIRONMENTS, HOOK), (WEB, "  web: {secrets: {RELEASE_WEBHOOK: {from: {config: x}}}}")),
    ],
    ids=(
        "another name",
        "another repository",
        "private repositories",
        "another store",
        "another environment",
        "workflows of its own",
        "the address at another repository",
    ),
)
def test_a_name_that_the_release_does_not_see_is_no_mistake(
    edits: tuple[Edit, ...], tmp_path: Path
) -> None:
    """What another repository, store or environment has, the first job cannot read."""
    unmarked = tuple((old, new.replace("»", "")) for old, new in edits)
    assert is_sound(tmp_path, unmarked)
