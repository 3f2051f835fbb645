"""Services that answer, but not as they should: what the stand-ins make of it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NoReturn, cast

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from engine.stand_ins.aws import PARAMETER, VERSION, AwsStandIn
from engine.stand_ins.vault import V2, VaultStandIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    import grpc

    from engine.stand_ins.stand_in import StandIn

CANARY = "canary-31aa04"


class Aborted(Exception):  # noqa: N818 - what gRPC's own is like
    """The plugin ended a call with an error."""


class Context:
    """What gRPC gives a method, as far as the plugins use it."""

    def abort(self, code: object, details: str) -> NoReturn:
        """End the call."""
        del code
        raise Aborted(details)


CONTEXT = cast("grpc.ServicerContext", Context())


class Service(ThreadingHTTPServer):
    """A service that gives every request the same answer, and remembers headers."""

    status: int | None = 200
    """None drops the connection."""
    body = "{}"

    def __init__(self) -> None:
        """Listen on a port that the system chooses."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.headers: list[dict[str, str]] = []

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    def answer(self) -> None:
        """Give the service's answer."""
        service = cast("Service", self.server)
        service.headers.append(dict(self.headers.items()))
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if service.status is None:
            self.close_connection = True
            return
        self.send_response(service.status)
        body = service.body.encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[Service]:
    """A service whose answer a test sets."""
    with Service() as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def configured(plugin: StandIn, **config: Any) -> StandIn:  # noqa: ANN401 - any JSON
    """That plugin, configured."""
    plugin.Configure(provider_pb2.ConfigureRequest(args=struct(**config)), CONTEXT)
    return plugin


def struct(**content: Any) -> struct_pb2.Struct:  # noqa: ANN401 - any JSON
    """A message with this content."""
    made = struct_pb2.Struct()
    made.update(content)
    return made


def refusal(plugin: StandIn, token: str, **arguments: Any) -> str:  # noqa: ANN401 - any JSON
    """With what the plugin ends a call; it quotes no value."""
    with pytest.raises(Aborted) as error:
        plugin.Invoke(provider_pb2.InvokeRequest(tok=token, args=struct(**arguments)), CONTEXT)
    assert CANARY not in str(error.value)
    return str(error.value)


def vault(service: Service, **config: object) -> StandIn:
    """Vault's plugin, for that service."""
    return configured(VaultStandIn(), address=service.address, token=CANARY, **config)


def aws(service: Service) -> StandIn:
    """AWS' plugin, for that service."""
    return configured(
        AwsStandIn(),
        region="eu-central-1",
        accessKey="AKIAAKIAAKIAAKIAAKIA",
        secretKey=CANARY,
        endpoints=[{"secretsmanager": service.address, "ssm": service.address}],
        skipCredentialsValidation=True,
    )


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (503, '{"errors": ["Vault is sealed"]}', "Code: 503. Errors:\n\n* Vault is sealed"),
        (500, CANARY, "Code: 500. Errors:"),
        (200, f"<html>{CANARY}", "invalid character"),
        (200, "[1]", "it is no JSON object"),
        (None, "", "ConnectionError"),
    ],
)
def test_vault(service: Service, status: int | None, body: str, reason: str) -> None:
    """A Vault that is sealed, breaks or is none gives an error, without what it said in words."""
    service.status, service.body = status, body
    said = refusal(vault(service), V2, mount="kv", name="a")
    assert said.startswith(f"invoking {V2}: 1 error occurred:\n\t* failed to lookup token, err=")
    assert reason in said


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (
            500,
            '{"__type": "InternalServiceError", "message": "oops"}',
            "InternalServiceError: oops",
        ),
        (400, '{"__type": "ThrottlingException"}', "StatusCode: 400"),
        (200, f"<html>{CANARY}", "deserialization failed"),
        (None, "", "request send failed"),
    ],
)
def test_aws(service: Service, status: int | None, body: str, reason: str) -> None:
    """An AWS that breaks or is none gives an error, without what it said in words."""
    service.status, service.body = status, body
    said = refusal(aws(service), VERSION, secretId="a")
    assert "operation error Secrets Manager: GetSecretValue" in said
    assert reason in said
    said = refusal(aws(service), PARAMETER, name="/a")
    assert "reading SSM Parameter (/a): operation error SSM: GetParameter" in said
    assert reason in said


def test_namespaces(service: Service) -> None:
    """A function's namespace is below the provider's, for what it reads only."""
    service.body = '{"auth": {"client_token": "child"}, "data": {"data": {}}}'
    plugin = vault(service, namespace="guild")
    plugin.Invoke(
        provider_pb2.InvokeRequest(
            tok=V2, args=struct(mount="kv", name="a", namespace="/release/")
        ),
        CONTEXT,
    )
    sent = [each.get("X-Vault-Namespace") for each in service.headers]
    assert sent == ["guild", "guild", "guild/release"]
    assert [each["X-Vault-Token"] for each in service.headers] == [CANARY, CANARY, "child"]


def test_no_such_function(service: Service) -> None:
    """A function that no stand-in has is named."""
    said = refusal(aws(service), "aws:s3/getBucket:getBucket", bucket="a")
    assert said == "unrecognized data function (Invoke): aws:s3/getBucket:getBucket"
