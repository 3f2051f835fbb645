"""The sandbox of a practice stack: real processes, in a folder of the test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from components.organization import OrganizationConfig
from portcullis.practice.local_sandbox import Practice, seed_of
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")
"""The sandbox outlives the command that starts it: that is meant."""

DATA: dict[str, Any] = {
    "organization": "acme",
    "plan": "enterprise",
    "settings": {"display_name": "Acme", "billing_email": "billing@acme.example"},
    "teams": {"red": {"members": ["ana"], "maintainers": ["ben"]}},
    "repositories": {
        "app": {"environments": {"prod": {"reviewers": {"users": ["kim", "ana"]}}}},
    },
}


def config(**more: Any) -> OrganizationConfig:  # noqa: ANN401 - any YAML
    """The organization, with some of it said otherwise."""
    return OrganizationConfig.model_validate({**DATA, **more})


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    """A sandbox that is not started; what is started is ended."""
    here = Practice(tmp_path / "sand box", "guild", 0)
    yield here
    here.stop()


def ask(practice: Practice, method: str, path: str, body: object = None) -> httpx.Response:
    """A request by the token that the sandbox made for the stack."""
    return httpx.request(
        method,
        f"{practice.base_url}api/v3{path}",
        json=body,
        headers={"Authorization": f"Bearer {practice.token}"},
        trust_env=False,
    )


def running(practice: Practice) -> bool:
    """Whether it runs and answers."""
    return practice.url is not None


def members(practice: Practice) -> set[str]:
    """The logins of the organization's members."""
    return {each["login"] for each in ask(practice, "GET", "/orgs/acme/members").json()}


def test_the_seed_has_everybody_whom_the_declaration_names() -> None:
    """Members, maintainers and reviewers, once each, with the owner and the plan."""
    seed: Any = seed_of(config(), "a key")
    assert [user["login"] for user in seed["users"]] == ["ana", "ben", "kim", "owner"]
    assert seed["organizations"] == [
        {
            "login": "acme",
            "plan": "enterprise",
            "owners": ["owner"],
            "members": ["ana", "ben", "kim"],
        }
    ]
    assert seed["apps"] == []


@pytest.mark.parametrize(
    ("invited", "expected"), [(["ANA"], ["ben", "kim"]), (["all"], []), (["nobody"], None)]
)
def test_people_who_are_to_be_invited_are_no_members(
    invited: list[str], expected: list[str] | None
) -> None:
    """They have an account, and the organization invites them as on GitHub."""
    seed = seed_of(config(), "a key", invited)
    assert {"login": "ana"} in seed["users"]
    everybody = ["ana", "ben", "kim"]
    assert seed["organizations"][0]["members"] == (everybody if expected is None else expected)


def test_the_seed_has_the_app_and_no_token() -> None:
    """The App is installed, and it has the token; the seed names none."""
    seed: Any = seed_of(config(automation={"app_id": 7}), "a key")
    assert [(app["app_id"], app["organizations"]) for app in seed["apps"]] == [(7, ["acme"])]
    assert seed["tokens"] == [{"app": "portcullis"}]


def test_it_runs_from_run_to_run(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was made is there after a restart; a second start is the same sandbox, and lets in."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")  # is for other machines
    url = practice.start(config(automation={"app_id": 7}))
    pid = practice.pid
    assert pid is not None
    assert members(practice) == {"ana", "ben", "kim", "owner"}
    assert ask(practice, "POST", "/orgs/acme/repos", {"name": "made"}).status_code == 201
    # again, while it runs
    more = {"red": {"members": ["ana", "lea"]}}
    assert practice.start(config(teams=more)) == practice.url == url
    assert practice.base_url == f"{url}/guild/"
    assert practice.pid == pid
    assert "lea" in members(practice)
    # again, after it was stopped
    assert practice.stop()
    assert not running(practice)
    assert not practice.stop()
    practice.start(config(teams={"red": {"members": ["zoe"]}}))
    assert ask(practice, "GET", "/repos/acme/made").status_code == 200
    assert {"lea", "zoe"} <= members(practice)
    private = practice.folder / "app-private.pem"
    assert private.stat().st_mode & 0o777 == 0o600
    # thrown away
    practice.forget()
    assert not practice.folder.exists()


