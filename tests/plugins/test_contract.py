"""The stand-ins know exactly what the installed packages know: names, types and secrets."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, cast

import pytest
from google.protobuf import empty_pb2, json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2

from engine.stand_ins import sdk, values
from engine.stand_ins.aws import AwsStandIn
from engine.stand_ins.vault import VaultStandIn, go_json, strings

if TYPE_CHECKING:
    import grpc

    from engine.stand_ins.stand_in import StandIn

PLUGINS: list[StandIn] = [VaultStandIn(), AwsStandIn()]
FUNCTIONS = [(plugin, token) for plugin in PLUGINS for token in plugin.functions()]
CONTEXT = cast("grpc.ServicerContext", None)  # these methods do not use it

REQUIRED: dict[str, set[str]] = {
    "vault:kv/getSecretV2:getSecretV2": {"mount", "name"},
    "vault:kv/getSecret:getSecret": {"path"},
    "aws:secretsmanager/getSecretVersion:getSecretVersion": {"secretId"},
    "aws:secretsmanager/getSecret:getSecret": set(),
    "aws:ssm/getParameter:getParameter": {"name"},
    "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": set(),
}
"""By the providers' schemas."""


def ident(value: StandIn | str) -> str:
    """The name of a test's parameter."""
    return value if isinstance(value, str) else value.name


def failures(plugin: StandIn, **config: Any) -> list[str]:  # noqa: ANN401 - any JSON
    """What the plugin says against a configuration."""
    news = struct_pb2.Struct()
    news.update(config)
    answer = plugin.CheckConfig(provider_pb2.CheckRequest(news=news), CONTEXT)
    return [each.reason for each in answer.failures]


def refused(plugin: StandIn, token: str, **arguments: Any) -> list[str]:  # noqa: ANN401 - any JSON
    """What the plugin says against the arguments of a call that it must not make."""
    struct = struct_pb2.Struct()
    struct.update(arguments)
    answer = plugin.Invoke(provider_pb2.InvokeRequest(tok=token, args=struct), CONTEXT)
    return [each.reason for each in answer.failures]


@pytest.mark.parametrize("plugin", PLUGINS, ids=ident)
def test_settings(plugin: StandIn) -> None:
    """What a stand-in acts on is an input of the package's provider."""
    assert plugin.settings <= plugin.provider.inputs.keys()


@pytest.mark.parametrize("plugin", PLUGINS, ids=ident)
def test_version(plugin: StandIn) -> None:
    """It says the version of the package that it stands in for."""
    said = plugin.GetPluginInfo(empty_pb2.Empty(), CONTEXT).version
    assert said == importlib.metadata.version(plugin.package.replace("_", "-"))


@pytest.mark.parametrize(("plugin", "token"), FUNCTIONS, ids=ident)
def test_required(plugin: StandIn, token: str) -> None:
    """What has to be given is what the provider's schema says."""
    assert plugin.entity(token).required == REQUIRED[token]
    for name in REQUIRED[token]:
        assert f"{name}: it has to be given" in refused(plugin, token)


@pytest.mark.parametrize(("plugin", "token"), FUNCTIONS, ids=ident)
def test_secret_outputs(plugin: StandIn, token: str) -> None:
    """What is marked as secret is an output of the package's function."""
    assert plugin.secret(token) <= plugin.entity(token).outputs.keys()


@pytest.mark.parametrize(("plugin", "token"), FUNCTIONS, ids=ident)
def test_unknown_argument(plugin: StandIn, token: str) -> None:
    """An argument that the package's function has not is named."""
    given_ = dict.fromkeys(REQUIRED[token], "x")
    assert refused(plugin, token, **given_, colour="red") == ["colour: there is no such input"]


@pytest.mark.parametrize(("plugin", "token"), FUNCTIONS, ids=ident)
def test_mistyped_argument(plugin: StandIn, token: str) -> None:
    """An argument of another type is named, with both types and without its value."""
    for name, shape in plugin.entity(token).inputs.items():
        wrong = 7 if shape == {"kind": "string"} else "canary-1"
        arguments = {**dict.fromkeys(REQUIRED[token], "x"), name: wrong}
        (said,) = refused(plugin, token, **arguments)
        assert said.startswith(f"{name}: a ")
        assert "canary-1" not in said


RESOURCES = [(plugin, token) for plugin in PLUGINS for token in plugin.resources()]


def wrong_inputs(plugin: StandIn, token: str, **inputs: Any) -> list[str]:  # noqa: ANN401 - any JSON
    """What the plugin says against the inputs of a resource."""
    news = struct_pb2.Struct()
    news.update(inputs)
    urn = f"urn:pulumi:test::project::portcullis:index:Trust${token}::name"
    answer = plugin.Check(provider_pb2.CheckRequest(urn=urn, news=news), CONTEXT)
    return [each.reason for each in answer.failures]


