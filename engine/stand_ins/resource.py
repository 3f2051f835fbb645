"""Resources of a stand-in: what a plugin does to create, read, update and delete one type."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Values = dict[str, Any]


def as_given(value: object) -> object:
    """Return a value as it is compared: as it is."""
    return value


def as_json(value: object) -> object:
    """Return a text of JSON as it is compared: by its content."""
    try:
        return json.loads(str(value))
    except ValueError:
        return value


@dataclass(frozen=True)
class Resource:
    """One type of resource; the values are named as in the SDK's inputs and outputs."""

    create: Callable[[Values], tuple[str, Values]]
    """From the inputs to the id and the outputs that are no inputs."""
    read: Callable[[str], Values | None]
    """From the id to the inputs and outputs of the live thing; None where there is none."""
    update: Callable[[str, Values], None]
    """Make the thing of this id as the inputs say."""
    delete: Callable[[str], None]
    replaced_by: frozenset[str]
    """Inputs whose change takes a new resource."""
    computed: frozenset[str] = frozenset()
    """Outputs that are no inputs."""
    compared: Mapping[str, Callable[[object], object]] = field(default_factory=dict)
    """How an input is compared, where two spellings mean the same."""

    def changed(self, old: Values, new: Values) -> list[str]:
        """Return the inputs that are not the same."""
        return sorted(
            name
            for name in old.keys() | new.keys()
            if self._same(name, old.get(name)) != self._same(name, new.get(name))
        )

    def live(self, known: Values, found: Values) -> Values:
        """Return the inputs of a live thing; those ``known`` keep their spelling, or are left out.

        Whatever is not among the known inputs has the provider's default, unless this is an import,
        where nothing is known.
        """
        inputs = {name: value for name, value in found.items() if name not in self.computed}
        if not known:
            return inputs
        return {
            name: known[name]
            if self._same(name, known[name]) == self._same(name, inputs.get(name))
            else inputs.get(name)
            for name in known
        }

    def _same(self, name: str, value: object) -> object:
        return self.compared.get(name, as_given)(value)