def test_one_that_died_is_started_again(practice: Practice) -> None:
    """Its files still name it; nothing is taken for it, and nobody else is stopped."""
    practice.start(config())
    pid = practice.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert practice.url is None
    # its number is another process's now
    (practice.folder / "pid").write_text(str(os.getpid()), encoding="utf-8")
    assert not practice.stop()
    practice.start(config())
    assert practice.pid not in {None, pid, os.getpid()}


def test_one_that_does_not_end_is_killed(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Down is down, whatever state the sandbox is in."""
    practice.start(config())
    pid = practice.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr("portcullis.practice.local_sandbox.PATIENCE_SECONDS", 0.3)
    with pytest.raises(UserError, match=rf"process {pid}\) does not answer: end that process"):
        practice.start(config())
    assert practice.stop()
    assert practice.pid is None


def test_a_port_that_is_taken_is_reported(tmp_path: Path) -> None:
    """With the sandbox's own words and another port; nothing is left running."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        practice = Practice(tmp_path, "guild", port)
        with pytest.raises(UserError) as reported:
            practice.start(config())
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in str(reported.value)
    assert f"if the port is taken: PORT={port + 1} make up" in str(reported.value)
    assert practice.pid is None


def test_another_sandbox_at_the_same_address_is_not_ours(
    practice: Practice, tmp_path: Path
) -> None:
    """A second clone of the project does not seed into the first one's practice."""
    url = practice.start(config())
    other = Practice(tmp_path / "other", "guild", int(url.rpartition(":")[2]))
    other.folder.mkdir()
    (other.folder / "address").write_text(url, encoding="utf-8")
    (other.folder / "pid").write_text("1", encoding="utf-8")
    assert other.url is None
    with pytest.raises(UserError, match="Address already in use"):
        other.start(config())
    assert practice.url == url


def test_worlds_lie_side_by_side(practice: Practice) -> None:
    """Each stack has its own world and token on one server; the last one takes the server along."""
    url = practice.start(config())
    other = Practice(practice.folder, "elsewhere", 0)
    assert other.start(config()) == url
    assert other.pid == practice.pid
    assert ask(other, "POST", "/orgs/acme/repos", {"name": "made"}).status_code == 201
    assert ask(practice, "GET", "/repos/acme/made").status_code == 404
    assert practice.has(other.base_url)
    assert not practice.has("https://api.github.com/")
    # thrown away, also while the server does not run
    assert practice.stop()
    assert practice.forget() == ["elsewhere"]
    assert not running(practice)
    other.start(config())
    assert ask(other, "GET", "/repos/acme/made").status_code == 200
    assert practice.token is None
    practice.start(config())
    assert practice.forget() == ["elsewhere"]
    assert running(other)
    assert other.forget() == []
    assert not other.folder.exists()


def test_a_refusal_of_the_organization_is_reported(practice: Practice) -> None:
    """With the sandbox's own words, and the way out."""
    practice.start(config())
    with pytest.raises(UserError, match=r"does not accept the organization: .*cannot name a world"):
        Practice(practice.folder, "no world", 0).start(config())


@pytest.mark.parametrize("address", ["", "nothing", "http://127.0.0.1:99999"])
def test_an_address_that_is_none_is_no_sandbox(practice: Practice, address: str) -> None:
    """Files of a run that was killed in the middle do not break the next one."""
    practice.folder.mkdir()
    held = (
        "import fcntl,sys; f=open(sys.argv[1],'w'); fcntl.flock(f, 2); print(flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", held, str(practice.folder / "pid")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        with pytest.raises(UserError, match="another run is starting the sandbox"):
            _ = practice.pid
        (practice.folder / "pid").write_text(str(process.pid), encoding="utf-8")
        (practice.folder / "address").write_text(address, encoding="utf-8")
        assert practice.pid == process.pid
        assert practice.url is None
        process.stdin.write(b"\n")
