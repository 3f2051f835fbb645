"""Running one job by act, with what the sandbox gives to it and nothing else of this machine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.release.harness import doubles, jobs
from tests.release.harness.registries import publishers
from tests.release.harness.tools import NPM, PATH

if TYPE_CHECKING:
    from tests.release.harness.tools import Tools

_RUNNERS = ("ubuntu-24.04", "ubuntu-latest")
_LIMIT_SECONDS = 300
_SCHEMES = ("http", "https")
_ONLINE = {"trial"}
"""The jobs that get packages from the doubles of indexes; others have what is in uv's cache."""
_ANNOTATIONS = ("error", "warning", "notice")
_RUSTUP = """\
#!/bin/sh
# the toolchain is installed before the tests: a job is refused the host of Rust's releases
cargo --version | grep --quiet --fixed-strings "cargo $3 "
"""
_SUDO = """\
#!/bin/sh
# the images of the tests run nothing while they are built, so nothing is emulated
case "$*" in
  "apt-get update" | "apt-get install --yes qemu-user-static") ;;
  *) echo "sudo: $* is refused" >&2; exit 1 ;;
esac
"""
_STORAGE = """\
[storage]
driver = "vfs"
graphroot = "{folder}/home/images"
runroot = "{folder}/tmp/images"
"""
_CARGO = """\
#!/bin/sh
export RUSTUP_TOOLCHAIN=TOOLCHAIN
[ -n "$RUSTUP_TOOLCHAIN" ] || unset RUSTUP_TOOLCHAIN
exec CARGO "$@"
"""
_GO = """\
#!/bin/sh
# syft is built before the tests
case "$1 $2" in "run github.com/anchore/syft/cmd/syft@v"*) shift 2; exec SYFT "$@" ;; esac
exec GO "$@"
"""
_SYFT = """\
#!/bin/sh
# stands in for syft, which takes minutes to build: a list with the image alone
[ "$1 $3 $5 $7" = "scan --source-name --source-version --output" ] || exit 1
jq --null-input --arg name "$4" --arg version "$6" '{
  bomFormat: "CycloneDX", specVersion: "1.6", version: 1,
  metadata: {component: {type: "container", name: $name, version: $version}}}'
"""
_COSIGN = """\
#!/bin/sh
# the services of the tests stand for Sigstore's, unless cosign is to use none
case "$*" in *--use-signing-config=false*) unset COSIGN_SIGNING_CONFIG ;; esac
exec COSIGN "$@"
"""
_GH = """\
#!/bin/sh
# `gh attestation` is newer than Debian's gh, and asks Sigstore's own servers whom to trust
if [ "$1 $2" = "attestation verify" ]; then
  exec node "$RELEASE_NPM/verify.mjs" "$RELEASE_NODE_MODULES" "$RELEASE_TRUSTED_ROOT" "$@"
fi
exec GH "$@"
"""
_SLEEP = """\
#!/bin/sh
# a clock of the tests' own: what waits is over at once, and the log says how long it was
echo "slept for $1 seconds"
"""
_SHIM = """\
#!/bin/bash
# act gives steps a terminal, whose input never ends and which makes tools colour their output
set -o pipefail
/bin/bash "$@" </dev/null 2>&1 | cat
"""


@dataclass(frozen=True)
class Place:
    """Where the jobs of a release run.

    Attributes:
        tools: The programs.
        folder: A folder of the release's own; each job has one inside of it.
        repository: The git repository that checkouts come from.
        artifacts: The folder that holds uploaded artifacts.
        variables: What leads to the network, and is trusted there.
        programs: Further folders of programs.
    """

    tools: Tools
    folder: Path
    repository: Path
    artifacts: Path
    variables: dict[str, str]
    programs: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Done:
    """What came of a job.

    Attributes:
        key: The job's key.
        conclusion: `success` or `failure`.
        outputs: Its outputs.
        steps: The conclusion of each step that ran, by name.
        log: What its steps wrote, line by line, before anything is masked.
        summary: What its steps wrote for people: the job's summary.
    """

    key: str
    conclusion: str
    outputs: dict[str, str] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    summary: str = ""

    @property
    def text(self) -> str:
        """What its steps wrote, in the log and in the summary."""
        return "\n".join([*self.log, self.summary])

    @property
    def pauses(self) -> list[int]:
        """For how many seconds its steps wanted to wait, each time."""
        return [
            int(each) for each in re.findall(r"^slept for (\d+) seconds$", self.text, re.MULTILINE)
        ]


