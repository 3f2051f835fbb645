"""A project with one organization, for tests of the offline check."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import yaml
from typer.testing import CliRunner

from portcullis.check.organization import Subject
from portcullis.check.organization import check as check_
from portcullis.cli import app

if TYPE_CHECKING:
    from pathlib import Path

    from portcullis_policy.diagnostic import Diagnostic
    from typer.testing import Result

CANARY = "canary-value-a83c"

SOUND: dict[str, Any] = {
    "organization": "acme",
    "plan": "enterprise",
    "settings": {"display_name": "Acme", "billing_email": "billing@acme.example"},
    "teams": {"devs": {"members": ["ana", "ben"]}, "security": {"members": ["ines", "tom"]}},
    "protection": {"main": {"required_checks": ["ci"]}},
    "tag_protection": {"releases": {"created_by": ["security"]}},
    "secrets": {"TOKEN": {"from": {"vault": "ci/token", "key": "value"}, "visible_to": ["app"]}},
    "repositories": {
        "app": {
            "visibility": "public",
            "access": {"devs": "maintain", "security": "push"},
            "code_owners": {"*": ["devs"]},
            "workflows": False,
            "environments": {
                "pypi-release": {
                    "reviewers": {"teams": ["devs"]},
                    "deploy_from": {"tags": ["v[0-9]*.[0-9]*.[0-9]*"]},
                },
                "staging": {"reviewers": {"users": ["ana"]}},
            },
        }
    },
}


def data(*changes: tuple[str, object]) -> dict[str, Any]:
    """The sound organization with values set by dotted path; mappings on the way are made."""
    changed = copy.deepcopy(SOUND)
    for path, value in changes:
        *parents, last = path.split(".")
        item = changed
        for parent in parents:
            item = item.setdefault(parent, {})
        item[last] = value
    return changed


def project(folder: Path, *changes: tuple[str, object], text: str | None = None) -> Path:
    """A project's folder with `orgs/acme.yaml`; that file."""
    (folder / "orgs").mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").touch()
    file = folder / "orgs" / "acme.yaml"
    file.write_text(text or yaml.safe_dump(data(*changes), sort_keys=False), encoding="utf-8")
    return file


def findings(file: Path) -> list[Diagnostic]:
    """What the check finds in an organization's file."""
    return check_(Subject(file.parent.parent, file.stem))[1]


def rules(file: Path) -> set[str]:
    """The rules that speak."""
    return {each.rule.id for each in findings(file)}


def command(*arguments: str) -> Result:
    """Run `portcullis check`."""
    return CliRunner().invoke(app, ["check", *arguments])
