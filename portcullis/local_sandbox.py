"""The sandbox of a practice stack: started in the background, kept from run to run."""

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
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from ruamel.yaml import YAML

from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from components.organization import OrganizationConfig
    from portcullis.project import StackSettings

#: Seconds after which a sandbox that does not come up, or does not end, is given up.
PATIENCE_SECONDS = 20.0

#: The owner of the practice organization, whose token the practice stack has in its config.
OWNER = "owner"
APP = "portcullis"

PRIVATE_KEY, PUBLIC_KEY = "app-private.pem", "app-public.pem"

TOKEN_VARIABLE = "PORTCULLIS_SANDBOX_TOKEN"  # noqa: S105 - a variable's name


@dataclass(frozen=True)
class Practice:
    """The sandbox of one stack; its files are in ``folder``."""

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
        return f"{self.url or f'http://127.0.0.1:{self.port}'}/{self.world}/"

    def start(self, config: OrganizationConfig, token: str) -> str:
        """Start the sandbox if it does not run; people of ``config`` who are new are let in.

        Returns:
            Its address.

        Raises:
            UserError: it does not come up; the text holds its own words.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        seed = seed_of(config, self.world)
        if self.pid is not None:
            return self._let_in({key: seed[key] for key in ("users", "organizations")})
        with (self.folder / "seed.yaml").open("w", encoding="utf-8") as file:
            YAML().dump(seed, file)
        _make_app_key(self.folder)
        return self._launch(token)

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

    def forget(self) -> None:
        """Stop the sandbox and throw its organization away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _let_in(self, people: Mapping[str, object]) -> str:
        """Tell the running sandbox of ``people``; its address."""
        _wait(lambda: self.url is not None or self.pid is None)
        url = self.url
        if url is None:
            raise UserError(f"the sandbox (process {self.pid}) does not answer: make down ends it")
        try:
            _ask("POST", f"{url}/_control/worlds/{self.world}/seed", people)
        except httpx.HTTPStatusError as refused:
            raise UserError(
                f"the sandbox at {url} does not take the organization's people: "
                f"{refused.response.text}; make down throws its organization away"
            ) from None
        except httpx.HTTPError as error:
            raise UserError(f"the sandbox at {url} does not answer: {error!r}") from None
        return url

    def _launch(self, token: str) -> str:
        address, log = self.folder / "address", self.folder / "log"
        address.unlink(missing_ok=True)
        command = [sys.executable, "-m", "sandbox", "--port", str(self.port)]
        command += ["--state", str(self.folder / "state"), "--ready-file", str(address)]
        command += ["--seed", str(self.folder / "seed.yaml")]
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
                cwd=Path(__file__).resolve().parent.parent,
                env={**os.environ, TOKEN_VARIABLE: token},
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
        raise UserError(f"the sandbox did not start: {said or 'it said nothing'}{hint}")


def practice_of(settings: StackSettings) -> Practice:
    """The sandbox of a stack: its world and port are those of the stack's address.

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


def seed_of(config: OrganizationConfig, world: str) -> Mapping[str, object]:
    """What has to be there before: the organization, its people, and its owner's token."""
    people: set[str] = set()
    for team in config.teams.values():
        people.update(team.members, team.maintainers)
    for repository in config.repositories.values():
        for environment in repository.environments.values():
            people.update(environment.reviewers.users)
    automation = config.automation
    apps = [
        {
            "slug": APP,
            "app_id": app.app_id,
            "public_key_file": PUBLIC_KEY,
            "organizations": [config.organization],
        }
        for app in ([automation] if automation else [])
    ]
    return {
        "world": world,
        "users": [{"login": login} for login in sorted({OWNER, *people})],
        "organizations": [
            {
                "login": config.organization,
                "plan": config.plan,
                "licenses": config.licenses,
                "owners": [OWNER],
                "members": sorted(people),
            }
        ],
        # as on GitHub: rulesets let the automation's App pass, and no owner
        "tokens": [{**({"app": APP} if apps else {"login": OWNER}), "env": TOKEN_VARIABLE}],
        "apps": apps,
    }


def _make_app_key(folder: Path) -> None:
    """The practice App's key pair, made once: its private half lets people try App tokens."""
    if (folder / PUBLIC_KEY).exists():
        return
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / PRIVATE_KEY).touch(mode=0o600)
    (folder / PRIVATE_KEY).write_bytes(private)
    (folder / PUBLIC_KEY).write_bytes(public)


def _ask(method: str, url: str, body: object = None) -> None:
    """Make a request to the control interface; a proxy of the user's is for other machines.

    Raises:
        httpx.HTTPError: no answer, or a refusal.
    """
    answer = httpx.request(method, url, json=body, timeout=PATIENCE_SECONDS, trust_env=False)
    answer.raise_for_status()


def _wait(until: Callable[[], bool]) -> None:
    """Until ``until()`` is true, or the patience is over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and not until():
        time.sleep(0.05)
