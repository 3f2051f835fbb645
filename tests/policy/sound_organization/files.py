"""The sound organization's files: two workflows, Dependabot's configuration, and its secrets."""

from __future__ import annotations

import datetime as dt
from typing import Any

from portcullis_policy.examples.base import Declared
from portcullis_policy.examples.workflow_files import CI, CI_PATH, RELEASE, RELEASE_PATH, changed
from portcullis_policy.exemptions import ORGANIZATION as ORGANIZATION_COMPONENT
from portcullis_policy.semantics import github as gh

FRESH = (dt.datetime.now(dt.UTC).date() - dt.timedelta(days=20)).isoformat()
PUBLISH = "environment: pypi-release\n    steps:\n      - uses: pypa"
RELEASE_FILE = changed(
    RELEASE,
    (
        PUBLISH,
        PUBLISH.replace("- uses", "- env: {T: '${{ secrets.PYPI_API_TOKEN }}'}\n        uses"),
    ),
)
DEPENDABOT = """\
version: 2
updates:
  - package-ecosystem: github-actions
    directory: /
    schedule: {interval: weekly}
    cooldown: {default-days: 7}
  - package-ecosystem: uv
    directory: /
    schedule: {interval: weekly}
    cooldown: {default-days: 7}
"""


def file(path: str, content: str, repository: str = "escai") -> Declared:
    """A managed file."""
    return Declared(
        gh.REPOSITORY_FILE, {"repository": repository, "file": path, "content": content}
    )


def known(path: list[Any], **more: object) -> dict[str, object]:
    """What the root component tells of one secret."""
    return {
        "path": path,
        "name": path[-1],
        "source": "vault ci/x",
        "version": "7",
        "changed": FRESH,
        "rotateEvery": 180,
        "kind": "token",
        **more,
    }


ROOT = Declared(
    ORGANIZATION_COMPONENT,
    {
        "path": [],
        "exemptions": [],
        "sandbox": False,
        "automationApp": 1001,
        "secrets": {
            "codecov": known(["secrets", "CODECOV_TOKEN"]),
            "pypi": known(["repositories", "escai", "publish", 0, "tokens", "pypi"]),
            "scan": known(
                ["repositories", "two", "secrets", "SCAN_KEY"], repository="two", changed=None
            ),
        },
    },
)
FILES: dict[str, Declared] = {
    "scan": Declared(
        gh.ACTIONS_SECRET,
        {"repository": "two", "secretName": "SCAN_KEY", "value": "x", "updatedAt": FRESH},
    ),
    "release-file": file(RELEASE_PATH, RELEASE_FILE),
    "ci-file": file(CI_PATH, CI),
    "dependabot-file": file(".github/dependabot.yml", DEPENDABOT),
    "manifest": file("pyproject.toml", "[project]\n"),
    "policy": file("SECURITY.md", "Write to us.\n", ".github"),
    "owners": file(".github/CODEOWNERS", "* @guild/core\n"),
    "two-owners": file("CODEOWNERS", "* @guild/core\n", "two"),
    "readme": file("README.md", "# escai\n"),
    "two-ci-file": file(CI_PATH, CI, "two"),
    "two-dependabot": file(".github/dependabot.yaml", DEPENDABOT, "two"),
}
