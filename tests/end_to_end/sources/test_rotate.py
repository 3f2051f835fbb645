"""`portcullis secrets rotate` on real sources: the value, all that depends on it, nothing else."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.conftest import seed
from tests.end_to_end.sources.places import CANARY, SOURCES
from tests.support.arguments import Arguments
from tests.support.extent import cases
from tests.support.project import Project
from tests.support.tokens import npm_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.end_to_end.sources.places import Places
    from tests.support.project import Outcome
    from tests.support.sandbox import Sandbox

ORGANIZATION = """\
organization: acme
plan: team
settings: {display_name: Acme, billing_email: billing@acme.example}
automation: {app_id: 1001}
teams: {makers: {members: [kim]}}
protection: {main: {required_checks: [ci]}}
SOURCES
secrets:
  SHARED: {from: {vault: kv/team/app, key: MAIN}, visible_to: [tool]}
repositories:
  tool:
    visibility: public
    access: {makers: push}
    secrets: REPOSITORY_SECRETS
    environments:
      gate:
        secrets: ENVIRONMENT_SECRETS
exemptions:
  - {rule: SE003, resource: tool/actions/NPM, reason: its kind is what matters here, expires: SOON}
"""
WRITABLE = [source for source in SOURCES if source != "ENV"]
OLD = {"MAIN": f"{CANARY}-old", "SIBLING": f"{CANARY}-of-somebody-else"}
NPM = npm_token(CANARY)
LIMIT_SECONDS = 240.0


def _config(places: Places) -> dict[str, str]:
    project = places.project
    assert project
    keys = [("config", "get", f"portcullis:{name}") for name in OLD]
    read = [project.pulumi(*key, check=True).stdout for key in keys]
    return dict(zip(OLD, (text.removesuffix("\n") for text in read), strict=True))


def _whole(places: Places) -> dict[str, str]:
    client = places.aws.secrets()
    return {name: client.get_secret_value(SecretId=f"app/{name}")["SecretString"] for name in OLD}


def _key(places: Places) -> dict[str, str]:
    text = places.aws.secrets().get_secret_value(SecretId="app/all")["SecretString"]
    found: dict[str, str] = json.loads(text)
    return found


def _parameters(places: Places) -> dict[str, str]:
    client = places.aws.parameters()
    names = {name: f"/app/{name}" for name in OLD}
    return {
        name: client.get_parameter(Name=path, WithDecryption=True)["Parameter"]["Value"]
        for name, path in names.items()
    }


def _vault2(places: Places) -> dict[str, str]:
    kv = places.vault.client.secrets.kv.v2
    found: dict[str, str] = kv.read_secret_version(
        "team/app", mount_point="kv", raise_on_deleted_version=True
    )["data"]["data"]
    return found


def _vault1(places: Places) -> dict[str, str]:
    kv = places.vault.client.secrets.kv.v1
    found: dict[str, str] = kv.read_secret("app", mount_point="old")["data"]
    return found


def _esc(places: Places) -> dict[str, str]:
    found: dict[str, str] = places.esc.values("shared/app")["group"]
    return found


HAS: Mapping[str, Callable[[Places], dict[str, str]]] = {
    "CONFIG": _config,
    "VAULT2": _vault2,
    "VAULT1": _vault1,
    "AWSWHOLE": _whole,
    "AWSKEY": _key,
    "SSM": _parameters,
    "ESC": _esc,
}
"""What is in each source under the path of the rotated value."""
VERSIONS = {
    "CONFIG": r"\d{4}-\d\d-\d\d",
    "VAULT2": r"\d+",
    "VAULT1": r"\d{4}-\d\d-\d\d",
    "AWSWHOLE": r"[0-9a-f-]{32,}",
    "AWSKEY": r"[0-9a-f-]{32,}",
    "SSM": r"\d+",
    "ESC": r"\d+",
}
"""How each source numbers its versions, or the day."""


def declared() -> str:
    """Each source's value in both stores of the repository, and in the environment."""
    references = {source: SOURCES[source].reference("MAIN") for source in WRITABLE}
    both = {"stores": ["actions", "dependabot"]}
    repository: dict[str, Any] = {
        source: {"from": reference, **both} for source, reference in references.items()
    }
    repository["NPM"] = {"from": {"config": "npm"}, "kind": "npm-token"}
    repository["OF_RUN"] = {"from": {"env": "SOURCE_MAIN"}}
    repository["PINNED"] = {"from": {**SOURCES["VAULT2"].reference("MAIN"), "version": "1"}}
    gate = {f"{source}_GATE": {"from": reference} for source, reference in references.items()}
    text = ORGANIZATION.replace("REPOSITORY_SECRETS", json.dumps(repository))
    soon = datetime.now(UTC).date() + timedelta(days=2)
    return text.replace("ENVIRONMENT_SECRETS", json.dumps(gate)).replace("SOON", str(soon))


