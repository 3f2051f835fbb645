"""Terraform with the GitHub provider, on the organization of `crowd`: what a plan costs.

The configuration declares what the YAML of `crowd` does. Import blocks take the organization into
Terraform's state, in a run that is not measured.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import engine
from engine.recipe import TERRAFORM_PROVIDER
from tests.bench.crowd import ORGANIZATION, RULESET, SETTINGS, TEAMS, WITH_ENVIRONMENT, names, teams

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import World

PLAN = ("plan", "-input=false", "-no-color", "-detailed-exitcode")
"""With this option, a plan that would change something ends with another exit code than 0."""

_IMPORTS = "imports.tf.json"
_PROVIDER = """\
provider_installation {{
  dev_overrides {{ "integrations/github" = "{folder}" }}
  direct {{}}
}}
"""


@dataclass
class Configuration:
    """Terraform's resources, and the ids by which it imports them."""

    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    imports: list[dict[str, str]] = field(default_factory=list)

    def add(self, kind: str, label: str, number: object, /, **arguments: object) -> None:
        """Declare a resource that exists as ``number``."""
        self.resources.setdefault(f"github_{kind}", {})[label] = arguments
        self.imports.append({"to": f"github_{kind}.{label}", "id": str(number)})


def terraform(world: World, home: Path, count: int) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the command that plans, and its environment, once the state has the organization."""
    program = engine.ensure_tofu()
    provider = engine.ensure_terraform_provider()
    (home / "cli.tfrc").write_text(_PROVIDER.format(folder=provider.parent), encoding="utf-8")
    _write(_configuration(world, count), home)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": str(home / "cli.tfrc"),
        "GITHUB_BASE_URL": world.base_url,
        "GITHUB_TOKEN": world.token,
        "GITHUB_OWNER": ORGANIZATION,
        "GITHUB_LEGACY_CLIENT": "false",  # the quick one: the other waits between requests
    }
    apply = [str(program), "apply", "-input=false", "-no-color", "-auto-approve"]
    done = subprocess.run(
        apply, cwd=home, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (home / _IMPORTS).unlink()
    return (str(program), *PLAN), environment


def _write(configuration: Configuration, home: Path) -> None:
    required = {"github": {"source": "integrations/github"}}
    main = {
        "terraform": {"required_providers": required},
        "provider": {"github": {}},
        "resource": configuration.resources,
    }
    (home / "main.tf.json").write_text(json.dumps(main), encoding="utf-8")
    imports = json.dumps({"import": configuration.imports})
    (home / _IMPORTS).write_text(imports, encoding="utf-8")


def _configuration(world: World, count: int) -> Configuration:
    """Return what the YAML of `crowd` declares, in Terraform's terms."""
    found = Configuration()
    _organization(found)
    numbers: dict[str, int] = {}
    for team, members in teams().items():
        numbers[team] = _get(world, f"/orgs/{ORGANIZATION}/teams/{team}")["id"]
        found.add("team", team, numbers[team], name=team, privacy="closed")
        people = [{"username": each, "role": "member"} for each in members]
        found.add("team_members", team, numbers[team], team_id=numbers[team], members=people)
    for number, name in enumerate(names(count)):
        team = f"team-{number % TEAMS}"
        _repository(found, name, number)
        access = {"team_id": numbers[team], "permission": "push"}
        found.add("team_repository", name, f"{numbers[team]}:{name}", repository=name, **access)
        rulesets = _get(world, f"/repos/{ORGANIZATION}/{name}/rulesets")
        _ruleset(found, name, rulesets[0]["id"])
        if number % WITH_ENVIRONMENT == 0:
            _environment(found, name, numbers[team], world)
    return found


def _organization(found: Configuration) -> None:
    settings = {key: value for key, value in SETTINGS.items() if key != "name"}
    found.add("organization_settings", "this", ORGANIZATION, name=SETTINGS["name"], **settings)
    found.add(
        "actions_organization_permissions",
        "this",
        ORGANIZATION,
        enabled_repositories="all",
        allowed_actions="selected",
        sha_pinning_required=True,
        allowed_actions_config={"github_owned_allowed": True, "verified_allowed": False},
    )


def _repository(found: Configuration, name: str, number: int) -> None:
    enabled = {"status": "enabled"}
    found.add(
        "repository",
        name,
        name,
        name=name,
        description=f"Number {number}",
        visibility="public",
        has_issues=True,
        has_wiki=False,
        has_projects=False,
        allow_merge_commit=False,
        allow_update_branch=True,
        delete_branch_on_merge=True,
        auto_init=True,
        archive_on_destroy=True,
        security_and_analysis={
            "secret_scanning": enabled,
            "secret_scanning_push_protection": enabled,
        },
        lifecycle={"ignore_changes": ["auto_init"]},
    )
    found.add("repository_vulnerability_alerts", name, name, repository=name, enabled=True)
    found.add("repository_dependabot_security_updates", name, name, repository=name, enabled=True)


def _ruleset(found: Configuration, repository: str, number: int) -> None:
    (pull_request,) = (each for each in RULESET["rules"] if each["type"] == "pull_request")
    switches = {each["type"]: True for each in RULESET["rules"] if "parameters" not in each}
    conditions = RULESET["conditions"]["ref_name"]
    found.add(
        "repository_ruleset",
        repository,
        f"{repository}:{number}",
        repository=repository,
        **{key: RULESET[key] for key in ("name", "target", "enforcement")},
        conditions={"ref_name": conditions},
        rules={**switches, "pull_request": pull_request["parameters"]},
    )


def _environment(found: Configuration, repository: str, team: int, world: World) -> None:
    path = f"/repos/{ORGANIZATION}/{repository}/environments/release"
    (policy,) = _get(world, f"{path}/deployment-branch-policies")["branch_policies"]
    where = {"repository": repository, "environment": "release"}
    found.add(
        "repository_environment",
        repository,
        f"{repository}:release",
        **where,
        reviewers={"teams": [team]},
        prevent_self_review=True,
        can_admins_bypass=False,
        deployment_branch_policy={"protected_branches": False, "custom_branch_policies": True},
    )
    found.add(
        "repository_environment_deployment_policy",
        repository,
        f"{repository}:release:{policy['id']}",
        **where,
        tag_pattern="v*",
    )


def _get(world: World, path: str) -> Any:  # noqa: ANN401 - any JSON
    answer = world.request("GET", path)
    assert answer["status"] == 200, (path, answer)
    return answer["body"]


def name() -> str:
    """Return the names and versions of the program and of its provider."""
    said = subprocess.run(
        [engine.ensure_tofu(), "version"],
        env={"CHECKPOINT_DISABLE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return f"{said.stdout.splitlines()[0]}, provider {TERRAFORM_PROVIDER}"
