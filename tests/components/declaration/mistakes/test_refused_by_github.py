"""What GitHub would refuse in the middle of an update."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.mistakes.cases import (
    DEVS,
    ENVIRONMENTS,
    LEVEL,
    MAIN,
    SETTINGS,
    WEB,
    Case,
    reported,
)

if TYPE_CHECKING:
    from pathlib import Path

CASES = (
    Case(
        "no merge method",
        WEB,
        "  web: {»merge: {allow_squash_merge: false, allow_rebase_merge: false}}",
        "no merge method is on",
        "allow_squash_merge, allow_rebase_merge or allow_merge_commit: true",
    ),
    Case(
        "a variable that is too long",
        LEVEL,
        f"{{»value: {'x' * 49_153}, visible_to: all}}",
        "`value`: the value is longer than 48 KB",
        "48 KB",
    ),
    Case(
        "a repository's variable that is too long, in bytes",
        WEB,
        f"  web: {{variables: {{»LONG: {'ä' * 24_577}}}}}",
        "longer than 48 KB",
    ),
    Case(
        "an environment's variable that is too long",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + f"{{x: {{variables: {{»LONG: {'x' * 49_153}}}}}}}",
        "longer than 48 KB",
    ),
    *(
        Case(f"branch {name}", WEB, f"  web: {{»default_branch: '{name}'}}", "`default_branch`", "")
        for name in (
            *("main/", "/main", "main.lock", "a.lock/b", "a..b", "a//b", "a/.b", ".a", "a."),
            *("refs/heads/main", "HEAD", "a" * 245, "0123456789" * 4, "-a", "a b", "a~b"),
        )
    ),
    *(
        Case(f"pattern {name}", MAIN, f"  main: {{branches: [»'{name}']}}", "item 1 of `branches`")
        for name in (
            *("refs/heads/main", "refs/tags/v1", "release/", "/x", "a..b", "a//b", "x.lock", "a."),
            *("v[1", "v[]", ".x"),
        )
    ),
    Case("a range of nothing", MAIN, "  main: {branches: [»'v[z-a]']}", "no character", "[a-z]"),
    *(
        Case(f"repository {name}", WEB, f"  »{name}: {{}}", f"the name `{name}`", "neither .git")
        for name in ("foo.git", "Foo.GIT", "foo.wiki")
    ),
    Case(
        "description of two lines",
        WEB,
        '  web: {»description: "one\\ntwo"}',
        "`description`",
        "one line of at most 350 characters",
    ),
    Case("long description", WEB, f"  web: {{»description: {'x' * 351}}}", "`description`", "350"),
    Case("long homepage", WEB, f"  web: {{»homepage: {'x' * 256}}}", "`homepage`", "255"),
    Case(
        "long description of the organization",
        SETTINGS,
        f"{SETTINGS}\n  »description: {'x' * 161}",
        "`description`",
        "at most 160 characters",
    ),
    Case(
        "public address", SETTINGS, SETTINGS + "\n  »email: nobody", "`email`", "an e-mail address"
    ),
    Case("21 topics", WEB, f"  web: {{»topics: {[f't{n}' for n in range(21)]}}}", "too many", "20"),
    Case(
        "501 variables of a repository",
        WEB,
        f"  web: {{»variables: {{{', '.join(f'V{n}: x' for n in range(501))}}}}}",
        "too many items",
        "at most 500 items",
    ),
    Case(
        "101 variables of an environment",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2]
        + f"{{x: {{»variables: {{{', '.join(f'V{n}: x' for n in range(101))}}}}}}}",
        "too many items",
        "at most 100 items",
    ),
    Case("login of an organization", "organization: acme", "»organization: acme_corp", "", "login"),
    Case("login of 40", DEVS, f"  devs: {{members: [»{'a' * 40}]}}", "item 1", "at most 39"),
    Case("login with a space", DEVS, "  devs: {members: [»a b]}", "item 1", "short code"),
    *(
        Case(
            f"environment {name}",
            ENVIRONMENTS,
            f"{ENVIRONMENTS[:-2]}{{»{json.dumps(name)}: {{}}}}",
            "the name",
            "without quotes, commas",
        )
        for name in ("it's", 'the "one"', "a,b", "a;b", "a`b", "a\\b", ".", "..")
    ),
    Case(".git in a path", WEB, "  web: {files: {».git/hooks: {content: a}}}", "the name", ".git"),
    *(
        Case(
            f"path {path}", WEB, f"  web: {{files: {{»'{path}': {{content: a}}}}}}", "the name", "%"
        )
        for path in ("docs/100%.md", "what?.md", "c#.md")
    ),
    Case("two slashes", WEB, "  web: {files: {»a//b: {content: a}}}", "the name", "a path inside"),
    Case(
        "security updates without alerts",
        WEB,
        "  web: {»security: {vulnerability_alerts: false, dependabot_security_updates: true}}",
        "dependabot_security_updates needs vulnerability_alerts",
        "dependabot_security_updates: false",
    ),
    Case(
        "push protection without scanning",
        WEB,
        "  web: {»security: {secret_scanning: false, secret_scanning_push_protection: true}}",
        "secret_scanning_push_protection needs secret_scanning",
        "secret_scanning: true",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_github_refuses_is_reported(case: Case, tmp_path: Path) -> None:
    """It is refused while the file is read, before anything is changed (issue 3)."""
    reported(case, tmp_path)
