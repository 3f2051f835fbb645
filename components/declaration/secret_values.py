"""Every secret's value, read from its source and checked, before the first resource is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.declaration import DeclarationError
from components.secrets import kind
from components.secrets.source import MissingSecretError, SecretValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.declaration import Declaration, Mistake
    from components.secrets.declared import DeclaredSecret
    from components.secrets.reference import Reference, SourceName
    from components.secrets.source import Source


def read_values(
    declaration: Declaration, sources: Mapping[SourceName, Source]
) -> Mapping[Reference, SecretValue]:
    """Return what each source gives for each reference.

    Raises:
        DeclarationError: with every secret that its source does not give, or that is not what it
            says to be; nothing of a value is in it.
    """
    values: dict[Reference, SecretValue] = {}
    mistakes: list[Mistake] = []
    for secret in declaration.resolved.secrets:
        reference = secret.config.from_
        try:
            value = values.get(reference) or sources[reference.source].fetch(reference)
        except MissingSecretError as error:
            mistakes.append(declaration.mistake((*secret.path, "from"), str(error), ""))
            continue
        values[reference] = value
        if wrong := _wrong(secret, value):
            what = f"{wrong} ({reference})"
            mistakes.append(declaration.mistake((*secret.path, "from"), what, ""))
    if mistakes:
        raise DeclarationError(mistakes)
    return values


def _wrong(secret: DeclaredSecret, value: SecretValue) -> str | None:
    config = secret.config
    return kind.check(
        value.value, config.kind, project=config.project, registry=config.registry or "pypi"
    )
