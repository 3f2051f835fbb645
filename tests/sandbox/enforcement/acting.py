"""A repository with people of every role, who act on it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from tests.support.keys import app_keys

if TYPE_CHECKING:
    import httpx

    from tests.support.sandbox import World

REPO = "/repos/acme/widget"
SEED: dict[str, Any] = {
    "users": ["zoe"],
    "organizations": [
        {
            "login": "acme",
            "plan": "enterprise",
            "owners": ["ana"],
            "members": ["ben", "kim", "max", "tess", "bo", "pia", "lou"],
            "settings": {"default_repository_permission": "none"},
            "teams": {"crew": {"members": ["tess"]}},
            "repositories": {
                "widget": {
                    "files": {
                        "README.md": "# widget\n",
                        "a.txt": "a\n",
                        "CODEOWNERS": "/owned/ @kim\n",
                    },
                    "collaborators": {"ben": "push", "kim": "push", "max": "maintain"},
                    "teams": {"crew": "push"},
                }
            },
        }
    ],
    "apps": [
        {"slug": "portal", "app_id": 7, "public_key": app_keys()[1], "organizations": ["acme"]}
    ],
    "tokens": [{"login": "ana"}, {"app": "portal"}],
}
"""Ana owns; ben, kim and tess write; max maintains. Bo, pia and lou get custom roles, zoe nothing.

`portal[bot]` is an App's.
"""
CUSTOM = {
    "bo": ["bypass_branch_protection"],
    "pia": ["push_protected_branch"],
    "lou": ["bypass_branch_protection", "push_protected_branch"],
}


class Acting:
    """What people do, and whether they may."""

    def __init__(self, world: World) -> None:
        """Give the custom roles to those who have one."""
        self.world = world
        self.clients: dict[str, httpx.Client] = {}
        for login, permissions in CUSTOM.items():
            role = {"name": f"{login}-role", "base_role": "write", "permissions": permissions}
            made = self.as_("ana").post("/orgs/acme/custom-repository-roles", json=role)
            assert made.status_code == 201, made.text
            grant = {"permission": f"{login}-role"}
            given = self.as_("ana").put(f"{REPO}/collaborators/{login}", json=grant)
            assert given.status_code == 204, given.text

    def as_(self, login: str) -> httpx.Client:
        """Return the API as somebody."""
        if login not in self.clients:
            self.clients[login] = self.world.client(login)
        return self.clients[login]

    def close(self) -> None:
        """Close the clients."""
        for client in self.clients.values():
            client.close()

    def graphql(self, login: str, document: str, given: dict[str, Any]) -> dict[str, Any]:
        """Make a mutation with its `input`; return the whole answer."""
        body = {"query": document, "variables": {"input": given}}
        url = f"{self.world.base_url}api/graphql"
        found: dict[str, Any] = self.as_(login).post(url, json=body).json()
        return found

    def node(self, path: str) -> str:
        """Return the node id of what a path shows."""
        found: str = self.as_("ana").get(path).json()["node_id"]
        return found

    def protect(self, pattern: str = "main", **switches: object) -> None:
        """Protect branches the classic way."""
        document = (
            "mutation($input: CreateBranchProtectionRuleInput!) {"
            " createBranchProtectionRule(input: $input) { branchProtectionRule { id } } }"
        )
        given = {"repositoryId": self.node(REPO), "pattern": pattern, **switches}
        answer = self.graphql("ana", document, given)
        assert "errors" not in answer, answer

    def ruleset(
        self,
        rule: dict[str, Any],
        *,
        target: str = "branch",
        include: str = "~DEFAULT_BRANCH",
        bypass: list[dict[str, Any]] | None = None,
        enforcement: str = "active",
        base: str = REPO,
    ) -> str:
        """Make a ruleset of one rule; return its path."""
        body: dict[str, Any] = {
            "name": f"{rule['type']} {enforcement} {base}",
            "target": target,
            "enforcement": enforcement,
            "rules": [rule],
            "bypass_actors": bypass or [],
        }
        if target != "push":
            body["conditions"] = {"ref_name": {"include": [include], "exclude": []}}
        if base.startswith("/orgs/"):
            body["conditions"]["repository_name"] = {"include": ["~ALL"], "exclude": []}
        made = self.as_("ana").post(f"{base}/rulesets", json=body)
        assert made.status_code == 201, made.text
        return f"{base}/rulesets/{made.json()['id']}"

    def tip(self, ref: str = "main") -> str:
        """Return the commit of a branch or tag."""
        found: str = self.as_("ana").get(f"{REPO}/commits/{ref}").json()["sha"]
        return found

    def write(
        self,
        login: str,
        branch: str = "main",
        path: str = "new.txt",
        text: str = "new\n",
    ) -> httpx.Response:
        """Put a file straight into a branch."""
        content = base64.b64encode(text.encode()).decode()
        body = {"message": f"add {path}", "content": content, "branch": branch}
        return self.as_(login).put(f"{REPO}/contents/{path}", json=body)

    def create(self, login: str, ref: str) -> httpx.Response:
        """Create a branch or tag at main's commit."""
        body = {"ref": f"refs/{ref}", "sha": self.tip()}
        return self.as_(login).post(f"{REPO}/git/refs", json=body)

    def delete(self, login: str, ref: str) -> httpx.Response:
        """Delete a branch or tag."""
        return self.as_(login).delete(f"{REPO}/git/refs/{ref}")

    def rewind(self, login: str, ref: str = "heads/main") -> httpx.Response:
        """Replace a branch's history by another."""
        api = self.as_(login)
        tree = api.post(f"{REPO}/git/trees", json={"tree": [{"path": "b", "content": "b"}]})
        commit = {"message": "other", "tree": tree.json()["sha"], "parents": []}
        sha = api.post(f"{REPO}/git/commits", json=commit).json()["sha"]
        return api.patch(f"{REPO}/git/refs/{ref}", json={"sha": sha, "force": True})

    def pull(self, login: str, branch: str = "change", path: str = "new.txt") -> int:
        """Propose a change on a branch; return the pull request's number."""
        assert self.create(login, f"heads/{branch}").status_code == 201
        assert self.write(login, branch, path).is_success
        body = {"title": "change", "head": branch, "base": "main"}
        made = self.as_(login).post(f"{REPO}/pulls", json=body)
        assert made.status_code == 201, made.text
        found: int = made.json()["number"]
        return found

    def passed(self, sha: str, context: str = "ci", login: str = "kim") -> None:
        """Report that a commit is fine."""
        body = {"state": "success", "context": context}
        made = self.as_(login).post(f"{REPO}/statuses/{sha}", json=body)
        assert made.status_code == 201, made.text

    def state(self, number: int) -> str:
        """Return what GitHub says of merging a pull request."""
        found: str = self.as_("ana").get(f"{REPO}/pulls/{number}").json()["mergeable_state"]
        return found

    def review(self, login: str, number: int, event: str = "APPROVE") -> httpx.Response:
        """Review a pull request."""
        return self.as_(login).post(
            f"{REPO}/pulls/{number}/reviews", json={"event": event, "body": "read it"}
        )

    def merge(self, login: str, number: int, method: str = "merge") -> httpx.Response:
        """Merge a pull request."""
        body = {"merge_method": method}
        return self.as_(login).put(f"{REPO}/pulls/{number}/merge", json=body)
