"""The JSON Schemas by which editors complete and check."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from portcullis.generate.schema import PATH, REPOSITORY_PATH, repository_schema_text, schema_text
from tests.components.declaration.sound import SOUND

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted((ROOT / "orgs").glob("*.yaml"))


@cache
def validator(text: str) -> Any:  # noqa: ANN401 - jsonschema's class
    """The validator of a schema, which is a right schema itself."""
    schema = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def plain(text: str) -> Any:  # noqa: ANN401 - any JSON
    """YAML as editors see it: dates are text."""
    return json.loads(json.dumps(YAML(typ="safe").load(text), default=str))


@pytest.mark.parametrize(
    ("path", "text"), [(PATH, schema_text()), (REPOSITORY_PATH, repository_schema_text())]
)
def test_the_schemas_are_up_to_date(path: str, text: str) -> None:
    """What is committed is what the models have: `make docs` writes it."""
    assert (ROOT / path).read_text("utf-8") == text, f"{path} is out of date: make docs"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_our_own_files_have_no_mistake_in_an_editor(path: Path) -> None:
    """The schema takes what the models take."""
    errors = list(validator(schema_text()).iter_errors(plain(path.read_text("utf-8"))))
    assert [error.message for error in errors] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_our_own_files_name_the_schema(path: Path) -> None:
    """Editors find it by the first line."""
    first = path.read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=./portcullis.schema.json"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("plan: enterprise", "plan: gold"),
        ("plan: enterprise", "plans: team"),
        ("actions: {}", "actions: {allowed_actions: any}"),
        ("  main: {}", "  main: {approvals: 11}"),
        ("{from: {config: token}, visible_to: [app]}", "s3cret"),
        (
            "{from: {config: token}, visible_to: [app]}",
            "{from: {config: token}, visible_to: public}",
        ),
        ("billing_email: billing@acme.example", "billing_email: nobody"),
        ("rule: BR012", "rule: no-force-push"),
    ],
)
def test_an_editor_refuses_what_the_models_refuse(old: str, new: str) -> None:
    """Words, ranges, patterns and unknown fields are reported while they are typed."""
    assert SOUND.count(old) == 1
    assert list(validator(schema_text()).iter_errors(plain(SOUND.replace(old, new))))
    assert not list(validator(schema_text()).iter_errors(plain(SOUND)))


EXPLAINED = {
    "ActionsConfig": ["verified_allowed", "patterns_allowed", "sha_pinning_required"],
    "Bypass": ["app", "mode"],
    "DeployFrom": ["branches", "tags"],
    "EnvironmentConfig": ["prevent_self_review", "wait_timer"],
    "ExemptionConfig": ["rule", "resource", "expires"],
    "OrganizationBranchProtectionConfig": ["branches", "enforcement", "enforced_by", "checks_app"],
    "OrganizationSecretConfig": ["from", "rotate_every", "stores", "visible_to"],
    "OrganizationTagProtectionConfig": ["created_by", "prefix", "scheme", "repositories"],
    "PythonPackage": ["auth", "approvers", "python", "tags"],
    "RepositoryConfig": ["access", "ecosystems", "code_owners", "workflows"],
    "TeamConfig": ["members", "maintainers", "visibility", "parent"],
}
"""What a name alone does not say: an editor shows the description beside it."""


@pytest.mark.parametrize("model", EXPLAINED)
def test_what_is_not_obvious_is_described(model: str) -> None:
    """Hovering over a field tells what it is for."""
    properties = json.loads(schema_text())["$defs"][model]["properties"]
    assert [name for name in EXPLAINED[model] if not properties[name].get("description")] == []
