"""The language host's protocol, spoken to it directly."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import language_pb2 as proto
from pulumi.runtime.proto import language_pb2_grpc

from engine import recipe
from tests.engine.wheels import make_wheel, sha256

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST = recipe.HERE / "pulumi-language-python"
PATIENCE = 60  # seconds after which a call that hangs fails its test


class Host(NamedTuple):
    """A running host."""

    process: subprocess.Popen[str]
    calls: language_pb2_grpc.LanguageRuntimeStub


@contextlib.contextmanager
def running(environment: dict[str, str]) -> Iterator[Host]:
    """Start the host as the engine does, and end it."""
    with subprocess.Popen(
        [HOST, "127.0.0.1:1"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield Host(process, language_pb2_grpc.LanguageRuntimeStub(channel))
        finally:
            process.terminate()


@pytest.fixture
def host(environment: dict[str, str]) -> Iterator[Host]:
    """A host that serves an engine which is not there."""
    with running(environment) as started:
        yield started


def info(folder: Path, **options: str) -> proto.ProgramInfo:
    """A program in `folder`."""
    struct = struct_pb2.Struct()
    struct.update(options)
    return proto.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point=".", options=struct
    )


def plugin(folder: Path, code: str, *arguments: str, **variables: str) -> proto.RunPluginRequest:
    """A plugin with this code, to be run with these arguments and variables."""
    (folder / "__main__.py").write_text(code)
    return proto.RunPluginRequest(
        pwd=str(folder),
        info=info(folder),
        args=arguments,
        env=[f"{name}={value}" for name, value in variables.items()],
        kind="resource",
    )


class Result(NamedTuple):
    """What a plugin wrote and how it ended."""

    stdout: bytes
    stderr: bytes
    exit_code: int


def run(host: Host, request: proto.RunPluginRequest) -> Result:
    """Run a plugin to its end."""
    answers = list(host.calls.RunPlugin(request, timeout=PATIENCE))
    assert answers[-1].WhichOneof("output") == "exitcode"
    return Result(
        b"".join(answer.stdout for answer in answers),
        b"".join(answer.stderr for answer in answers),
        answers[-1].exitcode,
    )


def test_plugin(host: Host, tmp_path: Path) -> None:
    """A plugin gets its arguments, variables and folder; its streams and exit code come back."""
    code = (
        "import os, sys\n"
        "print(sys.argv[1:], os.environ['GIVEN'], os.getcwd())\n"
        "print('complaint', file=sys.stderr)\n"
        "sys.exit(3)\n"
    )
    result = run(host, plugin(tmp_path, code, "127.0.0.1:9", "--x", GIVEN="a=b"))
    assert result.stdout.decode() == f"['127.0.0.1:9', '--x'] a=b {tmp_path}\n"
    assert result.stderr == b"complaint\n"
    assert result.exit_code == 3


ENDLESS = """
import os, subprocess, sys
pipe = os.open(sys.argv[1], os.O_WRONLY)
waits = [sys.executable, "-c", "import sys; sys.stdin.read()"]
child = subprocess.Popen(waits, stdin=subprocess.PIPE, pass_fds=[pipe])
os.write(1, b"started\\n")
child.wait()
"""


@contextlib.contextmanager
def watched(folder: Path, host: Host) -> Iterator[grpc.Call]:
    """Run a plugin that never ends by itself; afterwards it, and its child, must be gone.

    Both hold a named pipe open for writing: its reader meets the end only when both have ended.
    """
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    answers = host.calls.RunPlugin(plugin(folder, ENDLESS, str(pipe)), timeout=PATIENCE)
    with pipe.open("rb") as reader:  # opens when the plugin has opened its end
        assert next(answers).stdout == b"started\n"  # while it runs
        yield answers
        assert reader.read() == b""


def test_cancelled_call(host: Host, tmp_path: Path) -> None:
    """The engine ends a policy pack by cancelling its call: the process ends, and its children."""
    with watched(tmp_path, host) as answers:
        answers.cancel()


def test_cancel(host: Host, tmp_path: Path) -> None:
    """Cancel ends what runs, and what it started."""
    with watched(tmp_path, host):
        host.calls.Cancel(empty_pb2.Empty(), timeout=PATIENCE)


def test_nothing_starts_after_cancel(host: Host, tmp_path: Path) -> None:
    """A cancelled host starts nothing any more."""
    host.calls.Cancel(empty_pb2.Empty(), timeout=PATIENCE)
    with pytest.raises(grpc.RpcError) as error:
        run(host, plugin(tmp_path, ""))
    assert "cancelled" in str(error.value)


def test_terminated(host: Host, tmp_path: Path) -> None:
    """A host that is asked to end takes its children with it."""
    with watched(tmp_path, host):
        host.process.send_signal(signal.SIGTERM)


def test_engine_killed(environment: dict[str, str]) -> None:
    """A host whose engine was killed ends by itself: `kill -9` leaves no process behind."""
    engine = (
        "import subprocess, sys\n"
        "host = subprocess.Popen([sys.argv[1], '127.0.0.1:1'], stdin=subprocess.DEVNULL)\n"
        "host.wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", engine, HOST], env=environment, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()  # the port: the host is up
        parent.kill()
        assert parent.stdout.read() == b""  # the end: the host, which held the pipe, is gone


def test_identity(host: Host, tmp_path: Path) -> None:
    """The host says its version and which Python runs a program; it asks for no plugins."""
    assert host.calls.GetPluginInfo(empty_pb2.Empty(), timeout=PATIENCE).version
    about = host.calls.About(proto.AboutRequest(info=info(tmp_path)), timeout=PATIENCE)
    assert about.executable == sys.executable
    assert about.version == ".".join(str(part) for part in sys.version_info[:3])
    wanted = proto.GetRequiredPackagesRequest(info=info(tmp_path))
    assert not host.calls.GetRequiredPackages(wanted, timeout=PATIENCE).packages


def test_dependencies(host: Host, tmp_path: Path) -> None:
    """`pulumi about` lists the program's packages."""
    request = proto.GetProgramDependenciesRequest(info=info(tmp_path), transitiveDependencies=True)
    listed = host.calls.GetProgramDependencies(request, timeout=PATIENCE)
    assert "pulumi" in {package.name for package in listed.dependencies}


