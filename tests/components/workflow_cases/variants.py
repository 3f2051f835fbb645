"""Plans to render, and ways to look at what was rendered."""

from __future__ import annotations

import re
import shutil
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from components.files.library import render
from components.files.workflow import RELEASE_PATH, Package, Release, WorkflowPlan
from components.files.workflow_choice import SecretAuditConfig, WorkflowsConfig
from components.names.versions import ReleaseTags
from components.secrets.declared import DeclaredSecret, Scope
from components.secrets.secret import RepositorySecretConfig

UNKNOWN = ("-ignore", 'unexpected key "queue" for "concurrency" section')
"""What actionlint 1.7.12 does not know: it is older than the queues of groups (May 2026)."""
ROOT = Path(__file__).parents[3]
TEMPLATES = ROOT / "workflows"
PINS: dict[str, Any] = YAML(typ="safe").load(TEMPLATES / "pins.yaml")


def _with_parts(template: Path) -> str:
    """A template with the text of each file that it includes, in place of the statement.

    An include `with context` is left out: it names a job that only a rendered file has.
    """
    return re.sub(
        r'^ *#: include "(.+)"\n',
        lambda match: _with_parts(TEMPLATES / match[1]),
        template.read_text("utf-8"),
        flags=re.MULTILINE,
    )


WHOLE_TEMPLATES = {path.name: _with_parts(path) for path in sorted(TEMPLATES.glob("*.yml"))}
"""The templates by file name, as they stand: before anything is rendered."""


def python(auth: str = "oidc", **changes: object) -> Package:
    """ESCAI's package, which goes through TestPyPI."""
    tokens = {"token_secret": "PYPI_API_TOKEN", "test_token_secret": "TEST_PYPI_API_TOKEN"}
    values = {
        "ecosystem": "python",
        "name": "escai-framework",
        "auth": auth,
        "release_environment": "pypi-release",
        "test_environment": "testpypi",
        **({} if auth == "oidc" else tokens),
    }
    return Package.model_validate({**values, **changes})


def npm(auth: str = "oidc", **changes: object) -> Package:
    """AITBC's Node package, with a scope."""
    values = {
        "ecosystem": "npm",
        "name": "@guild/explorer-web",
        "auth": auth,
        "release_environment": "npm-release",
        **({} if auth == "oidc" else {"token_secret": "NPM_TOKEN"}),
    }
    return Package.model_validate({**values, **changes})


def cargo(auth: str = "oidc", **changes: object) -> Package:
    """A Rust package."""
    values = {
        "ecosystem": "cargo",
        "name": "riveter-core",
        "auth": auth,
        "release_environment": "crates-release",
        **({} if auth == "oidc" else {"token_secret": "CARGO_REGISTRY_TOKEN"}),
    }
    return Package.model_validate({**values, **changes})


def module(**changes: object) -> Package:
    """A Go module."""
    values = {
        "ecosystem": "go",
        "name": "github.com/guild/riveter",
        "release_environment": "go-release",
    }
    return Package.model_validate({**values, **changes})


def image(auth: str = "oidc", **changes: object) -> Package:
    """An image: at ghcr.io by the job's own token, elsewhere with a stored one."""
    stored = {"registry": "quay.io", "username": "guild+bot", "token_secret": "IMAGE_TOKEN"}
    values = {
        "ecosystem": "image",
        "name": "portal",
        "auth": auth,
        "registry": "ghcr.io",
        "platforms": ("linux/amd64",),
        "release_environment": "image-release",
        **({} if auth == "oidc" else stored),
    }
    return Package.model_validate({**values, **changes})


def java(**changes: object) -> Package:
    """A Java package at Maven Central."""
    values = {
        "ecosystem": "maven",
        "name": "io.github.guild:portal-core",
        "auth": "token",
        "release_environment": "maven-release",
        "token_secret": "MAVEN_CENTRAL_TOKEN",
        "key_secret": "MAVEN_GPG_KEY",
        "passphrase_secret": "MAVEN_GPG_PASSPHRASE",
    }
    return Package.model_validate({**values, **changes})


def archive(**changes: object) -> Package:
    """The source of a tool, released on GitHub alone."""
    values = {
        "ecosystem": "github",
        "name": "riveter-rules",
        "release_environment": "github-release",
    }
    return Package.model_validate({**values, **changes})


