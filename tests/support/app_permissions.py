"""The permissions that docs/own-organization.md lists for the GitHub App, by GitHub's names."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/own-organization.md"
_ROW = re.compile(r"^\| (repository|organization): ([^|]+) \| (read|write|admin) \|", re.MULTILINE)
_NAMES = {
    "repository variables": "actions_variables",
    "repository webhooks": "repository_hooks",
    "organization webhooks": "organization_hooks",
    "repository custom_properties": "repository_custom_properties",
    "organization custom_organization_roles": "organization_custom_org_roles",
    "organization custom_repository_roles": "organization_custom_roles",
    "organization variables": "organization_actions_variables",
}


def documented() -> dict[str, str]:
    """Read the page's table: permission to access."""
    found = {}
    for place, names, access in _ROW.findall(PAGE.read_text(encoding="utf-8")):
        for name in names.lower().split(","):
            word = name.strip().replace(" ", "_")
            own = word if place == "repository" else f"organization_{word}"
            if place == "organization" and word == "members":
                own = "members"
            found[_NAMES.get(f"{place} {word}", own)] = access
    return found
