"""The sandbox of the practice stacks: one server in the background, a world for each stack.

Everything that one stack needs lies in its world, and in a token that the sandbox made for it. So
stacks are practised side by side, and one is thrown away without the others.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from portcullis.project import StackSettings, UserError, stack_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from components.organization import OrganizationConfig

PATIENCE_SECONDS = 20.0
"""Seconds after which a sandbox that does not come up, or does not end, is given up."""

OWNER = "owner"
"""The owner of every practice organization."""

APP = "portcullis"

PRIVATE_KEY, PUBLIC_KEY = "app-private.pem", "app-public.pem"

INVITED = "portcullis:practiceInvited"
"""The key of a practice stack's config that lists people who are to be invited first."""

EVERYBODY = "all"


@dataclass(frozen=True)
class Practice:
    """The sandbox, and the world of one stack in it; its files are in ``folder``."""

    folder: Path
    world: str
    port: int

    @property
    def pid(self) -> int | None:
        """The process that runs as this sandbox, if there is one.

        It holds a lock on its pid file while it lives, so that another process that has got its
        number later, or another sandbox that has got its port, is not taken for it.

        Raises:
            UserError: another run is just starting it.
        """
        try:
            with (self.folder / "pid").open("r+", encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if number := (self.folder / "pid").read_text(encoding="utf-8"):
                return int(number)
            raise UserError("another run is starting the sandbox: try again in a moment") from None
        except FileNotFoundError:
            pass
        return None

    @property
    def url(self) -> str | None:
        """The address of the sandbox, if it runs and answers."""
        if self.pid is None:
            return None
        try:
            url = (self.folder / "address").read_text(encoding="utf-8").strip()
            _ask("GET", f"{url}/_control/")
        except (OSError, httpx.HTTPError):
            return None
        return url

    @property
    def base_url(self) -> str:
        """What the provider takes for GitHub's address, wherever the sandbox runs now."""
        return f"{self._server}/{self.world}/"

    @property
    def _server(self) -> str:
        return self.url or f"http://127.0.0.1:{self.port}"

    def has(self, address: str) -> bool:
        """Say whether an address is that of a world of this sandbox."""
        return address.startswith(f"{self._server}/")

    @property
    def token(self) -> str | None:
        """The token of the stack's world, if it was started before."""
        try:
            return (self._tokens / self.world).read_text(encoding="utf-8").strip() or None
        except OSError:
            return None

    @property
    def _tokens(self) -> Path:
        return self.folder / "tokens"

    def start(self, config: OrganizationConfig, invited: Collection[str] = ()) -> str:
        """Start the sandbox if it does not run; make the stack's world, or let new people in.

        Args:
            config: the organization.
            invited: people who are no members yet; `all` stands for everybody.

        Returns:
            Its address.

        Raises:
            UserError: it does not come up; the text holds its own words.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        url = self._running() if self.pid is not None else self._launch()
        seed = seed_of(config, _app_key(self.folder), invited)
        made = self._seed(url, seed)
        (token,) = made.values()
        _write_private(self._tokens / self.world, token)
        return url

    def stop(self) -> bool:
        """Stop the sandbox; False if none was running."""
        pid = self.pid
        for end in (signal.SIGTERM, signal.SIGKILL):
            if pid is not None and self.pid == pid:
                with contextlib.suppress(ProcessLookupError):  # it has just ended
                    os.kill(pid, end)
                _wait(lambda: self.pid is None)
        (self.folder / "pid").unlink(missing_ok=True)
        (self.folder / "address").unlink(missing_ok=True)
        return pid is not None

    def forget(self) -> list[str]:
        """Throw the stack's world away, and the sandbox with its last world.

        Returns:
            The worlds that are left.

        Raises:
            UserError: the sandbox has other worlds, and cannot be asked to forget this one.
        """
        others = sorted(each.name for each in self._known if each.name != self.world)
        if not others:
            self.stop()
            shutil.rmtree(self.folder, ignore_errors=True)
            return []
        ran = self.pid is not None
        url = self._running() if ran else self._launch()
        with contextlib.suppress(httpx.HTTPStatusError):  # there was none
            _ask("DELETE", f"{url}/_control/worlds/{self.world}")
        (self._tokens / self.world).unlink(missing_ok=True)
        if not ran:
            self.stop()
        return others

    @property
    def _known(self) -> list[Path]:
        return list(self._tokens.iterdir()) if self._tokens.is_dir() else []

    def _running(self) -> str:
        """Return the address of the sandbox that was started before."""
        _wait(lambda: self.url is not None or self.pid is None)
        url = self.url
        if url is None:
            raise UserError(
                f"the sandbox (process {self.pid}) does not answer: end that process, and try again"
            )
        return url

    def _seed(self, url: str, seed: Mapping[str, object]) -> dict[str, str]:
        """Make the world, or add to it what is new; return the token that was made."""
        worlds = f"{url}/_control/worlds"
        try:
            known = {each["name"] for each in _ask("GET", worlds)}
            if self.world in known:
                answer = _ask("POST", f"{worlds}/{self.world}/seed", seed)
            else:
                answer = _ask("POST", worlds, {"name": self.world, "seed": seed})
        except httpx.HTTPStatusError as refused:
            raise UserError(
                f"the sandbox at {url} does not accept the organization: {refused.response.text}; "
                "make down throws its practice organization away"
            ) from None
        except httpx.HTTPError as error:
            raise UserError(f"the sandbox at {url} does not answer: {error!r}") from None
        tokens: dict[str, str] = answer["tokens"]
        return tokens

    def _launch(self) -> str:
        address, log = self.folder / "address", self.folder / "log"
        address.unlink(missing_ok=True)
        command = [sys.executable, "-m", "sandbox", "--port", str(self.port)]
        command += ["--state", str(self.folder / "state"), "--ready-file", str(address)]
        with (
            log.open("w", encoding="utf-8") as output,
            (self.folder / "pid").open("w", encoding="utf-8") as pid_file,
        ):
            fcntl.flock(pid_file, fcntl.LOCK_EX)
            process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=Path(__file__).resolve().parents[2],
                start_new_session=True,
                pass_fds=[pid_file.fileno()],  # the lock goes on with the sandbox
            )
            pid_file.write(str(process.pid))
        _wait(lambda: address.exists() or process.poll() is not None)
        if url := self.url:
            return url
        self.stop()
        said = log.read_text(encoding="utf-8").strip()
        hint = f"; if the port is taken: PORT={self.port + 1} make up" if "in use" in said else ""
        raise UserError(f"the sandbox did not start: {said or 'it printed nothing'}{hint}")


def practice_of(settings: StackSettings) -> Practice:
    """Return the sandbox of a stack: its world and port are those of the stack's address.

    Raises:
        UserError: the port is none.
    """
    address = urlsplit(settings.base_url)
    folder = settings.root / ".portcullis" / "sandbox"
    try:
        port = int(os.environ.get("PORT") or address.port or 80)
    except ValueError as error:
        raise UserError(
            f"the sandbox's port is that of github:baseUrl ({settings.base_url}), or PORT: {error}"
        ) from None
    return Practice(folder, address.path.strip("/") or "practice", port)


def sharing(settings: StackSettings) -> list[str]:
    """Return the other practice stacks that are in the same world."""
    mine = practice_of(settings).world
    others = [StackSettings(name, settings.root) for name in stack_names(settings.root)]
    return [
        each.name
        for each in others
        if each.name != settings.name and each.practises and practice_of(each).world == mine
    ]


def elsewhere(practice: Practice, environment: Mapping[str, str]) -> bool:
    """Say whether the user wants another GitHub than this sandbox.

    Another world of the same sandbox is none: `make -s env` of another stack left it in the shell.
    """
    given = environment.get("GITHUB_BASE_URL")
    return given is not None and not practice.has(given)


def sandbox_variables(practice: Practice, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables by which a stack reaches its world."""
    if elsewhere(practice, environment):
        return {}
    token = practice.token
    return {"GITHUB_BASE_URL": practice.base_url, **({"GITHUB_TOKEN": token} if token else {})}


def invited_in(settings: StackSettings) -> list[str]:
    """Return whom the stack's config wants to be invited, as logins or `all`.

    Raises:
        UserError: it is no list.
    """
    given = settings.config.get(INVITED) or []
    listed = given.split(",") if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise UserError(
            f"Pulumi.{settings.name}.yaml: {INVITED}: allowed: logins such as [dan, eve], or all"
        )
    return [each.strip() for each in listed if each.strip()]


def seed_of(
    config: OrganizationConfig, public_key: str, invited: Collection[str] = ()
) -> dict[str, Any]:
    """Return what has to be there before: the organization, its people, and who has a token.

    Args:
        config: the organization.
        public_key: the public half of the practice App's key, as PEM.
        invited: people who have an account, and are no members; `all` stands for everybody.
    """
    people: set[str] = set()
    for team in config.teams.values():
        people.update(team.members, team.maintainers)
    for repository in config.repositories.values():
        for environment in repository.environments.values():
            people.update(environment.reviewers.users)
    strangers = {login.lower() for login in invited}
    automation = config.automation
    apps = [
        {
            "slug": APP,
            "app_id": app.app_id,
            "public_key": public_key,
            "organizations": [config.organization],
        }
        for app in ([automation] if automation else [])
    ]
    return {
        "users": [{"login": login} for login in sorted({OWNER, *people})],
        "organizations": [
            {
                "login": config.organization,
                "plan": config.plan,
                "owners": [OWNER],
                "members": sorted(
                    each for each in people if not {each.lower(), EVERYBODY} & strangers
                ),
            }
        ],
        # as on GitHub: rulesets let the automation's App pass, and no owner
        "tokens": [{"app": APP} if apps else {"login": OWNER}],
        "apps": apps,
    }


def _app_key(folder: Path) -> str:
    """Return the practice App's public key; its private half lets people try App tokens."""
    public_key = folder / PUBLIC_KEY
    if not public_key.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        _write_private(folder / PRIVATE_KEY, private.decode())
        public_key.write_bytes(public)
    return public_key.read_text(encoding="utf-8")


def _write_private(path: Path, text: str) -> None:
    """Write a file that only this user can read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _ask(method: str, url: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
    """Make a request to the control interface; a proxy of the user's is for other machines.

    Raises:
        httpx.HTTPError: no answer, or a refusal.
    """
    answer = httpx.request(method, url, json=body, timeout=PATIENCE_SECONDS, trust_env=False)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def _wait(until: Callable[[], bool]) -> None:
    """Wait until ``until()`` is true, or the patience is over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and not until():
        time.sleep(0.05)
