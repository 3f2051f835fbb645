"""`visible_to`: which repositories see a secret or variable of the organization.

Source: https://docs.github.com/actions/reference/security/secrets
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from components.base import Config, RepositoryPattern
from components.custom_property import PropertyName, PropertyValues


class SelectionConfig(Config):
    """Repositories selected by custom properties. A repository has to match all of them."""

    properties: dict[PropertyName, PropertyValues] = Field(min_length=1)
    """Names of properties, each with the values that match."""


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

Selected = list[str] | Literal["all", "private"]
"""Names of declared repositories, or the word that GitHub has for them."""
