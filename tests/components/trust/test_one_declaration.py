"""One declaration: the environment, the job and the trust follow each name, or say so (G2)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sysconfig
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from components.files import deploy
from components.organization import OrganizationConfig
from engine import ensure_actionlint
from tests.components.building import data, recorded
from tests.components.declaration.resolved import resolved
from tests.components.workflow_cases.variants import UNKNOWN

if TYPE_CHECKING:
    from pathlib import Path

    from components.repository import ResolvedRepository
    from tests.support.recording import Declared

TRUST: dict[str, Any] = {
    "aws": {
        "account": "123456789012",
        "region": "eu-central-1",
        "permissions_boundary": "arn:aws:iam::123456789012:policy/ci",
    },
    "vault": {"address": "https://vault.example"},
}
GRANTED: dict[str, Any] = {
    "run": "./deploy.sh",
    "aws": {"policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]},
    "vault": {"secrets": {"DSN": {"path": "kv/values", "key": "dsn"}}},
}
KINDS = {"Role", "AuthBackendRole", "Policy", "ActionsEnvironmentVariable", "RepositoryFile"}


def organization(login: str, repository: str, environment: str) -> OrganizationConfig:
    """An organization with one trust, whose three names are these."""
    whole = data()
    small = {key: whole[key] for key in ("plan", "settings")}
    environments = {environment: {"trust": GRANTED}}
    return OrganizationConfig.model_validate(
        {
            **small,
            "organization": login,
            "trust": TRUST,
            "repositories": {repository: {"visibility": "public", "environments": environments}},
        }
    )


def everything(config: OrganizationConfig) -> str:
    """The trust, the variables and the workflow that follow from a declaration, as text."""
    declared = [each for each in recorded(config).resources if each.type in KINDS]
    assert {each.type for each in declared} == KINDS
    found = [json.dumps([each.type, dict(each.inputs)], default=str) for each in declared]
    return f"[{', '.join(sorted(found))}]"  # the mocks know no order


NAMES = {"organization": "northwind", "repository": "lighthouse", "environment": "harbour"}


@pytest.mark.parametrize("renamed", NAMES)
def test_all_follow_a_rename(renamed: str) -> None:
    """After a rename, neither trust, variables nor job contain the old name (G2)."""
    login, repository, environment = {**NAMES, renamed: "meridian"}.values()
    after = everything(organization(login, repository, environment))
    assert NAMES[renamed] not in after.lower()
    before = everything(organization(*NAMES.values()))
    assert before.replace(NAMES[renamed], "meridian") == _with_its_ids(before, after)


def _with_its_ids(before: str, after: str) -> str:
    """``after`` with the numeric id of the repository as it was: the mocks make it from names."""
    old, new = (_repository_id(text) for text in (before, after))
    return after.replace(new, old)


def _repository_id(text: str) -> str:
    inputs = [each for kind, each in json.loads(text) if kind == "AuthBackendRole"]
    number: str = inputs[0]["boundClaims"]["repository_id"]
    return number


def role(config: OrganizationConfig, kind: str) -> Declared:
    """The only role of a kind."""
    (found,) = [each for each in recorded(config).resources if each.type == kind]
    return found


def test_a_vault_role_is_bound_to_ids_and_to_the_file() -> None:
    """Ids, environment and file are claims; the token is short, and has no default policy (G2)."""
    inputs = role(organization("acme", "tool", "cluster"), "AuthBackendRole").inputs
    claims = dict(inputs["boundClaims"])
    assert claims.pop("repository_id").isdecimal()
    assert claims == {
        "repository": "acme/tool",
        "repository_owner_id": "4711",
        "environment": "cluster",
        "job_workflow_ref": "acme/tool/.github/workflows/deploy.yml@refs/heads/main",
    }
    assert inputs["boundClaimsType"] == "string"
    assert inputs["boundAudiences"] == ["https://vault.example"]
    assert inputs["tokenNoDefaultPolicy"] is True
    assert inputs["tokenTtl"] == inputs["tokenMaxTtl"] == 900


def test_names_that_look_alike_have_roles_of_their_own() -> None:
    """No two environments share a role or policy, however their names are cut (G2)."""
    environments = {"b": {"trust": GRANTED}, "b c": {"trust": GRANTED}, "b/c": {"trust": GRANTED}}
    repositories = {
        name: {"visibility": "public", "environments": environments}
        for name in ("a", "a--b", "a.b", "x" * 100)
    }
    whole = data()
    config = OrganizationConfig.model_validate(
        {
            "organization": "acme",
            **{key: whole[key] for key in ("plan", "settings")},
            "trust": TRUST,
            "repositories": repositories,
        }
    )
    declared = recorded(config).resources
    for kind, name, most in (
        ("Role", "name", 64),
        ("AuthBackendRole", "roleName", 128),
        ("Policy", "name", 128),
    ):
        names = [each.inputs[name].lower() for each in declared if each.type == kind]
        assert len(set(names)) == len(names) == 12
        assert all(len(each) <= most for each in names)


def repository(*granted: dict[str, Any], version: int = 2) -> ResolvedRepository:
    """A repository with an environment for each grant."""
    environments = {f"Env {n}/x.y": {"trust": each} for n, each in enumerate(granted)}
    whole = data(
        ("trust", TRUST),
        ("sources", {"vault": {"namespace": "team", "mounts": {"kv": version}}}),
        ("repositories.lib", {"visibility": "public", "environments": environments}),
    )
    return resolved(OrganizationConfig.model_validate(whole)).repositories["lib"]


VARIANTS = [
    [
        {
            "run": "./deploy.sh --to=eu:1 a,b",
            **({"aws": {**GRANTED["aws"], "session_minutes": 15}} if aws else {}),
            **({"vault": GRANTED["vault"]} if vault else {}),
        }
    ]
    * count
    for aws, vault, count in product((True, False), (True, False), (1, 2))
    if aws or vault
]


def test_the_deploy_workflow_has_no_finding(tmp_path: Path) -> None:
    """zizmor, at its strictest, and actionlint find nothing in any combination (G2, R8)."""
    for number, granted in enumerate(VARIANTS):
        for version in (1, 2):
            text = repository(*granted, version=version).derived_files[deploy.PATH]
            target = tmp_path / f"{number}-{version}" / deploy.PATH
            target.parent.mkdir(parents=True)
            target.write_text(text, encoding="utf-8")
    files = sorted(tmp_path.rglob("*.yml"))
    lint = subprocess.run(
        [ensure_actionlint(), *UNKNOWN, "-no-color", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.stdout == ""
    zizmor = shutil.which("zizmor", path=sysconfig.get_path("scripts"))
    assert zizmor
    audit = subprocess.run(
        [zizmor, "--offline", "--no-progress", "--persona", "auditor", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert audit.returncode == 0, audit.stdout


def test_each_job_waits_at_its_environment_and_holds_what_it_needs() -> None:
    """A job names its environment, and reads its role from there; nothing else is granted (G2)."""
    both = {**GRANTED, "run": "./deploy.sh"}
    alone = {"run": "make x", "vault": GRANTED["vault"]}
    text = repository(both, alone, version=1).derived_files[deploy.PATH]
    jobs = YAML(typ="safe").load(text)["jobs"]
    assert [job["environment"]["name"] for job in jobs.values()] == ["Env 0/x.y", "Env 1/x.y"]
    for job in jobs.values():
        assert job["permissions"] == {"contents": "read", "id-token": "write"}
        assert job["if"] == f"${{{{ inputs.environment == '{job['environment']['name']}' }}}}"
    first, second = jobs.values()
    steps = {step.get("name"): step for step in first["steps"]}
    assert steps["Log in to AWS"]["with"]["role-to-assume"] == "${{ vars.AWS_ROLE_ARN }}"
    assert steps["Read from Vault"]["with"]["secrets"] == "kv/values dsn | DSN ;\n"
    assert steps["Deploy"]["env"] == {"DSN": "${{ steps.vault.outputs.DSN }}"}
    assert [step.get("name") for step in second["steps"]] == [None, "Read from Vault", "Deploy"]


def test_actions_are_allowed_where_they_are_needed() -> None:
    """The organization's list of actions has the two logins only where a trust uses them (G2)."""

    def allowed(config: OrganizationConfig) -> set[str]:
        inputs = role(config, "ActionsOrganizationPermissions").inputs
        return set(inputs["allowedActionsConfig"]["patternsAlloweds"])

    logins = {f"{action}@*" for action in (deploy.AWS_ACTION, deploy.VAULT_ACTION)}
    assert logins <= allowed(organization("acme", "tool", "cluster"))
    assert not logins & allowed(OrganizationConfig.model_validate(data()))
