"""Files that repositories of each kind have."""

from __future__ import annotations

CHECKOUT = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683"
CI = """\
name: CI
on:
  push: {{branches: [{branch}]}}
  pull_request:
permissions: {{contents: read}}
jobs:
  {job}:
    runs-on: ubuntu-latest
    steps:
      - uses: {checkout}
      - run: {command}
"""
RELEASE = """\
name: Release
on:
  push: {{tags: ["v*"]}}
jobs:
  publish:
    runs-on: ubuntu-latest
    environment: {environment}
    permissions: {{contents: read, id-token: write}}
    steps:
      - uses: {checkout}
      - run: {command}
"""


def ci(branch: str, job: str, command: str) -> str:
    """Return a workflow that tests."""
    return CI.format(branch=branch, job=job, command=command, checkout=CHECKOUT)


def release(environment: str, command: str) -> str:
    """Return a workflow that publishes."""
    return RELEASE.format(environment=environment, command=command, checkout=CHECKOUT)


def dependabot(*ecosystems: str) -> str:
    """Return Dependabot's configuration."""
    updates = "".join(
        f"  - package-ecosystem: {each}\n    directory: /\n    schedule: {{interval: weekly}}\n"
        for each in ecosystems
    )
    return f"version: 2\nupdates:\n{updates}"


RUST = {
    "Cargo.toml": '[package]\nname = "{name}"\nversion = "1.4.0"\nedition = "2021"\n',
    ".github/workflows/ci.yml": ci("main", "test", "cargo test --all"),
    ".github/dependabot.yml": dependabot("cargo", "github-actions"),
}
GO = {
    "go.mod": "module github.com/orbit-works/{name}\n\ngo 1.23\n",
    ".github/workflows/ci.yaml": ci("main", "go", "go test ./..."),
    ".github/dependabot.yml": dependabot("gomod"),
}
JAVA = {
    "pom.xml": "<project><groupId>orbit</groupId><artifactId>{name}</artifactId></project>\n",
    ".github/workflows/build.yml": ci("master", "verify", "mvn -B verify"),
}
NPM = {
    "package.json": '{"name": "@orbit-works/{name}", "version": "3.2.1"}\n',
    ".github/workflows/ci.yml": ci("main", "node", "npm test"),
    ".github/dependabot.yml": dependabot("npm", "github-actions"),
    ".github/CODEOWNERS": "* @Orbit-Works/web\n/.github/ @Orbit-Works/platform-team\n",
}
PYTHON = {
    "pyproject.toml": '[project]\nname = "{name}"\nversion = "2026.3.1"\n',
    ".github/workflows/tests.yml": ci("main", "pytest", "python -m pytest"),
}
MONOREPO = {
    **PYTHON,
    "packages/core/pyproject.toml": '[project]\nname = "orbit-core"\nversion = "2026.3.1"\n',
    "packages/cli/pyproject.toml": '[project]\nname = "orbit-cli"\nversion = "2026.3.1"\n',
    ".github/workflows/release.yml": release("pypi", "python -m build"),
    ".github/dependabot.yaml": dependabot("pip", "docker"),
    "CODEOWNERS": "# the old place\n* @Orbit-Works/data @nadia\npackages/core/ @Orbit-Works/rust\n",
}
DOCS = {
    "pages/start.md": "# {name}\n",
    "mkdocs.yml": "site_name: {name}\n",
    ".github/workflows/pages.yml": ci("main", "build", "mkdocs build"),
    "docs/CODEOWNERS": "* @Orbit-Works/docs\n",
}
TERRAFORM = {
    "main.tf": 'terraform {\n  required_version = ">= 1.6"\n}\n',
    ".github/workflows/plan.yml": ci("trunk", "plan", "terraform plan"),
    ".github/CODEOWNERS": "* @Orbit-Works/platform-team @hugo\n",
}
TEXT = {"README.md": "# {name}\n"}
HEALTH = {
    "profile/README.md": "# Orbit Works\n",
    "SECURITY.md": "# Security\n\nWrite to security@orbit.example.\n",
    "CODE_OF_CONDUCT.md": "# Be kind\n",
    ".github/ISSUE_TEMPLATE/bug.yml": "name: Bug\ndescription: Something fails\nbody: []\n",
}
