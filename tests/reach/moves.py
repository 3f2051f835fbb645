"""What people can try on a repository to get something published: one move at a time.

A move says whether GitHub accepted it. It may be accepted and help nobody. Settings stay as they
are: whether administrators and owners may change them is a question of its own.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.runs import oidc
from sandbox.world.kinds.actions import JOB, RUN
from sandbox.world.kinds.code import PULL, REF
from sandbox.world.kinds.repositories import REPOSITORY
from tests.reach.applied import OF_DEPENDABOT, OWNER, SECRET, TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.reach.world import InProcess

RELEASE = ".github/workflows/release.yml"
OTHER_TAG = "latest"
"""A tag that is no release's."""
EVIL_TAG = "v1.2.4"


@dataclass(frozen=True)
class Place:
    """Where something is published: a repository's environment.

    Attributes:
        world: the world.
        organization: its login.
        repository: its name.
        environment: the environment of the job that publishes.
        original: the commit on the default branch that everybody agreed to.
    """

    world: InProcess
    organization: str
    repository: str
    environment: str
    original: str

    @classmethod
    def of(cls, world: InProcess, organization: str, repository: str, environment: str) -> Place:
        """Return a place in a world that nobody has attacked yet."""
        path = f"/repos/{organization}/{repository}/commits/main"
        original = world.must(OWNER, "GET", path)["sha"]
        world.plan(f"{organization}/{repository}", "start", "hold")  # so that its token lives
        return cls(world, organization, repository, environment, original)

    @property
    def path(self) -> str:
        """The repository's path in the API."""
        return f"/repos/{self.organization}/{self.repository}"

    @property
    def full_name(self) -> str:
        """The repository with its owner."""
        return f"{self.organization}/{self.repository}"

    @property
    def published(self) -> bool:
        """Whether a job of somebody's own commit got through the environment.

        A release of what was there before, reviewed by others, is no attack.
        """
        return any(
            job["repository"] == self.full_name
            and job["environment"] == self.environment
            and (
                (job["status"], job["conclusion"]) == ("completed", "success") or self._is_held(job)
            )
            and self._is_own(job)
            for job in self.world.jobs()
        )

    @property
    def rewritten(self) -> bool:
        """Whether the release workflow of the default branch is another than it was."""
        found, before = (
            self.get(f"contents/{RELEASE}?ref={ref}") for ref in ("main", self.original)
        )
        return found is not None and (before is None or found["sha"] != before["sha"])

    @property
    def moved(self) -> bool:
        """Whether a tag that was there names another commit than it did."""
        tips = (self.tip(f"tags/{tag}") for tag in (TAG, OTHER_TAG))
        return any(tip not in (None, self.original) for tip in tips)

    def leaked(self, secret: str) -> bool:
        """Say whether a job of somebody's own commit saw a secret, here or in another repository.

        A secret of Dependabot has another value than one of Actions with the same name.
        """
        name, _, store = secret.partition(" of ")
        value = OF_DEPENDABOT if store else SECRET
        return any(
            self.world.job(job["id"])["secrets"].get(name) == value
            and (job["repository"] != self.full_name or self._is_own(job))
            for job in self.world.jobs()
        )

    def _is_own(self, job: dict[str, Any]) -> bool:
        """Say whether a job runs code that nobody else agreed to.

        It is of a commit of one's own, or runs the head of a pull request.
        """
        run = self.get(f"actions/runs/{job['run']}")
        return bool(run["head_sha"] != self.original or run["event"] == "pull_request_target")

    @staticmethod
    def _is_held(job: dict[str, Any]) -> bool:
        """Say whether a job got through its environment, and is kept running for its token."""
        return (job["key"], job["status"]) == ("start", "in_progress")

    @property
    def assumed(self) -> bool:
        """Whether the token of a job of somebody's own names the repository and environment.

        That is what a role of AWS or Vault compares.
        """
        world = self.world.world
        for job in self.world.jobs():
            if job["repository"] != self.full_name:
                continue
            record, run = world.get(JOB, job["id"]), world.get(RUN, job["run"])
            repository = None if run is None else world.get(REPOSITORY, run.parent)
            if record is None or run is None or repository is None or not self._is_own(job):
                continue
            claims = oidc.claims_of(world, repository, run, record)
            if (claims["repository"], claims.get("environment")) == (
                self.full_name,
                self.environment,
            ) and (job["status"], job["conclusion"]) != ("waiting", None):
                return True
        return False

    def beside(self) -> list[Place]:
        """Return the other repositories of the organization."""
        listed = self.world.must(OWNER, "GET", f"/orgs/{self.organization}/repos")
        names = [each["name"] for each in listed if each["name"] != self.repository]
        return [Place.of(self.world, self.organization, name, self.environment) for name in names]

    def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """Read something below the repository as its owner; None if there is no such thing."""
        answer = self.world.ask(OWNER, "GET", f"{self.path}/{path}".rstrip("/"))
        return answer.body if answer.done else None

    def tip(self, ref: str) -> str | None:
        """Return the commit of a ref such as `heads/main`."""
        found = self.get(f"git/ref/{ref}")
        return str(found["object"]["sha"]) if found else None

    def try_(self, who: str, method: str, path: str, body: object = None) -> bool:
        """Try something below the repository; say whether it was accepted."""
        return self.world.ask(who, method, f"{self.path}/{path}", body).done

    def write(
        self, who: str, file: str, text: str, branch: str, *, token: str | None = None
    ) -> bool:
        """Write a file straight to a branch, as a person or by a job's token."""
        old = self.get(f"contents/{file}?ref={branch}")
        body = {
            "message": "change",
            "content": base64.b64encode(text.encode()).decode(),
            "branch": branch,
            **({"sha": old["sha"]} if old else {}),
        }
        path = f"{self.path}/contents/{file}"
        return self.world.ask(who, "PUT", path, body, token=token).done

    @property
    def evil(self) -> str:
        """The release workflow as an attacker writes it: any event starts it, and it publishes."""
        jobs: dict[str, dict[str, Any]] = {
            "publish": {"environment": self.environment, "permissions": {"id-token": "write"}},
            "start": {"permissions": {"actions": "write", "contents": "write"}},
            "ci": {},
            "security-ci": {},
        }
        whole = {key: {"runs-on": "ubuntu-latest", "steps": [], **job} for key, job in jobs.items()}
        events = ["push", "pull_request", "workflow_dispatch"]
        return json.dumps({"name": "release", "on": events, "jobs": whole})


