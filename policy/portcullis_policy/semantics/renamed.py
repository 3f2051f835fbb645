"""Repositories that are about to be renamed: what names them by the old name still means them."""

from collections.abc import Sequence
from dataclasses import replace

from portcullis_policy.rule import Resource
from portcullis_policy.semantics import github as gh


def with_new_names(resources: Sequence[Resource]) -> tuple[Resource, ...]:
    """Return the resources of a stack, each with the new name of its repository.

    At the preview of a rename, the repository has its new name, and the environments, files and
    access of it, which do not change, have the old one. The provider's id of a repository is its
    name on GitHub. Source: https://www.pulumi.com/registry/packages/github/api-docs/repository/
    """
    repositories = [item for item in resources if item.type == gh.REPOSITORY]
    names = {_text(item, "name").lower() for item in repositories}
    new = {
        old.lower(): name
        for item in repositories
        if (old := _text(item, "id")) and (name := _text(item, "name"))
    }
    new = {old: name for old, name in new.items() if old not in names}
    return tuple(
        _renamed(item, new[old]) if (old := _of(item)) in new else item for item in resources
    )


def _of(resource: Resource) -> str:
    """Return the name of the repository that a resource belongs to, in lower case."""
    return "" if resource.type == gh.REPOSITORY else _text(resource, "repository").lower()


def _renamed(resource: Resource, name: str) -> Resource:
    return replace(resource, facts=resource.facts.changed(repository=name))


def _text(resource: Resource, field: str) -> str:
    """Return a text; nothing for a value that is missing or unknown."""
    value = resource.facts.text(field)
    return value if isinstance(value, str) else ""
