"""A configuration repository in the sandbox, with the Apps and environments of docs/deployment.md.

Ana proposes and merges, Lea approves deployments, Zoe may write, and Mallory is a stranger.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import venv
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import engine
from engine.cache import cache_folder
from portcullis.init.repository import files
from portcullis.init.wheel import Wheel
from tests.release.harness import act, front, git
from tests.release.harness.release import Release
from tests.sandbox.sealing import sealed
from tests.support.app_permissions import documented
from tests.support.keys import app_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.release.harness.authority import Authority
    from tests.release.harness.tools import Tools
    from tests.support.sandbox import Sandbox, World

ROOT = Path(__file__).resolve().parents[3]
SMALL = Path(__file__).with_name("small.yaml")
NAME = "acme/release-path"
DECLARED = "/contents/orgs/acme.yaml"
FIELD = "display_name: "
PASSPHRASE = "canary-passphrase-that-no-log-may-have"
WHEEL = Wheel("portcullis_program-0.1.0-py3-none-any.whl", "0.1.0", "ab" * 32)
PREVIEW_APP, DEPLOY_APP = 1002, 1001
_FOLDERS = ("components", "engine", "policy", "portcullis", "workflows")

_PYTHON = """\
#!/bin/sh
# what a job installs is there already: tests/end_to_end/configuration/test_installed.py installs it
[ "$*" = "-m venv .venv" ] || exit 1
ln -s {environment} .venv
"""
_PIP = """\
#!/bin/sh
[ "$*" = "install --quiet --require-hashes --find-links wheels -r requirements.txt" ]
"""


@dataclass
class Configuration:
    """The repository, and how its workflows run.

    Attributes:
        world: Its world.
        pulls: The runs of `pull-request.yml`.
        deployments: The runs of `deploy.yml`.
        reviews: The runs of `scheduled.yml`.
        artifacts: The folder with what they uploaded.
    """

    world: World
    pulls: Release
    deployments: Release
    reviews: Release
    artifacts: Path

    def ask(self, login: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
        """Make a request of the repository as somebody; it has to succeed."""
        status, answer = self.pulls.request(login, method, path, body)
        assert status < HTTPStatus.BAD_REQUEST, answer
        return answer

    def propose(self, branch: str, login: str = "ana") -> int:
        """Propose another name of the organization, in a branch; return the number."""
        main = self.ask(login, "GET", "/git/ref/heads/main")["object"]["sha"]
        self.ask(login, "POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": main})
        there = self.ask(login, "GET", f"{DECLARED}?ref={branch}")
        text = base64.b64decode(there["content"]).decode()
        assert text.count(FIELD) == 1
        content = base64.b64encode(text.replace(FIELD, f"{FIELD}{branch} ").encode()).decode()
        body = {"message": branch, "content": content, "sha": there["sha"], "branch": branch}
        self.ask(login, "PUT", DECLARED, body)
        body = {"title": branch, "head": branch, "base": "main"}
        return int(self.ask(login, "POST", "/pulls", body)["number"])

    def cancel_previews(self) -> None:
        """End the runs of pull requests whose preview no test looks at."""
        runs = self.ask("owner", "GET", "/actions/runs?status=in_progress")["workflow_runs"]
        for run in runs:
            self.ask("owner", "POST", f"/actions/runs/{run['id']}/cancel")

    def merge(self, number: int, login: str = "ana") -> None:
        """Merge a pull request."""
        self.ask(login, "PUT", f"/pulls/{number}/merge", {"merge_method": "squash"})

    def deploy(self) -> dict[str, str]:
        """Run the deployment of the newest merge, which Lea approves."""
        self.deployments.run()
        assert self.deployments.approve("lea") == HTTPStatus.OK
        return self.deployments.run()

    def propose_from_a_fork(self, login: str, text: str) -> int:
        """Propose another `orgs/acme.yaml` as somebody without rights; return the number."""
        self.ask(login, "POST", "/forks", {})
        with self.world.client(login) as api:
            path = f"/repos/{login}/release-path{DECLARED}"
            content = base64.b64encode(text.encode()).decode()
            body = {"message": "x", "content": content, "sha": api.get(path).json()["sha"]}
            api.put(path, json=body).raise_for_status()
            # a runner finds the commits of forks in the repository itself
            fork = self.artifacts.with_name("fork")
            git.mirror(api, f"{login}/release-path", fork)
        body = {"title": "x", "head": f"{login}:main", "base": "main"}
        number = int(self.ask(login, "POST", "/pulls", body)["number"])
        command = [str(shutil.which("git")), "-C", str(self.pulls.place.repository), "fetch"]
        subprocess.run(
            [*command, "--quiet", str(fork), f"main:refs/pull/{number}/head"], check=True
        )
        return number

    def state(self) -> dict[Path, int]:
        """Return when each file and folder of Pulumi's state last changed."""
        there = self.artifacts.with_name("state")
        return {path: path.stat().st_mtime_ns for path in (there, *there.rglob("*"))}

    def head(self, number: int) -> str:
        """Return the commit that a pull request proposes."""
        return str(self.ask("ana", "GET", f"/pulls/{number}")["head"]["sha"])

    def comments(self, number: int) -> list[dict[str, Any]]:
        """Return the comments on a pull request."""
        found: list[dict[str, Any]] = self.ask("ana", "GET", f"/issues/{number}/comments")
        return found


