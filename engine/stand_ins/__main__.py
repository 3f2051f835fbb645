"""`python -m engine.stand_ins vault` is a plugin as the engine starts it: it prints its port."""

from __future__ import annotations

import os
import signal
import sys

from engine.stand_ins import stand_in

SECONDS_BETWEEN_LOOKS = 2.0
"""How often a plugin looks whether the engine that started it is still there."""


def main(name: str) -> None:
    """Serve a plugin until the engine ends it, or is gone."""
    engine = os.getppid()
    plugin: stand_in.StandIn
    if name == "vault":  # only the one's libraries are loaded
        from engine.stand_ins.vault import VaultStandIn  # noqa: PLC0415 - see above

        plugin = VaultStandIn()
    else:
        from engine.stand_ins.aws import AwsStandIn  # noqa: PLC0415 - see above

        plugin = AwsStandIn()
    server, port = stand_in.serve(plugin)
    signal.signal(signal.SIGTERM, lambda *_: server.stop(None))
    print(port, flush=True)  # noqa: T201 - the protocol
    # wait_for_termination returns True when only the time is up
    while server.wait_for_termination(timeout=SECONDS_BETWEEN_LOOKS):
        if os.getppid() != engine:  # it was killed, and could not end its plugins
            server.stop(None)


if __name__ == "__main__":
    main(sys.argv[1])