Move = tuple[str, "Callable[[Place, str], bool]"]
MOVES: list[Move] = []
"""Each move with its name, the most promising first."""


def _move(name: str) -> Callable[[Callable[[Place, str], bool]], Callable[[Place, str], bool]]:
    def register(act: Callable[[Place, str], bool]) -> Callable[[Place, str], bool]:
        MOVES.append((name, act))
        return act

    return register


# --- what the moves are made of
def branch_of(who: str) -> str:
    """Return the branch that somebody works on."""
    return who.replace(" ", "-")


def put_on_branch(
    place: Place, who: str, branch: str, file: str = RELEASE, text: str | None = None
) -> bool:
    """Make a branch with the attack in it; its workflow runs with a token that may write."""
    body = {"ref": f"refs/heads/{branch}", "sha": place.tip("heads/main")}
    made = place.tip(f"heads/{branch}") or place.try_(who, "POST", "git/refs", body)
    return bool(made) and place.write(who, file, place.evil if text is None else text, branch)


def tag(place: Place, who: str, name: str, commits: Iterable[str | None]) -> bool:
    """Create a tag at the first commit where it is accepted."""
    bodies = ({"ref": f"refs/tags/{name}", "sha": sha} for sha in commits if sha)
    return any(place.try_(who, "POST", "git/refs", body) for body in bodies)


def move_tag(place: Place, who: str, name: str) -> bool:
    """Move a tag to the attack."""
    path = f"git/refs/tags/{name}"
    bodies = ({"sha": sha, "force": True} for sha in attacks(place))
    return any(place.try_(who, "PATCH", path, body) for body in bodies)


def start(place: Place, who: str, ref: str, *, token: str | None = None) -> bool:
    """Start the release workflow on a ref, as a person or by a job's token."""
    path = f"{place.path}/actions/workflows/release.yml/dispatches"
    return place.world.ask(who, "POST", path, {"ref": ref}, token=token).done


def start_by_job(place: Place, refs: Iterable[str]) -> bool:
    """Start it by the token of a job of the attack that runs."""
    token = token_of_job(place)
    started = [start(place, "", ref, token=token) for ref in refs] if token else []
    return any(started)


def token_of_job(place: Place) -> str | None:
    """Return the token of the last job that is kept running; None if there is none."""
    running = (
        job for job in place.world.jobs() if (job["key"], job["status"]) == ("start", "in_progress")
    )
    tokens: list[str] = [place.world.job(job["id"])["github_token"] for job in running]
    return tokens[-1] if tokens else None


