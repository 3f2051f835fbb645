"""The plugin: Pulumi's protocol for the settings of the table.

Source: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
"""

# ruff: noqa: N802 - the methods have the protocol's names

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc
from pulumi.runtime.rpc import unwrap_rpc_secret

from components.github_access import DOTCOM, App, GitHubAccess, address
from github_settings import inputs
from github_settings.conversation import Conversation, RefusedError
from github_settings.table import PACKAGE, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from google.protobuf.empty_pb2 import Empty

    from github_settings.table import Setting

VERSION = "0.1.0"
CONFIG = ("owner", "baseUrl", "token", "appId", "appInstallationId", "appKey")
"""The provider's inputs."""
_SECRET = {"token", "appKey"}


class Plugin(provider_pb2_grpc.ResourceProviderServicer):
    """One configured provider."""

    _conversation: Conversation

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Give the version."""
        del request, context
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """Describe the provider and its resources."""
        del request, context
        config = {
            name: {"type": "string", **({"secret": True} if name in _SECRET else {})}
            for name in CONFIG
        }
        described = {
            "name": PACKAGE,
            "version": VERSION,
            "config": {"variables": config},
            "provider": {"inputProperties": config},
            "resources": {token: inputs.schema(each) for token, each in SETTINGS.items()},
        }
        return provider_pb2.GetSchemaResponse(schema=json.dumps(described))

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Name every input that the provider does not have."""
        del context
        wrong = sorted(set(_plain(request.news)) - {*CONFIG, "version"})
        failures = [
            provider_pb2.CheckFailure(property=name, reason=f"allowed: {', '.join(CONFIG)}")
            for name in wrong
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Name the inputs that changed. Another organization replaces all resources."""
        del context
        old, new = _plain(request.olds), _plain(request.news)
        changed = [name for name in CONFIG if old.get(name) != new.get(name)]
        return _difference(changed, [name for name in changed if name == "owner"])

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Take address and credentials, those of the environment where none are given."""
        given = _plain(request.args)
        owner = given.get("owner") or os.environ.get("GITHUB_OWNER")
        access = _access(given)
        if not owner or access is None:
            missing = "credentials (GITHUB_TOKEN)" if owner else f"{PACKAGE}:owner (GITHUB_OWNER)"
            _refuse(context, f"{PACKAGE}: missing: {missing}; see docs/github-settings.md")
        self._conversation = Conversation(access, owner)
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Name every wrong input, and what is allowed."""
        setting = self._setting(request.urn, context)
        failures = [
            provider_pb2.CheckFailure(property=name, reason=reason)
            for name, reason in inputs.mistakes(setting, _plain(request.news))
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def Diff(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Name the inputs that changed. Another repository is another resource."""
        setting = self._setting(request.urn, context)
        changed = inputs.changed(setting, _plain(request.old_inputs), _plain(request.news))
        changed = [name for name in changed if name not in request.ignoreChanges]
        return _difference(changed, [name for name in changed if name == "repository"])

    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Set the setting, which GitHub has already with some value."""
        setting, given = self._setting(request.urn, context), _plain(request.properties)
        response = provider_pb2.CreateResponse(properties=request.properties)
        if not request.preview:
            response.id = given["repository"] if setting.of_repository else self._conversation.owner
            with _refusing(context):
                self._conversation.write(setting, response.id, inputs.body(setting, given))
        return response

    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """Read all fields; without an id where the organization or repository is gone."""
        setting = self._setting(request.urn, context)
        if not setting.of_repository and request.id.lower() != self._conversation.owner.lower():
            _refuse(
                context,
                f"{setting.type} has the id {request.id}; "
                f"allowed: {self._conversation.owner}, the provider's owner",
            )
        with _refusing(context):
            found = self._conversation.read(setting, request.id)
        if found is None:
            return provider_pb2.ReadResponse()
        if setting.of_repository:
            found["repository"] = request.id
        values = struct_pb2.Struct()
        values.update(found)
        return provider_pb2.ReadResponse(id=request.id, inputs=values, properties=values)

    def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Set all fields of the setting."""
        setting = self._setting(request.urn, context)
        if not request.preview:
            with _refusing(context):
                self._conversation.write(
                    setting, request.id, inputs.body(setting, _plain(request.news))
                )
        return provider_pb2.UpdateResponse(properties=request.news)

    def Delete(
        self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Set GitHub's default, or leave the setting: the table says which."""
        setting = self._setting(request.urn, context)
        with _refusing(context):
            self._conversation.reset(setting, request.id)
        return empty_pb2.Empty()

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        """End nothing: each call ends by itself."""
        del context
        return request

    @staticmethod
    def _setting(urn: str, context: grpc.ServicerContext) -> Setting:
        token = urn.split("::")[2].rpartition("$")[2]
        if token not in SETTINGS:
            _refuse(context, f"there is no {token}; allowed: {', '.join(sorted(SETTINGS))}")
        return SETTINGS[token]


def _access(given: Mapping[str, str]) -> GitHubAccess | None:
    """Return how GitHub is reached; None without credentials."""
    base_url = address(given.get("baseUrl") or os.environ.get("GITHUB_BASE_URL") or DOTCOM)
    if given.get("appId"):
        key = given.get("appKey") or os.environ.get("GITHUB_APP_PEM_FILE") or ""
        app = App(given["appId"], given.get("appInstallationId", ""), key)
        return GitHubAccess(base_url, app=app)
    token = given.get("token") or os.environ.get("GITHUB_TOKEN")
    return GitHubAccess(base_url, token=token) if token else None


def _difference(changed: list[str], replaces: list[str]) -> provider_pb2.DiffResponse:
    kinds = provider_pb2.DiffResponse
    return kinds(
        changes=kinds.DIFF_SOME if changed else kinds.DIFF_NONE, diffs=changed, replaces=replaces
    )


def _plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return the values of a message, without those that are null, and secrets as they are."""
    values: dict[str, Any] = json_format.MessageToDict(struct)
    return {name: unwrap_rpc_secret(each) for name, each in values.items() if each is not None}


@contextmanager
def _refusing(context: grpc.ServicerContext) -> Iterator[None]:
    """Turn a refusal of GitHub's into the protocol's."""
    try:
        yield
    except RefusedError as error:
        _refuse(context, str(error))


def _refuse(context: grpc.ServicerContext, message: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNKNOWN, message)
    raise AssertionError("abort raises")
