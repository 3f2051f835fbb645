"""The sandbox of a practice stack: started in the background, kept from run to run."""

from __future__ import annotations

import contextlib
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
    from collections.abc import Mapping

    from components.organization import OrganizationConfig
    from portcullis.project import StackSettings

#: Seconds after which a sandbox that does not come up is given up.
PATIENCE_SECONDS = 20.0

#: The owner of the practice organization, whose token the practice stack has in its config.
OWNER = "owner"

PRIVATE_KEY, PUBLIC_KEY = "app-private.pem", "app-public.pem"

TOKEN_VARIABLE = "PORTCULLIS_SANDBOX_TOKEN"  # noqa: S105 - a variable's name


@dataclass(frozen=True)
class Practice:
    """The sandbox of one stack; its files are in ``folder``."""

    folder: Path
    world: str
    port: int

    @property
    def url(self) -> str | None:
        """The address of the sandbox, if it runs and answers."""
        try:
            url = (self.folder / "address").read_text(encoding="utf-8").strip()
            httpx.get(f"{url}/_control/", timeout=5).raise_for_status()
        except (OSError, httpx.HTTPError):
            return None
        return url

    def start(self, config: OrganizationConfig, token: str) -> str:
        """Start the sandbox if it does not run; people of ``config`` who are new are let in.

        Returns:
            Its address.

        Raises:
            UserError: it does not come up; the text holds its own words.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        seed = seed_of(config, self.world)
        if url := self.url:
            people = {key: seed[key] for key in ("users",)}
            httpx.post(f"{url}/_control/worlds/{self.world}/seed", json=people, timeout=30)
            return url
        with (self.folder / "seed.yaml").open("w", encoding="utf-8") as file:
            YAML().dump(seed, file)
        _make_app_key(self.folder)
        return self._launch(token)

    def stop(self) -> bool:
        """Stop the sandbox; False if none was running."""
        pid_file = self.folder / "pid"
        running = self.url is not None
        if running:
            with contextlib.suppress(OSError, ValueError):
                os.kill(int(pid_file.read_text(encoding="utf-8")), signal.SIGTERM)
            _wait(lambda: self.url is None)
        pid_file.unlink(missing_ok=True)
        (self.folder / "address").unlink(missing_ok=True)
        return running

    def forget(self) -> None:
        """Stop the sandbox and throw its organization away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _launch(self, token: str) -> str:
        address, log = self.folder / "address", self.folder / "log"
        address.unlink(missing_ok=True)
        command = [sys.executable, "-m", "sandbox", "--port", str(self.port)]
        command += ["--state", str(self.folder / "state"), "--ready-file", str(address)]
        command += ["--seed", str(self.folder / "seed.yaml")]
        with log.open("w", encoding="utf-8") as output:
            process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=Path(__file__).resolve().parent.parent,
                env={**os.environ, TOKEN_VARIABLE: token},
                start_new_session=True,
            )
        (self.folder / "pid").write_text(str(process.pid), encoding="utf-8")
        _wait(lambda: address.exists() or process.poll() is not None)
        if url := self.url:
            return url
        said = log.read_text(encoding="utf-8").strip()
        hint = f"; if the port is taken: PORT={self.port + 1} make up" if "in use" in said else ""
        raise UserError(f"the sandbox did not start: {said or 'it said nothing'}{hint}")


def practice_of(settings: StackSettings) -> Practice:
    """The sandbox of a stack: its world and port are those of the stack's address."""
    address = urlsplit(settings.base_url)
    port = int(os.environ.get("PORT") or address.port or 80)
    folder = settings.root / ".portcullis" / "sandbox"
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
            "slug": "portcullis",
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
                "owners": [OWNER],
                "members": sorted(people),
            }
        ],
        "tokens": [{"login": OWNER, "env": TOKEN_VARIABLE}],
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


def _wait(until: object) -> None:
    """Until ``until()`` is true, or the patience is over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if callable(until) and until():
            return
        time.sleep(0.05)
