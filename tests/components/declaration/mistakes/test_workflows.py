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

FORMS = "true, false, or a mapping with ci, rollback, codeql, scorecard, verify_image, secret_audit"
IMAGE = "image: ghcr.io/acme/app, environment: production"
PRODUCTION = "    environments: {production: {}}\n    workflows: {verify_image: {%s}}"
IMAGES = "    publish: [{image: app, approvers: [devs]}]"
SIGNED_BY_KEY = IMAGES.replace(
    "]}]", "], tokens: {cosign_key: {from: {config: k}}, cosign_password: {from: {config: p}}}}]"
)
AUDIT = "client_id: Iv23liABCDEFGHIJKLMN, environment: audit, key: APP_KEY"
AUDITED = (
    "    environments: {audit: {%ssecrets: {APP_KEY: {from: {config: key}}}}}\n"
    "    workflows: {secret_audit: {%s}}"
)
MARKED = AUDIT.replace("environment: audit", "»environment: audit")
ODD = "environments: {'${x}': {secrets: {A: {from: {config: a}}}}, audit"
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
        "an unknown system",
        ENVIRONMENTS,
        "    workflows: {ci: {systems: [ubuntu, »solaris]}}",
        "`systems`",
        "ubuntu, windows, macos",
    ),
    Case(
        "no system",
        ENVIRONMENTS,
        "    workflows: {ci: {»systems: []}}",
        "`systems`",
        "1",
    ),
    Case(
        "a system twice",
        ENVIRONMENTS,
        "    workflows: {ci: {»systems: [ubuntu, ubuntu]}}",
        "item 2 is in the list already; remove it",
    ),
    Case(
        "a version that is a number",
        ENVIRONMENTS,
        "    workflows: {ci: {python: ['3.13', »3.10]}}",
        "has to be a text (in quotes, if it looks like a number)",
    ),
    Case(
        "a version without a language",
        ENVIRONMENTS,
        "    workflows: {ci: {python: [»'13']}}",
        "is not valid",
        'a version such as "3.13"',
    ),
    Case(
        "no version",
        ENVIRONMENTS,
        "    workflows: {ci: {»node: []}}",
        "`node`",
        "1",
    ),
    Case(
        "a channel of Rust",
        ENVIRONMENTS,
        "    workflows: {ci: {rust: [»stable]}}",
        "is not valid",
        'a version such as "1.95.0"',
    ),
    Case(
        "a version of Go that has no patch",
        ENVIRONMENTS,
        "    workflows: {ci: {go: [»'1.26']}}",
        "is not valid",
        'a version such as "1.26.8"',
    ),
    Case(
        "a JDK that runners do not have",
        ENVIRONMENTS,
        "    workflows: {ci: {java: [»'18']}}",
        "`java`",
        "11, 17, 21, 25",
    ),
    Case(
        "versions of a language that the repository does not have",
        WEB,
        "  web: {ecosystems: [npm], workflows: {ci: {node: ['24'], »python: ['3.13']}}}",
        "this has no effect: the repository has nothing that is tested with python",
        "leave it out, or one of pip, uv in ecosystems",
    ),
    Case(
        "systems without a test",
        WEB,
        "  web: {ecosystems: [docker], workflows: {ci: {»systems: [ubuntu]}}}",
        "this has no effect: the managed workflow tests nothing of this repository on them",
        "leave it out",
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
        "a file name such as sign.yml",
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
    *(
        Case(
            f"a signer that signs nothing, {file}",
            ENVIRONMENTS,
            PRODUCTION % (f"{IMAGE}, »workflow: {file}"),
            f"Portcullis writes {file}, which does not sign ghcr.io/acme/app",
            "a workflow of the repository's own, or key",
        )
        for file in ("release.yml", "rollback.yml", "ci.yml", "verify-image.yml")
    ),
    *(
        Case(
            f"a misspelt signer, {file}",
            ENVIRONMENTS,
            PRODUCTION % (f"{IMAGE}, »workflow: {file}"),
            f"`{file}` is not there: Portcullis writes {right}",
            f"{right}, a file of another name, or key",
            also=((PUBLISH, IMAGES),),
        )
        for file, right in (
            ("release.yaml", "release.yml"),
            ("Release.yml", "release.yml"),
            ("Verify-Image.yaml", "verify-image.yml"),
        )
    ),
    Case(
        "a signer of another image",
        ENVIRONMENTS,
        PRODUCTION % (f"{IMAGE}, »workflow: release.yml".replace("/app,", "/other,")),
        "Portcullis writes release.yml, which does not sign ghcr.io/acme/other",
        "a workflow of the repository's own, or key",
        also=((PUBLISH, IMAGES),),
    ),
    Case(
        "a signer that releases another image",
        ENVIRONMENTS,
        PRODUCTION % (f"{IMAGE}, »workflow: rollback.yml"),
        "Portcullis writes rollback.yml, which does not sign ghcr.io/acme/app",
        "release.yml or a workflow of the repository's own, or key",
        also=((PUBLISH, IMAGES),),
    ),
    Case(
        "a signer that signs with a key",
        ENVIRONMENTS,
        PRODUCTION % (f"{IMAGE}, »workflow: release.yml"),
        "release.yml signs ghcr.io/acme/app with the key in the secret COSIGN_PRIVATE_KEY",
        "key, the secret with the public half of this key",
        also=((PUBLISH, SIGNED_BY_KEY),),
    ),
    Case(
        "a signer of a private repository",
        ENVIRONMENTS,
        PRODUCTION % (f"{IMAGE}, »workflow: release.yml"),
        "release.yml does not sign ghcr.io/acme/app: the log of such signatures is public",
        "visibility: public, or key with tokens.cosign_key under publish",
        also=((PUBLISH, IMAGES), ("visibility: public", "visibility: private")),
    ),
    Case(
        "an audit by an App without a number",
        ENVIRONMENTS,
        AUDITED % ("", AUDIT.replace("client_id: Iv23liABCDEFGHIJKLMN", "»client_id: auditor")),
        "`client_id` is not valid",
        "the client ID of a GitHub App",
    ),
    Case(
        "an audit in no environment",
        ENVIRONMENTS,
        AUDITED % ("", AUDIT.replace("environment: audit", "»environment: other")),
        "`other` is no environment of app",
        "audit, pypi-release",
    ),
    Case(
        "an audit with a key that is elsewhere",
        ENVIRONMENTS,
        AUDITED % ("", AUDIT.replace("key: APP_KEY", "»key: TOKEN")),
        "`TOKEN` is no secret of the environment audit",
        "APP_KEY",
    ),
    Case(
        "an audit that waits for people",
        ENVIRONMENTS,
        AUDITED
        % (
            "reviewers: {teams: [devs]}, ",
            MARKED,
        ),
        "a job that a schedule starts on the default branch would wait here",
        "no reviewers, no wait_timer, and deploy_from: {branches: [default]}",
    ),
    Case(
        "an audit on tags",
        ENVIRONMENTS,
        AUDITED
        % (
            "deploy_from: {tags: ['v*']}, ",
            MARKED,
        ),
        "would wait here, or not get in",
        "deploy_from: {branches: [default]}",
    ),
    Case(
        "an audit of an environment that the workflow cannot name",
        ENVIRONMENTS,
        (AUDITED % ("", AUDIT))
        .replace(
            "environments: {audit",
            "environments: {'${x}': {secrets: {A: {from: {config: a}}}}, audit",
        )
        .replace("secret_audit", "»secret_audit"),
        "the workflow cannot name the environment `${x}`",
        "letters, digits",
    ),
    Case(
        "an audit with an issue in a repository without issues",
        ENVIRONMENTS,
        "    features: {issues: false}\n" + AUDITED % ("", f"{AUDIT}, »issue: true"),
        "the repository has no issues",
        "false, or features.issues: true",
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
        ((ENVIRONMENTS, PRODUCTION % (IMAGE + ", workflow: sign.yml")),),
        (
            (ENVIRONMENTS, PRODUCTION % (IMAGE + ", workflow: release.yml")),
            (PUBLISH, "    publish: []"),
        ),
        (
            (ENVIRONMENTS, PRODUCTION % (IMAGE + ", workflow: release.yml")),
            (PUBLISH, IMAGES),
        ),
        (
            (ENVIRONMENTS, PRODUCTION % (IMAGE + ", key: TOKEN")),
            (PUBLISH, SIGNED_BY_KEY),
        ),
        ((ENVIRONMENTS, PRODUCTION % (IMAGE + ", key: TOKEN")),),
        ((ENVIRONMENTS, AUDITED % ("deploy_from: {branches: [ma*]}, ", AUDIT)),),
        (
            (
                WEB,
                f"  web: {{archived: true, workflows: {{secret_audit: {{{AUDIT}}}}}}}",
            ),
        ),
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


def test_the_audit_knows_every_secret_that_jobs_of_the_repository_can_read(tmp_path: Path) -> None:
    """Of the organization, the repository, its environments, and the tokens of publish (R8)."""
    edits = (
        (ENVIRONMENTS, AUDITED % ("", AUDIT) + "\n    secrets: {HOOK: {from: {config: h}}}"),
        (
            PUBLISH,
            PUBLISH[:-2]
            + ", auth: token, tokens: {pypi: {from: {config: p}, rotate_every: 90d},"
            + " testpypi: {from: {config: t}}}}]",
        ),
    )
    found = outcome(written(tmp_path, replaced(*edits)))
    assert isinstance(found, Declaration), found
    files = found.resolved.repositories["app"].derived_files
    lines = [line.strip() for line in files[".github/workflows/secret-audit.yml"].splitlines()]
    start = lines.index("DECLARED: |") + 1
    assert lines[start : start + 5] == [
        "TOKEN - organization",
        "HOOK - repository",
        "TEST_PYPI_API_TOKEN - environment testpypi",
        "PYPI_API_TOKEN 90 environment pypi-release",
        "APP_KEY - environment audit",
    ]