def propose(place: Place, who: str, branch: str) -> bool:
    """Open a pull request for a branch."""
    return place.try_(who, "POST", "pulls", {"title": "change", "head": branch, "base": "main"})


def attacks(place: Place) -> list[str]:
    """Return the commits at the tips of branches with the attack, oldest first."""
    tips = (place.tip(f"heads/{name}") for name in _branches(place))
    return [tip for tip in tips if tip]


# --- the moves
@_move("approve the deployment")
def approve_deployment(place: Place, who: str) -> bool:
    """Approve all runs that wait."""
    accepted = False
    for run in place.get("actions/runs")["workflow_runs"]:
        path = f"actions/runs/{run['id']}/pending_deployments"
        ids = [each["environment"]["id"] for each in place.get(path) or []]
        body = {"environment_ids": ids, "state": "approved", "comment": "yes"}
        accepted |= bool(ids) and place.try_(who, "POST", path, body)
    return accepted


@_move("put the attack on a branch")
def put_on_own_branch(place: Place, who: str) -> bool:
    """Put the attack on a branch of one's own."""
    branch = branch_of(who)
    return not place.tip(f"heads/{branch}") and put_on_branch(place, who, branch)


@_move("push the attack to main")
def push_to_main(place: Place, who: str) -> bool:
    """Write the attack straight to the default branch."""
    return place.write(who, RELEASE, place.evil, "main")


@_move("tag the attack")
def tag_attack(place: Place, who: str) -> bool:
    """Create a release tag on a branch with the attack."""
    return tag(place, who, EVIL_TAG, attacks(place))


@_move("move the tag to the attack")
def move_to_attack(place: Place, who: str) -> bool:
    """Move the release tag to a branch with the attack."""
    return move_tag(place, who, TAG)


@_move("start the release of main")
def start_main(place: Place, who: str) -> bool:
    """Dispatch the release on the default branch."""
    return start(place, who, "main")


@_move("start the release of a tag")
def start_tag(place: Place, who: str) -> bool:
    """Dispatch the release on the release tags."""
    started = [start(place, who, f"refs/tags/{name}") for name in (TAG, EVIL_TAG)]
    return any(started)


@_move("have a job start the release of a tag")
def have_job_start(place: Place, who: str) -> bool:
    """Dispatch the release on the release tags by the token of a job on one's own branch."""
    tags = [f"refs/tags/{name}" for name in (TAG, EVIL_TAG)]
    return place.tip(f"heads/{branch_of(who)}") is not None and start_by_job(place, tags)


@_move("propose the attack")
def propose_attack(place: Place, who: str) -> bool:
    """Open a pull request for a branch with the attack."""
    return any(propose(place, who, name) for name in _branches(place))


@_move("approve the proposal")
def approve_proposal(place: Place, who: str) -> bool:
    """Approve all pull requests."""
    body = {"event": "APPROVE"}
    approved = [place.try_(who, "POST", f"pulls/{n}/reviews", body) for n in _pulls(place)]
    return any(approved)


@_move("merge the proposal")
def merge_proposal(place: Place, who: str) -> bool:
    """Merge a pull request."""
    body = {"merge_method": "squash"}
    return any(place.try_(who, "PUT", f"pulls/{n}/merge", body) for n in _pulls(place))


@_move("propose the attack from a fork")
def propose_from_fork(place: Place, who: str) -> bool:
    """Fork the repository, and open a pull request from there."""
    if not place.world.ask(who, "POST", f"{place.path}/forks", {}).done:
        return False
    path = f"/repos/{who}/{place.repository}/contents/{RELEASE}"
    old = place.world.ask(who, "GET", path)
    body = {
        "message": "change",
        "content": base64.b64encode(place.evil.encode()).decode(),
        **({"sha": old.body["sha"]} if old.done else {}),
    }
    place.world.ask(who, "PUT", path, body)
    return propose(place, who, f"{who}:main")


def _branches(place: Place) -> list[str]:
    """Return the branches with the attack, oldest first."""
    refs = place.world.world.all(REF, place.get("")["id"])
    names = [each.name.removeprefix("refs/heads/") for each in refs if "/heads/" in each.name]
    return [name for name in names if name != "main"]


def _pulls(place: Place) -> list[int]:
    """Return the numbers of the open pull requests."""
    pulls = place.world.world.all(PULL, place.get("")["id"])
    return [int(each.name) for each in pulls if each.data["state"] == "open"]
