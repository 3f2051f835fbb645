"""Secrets of a release that other workflows could read: the release would always stop at them.

A job sees the secrets of the organization, the repository and its environment under one name each.
The first job of the release workflow is in no environment. It stops if it sees a secret that only
a release environment may have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.files.release_notification import SECRET
from components.publish.environments import token_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.organization import ResolvedOrganization
    from components.repository import ResolvedRepository
    from components.secrets.declared import DeclaredSecret


def check(
    path: Segments, repository: ResolvedRepository, organization: ResolvedOrganization
) -> Iterator[Problem]:
    """Find names that the repository at ``path`` can also read outside its environments."""
    if repository.workflows is None or repository.config.archived:
        return
    readable = [
        secret
        for secret in organization.secrets
        if secret.environment is None
        and "actions" in secret.stores
        and repository.name in secret.repositories
    ]
    for token in token_secrets(repository.packages):
        for secret in readable:
            if secret.name == token.name:
                allowed = f"another `name` for the token, or {_away(secret)}"
                yield (*path, *token.field), _what(secret), allowed
    notification = repository.config.release_notification
    if notification and notification.webhook and repository.packages:
        for secret in readable:
            if secret.name == SECRET:
                where = (*path, "release_notification", "webhook")
                yield where, _what(secret), _away(secret)


def _what(secret: DeclaredSecret) -> str:
    """Return why nothing could be released beside ``secret``."""
    field = ".".join(map(str, secret.path))
    return (
        f"each release would stop at its first job: `{field}` gives the name {secret.name} to a "
        "secret that every workflow of this repository can read, and only an environment of the "
        "release may have one"
    )


def _away(secret: DeclaredSecret) -> str:
    """Return how ``secret`` gets out of the way."""
    if secret.scope == "organization":
        return f"secrets.{secret.name} with another name, or not visible to this repository"
    return "the secret of the repository with another name, or none"
