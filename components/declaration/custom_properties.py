"""Custom properties: values that a property does not take, and selections of nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.declaration.mistakes import listed, nearest
from components.organization import selected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.declaration.mistakes import Problem
    from components.declaration.yaml_file import Segments
    from components.organization import OrganizationConfig
    from components.visibility import SelectionConfig


def check(config: OrganizationConfig) -> Iterator[Problem]:
    """Find values of repositories that the organization's properties do not take."""
    for name, repository in config.repositories.items():
        for property_ in repository.properties:
            path: Segments = ("repositories", name, "properties", property_)
            yield from _values(path, property_, config.property_values(name, property_), config)


def selection(
    path: Segments, selection: SelectionConfig, config: OrganizationConfig
) -> Iterator[Problem]:
    """Find a selection by values that cannot be, or that no repository has."""
    problems = [
        problem
        for property_, values in selection.properties.items()
        for value in values
        for problem in _values((*path, "properties", property_), property_, [value], config)
    ]
    yield from problems
    if not problems and not selected(selection, config):
        yield path, "no repository of this organization has these properties", ""


def _values(
    path: Segments, property_: str, values: list[str], config: OrganizationConfig
) -> Iterator[Problem]:
    declared = config.properties.get(property_)
    if declared is None:
        what = "there is no such property in this organization"
        yield path, what + nearest(property_, config.properties), listed(config.properties)
    elif not declared.takes(values):
        yield (
            path,
            f"`{property_}` does not take this value",
            listed(declared.choices or ["one text"]),
        )
