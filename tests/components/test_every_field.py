"""Completeness: every field that people can write changes what is declared, or says why not."""

from __future__ import annotations

import copy
import inspect
import json
import types
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel, ValidationError

from components.declaration import references
from components.declaration.names import Names
from components.organization import OrganizationConfig
from components.publish.packages import MavenTokens
from components.stack import outputs
from tests.components.building import data, recorded
from tests.components.declaration.resolved import resolved
from tests.support.public_keys import ED25519, OTHER

if TYPE_CHECKING:
    from collections.abc import Iterator

Segments = tuple[str | int, ...]

SECRETS = ("SecretConfig", "RepositorySecretConfig", "OrganizationSecretConfig")
READ_BEFORE = {
    "SourcesConfig": ("esc",),
    "VaultConfig": ("address", "namespace", "approle", "jwt", "mounts"),
    "AppRoleConfig": ("role_id", "mount"),
    "JwtConfig": ("role", "mount"),
    "AwsConfig": ("region",),
    "EscConfig": ("organization", "host"),
}

DECLARES_NOTHING = {
    **{
        f"{model}.{name}": "values are read, and checked against it, before anything is declared"
        for model in SECRETS
        for name in ("project", "registry")
    },
    **{
        f"{model}.{name}": "it says where values are read, before anything is declared"
        for model, names in READ_BEFORE.items()
        for name in names
    },
    "AwsTrustConfig.trust_policy_characters": "it says which trust policies are mistakes",
    **{
        f"{model}.lockdown": "up closes the release path by itself, and declares nothing for it"
        for model in ("OrganizationConfig", "RepositoryConfig")
    },
    "MavenPackage.auth": "there is one value; others are mistakes that say so",
}
"""Fields whose change declares nothing else, each with its reason."""

BOUNDARY = "arn:aws:iam::aws:policy/ci-boundary"
AWS = {"account": "123456789012", "region": "eu-central-1", "permissions_boundary": BOUNDARY}
TRUST = {
    "run": "./deploy.sh",
    "aws": {"allow": [{"actions": ["s3:PutObject"], "resources": ["arn:aws:s3:::acme/*"]}]},
    "vault": {"secrets": {"KEY": {"path": "kv/app", "key": "k"}}},
}

ARCHIVE = {
    "bucket": "acme-audit-archive",
    "writer": {"repository": "lib"},
    "readers": ["arn:aws:iam::123456789012:role/auditors"],
    "delete_after_days": 800,
}

TIER = {"allowed": ["one", "two"], "default": "one"}

