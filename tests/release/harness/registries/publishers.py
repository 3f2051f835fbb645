"""Trusted publishers at a registry, and whether an OIDC token of a job comes from one.

Sources: https://docs.pypi.org/trusted-publishers/internals/ and
https://docs.npmjs.com/trusted-publishers
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jwt

WORKFLOW = ".github/workflows/release.yml"


class NotTrusted(Exception):  # noqa: N818 - a registry's answer
    """A token that a registry does not take; the text is for its answer."""


@dataclass(frozen=True)
class Publisher:
    """What a project at a registry says of the job that may publish it."""

    project: str
    owner_id: str
    repository: str
    environment: str | None
    workflow: str = WORKFLOW

    def fits(self, claims: dict[str, Any]) -> bool:
        """Return whether the claims are this publisher's."""
        return (
            claims["repository_owner_id"] == self.owner_id
            and claims["repository"] == self.repository
            and claims["job_workflow_ref"].startswith(f"{self.repository}/{self.workflow}@")
            and self.environment in (None, claims.get("environment"))
        )


def claims_of(token: str, audience: str, issuers: set[str]) -> dict[str, Any]:
    """Return the claims of a job's OIDC token, after its signature and times are checked.

    Args:
        token: The token.
        audience: Whom the token has to be made for.
        issuers: The issuers that are trusted.

    Raises:
        NotTrusted: The token is not valid.
    """
    try:
        issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
        if issuer not in issuers:
            raise NotTrusted("invalid-payload: the issuer is not trusted")
        keys = jwt.PyJWKClient(f"{issuer}/.well-known/jwks")
        claims: dict[str, Any] = jwt.decode(
            token,
            keys.get_signing_key_from_jwt(token),
            algorithms=["RS256"],
            audience=audience,
            issuer=issuer,
            options={"require": ["exp", "iat", "nbf", "jti"]},
        )
    except (jwt.PyJWTError, KeyError) as error:
        raise NotTrusted(f"invalid-payload: {type(error).__name__}") from None
    return claims


@dataclass(kw_only=True)
class TrustingRegistry:
    """What the registries have in common.

    Attributes:
        issuers: The issuers of OIDC tokens that it trusts.
        registered: The trusted publishers of its projects.
        tokens: Access tokens, each with the projects that it may publish.
        refusals: Why it refused requests.
        down_for: How many of the next requests it is down for.
        address: Where it listens.
    """

    issuers: set[str] = field(default_factory=set)
    registered: list[Publisher] = field(default_factory=list)
    tokens: dict[str, set[str]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    address: str = ""
    down_for: int = 0

    def is_down(self) -> bool:
        """Return whether it is down for a request."""
        if self.down_for:
            self.down_for -= 1
            return True
        return False

    def trusted(self, token: str, audience: str) -> dict[str, Publisher]:
        """Return the projects that the bearer of an OIDC token may publish, and as whom.

        Args:
            token: The token.
            audience: Whom the token has to be made for.

        Raises:
            NotTrusted: The token is not valid, or no publisher fits it.
        """
        claims = claims_of(token, audience, self.issuers)
        found = {each.project: each for each in self.registered if each.fits(claims)}
        if not found:
            raise NotTrusted("invalid-publisher: valid token, but no corresponding publisher")
        return found
