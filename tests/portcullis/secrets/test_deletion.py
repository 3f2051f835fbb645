"""When a preview deletes all secrets."""

from __future__ import annotations

import pytest

from portcullis.pulumi_runs.events import Run
from portcullis.secrets.deletion import of_all_secrets
from portcullis.secrets.drift import LISTS
from tests.portcullis.engine_events import STACK, urn


def planned(*operations: str, **others: str) -> Run:
    """A preview with these operations on secrets, and others on a resource of another type."""
    run = Run()
    run.resources[STACK] = "same"
    for number, operation in enumerate(operations):
        kind = sorted(LISTS)[number % len(LISTS)]
        run.resources[urn(kind, f"tool/S{number}")] = operation
    for kind, operation in others.items():
        run.resources[urn(kind, "tool")] = operation
    return run


def test_all_of_several_is_all() -> None:
    """Of every scope and store together (S7)."""
    assert of_all_secrets(planned(*["delete"] * len(LISTS)))
    assert of_all_secrets(planned("delete", "delete", Repository="update", Team="same"))


@pytest.mark.parametrize(
    "kept", ["same", "update", "create", "replace", "create-replacement", "import", "refresh"]
)
def test_one_that_stays_makes_it_less_than_all(kept: str) -> None:
    """Whatever is done about it."""
    assert not of_all_secrets(planned("delete", "delete", kept))
    assert not of_all_secrets(planned(kept, "delete", "delete"))


def test_the_only_one_is_all_of_them() -> None:
    """Taking the last secret out of the YAML leaves none, so the name is asked for (S7)."""
    assert of_all_secrets(planned("delete"))


def test_without_secrets_nothing_is_lost() -> None:
    """Deletions of other things are not asked about here."""
    assert not of_all_secrets(planned())
    assert not of_all_secrets(planned(Repository="delete", Team="delete"))


def test_what_has_secret_in_its_name_only_is_none() -> None:
    """Who sees a secret is another resource than the secret; a resource's name says nothing."""
    run = planned("delete", "delete", ActionsOrganizationSecretRepositories="same")
    run.resources[urn("Repository", "github:ActionsSecret")] = "same"
    assert of_all_secrets(run)
