"""What people may write wrongly into `workflows`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.declaration import Declaration
from tests.components.declaration.mistakes.cases import (
    ACTIONS,
    ENVIRONMENTS,
    PUBLISH,
    WEB,
    Case,
    reported,
)
from tests.components.declaration.sound import outcome, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

FORMS = "true, false, or a mapping with rollback, codeql, scorecard, verify_image"
IMAGE = "image: ghcr.io/acme/app, environment: production"
PRODUCTION = "    environments: {production: {}}\n    workflows: {verify_image: {%s}}"
CASES = (
    Case("a list", WEB, "  web: {»workflows: [rollback]}", "which workflow files", FORMS),
    Case("a text", WEB, "  web: {»workflows: none}", "which workflow files", FORMS),
    Case("empty", WEB, "  web: {»workflows: }", "which workflow files", FORMS),
    Case(
        "an unknown file",
        ENVIRONMENTS,
        "    workflows: {»rolback: false}",
        "`rolback` is not a field of workflows; did you mean `rollback`?",
        "rollback",
    ),
    Case(
        "a text for a truth value",
        ENVIRONMENTS,
        "    workflows: {»rollback: 'no'}",
        "`rollback` has to be true or false",
    ),
    Case(
        "codeql in a private repository",
        WEB,
        "  web: {ecosystems: [npm], workflows: {»codeql: true}}",
        "for public repositories, or with a license",
        "visibility: public, or code-security in",
    ),
    Case(
        "codeql without a language that it knows",
        WEB,
        "  web: {visibility: public, ecosystems: [docker], workflows: {»codeql: true}}",
        "CodeQL knows no language of this repository",
        "false, or in ecosystems one of bundler, cargo, github-actions, gomod",
    ),
    Case(
        "codeql without GitHub's actions",
        ACTIONS,
        "actions: {»github_owned_allowed: false, patterns_allowed: [actions/*]}",
        "the managed workflows use github/codeql-action/analyze, github/codeql-action/init",
        "github/* in patterns_allowed",
        also=((ENVIRONMENTS, "    workflows: {codeql: true}"),),
    ),
    Case(
        "scorecard in a private repository",
        WEB,
        "  web: {workflows: {»scorecard: true}}",
        "Scorecard rates public repositories",
        "false, or visibility: public",
    ),
    Case(
        "an image without a signer",
        ENVIRONMENTS,
        PRODUCTION.replace("verify_image", "»verify_image") % IMAGE,
        "who signs is not clear",
        "exactly one of workflow and key",
    ),
    Case(
        "an image with two signers",
        ENVIRONMENTS,
        PRODUCTION.replace("verify_image", "»verify_image")
        % (IMAGE + ", workflow: release.yml, key: TOKEN"),
        "who signs is not clear",
        "exactly one of workflow and key",
    ),
    Case(
        "an image with a tag",
        ENVIRONMENTS,
        PRODUCTION % "»image: 'ghcr.io/acme/app:1', environment: production, key: TOKEN",
        "`image` is not valid",
        "ghcr.io/OWNER/NAME in lower case, without a tag",
    ),
    Case(
        "an image of another registry",
        ENVIRONMENTS,
        PRODUCTION % "»image: docker.io/acme/app, environment: production, key: TOKEN",
        "`image` is not valid",
        "ghcr.io/OWNER/NAME",
    ),
    Case(
        "a path of a workflow",
        ENVIRONMENTS,
        PRODUCTION % (IMAGE + ", »workflow: .github/workflows/release.yml"),
        "`workflow` is not valid",
        "a file name such as release.yml",
    ),
    Case(
        "an image for no environment",
        ENVIRONMENTS,
        PRODUCTION % "image: ghcr.io/acme/app, »environment: prod, key: TOKEN",
        "`prod` is no environment of app",
        "production",
    ),
    Case(
        "a key that is no secret",
        ENVIRONMENTS,
        PRODUCTION % (IMAGE + ", »key: COSIGN_PUBKEY"),
        "`COSIGN_PUBKEY` is no secret that every job of app can read",
        "TOKEN",
    ),
    Case(
        "a signer for tags that everybody creates",
        ENVIRONMENTS,
        PRODUCTION % (IMAGE + ", »workflow: release.yml"),
        "everybody who may push could create a tag",
        "tag_protection for app, or key",
        also=(
            ("tag_protection:\n  releases: {created_by: [security]}\n", ""),
            (PUBLISH, "    publish: []"),
        ),
    ),
    Case(
        "rollback without packages",
        WEB,
        "  web: {workflows: {»rollback: true}}",
        "the repository publishes nothing",
        "packages in publish",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_choice_of_workflows_that_does_not_fit_is_reported(case: Case, tmp_path: Path) -> None:
    """Each says what can be chosen, or what the file would need (issue 14)."""
    reported(case, tmp_path)


@pytest.mark.parametrize(
    "edits",
    [
        ((ENVIRONMENTS, "    workflows: {codeql: true, scorecard: true}"),),
        ((ENVIRONMENTS, PRODUCTION % (IMAGE + ", workflow: release.yml")),),
        ((ENVIRONMENTS, PRODUCTION % (IMAGE + ", key: TOKEN")),),
        (
            ("licenses: []", "licenses: [code-security]"),
            (WEB, "  web: {ecosystems: [github-actions], workflows: {codeql: true}}"),
        ),
    ],
)
def test_a_choice_that_fits_is_no_mistake(
    edits: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    """A public repository, or a private one of an organization with the license."""
    assert isinstance(outcome(written(tmp_path, replaced(*edits))), Declaration)
