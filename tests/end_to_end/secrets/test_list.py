"""`portcullis secrets list` on a made organization: what there is, without a value."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.conftest import CANARY, PEOPLE, seed
from tests.sandbox.sealing import sealed
from tests.support.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox, World

ACME = """
organization: acme
plan: team
settings: {display_name: Acme, billing_email: billing@acme.example}
automation: {app_id: 1001}
secrets:
  SHARED_TOKEN: {from: {config: sharedToken}, visible_to: all, rotate_every: 90d}
  OLD_TOKEN: {from: {config: oldToken}, visible_to: [tool], rotate_every: 30d}
repositories:
  tool:
    visibility: public
    secrets:
      DATABASE_URL: {from: {config: databaseUrl}}
    environments:
      production:
        secrets:
          DATABASE_URL: {from: {config: databaseUrl}}
    files:
      .github/workflows/deploy.yml:
        content: |
          on: push
          jobs:
            deploy:
              runs-on: ubuntu-latest
              environment: production
              steps:
                - run: ./deploy
                  env:
                    DATABASE_URL: ${{ secrets.DATABASE_URL }}
                    TOKEN: ${{ secrets.shared_token }}
  site:
    visibility: public
    secrets:
      VAULT_TOKEN: {from: {config: vaultToken}, stores: [actions, dependabot]}
"""
KEYS = ("sharedToken", "oldToken", "databaseUrl", "vaultToken")
NIGHTLY = "jobs: {nightly: {steps: [{run: '${{ secrets.LEFT_OVER }}'}]}}"
"""Nobody declares it, and what it uses; it came to GitHub behind Portcullis."""


@pytest.fixture(scope="module")
def acme(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The organization after `pulumi up`, and after somebody added a workflow and a secret."""
    world = sandbox.world("secrets-list", seed("acme", PEOPLE))
    project = declared(tmp_path_factory.mktemp("listing"), world)
    project.make()
    add_behind(world)
    return project


def declared(folder: Path, world: World) -> Project:
    """The organization's project, and nothing made yet."""
    project = Project(folder / "project", world)
    project.environment["PULUMI_OPTION_POLICY_PACK"] = ""
    project.write(ACME)
    project.create({key: f"{CANARY}-{key}" for key in KEYS})
    changed = ("--path", "portcullis:secretsChanged.oldToken", "2026-01-01", "--plaintext")
    project.pulumi("config", "set", *changed, check=True)
    return project


def add_behind(world: World) -> None:
    """A workflow and a secret that no declaration knows."""
    base = "/repos/acme/tool"
    with world.client("owner") as api:
        body = {"message": "m", "content": base64.b64encode(NIGHTLY.encode()).decode()}
        assert api.put(f"{base}/contents/.github/workflows/n.yml", json=body).status_code == 201
        secret = sealed(api, f"{base}/actions/secrets", f"{CANARY}-left")
        assert api.put(f"{base}/actions/secrets/LEFT_OVER", json=secret).status_code == 201


def test_all_is_listed_but_the_values(acme: Project) -> None:
    """Targets, source, age, due, users, needless sight, shadows, what is not declared (S5, S15)."""
    acme.world.clear_journal()
    shown = acme.portcullis("secrets", "list", "--format", "json")
    assert shown.code == 0, shown.text
    assert CANARY not in shown.text
    assert acme.world.writes() == []
    secrets = {(target(each), each["name"]): each for each in json.loads(shown.stdout)["secrets"]}
    assert list(secrets) == [
        ("organization", "SHARED_TOKEN"),
        ("organization", "OLD_TOKEN"),
        ("tool", "DATABASE_URL"),
        ("tool/production", "DATABASE_URL"),
        ("site", "VAULT_TOKEN"),
        ("tool", "LEFT_OVER"),
    ]
    shared, old, hidden, hiding, vault, left = secrets.values()
    assert shared["source"] == "config sharedToken"
    assert shared["visible_to"] == ["tool", "site"]
    assert [(use["repository"], use["job"]) for use in shared["used_by"]] == [("tool", "deploy")]
    assert shared["seen_without_need"] == ["site"]
    assert (shared["dated_by"], shared["overdue_days"]) == ("github", 0)
    assert (old["changed"], old["dated_by"]) == ("2026-01-01", "source")
    assert (old["due"], old["unused"]) == ("2026-01-31", True)
    assert old["overdue_days"] > 0
    assert (hidden["hidden_by"], hidden["unused"]) == (["tool/production"], True)
    assert hiding["hides"] == ["tool"]
    assert hiding["same_source"] == ["repositories.tool.secrets.DATABASE_URL"]
    (use,) = hiding["used_by"]
    assert (use["workflow"], use["environment"]) == (".github/workflows/deploy.yml", "production")
    assert vault["target"]["stores"] == ["actions", "dependabot"]
    assert "OIDC" in vault["replaceable_by"]
    assert (left["declared_at"], left["source"]) == (None, None)
    assert [each["job"] for each in left["used_by"]] == ["nightly"]


def test_people_get_a_table_of_a_page(acme: Project) -> None:
    """It fits in 100 columns; overdue, unused and undeclared ones are marked (S12)."""
    shown = acme.portcullis("secrets", "list")
    assert shown.code == 0, shown.text
    assert CANARY not in shown.text
    assert max(len(line) for line in shown.stdout.splitlines()) <= 100
    for words in ("OVERDUE", "USED BY NONE", "not declared", "seen without need: site"):
        assert words in shown.stdout
    assert shown.stdout.splitlines()[-1].startswith("8 requests to GitHub")


def test_before_anything_is_made(sandbox: Sandbox, tmp_path: Path) -> None:
    """Declared workflows count, and what is missing on GitHub is listed; then a source fails.

    That one is an error, as in a preview: it names the secret and the source.
    """
    project = declared(tmp_path, sandbox.world("secrets-list-new", seed("acme", PEOPLE)))
    shown = project.portcullis("secrets", "list", "--format", "json")
    assert shown.code == 0, shown.text
    *_, hiding, vault = json.loads(shown.stdout)["secrets"]
    assert [use["job"] for use in hiding["used_by"]] == ["deploy"]
    assert vault["missing_in"] == ["actions", "dependabot"]
    project.pulumi("config", "rm", "portcullis:vaultToken", check=True)
    refused = project.portcullis("secrets", "list")
    assert refused.code == 1
    assert "repositories.site.secrets.VAULT_TOKEN.from" in refused.text
    assert CANARY not in shown.text + refused.text


def target(secret: dict[str, Any]) -> str:
    """`organization`, `tool`, or `tool/production`."""
    place = secret["target"]
    return "/".join(p for p in (place["repository"], place["environment"]) if p) or "organization"
