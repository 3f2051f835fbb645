"""A small Python language host, for machines that cannot download Pulumi's own.

`pulumi` starts `pulumi-language-python <engine address>` from PATH, reads one line with a port, and
speaks the LanguageRuntime protocol (proto/pulumi/language.proto in pulumi/pulumi) with it.
Where the official `pulumi-language-python` exists, that one is used and this file never runs. What
executes the program is the official `pulumi-language-python-exec` script either way: it is a file
of the Go module that the CLI is built from.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import types
from concurrent import futures
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from google.protobuf.empty_pb2 import Empty


def _stub_package(name: str) -> None:
    """Let `<name>.…` be imported without running `<name>/__init__.py`.

    The host needs the wheel's protocol stubs and nothing else; the whole SDK takes half a second,
    on every command, before the program (which needs it) has even started.
    """
    spec = importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        sys.exit(f"{sys.executable} has no `pulumi` package: pip install -r requirements.txt")
    package = types.ModuleType(name)
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[name] = package


for _name in ("pulumi", "pulumi.runtime"):
    _stub_package(_name)

# These can be imported only now: grpc comes with the SDK, whose absence was just answered.
import grpc  # noqa: E402 - see above
from pulumi.runtime.proto import language_pb2 as proto  # noqa: E402 - see above
from pulumi.runtime.proto import language_pb2_grpc, plugin_pb2  # noqa: E402 - see above

VERSION = "1.0.0"
EXECUTOR = "pulumi-language-python-exec"
SHOWN = 32  # exit code of the executor: the user has seen the error already, say no more
GRACE = 5.0  # seconds between a polite and a forced end of a child


class Children:
    """The processes that this host started and that still run."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def start(
        self,
        command: Sequence[str | Path],
        folder: str,
        environ: Mapping[str, str] | None = None,
        *,
        piped: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start `command` in a process group of its own, so that its own children end with it.

        Its output goes where ours goes, or into pipes.

        Raises:
            OSError: it cannot be started.
            InterruptedError: `end_all` was called before.
        """
        with self._lock:
            if self._closed:
                raise InterruptedError("the operation was cancelled")
            child = subprocess.Popen(  # noqa: S603 - what the engine asks for
                command,
                cwd=folder,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if piped else None,
                stderr=subprocess.PIPE if piped else None,
                start_new_session=True,
            )
            self._running.add(child)
        return child

    def wait(self, child: subprocess.Popen[bytes]) -> int:
        """Wait for `child` and forget it; return its exit code."""
        code = child.wait()
        with self._lock:
            self._running.discard(child)
        return code

    def end(self, child: subprocess.Popen[bytes]) -> None:
        """End `child` and what it started: politely, then, after GRACE seconds, by force."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if child.poll() is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(GRACE)

    def end_all(self) -> None:
        """End every child, and start no more."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        for child in running:
            self.end(child)


def _environment(virtualenv: Path | None, base: Mapping[str, str]) -> dict[str, str]:
    """Return `base` with `virtualenv` activated in it, as its `activate` script would."""
    made = dict(base)
    if virtualenv is not None:
        made["VIRTUAL_ENV"] = str(virtualenv)
        made["PATH"] = os.pathsep.join((str(virtualenv / "bin"), made.get("PATH", os.defpath)))
        made.pop("PYTHONHOME", None)
    return made


def _virtualenv(info: proto.ProgramInfo) -> Path | None:
    """Return the `virtualenv` option of a project, plugin or policy pack, relative to its root."""
    option = dict(info.options).get("virtualenv")
    return Path(info.root_directory, option) if isinstance(option, str) and option else None


def _python(info: proto.ProgramInfo) -> Path:
    """Return the interpreter of a program.

    Raises:
        FileNotFoundError: its virtual environment does not exist; the message says what to do.
    """
    virtualenv = _virtualenv(info)
    if virtualenv is None:
        return Path(sys.executable)
    python = virtualenv / "bin" / "python"
    if not python.exists():
        raise FileNotFoundError(
            f"the virtual environment {virtualenv} (runtime option `virtualenv`) does not exist "
            "or has no bin/python: run `pulumi install`, or create it and install requirements.txt"
        )
    return python


def _executor() -> Path:
    found = shutil.which(EXECUTOR)
    if found is None:
        raise FileNotFoundError(f"{EXECUTOR} is not on PATH: run `python -m engine`")
    return Path(found)


def _program_command(request: proto.RunRequest, engine: str) -> list[str | Path]:
    """Return how a program is started: the executor's own arguments, then the program's."""
    info = request.info
    flags = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "root_directory": info.root_directory,
        "stack": request.stack,
        "pwd": request.pwd,
        "dry_run": "true" if request.dryRun else "",
        "parallel": str(request.parallel),
        "organization": request.organization,
    }
    return [
        _python(info),
        "-u",
        _executor(),
        *(part for name, value in flags.items() if value for part in (f"--{name}", value)),
        Path(info.program_directory, info.entry_point),
        *request.args,
    ]


def _plugin_command(request: proto.RunPluginRequest) -> list[str | Path]:
    """Return how a plugin is started: a policy pack by `pulumi.policy`, others by `__main__`."""
    folder = request.info.program_directory
    start: list[str | Path] = [_python(request.info), "-u"]
    if request.kind == "analyzer":
        return [*start, "-m", "pulumi.policy", *request.args, folder]
    return [*start, folder, *request.args]


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """What the engine calls. Methods that it can do without are left unimplemented."""

    def __init__(self, engine: str, children: Children) -> None:
        """Serve the engine at the address `engine`."""
        self._engine = engine
        self._children = children

    def GetPluginInfo(  # noqa: N802 - the protocol's name
        self, request: Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """Return the version of this host."""
        del request, context
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetRequiredPackages(  # noqa: N802 - the protocol's name
        self, request: proto.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> proto.GetRequiredPackagesResponse:
        """Return no packages: the plugins are on PATH here, and nothing can be downloaded."""
        del request, context
        return proto.GetRequiredPackagesResponse()

    def About(  # noqa: N802 - the protocol's name
        self, request: proto.AboutRequest, context: grpc.ServicerContext
    ) -> proto.AboutResponse:
        """Return which Python runs the program."""
        python = _python_or_abort(request.info, context)
        version = subprocess.run(  # noqa: S603 - the project's own interpreter
            [python, "-c", "import platform; print(platform.python_version())"],
            capture_output=True,
            text=True,
            check=True,
        )
        return proto.AboutResponse(executable=str(python), version=version.stdout.strip())

    def GetProgramDependencies(  # noqa: N802 - the protocol's name
        self, request: proto.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> proto.GetProgramDependenciesResponse:
        """Return what pip lists in the program's environment."""
        python = _python_or_abort(request.info, context)
        only_roots = [] if request.transitiveDependencies else ["--not-required"]
        listed = subprocess.run(  # noqa: S603 - as in About
            [python, "-m", "pip", "list", "--format", "json", *only_roots],
            capture_output=True,
            check=True,
        )
        return proto.GetProgramDependenciesResponse(
            dependencies=[
                proto.DependencyInfo(name=package["name"], version=package["version"])
                for package in json.loads(listed.stdout)
            ]
        )

    def Run(  # noqa: N802 - the protocol's name
        self, request: proto.RunRequest, context: grpc.ServicerContext
    ) -> proto.RunResponse:
        """Run the program to its end; what it prints reaches the user through our own streams."""
        environment = _environment(_virtualenv(request.info), os.environ)
        environment["PULUMI_CONFIG"] = json.dumps(dict(request.config))
        environment["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(list(request.configSecretKeys))
        try:
            child = self._children.start(
                _program_command(request, self._engine), request.pwd, environment
            )
        except OSError as error:
            return proto.RunResponse(error=str(error))
        context.add_callback(lambda: self._children.end(child))
        code = self._children.wait(child)
        if code == SHOWN:
            return proto.RunResponse(bail=True)
        if code < 0:
            name = signal.Signals(-code).name
            return proto.RunResponse(error=f"the program was ended by {name}")
        return proto.RunResponse(error=f"the program exited with code {code}" if code else "")

    def RunPlugin(  # noqa: N802 - the protocol's name
        self, request: proto.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[proto.RunPluginResponse]:
        """Run a policy pack or a plugin: its output as it comes, its exit code last."""
        given = dict(pair.split("=", 1) for pair in request.env if "=" in pair)
        environment = _environment(_virtualenv(request.info), {**os.environ, **given})
        analyzer = request.kind == "analyzer"
        try:
            child = self._children.start(
                _plugin_command(request),
                request.info.program_directory if analyzer else request.pwd,
                environment,
                piped=True,
            )
        except OSError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        context.add_callback(lambda: self._children.end(child))
        for stderr, data in _output_of(child):
            yield (
                proto.RunPluginResponse(stderr=data)
                if stderr
                else proto.RunPluginResponse(stdout=data)
            )
        yield proto.RunPluginResponse(exitcode=self._children.wait(child))

    def InstallDependencies(  # noqa: N802 - the protocol's name
        self, request: proto.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[proto.InstallDependenciesResponse]:
        """Create the virtual environment if there is none, and install requirements.txt into it.

        pip checks every hash that the file gives.
        """
        virtualenv = _virtualenv(request.info)
        python = Path(sys.executable) if virtualenv is None else virtualenv / "bin" / "python"
        steps: list[list[str | Path]] = []
        if virtualenv is not None and not python.exists():
            steps.append([sys.executable, "-m", "venv", virtualenv])
        requirements = Path(request.directory, "requirements.txt")
        if requirements.exists():
            steps.append([python, "-m", "pip", "install", "-r", requirements])
        for step in steps:
            child = self._children.start(step, request.directory, piped=True)
            for stderr, data in _output_of(child):
                yield (
                    proto.InstallDependenciesResponse(stderr=data)
                    if stderr
                    else proto.InstallDependenciesResponse(stdout=data)
                )
            code = self._children.wait(child)
            if code:
                context.abort(
                    grpc.StatusCode.INTERNAL,
                    f"`{' '.join(str(part) for part in step)}` exited with code {code}",
                )

    def Cancel(  # noqa: N802 - the protocol's name
        self, request: Empty, context: grpc.ServicerContext
    ) -> Empty:
        """End what runs."""
        del context
        self._children.end_all()
        return request


def _python_or_abort(info: proto.ProgramInfo, context: grpc.ServicerContext) -> Path:
    try:
        return _python(info)
    except FileNotFoundError as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))


def _output_of(child: subprocess.Popen[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Yield what `child` writes, piece by piece, and whether it went to stderr."""
    pieces: queue.SimpleQueue[tuple[bool, bytes]] = queue.SimpleQueue()

    def read(stream: IO[bytes], *, stderr: bool) -> None:
        with stream:
            while data := os.read(stream.fileno(), 1 << 16):
                pieces.put((stderr, data))
        pieces.put((stderr, b""))

    left = 0
    for stream, stderr in ((child.stdout, False), (child.stderr, True)):
        if stream is not None:
            left += 1
            reader = functools.partial(read, stream, stderr=stderr)
            threading.Thread(target=reader, daemon=True).start()
    while left:
        stderr, data = pieces.get()
        if data:
            yield stderr, data
        else:
            left -= 1


def serve(engine: str) -> None:
    """Serve the engine at the address `engine` until it ends this process, or is gone itself."""
    parent = os.getppid()
    children = Children()
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    server = grpc.server(
        # Each running program or policy pack holds one thread; a stack has a handful.
        futures.ThreadPoolExecutor(max_workers=64),
        options=[("grpc.max_receive_message_length", -1)],
    )
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(engine, children), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 - this line is how the engine learns the port
    while not done.wait(1.0) and os.getppid() == parent:
        pass  # an engine that was killed cannot say so: its children get another parent
    children.end_all()
    server.stop(None)


if __name__ == "__main__":
    if len(sys.argv) < 2:  # noqa: PLR2004 - the program's name and one argument
        sys.exit("usage: pulumi-language-python <engine address>; pulumi starts it by itself")
    serve(sys.argv[-1])
