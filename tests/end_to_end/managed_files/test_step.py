"""What a run does about managed files before and after the update, against the sandbox."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from components.organization import OrganizationConfig
from portcullis.files import step
from portcullis.project import UserError
from tests.components.declaration.resolved import resolved
from tests.end_to_end.conftest import seed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from components.organization import ResolvedOrganization
    from tests.support.sandbox import Sandbox, World

FILES = {"a.md": {"content": "one\n"}}


def declared(**repositories: dict[str, object]) -> ResolvedOrganization:
    """An organization with these repositories."""
    config = {
        "organization": "acme",
        "plan": "team",
        "settings": {"display_name": "Acme", "billing_email": "billing@acme.example"},
        "repositories": {name: {"workflows": False, **each} for name, each in repositories.items()},
    }
    return resolved(OrganizationConfig.model_validate(config))


class Run:
    """One run after the other, without the engine."""

    def __init__(self, world: World, folder: Path) -> None:
        """Act as the App in a world."""
        self.world = world
        workspace = SimpleNamespace(work_dir=str(folder))
        self.stack: Any = SimpleNamespace(get_all_config=dict, workspace=workspace)
        token = world.tokens["portcullis[bot]"]
        self.environment = {"GITHUB_BASE_URL": world.base_url, "GITHUB_TOKEN": token}
        self.console = Console(width=200, record=True)

    def plan(self, organization: ResolvedOrganization, leaving: Sequence[str] = ()) -> step.Plan:
        """What it would do, which is shown."""
        found = step.plan(self.stack, self.environment, organization, names={}, leaving=leaving)
        step.show(self.console, found)
        return found

    def close(self, organization: ResolvedOrganization, planned: step.Plan) -> None:
        """What it does before the update."""
        step.close(self.stack, self.environment, organization, planned, self.console)

    def carry_out(self, organization: ResolvedOrganization) -> None:
        """What it does after the update."""
        step.carry_out(self.stack, self.environment, organization, self.console)

    def shown(self) -> str:
        """What was shown since the last time."""
        return self.console.export_text()

    def request(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
        """Make a request as an owner."""
        answer = self.world.request(method, path, body)
        assert answer["status"] < 300, answer
        return answer["body"]


@pytest.fixture
def run(sandbox: Sandbox, request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """An organization with one repository, `lib`."""
    start: dict[str, Any] = seed("acme", ["ana"])
    start["organizations"][0]["repositories"] = {"lib": {"files": {"a.md": "theirs\n"}}}
    return Run(sandbox.world(f"s{abs(hash(request.node.name))}", start), tmp_path)


def test_a_repository_without_a_commit_waits(run: Run) -> None:
    """It is shown as waiting, and is no reason for an update: nothing can be done about it yet.

    A repository that the update creates is one. After the first commit, the files come.
    """
    both = declared(
        pushed={"standard_files": {"ignored_files": ["x"]}},
        proposed={"files": FILES, "file_changes": "pull-request"},
    )
    assert run.plan(both).acts
    assert "  commit   pushed: .gitignore\n" in run.shown()
    for name in ("pushed", "proposed"):
        run.request("POST", "/orgs/acme/repos", {"name": name})
    assert not run.plan(both).acts
    assert run.shown().splitlines() == [
        "  waiting  pushed: it has no commit yet; then it gets .gitignore",
        "  waiting  proposed: it has no commit yet; then it gets a.md",
    ]
    run.carry_out(both)
    assert "waiting    pushed: it has no commit yet\n" in run.shown()
    body = {"message": "x", "content": base64.b64encode(b"x").decode()}
    for name in ("pushed", "proposed"):
        run.request("PUT", f"/repos/acme/{name}/contents/README.md", body)
    assert run.plan(both).acts
    run.carry_out(both)
    assert "committed  pushed: .gitignore\nproposed   proposed: pull request #1" in run.shown()
    assert not run.plan(both).acts


def test_what_fails_after_the_update_does_not_claim_that_nothing_was_changed(run: Run) -> None:
    """The update has changed something by then: the message asks for another run."""
    organization = declared(lib={"standard_files": {"ignored_files": ["x"]}})
    run.world.fault(method="POST", path="/graphql", status=403, count=2)
    with pytest.raises(UserError, match=r"nothing was changed: POST .* 403"):
        run.plan(organization)
    with pytest.raises(UserError, match=r"after the update; run it again to go on: POST .* 403"):
        run.carry_out(organization)


def test_a_pull_request_is_closed_before_the_update(run: Run) -> None:
    """Only the state says that a repository had one, so a refusal has to come before it changes."""
    proposing = declared(lib={"files": FILES, "file_changes": "pull-request"})
    run.carry_out(proposing)
    pushing = declared(lib={"files": FILES, "file_changes": "push"})
    run.world.fault(method="PATCH", path="/repos/*/pulls/*", status=403, count=1)
    with pytest.raises(UserError, match=r"acme/lib: .*run it again to go on: PATCH .* 403"):
        run.close(pushing, run.plan(pushing, ["lib"]))
    run.close(pushing, run.plan(pushing, ["lib"]))
    assert "closed     lib: pull request #1\n" in run.shown()
    assert run.request("GET", "/repos/acme/lib/pulls?state=open") == []
