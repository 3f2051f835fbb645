"""Where people replace credentials and look things up: addresses of pages, and commands.

Sources: the documentation of GitHub, PyPI, npm and crates.io on the pages that each one names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from components.github_access import DOTCOM

if TYPE_CHECKING:
    from components.declaration.release.publishers import Publisher

_GITHUB = "https://github.com"
_PACKAGES = {
    "PyPI": "https://pypi.org/manage/project/{}/settings/",
    "TestPyPI": "https://test.pypi.org/manage/project/{}/settings/",
    "npm": "https://www.npmjs.com/package/{}/access",
    "crates.io": "https://crates.io/crates/{}/settings",
    "Maven Central": "https://central.sonatype.com/usertoken",
}
_RELEASES = {
    "PyPI": "https://pypi.org/manage/project/{}/releases/",
    "TestPyPI": "https://test.pypi.org/manage/project/{}/releases/",
    "npm": "https://www.npmjs.com/package/{}?activeTab=versions",
    "crates.io": "https://crates.io/crates/{}/versions",
    "Maven Central": "https://central.sonatype.com/publishing/deployments",
}


def web_address(base_url: str) -> str:
    """Return where the pages of a GitHub are, without a slash at its end.

    Args:
        base_url: As `GitHubAccess` has it.
    """
    return _GITHUB if base_url == DOTCOM else base_url.rstrip("/")


def owners_of(publisher: Publisher, web: str) -> str:
    """Return the page on which a registry lists who may publish a package."""
    return _page(_PACKAGES, publisher, web)


def releases_of(publisher: Publisher, web: str) -> str:
    """Return the page on which a registry lists the releases of a package."""
    return _page(_RELEASES, publisher, web)


def _page(pages: dict[str, str], publisher: Publisher, web: str) -> str:
    page = pages.get(publisher.registry)
    if page is not None:
        return page.format(quote(publisher.package, safe="@/"))
    if publisher.registry in {"GitHub", "the Go proxy"}:
        return f"{web}/{publisher.full_name}/releases"
    if publisher.registry == "ghcr.io":
        return f"{web}/orgs/{publisher.owner}/packages"
    return f"the settings of {publisher.package} at {publisher.registry}"


def secrets_page(web: str, organization: str, repository: str, environment: str, store: str) -> str:
    """Return the page on which a secret is set."""
    if not repository:
        return f"{web}/organizations/{organization}/settings/secrets/{store}"
    base = f"{web}/{organization}/{repository}/settings"
    return f"{base}/environments" if environment else f"{base}/secrets/{store}"
