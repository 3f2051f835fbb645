"""The programs that run workflows, each pinned by hash and kept in this user's cache.

`act` is a part of the engine's recipe, verdaccio and Sigstore's libraries come by a lock file of
npm, and what `uvx` runs in a workflow is fetched once into a cache of its own: while a workflow
runs, uv is offline.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

import engine
from engine.cache import cache_folder
from tests.support.extent import EVERY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parents[3]
_PINS = ("package.json", "package-lock.json")
NPM = Path(__file__).resolve().parents[1] / "npm"
"""The npm packages that the tests run, by a lock file, and scripts of ours that use them."""
_DEBIAN = (
    *("bash", "buildah", "curl", "docker-registry", "gh", "git", "gpg", "jq", "openssl", "skopeo"),
    *("tar", "unzip", "zip"),
)
"""Programs that are packages of Debian by the same name."""
_DEBIAN_JAVA = {"mvn": "maven", "javac": "default-jdk-headless"}
"""Programs that are packages of Debian by another name."""
_NEEDED = (*_DEBIAN, *_DEBIAN_JAVA, "cargo", "node", "npm", "rustup")
PATH = "/usr/local/bin:/usr/bin:/bin"
"""Where jobs and servers find the programs of the system, and no others of this machine."""
BACKEND = "hatchling==1.31.0"
"""The build backend of the Python projects."""


@dataclass(frozen=True)
class Tools:
    """What is needed to run workflows.

    Attributes:
        act: The program that runs one job.
        cosign: The program that signs images; None where few cases are executed.
        syft: The program that lists the components of images; None likewise.
        node: Node.js, for verdaccio.
        npm: The folder with verdaccio's and Sigstore's packages.
        docker_registry: The registry of images.
        java_home: The JDK.
        maven: Maven's local repository, with the plugins of the Java project.
        uv_cache: uv's cache, with all that a workflow asks uvx for.
        uv: The folder with the pinned uv.
        rust: The folder with cargo and rustup.
        rustup_home: Where rustup keeps toolchains.
        toolchain: The one with the pinned Rust; empty: it is the default.
        versions: The tools' versions in `workflows/pins.yaml`.
    """

    act: Path
    cosign: Path | None
    syft: Path | None
    node: str
    npm: Path
    docker_registry: str
    java_home: Path
    maven: Path
    uv_cache: Path
    uv: Path
    rust: Path
    rustup_home: Path
    toolchain: str
    versions: dict[str, str]


@dataclass(frozen=True)
class GoTools:
    """What is needed to release Go modules.

    Attributes:
        folder: The folder with the pinned Go.
        cache: What Go has compiled.
        modules: A cache of modules, with what a workflow runs.
        sums: The checksum database of the tests.
    """

    folder: Path
    cache: Path
    modules: Path
    sums: Path


class MissingError(Exception):
    """A program cannot be had on this machine; the text says how to get it."""


def find() -> Tools:
    """Return the tools; what is missing is built or fetched, once.

    Raises:
        MissingError: A program of the system is not installed.
        EngineError: act cannot be built.
    """
    _programs()
    pins: dict[str, Any] = YAML(typ="safe").load(ROOT / "workflows/pins.yaml")
    cache = cache_folder(os.environ).parent
    lock = b"".join((NPM / name).read_bytes() for name in _PINS)
    until = str(pins["tools_until"])
    fetched = {
        f"{package}=={pins['tools'][package.replace('-', '_')]}": program
        for package, program in _UVX.items()
    }
    uv = Path(sys.executable).parent
    rust = Path(str(shutil.which("cargo"))).parent
    rustup_home = find_rustup_home(rust)
    goals = (
        f"org.apache.maven.plugins:maven-deploy-plugin:{pins['tools']['maven_deploy']}:deploy",
        f"org.cyclonedx:cyclonedx-maven-plugin:{pins['tools']['cyclonedx_maven']}:makeBom",
    )
    key = "\n".join([until, sys.version, BACKEND, *fetched]).encode()
    return Tools(
        act=engine.ensure_act(),
        cosign=engine.ensure_cosign() if EVERY else None,
        syft=engine.ensure_syft() if EVERY else None,
        node=str(shutil.which("node")),
        npm=_made(cache / f"npm-{_digest(lock)}", _install_npm),
        docker_registry=str(shutil.which("docker-registry")),
        java_home=Path(str(shutil.which("javac"))).resolve().parents[1],
        maven=_made(
            cache / f"maven-{_digest(f'{POM}{goals}'.encode())}",
            lambda folder: _fill_maven(folder, goals),
        ),
        uv_cache=_made(
            cache / f"uvx-{_digest(key)}", lambda folder: _fetch(uv / "uv", folder, fetched, until)
        ),
        uv=uv,
        rust=rust,
        toolchain=_toolchain(str(pins["tools"]["rust"]), rustup_home),
        rustup_home=rustup_home,
        versions={name: str(value) for name, value in pins["tools"].items()},
    )


def find_go(versions: dict[str, str]) -> GoTools:
    """Return the tools for Go modules; what is missing is fetched and compiled, once.

    Args:
        versions: The tools' versions in `workflows/pins.yaml`.

    Raises:
        MissingError: The pinned Go is not there, and cannot be installed.
    """
    pinned = {**os.environ, "GOTOOLCHAIN": f"go{versions['go_version']}"}
    found = shutil.which("go")
    said = subprocess.run(
        [str(found), "env", "GOROOT"], env=pinned, capture_output=True, text=True, check=False
    )
    if said.returncode:
        raise MissingError(f"release workflows use Go {versions['go_version']}: install it")
    folder = Path(said.stdout.strip()) / "bin"
    sources = sorted(_SUMS.iterdir())
    listing = f"{_GOMOD}@v{versions['cyclonedx_gomod']}"
    key = b"".join(
        [folder.as_posix().encode(), listing.encode(), *(f.read_bytes() for f in sources)]
    )

    def fill(into: Path) -> None:
        source = into / "source"
        source.mkdir()
        for each in sources:
            text = each.read_text(encoding="utf-8").replace("__database__", _DATABASE)
            (source / each.name.removesuffix(".txt")).write_text(text, encoding="utf-8")
        environment = {
            **os.environ,
            "GOTOOLCHAIN": "local",
            "GOCACHE": str(into / "compiled"),
            "GOMODCACHE": str(into / "modules"),
            "GOFLAGS": "-modcacherw",
        }
        for command in (["build", "-o", str(into / "sums"), "."], ["run", listing, "version"]):
            subprocess.run(
                [str(folder / "go"), *command],
                cwd=source,
                env=environment,
                check=True,
                capture_output=True,
            )

    made = _made(cache_folder(os.environ).parent / f"go-{_digest(key)}", fill)
    return GoTools(folder, made / "compiled", made / "modules", made / "sums")


_SUMS = Path(__file__).resolve().parents[1] / "go"
"""The source of the checksum database of the tests, but for the name of Go's library."""
_DATABASE = "sum" + "db"
"""Go's library of the checksum database. In an import path, its name reads as a registry's address,
which no file of the project contains."""
_GOMOD = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod"
"""What lists the components of Go modules."""