def plan(*packages: Package, **changes: object) -> WorkflowPlan:
    """A public repository's plan, with one release workflow if there are packages."""
    of_release = {k: changes.pop(k) for k in list(changes) if k in Release.model_fields}
    releases = (Release.model_validate({"packages": packages, **of_release}),) if packages else ()
    values: dict[str, object] = {"default_branch": "main", "visibility": "public"}
    values |= {"releases": releases, "repository": "guild/portal"}
    return WorkflowPlan.model_validate({**values, **changes})


def release_text(variant: WorkflowPlan) -> str:
    """The text of the plan's release workflow."""
    return render(variant)[RELEASE_PATH]


SCORECARD = WorkflowsConfig(scorecard=True)
IMAGE = {"image": "ghcr.io/guild/portal", "environment": "production"}
BY_WORKFLOW = WorkflowsConfig.model_validate({"verify_image": {**IMAGE, "workflow": "release.yml"}})
BY_KEY = WorkflowsConfig.model_validate({"verify_image": {**IMAGE, "key": "COSIGN_PUBKEY"}})
CODEQL = WorkflowsConfig(codeql=True)
OTHER_VERSIONS = WorkflowsConfig.model_validate(
    {
        "ci": {
            "systems": ["macos", "windows"],
            "python": ["3.14", "3.9"],
            "node": ["22", "26.1.0"],
            "rust": ["1.85.0", "1.90.1"],
            "go": ["1.25.10", "1.25.9"],
            "java": ["17", "25"],
        }
    }
)
WEBHOOK = {"environment": "release-notification", "secret": "RELEASE_WEBHOOK"}
AUDIT = SecretAuditConfig(
    client_id="Iv23liABCDEFGHIJKLMN", environment="audit of secrets", key="AUDIT_APP_KEY"
)


def secret(
    name: str, scope: Scope, environment: str | None = None, **more: object
) -> DeclaredSecret:
    """A declared secret of a repository."""
    config = RepositorySecretConfig.model_validate({"from": {"config": "source-of-values"}, **more})
    return DeclaredSecret((name,), name, config, scope, ("app",), environment)


AUDITED = (
    secret("SCAN", "organization", rotate_every="180d"),
    secret("BOT", "organization", stores=["dependabot"]),
    secret("HOOK", "repository", stores=["actions", "dependabot", "codespaces"]),
    secret("TOKEN", "environment", "pypi release", rotate_every="90d"),
)
AUTHS = ("oidc", "hybrid", "token")
BOTH = (python("hybrid", name="agent-sdk", directory="sdk"), npm("token", directory="web"))
VARIANTS = {
    **{f"python-{auth}": plan(python(auth)) for auth in AUTHS},
    **{
        f"npm-{auth}-{visibility}": plan(npm(auth), visibility=visibility)
        for auth, visibility in product(AUTHS, ("public", "private"))
    },
    "python-without-test": plan(python(test_environment=None), approval_environment="gate"),
    "both": plan(*BOTH),
    "both-two-gates": plan(*BOTH, approval_environment="release-approval", visibility="private"),
    "two-python": plan(python(), python(name="second"), approval_environment="gate one"),
    "npm-staged": plan(
        npm("hybrid", staged=True, smoke_test="explorer-web --version"),
        python(),
        approval_environment="gate",
    ),
    "npm-restricted": plan(npm(access="restricted")),
    "calver": plan(python(), npm(), scheme="calver", prefix="@guild/all@"),
    "pep440": plan(python(smoke_test="escai --version"), scheme="pep440", prefix="sdk/v"),
    **{f"cargo-{auth}": plan(cargo(auth, directory="core")) for auth in AUTHS},
    "cargo-workspace": plan(
        cargo(release_environment="crates-release-core"),
        cargo("token", name="riveter-cli", directory="crates/cli"),
    ),
    "every-kind": plan(
        *(python(), npm(), cargo("hybrid"), module(), image(), java(), archive()),
        approval_environment="gate",
    ),
    "image": plan(image(platforms=("linux/amd64", "linux/arm64"), directory="portal")),
    "maven": plan(java(directory="core", passphrase_secret=None)),
    "image-key": plan(
        image(key_secret="COSIGN_PRIVATE_KEY", passphrase_secret="COSIGN_PASSWORD"),
        chosen=BY_KEY,
        visibility="private",
    ),
    "image-key-public": plan(image("token", name="guild/portal", key_secret="COSIGN_PRIVATE_KEY")),
    "image-docker": plan(image("token", name="guild/portal", registry="docker.io")),
    "image-unsigned": plan(image(), visibility="internal"),
    "image-token": plan(image("token", name="guild/portal"), visibility="private"),
    "module": plan(module(directory="sdk"), prefix="sdk/v"),
    "archive": plan(archive(directory="rules"), approval_environment="gate"),
    "archive-beside-packages": plan(python(), npm("token"), archive(), visibility="private"),
    "notified": plan(python("token"), webhook=WEBHOOK, issue=True),
    "nothing-to-publish": plan(
        ecosystems=("pip", "npm", "cargo", "gomod", "docker", "maven", "github-actions")
    ),
    "codeql": plan(npm(), ecosystems=("gomod", "docker"), chosen=CODEQL),
    "codeql-private": plan(ecosystems=("github-actions",), visibility="private", chosen=CODEQL),
    "scorecard": plan(chosen=SCORECARD, default_branch="trunk/2"),
    "image-by-workflow": plan(
        image(),
        chosen=BY_WORKFLOW,
        protected_tags=(ReleaseTags(), ReleaseTags("portal/v", "calver")),
    ),
    "image-by-key": plan(chosen=BY_KEY),
    "no-rollback": plan(python(), chosen=WorkflowsConfig(rollback=False)),
    "ci-chosen": plan(
        python(), npm("token"), ecosystems=("cargo", "gomod", "maven"), chosen=OTHER_VERSIONS
    ),
    "no-language": plan(ecosystems=("github-actions",)),
}
RELEASES = {name: variant for name, variant in VARIANTS.items() if variant.packages}
releases = pytest.mark.parametrize("variant", RELEASES.values(), ids=RELEASES.keys())
variants = pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS.keys())


