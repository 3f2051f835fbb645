"""GitHub's limits on the real engine: refused before anything is changed, or really accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.conftest import make_small, seed
from tests.end_to_end.live import Live
from tests.end_to_end.test_bad_input import refused
from tests.support.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox

BEYOND = """\
organization: acme
plan: free
settings: {display_name: Acme, billing_email: billing@acme.example}
protection:
  main: {required_checks: [ci], merge_methods: [merge]}
secrets:
  TOKEN: {from: {env: HOME}, visible_to: [web]}
repositories:
  foo.git: {}
  tool:
    visibility: public
    description: "one\\ntwo"
    ecosystems: [gradle]
    default_branch: main.lock
    security: {web_commit_signoff_required: false}
    files: {docs/100%.md: {content: x}}
  lib:
    visibility: public
    merge: {allow_squash_merge: false, allow_rebase_merge: false}
    default_branch: main/
    environments: {prod: {prevent_self_review: true}}
    variables: {LONG: LONG_VALUE}
  web: {}
"""
REPORTED = (
    *("foo.git", "neither .git nor .wiki at the end", "one line of at most 350 characters"),
    *("a branch's name", "no merge method is on", "longer than 48 KB", "the name `docs/100%.md`"),
    *("requires sign-off in every repository", "prevent_self_review has no effect"),
    *("nothing would ever report `ci`", "GitHub Free cannot protect private repositories"),
    *("no private repository sees the organization's secrets", "`merge` has no effect"),
    "13 mistakes; nothing was changed",
)

WITHIN = f"""\
organization: acme
plan: team
settings: {{display_name: Acme, billing_email: billing@acme.example}}
automation: {{app_id: 1001}}
teams:
  managed: {{members: [ana_corp, mona-cat_octo]}}
variables:
  SHARED: {{value: {"x" * 49_152}, visible_to: [tool]}}
properties:
  tier$: {{type: string, description: {"d" * 255}}}
protection:
  main: {{required_checks: [codecov]}}
repositories:
  tool:
    visibility: public
    description: "{"é" * 350}"
    homepage: https://acme.example/{"h" * 230}
    default_branch: {"b" * 240}/x_1
    topics: {[f"t{n}" for n in range(20)]}
    access: {{managed: push}}
    ecosystems: [gradle, github-actions]
    code_owners: {{"*": [managed]}}
    properties: {{tier$: "gold & more"}}
    environments:
      "prod (eu) 100%":
        reviewers: {{users: [Ana_corp, mona-cat_octo]}}
        variables: {{LONG: {"x" * 49_152}}}
    files:
      docs/a b & c+d;é.md: {{content: text}}
      large.txt: {{content: {"x" * 500_000}}}
"""


def project(sandbox: Sandbox, folder: Path, name: str, text: str, **config: str) -> Project:
    """A project of an organization in a world of its own."""
    people = ["ana_corp", "mona-cat_octo"]
    world = sandbox.world(name, seed("acme", people))
    made = Project(folder / "project", world)
    made.write(text)
    made.create(config)
    return made


def test_everything_beyond_the_limits_is_refused_at_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """Plain `pulumi up` lists all of it with file and line, and changes nothing (issue 13)."""
    text = BEYOND.replace("LONG_VALUE", "x" * 49_153)
    small = project(sandbox, tmp_path, "beyond", text)
    refused(small, small.up(), "orgs/test.yaml:12:5", *REPORTED)


def test_everything_within_the_limits_is_made(sandbox: Sandbox, tmp_path: Path) -> None:
    """What the models allow, GitHub takes: the longest texts, managed users, odd names."""
    made = project(sandbox, tmp_path, "within", WITHIN)
    outcome = made.up()
    assert outcome.code == 0, outcome.text
    assert "no managed workflow tests these ecosystems yet (tool: gradle)" in outcome.text
    live = Live(made.world, "acme")
    assert live.teams()["managed"]["members"] == {"ana_corp", "mona-cat_octo"}
    assert live.environments("tool")["prod (eu) 100%"]["reviewers"] == {
        "@ana_corp",
        "@mona-cat_octo",
    }
    assert live.repositories()["tool"]["default_branch"] == f"{'b' * 240}/x_1"
    assert live.file("tool", "docs/a b & c+d;é.md") == "text"
    workflow = live.file("tool", ".github/workflows/ci.yml")
    assert "name: workflows" in workflow
    assert "security-ci" not in workflow
    settled = made.preview("--expect-no-changes")
    assert settled.code == 0, settled.text


@pytest.mark.parametrize("automation", [True, False], ids=["as another", "as nobody"])
def test_an_owner_s_token_cannot_keep_files_in_a_protected_branch(
    sandbox: Sandbox, tmp_path: Path, *, automation: bool
) -> None:
    """GitHub answers 409 in the middle of an update: it is refused before, with the remedy."""
    small = make_small(sandbox, tmp_path, f"owner {automation}")
    small.environment["GITHUB_TOKEN"] = small.world.tokens["owner"]
    if not automation:
        small.edit("automation: {app_id: 1001}", "")
        small.edit("    description: A tool", "    description: A tool\n    file_changes: push")
    remedy = "portcullis:githubApp" if automation else "automation.app_id"
    refused(small, small.up(), "commits managed files as the user `owner`", remedy)


def test_a_new_repository_that_is_archived_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    """GitHub archives existing repositories only."""
    small = make_small(sandbox, tmp_path, "archived")
    small.edit("    description: A tool", "    description: A tool\n    archived: true")
    small.edit("  SHARED_TOKEN:\n    from: {config: sharedToken}\n    visible_to: [tool]\n", "")
    small.edit("secrets:\n\n", "")
    refused(small, small.up(), "GitHub cannot create an archived one", "repositories.tool")
