"""peribolos: Kubernetes' tool for the people, teams and repositories of an organization.

It takes back what a child team has only from its parent, so the declaration gives both of it.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from tests.fidelity.clients.running import ClientError, Shell, cache, program

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import World

MODULE = "sigs.k8s.io/prow"
VERSION = "v0.0.0-20240619181241-cfb8754e0459"
DECLARED = """\
orgs:
  acme:
    name: Acme
    description: Things that work
    default_repository_permission: read
    members_can_create_repositories: false
    has_organization_projects: true
    has_repository_projects: true
    admins: [ana, lea]
    members: [ben, kim]
    teams:
      release:
        description: Releases
        privacy: closed
        maintainers: [ana]
        members: [ben, kim]
        repos: {site: maintain}
        teams:
          night:
            description: Releases at night
            privacy: closed
            members: [ben]
            repos: {site: maintain}
    repos:
      site:
        description: The site
        homepage: https://site.example
        has_wiki: false
        allow_squash_merge: true
        allow_merge_commit: false
      fresh:
        description: Made by peribolos
        private: true
"""


def _binary() -> Path:
    """Return peribolos, built once from its Go module."""
    folder = cache(f"peribolos-{VERSION}")
    binary = folder / "peribolos"
    if not binary.exists():
        go = program("go", "install Go 1.22 or later: peribolos is built from its module")
        environment = {**os.environ, "GOBIN": str(folder), "CGO_ENABLED": "0"}
        target = f"{MODULE}/cmd/peribolos@{VERSION}"
        subprocess.run([go, "install", target], env=environment, check=True)
    return binary


def run(world: World, home: Path) -> str:
    """Apply an organization, and find the same in a dump of it; return the version."""
    binary = _binary()
    (home / "org.yaml").write_text(DECLARED, encoding="utf-8")
    (home / "token").write_text(world.token, encoding="utf-8")
    shell = Shell(home)
    command = [
        str(binary),
        f"--github-endpoint={world.rest_url}",
        f"--github-graphql-endpoint={world.base_url}api/graphql",
        "--github-token-path=token",
        "--min-admins=2",
        "--require-self=false",
    ]
    fixes = [f"--fix-{what}" for what in ("org", "org-members", "teams", "team-members")]
    fixes += ["--fix-team-repos", "--fix-repos"]
    apply = [*command, "--config-path=org.yaml", "--confirm", *fixes]
    shell.run(*apply)
    world.clear_journal()
    shell.run(*apply)
    if writes := world.writes():
        raise ClientError(f"the second run changes something: {writes[0]}")
    if not _same(shell.run(*command, "--dump=acme", "--dump-full=true")):
        raise ClientError("the dump is not what was declared")
    return VERSION


def _same(dumped: str) -> bool:
    """Say whether a dump has the declared people and teams; it leaves out defaults."""
    found, declared = (YAML(typ="safe").load(text)["orgs"]["acme"] for text in (dumped, DECLARED))
    return all(found[key] == declared[key] for key in ("admins", "members", "teams"))