def _programs() -> None:
    """Check that the programs are there; on Debian, its packages are installed if need be.

    Raises:
        MissingError: Some are not there, and cannot be installed.
    """
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    installer = shutil.which("apt-get")
    if missing and installer is not None and os.geteuid() == 0:
        packages = [_DEBIAN_JAVA.get(n, n) for n in missing if n in (*_DEBIAN, *_DEBIAN_JAVA)]
        for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            subprocess.run([installer, "-q", *command], check=False, capture_output=True)
        missing = [name for name in _NEEDED if shutil.which(name) is None]
    if missing:
        raise MissingError(
            f"release workflows use these programs: install {', '.join(missing)} "
            f"(Debian: apt-get install {' '.join(_DEBIAN)}; Rust: with rustup)"
        )


def find_rustup_home(rust: Path) -> Path:
    """Return where rustup keeps its toolchains: also for a user with another home than cargo's."""
    if given := os.environ.get("RUSTUP_HOME"):
        return Path(given)
    usual, beside = Path.home() / ".rustup", rust.parent.with_name(".rustup")
    if any(usual.glob("toolchains/*")) or not any(beside.glob("toolchains/*")):
        return usual
    return beside


def _toolchain(version: str, home: Path) -> str:
    """Return the toolchain with a version of Rust; rustup installs it if need be.

    Raises:
        MissingError: It is not there, and cannot be installed.
    """
    environment = {**os.environ, "RUSTUP_HOME": str(home)}
    for attempt in range(2):
        for name in ("", version):
            chosen = {"RUSTUP_TOOLCHAIN": name} if name else {}
            command = [str(shutil.which("cargo")), "--version"]
            said = subprocess.run(
                command, env=environment | chosen, capture_output=True, text=True, check=False
            )
            if said.stdout.startswith(f"cargo {version} "):
                return name
        if not attempt:
            install = [str(shutil.which("rustup")), "toolchain", "install", version]
            install += ["--profile", "minimal"]
            subprocess.run(install, env=environment, check=False, capture_output=True)
    raise MissingError(f"release workflows use Rust {version}: rustup toolchain install {version}")


