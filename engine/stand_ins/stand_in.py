"""What both stand-ins share: the protocol, the checks against the SDK, the journal.

The protocol is proto/pulumi/provider.proto in pulumi/pulumi. Which outputs are secret, what a
function asks of its service and how errors read is as in the upstream Terraform providers, which
the published plugins wrap; what the bridge between both adds to an error is added here too.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import json
import os
from abc import ABC, abstractmethod
from concurrent import futures
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from engine.stand_ins import sdk, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from google.protobuf.empty_pb2 import Empty

    from engine.stand_ins.resource import Resource

JOURNAL = "PORTCULLIS_PLUGIN_JOURNAL"
"""The variable that names the file in which calls and requests are noted."""

Values = dict[str, Any]


class PluginError(Exception):
    """What the real plugin would say, on one or more lines."""


class StandIn(provider_pb2_grpc.ResourceProviderServicer, ABC):
    """A plugin; a class for each package says which functions and resources there are."""

    package: ClassVar[str]
    """The installed package that it stands in for, such as `pulumi_vault`."""

    settings: ClassVar[frozenset[str]]
    """The provider's inputs that it acts on."""

    def __init__(self) -> None:
        """Take the shapes of all inputs from the installed package."""
        self.name = self.package.removeprefix("pulumi_")
        self.provider = sdk.provider(self.package)
        self.config: Values = {}
        self.shapes: dict[str, sdk.Entity] = {}

    @abstractmethod
    def functions(self) -> Mapping[str, Callable[[Values], Values]]:
        """Return each function, by its token."""

    def resources(self) -> Mapping[str, Resource]:
        """Return each type of resource, by its token."""
        return {}

    @abstractmethod
    def secret(self, token: str) -> frozenset[str]:
        """Return the outputs of a function that are secret."""

    def configure(self) -> None:
        """Do what the real plugin does when it is configured."""

    # The methods of the protocol, by its names.

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:  # noqa: N802 - the protocol's
        """Give the version of the package."""
        del request, context
        version = importlib.metadata.version(self.package.replace("_", "-"))
        return plugin_pb2.PluginInfo(version=version)

    def CheckConfig(  # noqa: N802 - as above
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Name every input that the package has not, or has with another type."""
        del context
        wrong = self._mistakes_in(self._config(request.news))
        failures = [provider_pb2.CheckFailure(reason=each) for each in wrong]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(  # noqa: N802 - as above
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Say whether the configuration has changed; never that it takes another provider."""
        del context
        changed = self._config(request.olds) != self._config(request.news)
        kinds = provider_pb2.DiffResponse
        return kinds(changes=kinds.DIFF_SOME if changed else kinds.DIFF_NONE)

    def Configure(  # noqa: N802 - as above
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Take the configuration; secrets in arguments are not asked for, as by the bridge."""
        self.note(call="Configure")
        self.config = self._config(request.args)
        if wrong := self._mistakes_in(self.config):
            self._refuse(context, "\n".join(wrong))
        try:
            self.configure()
        except PluginError as error:
            self._refuse(context, str(error))
        return provider_pb2.ConfigureResponse(
            supportsPreview=True, supports_autonaming_configuration=True
        )

    def Invoke(  # noqa: N802 - as above
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Call a function."""
        token, arguments = request.tok, values.plain(request.args)
        self.note(call="Invoke", token=token)
        function = self.functions().get(token)
        if function is None:
            self._refuse(context, f"unrecognized data function (Invoke): {token}")
        entity = self.entity(token)
        wrong = list(values.mistakes("", arguments, entity.inputs))
        wrong += [f"{name}: it has to be given" for name in entity.required - arguments.keys()]
        if wrong:
            failures = [provider_pb2.CheckFailure(reason=each) for each in sorted(wrong)]
            return provider_pb2.InvokeResponse(failures=failures)
        try:
            answer = function(arguments)
        except PluginError as error:
            self._refuse(context, f"invoking {token}: 1 error occurred:\n\t* {error}\n\n")
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(values.packed(answer, self.secret(token)))
        return response

    def Check(  # noqa: N802 - as above
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Name every input that the package has not, has with another type, or needs."""
        token = _type(request.urn)
        if token not in self.resources():
            self._refuse(context, f"unrecognized resource type (Check): {token}")
        entity, inputs = self.resource_entity(token), values.plain(request.news)
        wrong = list(values.mistakes("", inputs, entity.inputs))
        wrong += [f"{name}: it has to be given" for name in entity.required - inputs.keys()]
        failures = [provider_pb2.CheckFailure(reason=each) for each in sorted(wrong)]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def Diff(  # noqa: N802 - as above
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Name the inputs that changed, and those that take a new resource."""
        del context
        kind = self.resources()[_type(request.urn)]
        old, new = values.plain(request.old_inputs), values.plain(request.news)
        changed = [
            name for name in kind.changed(old, new) if name not in set(request.ignoreChanges)
        ]
        kinds = provider_pb2.DiffResponse
        return kinds(
            changes=kinds.DIFF_SOME if changed else kinds.DIFF_NONE,
            diffs=changed,
            replaces=[name for name in changed if name in kind.replaced_by],
        )

    def Create(  # noqa: N802 - as above
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Create a resource; in a preview, only its inputs are known."""
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        token, inputs = _type(request.urn), values.plain(request.properties)
        self.note(call="Create", token=token)
        with self._failing(context, "creating", token):
            ident, outputs = self.resources()[token].create(inputs)
        return provider_pb2.CreateResponse(
            id=ident, properties=values.packed({**inputs, **outputs}, frozenset())
        )

    def Read(  # noqa: N802 - as above
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """Read a resource; without an id where it is gone."""
        token, known = _type(request.urn), values.plain(request.inputs)
        self.note(call="Read", token=token)
        kind = self.resources()[token]
        with self._failing(context, "reading", token):
            found = kind.read(request.id)
        if found is None:
            return provider_pb2.ReadResponse()
        inputs = kind.live(known, found)
        none: frozenset[str] = frozenset()
        return provider_pb2.ReadResponse(
            id=request.id,
            inputs=values.packed(inputs, none),
            properties=values.packed({**found, **inputs}, none),
        )

    def Update(  # noqa: N802 - as above
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Update a resource."""
        token, inputs = _type(request.urn), values.plain(request.news)
        kind = self.resources()[token]
        kept = {
            name: value
            for name, value in values.plain(request.olds).items()
            if name in kind.computed
        }
        if request.preview:
            return provider_pb2.UpdateResponse(
                properties=values.packed({**inputs, **kept}, frozenset())
            )
        self.note(call="Update", token=token)
        with self._failing(context, "updating", token):
            kind.update(request.id, inputs)
        return provider_pb2.UpdateResponse(
            properties=values.packed({**inputs, **kept}, frozenset())
        )

    def Delete(  # noqa: N802 - as above
        self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Delete a resource."""
        token = _type(request.urn)
        self.note(call="Delete", token=token)
        with self._failing(context, "deleting", token):
            self.resources()[token].delete(request.id)
        return empty_pb2.Empty()

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:  # noqa: N802 - as above
        """End nothing: each call ends by itself."""
        del context
        return request

    # What the classes for the packages use.

    def entity(self, token: str) -> sdk.Entity:
        """Return what the package says of a function."""
        if token not in self.shapes:
            module, name = token.split(":")[1].split("/")
            snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
            sdk.loaded(self.package, module, snake)
            path = f"{self.package}.{module}.{snake}"
            self.shapes.update(sdk.functions_of(importlib.import_module(path)))
        return self.shapes[token]

    def resource_entity(self, token: str) -> sdk.Entity:
        """Return what the package says of a type of resource."""
        if token not in self.shapes:
            self.shapes[token] = sdk.resource_of(self.package, token)
        return self.shapes[token]

    @contextlib.contextmanager
    def _failing(self, context: grpc.ServicerContext, doing: str, token: str) -> Iterator[None]:
        """Turn a failure into the protocol's."""
        try:
            yield
        except PluginError as error:
            self._refuse(context, f"{doing} {token}: 1 error occurred:\n\t* {error}\n\n")

    def note(self, **what: str) -> None:
        """Note a call of the engine's, or a request to the service, in the journal if there is one.

        One write a line: several plugins may write at the same time.
        """
        if path := os.environ.get(JOURNAL):
            line = json.dumps({"plugin": self.name, **what}) + "\n"
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, line.encode())
            finally:
                os.close(file)

    def _config(self, struct: Any) -> Values:  # noqa: ANN401 - a Struct
        return values.decoded(values.plain(struct), self.provider.inputs)

    def _mistakes_in(self, config: Values) -> list[str]:
        wrong = list(values.mistakes(f"{self.name}:", config, self.provider.inputs))
        wrong += [
            f"{self.name}:{name}: the plugin that stands in for {self.package} does not "
            "act on this input"
            for name in config.keys() & self.provider.inputs.keys() - self.settings
        ]
        return sorted(wrong)

    @staticmethod
    def _refuse(context: grpc.ServicerContext, message: str) -> NoReturn:
        context.abort(grpc.StatusCode.UNKNOWN, message)
        raise AssertionError("abort raises")


def _type(urn: str) -> str:
    """Return the type of the resource that a URN names."""
    return urn.split("::")[2].rpartition("$")[2]


def serve(plugin: StandIn) -> tuple[grpc.Server, int]:
    """Start serving a plugin on a loopback port that the system chooses; return that port."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(plugin, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port
