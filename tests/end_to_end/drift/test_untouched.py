"""Organizations of several kinds that nobody touched: no drift is invented."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.conftest import PEOPLE, SECRETS, WEBHOOK, seed
from tests.end_to_end.drift.changes import settings_of
from tests.end_to_end.drift.test_changes import BEFORE, look_at
from tests.support.extent import EVERY
from tests.support.project import Project

if TYPE_CHECKING:
    from tests.support.sandbox import Sandbox

EVERYTHING = Path(__file__).with_name("everything.yaml")
CLASSIC = """
organization: acme
plan: {plan}
settings: {{display_name: Acme, billing_email: billing@acme.example}}
automation: {{app_id: 1001}}
teams:
  makers: {{members: [kim, ana]}}
  others: {{members: [ben, lea]}}
repositories:
  tool:
    visibility: public
    access: {{makers: push}}
    code_owners: {{"*": [makers]}}
    ecosystems: [pip]
    protection:
      main: {{enforced_by: classic, required_checks: [ci]}}
    environments:
      staging: {{reviewers: {{teams: [makers]}}}}
"""
FIELDS = (
    "allowsDeletions", "allowsForcePushes", "enforceAdmins", "lockBranch",
    "requireConversationResolution", "requireSignedCommits", "requiredLinearHistory",
    "requiredPullRequestReviews", "requiredStatusChecks",
)  # fmt: skip
WEAK = {
    "required_status_checks": None,
    "enforce_admins": False,
    "required_pull_request_reviews": None,
    "restrictions": None,
    "allow_force_pushes": True,
    "allow_deletions": True,
    "required_conversation_resolution": False,
    "required_linear_history": False,
    "lock_branch": True,
}


def _made(sandbox: Sandbox, folder: Path, plan: str, text: str) -> Project:
    there: dict[str, Any] = seed("acme", PEOPLE, plan)
    app = there["apps"][0]
    there["apps"].append(
        {**app, "slug": "deployer", "app_id": 1002, "permissions": {"contents": "write"}}
    )
    if plan == "enterprise":
        there["organizations"][0]["licenses"] = ["secret-protection", "code-security"]
    project = Project(folder / "project", sandbox.world(f"untouched-{plan}", there))
    project.write(text.replace("archived: true", "archived: false"))
    project.create(SECRETS | {"releaseWebhook": WEBHOOK})
    # much of it is insecure, and the policy pack is judged elsewhere
    project.environment = {**project.environment, "PULUMI_OPTION_POLICY_PACK": ""}
    project.make()
    if "archived: true" in text:  # GitHub creates no archived repository
        project.write(text)
        project.make()
    return project


if EVERY:  # three organizations take a minute

    def test_every_field(sandbox: Sandbox, tmp_path: Path) -> None:
        """Promise: an organization that uses every field has no drift after an update (E8).

        Files that wait for the step after the update are the only ones that are missing.
        """
        text = EVERYTHING.read_text(encoding="utf-8")
        seen = look_at(_made(sandbox, tmp_path, "enterprise", text))
        assert not seen.live.gaps
        found = settings_of(seen.drift) - {("undeclared", "AppInstallation", "deployer")}
        files = {each for each in found if each[:2] == ("missing", "RepositoryFile")}
        assert found - files == BEFORE
        assert {name.partition("/")[2] for _, _, name in files} == {
            ".gitignore",
            ".pre-commit-config.yaml",
            ".secrets.baseline",
            "SECURITY.md",
            "notes/note.md",
        }

    @pytest.mark.parametrize("plan", ["free", "team"])
    def test_classic_protection_on_a_plan(sandbox: Sandbox, tmp_path: Path, plan: str) -> None:
        """Promise: each field of classic protection is compared, and no plan lacks a list (E8).

        A file that waits in a pull request is no drift.
        """
        project = _made(sandbox, tmp_path, plan, CLASSIC.format(plan=plan))
        path = "/repos/acme/tool/branches/main/protection"
        assert project.world.request("PUT", path, WEAK)["status"] == 200
        project.world.request("DELETE", f"{path}/required_signatures")
        seen = look_at(project)
        assert not seen.live.gaps
        found = {each for each in settings_of(seen.drift) if each[1] == "BranchProtection"}
        assert found == {
            ("changed", "BranchProtection", "tool/main/default", field) for field in FIELDS
        }
        pack = str(project.folder / "policy")
        project.environment = {**project.environment, "PULUMI_OPTION_POLICY_PACK": pack}
        done = project.portcullis("up")
        assert done.code == 0, done.text
        assert project.world.request("GET", "/repos/acme/tool/pulls")["body"]
        left = settings_of(look_at(project).drift)
        assert left == BEFORE | {("undeclared", "AppInstallation", "deployer")}
