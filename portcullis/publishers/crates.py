"""crates.io: the trusted publisher, or the account, that published the latest version.

Source: https://crates.io/api/openapi.json
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from portcullis.publishers.verdict import Source, Verdict, compare, workflow_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.declaration.release.publishers import Publisher
    from portcullis.publishers.asking import Registry

_NOT_PUBLISHED = ("workflow", "environment")


def check(registry: Registry, declared: Publisher) -> Verdict:
    """Return who published the latest version: the one that was published last.

    Raises:
        UnknownError: the registry does not say.
    """
    found = registry.get("api", "v1", "crates", quote(declared.package))
    if found is None:
        return Verdict("unknown", reason="crates.io has no release of it")
    crate, versions = found.get("crate"), found.get("versions")
    if not isinstance(crate, dict) or not isinstance(versions, list):
        raise registry.strange()
    dated = [
        each
        for each in versions
        if isinstance(each, dict) and isinstance(each.get("created_at"), str)
    ]
    if not dated:
        return Verdict("unknown", reason="crates.io has no release of it")
    latest = max(dated, key=lambda each: str(each["created_at"]))
    version = str(latest.get("num"))
    notes = []
    if declared.auth == "oidc" and crate.get("trustpub_only") is False:
        notes = ["crates.io still takes tokens: require trusted publishing (trustpub_only)"]
    trusted = latest.get("trustpub_data")
    if isinstance(trusted, dict):
        source = _trusted(registry, trusted)
        return compare(declared, version, source, not_published=_NOT_PUBLISHED, notes=notes)
    return _by_token(declared, version, latest.get("published_by"), notes)


def _trusted(registry: Registry, publisher: Mapping[str, Any]) -> Source:
    provider, repository = str(publisher.get("provider")), publisher.get("repository")
    if provider != "github":
        return Source(f"{provider} {publisher.get('project_path') or ''}".strip())
    if not isinstance(repository, str):
        raise registry.strange()
    return workflow_of(repository)


def _by_token(declared: Publisher, version: str, account: object, notes: list[str]) -> Verdict:
    """Return the verdict on a version that no trusted publisher published."""
    login = str(account.get("login") or "") if isinstance(account, dict) else ""
    if not login:
        reason = "crates.io does not publish who published it"
        return Verdict("unknown", version, reason=reason, notes=tuple(notes))
    source = Source(f"the crates.io account {login}, with a token")
    if declared.auth == "oidc":
        return compare(declared, version, source, not_published=_NOT_PUBLISHED, notes=notes)
    reason = f"published with a token of the account {login}; crates.io does not publish from where"
    return Verdict("unknown", version, reason=reason, notes=tuple(notes))
