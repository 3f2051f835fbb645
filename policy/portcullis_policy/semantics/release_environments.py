"""Which environments are release environments: by their use, their component, else their name."""

from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.rule import RELEASE, USED, Resource
from portcullis_policy.settings import Settings

ENVIRONMENT = "portcullis:index:Environment"
"""The component whose input `release` is read: `release`, `trial`, or absent."""


def is_release(resource: Resource, settings: Settings) -> bool:
    """Say whether something is published through the resource's environment, trials included.

    Args:
        resource: an environment, or one of its policies or secrets.
        settings: hold the pattern of names for what no component speaks of.
    """
    if resource.release is not None:
        return True
    name = resource.facts.text("environment")
    return name is UNKNOWN or (name is not None and settings.is_release_environment(name))


def needs_reviewers(resource: Resource, settings: Settings) -> bool:
    """Say whether the environment publishes for real: it is no place of trial."""
    if resource.release is not None:
        return resource.release in (RELEASE, USED)
    name = resource.facts.text("environment")
    return is_release(resource, settings) and (
        name is UNKNOWN or name is None or not settings.is_test_environment(name)
    )


def key(facts: Facts) -> tuple[object, object]:
    """Return what tells one environment from another; GitHub ignores the case of both."""
    return _lower(facts.text("repository")), _lower(facts.text("environment"))


def _lower(name: object) -> object:
    return name.lower() if isinstance(name, str) else name
