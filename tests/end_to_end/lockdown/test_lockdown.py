"""What people do on an open release path, before and during a lockdown, in the sandbox."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.bad_day import ENVIRONMENT, Day, make_day, open_path
from tests.sandbox.attempts import test_attempts  # noqa: F401 - registers them
from tests.sandbox.attempts.attempt import ATTEMPTS
from tests.sandbox.attempts.path import CI, ON_PUSH, REPO, TOKEN
from tests.support.extent import EVERY
from tests.support.project import STACK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as File

    from tests.sandbox.attempts.attempt import Attempt
    from tests.sandbox.attempts.path import Path
    from tests.support.sandbox import Sandbox


@pytest.fixture
def day(sandbox: Sandbox, tmp_path: File, request: pytest.FixtureRequest) -> Iterator[Day]:
    """An organization whose release environment admits some branches and tags."""
    made = make_day(sandbox, tmp_path, f"l{abs(hash(request.node.nodeid))}")
    yield made
    made.path.close()


def _by_tag(path: Path) -> bool:
    path.ref("carl", "tags/v9")
    return path.leaked()


def _by_dispatch(path: Path) -> bool:
    path.dispatch("carl")
    return path.leaked()


def _by_branch(path: Path) -> bool:
    path.ref("carl", "heads/mine")
    path.commit("carl", ".github/workflows/release.yml", ON_PUSH, "mine")
    return path.leaked()


ATTACKS = {"a tag": _by_tag, "a dispatch": _by_dispatch, "a workflow on a branch": _by_branch}


@pytest.mark.parametrize("level", ["release", "all"] if EVERY else ["release"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_that_worked_ends(day: Day, sandbox: Sandbox, attack: str, level: str) -> None:
    """R16, A10: what publishes before a lockdown publishes nothing within one run of it."""
    same = open_path(sandbox, f"{day.path.world.name}-open")
    assert ATTACKS[attack](same), "it works without a lockdown"
    same.close()
    done = day.run("guild", "--level", level)
    assert done.code == 0, done.text
    assert not ATTACKS[attack](day.path)


if EVERY:

    @pytest.mark.parametrize("level", ["release", "all"])
    def test_lifting_brings_back_what_was_there(day: Day, level: str) -> None:
        """R16: after a lockdown, done twice, and its end, GitHub answers as before."""
        before = day.seen()
        assert day.run("guild", "--level", level).code == 0
        closed = day.seen()
        again = day.run("guild", "--level", level)
        assert again.code == 0
        assert "0 closed" in again.text
        assert day.seen() == closed != before
        lifted = day.run("--lift")
        assert lifted.code == 0, lifted.text
        assert day.seen() == before
        assert "secret pypi-release/PYPI_TOKEN" in lifted.text, "it comes back from its source"
        assert TOKEN not in day.record() + lifted.text
        nothing = day.run("--lift")
        assert nothing.code == 1
        assert "no lockdown" in nothing.text


def test_one_repository(day: Day) -> None:
    """R16: `--repository` closes one repository by its own settings, and leaves the others."""
    before = day.seen()
    stores = [f"{REPO}/{store}/secrets" for store in ("dependabot", "codespaces")]
    for store in stores:
        day.path.secret(store, "REGISTRY_TOKEN")
    done = day.run("guild", "--repository", "sophia")
    assert done.code == 0, done.text
    owner = day.path.as_("olga")
    assert [owner.get(f"{store}/REGISTRY_TOKEN").status_code for store in stores] == [404, 404]
    assert owner.get("/orgs/guild/actions/permissions").json()["enabled_repositories"] == "all"
    assert not owner.get(f"{REPO}/actions/permissions").json()["enabled"]
    assert not _by_tag(day.path)
    lifted = day.run("--lift")
    assert lifted.code == 0, lifted.text
    assert day.seen() == before
    assert "REGISTRY_TOKEN (dependabot) of sophia: portcullis up writes it again" in lifted.text
    assert TOKEN not in day.record() + done.text + lifted.text


if EVERY:

    def test_half_of_github_fails(day: Day) -> None:
        """R16: a run does what GitHub lets it do and lists the rest, which the next run does."""
        before = day.seen()
        day.path.world.fault(method="DELETE", path="/repos/*", status=502, count=None)
        day.path.world.fault(method="PUT", path="/orgs/*", status=503, count=None)
        partly = day.run("guild")
        assert partly.code == 1
        assert "left       Actions of the organization" in partly.text
        assert "left       environment sophia/pypi-release" in partly.text
        assert "Traceback" not in partly.text
        assert "closed     tags of the organization" in partly.text
        day.path.world.clear_faults()
        assert day.run("guild").code == 0
        assert not _by_dispatch(day.path)
        assert day.run("--lift").code == 0
        assert day.seen() == before


POINTS = {
    "close": [
        ("*/variables", 0),
        ("*/rulesets", 0),
        ("*/actions/permissions", 0),
        ("*/permissions/repositories", 0),
        *(("*/deployment-branch-policies/*", skip) for skip in range(3)),
        ("*/secrets/*", 0),
    ],
    "lift": [
        *(("*/deployment-branch-policies", skip) for skip in range(3)),
        ("*/actions/permissions", 0),
        ("*/rulesets/*", 0),
        ("*/variables/*", 0),
    ],
}
"""Writes at which a run is killed: the path, and how many of them pass before."""
METHODS = ("PUT", "POST", "DELETE")
ALL = {
    "close": [("*/variables", 0), ("*/actions/permissions", 0), ("*/secrets/*", 0)],
    "lift": [
        ("*/deployment-branch-policies", 2),
        ("*/actions/permissions", 0),
        ("*/rulesets/*", 0),
    ],
}
"""The same for a lockdown of everything."""
LEVELS = {"release": POINTS, "all": ALL}
SOME = [
    ("release", "close", "*/permissions/repositories", 0),
    ("release", "lift", "*/deployment-branch-policies", 1),
]
KILLS = [
    (level, way, *point)
    for level, ways in LEVELS.items()
    for way, points in ways.items()
    for point in points
]


@pytest.mark.parametrize(("level", "way", "path", "skip"), KILLS if EVERY else SOME)
def test_killed_and_repeated(day: Day, level: str, way: str, path: str, skip: int) -> None:
    """R16: a run that is killed at any write, and run again, ends as one that was not."""
    before = day.seen()
    close = ["guild", "--level", level]
    if way == "lift":
        assert day.run(*close).code == 0
    arguments = ["--lift"] if way == "lift" else close
    for method in METHODS:
        # answered so late that the run is killed while it waits
        day.path.world.fault(method=method, path=path, delay=60, skip=skip, count=1)
    _kill(day, arguments)
    day.path.world.clear_faults()
    repeated = day.run(*arguments)
    assert repeated.code == 0, repeated.text
    if way == "close":
        assert not _by_dispatch(day.path)
        assert day.run("--lift").code == 0
    assert day.seen() == before


def _kill(day: Day, arguments: list[str]) -> None:
    command = day.project.portcullis_command("lockdown", *arguments)
    running = subprocess.Popen(
        **command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while len(day.path.world.control("GET", "faults")) == len(METHODS):
            assert running.poll() is None, "it ended before the write"
            time.sleep(0.05)
    finally:
        running.kill()
        running.wait()


if EVERY:

    @pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda each: each.name)
    def test_no_attempt_gets_the_publishing_secret(day: Day, attempt: Attempt) -> None:
        """R16, A10: what works on an open release path gives nobody its secret after one run."""
        attempt.weak(day.path)
        assert day.run("guild").code == 0
        with suppress(AssertionError, IndexError):  # some need a job, and none runs
            attempt.act(day.path)
        assert not day.path.leaked()


def test_other_repositories_lose_what_those_that_publish_see(day: Day) -> None:
    """R16: jobs go on elsewhere, and do not see a shared secret of the organization meanwhile.

    A secret that all repositories see, and nobody declares, cannot be hidden: it is named.
    """
    path, base = day.path, "/orgs/guild/actions/secrets"
    both = [path.id_of(REPO), path.id_of("/repos/guild/docs")]
    shared = {"visibility": "selected", "selected_repository_ids": both}
    path.secret(base, "MIRROR_TOKEN", **shared)
    path.secret(base, "OPEN_TOKEN", visibility="all")
    closed = day.run("guild")
    assert closed.code == 0, closed.text
    assert "open       repositories that see secret OPEN_TOKEN of the organization" in closed.text
    path.commit("carl", ".github/workflows/mine.yml", CI, repo="/repos/guild/docs")
    assert not path.leaked("MIRROR_TOKEN")
    assert path.leaked("OPEN_TOKEN")
    assert day.run("guild").code == 0
    assert day.run("--lift").code == 0
    seen = path.as_("olga").get(f"{base}/MIRROR_TOKEN/repositories").json()["repositories"]
    assert sorted(each["id"] for each in seen) == sorted(both)


def test_what_somebody_changed_meanwhile_is_left_alone(day: Day) -> None:
    """R16: lifting overwrites nothing that somebody set during the lockdown, unless asked to."""
    before = day.seen()
    assert day.run("guild").code == 0
    day.path.only_refs(("tag", "hotfix"))
    lifted = day.run("--lift")
    assert lifted.code == 1
    assert "environment sophia/pypi-release: somebody changed it" in lifted.text
    policies = day.path.as_("olga").get(f"{ENVIRONMENT}/deployment-branch-policies").json()
    assert [each["name"] for each in policies["branch_policies"]] == ["hotfix"]
    assert day.run("--lift", "--overwrite").code == 0
    assert day.seen() == before


def test_repositories_that_come_and_go(day: Day) -> None:
    """R16: a repository renamed in a lockdown comes back under its new name."""
    assert day.run("guild", "--level", "all").code == 0
    owner = day.path.as_("olga")
    assert owner.patch(REPO, json={"name": "sophie"}).status_code == 200
    assert owner.delete("/repos/guild/docs").status_code == 204
    lifted = day.run("--lift")
    assert lifted.code == 0, lifted.text
    assert "environment sophie/pypi-release" in lifted.text
    path = "/repos/guild/sophie/environments/pypi-release/deployment-branch-policies"
    assert len(owner.get(path).json()["branch_policies"]) == 3


def test_a_second_machine_takes_nothing_closed_for_the_state_before(day: Day) -> None:
    """R16: without the record, a lockdown that is on is neither repeated nor lifted."""
    assert day.run("guild").code == 0
    record = day.project.folder / ".portcullis" / "lockdown" / "guild.json"
    text = record.read_text()
    record.unlink()
    day.path.world.fault(method="GET", path="/orgs/guild/*", status=502, count=None)
    day.path.world.fault(method="GET", path="/repos/*", status=502, count=None)
    assert "left " in day.run("guild").text
    day.path.world.clear_faults()
    refused = day.run("Guild")
    assert refused.code == 1
    assert "locked down already" in refused.text
    record.write_text(text.replace('"custom_branch_policies": true', '"x": true', 1))
    for wrong in (record.read_text(), "[" * 100_000):
        record.write_text(wrong)
        forged = day.run("--lift")
        assert forged.code == 1
        assert "is not the record that Portcullis wrote" in forged.text
    record.write_text(text)
    lifted = day.run("GUILD", "--lift")
    assert lifted.code == 0, lifted.text


def test_up_opens_nothing_by_accident(day: Day) -> None:
    """R16, C4: while a lockdown is on, `up` changes nothing on any machine, and says why."""
    (day.project.folder / f"Pulumi.{STACK}.yaml").unlink()
    day.project.create(dict.fromkeys(("pypiToken", "registryToken"), "a value that nobody needs"))
    assert day.run("guild").code == 0
    closed = day.seen()
    for each in (day.project.folder / ".portcullis" / "lockdown").glob("*.json"):
        each.unlink()  # as on another machine
    refused = day.project.portcullis("up")
    assert refused.code == 1
    assert "nothing was changed: guild is locked down (release, the organization)" in refused.text
    assert day.seen() == closed
    day.path.world.fault(method="GET", path="*/PORTCULLIS_LOCKDOWN", status=403, count=None)
    hidden = day.project.portcullis("up")
    assert hidden.code == 1
    assert "nobody can tell whether a lockdown of guild is on" in hidden.text
