"""Names of what is not declared, or may not do what it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.mistakes.cases import (
    DEVS,
    ENVIRONMENTS,
    LEVEL,
    MAIN,
    OWNERS,
    PUBLISH,
    TAGS,
    TOKEN,
    WEB,
    Case,
    reported,
)
from tests.components.declaration.sound import mistakes, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

CASES = (
    Case(
        "unknown team",
        "{devs: maintain,",
        "{»dev: push, devs: maintain,",
        "mean `devs`?",
        "security",
    ),
    Case(
        "tag makers", TAGS, "{created_by: [»securty]}", "did you mean `security`?", "devs, security"
    ),
    Case(
        "unlike any team",
        TAGS,
        "{created_by: [»qqqqqq]}",
        "there is no such team",
        "devs, security",
    ),
    Case(
        "parent",
        DEVS,
        "  devs: {members: [ana], »parent: securit}",
        "did you mean `security`?",
        "devs, security",
    ),
    Case(
        "bypassing team", MAIN, "  main: {bypass: [{»team: devz}]}", "did you mean `devs`?", "devs"
    ),
    Case("approver", "approvers: [devs]", "approvers: [»securit]", "did you mean", "security"),
    Case(
        "reviewer",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + "{x: {reviewers: {teams: [»devss]}}}",
        "mean `devs`",
        "devs",
    ),
    Case("code owner", '{"*": [devs]}', '{"*": [»devss]}', "did you mean `devs`?", "devs"),
    Case(
        "secret's reader", TOKEN, TOKEN.replace("[app]", "[app, »wep]"), "mean `web`?", "app, web"
    ),
    Case("variable's reader", LEVEL, "{value: a, visible_to: [»ap]}", "mean `app`?", "app, web"),
    Case(
        "pattern without use", MAIN, "  main: {repositories: [»lib-*]}", "no repository", "app, web"
    ),
    Case(
        "exclusion without use", TAGS, TAGS[:-1] + ", exclude_repositories: [»ap]}", "`app`", "web"
    ),
    Case("circle", DEVS, "  devs: {members: [ana], »parent: devs}", "in a circle: devs -> devs"),
    Case(
        "nested secret team",
        DEVS,
        DEVS + "\n  ops: {parent: security, »visibility: secret}",
        "cannot be nested",
        "closed",
    ),
    Case(
        "owner who may not push",
        OWNERS,
        OWNERS.replace("maintain", "pull").replace("[devs]", "[»devs]"),
        "may not push",
        "access: {devs: push} or more",
    ),
    Case(
        "owner of workflow files who may not push everywhere",
        "actions: {}",
        "actions: {}\nstandard_files: {workflow_owners: [»security]}",
        "GitHub ignores the code owner `security` in `web`, where it may not push",
        "access: {security: push} or more in `web`",
    ),
    Case(
        "owner of workflow files who does not exist",
        "  web: {}",
        "  web: {standard_files: {workflow_owners: [»securty]}}",
        "did you mean `security`?",
    ),
    Case(
        "owner who may not push, nested in a team that may not either",
        OWNERS,
        OWNERS.replace("maintain", "pull").replace("[devs]", "[»nested]"),
        "GitHub ignores the code owner `nested`, because it may not push",
        "access: {nested: push} or more",
        also=((DEVS, DEVS + "\n  nested: {members: [kim], parent: devs}"),),
    ),
    Case(
        "approver who may not read",
        OWNERS + "\n" + ENVIRONMENTS + "\n" + PUBLISH,
        OWNERS.replace("devs: maintain, ", "").replace("[devs]", "[security]")
        + "\n"
        + PUBLISH.replace("[devs]", "[»devs]"),
        "cannot read the repository",
        "access: {devs: pull} or more",
    ),
    Case(
        "missing file",
        WEB,
        "  web: {files: {a: {»from_file: files/b}}}",
        "no such file",
        "below the folder files/",
    ),
    Case(
        "file beside the folder",
        WEB,
        "  web: {files: {a: {»from_file: pyproject.toml}}}",
        "`from_file`",
        "below the folder files/",
    ),
    Case(
        "hidden file",
        WEB,
        "  web: {files: {a: {»from_file: files/.env}}}",
        "`from_file`",
        "below the folder files/",
    ),
    Case(
        "file out of the folder",
        WEB,
        "  web: {files: {a: {»from_file: files/../.env}}}",
        "`from_file`",
        "a path inside",
    ),
    Case(
        "file outside",
        WEB,
        "  web: {files: {a: {»from_file: ../b}}}",
        "`from_file`",
        "a path inside",
    ),
    Case(
        "folders of an ecosystem that is not there",
        WEB,
        "  web: {ecosystems: [npm], dependabot: {directories: {»pip: [/]}}}",
        "`pip` is not among",
        "npm",
    ),
    Case("same secret", "  TOKEN:", f"  token: {TOKEN}\n  »TOKEN:", "for the same name"),
    Case("same repository", WEB, WEB + "\n  »Web: {}", "`Web` and `web` for the same name"),
    Case(
        "another spelling of a gate",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + "{»PyPI-Release: {}}",
        "which `publish` declares",
        "pypi-release",
    ),
    Case(
        "classic, only reporting",
        MAIN,
        "  main: {enforced_by: classic, »enforcement: evaluate}",
        "always active",
        "enforced_by: ruleset",
    ),
    Case(
        "classic, leaving out",
        MAIN,
        "  main: {enforced_by: classic, »exclude_branches: [x]}",
        "cannot leave branches out",
        "enforced_by: ruleset",
    ),
    Case(
        "classic, with an App",
        MAIN,
        "  main: {enforced_by: classic, »bypass: [{app: 1}]}",
        "no apps and no roles",
        "team",
    ),
    Case(
        "classic, with more approvals than it takes",
        MAIN,
        "  main: {enforced_by: classic, »approvals: 7}",
        "so many approvals",
        "at most 6",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_reference_to_nothing_is_reported(case: Case, tmp_path: Path) -> None:
    """Each is answered by the names that are declared, or by what is missing there (issue 3)."""
    reported(case, tmp_path)


def test_a_code_owner_may_push_through_the_team_it_is_nested_in(tmp_path: Path) -> None:
    """GitHub gives a nested team what its parents have, so it may own code (issue 13)."""
    text = replaced(
        (DEVS, DEVS + "\n  nested: {members: [kim], parent: devs}\n  deep: {parent: nested}"),
        ('{"*": [devs]}', '{"*": [nested, deep]}'),
    )
    assert mistakes(written(tmp_path, text)) == []
