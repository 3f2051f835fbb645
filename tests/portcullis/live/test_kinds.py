"""The kinds of resources that are compared, against the provider that we use."""

from __future__ import annotations

import inspect

import pulumi_github as github
import pytest
from portcullis_policy.facts import UNKNOWN

from portcullis.live.kinds import KINDS, key_of
from portcullis.live.resource import camel

OURS = {"AppInstallation", "Runner"}
"""What the provider cannot declare; it is only reported."""

LIVE_ONLY = {"byDefault", "number", "pending"}
"""Fields that only a live thing has: a webhook's key, and that a person has not accepted yet."""

SECRET = {"value", "keyId"}
"""What holds a secret in the other stores: ignored in all of them."""


@pytest.mark.parametrize("kind", sorted(set(KINDS) - OURS))
def test_a_kind_is_a_type_of_the_provider(kind: str) -> None:
    """Promise: every kind, and each field that identifies or is ignored, exists in the provider."""
    resource = getattr(github, kind)
    fields = {camel(name) for name in inspect.signature(resource._internal_init).parameters}  # noqa: SLF001 - the only list of all fields
    assert {*KINDS[kind].key} <= fields | LIVE_ONLY
    shown = {camel(name) for name, each in inspect.getmembers(resource) if _is_property(each)}
    assert KINDS[kind].ignored <= fields | shown | SECRET | LIVE_ONLY
    assert KINDS[kind].always <= fields


def _is_property(member: object) -> bool:
    return isinstance(member, property)


def test_what_the_provider_has_not_is_known() -> None:
    """Promise: a type that the provider learns is compared as one of its types."""
    assert {kind for kind in KINDS if not hasattr(github, kind)} == OURS


def test_a_key_that_is_not_known_yet_is_no_key() -> None:
    """Promise: a resource whose name is unknown is not taken for one that exists."""
    assert key_of("Repository", {"name": UNKNOWN}) is None
    assert key_of("TeamRepository", {"teamId": 7.0, "repository": "Tool"}) == (
        "TeamRepository",
        "7",
        "tool",
    )
