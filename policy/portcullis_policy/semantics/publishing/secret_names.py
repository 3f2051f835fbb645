"""What a stored secret opens, as far as its name tells: a registry, AWS or Vault."""

import re
from collections.abc import Mapping

REGISTRIES: Mapping[str, str] = {
    "PyPI": r"PYPI|TWINE|FLIT_|HATCH_INDEX",
    "npm": r"NPM|NODE_AUTH",
    "crates.io": r"CARGO|CRATES",
    "RubyGems": r"RUBYGEMS|GEM_HOST",
    "NuGet": r"NUGET",
    "Maven Central": r"MAVEN|OSSRH|SONATYPE",
    "a registry of images": r"DOCKER|GHCR",
    "Packagist": r"PACKAGIST",
    "CocoaPods": r"COCOAPODS",
    "the marketplaces of editors": r"VSCE|OVSX",
}
"""Patterns for names of tokens, by where they publish."""
_CLOUD = re.compile(
    r"(?:\w+_)?(?:AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)|VAULT_(?:TOKEN|SECRET_ID))"
    r"(?:_\w+)?",
    re.IGNORECASE,
)
"""Names of stored logins to AWS and Vault, also with a stage before or after them."""
_PUBLIC_PART = re.compile(r"AWS_ACCESS_KEY_ID", re.IGNORECASE)
"""The half of a login that is useless without the other."""


def registry(name: str) -> str | None:
    """Return the registry that a name mentions; None for none."""
    return next((to for to, of in REGISTRIES.items() if re.search(of, name.upper())), None)


def is_cloud_login(name: str) -> bool:
    """Say whether a secret of that name is a stored login to AWS or Vault, or a part of one."""
    return _CLOUD.fullmatch(name) is not None


def cloud(name: str) -> str | None:
    """Return what a stored login opens by itself: `AWS` or `Vault`; None for any other secret."""
    if not is_cloud_login(name) or _PUBLIC_PART.search(name):
        return None
    return "AWS" if "AWS_" in name.upper() else "Vault"
