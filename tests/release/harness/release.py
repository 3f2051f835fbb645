"""A release: each job that the sandbox lets through runs for real, and its result goes back."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from tests.release.harness import act, git

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.support.sandbox import World

WORKFLOW = ".github/workflows/release.yml"


@dataclass
class Release:
    """The releases of one repository.

    Attributes:
        world: The world of the sandbox.
        repository: `owner/name`.
        place: Where jobs run.
        granted: What each job's own token may do, by token.
        done: What came of each job, in order.
        before: What is done before a job of a key runs, such as a fault at a registry.
        workflow: The path of the workflow file whose runs these are.
    """

    world: World
    repository: str
    place: act.Place
    granted: dict[str, Mapping[str, str]] = field(default_factory=dict)
    done: list[act.Done] = field(default_factory=list)
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    workflow: str = WORKFLOW

    def hold(self) -> None:
        """Let the sandbox hold the workflow's jobs, so that they are run here."""
        for key in self._workflow("main")["jobs"]:
            self.world.plan(self.repository, key, "hold")

    def _workflow(self, ref: str) -> dict[str, Any]:
        """Return the workflow at a commit, as a runner gets it."""
        path = f"/repos/{self.repository}/contents/{self.workflow}"
        with self.world.client() as api:
            found = api.get(path, params={"ref": ref}).raise_for_status().json()
        loaded: dict[str, Any] = YAML(typ="safe").load(base64.b64decode(found["content"]))
        return loaded

    def request(self, login: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Make a request of the repository as somebody; return status and body."""
        with self.world.client(login) as api:
            answer = api.request(method, f"/repos/{self.repository}{path}", json=body)
        return answer.status_code, answer.json() if answer.content else None

    def tag(self, login: str, name: str, sha: str | None = None) -> int:
        """Push a tag as somebody, on main's commit unless another is given; return the status."""
        sha = sha or str(self.request(login, "GET", "/commits/main")[1]["sha"])
        body = {"ref": f"refs/tags/{name}", "sha": sha}
        return self.request(login, "POST", "/git/refs", body)[0]

    def dispatch(self, login: str, ref: str, **inputs: str) -> int:
        """Start the workflow by hand as somebody; return the status."""
        path = f"/actions/workflows/{PurePosixPath(self.workflow).name}/dispatches"
        return self.request(login, "POST", path, {"ref": ref, "inputs": inputs})[0]

    def _all(self, **wanted: object) -> list[dict[str, Any]]:
        return self.world.jobs(workflow=self.workflow, repository=self.repository, **wanted)

    def jobs(self) -> dict[str, dict[str, Any]]:
        """Return the jobs of the newest release by key, as the sandbox has them."""
        found = self._all()
        newest = max((job["run"] for job in found), default=0)
        return {job["key"]: job for job in found if job["run"] == newest}

    def states(self) -> dict[str, str]:
        """Return where the jobs of the newest release stand."""
        return {key: job["conclusion"] or job["status"] for key, job in self.jobs().items()}

    def run(self) -> dict[str, str]:
        """Run every job that is let through, of every release, until the rest waits or has ended.

        Returns:
            Where the jobs of the newest release stand.
        """
        with self.world.client() as api:
            git.mirror(api, self.repository, self.place.repository)
        while held := self._all(status="in_progress"):
            view = self.world.job(held[0]["id"])
            self.before.get(view["key"], lambda: None)()
            self.granted[view["github_token"]] = view["permissions"]
            workflow = self._workflow(view["contexts"]["github"]["sha"])
            done = act.run(self.place, workflow, view)
            self.done.append(done)
            body = {"conclusion": done.conclusion, "outputs": done.outputs}
            self.world.control("POST", f"jobs/{view['id']}", body)
        return self.states()

    def approve(self, login: str, state: str = "approved", *, run: int | None = None) -> int:
        """Review what a run, or the newest release, waits for as somebody; return the status."""
        run = run or next(iter(self.jobs().values()))["run"]
        waiting = self.request(login, "GET", f"/actions/runs/{run}/pending_deployments")[1]
        ids = [each["environment"]["id"] for each in waiting]
        body = {"environment_ids": ids, "state": state, "comment": "seen"}
        return self.request(login, "POST", f"/actions/runs/{run}/pending_deployments", body)[0]

    def again(self, login: str) -> int:
        """Run the failed jobs of the newest release again as somebody; return the status."""
        run = next(iter(self.jobs().values()))["run"]
        return self.request(login, "POST", f"/actions/runs/{run}/rerun-failed-jobs")[0]

    def result(self, key: str) -> act.Done:
        """Return what came of the last job of a key."""
        return [each for each in self.done if each.key == key][-1]
