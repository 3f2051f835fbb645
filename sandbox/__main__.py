"""Start the sandbox: `python -m sandbox --port 8930 --state DIR --seed FILE`."""

from __future__ import annotations

import argparse
import ipaddress
import json
import logging
import socket
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.app import App
from sandbox.seed import apply, read
from sandbox.world.worlds import Sandbox

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

MISUSE = 2
"""Exit code for a wrong option, seed file or state folder."""


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which also tells a request its connection, so it can be cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection."""
        super().connection_made(transport)
        self.app_state: dict[str, Any] = {**self.app_state, "transport": transport}


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("names nothing; give a path")
    return Path(text)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A GitHub to practise on, over HTTP, on this machine.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8930, help="port; 0 takes a free one (8930)")
    parser.add_argument("--state", type=_path, help="folder that keeps the worlds; none: in memory")
    parser.add_argument(
        "--seed", type=_path, action="append", default=[], help="YAML file of a world; repeatable"
    )
    parser.add_argument("--ready-file", type=_path, help="write the address there once it listens")
    parser.add_argument(
        "--allow-remote", action="store_true", help="may listen on more than loopback"
    )
    return parser.parse_args(argv)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except (OSError, OverflowError, TypeError) as error:  # TypeError: a host that IDNA has not
        listener.close()
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ValueError(f"cannot listen on {host} port {port}: {reason}") from None
    return listener


def _opened(folder: Path | None) -> Sandbox:
    try:
        return Sandbox(folder)
    except OSError as error:
        raise ValueError(f"--state {folder}: cannot be used: {error.strerror}") from None
    except (sqlite3.Error, json.JSONDecodeError):
        raise ValueError(
            f"--state {folder}: holds a damaged database, or another program's; give another "
            "folder, or delete this one"
        ) from None


def _plant(sandbox: Sandbox, path: Path) -> None:
    seeds = read.load(path)
    name = seeds.world or ""
    try:
        world = sandbox.worlds.get(name) or sandbox.create(name)
        apply.apply(world, seeds, path.parent)
    except read.SeedError as error:
        line = read.line_of(path, error.place)
        raise read.SeedError(f"{path}:{line}: {error}") from None
    except ValueError as error:
        raise read.SeedError(f"{path}: {error}") from None
    world.commit()


def _tell(ready_file: Path | None, address: str) -> None:
    """Say the address in a file, whole or not at all; it listens already."""
    if ready_file is not None:
        partial = ready_file.with_name(f"{ready_file.name}.partial")
        partial.write_text(f"{address}\n", encoding="utf-8")
        partial.replace(ready_file)


def _misuse(message: str) -> int:
    sys.stderr.write(f"sandbox: {message}\n")
    return MISUSE


def main(argv: Sequence[str] | None = None, application: type[App] = App) -> int:
    """Run the sandbox until it is stopped (SIGINT, SIGTERM).

    Args:
        argv: The command line; None takes the process's.
        application: What answers: tests put a judge around it.

    Returns:
        The exit code: 0, or 2 for a wrong option, seed file or state folder.
    """
    options = _arguments(argv)
    logging.basicConfig(level=logging.INFO, format="sandbox: %(message)s")
    if not options.host or (not options.allow_remote and not _loopback(options.host)):
        return _misuse(
            f"--host {options.host!r} would let other machines in; use 127.0.0.1, or add "
            "--allow-remote if that is meant"
        )
    try:
        sandbox = _opened(options.state)
        for path in options.seed:
            _plant(sandbox, path)
        listener = _listen(options.host, options.port)
    except (ValueError, OSError) as error:
        return _misuse(str(error))
    host = f"[{options.host}]" if ":" in options.host else options.host
    address = f"http://{host}:{listener.getsockname()[1]}"
    try:
        _tell(options.ready_file, address)
    except OSError as error:
        listener.close()
        sandbox.close()
        return _misuse(f"--ready-file {options.ready_file}: cannot be written: {error.strerror}")
    config = uvicorn.Config(
        application(sandbox),
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    sys.stdout.write(f"sandbox: listening on {address}\n")
    sys.stdout.flush()
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        pass
    finally:
        sandbox.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