@pytest.fixture(scope="module")
def project(places: Places, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The organization after its first `pulumi up`, with logins that may write to the sources."""
    world = sandbox.world("rotate", seed("acme", ["kim"]))
    made = Project(tmp_path_factory.mktemp("rotate") / "project", world)
    made.write(declared().replace("SOURCES", places.sources()))
    made.create({"npm": NPM})
    places.attach(made)
    places.vault.client.sys.create_or_update_policy(
        "rotator",
        'path "kv/data/*" { capabilities = ["read", "create", "update"] }\n'
        'path "old/*" { capabilities = ["read", "create", "update"] }\n'
        'path "auth/token/create" { capabilities = ["update"] }',
    )
    made.environment |= {
        "VAULT_TOKEN": places.vault.token("rotator"),
        "PULUMI_ACCESS_TOKEN": places.esc.login("rotator", {"shared/*": "write"}),
    }
    for source in SOURCES:
        for name, value in OLD.items():
            places.put(source, name, value)
    made.make()
    return made


@pytest.fixture(scope="module")
def arguments() -> Iterator[Arguments]:
    """The watch over arguments."""
    watch = Arguments(CANARY)
    yield watch
    watch.stop()


@pytest.fixture(autouse=True)
def quiet(project: Project) -> None:
    """Each test sees its own requests; whatever is set is set at a time of its own."""
    project.world.clock(advance=5)
    project.world.clear_journal()


def targets(source: str) -> dict[str, dict[str, str]]:
    """Path to how the sandbox is asked for the value, of all that share a source's reference."""
    repository = "/repos/acme/tool"
    found = {
        f"{repository}/{store}/secrets/{source}": {"repository": "acme/tool", "store": store}
        for store in ("actions", "dependabot")
    }
    gate = f"{repository}/environments/gate/secrets/{source}_GATE"
    found[gate] = {"repository": "acme/tool", "environment": "gate"}
    if source == "VAULT2":
        found["/orgs/acme/actions/secrets/SHARED"] = {"org": "acme"}
    return found


def values(project: Project, source: str) -> set[str]:
    """The different values that GitHub has of one reference."""
    return {
        project.world.secret(path.rpartition("/")[2], **place)
        for path, place in targets(source).items()
    }


def written(project: Project) -> list[str]:
    """What was written to GitHub, in order of the alphabet."""
    return sorted(
        f"{each['method']} " + re.sub(r"^/repositories/\d+/", "/repos/acme/tool/", each["path"])
        for each in project.world.writes()
    )


def rotate(project: Project, name: str, value: str) -> Outcome:
    """Run it, with the value on standard input, as `echo` would put it there."""
    outcome = project.portcullis("secrets", "rotate", name, "--yes", stdin=f"{value}\n")
    assert CANARY not in outcome.text
    assert "Traceback" not in outcome.text
    return outcome


@pytest.mark.parametrize(
    "source", cases(["AWSKEY", "ESC"], "CONFIG", "VAULT1", "VAULT2", "AWSWHOLE", "SSM")
)
def test_a_new_value_goes_to_its_source_and_all_that_share_it(
    project: Project, places: Places, arguments: Arguments, source: str
) -> None:
    """Bit for bit; the source's other values stay, and on GitHub nothing else is touched.

    The version is printed, the value nowhere: not in the output, not in a process's arguments (G9).
    """
    new = f"{CANARY} of {source}\n\t${{x}} $HOME 'Ä' \"#\" \\\n"
    outcome = rotate(project, source, new)
    assert outcome.code == 0, outcome.text
    assert HAS[source](places) == {**OLD, "MAIN": new}
    assert values(project, source) == {new}
    assert written(project) == sorted(f"PUT {path}" for path in targets(source))
    reported = re.search(r"^written    (.*): (\S+)$", outcome.stdout, re.MULTILINE)
    assert reported, outcome.text
    assert re.fullmatch(VERSIONS[source], reported[2])
    assert arguments.seen == set()
    text = (project.folder / "Pulumi.test.yaml").read_text(encoding="utf-8")
    assert CANARY not in text
    if source == "CONFIG":  # which keeps no day itself
        assert re.search(rf"portcullis:secretsChanged:\n +MAIN: \"?{reported[2]}", text)
    others = [each for each in WRITABLE if each != source]
    assert all(new not in values(project, each) for each in others)


def test_nothing_is_left_to_do_after_rotations(project: Project) -> None:
    """State, GitHub and sources agree: the next preview has no change."""
    outcome = project.portcullis("preview")
    assert outcome.code == 0, outcome.text
    assert "unchanged in" in outcome.stdout.partition("preview ")[2].splitlines()[0]
    assert "\ndrift " not in outcome.stdout


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("OF_RUN", "env SOURCE_MAIN is a variable of the run"),
        ("PINNED", "is pinned to version 1: take `version` out"),
        ("NPM", "nothing was changed: the value is no npm token"),
        ("VAULT3", "did you mean VAULT"),
    ],
)
def test_what_cannot_be_rotated_is_refused_before_anything_is_written(
    project: Project, places: Places, name: str, says: str
) -> None:
    """Neither a source nor GitHub is touched; the text says why, and nothing of the value (R7)."""
    before = {source: has(places) for source, has in HAS.items() if source != "CONFIG"}
    file = (project.folder / "Pulumi.test.yaml").read_bytes()
    outcome = rotate(project, name, f"{CANARY}-wrong")
    assert outcome.code == 1, outcome.text
    assert says in outcome.stderr
    assert {source: HAS[source](places) for source in before} == before
    assert (project.folder / "Pulumi.test.yaml").read_bytes() == file
    assert project.world.journal() == []


