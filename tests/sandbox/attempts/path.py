"""A release path, wide open, and what people do on it.

The organization guild has a repository `sophia` whose workflow publishes what is tagged, and
nothing protects it. Olga owns it, adam administers it; mia and max maintain; ria and rolf release;
carl contributes; zoe is nobody.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from tests.sandbox.sealing import sealed

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

REPO = "/repos/guild/sophia"
TOKEN = "canary-publishing-token"
RELEASE = """\
name: release
on:
  push:
    tags: ["v*"]
  workflow_dispatch: {}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
  publish:
    needs: build
    runs-on: ubuntu-latest
    environment: pypi-release
    permissions: {id-token: write}
    steps: []
"""
CI = """\
name: ci
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps: []
"""
ON_PUSH = RELEASE.replace('tags: ["v*"]', 'branches: ["**"]')
"""The release workflow, changed so that every branch starts it."""
PEOPLE = {
    "mia": "push",
    "max": "push",
    "ria": "push",
    "rolf": "push",
    "carl": "push",
    "adam": "admin",
}
SEED: dict[str, Any] = {
    "users": ["zoe"],
    "organizations": [
        {
            "login": "guild",
            "plan": "enterprise",
            "owners": ["olga"],
            "members": list(PEOPLE),
            "teams": {"release": {"members": ["ria", "rolf"]}},
            "settings": {"default_repository_permission": "none"},
            "repositories": {
                "sophia": {
                    "files": {
                        "README.md": "# sophia\n",
                        "src/sophia.py": "x = 1\n",
                        ".github/workflows/release.yml": RELEASE,
                        ".github/workflows/ci.yml": CI,
                        ".github/CODEOWNERS": "/.github/ @mia\n",
                    },
                    "collaborators": PEOPLE,
                    "immutable_subject": False,
                },
                "docs": {
                    "visibility": "private",
                    "files": {"README.md": "# docs\n"},
                    "collaborators": PEOPLE,
                    "immutable_subject": False,
                },
            },
        }
    ],
    "tokens": [{"login": "olga"}],
}


class Path:
    """The release path of one world."""

    def __init__(self, world: World) -> None:
        """Take up a world that was made from `SEED`."""
        self.world = world
        self.clients: dict[str, httpx.Client] = {}
        put = self.as_("olga").put(f"{REPO}/environments/pypi-release")
        assert put.status_code == 200
        self.secret(f"{REPO}/environments/pypi-release/secrets", "PYPI_TOKEN")

    def close(self) -> None:
        """Close the clients."""
        for client in self.clients.values():
            client.close()

    # --- who
    def as_(self, login: str) -> httpx.Client:
        """Return the API as somebody."""
        if login not in self.clients:
            self.clients[login] = self.world.client(login)
        return self.clients[login]

    def bearer(self, token: str) -> httpx.Client:
        """Return the API by a token, such as a job's."""
        client = self.as_("olga").__class__(
            base_url=self.world.rest_url, headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
        self.clients[token] = client
        return client

    def id_of(self, path: str) -> int:
        """Return the id of what a path shows."""
        found: int = self.as_("olga").get(path).json()["id"]
        return found

    # --- settings, by the owner
    def secret(self, base: str, name: str, **more: object) -> None:
        """Put a secret."""
        owner = self.as_("olga")
        body = {**sealed(owner, base, TOKEN), **more}
        assert owner.put(f"{base}/{name}", json=body).status_code in (201, 204)

    def environment(self, **settings: object) -> None:
        """Set the rules of the environment through which things are published."""
        put = self.as_("olga").put(f"{REPO}/environments/pypi-release", json=settings)
        assert put.status_code == 200, put.text

    def only_refs(self, *policies: tuple[str, str]) -> None:
        """Let only these refs into the environment: kind and pattern of each."""
        custom = {"protected_branches": False, "custom_branch_policies": True}
        self.environment(deployment_branch_policy=custom)
        for kind, pattern in policies:
            self.as_("olga").post(
                f"{REPO}/environments/pypi-release/deployment-branch-policies",
                json={"type": kind, "name": pattern},
            )

    def reviewers(self, *logins: str, **settings: object) -> None:
        """Let people review deployments to the environment."""
        ids = [self.id_of(f"/users/{login}") for login in logins]
        listed = [{"type": "User", "id": ident} for ident in ids]
        self.environment(reviewers=listed, **settings)

    def ruleset(
        self,
        *rules: dict[str, Any],
        target: str = "branch",
        include: str = "~DEFAULT_BRANCH",
        bypass: list[dict[str, Any]] | None = None,
        org: bool = False,
    ) -> int:
        """Make an active ruleset; return its id."""
        body: dict[str, Any] = {
            "name": f"{target} {rules[0]['type']}",
            "target": target,
            "enforcement": "active",
            "rules": list(rules),
            "bypass_actors": bypass or [],
        }
        if target != "push":
            body["conditions"] = {"ref_name": {"include": [include], "exclude": []}}
        if org:
            body["conditions"]["repository_name"] = {"include": ["~ALL"], "exclude": []}
        base = "/orgs/guild" if org else REPO
        made = self.as_("olga").post(f"{base}/rulesets", json=body)
        assert made.status_code == 201, made.text
        found: int = made.json()["id"]
        return found

    def token_may(self, permission: str, *, approve: bool = False) -> None:
        """Say what a workflow's token may do, in the organization and in the repository."""
        body = {
            "default_workflow_permissions": permission,
            "can_approve_pull_request_reviews": approve,
        }
        for base in ("/orgs/guild", REPO):
            self.put(f"{base}/actions/permissions/workflow", body)

    def put(self, path: str, body: dict[str, Any]) -> None:
        """Change a setting as the owner."""
        answer = self.as_("olga").put(path, json=body)
        assert answer.is_success, answer.text

    # --- what people do
    def tip(self, ref: str = "main") -> str:
        """Return the commit of a branch or tag."""
        found: str = self.as_("olga").get(f"{REPO}/commits/{ref}").json()["sha"]
        return found

    def commit(
        self,
        login: str,
        path: str,
        text: str,
        branch: str = "main",
        *,
        repo: str = REPO,
        client: httpx.Client | None = None,
    ) -> httpx.Response:
        """Write a file straight to a branch."""
        api = client or self.as_(login)
        old = self.as_("olga").get(f"{repo}/contents/{path}", params={"ref": branch})
        body = {
            "message": f"{login} writes {path}",
            "content": base64.b64encode(text.encode()).decode(),
            "branch": branch,
        }
        if old.status_code == 200:
            body["sha"] = old.json()["sha"]
        return api.put(f"{repo}/contents/{path}", json=body)

    def ref(self, login: str, ref: str, sha: str | None = None) -> httpx.Response:
        """Create a branch or tag."""
        body = {"ref": f"refs/{ref}", "sha": sha or self.tip()}
        return self.as_(login).post(f"{REPO}/git/refs", json=body)

    def move(self, login: str, ref: str, sha: str, *, force: bool = True) -> httpx.Response:
        """Move a branch or tag."""
        return self.as_(login).patch(f"{REPO}/git/refs/{ref}", json={"sha": sha, "force": force})

    def stray(self, login: str) -> str:
        """Make a commit that is on no branch, beside main; return it."""
        api = self.as_(login)
        tree = api.post(
            f"{REPO}/git/trees", json={"tree": [{"path": "evil.py", "content": "evil"}]}
        ).json()["sha"]
        body = {"message": "evil", "tree": tree, "parents": []}
        found: str = api.post(f"{REPO}/git/commits", json=body).json()["sha"]
        return found

    def pull(
        self,
        login: str,
        *,
        branch: str = "change",
        path: str = "src/sophia.py",
        text: str = "x = 2\n",
    ) -> int:
        """Propose a change on a branch; return the pull request's number."""
        assert self.ref(login, f"heads/{branch}").status_code == 201
        assert self.commit(login, path, text, branch).is_success
        body = {"title": "change", "head": branch, "base": "main"}
        made = self.as_(login).post(f"{REPO}/pulls", json=body)
        assert made.status_code == 201, made.text
        found: int = made.json()["number"]
        return found

    def approve(self, login: str, number: int) -> httpx.Response:
        """Approve a pull request."""
        return self.as_(login).post(f"{REPO}/pulls/{number}/reviews", json={"event": "APPROVE"})

    def merge(self, login: str, number: int, method: str = "merge") -> bool:
        """Merge a pull request; say whether it worked."""
        body = {"merge_method": method}
        return self.as_(login).put(f"{REPO}/pulls/{number}/merge", json=body).is_success

    def status(self, login: str, sha: str, context: str = "ci") -> None:
        """Report that a commit is fine."""
        body = {"state": "success", "context": context}
        made = self.as_(login).post(f"{REPO}/statuses/{sha}", json=body)
        assert made.status_code == 201, made.text

    def dispatch(self, login: str, ref: str = "main") -> httpx.Response:
        """Start the release by hand."""
        path = f"{REPO}/actions/workflows/release.yml/dispatches"
        return self.as_(login).post(path, json={"ref": ref})

    def review(self, login: str, state: str = "approved") -> httpx.Response:
        """Approve or reject what the newest run waits for."""
        run = self.as_("olga").get(f"{REPO}/actions/runs").json()["workflow_runs"][0]["id"]
        path = f"{REPO}/actions/runs/{run}/pending_deployments"
        ids = [each["environment"]["id"] for each in self.as_("olga").get(path).json()]
        body = {"environment_ids": ids, "state": state, "comment": "looks good"}
        return self.as_(login).post(path, json=body)

    def held_job(self, workflow: str, *, login: str = "carl") -> httpx.Client:
        """Return the API by the token of a job that runs on somebody's own branch."""
        self.ref(login, "heads/mine")
        self.world.plan("guild/sophia", "test", "hold")
        self.commit(login, ".github/workflows/mine.yml", workflow, "mine")
        job = self.world.jobs(status="in_progress", workflow=".github/workflows/mine.yml")[-1]
        return self.bearer(self.world.job(job["id"])["github_token"])

    # --- whether it was any good
    def leaked(self, name: str = "PYPI_TOKEN", **wanted: object) -> bool:
        """Say whether a job that has these fields has seen a secret's value."""
        jobs = self.world.jobs(**wanted)
        return any(self.world.job(each["id"])["secrets"].get(name) == TOKEN for each in jobs)
