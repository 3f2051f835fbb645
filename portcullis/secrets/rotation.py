"""A new value for a secret: into its source, and from there to all that depends on it (G9)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from components.secrets import kind
from components.secrets.aws import PARAMETER
from portcullis.project import UserError
from portcullis.pulumi_runs.events import name_of
from portcullis.secrets.drift import secrets_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.organization import ResolvedOrganization
    from components.secrets.declared import DeclaredSecret
    from components.secrets.reference import Reference

GENERATED_BYTES = 32
"""Bytes of a value that is generated: twice what guessing could ever reach."""

ISSUERS: Mapping[kind.Kind, str] = {
    "pypi-token": "https://pypi.org/manage/account/token/",
    "npm-token": "https://www.npmjs.com/settings/~/tokens",
    "crates-token": "https://crates.io/settings/tokens",
    "central-token": "https://central.sonatype.com/usertoken",
    "pgp-key": "gpg --quick-generate-key; publish the public key on a key server",
    "github-app-key": "the App's settings on GitHub",
    "aws-access-key": "AWS IAM, or better: trust by OIDC instead of a key",
    "cosign-key": "cosign generate-key-pair",
}
"""Where a kind's value is made, and the old one revoked."""


@dataclass(frozen=True)
class Rotation:
    """One secret's value, and what depends on it."""

    reference: Reference
    dependents: tuple[DeclaredSecret, ...]
    """Every declared secret that has the same reference."""
    wholes: tuple[DeclaredSecret, ...] = ()
    """Those that are the whole JSON object of which the value is a part."""

    @property
    def kind(self) -> kind.Kind:
        """What the value is: the strictest that a dependent says."""
        kinds = [each.config.kind for each in self.dependents]
        return next((each for each in kinds if each != "opaque"), "opaque")

    def generated(self) -> str:
        """Return a new random value.

        Raises:
            UserError: the value is one that only its issuer makes.
        """
        if issuer := ISSUERS.get(self.kind):
            raise UserError(f"a {self.kind} is made by its issuer: {issuer}; leave --generate out")
        return secrets.token_urlsafe(GENERATED_BYTES)

    def check(self, value: str) -> None:
        """Refuse a value that is not what a dependent says that it is.

        Raises:
            UserError: with each reason; nothing of the value.
        """
        if not value:
            raise UserError("nothing was changed: the new value is empty")
        wrong = {
            found
            for each in self.dependents
            if (
                found := kind.check(
                    value,
                    each.config.kind,
                    project=each.config.project,
                    registry=each.config.registry or "pypi",
                )
            )
        }
        if wrong:
            raise UserError("nothing was changed: " + "; ".join(sorted(wrong)))

    def place(self) -> tuple[str, str, str]:
        """Return where to write: the destination, the path there, and the key.

        Raises:
            UserError: this reference cannot be written to.
        """
        reference = self.reference
        if reference.version:
            raise UserError(
                f"{reference} is pinned to version {reference.version}: take `version` out, "
                "or write the new version by hand and name it"
            )
        if reference.source == "env":
            raise UserError(
                f"{reference} is a variable of the run: set it where it comes from, then `make up`"
            )
        if reference.source == "config":
            return "config", "", reference.place
        if reference.place.startswith(PARAMETER):
            return "ssm", reference.place.removeprefix(PARAMETER), ""
        return reference.source, reference.place, reference.key or ""

    def urns(self, state: Mapping[str, Any]) -> list[str]:
        """Return the secrets on GitHub that get the value, of those that the state knows."""
        secrets = (*self.dependents, *self.wholes)
        names = {name for each in secrets for name in _resource_names(each)}
        return [
            resource["urn"]
            for resource, _ in secrets_of(state)
            if name_of(resource["urn"]) in names
        ]


def _resource_names(secret: DeclaredSecret) -> list[str]:
    """Return what the components call the resources of a secret."""
    if secret.scope == "environment":
        return [f"{secret.target}/{secret.name}"]
    before = "" if secret.scope == "organization" else f"{secret.target}/"
    return [f"{before}{store}/{secret.name}" for store in secret.stores]


def find(organization: ResolvedOrganization, name: str) -> Rotation:
    """Return the secret called ``name``, or whose place in the YAML is ``name``.

    Raises:
        UserError: there is none, or there are several with values of their own, or others are parts
            of its value.
    """
    declared = organization.secrets
    found = [each for each in declared if name.upper() == each.name or name == _path(each)]
    if not found:
        known = sorted({each.name for each in declared})
        near = get_close_matches(name.upper(), known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"declared: {', '.join(known) or 'none'}"
        raise UserError(f"no secret of {organization.name} is called {name}; {hint}")
    references = {each.config.from_ for each in found}
    if len(references) > 1:
        raise UserError(
            f"several secrets are called {name}, each with a value of its own; name one by its "
            "place:\n" + _listed(found)
        )
    (reference,) = references
    same = tuple(each for each in declared if each.config.from_ == reference)
    around = [
        each
        for each in declared
        if each.config.from_.source == "aws"
        and each.config.from_.place == reference.place
        and bool(each.config.from_.key) != bool(reference.key)
        and each.config.from_.version is None
    ]
    if around and not reference.key:
        raise UserError(
            f"{reference} is a JSON object, and a new one would lose the values of others; "
            "rotate each of its keys:\n" + _listed(around)
        )
    return Rotation(reference, same, tuple(around))


def _path(secret: DeclaredSecret) -> str:
    return ".".join(map(str, secret.path))


def _listed(found: Sequence[DeclaredSecret]) -> str:
    return "\n".join(f"  {_path(each)}  ({each.config.from_})" for each in found)
