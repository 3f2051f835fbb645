"""60 repositories: what they are, their settings, files, and the names of their branches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.support.sixty import files
from tests.support.sixty.script import ORG

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.sixty.script import Script


@dataclass(frozen=True)
class Repository:
    """A repository as the script makes it."""

    name: str
    new: Mapping[str, Any] = field(default_factory=dict)
    """Fields of its creation."""
    files: Mapping[str, str] = field(default_factory=dict)
    then: Mapping[str, Any] = field(default_factory=dict)
    """Fields of a later change."""
    branch: str = "main"
    topics: tuple[str, ...] = ()
    alerts: bool = False
    updates: bool = False
    tags: tuple[str, ...] = ()
    archived: bool = False


PUBLIC: dict[str, Any] = {"private": False}
PRIVATE: dict[str, Any] = {"private": True}
INTERNAL: dict[str, Any] = {"visibility": "internal"}
SQUASH_ONLY: dict[str, Any] = {
    "allow_merge_commit": False,
    "allow_rebase_merge": False,
    "allow_squash_merge": True,
    "delete_branch_on_merge": True,
    "squash_merge_commit_title": "PR_TITLE",
    "squash_merge_commit_message": "PR_BODY",
}
REBASE_ONLY: dict[str, Any] = {
    "allow_merge_commit": False,
    "allow_squash_merge": False,
    "allow_rebase_merge": True,
    "allow_update_branch": True,
}
MERGE_ONLY: dict[str, Any] = {
    "allow_squash_merge": False,
    "allow_rebase_merge": False,
    "merge_commit_title": "PR_TITLE",
    "merge_commit_message": "PR_BODY",
    "allow_auto_merge": True,
}
BARE: dict[str, Any] = {
    "has_issues": False,
    "has_wiki": False,
    "has_projects": False,
    "has_discussions": False,
}
SIGNED: dict[str, Any] = {"web_commit_signoff_required": True}
SCANNING: dict[str, Any] = {
    "security_and_analysis": {
        "secret_scanning": {"status": "enabled"},
        "secret_scanning_push_protection": {"status": "enabled"},
    }
}
ADVANCED: dict[str, Any] = {
    "security_and_analysis": {
        "secret_scanning": {"status": "enabled"},
        "secret_scanning_push_protection": {"status": "disabled"},
        "secret_scanning_non_provider_patterns": {"status": "enabled"},
    }
}

RUST = [
    Repository(
        "hyperion",
        {
            **PUBLIC,
            "description": "A database that fits into a pocket 🚀",
            "homepage": "https://hyperion.example",
            "has_discussions": True,
        },
        {
            **files.RUST,
            ".github/workflows/release.yml": files.release("crates.io", "cargo publish"),
        },
        {**SQUASH_ONLY, **SCANNING},
        topics=("rust", "database", "wasm", "embedded"),
        alerts=True,
        updates=True,
        tags=("v1.0.0", "v1.4.0"),
    ),
    Repository("hyperion-macros", PUBLIC, files.RUST, REBASE_ONLY, alerts=True, tags=("v0.3.1",)),
    Repository("hyperion-cli", PUBLIC, files.RUST, SQUASH_ONLY, topics=("rust", "cli")),
    Repository("tokio-orbit", PUBLIC, files.RUST, SIGNED, alerts=True, updates=True),
    Repository("wasm-runtime", {**PUBLIC, "has_wiki": False}, files.RUST, MERGE_ONLY),
    Repository("crates-index", PRIVATE, files.TEXT, branch="release/2.x"),
    Repository("rust-template", {**PUBLIC, "is_template": True}, files.RUST, topics=("template",)),
    Repository("fuzz_corpus", {**PRIVATE, **BARE}, files.TEXT),
]
GO = [
    Repository(
        "orbitctl",
        {**PUBLIC, "description": "The command line"},
        {
            **files.GO,
            ".github/workflows/release.yml": files.release("production", "goreleaser release"),
        },
        {**SQUASH_ONLY, **ADVANCED},
        topics=("golang", "cli", "kubernetes"),
        alerts=True,
        tags=("v2.0.0",),
    ),
    Repository("k8s-operator", PUBLIC, files.GO, REBASE_ONLY, alerts=True, updates=True),
    Repository("Go.Toolkit", {**PUBLIC, "description": "Capitals and a dot"}, files.GO),
    Repository("proto", INTERNAL, files.TEXT, {"allow_forking": False}),
    Repository("gateway", INTERNAL, files.GO, {**SIGNED, "allow_forking": False}, branch="develop"),
    Repository("go-1.18-compat", PUBLIC, files.GO, archived=True),
]
JAVA = [
    Repository(
        "legacy-billing",
        {**PRIVATE, "description": 'Don\'t touch: "it works"'},
        files.JAVA,
        MERGE_ONLY,
        branch="master",
        alerts=True,
    ),
    Repository("spring-starter", {**PUBLIC, "is_template": True}, files.JAVA, branch="master"),
    Repository(
        "orbit-sdk-java",
        PUBLIC,
        {
            **files.JAVA,
            ".github/workflows/release.yml": files.release("maven-central", "mvn deploy"),
        },
        SQUASH_ONLY,
        branch="master",
        topics=("java", "sdk"),
    ),
    Repository("ledger", INTERNAL, files.JAVA, branch="trunk"),
    Repository(
        "android-app", PRIVATE, files.JAVA, {"delete_branch_on_merge": True}, branch="develop"
    ),
]
NPM = [
    Repository("web-app", PRIVATE, files.NPM, SQUASH_ONLY, alerts=True, updates=True),
    Repository(
        "npm-ui",
        PUBLIC,
        {**files.NPM, ".github/workflows/release.yml": files.release("npm", "npm publish")},
        SQUASH_ONLY,
        topics=("react", "design-system"),
        tags=("v3.2.1",),
    ),
    Repository("npm-icons", PUBLIC, files.NPM),
    Repository("npm-eslint-config", PUBLIC, files.NPM, REBASE_ONLY),
    Repository("node.js-utils", PUBLIC, files.NPM, BARE),
    Repository("storybook-theme", {**PUBLIC, **BARE}, files.NPM, archived=True),
    Repository("checkout-ui", INTERNAL, files.NPM, {**SQUASH_ONLY, "allow_auto_merge": True}),
]
PYTHON = [
    Repository(
        "python-monorepo",
        PUBLIC,
        files.MONOREPO,
        {**SQUASH_ONLY, **SCANNING},
        topics=("python", "monorepo"),
        alerts=True,
        tags=("2026.1.0", "2026.03.1", "core-2026.3.1"),
    ),
    Repository("ml_models", PRIVATE, files.PYTHON, {"has_wiki": False}),
    Repository("etl", PRIVATE, files.PYTHON, branch="trunk", alerts=True),
    Repository("notebooks", INTERNAL, files.TEXT, {**BARE, "allow_forking": False}),
    Repository("Jupyter-Extensions", PUBLIC, files.PYTHON, SIGNED),
    Repository("py2-compat", PUBLIC, files.PYTHON, archived=True, branch="master"),
]
OTHERS = [
    Repository(
        "docs.orbit.example",
        {**PUBLIC, "homepage": "https://docs.orbit.example/"},
        files.DOCS,
        {"has_projects": False},
        topics=("docs",),
    ),
    Repository("handbook", INTERNAL, files.DOCS, {"has_discussions": True}),
    Repository("runbooks", PRIVATE, files.DOCS, branch="trunk"),
    Repository(
        "infra-live",
        {**PRIVATE, "description": "Terraform of production"},
        files.TERRAFORM,
        {**SQUASH_ONLY, **BARE},
        branch="trunk",
        alerts=True,
        updates=True,
    ),
    Repository("terraform-modules", PUBLIC, files.TERRAFORM, branch="trunk", tags=("1.0", "1.1")),
    Repository("ansible-roles", PRIVATE, files.TEXT),
    Repository("dashboards", INTERNAL, files.TEXT),
    Repository(".github", PUBLIC, files.HEALTH, BARE),
    Repository(".github-private", PRIVATE, files.TEXT, BARE),
    Repository(
        "security-advisories-private", PRIVATE, files.TEXT, {**BARE, "allow_forking": False}
    ),
    Repository("project-x", {**PRIVATE, "description": None}, files.TEXT),
    Repository("empty-idea", PRIVATE),
    Repository("Empty.Public", {**PUBLIC, "description": "Nothing yet"}),
    Repository("ACME-Legacy", PRIVATE, files.TEXT, archived=True),
    Repository("hackathon-2019", INTERNAL, files.TEXT, BARE, archived=True),
    Repository("docker-images", PUBLIC, files.TEXT, {"has_projects": False, "has_wiki": False}),
    Repository("homebrew-tap", PUBLIC, files.TEXT, SQUASH_ONLY, branch="master"),
    Repository(
        "action-setup-orbit",
        PUBLIC,
        {**files.TEXT, "action.yml": "name: Set up\nruns: {using: composite, steps: []}\n"},
        tags=("v1", "v1.2.3"),
    ),
    Repository("brand-assets", PUBLIC, files.TEXT, {"allow_merge_commit": False}),
    Repository("interview-questions", {**PRIVATE, "has_issues": False}, files.TEXT),
    Repository("sandbox", PRIVATE, files.TEXT, {"allow_auto_merge": True}),
    Repository("Website", PUBLIC, files.NPM, {**SQUASH_ONLY, "homepage": "https://orbit.example"}),
    Repository("status-page", PUBLIC, files.TEXT, SIGNED),
    Repository("mobile_ios", PRIVATE, files.TEXT, branch="release/2026"),
    Repository("vendor-specs", INTERNAL, files.TEXT, BARE),
    Repository("load-tests", PRIVATE, files.GO, REBASE_ONLY),
]
FORKS = ["parser", "parser-patched"]
"""Forks of the same repository of somebody else."""

ALL = [*RUST, *GO, *JAVA, *NPM, *PYTHON, *OTHERS]


def make(script: Script) -> None:
    """Make all repositories, open ones for now."""
    for each in ALL:
        _make(script, each)
    for name in FORKS:
        script.post("/repos/upstream/parser/forks", {"organization": ORG, "name": name})
    script.patch(f"/repos/{ORG}/parser-patched", {"has_issues": True, "has_wiki": False})


def _make(script: Script, wanted: Repository) -> None:
    repository = f"/repos/{ORG}/{wanted.name}"
    made = script.post(f"/orgs/{ORG}/repos", {"name": wanted.name, **wanted.new})
    script.ids[repository] = made["id"]
    for path, text in wanted.files.items():
        script.file(wanted.name, path, text.replace("{name}", wanted.name.lower()))
    if wanted.branch != "main":
        script.post(f"{repository}/branches/main/rename", {"new_name": wanted.branch})
    if wanted.then:
        script.patch(repository, wanted.then)
    if wanted.topics:
        script.put(f"{repository}/topics", {"names": list(wanted.topics)})
    if wanted.alerts:
        script.put(f"{repository}/vulnerability-alerts")
    if wanted.updates:
        script.put(f"{repository}/automated-security-fixes")
    if wanted.tags:
        head = script.get(f"{repository}/commits/{wanted.branch}")["sha"]
        for tag in wanted.tags:
            script.post(f"{repository}/git/refs", {"ref": f"refs/tags/{tag}", "sha": head})


def archive(script: Script) -> None:
    """Archive what nobody uses any more: after everything else, it cannot be changed."""
    for each in ALL:
        if each.archived:
            script.patch(f"/repos/{ORG}/{each.name}", {"archived": True})
