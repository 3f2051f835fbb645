"""Custom properties: facts about repositories, by which secrets and variables choose them.

Source: https://docs.github.com/organizations/managing-organization-settings/managing-custom-properties-for-repositories-in-your-organization
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import pulumi_github as github
from pydantic import Discriminator, Field, Tag, model_validator

from components.base import Config, ShortText, matching

if TYPE_CHECKING:
    import pulumi

PropertyName = Annotated[
    str,
    matching(r"[A-Za-z0-9_$-]{1,75}", "allowed: letters, digits and _ $ -, at most 75"),
]
"""A property's name. GitHub allows `#` too, but the provider would cut the name off there."""
PropertyValue = Annotated[
    str,
    matching(
        r"[ !#-~]{1,75}", "allowed: 1 to 75 printable ASCII characters, without double quotes"
    ),
]
PropertyValues = Annotated[list[PropertyValue], Field(min_length=1)]
ValueOrValues = Annotated[
    Annotated[PropertyValue, Tag("one value")] | Annotated[PropertyValues, Tag("several values")],
    Discriminator(lambda value: "several values" if isinstance(value, list) else "one value"),
]
"""One value, or several. The type that is written decides, so that a mistake is reported once."""


class CustomPropertyConfig(Config):
    """A property that every repository may have; only organization owners set values."""

    type: Literal["string", "single_select", "multi_select", "true_false"] = "single_select"
    """The kind of value: free text, one or several of `allowed`, or true or false."""
    description: ShortText = ""
    """What the property is for."""
    allowed: list[PropertyValue] = Field(default=[], max_length=200)
    """The values to choose from, for the two kinds of `select`."""
    default: PropertyValue | None = None
    """The value of a repository that has none of its own."""

    @model_validator(mode="after")
    def _fits(self) -> CustomPropertyConfig:
        if self.type.endswith("_select") != bool(self.allowed):
            raise ValueError(
                "`allowed` is required for the two `select` types, and has no effect for others"
            )
        if self.default is not None and not self.takes([self.default]):
            raise ValueError("the default is not one of the allowed values")
        return self

    @property
    def choices(self) -> list[str]:
        """The values to choose from; none where any text is a value."""
        return ["true", "false"] if self.type == "true_false" else self.allowed

    def takes(self, values: list[str]) -> bool:
        """Whether a repository may have these values."""
        if self.type != "multi_select" and len(values) > 1:
            return False
        return not self.choices or set(values) <= set(self.choices)


def organization_property(
    name: str, config: CustomPropertyConfig, *, opts: pulumi.ResourceOptions
) -> github.OrganizationCustomProperties:
    """Declare the property ``name`` for all repositories."""
    return github.OrganizationCustomProperties(
        name,
        property_name=name,
        value_type=config.type,
        description=config.description or None,
        allowed_values=list(config.allowed) or None,
        default_value=config.default,
        required=config.default is not None,
        values_editable_by="org_actors",
        opts=opts,
    )


def repository_property(
    name: str,
    values: list[str],
    *,
    type_: str,
    repository: github.Repository,
    repository_name: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the values of the property ``name`` for a repository."""
    github.RepositoryCustomProperty(
        f"{repository_name}/{name}",
        repository=repository.name,
        property_name=name,
        property_type=type_,
        property_values=values,
        opts=opts,
    )
