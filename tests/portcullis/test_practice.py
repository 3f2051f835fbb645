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
from portcullis.local_sandbox import Practice, seed_of
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: The sandbox outlives the command that starts it: that is meant.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")

TOKEN = "practice-token"
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


def ask(url: str, method: str, path: str, body: object = None) -> httpx.Response:
    """A request of the practice organization's owner."""
    return httpx.request(
        method,
        f"{url}/guild/api/v3{path}",
        json=body,
        headers={"Authorization": f"Bearer {TOKEN}"},
        trust_env=False,
    )


def running(practice: Practice) -> bool:
    """Whether it runs and answers."""
    return practice.url is not None


def members(url: str) -> set[str]:
    """The logins of the organization's members."""
    return {each["login"] for each in ask(url, "GET", "/orgs/acme/members").json()}


def test_the_seed_has_everybody_whom_the_declaration_names() -> None:
    """Members, maintainers and reviewers, once each, with the owner and the plan."""
    seed: Any = seed_of(config(), "guild")
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


def test_the_seed_has_the_app_and_no_token() -> None:
    """The App is installed; the owner's token is named by its variable only."""
    seed: Any = seed_of(config(automation={"app_id": 7}), "guild")
    assert [(app["app_id"], app["organizations"]) for app in seed["apps"]] == [(7, ["acme"])]
    assert all(set(token) == {"app", "env"} for token in seed["tokens"])


def test_it_runs_from_run_to_run(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was made is there after a restart; a second start is the same sandbox, and lets in."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")  # is for other machines
    url = practice.start(config(automation={"app_id": 7}), TOKEN)
    pid = practice.pid
    assert pid is not None
    assert members(url) == {"ana", "ben", "kim", "owner"}
    assert ask(url, "POST", "/orgs/acme/repos", {"name": "made"}).status_code == 201
    # again, while it runs
    more = {"red": {"members": ["ana", "lea"]}}
    assert practice.start(config(teams=more), TOKEN) == practice.url == url
    assert practice.base_url == f"{url}/guild/"
    assert practice.pid == pid
    assert "lea" in members(url)
    # again, after it was stopped
    assert practice.stop()
    assert not running(practice)
    assert not practice.stop()
    url = practice.start(config(teams={"red": {"members": ["zoe"]}}), TOKEN)
    assert ask(url, "GET", "/repos/acme/made").status_code == 200
    assert {"lea", "zoe"} <= members(url)
    private = practice.folder / "app-private.pem"
    assert private.stat().st_mode & 0o777 == 0o600
    # thrown away
    practice.forget()
    assert not practice.folder.exists()


def test_one_that_died_is_started_again(practice: Practice) -> None:
    """Its files still name it; nothing is taken for it, and nobody else is stopped."""
    practice.start(config(), TOKEN)
    pid = practice.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert practice.url is None
    # its number is another process's now
    (practice.folder / "pid").write_text(str(os.getpid()), encoding="utf-8")
    assert not practice.stop()
    practice.start(config(), TOKEN)
    assert practice.pid not in {None, pid, os.getpid()}


def test_one_that_does_not_end_is_killed(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Down is down, whatever state the sandbox is in."""
    practice.start(config(), TOKEN)
    pid = practice.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr("portcullis.local_sandbox.PATIENCE_SECONDS", 0.3)
    with pytest.raises(UserError, match=rf"process {pid}\) does not answer: make down ends it"):
        practice.start(config(), TOKEN)
    assert practice.stop()
    assert practice.pid is None


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    """With the sandbox's own words and another port; nothing is left running."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        practice = Practice(tmp_path, "guild", port)
        with pytest.raises(UserError) as told:
            practice.start(config(), TOKEN)
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in str(told.value)
    assert f"if the port is taken: PORT={port + 1} make up" in str(told.value)
    assert practice.pid is None


def test_another_sandbox_at_the_same_address_is_not_ours(
    practice: Practice, tmp_path: Path
) -> None:
    """A second clone of the project does not seed into the first one's practice."""
    url = practice.start(config(), TOKEN)
    other = Practice(tmp_path / "other", "guild", int(url.rpartition(":")[2]))
    other.folder.mkdir()
    (other.folder / "address").write_text(url, encoding="utf-8")
    (other.folder / "pid").write_text("1", encoding="utf-8")
    assert other.url is None
    with pytest.raises(UserError, match="Address already in use"):
        other.start(config(), TOKEN)
    assert practice.url == url


def test_a_refusal_of_people_is_told(practice: Practice) -> None:
    """A stack with another world in the same sandbox is not silently without its people."""
    practice.start(config(), TOKEN)
    other = Practice(practice.folder, "elsewhere", 0)
    with pytest.raises(UserError, match="no world 'elsewhere'; there are: guild"):
        other.start(config(), TOKEN)


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
