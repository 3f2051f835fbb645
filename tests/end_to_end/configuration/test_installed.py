"""The wheel, installed beside no checkout, makes and runs a configuration repository."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tests.support.extent import cases

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = (
    "components",
    "engine",
    "github_settings",
    "policy",
    "portcullis",
    "sandbox",
    "workflows",
)
INSECURE = (
    '    environments:\n      npm-release: {deploy_from: {tags: ["v[0-9]*.[0-9]*.[0-9]*"]}}\n'
)


def run(
    *command: str | Path, cwd: Path = ROOT, code: int = 0, env: dict[str, str] | None = None
) -> str:
    """Run a command that has to end with `code`; return all that it printed."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    run(sys.executable, "-m", "pip", "wheel", *options, "-w", folder, ROOT)
    (made,) = folder.iterdir()
    return made


def environment(folder: Path, *install: str | Path) -> Path:
    """Make a virtual environment with today's packages, and install into it; return its `bin`."""
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    others = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "others.pth").write_text("\n".join(others))
    options = ["--quiet", "--no-deps", "--no-index"]
    run(folder / "bin" / "python", "-m", "pip", "install", *options, *install)
    return folder / "bin"


@pytest.fixture
def repository(wheel: Path, tmp_path: Path) -> Path:
    """A configuration repository, with the pinned wheel installed as its README says."""
    tool = environment(tmp_path / "tool", wheel)
    folder = tmp_path / "configuration"
    folder.mkdir()
    run(tool / "portcullis", "init", "acme", cwd=folder)
    own = "".join((folder / "requirements.txt").read_text().splitlines(keepends=True)[:2])
    (tmp_path / "own.txt").write_text(own)
    pinned: list[str | Path] = [
        "--require-hashes",
        "--find-links",
        wheel.parent,
        "-r",
        tmp_path / "own.txt",
    ]
    environment(folder / ".venv", *pinned)
    return folder


def commands(repository: Path) -> dict[str, list[str]]:
    """The commands of the README, by their second word and stack."""
    text = (repository / "README.md").read_text()
    found = re.findall(r"\.venv/bin/portcullis ((\w+) --stack [\w-]+)", text)
    return {words: [".venv/bin/portcullis", *shlex.split(words)] for words, _ in found}


@pytest.fixture
def port() -> dict[str, str]:
    """The variable that names a free port to the sandbox."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return {"PORT": str(free.getsockname()[1])}


def test_the_wheel_has_every_file_of_the_program(wheel: Path) -> None:
    """What git has below the program's folders is in the wheel, below one package (C1)."""
    listed = run(
        "git", "ls-files", "-co", "--exclude-standard", *FOLDERS, "requirements.txt"
    ).split()
    names = [name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name]
    expected = {f"portcullis_program/{path}" for path in listed if (ROOT / path).exists()}
    assert expected | {"portcullis_program/__init__.py"} == set(names)


def test_the_wheel_serves_githubs_settings(wheel: Path, tmp_path: Path) -> None:
    """The provider that Pulumi finds on PATH is that of the wheel, and has its settings."""
    script = environment(tmp_path / "tool", wheel) / "pulumi-resource-github-settings"
    with subprocess.Popen([script, "127.0.0.1:1"], stdout=subprocess.PIPE, text=True) as plugin:
        try:
            assert plugin.stdout
            port = plugin.stdout.readline().strip()
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = provider_pb2_grpc.ResourceProviderStub(channel)
                schema = stub.GetSchema(provider_pb2.GetSchemaRequest()).schema
        finally:
            plugin.terminate()
    assert "github-settings:index:OrganizationImmutableReleases" in json.loads(schema)["resources"]


@pytest.mark.parametrize("first", cases(["preview"], "up"))
def test_the_readme_leads_to_an_organization(
    repository: Path, port: dict[str, str], first: str
) -> None:
    """The README's command creates the practice organization; an insecure change is refused (C3).

    The pack is that of the installed package, and the finding names the line of the declaration.
    """
    documented = commands(repository)
    preview = [".venv/bin/portcullis", "preview", "--stack", "acme-practice"]
    try:
        if first == "up":
            made = run(*documented["up --stack acme-practice"], cwd=repository, env=port)
            again = run(*preview, cwd=repository, env=port)
            assert "update     35 created" in made
            assert "preview    35 unchanged" in again
            assert "policies   portcullis: no findings" in again
        with (repository / "orgs" / "acme.yaml").open("a") as file:
            file.write(INSECURE)
        refused = run(*preview, cwd=repository, code=1, env=port)
    finally:
        run(*documented["down --stack acme-practice"], cwd=repository, env=port)
    assert "mandatory  EN001  RepositoryEnvironment tool/npm-release" in refused
    assert "orgs/acme.yaml:26:7" in refused
