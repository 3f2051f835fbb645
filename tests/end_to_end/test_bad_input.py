"""What is wrong is reported before anything is changed, so that a person can act on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.conftest import CANARY, make_small

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.project import Outcome, Project
    from tests.support.sandbox import Sandbox


@pytest.fixture
def small(small: Project) -> Project:
    """The small organization, without the policy pack: the program refuses what is wrong."""
    small.environment["PULUMI_OPTION_POLICY_PACK"] = ""
    return small


def refused(project: Project, outcome: Outcome, *words: str) -> None:
    """The run failed, said each of ``words``, showed no traceback and changed nothing."""
    assert outcome.code != 0
    for word in words:
        assert word in outcome.text
    assert "Traceback" not in outcome.text
    assert CANARY not in outcome.text
    assert [write for write in project.world.writes() if write["status"] < 400] == []


def test_mistakes_in_yaml_are_reported_together(small: Project) -> None:
    """Plain `pulumi up` names file, line, what is allowed, for every mistake of the file.

    A terminal's escape in a name is shown, not obeyed.
    """
    small.edit("topics: [python]", 'topcis: [python]\n    "\\e[2K": 1')
    small.edit("approvers: [makers, releasers]", "approvers: [makers, releaser]")
    outcome = small.up()
    refused(
        small,
        outcome,
        "orgs/test.yaml:35:5",
        "did you mean `topics`?",
        r"orgs/test.yaml:36:5  repositories.tool.\x1b[2K",
        "orgs/test.yaml:47:29",
        "did you mean `releasers`?",
        "3 mistakes; nothing was changed",
    )
    assert "\x1b[2K" not in outcome.text


def test_a_release_path_that_does_not_hold_is_refused(small: Project) -> None:
    """`pulumi up` names who could publish alone, and a token that would be lost (E1, E3).

    Before, the first was carried out, and the second secret vanished.
    """
    small.edit("approvers: [makers, releasers]", "approvers: [makers]")
    small.edit(
        "      staging:\n",
        "      pypi-release:\n        secrets: {PYPI_API_TOKEN: {from: {config: scanToken}}}\n"
        "      staging:\n",
    )
    refused(
        small,
        small.up(),
        "repositories.tool.publish.0.approvers",
        "one person alone could publish: kim, lea may create release tags of tool",
        "approvers who share nobody with tag_protection.releases.created_by",
        "repositories.tool.environments.pypi-release.secrets.PYPI_API_TOKEN",
        "`publish.0.tokens.pypi` gives this secret its value too",
        "2 mistakes; nothing was changed",
    )


def test_nobody_left_to_approve_is_refused(small: Project) -> None:
    """`pulumi up` says why nobody could release (R1); before, it made that path."""
    small.edit("  makers: {members: [kim], maintainers: [lea]}", "  makers: {members: [kim]}")
    small.edit(
        "access: {releasers: push, makers: maintain}", "access: {releasers: pull, makers: push}"
    )
    refused(
        small,
        small.up(),
        "nobody can release tool: only kim may start a release, only kim may approve "
        "release-approval",
        "1 mistake; nothing was changed",
    )


def test_a_missing_secret_names_its_key(small: Project) -> None:
    """A secret that the stack's config lacks is named with the command that sets it."""
    small.pulumi("config", "rm", "portcullis:scanToken", check=True)
    refused(
        small,
        small.up(),
        "portcullis:scanToken",
        "pulumi config set --secret portcullis:scanToken",
        "SCAN_TOKEN",
    )


def test_a_secret_in_the_open_is_refused(small: Project) -> None:
    """A value that stands in the stack's file as plain text is not used."""
    small.pulumi("config", "set", "--plaintext", "portcullis:scanToken", "oops", check=True)
    refused(small, small.up(), "portcullis:scanToken", "plain text")


def test_unknown_logins_are_reported_together(small: Project) -> None:
    """Members and reviewers whom GitHub does not know are named before anything is made."""
    small.edit("members: [ana, ben]", "members: [ana, bne, nobody-at-all]")
    refused(small, small.up(), "`bne`", "`nobody-at-all`")


def test_an_unknown_reviewer_is_reported(small: Project) -> None:
    """A reviewer's login that GitHub does not know is named."""
    small.edit("users: [ana]", "users: [anna-who-left]")
    refused(small, small.up(), "`anna-who-left`")


@pytest.mark.parametrize("what", ["repository", "team"])
def test_what_exists_already_is_not_taken_over(small: Project, what: str) -> None:
    """A repository or team that is there already is named, with the way to adopt it."""
    if what == "repository":
        small.world.request("POST", "/orgs/acme/repos", {"name": "tool"})
        named = "the repository acme/tool exists already"
    else:
        small.world.request("POST", "/orgs/acme/teams", {"name": "makers"})
        named = "the team acme/makers exists already"
    refused(small, small.up(), named, "make adopt")


def test_a_wrong_token_is_reported(small: Project) -> None:
    """GitHub's refusal of the token is shown, and nothing is made."""
    small.environment["GITHUB_TOKEN"] = "not-a-token-that-it-knows"
    outcome = small.up()
    refused(small, outcome, "401", "token is wrong or expired")
    assert "not-a-token-that-it-knows" not in outcome.text


def test_no_token_is_reported(small: Project) -> None:
    """Without credentials the ways to give them are named."""
    del small.environment["GITHUB_TOKEN"]
    refused(small, small.up(), "no credentials", "GITHUB_TOKEN")


def test_a_sandbox_that_is_not_there_is_reported(small: Project) -> None:
    """Nobody waits for retries when nothing listens on this machine."""
    small.environment["GITHUB_BASE_URL"] = "http://127.0.0.1:9/acme/"
    refused(small, small.up(), "nothing answers at http://127.0.0.1:9/acme/", "make sandbox")


def test_another_owner_in_the_environment_is_refused(small: Project) -> None:
    """GITHUB_OWNER would silently win over the declared organization."""
    small.environment["GITHUB_OWNER"] = "somebody-else"
    refused(small, small.up(), "GITHUB_OWNER", "unset")


def test_an_organization_file_that_is_missing(small: Project) -> None:
    """The stack's config names a file that is not there: those that are, are named."""
    small.pulumi("config", "set", "--plaintext", "portcullis:organization", "tset", check=True)
    refused(small, small.up(), "orgs/tset.yaml", "test")


def test_adopting_makes_the_existing_ones_managed(sandbox: Sandbox, tmp_path: Path) -> None:
    """`portcullis adopt` takes in what is there; the next `up` changes it to what is declared."""
    project = make_small(sandbox, tmp_path, "adopt")
    world = project.world
    world.request("POST", "/orgs/acme/repos", {"name": "tool", "auto_init": True})
    world.request("POST", "/orgs/acme/teams", {"name": "makers"})
    number = world.request("GET", "/repos/acme/tool")["body"]["id"]
    adopted = project.portcullis("adopt")
    assert adopted.code == 0, adopted.text
    assert "Repository tool" in adopted.text
    assert "Team makers" in adopted.text
    assert world.writes() == []
    outcome = project.portcullis("up")
    assert outcome.code == 0, outcome.text
    assert world.request("GET", "/repos/acme/tool")["body"]["id"] == number
    assert world.request("GET", "/repos/acme/tool")["body"]["description"] == "A tool"
    settled = project.preview("--expect-no-changes")
    assert settled.code == 0, settled.text
