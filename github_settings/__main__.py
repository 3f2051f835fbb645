"""The plugin as Pulumi starts it: it prints its port, and serves until Pulumi ends it."""

from __future__ import annotations

import os
import signal
import sys
from concurrent import futures
from pathlib import Path

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

SECONDS_BETWEEN_LOOKS = 2.0
"""How often the plugin looks whether the engine that started it is still there."""


def main() -> None:
    """Serve until the engine ends this process, or is gone."""
    if (root := str(Path(__file__).resolve().parents[1])) not in sys.path:
        sys.path.insert(0, root)  # Pulumi runs this folder by its path
    from github_settings.plugin import Plugin  # noqa: PLC0415 - found only now

    engine = os.getppid()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Plugin(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    signal.signal(signal.SIGTERM, lambda *_: server.stop(None))
    print(port, flush=True)  # noqa: T201 - the protocol
    # wait_for_termination returns True when only the time is up
    while server.wait_for_termination(timeout=SECONDS_BETWEEN_LOOKS):
        if os.getppid() != engine:  # it was killed, and could not end its plugins
            server.stop(None)


if __name__ == "__main__":
    main()
