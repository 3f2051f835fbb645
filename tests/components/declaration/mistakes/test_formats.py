"""Values outside of a range, or of the wrong form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.mistakes.cases import (
    ACTIONS,
    DEVS,
    EMAIL,
    ENVIRONMENTS,
    EXEMPTION,
    MAIN,
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
    Case("approvals", MAIN, "  main: {»approvals: 11}", "is too large", "at most 10"),
    Case("wait", ENVIRONMENTS, ENVIRONMENTS[:-2] + "{x: {»wait_timer: -1}}", "small", "at least 0"),
    Case("cooldown", WEB, "  web: {dependabot: {»cooldown_days: 91}}", "too large", "at most 90"),
    Case("App of a bypass", MAIN, "  main: {bypass: [{»app: 0}]}", "is too small", "more than 0"),
    Case("App of checks", MAIN, "  main: {»checks_app: -1}", "is too small", "more than 0"),
    Case(
        "pattern of actions",
        ACTIONS,
        "actions: {patterns_allowed: [docker/*, »'codecov, docker']}",
        "item 2 of `patterns_allowed`",
        "docker/*",
    ),
    Case("App", "{app_id: 7}", "{»app_id: 0}", "is too small", "more than 0"),
    Case(
        "Actions as App",
        "{app_id: 7}",
        "{»app_id: 15368}",
        "every workflow could push",
        "an App of your own",
    ),
    Case(
        "parentheses in a tag protection's name",
        "  releases:",
        "  »releases (names):",
        "the name `releases (names)`",
        "no parentheses",
    ),
    Case(
        "a tag protection's name that is too long",
        "  releases:",
        f"  »{'r' * 81}:",
        "the name",
        "1 to 80 characters",
    ),
    Case("no tag makers", TAGS, "{»created_by: []}", "too few items", "at least 1 item"),
    Case(
        "three approvers",
        PUBLISH,
        PUBLISH.replace("approvers: [devs]", "»approvers: [security, devs, ops]"),
        "too many items",
        "at most 2 items",
    ),
    Case("e-mail", EMAIL, "»billing_email: nobody", "`billing_email`", "an e-mail address"),
    Case("login", DEVS, "  devs: {members: [»'@ana']}", "item 1 of `members`", "a GitHub login"),
    Case(
        "team's slug", DEVS, DEVS + "\n  »The Devs: {}", "the name `The Devs`", "lower-case letters"
    ),
    Case("repository's name", WEB, "  »my web: {}", "the name `my web`", "at most 100"),
    Case("repository of dots", WEB, "  »..: {}", "the name `..`", "a repository's name"),
    Case("topic", WEB, "  web: {topics: [»Web]}", "item 1 of `topics`", "lower-case letters"),
    Case("tag prefix", TAGS, TAGS[:-1] + ", »prefix: 1}", "has to be a text"),
    Case("tag prefix's pattern", TAGS, TAGS[:-1] + ", »prefix: v*}", "`prefix`", "letters, digits"),
    Case("branch", WEB, "  web: {»default_branch: 'a b'}", "`default_branch`", "a branch's name"),
    Case("rotation", TOKEN, TOKEN[:-1] + ", »rotate_every: 6 months}", "`rotate_every`", "90d"),
    Case("rule's id", "{rule: BR012", "{»rule: no-force-push", "`rule`", "such as BR012"),
    Case(
        "no such day",
        EXEMPTION + "2027-03-31",
        EXEMPTION.replace("e: exp", "e, exp").replace("expires", "»expires") + "2027-02-30",
        "`expires`",
        "2027-03-31",
    ),
    Case(
        "reason",
        "reason: one maintainer for now",
        "»reason: why",
        "`reason` is too short",
        "10 characters",
    ),
    Case("secret of GitHub's", "  TOKEN:", "  »GITHUB_X:", "reserves names", "another name"),
    Case("secret's name", "  TOKEN:", "  »MY-TOKEN:", "the name `MY-TOKEN`", "underscores"),
    Case("key of a source", "{config: token}", "{»config: to ken}", "`config`", "never the value"),
    Case("managed path", WEB, "  web: {files: {»../x: {content: a}}}", "the name", "a path inside"),
    Case("owned path", '{"*": [devs]}', '{»"#x": [devs]}', "the name `#x`", "without blanks"),
    Case("registry name", "{python: app,", "{»python: -app,", "`python`", "beginning and ending"),
    Case(
        "folder", "{python: app,", "{»directory: ../x, python: app,", "`directory`", "such as sdk"
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_value_of_the_wrong_form_is_reported(case: Case, tmp_path: Path) -> None:
    """Each is answered by the range or the form that is allowed (issue 3)."""
    reported(case, tmp_path)


def test_logins_of_managed_users_are_allowed(tmp_path: Path) -> None:
    """The logins of Enterprise Managed Users end in an underscore and a short code."""
    text = replaced(
        (DEVS, "  devs: {members: [ana_corp, mona-cat_octo], maintainers: [octo_admin]}"),
        ("security: {members: [ines]}", f"security: {{members: [{'a' * 30}_microsft]}}"),
        (ENVIRONMENTS, ENVIRONMENTS[:-2] + "{x: {reviewers: {users: [Ana_Corp]}}}"),
        (EXEMPTION, EXEMPTION.replace("rule", "approved_by: ana_corp, rule")),
    )
    assert mistakes(written(tmp_path, text)) == []