@contextmanager
def configuration(
    sandbox: Sandbox, tools: Tools, authority: Authority, folder: Path
) -> Iterator[Configuration]:
    """Make the repository as `portcullis init` does, with a stack that has nothing deployed."""
    state = folder / "state"
    state.mkdir()
    made = files(["acme"], state.as_uri(), WHEEL)
    made["orgs/acme.yaml"] = SMALL.read_text(encoding="utf-8")
    made["Pulumi.acme.yaml"] += _salt(folder / "stack", made["Pulumi.yaml"])
    world = sandbox.world("configuration", _seed(made))
    _environments(world)
    with front.front(authority, front.github(world), front.names(world)) as way:
        for part in ("jobs", "artifacts"):
            (folder / part).mkdir()
        variables = {**way.variables, "XDG_CACHE_HOME": str(cache_folder(os.environ).parents[1])}
        place = act.Place(
            replace(tools, uv=_installed(folder / "installed")),
            folder / "jobs",
            folder / "git",
            folder / "artifacts",
            variables,
        )
        pulls, deployments, reviews = (
            Release(world, NAME, place, workflow=f".github/workflows/{name}.yml")
            for name in ("pull-request", "deploy", "scheduled")
        )
        for each in (pulls, deployments, reviews):
            each.hold()
        yield Configuration(world, pulls, deployments, reviews, place.artifacts)
        assert way.refused == []


def _salt(folder: Path, project: str) -> str:
    """Make the stack in its state; return what that adds to the stack's file."""
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(project, encoding="utf-8")
    environment = engine.ensure().environment(
        {**os.environ, "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE, "PULUMI_BACKEND_URL": ""}
    )
    command = ["pulumi", "stack", "init", "acme", "--secrets-provider", "passphrase"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return (folder / "Pulumi.acme.yaml").read_text(encoding="utf-8")


def _installed(folder: Path) -> Path:
    """Return a folder with the `python3` that jobs find: it installs this checkout as the wheel."""
    environment, programs = folder / "environment", folder / "programs"
    venv.create(environment, symlinks=True)
    package = folder / "portcullis_program"
    package.mkdir()
    shutil.copyfile(ROOT / "distribution/portcullis_program.py", package / "__init__.py")
    for name in _FOLDERS:
        (package / name).symlink_to(ROOT / name)
    (packages,) = environment.glob("lib/python*/site-packages")
    others = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "others.pth").write_text("\n".join([*others, str(folder)]))
    main = f"#!{environment}/bin/python\nfrom portcullis_program import main\nmain()\n"
    programs.mkdir()
    scripts = {
        environment / "bin/portcullis": main,
        environment / "bin/pip": _PIP,
        programs / "python3": _PYTHON.format(environment=environment),
    }
    for path, text in scripts.items():
        path.write_text(text)
        path.chmod(0o755)
    return programs


def _seed(made: dict[str, str]) -> dict[str, Any]:
    apps = {
        "portcullis": (DEPLOY_APP, documented()),
        "portcullis-preview": (PREVIEW_APP, reading_permissions()),
    }
    return {
        "users": [{"login": "mallory"}],
        "organizations": [
            {
                "login": "acme",
                "plan": "enterprise",
                "owners": ["owner"],
                "members": ["ana", "kim", "lea", "zoe"],
                "repositories": {
                    "release-path": {
                        "visibility": "public",
                        "files": made,
                        "collaborators": {"ana": "push", "lea": "push", "zoe": "push"},
                    }
                },
            }
        ],
        "tokens": [{"login": "owner"}, {"app": "portcullis-preview"}],
        "apps": [
            {
                "slug": slug,
                "app_id": number,
                "public_key": app_keys()[1],
                "permissions": permissions,
                "organizations": ["acme"],
            }
            for slug, (number, permissions) in apps.items()
        ],
    }


def reading_permissions() -> dict[str, str]:
    """Return the permissions of the App that previews: it reads, and comments."""
    reads = {name: "read" for name in documented() if name != "workflows"}
    return {**reads, "pull_requests": "write"}


def _environments(world: World) -> None:
    """Make the environments as docs/deployment.md says."""
    chosen = {"protected_branches": False, "custom_branch_policies": True}
    with world.client() as api:
        lea = api.get("/users/lea").raise_for_status().json()["id"]
        for name, app, ref, reviewers in (
            ("portcullis-preview", PREVIEW_APP, "refs/pull/*/merge", []),
            ("portcullis-deploy", DEPLOY_APP, "main", [{"type": "User", "id": lea}]),
            ("portcullis-scheduled", PREVIEW_APP, "main", []),
        ):
            place = f"/repos/{NAME}/environments/{name}"
            gate = {"reviewers": reviewers, "deployment_branch_policy": chosen}
            api.put(place, json=gate).raise_for_status()
            policy = {"type": "branch", "name": ref}
            api.post(f"{place}/deployment-branch-policies", json=policy).raise_for_status()
            variables = {"APP_CLIENT_ID": str(app), "PREVIEW_APP": "portcullis-preview"}
            for key, value in variables.items():
                body = {"name": key, "value": value}
                api.post(f"{place}/variables", json=body).raise_for_status()
            secrets = {"APP_PRIVATE_KEY": app_keys()[0], "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}
            for key, value in secrets.items():
                body = sealed(api, f"{place}/secrets", value)
                api.put(f"{place}/secrets/{key}", json=body).raise_for_status()
