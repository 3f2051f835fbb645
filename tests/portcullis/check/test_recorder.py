"""What a program declares is recorded as the engine would show it to the pack."""

from __future__ import annotations

import sys

import pulumi
import pulumi_github as github
import pytest
from portcullis_policy.facts import UNKNOWN

from portcullis.check.recorder import Registered, record
from tests.portcullis.check.projects import CANARY


def recorded() -> dict[str, Registered]:
    """A small program, by the names of its resources."""

    def program() -> None:
        provider = github.Provider("gh", owner="acme", token=pulumi.Output.secret(CANARY))
        root = pulumi.ComponentResource(
            "portcullis:index:Organization",
            "acme",
            {"path": [], "declaredIn": "orgs/acme.yaml"},
            pulumi.ResourceOptions(providers=[provider]),
        )
        here = pulumi.ResourceOptions(parent=root)
        code = github.Repository("code", name="code", has_wiki=False, opts=here)
        github.RepositoryDeployKey(
            "key", title="key", key="k", read_only=True, repository=code.node_id, opts=here
        )
        github.ActionsSecret(
            "token",
            secret_name="TOKEN",
            repository=code.name,
            value=pulumi.Output.secret(CANARY),
            opts=here,
        )

    return {each.name: each for each in record(program, "dev")}


def test_values_are_plain_unknown_or_left_out() -> None:
    """C3, S1: what GitHub computes is unknown, a secret stays closed, the rest is as declared."""
    found = recorded()
    assert found["code"].inputs["hasWiki"] is False
    assert found["token"].inputs["repository"] == "code"
    assert found["token"].inputs["value"] is UNKNOWN
    assert found["key"].inputs["repository"] is UNKNOWN
    assert "plaintextValue" not in found["token"].inputs
    assert CANARY not in repr(found)


def test_parents_providers_and_dependencies_are_urns() -> None:
    """C3: rules find what belongs to what as they do at the engine."""
    found = recorded()
    assert found["code"].parent == found["acme"].urn
    assert found["code"].provider == found["gh"].urn
    assert found["key"].depends["repository"] == (found["code"].urn,)
    assert found["code"].urn == (
        "urn:pulumi:dev::portcullis::"
        "portcullis:index:Organization$github:index/repository:Repository::code"
    )


def test_stack_comes_first() -> None:
    """C3: rules on the pack's settings judge the stack itself."""
    assert next(iter(recorded().values())).type == "pulumi:pulumi:Stack"


def test_stack_is_recorded_once() -> None:
    """E8: the mocks register the stack too; recorded twice, each finding about it was doubled."""
    urns = [each.urn for each in record(lambda: None, "dev")]
    assert len(urns) == len(set(urns))


def test_a_program_that_asks_a_provider_is_refused() -> None:
    """E8: nothing answers offline, and the error says what was asked."""

    def program() -> object:
        return github.get_user_output(username="ana").id

    with pytest.raises(LookupError, match="github:index/getUser"):
        record(program, "dev")


def test_a_program_that_reads_a_resource_is_refused() -> None:
    """E8: what exists is not known offline either, and the error says which type was asked for."""

    def program() -> object:
        return github.Repository.get("code", "code").name

    with pytest.raises(LookupError, match="github:index/repository:Repository"):
        record(program, "dev")


def test_tracebacks_are_whole_again() -> None:
    """E8: what is switched off for speed is switched on again, after an error too."""
    before = getattr(sys, "tracebacklimit", None)

    def program() -> None:
        raise LookupError("of the program")

    with pytest.raises(LookupError, match="of the program"):
        record(program, "dev")
    assert getattr(sys, "tracebacklimit", None) == before


def test_a_program_stands_below_its_own_stack() -> None:
    """C1: what was recorded earlier in the process, for another stack, is no parent."""
    for stack in ("first", "second"):
        found = record(lambda: pulumi.ComponentResource("portcullis:index:Team", "core"), stack)
        assert [each.parent for each in found[1:]] == [found[0].urn]
        assert found[0].urn.startswith(f"urn:pulumi:{stack}::")