def run(place: Place, workflow: dict[str, Any], view: dict[str, Any]) -> Done:
    """Run a job that the sandbox has let through.

    Args:
        place: Where it runs.
        workflow: The workflow file, read.
        view: What the sandbox gives to the job.

    Raises:
        NoDouble: A step uses an action without a double.
    """
    key = view["key"]
    options = doubles.places(workflow["jobs"][key])
    folder = Path(tempfile.mkdtemp(prefix=f"{key[:20]}-", dir=place.folder))
    for name in ("home", "tmp", "work", "bin", "cache"):
        (folder / name).mkdir()
    cargo = _CARGO.replace("TOOLCHAIN=TOOLCHAIN", f"TOOLCHAIN={place.tools.toolchain}")
    cargo = cargo.replace("exec CARGO", f"exec {place.tools.rust / 'cargo'}")
    (folder / "storage.conf").write_text(_STORAGE.format(folder=folder), encoding="utf-8")
    programs = {
        "bash": _SHIM,
        "cargo": cargo,
        "gh": _GH.replace("exec GH", f"exec {shutil.which('gh', path=PATH)}"),
        "go": _GO.replace("exec SYFT", f"exec {place.tools.syft or 'syft'}").replace(
            "exec GO", f"exec {shutil.which('go') or '/bin/false'}"
        ),
        "rustup": _RUSTUP,
        "sleep": _SLEEP,
        "sudo": _SUDO,
    }
    if place.tools.cosign:
        programs["cosign"] = _COSIGN.replace("exec COSIGN", f"exec {place.tools.cosign}")
    if place.tools.syft is None:
        programs["syft"] = _SYFT
    for name, text in programs.items():
        shim = folder / "bin" / name
        shim.write_text(text, encoding="utf-8")
        shim.chmod(0o755)
    results = folder / "results.json"
    github = view["contexts"]["github"]
    files = {
        "workflow": jobs.alone(workflow, key, view["contexts"], str(results)),
        "event": json.dumps(_event(github)),
        "env": json.dumps({**_environment(place, view), **place.variables}),
        "secrets": json.dumps({**view["secrets"], "GITHUB_TOKEN": view["github_token"]}),
        "variables": json.dumps(view["variables"]),
    }
    for name, text in files.items():
        # JSON is YAML
        file = folder / f"{name}.yaml"
        file.touch(0o600)
        file.write_text(text, encoding="utf-8")
    command = [
        *(str(place.tools.act), github["event_name"], "-C", str(folder / "work")),
        *("-W", str(folder / "workflow.yaml"), "-j", jobs.OBSERVER, "-a", github["actor"]),
        *("-e", str(folder / "event.yaml"), "--env-file", str(folder / "env.yaml")),
        *("--secret-file", str(folder / "secrets.yaml")),
        *("--var-file", str(folder / "variables.yaml"), "--input-file", "/none"),
        # nothing is masked, so that a test sees what a step writes; the log stays in memory
        *("--insecure-secrets", "--no-skip-checkout", "--no-cache-server", "--rm", "--json"),
        *("--action-cache-path", str(folder / "cache")),
        *(part for name in _RUNNERS for part in ("-P", f"{name}=-self-hosted")),
        *options,
    ]
    ran = subprocess.run(
        command,
        env={
            "ACT_DISABLE_VERSION_CHECK": "1",
            "PATH": ":".join(
                str(each)
                for each in (
                    *(folder / "bin", place.tools.uv, place.tools.rust, *place.programs, PATH),
                )
            ),
            "HOME": str(folder / "home"),
            "RUSTUP_HOME": str(place.tools.rustup_home),
            "CARGO_HOME": str(folder / "home/.cargo"),
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            f"JAVA_HOME_{place.tools.versions['java']}_X64": str(place.tools.java_home),
            "MAVEN_OPTS": _maven_options(place),
            "TMPDIR": str(folder / "tmp"),
            "UV_CACHE_DIR": str(place.tools.uv_cache),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_LIMIT_SECONDS,
        check=False,
    )
    done = _read(key, ran.stdout, results)
    if done is None:
        raise RuntimeError(f"act did not run {key}: {ran.stderr[-2000:]}")
    shutil.rmtree(folder)
    return done


def run_all(place: Place, workflow: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Run a whole workflow, as act understands it; there are no gates, and no secrets.

    Args:
        place: Where it runs.
        workflow: The workflow file, whose jobs use no actions.

    Returns:
        By the keys of jobs: the matrix (as JSON) and the result of each job that ran.
    """
    folder = Path(tempfile.mkdtemp(prefix="all-", dir=place.folder))
    for name in ("home", "tmp", "work"):
        (folder / name).mkdir()
    (folder / "workflow.yaml").write_text(json.dumps(workflow), encoding="utf-8")
    command = [
        *(str(place.tools.act), "push", "-C", str(folder / "work")),
        *("-W", str(folder / "workflow.yaml"), "--input-file", "/none", "--env-file", "/none"),
        *("--no-skip-checkout", "--no-cache-server", "--rm", "--json"),
        *("--action-cache-path", str(folder / "cache")),
        *(part for name in _RUNNERS for part in ("-P", f"{name}=-self-hosted")),
    ]
    ran = subprocess.run(
        command,
        env={
            "ACT_DISABLE_VERSION_CHECK": "1",
            "PATH": PATH,
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "GITHUB_REF": "refs/heads/main",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_LIMIT_SECONDS,
        check=False,
    )
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for line in ran.stdout.splitlines():
        entry = json.loads(line) if line.startswith("{") else {}
        if "jobResult" in entry:
            matrix = json.dumps(entry["matrix"] or {}, sort_keys=True)
            found.setdefault(entry["jobID"], {})[entry["job"]] = (matrix, entry["jobResult"])
    shutil.rmtree(folder)
    return {key: sorted(each.values()) for key, each in found.items()}


def _maven_options(place: Place) -> str:
    """Return how Java finds its packages and the front: it reads no variables for proxies."""
    front = place.variables.get("HTTPS_PROXY")  # some places have no network
    host, _, port = (front or "").rpartition("/")[2].partition(":")
    schemes = _SCHEMES if front else ()
    proxies = [f"-D{scheme}.proxyHost={host} -D{scheme}.proxyPort={port}" for scheme in schemes]
    return " ".join(
        [f"-Dmaven.repo.local={place.tools.maven}", "-XX:TieredStopAtLevel=1", *proxies]
    )


def _event(github: dict[str, Any]) -> dict[str, Any]:
    """Return the file of the event: act wants inputs as text there."""
    owner = github["repository_owner"]
    return {
        **github["event"],
        "ref": github["ref"],
        "repository": {
            "name": github["repository"].partition("/")[2],
            "full_name": github["repository"],
            "owner": {"login": owner, "name": owner},
        },
    }


def _environment(place: Place, view: dict[str, Any]) -> dict[str, str]:
    """Return the variables that a runner sets, and those that the doubles of actions read."""
    github = view["contexts"]["github"]
    found = {
        "GITHUB_REPOSITORY": github["repository"],
        "GITHUB_REPOSITORY_OWNER": github["repository_owner"],
        "GITHUB_REF": github["ref"],
        "GITHUB_RUN_ID": github["run_id"],
        "GITHUB_RUN_NUMBER": github["run_number"],
        "GITHUB_RUN_ATTEMPT": github["run_attempt"],
        "GITHUB_TRIGGERING_ACTOR": github["triggering_actor"],
        "GITHUB_WORKFLOW_REF": f"{github['repository']}/{publishers.WORKFLOW}@{github['ref']}",
        "SHA_REF": github["sha"],  # act's name for GITHUB_SHA
        "RELEASE_REPOSITORY": str(place.repository),
        "RELEASE_COMMIT": github["sha"],
        "RELEASE_ARTIFACTS": str(place.artifacts / github["run_id"]),
        "RELEASE_NODE_MODULES": str(place.tools.npm / "node_modules"),
        "RELEASE_NPM": str(NPM),
        "RELEASE_TWINE": place.tools.versions["twine"],
        "UV_OFFLINE": "0" if view["key"] in _ONLINE else "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "NPM_CONFIG_FETCH_RETRIES": "0",
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
    }
    if view["oidc"] is not None:
        found["ACTIONS_ID_TOKEN_REQUEST_URL"] = view["oidc"]["url"]
        found["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = view["oidc"]["token"]
    return found


def _read(key: str, output: str, results: Path) -> Done | None:
    """Return what came of a job, from act's log and from what the observer wrote."""
    lines: list[str] = []
    steps: dict[str, str] = {}
    summary = ""
    for line in output.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if entry.get("jobID") != key:
            continue
        if entry.get("raw_output") and "command" not in entry:
            lines.append(str(entry["msg"]).rstrip("\r\n"))
        if entry.get("command") in _ANNOTATIONS:
            title = entry.get("kvPairs", {}).get("title", "")
            lines.append(f"{entry['command']}: {title}: {entry['arg']}")
        if entry.get("command") == "summary":
            summary += str(entry.get("content", ""))
        if "stepResult" in entry and entry.get("stage") == "Main":
            steps[str(entry["step"])] = str(entry["stepResult"])
    if not results.exists():
        return None
    found = json.loads(results.read_text(encoding="utf-8"))[key]
    return Done(key, found["result"], found.get("outputs") or {}, steps, lines, summary)
