"""Asking a source in a stack under Pulumi's mocks: the value, or the error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from components.secrets.reference import Reference
from components.secrets.source import MissingSecretError
from tests.support.recording import Failure, Recording, no_calls, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.secrets.source import SecretValue, Source
    from tests.support.recording import Calls

CANARY = "canary-value-of-a-secret"
"""In every value and every plugin's words: it may be seen nowhere else."""


def reference(**fields: str) -> Reference:
    """A reference, as YAML has it."""
    return Reference.model_validate(fields)


@dataclass
class Plugin:
    """A provider plugin that answers with what it is given, and counts."""

    answer: dict[str, Any] | str
    """A text is a failure, in the plugin's words."""
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __call__(self, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """What it answers."""
        self.asked.append((token, arguments))
        if isinstance(self.answer, str):
            raise Failure(self.answer)
        return self.answer


@dataclass
class Asked:
    """What a source gave, and what was declared on the way."""

    values: list[SecretValue]
    recording: Recording


def ask(
    source: Source,
    *references: Reference,
    config: Mapping[str, str] | None = None,
    encrypted: bool = True,
    calls: Calls = no_calls,
) -> Asked:
    """Fetch references from ``source`` in a stack with this config.

    Raises:
        MissingSecretError: as the source does.
    """
    values: list[SecretValue] = []

    def program() -> None:
        values.extend(source.fetch(each) for each in references)

    keys = list(config or {}) if encrypted else []
    recording = record(program, config, encrypted=keys, calls=calls)
    return Asked(values, recording)


def refusal(source: Source, *references: Reference, **stack: Any) -> str:  # noqa: ANN401 - of `ask`
    """What a source says instead of a value; never the canary."""
    with pytest.raises(MissingSecretError) as raised:
        ask(source, *references, **stack)
    text = str(raised.value)
    assert CANARY not in text
    return text
