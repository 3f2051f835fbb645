"""The GitHub plugin that we build takes and gives what the published pulumi-github package says."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

import engine
from engine import recipe
from engine.stand_ins import sdk

if TYPE_CHECKING:
    from collections.abc import Iterator

Property = dict[str, Any]


@pytest.fixture(scope="module")
def plugin() -> dict[str, Any]:
    """What our plugin says of itself."""
    cached = engine.ensure_github_plugin()
    said = subprocess.run([cached, "-schema"], capture_output=True, check=True).stdout
    schema: dict[str, Any] = json.loads(said)
    return schema


@functools.cache
def sdk_resources() -> dict[str, sdk.Entity]:
    """The resource classes of the installed package."""
    return sdk.resources()


@functools.cache
def sdk_functions() -> dict[str, sdk.Entity]:
    """The functions of the installed package."""
    return sdk.functions()


def differences(path: str, ours: Property, theirs: sdk.Shape) -> Iterator[str]:
    """Where the shape of a property in the plugin is not the one in the SDK."""
    mine, wanted = (
        next(k for k in ("kind", "list", "map", "object") if k in s) for s in (ours, theirs)
    )
    if mine != wanted:
        yield f"{path}: the plugin has {mine}, pulumi-github {wanted}"
    elif mine == "kind":
        if ours["kind"] != theirs["kind"]:
            yield f"{path}: the plugin has {ours['kind']}, pulumi-github {theirs['kind']}"
    elif mine == "object":
        yield from name_differences(path, set(ours["object"]), set(theirs["object"]))
        for name in ours["object"].keys() & theirs["object"].keys():
            yield from differences(f"{path}.{name}", ours["object"][name], theirs["object"][name])
    else:
        yield from differences(f"{path}[]", ours[mine], theirs[mine])


def name_differences(path: str, ours: set[str], theirs: set[str]) -> Iterator[str]:
    """Names that only one side has."""
    for name in sorted(ours - theirs):
        yield f"{path}.{name}: pulumi-github does not know it"
    for name in sorted(theirs - ours):
        yield f"{path}.{name}: the plugin does not know it"


def all_differences(name: str, ours: dict[str, Property], theirs: sdk.Entity) -> Iterator[str]:
    """Where an entity of the plugin is not what the SDK says."""
    inputs = {key for key, value in ours.items() if value.get("input")}
    yield from name_differences(f"{name} inputs", inputs, set(theirs.inputs))
    # `id` is a property of every resource; the SDK lists it for functions only.
    yield from name_differences(f"{name} outputs", set(ours) - {"id"}, set(theirs.outputs) - {"id"})
    for side in (theirs.inputs, theirs.outputs):
        for key in ours.keys() & side.keys():
            yield from differences(f"{name}.{key}", ours[key], side[key])


@pytest.mark.parametrize("token", sorted(sdk_resources()))
def test_resource(token: str, plugin: dict[str, Any]) -> None:
    """A resource class has one token, and the same properties in the same shapes, on both sides."""
    assert token in plugin["resources"], f"the plugin does not have {token}"
    ours = plugin["resources"][token]["properties"]
    assert list(all_differences(token.rsplit(":", 1)[-1], ours, sdk_resources()[token])) == []


@pytest.mark.parametrize("token", sorted(sdk_resources()))
def test_required_inputs(token: str, plugin: dict[str, Any]) -> None:
    """What must be given is the same; `name` may be left out, for it is made up then."""
    ours = plugin["resources"][token]["properties"]
    required = {key for key, value in ours.items() if value.get("required")}
    assert required - {"name"} == sdk_resources()[token].required - {"name"}


@pytest.mark.parametrize("token", sorted(sdk_resources()))
def test_secret_outputs(token: str, plugin: dict[str, Any]) -> None:
    """What the SDK marks as secret, the plugin marks too: it is encrypted in the state."""
    ours = plugin["resources"][token]["properties"]
    assert {key for key, value in ours.items() if value.get("secret")} == sdk_resources()[
        token
    ].secret


@pytest.mark.parametrize("token", sorted(sdk_functions()))
def test_function(token: str, plugin: dict[str, Any]) -> None:
    """A function has the same arguments and results on both sides."""
    assert token in plugin["functions"], f"the plugin does not have {token}"
    ours = plugin["functions"][token]["properties"]
    assert list(all_differences(token.rsplit(":", 1)[-1], ours, sdk_functions()[token])) == []


def test_provider(plugin: dict[str, Any]) -> None:
    """The provider takes the same configuration, and its token is a secret."""
    theirs = sdk.provider()
    ours = {name: {**value, "input": True} for name, value in plugin["provider"].items()}
    assert list(name_differences("Provider", set(ours), set(theirs.inputs))) == []
    found = [
        d for key in ours for d in differences(f"Provider.{key}", ours[key], theirs.inputs[key])
    ]
    assert found == []
    assert {key for key, value in ours.items() if value.get("secret")} == theirs.secret == {"token"}


def test_nothing_more(plugin: dict[str, Any]) -> None:
    """The plugin has no resource or function that the package lacks: both are of one release."""
    assert set(plugin["resources"]) == set(sdk_resources())
    assert set(plugin["functions"]) == set(sdk_functions())


def test_deleted_before_replaced(plugin: dict[str, Any]) -> None:
    """As in the published plugin: what GitHub would not take twice is deleted first.

    Source: pulumi/pulumi-github, provider/resources.go.
    """
    first = {
        entity["terraform"]
        for entity in plugin["resources"].values()
        if entity.get("deleteBeforeReplace")
    }
    assert first == {
        "github_actions_environment_secret",
        "github_repository_autolink_reference",
        "github_repository_collaborator",
        "github_repository_deploy_key",
    }


def test_release() -> None:
    """The plugin stands in for exactly the installed pulumi-github, over the provider it names."""
    assert importlib.metadata.version("pulumi-github") == recipe.GITHUB_SDK
    go_mod = (recipe.GITHUB.folder / "go.mod").read_text()
    assert f"terraform-provider-github/v6 v{recipe.TERRAFORM_PROVIDER}\n" in go_mod
