"""Values that contradict each other, or themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.mistakes.cases import (
    DEVS,
    ENVIRONMENTS,
    MAIN,
    OWNERS,
    PUBLISH,
    TOKEN,
    WEB,
    Case,
    reported,
)

if TYPE_CHECKING:
    from pathlib import Path

CASES = (
    Case(
        "two sources",
        TOKEN,
        TOKEN.replace("{config: token}", "{config: a, env: B}").replace("from", "»from"),
        "exactly one source",
        "config, env",
    ),
    Case(
        "no source named",
        TOKEN,
        TOKEN.replace("token}", "null}").replace("from", "»from"),
        "exactly one source",
        "config, env",
    ),
    Case(
        "no actor",
        MAIN,
        "  main: {bypass: [»{mode: always}]}",
        "exactly one actor",
        "team, app or role",
    ),
    Case(
        "two actors",
        MAIN,
        "  main: {bypass: [»{app: 1, role: admin}]}",
        "exactly one actor",
        "team, app or role",
    ),
    Case(
        "Actions as actor",
        MAIN,
        "  main: {bypass: [»{app: 15368}]}",
        "this is the App of GitHub Actions: every workflow could",
        "another App",
    ),
    Case(
        "approver twice",
        "approvers: [devs]",
        "»approvers: [devs, devs]",
        "item 2 is in the list already",
    ),
    Case("branch twice", MAIN, "  main: {»branches: [default, default]}", "is in the list already"),
    Case(
        "member twice, in other case",
        DEVS,
        "  devs: {»members: [ana, ben, Ana]}",
        "item 3 is in the list already: GitHub takes it and item 1 for the same login",
    ),
    Case(
        "maintainer twice, in other case",
        DEVS,
        "  devs: {members: [ana], »maintainers: [Ben, BEN]}",
        "item 2 is in the list already",
    ),
    Case(
        "reviewer twice, in other case",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + "{x: {reviewers: {»users: [ines, Ines]}}}",
        "item 2 is in the list already",
    ),
    Case(
        "code owner twice",
        OWNERS,
        OWNERS.replace("code", "»code").replace("[devs]", "[devs, devs]"),
        "item 2 of `*` is in the list already",
    ),
    Case(
        "folder of manifests twice",
        WEB,
        "  web: {ecosystems: [npm], dependabot: {»directories: {npm: [/, /a, /]}}}",
        "item 3 of `npm` is in the list already",
    ),
    Case(
        "actor twice, with another mode",
        MAIN,
        "  main: {»bypass: [{team: devs}, {role: admin}, {team: devs, mode: always}]}",
        "item 3 names the actor of item 1 again",
        "one entry for each actor",
    ),
    Case(
        "the automation as an actor",
        MAIN,
        "  main: {bypass: [{»app: 7, mode: always}]}",
        "the organization's automation, which bypasses each ruleset already",
        "leave it out",
    ),
    Case(
        "Dependabot's file in its other spelling",
        ENVIRONMENTS,
        "    files: {».github/dependabot.yaml: {content: a}}",
        "Dependabot has one file, and GitHub documents `.github/dependabot.yml`",
        "one of them",
    ),
    Case(
        "Dependabot's file in both spellings",
        WEB,
        "  web: {files: {».github/dependabot.yaml: {content: a},"
        " .github/dependabot.yml: {content: b}}}",
        "`.github/dependabot.yml`, which is declared too",
    ),
    Case(
        "a managed workflow in its other spelling",
        ENVIRONMENTS,
        "    files: {».github/workflows/release.yaml: {content: a}}",
        "GitHub would run this beside `.github/workflows/release.yml`, which Portcullis writes",
        "workflows: false",
    ),
    Case(
        "a second place of code owners",
        ENVIRONMENTS,
        "    files: {»docs/CODEOWNERS: {content: a}}",
        "GitHub ignores this file, because it reads .github/CODEOWNERS first",
    ),
    Case("file without content", WEB, "  web: {files: {»a.md: {}}}", "content or from_file"),
    Case(
        "from nowhere",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + "{x: {»deploy_from: {branches: [], tags: []}}}",
        "give branches or tags",
    ),
    Case(
        "from anywhere",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + "{x: {deploy_from: {»any_ref: true}}}",
        "`any_ref` is not a field",
        "branches, tags",
    ),
    Case(
        "token without a token",
        PUBLISH,
        PUBLISH.replace("{python", "»{auth: token, python"),
        "needs tokens.pypi and tokens.testpypi",
    ),
    Case(
        "tokens that are nothing",
        PUBLISH,
        PUBLISH.replace("{python", "»{auth: token, tokens: {pypi: null, testpypi: null}, python"),
        "needs tokens.pypi and tokens.testpypi",
    ),
    Case(
        "a token that nothing uses",
        PUBLISH,
        PUBLISH.replace("{py", "»{py").replace("app,", "app, tokens: {pypi: {from: {config: x}}},"),
        "auth: oidc stores no token",
    ),
    Case(
        "one environment for both",
        PUBLISH,
        PUBLISH.replace("app,", "app, »environment: TestPyPI,"),
        "has another use in this repository",
        "an environment of its own for each package",
    ),
    Case(
        "one gate for both approvals",
        PUBLISH,
        PUBLISH.replace("app,", "app, »environment: Release-Approval,"),
        "one approval must not count for two environments",
    ),
    Case(
        "two first gates",
        PUBLISH,
        "    publish: [{python: app, approvers: [security, devs]},"
        " {npm: app, »approvers: [devs, security]}]",
        "share the first of two approvals",
        "security as the first of approvers",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_contradiction_is_reported(case: Case, tmp_path: Path) -> None:
    """Each is reported where it is written, with the way out (issue 3)."""
    reported(case, tmp_path)