def load(text: str) -> dict[str, Any]:
    """The file as GitHub reads it; YAML 1.2 keeps `on` a string."""
    loaded: dict[str, Any] = YAML(typ="safe").load(text)
    return loaded


def files(variant: WorkflowPlan) -> dict[str, dict[str, Any]]:
    """The loaded workflows of a plan by path."""
    return _files(variant.model_dump_json())


@cache
def _files(variant: str) -> dict[str, dict[str, Any]]:
    rendered = render(WorkflowPlan.model_validate_json(variant))
    return {path: load(text) for path, text in rendered.items()}


def steps(workflow: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every step with its job's id."""
    return [(id_, step) for id_, job in workflow["jobs"].items() for step in job["steps"]]


def before(workflow: dict[str, Any], job: str) -> set[str]:
    """The jobs that must have succeeded before this one starts, through `needs` of `needs`."""
    found: set[str] = set()
    todo = [job]
    while todo:
        for needed in workflow["jobs"][todo.pop()].get("needs", []):
            if needed not in found:
                found.add(needed)
                todo.append(needed)
    return found


def artifacts(variant: WorkflowPlan) -> list[str]:
    """The artifacts in which the build hands packages on."""
    return [f"{package.ecosystem}-{package.id}" for package in variant.packages]


def publishing(workflow: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The jobs that publish something, found by what they run, not by their names."""
    return {
        id_: workflow["jobs"][id_]
        for id_, step in steps(workflow)
        if "gh-action-pypi-publish" in step.get("uses", "")
        or re.search(r"(npm|npm stage|cargo) publish", step.get("run", ""))
        or step.get("name", "").startswith(("Ask the proxy", "Push the image"))
        or "publisher" in step.get("env", {}).get("CENTRAL", "")
        or ("ask release create" in step.get("run", "") and releases_an_archive(workflow))
    }


def releases_an_archive(workflow: dict[str, Any]) -> bool:
    """Whether the release on GitHub is itself what approvers approve."""
    return any("archive the source" in name.lower() for name in _names(workflow["jobs"]["build"]))


def _names(job: dict[str, Any]) -> list[str]:
    return [step.get("name", "") for step in job["steps"]]


def program(name: str) -> str:
    """A program of the machine."""
    found = shutil.which(name)
    assert found, f"{name} is not on PATH"
    return found
