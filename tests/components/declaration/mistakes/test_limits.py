"""GitHub's limits that span several fields are reported before anything is changed (issue 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.mistakes.cases import (
    DEVS,
    ENVIRONMENTS,
    MAIN,
    PLAN,
    PUBLISH,
    SETTINGS,
    TAGS,
    TOKEN,
    WEB,
    Case,
    reported,
)
from tests.components.declaration.sound import SOUND, mistakes, places, replaced, written

if TYPE_CHECKING:
    from pathlib import Path


def secrets(count: int, more: str = "") -> str:
    """``count`` secrets as YAML's flow mapping."""
    return ", ".join(f"S{n}: {{from: {{config: c}}{more}}}" for n in range(count))


def protections(count: int, more: str = "") -> str:
    """``count`` protections as YAML's flow mapping."""
    return ", ".join(f"p{n}: {{{more}}}" for n in range(count))


CASES = (
    Case(
        "1,001 secrets of the organization",
        "TOKEN: " + TOKEN,
        "\n  ".join(
            f"S{n}: {{from: {{config: c}}, visible_to: [app], stores: [codespaces]}}"
            for n in range(1001)
        ),
        "1,001 secrets for codespaces, and GitHub stores 1,000 of each organization",
        "at most 1,000",
        also=(("\nsecrets:\n", "\n»secrets:\n"),),
    ),
    Case(
        "101 secrets of a repository",
        WEB,
        f"  web: {{»secrets: {{{secrets(101)}}}}}",
        "101 secrets for actions, and GitHub stores 100 of each repository",
        "at most 100",
    ),
    Case(
        "101 secrets for Dependabot",
        WEB,
        f"  web: {{»secrets: {{{secrets(101, ', stores: [dependabot]')}}}}}",
        "101 secrets for dependabot",
    ),
    Case(
        "101 secrets of an environment",
        ENVIRONMENTS,
        f"{ENVIRONMENTS[:-2]}{{x: {{»secrets: {{{secrets(101)}}}}}}}",
        "101 secrets in `x`, and GitHub stores 100 of each environment",
    ),
    Case(
        "101 secrets with the registry's token",
        ENVIRONMENTS + "\n" + PUBLISH,
        f"{ENVIRONMENTS[:-2]}{{pypi-release: {{»secrets: {{{secrets(100)}}}}}}}\n"
        + PUBLISH.replace(
            "{python",
            "{auth: token, tokens: {pypi: {from: {config: p}}, testpypi: {from: {config: t}}}, "
            "python",
        ),
        "101 secrets in `pypi-release`",
    ),
    Case(
        "76 rulesets of a repository",
        WEB,
        f"  web: {{protection: {{{protections(75)}, »last: {{}}}}}}",
        "76 rulesets in web, and GitHub allows 75",
    ),
    Case(
        "19 tag protections of the organization",
        "  releases: " + TAGS,
        "\n".join(
            [*(f"  t{n}: {{created_by: [security]}}" for n in range(18)), f"  »releases: {TAGS}"]
        ),
        "77 rulesets in the organization",
        "75",
    ),
    Case(
        "two rulesets of one name",
        "  releases:",
        "  »main:",
        "two rulesets with the name `main`, also from protection.main",
        "another name",
    ),
    Case(
        "two rulesets of one name in a repository",
        WEB,
        "  web: {protection: {X (names): {}}, tag_protection: {»x: {created_by: [security]}},"
        " access: {security: push}}",
        "web has two rulesets with the name `x (names)`",
    ),
    Case(
        "two classic protections of a branch",
        WEB,
        "  web: {protection: {a: {enforced_by: classic},"
        " b: {enforced_by: classic, branches: [»main]}}}",
        "`main` in web has another classic protection already",
    ),
    Case(
        "the default branch twice",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + "{x: {deploy_from: {branches: [default, »main]}}}",
        "`main` is the default branch",
    ),
    Case(
        "a secret parent",
        DEVS,
        DEVS + "\n  hidden: {visibility: secret}\n  ops: {»parent: hidden}",
        "`hidden` is a secret team",
        "visibility: closed",
    ),
    Case(
        "a file and its folder",
        WEB,
        "  web: {files: {»docs: {content: a}, docs/a.md: {content: b}}}",
        "`docs/a.md` needs a folder here",
        "another path",
    ),
    Case(
        "a file where Portcullis needs a folder",
        WEB,
        "  web: {ecosystems: [pip], files: {».github: {content: a}}}",
        "needs a folder here",
    ),
    Case(
        "a file below a file",
        WEB,
        "  web: {ecosystems: [pip], files: {».github/dependabot.yml/x: {content: a}}}",
        "`.github/dependabot.yml` is a file that Portcullis writes",
    ),
    Case(
        "a large file",
        WEB,
        f"  web: {{files: {{»large.txt: {{content: {'x' * 1_000_001}}}}}}}",
        "the file has 1,000,001 bytes",
        "at most 1,000,000 bytes",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_limit_is_reported_with_its_place(case: Case, tmp_path: Path) -> None:
    """What GitHub refuses in the middle of an update is refused while the file is read."""
    reported(case, tmp_path)


def test_projects_need_the_organization_s(tmp_path: Path) -> None:
    """GitHub refuses projects in a repository of an organization that has switched them off."""
    text, marked = places(
        replaced(
            (SETTINGS, SETTINGS + "\n  has_repository_projects: false"),
            (WEB, "  web: {features: {»projects: true}}"),
        )
    )
    (mistake,) = mistakes(written(tmp_path, text))
    assert [str(mistake.place)] == marked
    assert "has_repository_projects is false" in mistake.what


def test_on_plan_free_the_organization_s_rulesets_count_for_each_repository(
    tmp_path: Path,
) -> None:
    """What is pushed down to a repository has to fit into its 75 rulesets, under other names."""
    app = "    visibility: public\n"
    text = replaced(
        (PLAN, "plan: free"),
        (MAIN, "  main: {repositories: [app]}"),
        ("  releases: " + TAGS, f"  main: {TAGS[:-1]}, repositories: [app]}}"),
        ("visible_to: all", "visible_to: [app]"),
        (app, f"{app}    protection: {{{protections(71)}}}\n"),
    )
    found = {mistake.what: mistake.path for mistake in mistakes(written(tmp_path, text))}
    count = "76 rulesets in app, and GitHub allows 75; each tag protection is four"
    twice = "app has two rulesets with the name `main`, also from protection.main"
    assert found == {count: "tag_protection.main", twice: "tag_protection.main"}


def test_what_is_just_within_the_limits_is_allowed(tmp_path: Path) -> None:
    """The largest that GitHub allows is allowed here too."""
    large = (
        f"  web: {{description: {'x' * 350}, homepage: {'x' * 255}, default_branch: {'b' * 244},"
        f" secrets: {{{secrets(100, ', stores: [actions, dependabot]')}}},"
        f" variables: {{V: {'x' * 49_152}}}, protection: {{{protections(75)}}},"
        f" topics: {[f't{n}' for n in range(20)]},"
        f" files: {{large.txt: {{content: {'x' * 1_000_000}}}}}}}"
    )
    assert mistakes(written(tmp_path, SOUND.replace(WEB, large))) == []