@pytest.mark.parametrize(("plugin", "token"), RESOURCES, ids=ident)
def test_resources_are_those_of_the_package(plugin: StandIn, token: str) -> None:
    """A resource's inputs are checked by name, type and presence, as the package has them."""
    entity, kind = plugin.resource_entity(token), plugin.resources()[token]
    assert kind.computed <= entity.outputs.keys() - entity.inputs.keys()
    assert kind.replaced_by | kind.compared.keys() <= entity.inputs.keys()
    missing = {f"{name}: it has to be given" for name in entity.required}
    assert missing <= set(wrong_inputs(plugin, token))
    assert "colour: there is no such input" in wrong_inputs(plugin, token, colour="red")


@pytest.mark.parametrize("first", ["functions", "resources"])
def test_looking_at_a_package_leaves_it_whole(first: str) -> None:
    """After a stand-in has looked at a package, a program in the same process finds all of it."""
    program = (
        "import pulumi_aws, pulumi_vault\n"
        "from engine.stand_ins.aws import AwsStandIn\n"
        "from engine.stand_ins.vault import VaultStandIn\n"
        "for plugin in (VaultStandIn(), AwsStandIn()):\n"
        f"    for token in plugin.{first}():\n"
        f"        plugin.{'entity' if first == 'functions' else 'resource_entity'}(token)\n"
        "pulumi_vault.jwt.AuthBackend, pulumi_vault.kv.get_secret_v2\n"
        "pulumi_aws.iam.Role, pulumi_aws.iam.get_open_id_connect_provider, pulumi_aws.ssm\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("plugin", PLUGINS, ids=ident)
def test_unknown_setting(plugin: StandIn) -> None:
    """An input that the package's provider has not is named; what the engine adds is none."""
    assert failures(plugin, colour="red") == [f"{plugin.name}:colour: there is no such input"]
    assert failures(plugin, version="7.0.0", __internal={}) == []


def test_mistyped_settings() -> None:
    """Also inside an object, which comes as JSON; all mistakes at once."""
    vault, aws = PLUGINS
    assert failures(vault, authLogin='{"path": 1, "colour": "red"}', maxRetries='"two"') == [
        "vault:authLogin.colour: there is no such input",
        "vault:authLogin.path: a string is expected, not a int",
        "vault:maxRetries: a integer is expected, not a str",
    ]
    assert failures(aws, endpoints='[{"ssmm": "http://127.0.0.1:1"}]', region="x") == [
        "aws:endpoints[0].ssmm: there is no such input"
    ]


def test_unknown_in_a_preview() -> None:
    """What a preview cannot know yet is of the right type."""
    assert failures(PLUGINS[0], skipChildToken=rpc.UNKNOWN, authLogin=rpc.UNKNOWN) == []


def test_setting_that_is_not_acted_on() -> None:
    """What the package has and the stand-in has not is no silent success."""
    (said,) = failures(PLUGINS[0], authLoginAws='{"role": "x"}')
    assert said.startswith("vault:authLoginAws: the plugin that stands in for pulumi_vault")


def test_secrets_are_marked() -> None:
    """A secret output is wrapped as the protocol has it, and read back as its value."""
    struct = values.packed({"data": {"a": "b"}, "path": "p", "no": None}, frozenset({"data"}))
    marked = json_format.MessageToDict(struct)["data"]
    assert marked == {**values.SECRET, "value": {"a": "b"}}
    assert values.plain(struct) == {"data": {"a": "b"}, "path": "p"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON))
def test_json_as_go_writes_it(data: dict[str, Any]) -> None:
    """`dataJson` is that JSON, in one order, and safe in a page."""
    written = go_json(data)
    assert json.loads(written) == data
    assert written == go_json(dict(reversed(data.items())))
    assert not set("<>&") & set(written)


@given(st.dictionaries(st.text(), JSON))
def test_strings(data: dict[str, Any]) -> None:
    """`data` holds strings as they are, and all else as JSON."""
    for key, value in strings(data).items():
        assert value == data[key] if isinstance(data[key], str) else value == go_json(data[key])


def test_functions_of_a_module() -> None:
    """The tests' reading of the SDK finds required inputs of functions with several words."""
    module = importlib.import_module("pulumi_aws.secretsmanager.get_secret_version")
    (found,) = sdk.functions_of(module).values()
    assert found.required == {"secretId"}
    assert set(found.inputs) == {"region", "secretId", "versionId", "versionStage"}
