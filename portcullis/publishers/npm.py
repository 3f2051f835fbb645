"""npm: the provenance attestation of the latest version, and the account that published it.

Sources: https://docs.npmjs.com/generating-provenance-statements,
https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md and
https://slsa.dev/spec/v1.0/provenance
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from portcullis.publishers.verdict import Source, Verdict, compare, workflow_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.declaration.release.publishers import Publisher
    from portcullis.publishers.asking import Registry

_PROVENANCE = "https://slsa.dev/provenance/v1"
_GITHUB = "https://github.com/"
_OIDC = "npm-oidc-no-reply@github.com"
"""The address of the account that stands for trusted publishers on GitHub."""
_NOT_PUBLISHED = ("environment",)


def check(registry: Registry, declared: Publisher) -> Verdict:
    """Return who published the latest version: the one that was published last.

    Raises:
        UnknownError: the registry does not say.
    """
    name = quote(declared.package, safe="@")
    document = registry.get(name)
    if document is None:
        return Verdict("unknown", reason="npm has no release of it, or shows it to members only")
    versions, times = document.get("versions"), document.get("time")
    if not isinstance(versions, dict) or not isinstance(times, dict):
        raise registry.strange()
    dated = {each: times[each] for each in versions if isinstance(times.get(each), str)}
    if not dated:
        return Verdict("unknown", reason="npm has no release of it")
    version = max(dated, key=lambda each: dated[each])
    release = versions[version]
    if not isinstance(release, dict):
        raise registry.strange()
    account, trusted = _account(release)
    source = _provenance(registry, f"{name}@{quote(version)}")
    if source is None:
        return _without(declared, version, account, trusted=trusted)
    verdict = compare(declared, version, source, not_published=_NOT_PUBLISHED)
    if account and not trusted and declared.auth == "oidc":
        how = "published with a token, and auth is oidc"
        reason = f"{verdict.reason}; {how}" if verdict.reason else how
        note = f"published with a token of the npm account {account}: disallow tokens"
        return replace(verdict, status="other", reason=reason, notes=(note,))
    return verdict


def _account(release: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the account that published a version, and whether a trusted publisher did."""
    user = release.get("_npmUser")
    if not isinstance(user, dict):
        return "", False
    publisher = user.get("trustedPublisher")
    on_github = isinstance(publisher, dict) and publisher.get("id") == "github"
    return str(user.get("name") or ""), on_github or user.get("email") == _OIDC


def _without(declared: Publisher, version: str, account: str, *, trusted: bool) -> Verdict:
    """Return the verdict on a version without provenance."""
    if account and not trusted and declared.auth == "oidc":
        source = Source(f"the npm account {account}, with a token")
        return compare(declared, version, source, not_published=_NOT_PUBLISHED)
    reason = "no provenance attestation"
    if trusted:
        reason += ": a trusted publisher on GitHub, and npm does not publish which"
    elif account:
        reason += f": published with a token of the npm account {account}"
    return Verdict("unknown", version, reason=reason)


def _provenance(registry: Registry, package: str) -> Source | None:
    """Return the workflow in a version's provenance; None where it has none."""
    found = registry.get("-", "npm", "v1", "attestations", package)
    if found is None:
        return None
    attestations = found.get("attestations")
    if not isinstance(attestations, list):
        raise registry.strange()
    for each in attestations:
        if isinstance(each, dict) and each.get("predicateType") == _PROVENANCE:
            try:
                return _workflow(each["bundle"]["dsseEnvelope"]["payload"])
            except (KeyError, TypeError, ValueError, RecursionError):
                raise registry.strange() from None
    return None


def _workflow(payload: str) -> Source:
    """Return the workflow that a signed statement names."""
    statement = json.loads(base64.b64decode(payload))
    workflow = statement["predicate"]["buildDefinition"]["externalParameters"]["workflow"]
    repository, path = str(workflow["repository"]), str(workflow["path"])
    if not repository.startswith(_GITHUB):
        return Source(f"{repository}, {path}")
    name = repository.removeprefix(_GITHUB).removesuffix(".git")
    return replace(workflow_of(name, PurePosixPath(path).name), ref=str(workflow["ref"]))
