"""`visible_to`: which repositories see a secret or variable of the organization.

Source: https://docs.github.com/actions/reference/security/secrets
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Discriminator, Field, Tag

from components.base import Config, RepositoryPattern
from components.custom_property import PropertyName, PropertyValues

if TYPE_CHECKING:
    from components.organization import OrganizationConfig


class SelectionConfig(Config):
    """Repositories chosen by their custom properties: every one that is named has to fit."""

    properties: dict[PropertyName, PropertyValues] = Field(min_length=1)
    """Names of properties, and the values of which a repository has to have one."""


def _kind(value: object) -> str | None:
    """Which choice is meant; its name stands in error locations, so no field may have it."""
    if isinstance(value, list):
        return "by names"
    if isinstance(value, dict | SelectionConfig):
        return "by properties"
    return "by word" if value in ("all", "private") else None


VisibleTo = Annotated[
    Annotated[list[RepositoryPattern], Tag("by names")]
    | Annotated[SelectionConfig, Tag("by properties")]
    | Annotated[Literal["all", "private"], Tag("by word")],
    Discriminator(
        _kind,
        custom_error_type="visible_to",
        custom_error_message="allowed: all, private, a list of repositories (or patterns such as "
        "web-*), or properties and their values",
    ),
]


def selected(
    visible_to: VisibleTo, config: OrganizationConfig
) -> list[str] | Literal["all", "private"]:
    """The names of the declared repositories that are meant, or GitHub's own word."""
    if isinstance(visible_to, str):
        return visible_to
    if isinstance(visible_to, list):
        return [
            name
            for name in config.repositories
            if any(fnmatchcase(name, pattern) for pattern in visible_to)
        ]
    return [
        name
        for name in config.repositories
        if all(
            set(values) & set(config.property_values(name, property_))
            for property_, values in visible_to.properties.items()
        )
    ]


def reached(visible_to: VisibleTo, config: OrganizationConfig) -> list[str]:
    """The names of all declared repositories that see it, GitHub's words spelt out."""
    chosen = selected(visible_to, config)
    if isinstance(chosen, list):
        return chosen
    return [
        name
        for name, repository in config.repositories.items()
        if chosen == "all" or repository.visibility != "public"
    ]
