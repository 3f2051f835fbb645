"""Repositories: adopted safely, every security feature declared, archived ones left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.building import declare, organization
from tests.support.recording import number_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.components.building import Change
    from tests.support.recording import Recording

SECURITY = {
    "secretScanning": {"status": "enabled"},
    "secretScanningPushProtection": {"status": "enabled"},
}


def test_a_repository_declares_every_secure_default(sound: Recording) -> None:
    """A default is declared too, false included."""
    inputs = dict(sound.one("Repository", "lib").inputs)
    assert inputs == {
        "name": "lib",
        "description": "",
        "homepageUrl": "",
        "visibility": "private",
        "topics": [],
        "archived": False,
        "autoInit": True,
        "archiveOnDestroy": True,
        "hasIssues": True,
        "hasWiki": False,
        "hasProjects": False,
        "hasDiscussions": False,
        "allowMergeCommit": False,
        "allowSquashMerge": True,
        "allowRebaseMerge": True,
        "allowAutoMerge": False,
        "allowUpdateBranch": True,
        "deleteBranchOnMerge": True,
        "webCommitSignoffRequired": True,
    }


def test_sign_off_is_left_out_where_the_organization_enforces_it() -> None:
    """GitHub answers 422 to it then, whatever its value; the organization's setting holds."""
    enforced = declare(signoff_enforced=True)
    assert "webCommitSignoffRequired" not in enforced.one("Repository", "lib").inputs


def test_alerts_and_updates_are_declared(sound: Recording) -> None:
    """Dependabot's alerts and security updates are on unless the YAML turns them off (G3)."""
    kinds = ("RepositoryVulnerabilityAlerts", "RepositoryDependabotSecurityUpdates")
    assert [sound.one(kind, "lib").inputs["enabled"] for kind in kinds] == [True, True]
    off = declare(
        ("repositories.lib.security.vulnerability_alerts", False),
        ("repositories.lib.security.dependabot_security_updates", False),
    )
    assert [off.one(kind, "lib").inputs["enabled"] for kind in kinds] == [False, False]


def test_security_updates_wait_for_alerts(sound: Recording) -> None:
    """GitHub refuses security updates where alerts are off (G3)."""
    updates = sound.one("RepositoryDependabotSecurityUpdates", "lib")
    assert "RepositoryVulnerabilityAlerts lib" in updates.depends_on


def test_the_first_branch_is_not_declared(sound: Recording) -> None:
    """GitHub calls it main by itself: there is nothing to rename."""
    assert sound.names("BranchDefault") == []


def test_a_default_branch_of_another_name_is_renamed_before_files_are_committed() -> None:
    """A managed file goes to a branch that is there, and that the protection is for."""
    recording = declare(("repositories.app.default_branch", "trunk"))
    assert recording.names("BranchDefault") == ["app"]
    assert recording.one("BranchDefault", "app").inputs == {
        "repository": "app",
        "branch": "trunk",
        "rename": True,
    }
    files = [
        each
        for each in recording.resources
        if each.type == "RepositoryFile" and each.name.startswith("app/")
    ]
    assert {each.inputs["branch"] for each in files} == {"trunk"}
    assert [each.name for each in files if "BranchDefault app" not in each.depends_on] == []


def test_secret_scanning_is_declared_where_github_offers_it(sound: Recording) -> None:
    """On public repositories always, on private ones with the licence."""
    assert sound.one("Repository", "app").inputs["securityAndAnalysis"] == SECURITY
    licensed = declare(("licenses", ["secret-protection"]))
    assert licensed.one("Repository", "lib").inputs["securityAndAnalysis"] == SECURITY


def test_secret_scanning_that_is_off_is_declared_off() -> None:
    """`disabled` is declared: an omitted block would keep what GitHub has."""
    off = declare(
        ("repositories.app.security.secret_scanning", False),
        ("repositories.app.security.secret_scanning_push_protection", False),
    )
    declared = off.one("Repository", "app").inputs["securityAndAnalysis"]
    assert [each["status"] for each in declared.values()] == ["disabled", "disabled"]


def test_teams_have_the_permission_that_is_said(sound: Recording) -> None:
    """By the team's numeric id, as text: the provider takes a number for a slug otherwise."""
    access = sound.one("TeamRepository", "app/devs").inputs
    assert access == {
        "repository": "app",
        "teamId": str(number_of("github:index/team:Team", "devs")),
        "permission": "maintain",
    }


def test_an_archived_repository_is_declared_alone() -> None:
    """GitHub lets nobody change anything below it."""
    recording = declare(
        ("repositories.app.archived", True), ("repositories.app.default_branch", "trunk")
    )
    assert recording.one("Repository", "app").inputs["archived"] is True
    below = [
        str(each)
        for each in recording.resources
        if each.parent == "component Repository app" or each.name.startswith("app/")
    ]
    assert below == ["Repository app"]


def test_repository_secrets_and_variables(sound: Recording) -> None:
    """A variable is text; a secret goes to Actions unless Dependabot is named (S2)."""
    variable = sound.one("ActionsVariable", "app/COLOR").inputs
    assert variable == {"repository": "app", "variableName": "COLOR", "value": "green"}
    assert sound.names("DependabotSecret") == []
    both = declare(("repositories.app.secrets.HOOK.stores", ["dependabot"]))
    assert (both.names("DependabotSecret"), both.names("ActionsSecret")) == (
        ["app/dependabot/HOOK"],
        [],
    )