def test_a_source_that_refuses_leaves_github_alone(project: Project, places: Places) -> None:
    """A login that may only read: said in words, and both have the old value."""
    before = _vault2(places)
    login = project.environment["VAULT_TOKEN"]
    project.environment["VAULT_TOKEN"] = places.vault.token("reader")
    outcome = rotate(project, "SHARED", f"{CANARY}-refused")
    project.environment["VAULT_TOKEN"] = login
    assert outcome.code == 1, outcome.text
    assert "vault: kv/team/app: the token has no permission here" in outcome.stderr
    assert _vault2(places) == before
    assert project.world.writes() == []


def test_github_refuses_after_the_source_took_it(project: Project, places: Places) -> None:
    """The text says that the source has the new value; the next `up` brings it everywhere."""
    new = f"{CANARY}-half"
    project.world.fault(method="PUT", path="*/dependabot/secrets/VAULT2", status=422, count=1)
    outcome = rotate(project, "repositories.tool.secrets.VAULT2", new)
    project.world.clear_faults()
    assert outcome.code == 1, outcome.text
    assert "vault kv/team/app MAIN has the new value, but not all" in outcome.stderr
    assert _vault2(places)["MAIN"] == new
    assert values(project, "VAULT2") != {new}  # the engine may stop before the others are sent
    up = project.portcullis("up")
    assert up.code == 0, up.text
    assert values(project, "VAULT2") == {new}
    assert CANARY not in up.text


def test_a_killed_rotation_is_finished_by_the_next_up(project: Project, places: Places) -> None:
    """`kill -9` of all its processes between the source and GitHub's last secret."""
    new = f"{CANARY}-killed"
    project.world.fault(method="PUT", path="*/dependabot/secrets/ESC", delay=30, drop="before")
    command = project.portcullis_command("secrets", "rotate", "ESC", "--yes")
    process = subprocess.Popen(
        **command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin
    with process.stdin as stdin:
        stdin.write(new.encode())
    deadline = time.monotonic() + LIMIT_SECONDS
    while new not in values(project, "ESC") and process.poll() is None:
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    project.world.clear_faults()
    assert _esc(places) == {**OLD, "MAIN": new}
    assert len(values(project, "ESC")) == 2
    up = project.portcullis("up")
    assert up.code == 0, up.text
    assert values(project, "ESC") == {new}
    assert CANARY not in up.text