_UVX = {
    "twine": "twine",
    "detect-secrets": "detect-secrets",
    "cyclonedx-bom": "cyclonedx-py",
}
"""The packages that release workflows run by uvx, and the program of each."""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _made(folder: Path, make: Callable[[Path], None]) -> Path:
    """Return a folder of the cache; it is filled once, by one process."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            (folder / "done").touch()
    return folder


def _install_npm(folder: Path) -> None:
    for name in _PINS:
        shutil.copy(NPM / name, folder)
    command = [str(shutil.which("npm")), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>GROUP</groupId>
  <artifactId>ARTIFACT</artifactId>
  <version>VERSION</version>
  <name>ARTIFACT</name>
  <description>A package of the release tests</description>
  <url>https://github.com/guild/project</url>
  <licenses><license><name>MIT</name></license></licenses>
  <developers><developer><name>Kim</name></developer></developers>
  <scm><url>https://github.com/guild/project</url></scm>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
    <project.build.outputTimestamp>2026-01-01T00:00:00Z</project.build.outputTimestamp>
  </properties>
  <build><plugins>
    <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
    <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.14.0</version></plugin>
    <plugin>
      <artifactId>maven-surefire-plugin</artifactId><version>3.5.3</version>
      <configuration><skip>true</skip></configuration>
    </plugin>
    <plugin>
      <artifactId>maven-jar-plugin</artifactId><version>3.4.2</version>
      <configuration>
        <archive><manifest><mainClass>Main</mainClass></manifest></archive>
      </configuration>
      <executions><execution>
        <id>javadoc</id><phase>package</phase><goals><goal>jar</goal></goals>
        <configuration><classifier>javadoc</classifier></configuration>
      </execution></executions>
    </plugin>
    <plugin>
      <artifactId>maven-source-plugin</artifactId><version>3.3.1</version>
      <executions><execution><goals><goal>jar-no-fork</goal></goals></execution></executions>
    </plugin>
  </plugins></build>
</project>
"""
"""The pom.xml of the Java projects: the plugins have versions, so that they can be fetched once."""


def _fill_maven(folder: Path, goals: Sequence[str]) -> None:
    """Fill a local repository of Maven by a build as workflows make it, with goals of plugins."""
    project = folder / "project"
    (project / "src/main/java").mkdir(parents=True)
    (project / "src/main/java/Main.java").write_text("class Main {}\n", encoding="utf-8")
    (project / "pom.xml").write_text(POM.replace("VERSION", "1"), encoding="utf-8")
    command = [str(shutil.which("mvn")), "--batch-mode", f"-Dmaven.repo.local={folder}", "verify"]
    command += [*goals, f"-DaltDeploymentRepository=staged::file://{folder / 'staged'}"]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    # where a file came from; with these, Maven would ask there again
    for each in folder.rglob("_remote.repositories"):
        each.unlink()


def _fetch(uv: Path, cache: Path, packages: dict[str, str], until: str) -> None:
    """Fill a cache of uv: the tools as workflows ask for them, and the build backend."""
    environment = {
        **os.environ,
        "UV_CACHE_DIR": str(cache),
        "UV_PYTHON": sys.executable,
        "UV_EXCLUDE_NEWER": until,
    }
    project = cache / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        f'[build-system]\nrequires = ["{BACKEND}"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "warm"\nversion = "1"\n'
        "[tool.hatch.build.targets.wheel]\nbypass-selection = true\n",
        encoding="utf-8",
    )
    commands = [
        [str(uv), "tool", "run", "--from", package, program, "--version"]
        for package, program in packages.items()
    ]
    for command in [*commands, [str(uv), "build", str(project)]]:
        subprocess.run(command, env=environment, check=True, capture_output=True)
    del environment["UV_EXCLUDE_NEWER"]
    for command in [*commands, [str(uv), "build", str(project)]]:
        subprocess.run(command, env=environment, check=True, capture_output=True)