RELEASES = ("workflows/release.yml", "workflows/rollback.yml")
FILES: tuple[tuple[list[Change], list[str]], ...] = (
    ([], ["CODEOWNERS", "dependabot.yml", "workflows/ci.yml", *RELEASES]),
    (
        [("repositories.app.workflows", {"rollback": False})],
        ["CODEOWNERS", "dependabot.yml", "workflows/ci.yml", "workflows/release.yml"],
    ),
    ([("repositories.app.workflows", False)], ["CODEOWNERS", "dependabot.yml"]),
    ([("repositories.app.publish", [])], ["CODEOWNERS", "dependabot.yml", "workflows/ci.yml"]),
    (
        [("repositories.app.ecosystems", [])],
        ["CODEOWNERS", "workflows/ci.yml", *RELEASES],
    ),
    (
        [("repositories.app.code_owners", {})],
        ["dependabot.yml", "workflows/ci.yml", *RELEASES],
    ),
    (
        [("repositories.app.ecosystems", []), ("repositories.app.publish", [])],
        ["CODEOWNERS"],
    ),
)


@pytest.mark.parametrize(("changes", "files"), FILES)
def test_managed_files_follow_what_the_repository_is(
    changes: list[Change], files: list[str]
) -> None:
    """A repository that publishes has its workflows, also where it names no ecosystem."""
    names = declare(*changes).names("RepositoryFile")
    assert names == sorted([*(f"app/.github/{file}" for file in files), "app/SECURITY.md"])


@pytest.mark.parametrize(
    ("changes", "proposed"),
    [
        ([], False),
        ([("automation", None)], True),
        ([("automation", None), ("repositories.app.file_changes", "push")], False),
        ([("repositories.app.file_changes", "pull-request")], True),
        ([("protection.main.enforced_by", "classic")], True),
        ([("automation", None), ("protection.main.enforcement", "disabled")], False),
        ([("protection.main.bypass", [{"team": "devs", "mode": "always"}])], False),
        (
            [
                ("automation", None),
                ("protection.main.bypass", [{"role": "organization-admin", "mode": "always"}]),
            ],
            False,
        ),
        (
            [
                ("automation", None),
                ("protection.main.bypass", [{"team": "devs", "mode": "pull_request"}]),
            ],
            True,
        ),
    ],
)
def test_files_come_by_a_pull_request_where_nobody_may_push(
    changes: list[Change], *, proposed: bool
) -> None:
    """By default the protection decides; nothing of the provider commits what is proposed."""
    standard = ("repositories.app.standard_files", {"ignored_files": [".env"]})
    recording = declare(*changes, standard)
    files = recording.names("RepositoryFile"), recording.names("component ProposedFile")
    assert [bool(each) for each in files] == [not proposed, proposed]
    added = recording.one("component AddedFiles", "app").inputs
    assert added["files"][".gitignore"] == {"content": ".env\n", "how": "lines"}
    assert ("byPullRequest" in added) is proposed
    if proposed:
        policy = recording.one("component ProposedFile", "app/SECURITY.md")
        assert policy.inputs == {
            "repository": "app",
            "file": "SECURITY.md",
            "content": "Tell us.\n",
        }


def test_managed_files_are_committed_one_after_the_other(sound: Recording) -> None:
    """GitHub answers 409 to a commit on a branch that has just moved."""
    files = {str(each): each for each in sound.resources if each.type == "RepositoryFile"}
    waits = {
        name: [other for other in each.depends_on if other in files] for name, each in files.items()
    }
    first = [name for name, others in waits.items() if not others]
    assert len(first) == 1
    chain, last = first, first[0]
    while following := [name for name, others in waits.items() if others == [last]]:
        (last,) = following
        chain.append(last)
    assert sorted(chain) == sorted(files)


def test_a_managed_file_says_what_it_is_and_overwrites() -> None:
    """A file that is there already is taken over; an empty one is a file, too."""
    recording = declare(("repositories.app.files", {"docs/empty": {"content": ""}}))
    file = recording.one("RepositoryFile", "app/docs/empty").inputs
    assert file == {
        "repository": "app",
        "branch": "main",
        "file": "docs/empty",
        "content": "",
        "commitMessage": "Portcullis: keep docs/empty",
        "overwriteOnCreate": True,
    }


def test_a_file_that_portcullis_does_not_derive_is_the_repository_s_own() -> None:
    """Where no ecosystem is named, dependabot.yml is what is written under `files`."""
    own = {".github/dependabot.yml": {"content": "version: 2\n"}}
    recording = declare(("repositories.app.ecosystems", []), ("repositories.app.files", own))
    file = recording.one("RepositoryFile", "app/.github/dependabot.yml")
    assert file.inputs["content"] == "version: 2\n"


def test_a_managed_file_is_taken_from_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`from_file` is read below the project's folder `files`, where the program runs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "policy.md").write_text("Tell us äh.\n", encoding="utf-8")
    recording = declare(("repositories.app.files", {"S.md": {"from_file": "files/policy.md"}}))
    assert recording.one("RepositoryFile", "app/S.md").inputs["content"] == "Tell us äh.\n"


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        "Pulumi.acme.yaml",
        "files",
        "files/",
        "files/.env",
        "files/../.env",
        "files/a/../../.env",
        "files//.env",
        "files/./.env",
        "/files/a",
        "./files/a",
        "filesystem/a",
    ],
)
def test_no_other_file_of_the_project_is_copied_out(path: str) -> None:
    """Keys, state and settings lie outside of `files/`, and stay there (E3)."""
    with pytest.raises(ValueError, match="from_file"):
        organization(("repositories.app.files", {"S.md": {"from_file": path}}))
