"""What the trust needs to know before it is declared: asked of GitHub and AWS, and kept.

Sources: https://docs.github.com/rest/actions/oidc,
https://docs.github.com/enterprise-server/actions/reference/security/oidc
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pulumi

from components.github_access import DOTCOM, get_json
from components.names.renames import old_name
from components.preflight import PreflightError, asking
from components.secrets.source import MissingSecretError
from components.secrets.vault import login
from components.trust import aws
from components.trust.config import DOTCOM_ISSUER
from components.trust.subject import DEFAULT
from components.trust.trust import OnGitHub

if TYPE_CHECKING:
    from githubkit import GitHub

    from components.github_access import GitHubAccess
    from components.organization import ResolvedOrganization
    from components.preflight import Preflight


def issuer(access: GitHubAccess) -> str:
    """Return who signs the tokens of workflow jobs on the GitHub that ``access`` reaches."""
    if access.base_url == DOTCOM:
        return DOTCOM_ISSUER
    if access.is_local:
        return f"{access.base_url}_oidc"
    host = urlsplit(access.base_url).hostname or ""
    if host.endswith(".ghe.com"):
        return f"https://token.actions.{host.removeprefix('api.')}"
    return f"https://{host}/_services/token"


def ask(resolved: ResolvedOrganization, preflight: Preflight) -> OnGitHub | None:
    """Return what the trust is made from; None where the organization declares none.

    Raises:
        PreflightError: GitHub or AWS cannot be asked, or a subject is not as declared.
    """
    config = resolved.config.trust
    if not resolved.trusts:
        return None
    owner = preflight.on_github
    if owner["login"] != resolved.name:
        raise PreflightError(
            f"{resolved.origin.child('organization')}: GitHub writes this login as "
            f"{owner['login']}, and so do the tokens of its jobs, so that no trust would match; "
            f"nothing was changed. Allowed: {owner['login']}"
        )
    templates = _Templates(preflight.access.client(), resolved)
    found = {
        name: templates.of(name)
        for name in sorted({trust.job.repository for trust in resolved.trusts})
    }

    @cache
    def uses_ids(name: str) -> bool:
        # a repository that this run creates or renames is asked for when it has its name
        own = resolved.repositories[name]
        if old_name("repositories", name, own.config.renamed_from):
            return _has_ids(templates.of(name) or {})
        return _has_ids(found[name] or templates.of(name) or {})

    if pulumi.runtime.is_dry_run():
        _advise(resolved, {name: each for name, each in found.items() if each})
    known = OnGitHub(issuer(preflight.access), int(owner["id"]), uses_ids)
    try:
        if any(trust.config.vault for trust in resolved.trusts):
            known = replace(known, vault_login=login(resolved.config.sources.vault))
        if config.aws and any(trust.config.aws for trust in resolved.trusts):
            connection = aws.provider(config.aws)
            existing = aws.existing_provider(connection, config.issuer or known.issuer)
            known = replace(known, aws_connection=connection, aws_provider=existing)
    except (aws.AwsLookupError, MissingSecretError) as error:
        raise PreflightError(f"{error}; nothing was changed") from None
    return known


@dataclass
class _Templates:
    """How GitHub writes the subjects of an organization's repositories."""

    client: GitHub[Any]
    resolved: ResolvedOrganization

    def of(self, name: str) -> dict[str, Any] | None:
        """Return the template of a repository; None where there is no such repository yet.

        Raises:
            PreflightError: a template is in use that is not declared.
        """
        repository, declared = self.resolved.repositories[name], self.resolved.config.trust
        old = old_name("repositories", name, repository.config.renamed_from)
        found = next(filter(None, (self._asked(each) for each in (name, old) if each)), None)
        if found and not declared.subject_claims and not found.get("use_default", True):
            keys = list(found.get("include_claim_keys") or self._of_organization)
            if tuple(keys) not in ((), DEFAULT):
                raise PreflightError(
                    f"{repository.origin}: on GitHub the subject of its tokens is made of "
                    f"{', '.join(keys)}, so that no trust would match; nothing was changed. "
                    "Allowed: trust.subject_claims with these claims, or with repo and context, "
                    "which is GitHub's default"
                )
        return found

    @cached_property
    def _of_organization(self) -> list[str]:
        """The claims of the organization's template, for repositories that opted in to it."""
        with asking():
            path = f"/orgs/{self.resolved.name}/actions/oidc/customization/sub"
            return list(self.client.request("GET", path).json().get("include_claim_keys") or [])

    def _asked(self, name: str) -> dict[str, Any] | None:
        with asking():
            path = f"/repos/{self.resolved.name}/{name}/actions/oidc/customization/sub"
            found: dict[str, Any] | None = get_json(self.client, path)
        return found


def _has_ids(template: dict[str, Any]) -> bool:
    """Return whether the subjects have ids, by their prefix, or by the flag where none is shown.

    GitHub was seen to show a prefix with ids beside a flag that is off, and to issue tokens with
    the prefix.
    """
    prefix = str(template.get("sub_claim_prefix") or "")
    return "@" in prefix if prefix else bool(template.get("use_immutable_subject"))


def _advise(resolved: ResolvedOrganization, templates: dict[str, dict[str, Any]]) -> None:
    """Name the repositories whose subjects could be those of another repository one day."""
    for name, template in templates.items():
        if not _has_ids(template) and resolved.config.trust.subject_form != "both":
            pulumi.log.warn(
                f"{resolved.repositories[name].origin}: the subject of its tokens has no ids; "
                "the trust checks the repository's id besides. To change it: docs/trust.md"
            )
