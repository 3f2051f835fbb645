"""An organization whose jobs log in to a real Vault and to the AWS double, and jobs of it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from ruamel.yaml import YAML

from engine.stand_ins.on_path import Plugins
from tests.end_to_end.conftest import seed
from tests.support.aws import REGION, Aws
from tests.support.project import Project
from tests.support.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Sandbox, World

ACCOUNT = "123456789012"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/ci-boundary"
READER = f"arn:aws:iam::{ACCOUNT}:policy/parameter-reader"

ORGANIZATION = """\
organization: acme
plan: team
settings: {display_name: Acme, billing_email: billing@acme.example}
automation: {app_id: 1001}
teams: {makers: {members: [kim]}}
protection: {main: {required_checks: [ci]}}
trust:
  aws: {account: "ACCOUNT", region: REGION, permissions_boundary: "BOUNDARY"}
  vault: {address: "VAULT"}
audit_archive:
  bucket: acme-audit-archive
  writer: {repository: tool}
  readers: ["arn:aws:iam::ACCOUNT:user/auditor"]
  delete_after_days: 800
repositories:
  tool:
    visibility: public
    access: {makers: push}
    environments:
      cluster:
        trust:
          run: ./deploy.sh
          aws:
            policies: ["READER"]
            allow:
              - actions: [secretsmanager:GetSecretValue]
                resources: ["arn:aws:secretsmanager:REGION:ACCOUNT:secret:app-*"]
          vault:
            secrets:
              DATABASE_URL: {path: kv/tool/cluster, key: url}
      staging:
        trust:
          run: ./deploy.sh
          vault:
            secrets:
              DATABASE_URL: {path: kv/tool/staging, key: url}
      nightly:
        deploy_from: {tags: ["nightly-[0-9]*"]}
        trust:
          workflow: own.yml
          aws: {policies: ["READER"]}
          vault:
            secrets:
              SIGNING_KEY: {path: kv/tool/releases, key: key}
  other:
    visibility: public
    access: {makers: push}
    environments:
      cluster:
        trust:
          run: ./deploy.sh
          aws: {policies: ["READER"]}
          vault:
            secrets:
              DATABASE_URL: {path: kv/other, key: url}
"""

OWN = """\
name: own
on: {push: {tags: ["nightly-*"]}, workflow_dispatch: {}}
permissions: {}
jobs:
  release: {runs-on: ubuntu-24.04, environment: nightly, permissions: {id-token: write}, steps: []}
  wrong: {runs-on: ubuntu-24.04, environment: cluster, permissions: {id-token: write}, steps: []}
  free: {runs-on: ubuntu-24.04, permissions: {id-token: write}, steps: []}
"""
"""A workflow file that somebody adds: only one of its jobs is trusted."""

ARCHIVE = """\
name: audit archive
on: {schedule: [{cron: "23 * * * *"}], workflow_dispatch: {}}
permissions: {}
jobs:
  archive:
    {runs-on: ubuntu-24.04, environment: audit-archive, permissions: {id-token: write}, steps: []}
"""
"""The workflow that writes the archive, without its steps."""


@dataclass
class Outside:
    """A Vault, an AWS, and the plugins with which Portcullis manages them."""

    vault: Vault
    aws: Aws
    plugins: Plugins

    @classmethod
    def start(cls, folder: Path) -> Outside:
        """Start them, with the values that jobs read."""
        vault, aws = Vault(), Aws()
        vault.mount("kv")
        for name in ("tool/cluster", "tool/staging", "other", "tool/releases"):
            vault.write("kv", name, url=f"url of {name}", key=f"key of {name}")
        aws.write_parameter("/app/level", "high")
        for name, action in (("ci-boundary", "*"), ("parameter-reader", "ssm:GetParameter")):
            statement = f'{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}'
            document = f'{{"Version": "2012-10-17", "Statement": [{statement}]}}'
            aws.iam().create_policy(PolicyName=name, PolicyDocument=document)
        return cls(vault, aws, Plugins.make(folder))

    def stop(self) -> None:
        """End both."""
        self.aws.stop()
        self.vault.stop()

    def declare(self, sandbox: Sandbox, folder: Path, name: str) -> Project:
        """A project of the organization in a world of its own."""
        project = Project(folder, sandbox.world(name, seed("acme", ["kim"])))
        project.write(self.filled(ORGANIZATION))
        project.create({})
        project.environment = self.plugins.environment(project.environment) | {
            "VAULT_TOKEN": self.vault.root_token,
            "AWS_ENDPOINT_URL": self.aws.address,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.aws.keys.access,
            "AWS_SECRET_ACCESS_KEY": self.aws.keys.secret,
        }
        return project

    def filled(self, text: str) -> str:
        """The organization's text with what is known only now."""
        for word, value in {
            "ACCOUNT": ACCOUNT,
            "REGION": REGION,
            "BOUNDARY": BOUNDARY,
            "READER": READER,
            "VAULT": self.vault.address,
        }.items():
            text = text.replace(word, value)
        return text


@dataclass
class Job:
    """A running job, and what it sees."""

    world: World
    ident: int

    @property
    def variables(self) -> dict[str, str]:
        """The variables that it sees."""
        found: dict[str, str] = self.world.job(self.ident)["variables"]
        return found

    def token(self, audience: str) -> str:
        """Ask for its identity token, as the actions do."""
        oidc = self.world.job(self.ident)["oidc"]
        answer = httpx.get(
            oidc["url"],
            params={"audience": audience},
            headers={"Authorization": f"Bearer {oidc['token']}"},
        )
        assert answer.status_code == 200, answer.text
        found: str = answer.json()["value"]
        return found


def add_workflow(
    world: World, repository: str = "tool", name: str = "own", text: str = OWN
) -> None:
    """Somebody commits a workflow file, as the App that may."""
    content = base64.b64encode(text.encode()).decode()
    body = {"message": "add", "content": content, "branch": "main"}
    path = f"/repos/acme/{repository}/contents/.github/workflows/{name}.yml"
    with world.client("portcullis[bot]") as app:
        answer = app.put(path, json=body)
    assert answer.status_code == 201, answer.text


def deploying(world: World, repository: str, environment: str, ref: str = "main") -> Job:
    """Start the managed workflow, and return its job while it runs."""
    path = f"/repos/acme/{repository}/contents/.github/workflows/deploy.yml"
    text = base64.b64decode(world.request("GET", path)["body"]["content"]).decode()
    jobs: dict[str, Any] = YAML(typ="safe").load(text)["jobs"]
    (key,) = [key for key, job in jobs.items() if job["environment"]["name"] == environment]
    inputs = {"environment": environment}
    return started(world, repository, "deploy.yml", key, ref, inputs=inputs)


def started(
    world: World,
    repository: str,
    workflow: str,
    key: str,
    ref: str = "main",
    **body: object,
) -> Job:
    """Start a workflow, and return one of its jobs while it runs; an earlier one is ended."""
    full_name = f"acme/{repository}"
    same = {"repository": full_name, "key": key, "workflow": f".github/workflows/{workflow}"}
    for earlier in world.jobs(**same, status="in_progress"):
        world.control("POST", f"jobs/{earlier['id']}", {"conclusion": "success"})
    world.plan(full_name, key, "hold")
    path = f"/repos/acme/{repository}/actions/workflows/{workflow}/dispatches"
    answer = world.request("POST", path, {"ref": ref, **body})
    assert answer["status"] in (200, 204), answer
    running = world.jobs(**same, status="in_progress")
    assert running, world.jobs(key=key)
    return Job(world, running[-1]["id"])
