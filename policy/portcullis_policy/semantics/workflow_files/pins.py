"""What a reference to an action or to a called workflow is pinned to."""

import re

_LOCAL = ("./", "$/")
_COMMIT = re.compile(r"[^@\s]+@[0-9a-f]{40}(?:[0-9a-f]{24})?")
_IMAGE = re.compile(r"docker://\S+@sha256:[0-9a-f]{64}")
_BY_VERSION_ONLY = re.compile(
    r"slsa-framework/slsa-github-generator/\.github/workflows/[\w.-]+@v\d+\.\d+\.\d+", re.IGNORECASE
)
"""Workflows that refuse to run at a commit: they look up the release that belongs to their tag.
Source: https://github.com/slsa-framework/slsa-github-generator#referencing-slsa-builders-and-generators"""


def by_version_only(uses: str) -> bool:
    """Say whether a called workflow is named in the only way that it accepts: by a version."""
    return bool(_BY_VERSION_ONLY.fullmatch(uses))


def is_pinned(uses: str) -> bool:
    """Say whether nobody can change what a reference stands for: local, or by a whole hash."""
    return (
        not uses
        or uses.startswith(_LOCAL)
        or bool(_COMMIT.fullmatch(uses) or _IMAGE.fullmatch(uses))
        or by_version_only(uses)
    )