OTHERS: dict[str, list[Any]] = {
    "OrganizationConfig.organization": ["other"],
    "OrganizationConfig.plan": ["free"],
    "OrganizationConfig.teams": [{"devs": {}, "security": {}, "ops": {}}],
    "OrganizationConfig.repositories": [{"app": {}, "lib": {}}],
    "Reviewers.users": [["ben"]],
    "StandardFilesConfig.security_contact": ["security@acme.example"],
    "PythonTokens.pypi": [{"from": {"config": "other"}}],
    "PythonTokens.testpypi": [{"from": {"config": "other"}}],
    "NpmTokens.npm": [{"from": {"config": "other"}}],
    "SettingsConfig.billing_email": ["other@acme.example"],
    "SettingsConfig.email": ["other@acme.example"],
    "ActionsConfig.patterns_allowed": [["docker/*"]],
    "MergeConfig.allow_squash_merge": [False],
    "ExemptionConfig.rule": ["BR099"],
    "ExemptionConfig.expires": ["2028-01-31"],
    "TeamConfig.parent": ["security"],
    "DeployKeyConfig.key": [OTHER],
    "RepositoryConfig.deploy_keys": [{"mirror": {"key": OTHER}}],
    "Bypass.team": ["security"],
    "Reference.config": ["other"],
    "Reference.env": ["PATH"],
    "Reference.esc": ["acme/other"],
    "Reference.vault": ["kv/other"],
    "Reference.aws": ["other"],
    "Reference.version": ["7"],
    "OrganizationConfig.properties": [{"tier": TIER, "other": {"type": "string"}}],
    "CustomPropertyConfig.allowed": [["one", "two", "three"]],
    "CustomPropertyConfig.default": ["two"],
    "SelectionConfig.properties": [{"tier": ["two"]}],
    "VaultConfig.address": ["https://other.acme.example"],
    "VaultConfig.jwt": [{"role": "r"}],
    "VaultConfig.mounts": [{"kv": 2}],
    "AwsConfig.region": ["eu-west-1"],
    "EscConfig.host": ["https://other.acme.example"],
    "TokenConfig.name": ["OTHER"],
    "PythonPackage.tags": ["sdk"],
    "NpmPackage.tags": ["sdk"],
    "GithubPackage.tags": ["sdk"],
    "CargoPackage.tags": ["sdk"],
    "GoPackage.tags": ["sdk"],
    "ImagePackage.tags": ["sdk"],
    "MavenPackage.tags": ["sdk"],
    "MavenPackage.maven": ["io.github.acme:other"],
    "MavenPackage.auth": ["token"],
    "MavenTokens.central": [{"from": {"config": "other"}}],
    "MavenTokens.gpg_key": [{"from": {"config": "other"}}],
    "MavenTokens.gpg_passphrase": [{"from": {"config": "other"}}],
    "ImagePackage.image": ["other"],
    "ImagePackage.registry": ["other.example"],
    "ImagePackage.username": ["other"],
    "ImageTokens.registry": [{"from": {"config": "other"}}],
    "ImageTokens.cosign_key": [{"from": {"config": "other"}}],
    "ImageTokens.cosign_password": [{"from": {"config": "other"}}],
    "GoPackage.go": ["acme.example/other"],
    "GoPackage.directory": ["other"],
    "CargoTokens.crates": [{"from": {"config": "other"}}],
    "ManagedFileConfig.from_file": ["files/other.md"],
    "DependabotConfig.directories": [{"pip": ["/other"]}],
    "AuditArchiveConfig.bucket": ["acme-audit-log"],
    "AuditArchiveConfig.readers": [["arn:aws:iam::123456789012:role/others"]],
    "AuditArchiveConfig.retention_days": [500],
    "AuditArchiveConfig.delete_after_days": [900],
    "ArchiveWriterConfig.repository": ["app"],
    "ArchiveWriterConfig.workflow": ["own.yml"],
    "ArchiveWriterConfig.environment": ["other"],
    "AwsTrustConfig.account": ["210987654321"],
    "AwsTrustConfig.region": ["eu-west-1"],
    "AwsTrustConfig.permissions_boundary": [BOUNDARY.replace("ci-", "other-")],
    "AwsRoleConfig.policies": [[BOUNDARY]],
    "AwsRoleConfig.allow": [[{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::other"]}]],
    "AllowConfig.actions": [["s3:GetObject"]],
    "AllowConfig.resources": [["arn:aws:s3:::other/*"]],
    "AwsRoleConfig.session_minutes": [30, 120],
    "VaultTrustConfig.address": ["https://other.acme.example"],
    "TrustConfig.issuer": ["https://token.other.example"],
    "TrustConfig.aws": [None],
    "TrustConfig.vault": [None],
    "TrustConfig.subject_claims": [["repository_id", "environment"]],
    "EnvironmentTrustConfig.run": ["./other.sh"],
    "CiConfig.python": [["3.11"]],
    "CiConfig.node": [["22"]],
    "CiConfig.rust": [["1.85.0"]],
    "CiConfig.go": [["1.25.9"]],
    "EnvironmentTrustConfig.workflow": ["own.yml"],
    "VaultSecretConfig.path": ["kv/other"],
    "VaultRoleConfig.secrets": [{"OTHER": {"path": "kv/app", "key": "k"}}],
    "SecretAuditConfig.client_id": ["7"],
    "SecretAuditConfig.environment": ["other"],
    "SecretAuditConfig.key": ["OTHER"],
    "VerifyImageConfig.image": ["ghcr.io/acme/other"],
    "VerifyImageConfig.environment": ["other"],
    "VerifyImageConfig.key": ["TOKEN"],
    "VerifyImageConfig.workflow": ["own.yml"],
    "RepositoryConfig.access": [{"devs": "admin", "security": "push"}],
    "RepositoryConfig.code_owners": [{"*": ["security"]}],
    "RepositoryConfig.topics": [["other"]],
    "RepositoryConfig.ecosystems": [["npm"]],
}
"""Values for fields that no value can be guessed for, by model and field."""

ALONGSIDE: dict[str, dict[str, Any]] = {
    "Reference.env": {"config": None},
    "VaultConfig.jwt": {"approle": None},
    "Reference.esc": {"config": None, "key": "k"},
    "Reference.vault": {"config": None, "key": "k"},
    "Reference.aws": {"config": None},
    "Reference.key": {"config": None, "aws": "a"},
    "Reference.version": {"config": None, "aws": "a"},
    **{
        f"{model}.{name}": {"kind": "pypi-token"}
        for model in SECRETS
        for name in ("project", "registry")
    },
    "Bypass.app": {"team": None},
    "DeployFrom.everything": {"branches": [], "tags": []},
    "DeployFrom.protected_branches": {"branches": [], "tags": []},
    "EnvironmentTrustConfig.workflow": {"run": None},
    "Bypass.role": {"team": None},
    "VerifyImageConfig.workflow": {"key": None},
    "ManagedFileConfig.from_file": {"content": None},
    "BranchProtectionConfig.enforced_by": {"bypass": [], "exclude_branches": []},
    "OrganizationBranchProtectionConfig.enforced_by": {"bypass": [], "exclude_branches": []},
    "PythonPackage.auth": {"tokens": {}},
    "NpmPackage.auth": {"tokens": {}},
    "CargoPackage.auth": {"tokens": {}},
    "ImagePackage.auth": {"tokens": {}, "username": None, "registry": "ghcr.io"},
    **{
        f"SettingsConfig.members_can_create_{what}": {f"members_can_create_public_{what}": True}
        for what in ("repositories", "pages")
    },
}
"""What else is required for a field to count, or for its other value to be allowed."""

PROTECTION = {
    "required_checks": ["ci"],
    "bypass": [{"team": "devs"}],
    "exclude_branches": ["wip"],
    "branches": ["default"],
}
TOKEN = {"from": {"config": "p"}, "rotate_every": "90d"}

FULL = data(
    ("licenses", ["secret-protection"]),
    ("protection.main", {**PROTECTION, "repositories": ["a*", "l*"], "exclude_repositories": []}),
    (
        "exemptions",
        [
            {
                "rule": "BR012",
                "resource": "repositories.lib",
                "reason": "until the second is hired",
                "expires": "2027-03-31",
            }
        ],
    ),
    ("repositories.app.protection", {"own": PROTECTION}),
    (
        "repositories.app.tag_protection",
        {"own": {"created_by": ["devs"]}, "sdk": {"created_by": ["devs"], "prefix": "sdk-v"}},
    ),
    (
        "repositories.app.publish.2",
        {"github": "rules", "approvers": ["security"], "tags": "own"},
    ),
    (
        "repositories.app.publish.3",
        {"cargo": "core-x", "approvers": ["security"], "tags": "own", "auth": "hybrid"}
        | {"tokens": {"crates": {"from": {"config": "p"}}}},
    ),
    (
        "repositories.app.publish.4",
        {"go": "acme.example/core", "approvers": ["security"], "tags": "own"},
    ),
    (
        "repositories.app.publish.5",
        {"image": "portal", "approvers": ["security"], "tags": "own", "directory": "image"}
        | {"registry": "quay.io", "auth": "token", "username": "bot"}
        | {
            "tokens": {
                each: {"from": {"config": "p"}}
                for each in ("registry", "cosign_key", "cosign_password")
            }
        },
    ),
    (
        "repositories.app.release_notification",
        {"webhook": {"from": {"config": "w"}}, "issue": True},
    ),
    (
        "repositories.app.publish.6",
        {"maven": "io.github.acme:core", "approvers": ["security"], "tags": "own"}
        | {"tokens": {name: {"from": {"config": "p"}} for name in MavenTokens.model_fields}},
    ),
    ("repositories.app.publish.0.tags", "own"),
    (
        "repositories.app.workflows",
        {"ci": {"java": ["21"]}, "rollback": True, "codeql": True, "scorecard": True}
        | {
            "verify_image": {
                "image": "ghcr.io/acme/app",
                "environment": "staging",
                "key": "HOOK",
            },
            "secret_audit": {
                "client_id": "Iv23liABCDEFGHIJKLMN",
                "environment": "staging",
                "key": "DSN",
                "issue": False,
            },
        },
    ),
    ("repositories.app.publish.1.tags", "own"),
    ("repositories.app.topics", ["python"]),
    ("repositories.app.deploy_keys", {"mirror": {"key": ED25519}}),
    ("repositories.app.dependabot", {"directories": {"pip": ["/sdk"]}}),
    ("repositories.app.environments.staging.deploy_from", {"branches": ["default"], "tags": []}),
    ("repositories.app.publish.0.auth", "hybrid"),
    ("repositories.app.publish.0.tokens", {"pypi": TOKEN, "testpypi": TOKEN}),
    ("repositories.app.publish.1.auth", "hybrid"),
    ("repositories.app.publish.1.tokens", {"npm": TOKEN}),
    (
        "sources",
        {
            "vault": {"mounts": {"kv": 1}, "approle": {"role_id": "r"}},
            "aws": {"region": "eu-central-1"},
            "esc": {"organization": "acme"},
        },
    ),
    ("trust", {"aws": AWS, "vault": {"address": "https://vault.acme.example"}}),
    ("repositories.app.environments.staging.trust", TRUST),
    ("audit_archive", ARCHIVE),
    ("properties.tier", TIER),
    ("repositories.app.properties", {"tier": "one"}),
    ("repositories.lib.properties", {"tier": "two"}),
    (
        "secrets.SCAN",
        {"from": {"config": "scan"}, "visible_to": {"properties": {"tier": ["one"]}}},
    ),
)
"""An organization in which every model stands at least once, but for what stands in OTHER_LOGIN."""
OTHER_LOGIN = {**FULL, "sources": {"vault": {"jwt": {"role": "r"}}}}


@dataclass(frozen=True)
class Field:
    """A field of a model, and where an instance of the model stands in an organization."""

    model: type[BaseModel]
    name: str
    path: Segments
    whole: dict[str, Any]
    """The organization: FULL or OTHER_LOGIN."""

    @property
    def key(self) -> str:
        """``TeamConfig.members``."""
        return f"{self.model.__name__}.{self.name}"

    @property
    def alias(self) -> str:
        """The name that people write."""
        return self.model.model_fields[self.name].alias or self.name


def instances(item: object, path: Segments = ()) -> Iterator[tuple[type[BaseModel], Segments]]:
    """The models in ``item`` and where they stand."""
    if isinstance(item, BaseModel):
        yield type(item), path
        for name, field in type(item).model_fields.items():
            yield from instances(getattr(item, name), (*path, field.alias or name))
    elif isinstance(item, dict):
        for key, value in item.items():
            yield from instances(value, (*path, key))
    elif isinstance(item, list):
        for index, value in enumerate(item):
            yield from instances(value, (*path, index))


def models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - any annotation
    """Every model that can stand in a file."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    for argument in get_args(annotation):
        yield from models(argument)


def fields() -> list[Field]:
    """Every field of every model, once, at the first place where the model stands."""
    where: dict[type[BaseModel], tuple[Segments, dict[str, Any]]] = {}
    for whole in (FULL, OTHER_LOGIN):
        for model, path in instances(OrganizationConfig.model_validate(whole)):
            where.setdefault(model, (path, whole))
    return [Field(model, name, *where[model]) for model in where for name in model.model_fields]


FIELDS = fields()


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a project that has the file of OTHERS."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "other.md").write_text("Other.\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def test_every_model_stands_in_the_full_organization() -> None:
    """A model that is added has to be put into FULL, or its fields would not be looked at."""
    looked_at = {field.model for field in FIELDS}
    missing = {model.__name__ for model in models(OrganizationConfig)} - {
        model.__name__ for model in looked_at
    }
    assert not missing, f"put an instance of {', '.join(sorted(missing))} into FULL of this file"
    names = {field.key for field in FIELDS}
    assert not (set(DECLARES_NOTHING) | set(OTHERS) | set(ALONGSIDE)) - names


def around(field: Field) -> dict[str, Any]:
    """Its organization, without what has nothing to do with ``field``: that is faster."""
    whole = copy.deepcopy(field.whole)
    if not field.path:
        return whole
    section = field.path[0]
    kept = {section, "organization", "plan", "settings", "automation", "teams", "licenses"}
    kept |= {"protection"} if section == "automation" else set()
    kept |= {"properties"} if section in {"secrets", "repositories"} else set()
    kept |= {"trust"} if "trust" in field.path or section == "audit_archive" else set()
    small = {key: value for key, value in whole.items() if key in kept}
    if section in {"settings", "actions", "exemptions"}:
        return small | {"teams": {}}
    small["repositories"] = {"app": {}, "lib": {}}
    if section == "trust":
        app = whole["repositories"]["app"]
        small["repositories"]["app"] = {key: app[key] for key in ("access", "environments")}
    if section == "secrets":
        for name in small["repositories"]:
            small["repositories"][name] = {"properties": whole["repositories"][name]["properties"]}
    if section == "repositories":
        app = whole["repositories"]["app"]
        wanted = {"visibility", "access", "ecosystems", *field.path[2:3], field.name}
        of_releases = {"workflows", "release_notification"} & {*field.path, field.name}
        wanted |= {"publish"} if of_releases else set()
        wanted |= {"tag_protection"} if "publish" in wanted else set()
        if wanted & {"features", "merge", "security", "dependabot"}:
            wanted -= {"access"}
            small["teams"] = {}
        small["repositories"] = {"app": {key: app[key] for key in app if key in wanted}}
    return small


def at(item: Any, path: Segments) -> Any:  # noqa: ANN401 - any JSON
    """What stands at ``path``; mappings on the way are made."""
    for part in path:
        item = item.setdefault(part, {}) if isinstance(item, dict) else item[part]
    return item


def candidates(annotation: Any, now: Any) -> Iterator[Any]:  # noqa: ANN401, C901 - any annotation, a line a kind
    """Other values of the annotated type than ``now``."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from candidates(get_args(annotation)[0], now)
    elif origin is Literal:
        yield from (word for word in get_args(annotation) if word != now)
    elif origin in (Union, types.UnionType):
        for choice in get_args(annotation):
            yield from [None] if choice is type(None) and now is not None else []
            yield from candidates(choice, now)
    elif annotation is bool:
        yield not now
    elif annotation is int:
        yield (now or 0) + 1
    elif annotation is str:
        yield from (f"{now or ''}x", "other")
    elif annotation is timedelta:
        yield "45d"
    elif origin is list:
        items = ["other", "devs", "security", "lib", *candidates(get_args(annotation)[0], None)]
        yield from ([item] for item in items if [item] != now)
        yield from [now[:-1]] if now else []
    elif origin is dict and now:
        yield {}
    elif inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield from [{}] if now is None else []


def variants(field: Field) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The organization as it is and with another value of ``field``, both sound."""
    base = around(field)
    at(base, field.path).update(ALONGSIDE.get(field.key, {}))
    if not sound(base):
        base = around(field)
    there = at(base, field.path)
    annotation: Any = field.model.model_fields[field.name].annotation
    default = field.model.model_fields[field.name].default
    now = there.get(field.alias, default)
    for value in OTHERS.get(field.key) or candidates(annotation, now):
        changed = copy.deepcopy(base)
        item = at(changed, field.path)
        item.update(ALONGSIDE.get(field.key, {}))
        item[field.alias] = value
        if sound(changed):
            yield base, changed


def sound(organization: dict[str, Any]) -> bool:
    """Whether the models take it, and every name in it is declared."""
    return _sound(json.dumps(organization))


@cache
def _sound(organization: str) -> bool:
    try:
        config = OrganizationConfig.model_validate(json.loads(organization))
    except ValidationError:
        return False
    names = Names(frozenset(config.teams), frozenset(config.repositories), Path())
    unknown = ("there is no such", "is not a", "no repository of", "does not take")
    return not any(
        word in what for _, what, _ in references.check(resolved(config), names) for word in unknown
    )


@cache
def outcome(organization: str) -> frozenset[str]:
    """All that an organization (as JSON) declares and asks people to do."""
    config = OrganizationConfig.model_validate_json(organization, strict=False)
    declared = recorded(config, value="of {place}").plain()
    by_hand = outputs(resolved(config))["register_by_hand"]
    return frozenset(declared | {repr(each) for each in by_hand})


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_a_field_changes_what_is_declared(field: Field) -> None:
    """A field that is read and then forgotten would be a gate that people only believe in."""
    known = False
    for before, after in variants(field):  # the first one is enough for most fields
        known = True
        if outcome(json.dumps(before)) != outcome(json.dumps(after)):
            assert field.key not in DECLARES_NOTHING, f"{field.key} does declare something"
            return
    annotation: Any = field.model.model_fields[field.name].annotation
    if not known and inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return  # its own fields are looked at
    assert known, f"{field.key}: no other value is known; put one into OTHERS of this file"
    assert field.key in DECLARES_NOTHING, f"{field.key} changes nothing that is declared"
