"""GitHub's command line, `gh`: repositories, secrets, workflows, releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fidelity.clients.front import HOST, front
from tests.fidelity.clients.running import Shell, program

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import World

SITE = ("--repo", "acme/site")
COMMANDS: list[tuple[tuple[str, ...], str]] = [
    (("auth", "status", "--hostname", HOST), f"Logged in to {HOST} as ana"),
    (("api", "user", "--jq", ".login"), "ana"),
    (("api", "graphql", "-f", "query={viewer{login}}"), '"login":"ana"'),
    (("repo", "list", "acme"), "acme/site"),
    (("repo", "view", "acme/site"), "acme/site"),
    (("repo", "create", "acme/new", "--private", "--description", "One", "--add-readme"), "new"),
    (("repo", "edit", "acme/new", "--enable-wiki=false", "--add-topic", "cli"), ""),
    (("repo", "rename", "newer", "--repo", "acme/new", "--yes"), ""),
    (("repo", "archive", "acme/newer", "--yes"), ""),
    (("repo", "delete", "acme/newer", "--yes"), ""),
    (("repo", "deploy-key", "list", *SITE), ""),
    (("secret", "set", "TOKEN", *SITE, "--body", "canary-gh"), ""),
    (("secret", "list", *SITE), "TOKEN"),
    (("secret", "set", "SHARED", "--org", "acme", "--visibility", "all", "--body", "canary"), ""),
    (("secret", "list", "--org", "acme"), "SHARED"),
    (("secret", "set", "PYPI", *SITE, "--env", "release", "--body", "canary-gh"), ""),
    (("label", "list", *SITE), "good first issue"),
    (("label", "create", "security", *SITE, "--color", "ff0000"), ""),
    (("workflow", "list", *SITE), "ci"),
    (("workflow", "run", "ci.yml", *SITE, "--ref", "main"), ""),
    (("run", "list", *SITE), "success"),
    (("release", "create", "v1.0.0", *SITE, "--notes", "first", "--title", "one"), "v1.0.0"),
    (("release", "list", *SITE), "v1.0.0"),
    (("release", "view", "v1.0.0", *SITE), "first"),
    (("release", "upload", "v1.0.0", "notes.txt", *SITE), ""),
    (("search", "repos", "site", "--owner", "acme"), "acme/site"),
    (("ssh-key", "list"), ""),
]
"""Arguments, and a text that has to be in the output."""


def run(world: World, home: Path) -> str:
    """Run gh's commands; return its version."""
    gh = program("gh", "install gh: apt-get install gh")
    (home / "notes.txt").write_text("notes\n", encoding="utf-8")
    with world.client() as api:
        assert api.put("/repos/acme/site/environments/release", json={}).is_success
    with front(world) as proxy:
        variables = {
            "GH_HOST": HOST,
            "GH_TOKEN": world.token,
            "GH_PROMPT_DISABLED": "1",
            "GH_NO_UPDATE_NOTIFIER": "1",
            "NO_COLOR": "1",
            "HTTP_PROXY": proxy,
        }
        shell = Shell(home, variables)
        for arguments, text in COMMANDS:
            shell.run(gh, *arguments, expected=[text])
        version = shell.run(gh, "--version").split()[2]
    assert world.secret("TOKEN", repository="acme/site") == "canary-gh"
    assert world.secret("PYPI", repository="acme/site", environment="release") == "canary-gh"
    return version