def test_missing_virtual_environment(host: Host, tmp_path: Path) -> None:
    """A virtual environment that is not there is named, with what to do."""
    request = proto.RunPluginRequest(info=info(tmp_path, virtualenv="nowhere"))
    with pytest.raises(grpc.RpcError) as error:
        list(host.calls.RunPlugin(request, timeout=PATIENCE))
    assert str(tmp_path / "nowhere") in str(error.value)
    assert "pulumi install" in str(error.value)


def test_install(environment: dict[str, str], tmp_path: Path) -> None:
    """`pulumi install` makes the virtual environment, and takes only what has the pinned hash."""
    package = make_wheel(tmp_path, "canary", "1.0", {"canary.py": ""})
    requirements = tmp_path / "requirements.txt"
    request = proto.InstallDependenciesRequest(
        directory=str(tmp_path), info=info(tmp_path, virtualenv="venv")
    )
    with running({**environment, "PIP_NO_INDEX": "1"}) as host:
        requirements.write_text(f"./{package.name} --hash=sha256:{'0' * 64}\n")
        with pytest.raises(grpc.RpcError, match=r"requirements\.txt` exited with code"):
            list(host.calls.InstallDependencies(request, timeout=PATIENCE))
        requirements.write_text(f"./{package.name} --hash=sha256:{sha256(package)}\n")
        said = list(host.calls.InstallDependencies(request, timeout=PATIENCE))
    assert b"Successfully installed canary-1.0" in b"".join(answer.stdout for answer in said)


def test_no_packages(environment: dict[str, str], tmp_path: Path) -> None:
    """Started by a Python without the SDK, the host says what to install."""
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -I "$@"\n')
    bare.chmod(0o755)
    done = subprocess.run(
        [HOST, "127.0.0.1:1"],
        env={**environment, "PULUMI_PYTHON_CMD": str(bare)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "pip install -r requirements.txt" in done.stderr
    assert "Traceback" not in done.stderr
