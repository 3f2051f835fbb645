"""A stand-in for Pulumi ESC as a process, with ESC's own evaluator inside, and its clients."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pulumi_esc_sdk

import engine
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ORGANIZATION = "acme"
LIMIT_SECONDS = 120
EVERYTHING = {"*/*": "write"}
"""The grants of who may do all."""


class Esc(Server):
    """A running stand-in for ESC; a context manager that stops it.

    Attributes:
        address: What clients are given as Pulumi's address, such as `http://127.0.0.1:4711`.
        organization: The one organization that it has.
        token: An access token of a user who may do everything.
    """

    def __init__(self, state: Path | None = None, *, organization: str = ORGANIZATION) -> None:
        """Start it and wait until it listens.

        Args:
            state: The folder that keeps its environments and tokens; None forgets them at the end.
            organization: The name of its organization.

        Raises:
            RuntimeError: It ended instead of listening; with what it said.
        """
        self._folder = tempfile.TemporaryDirectory()
        self.organization = organization
        self._tokens = Path(state or self._folder.name, "tokens.json")
        self._tokens.parent.mkdir(parents=True, exist_ok=True)
        if not self._tokens.exists():
            self._tokens.write_text("{}")
        self.token = self.login("admin", EVERYTHING)
        command = [str(engine.ensure_esc()), "-organization", organization]
        command += ["-tokens", str(self._tokens)]
        if state is not None:
            command += ["-state", str(state)]
        self._errors = Path(self._folder.name, "stderr")
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
        output = self.process.stdout
        if output is None:
            raise AssertionError("stdout is a pipe")
        with output:
            line = output.readline()  # ends when it listens, or when it ends
        if not line:
            code = self.process.wait()
            said = self.errors()
            self._folder.cleanup()
            raise RuntimeError(f"the stand-in for ESC ended with {code}: {said}")
        self.address: str = json.loads(line)["address"]

    def login(
        self, user: str, grants: Mapping[str, str] | None = None, teams: Sequence[str] = ()
    ) -> str:
        """Make an access token.

        Args:
            user: Whose it is.
            grants: Patterns of `project/environment` to `none`, `read`, `open` or `write`; the
                highest that matches counts.
            teams: The teams of the organization that the user is in.
        """
        holders = json.loads(self._tokens.read_text())
        token = f"pul-{secrets.token_hex(20)}"
        unfinished = self._tokens.with_suffix(".new")
        unfinished.write_text(
            json.dumps(
                {**holders, token: {"user": user, "grants": grants or {}, "teams": list(teams)}}
            )
        )
        unfinished.replace(self._tokens)  # it reads the file at each request
        return token

    def client(self, token: str | None = None) -> pulumi_esc_sdk.EscClient:
        """Return pulumi-esc-sdk's client for a token; by default that of who may do everything."""
        return pulumi_esc_sdk.esc_client.default_client(
            host=self.address, access_token=token or self.token
        )

    def environment(self, base: Mapping[str, str], token: str | None = None) -> dict[str, str]:
        """`base`, so that this is the cloud of `pulumi`, and its home is a folder of ours."""
        home = Path(self._folder.name, "home")
        return {
            **base,
            "PULUMI_BACKEND_URL": self.address,
            "PULUMI_ACCESS_TOKEN": token or self.token,
            "PULUMI_HOME": str(home),
        }

    def pulumi(
        self, *arguments: str, token: str | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run the real `pulumi` against it, without a terminal."""
        command = ["pulumi", *arguments]
        return subprocess.run(
            command,
            env=self.environment(engine.ensure().environment(os.environ), token),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_SECONDS,
        )

    def put(self, environment: str, yaml: str) -> None:
        """Have an environment `project/name` with this definition; `fn::secret` may be plain."""
        project, name = environment.split("/")
        client = self.client()
        listed = client.list_environments(self.organization).environments or []
        if (project, name) not in {(each.project, each.name) for each in listed}:
            client.create_environment(self.organization, project, name)
        client.update_environment_yaml(self.organization, project, name, yaml)

    def team(self, name: str) -> None:
        """Make a team, as an administrator does on the organization's page at Pulumi."""
        self.request("POST", "teams/pulumi", {"name": name, "displayName": name})

    def permissions(self, team: str) -> dict[str, str]:
        """Return what a team may do: `project/environment` to its level."""
        found = self.request("GET", f"teams/{team}")["environments"]
        return {f"{each['projectName']}/{each['envName']}": each["permission"] for each in found}

    def request(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
        """Ask for something below the organization, as an administrator."""
        answer = httpx.request(
            method,
            f"{self.address}/api/orgs/{self.organization}/{path}",
            json=body,
            headers={"Authorization": f"token {self.token}"},
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def values(self, environment: str, token: str | None = None) -> dict[str, Any]:
        """Open an environment `project/name` and return its values in plaintext."""
        project, name = environment.split("/")
        client = self.client(token)
        _, values, _ = client.open_and_read_environment(self.organization, project, name)
        return dict(values or {})

    def errors(self) -> str:
        """Return what it wrote to stderr so far."""
        return self._errors.read_text()

    def gaps(self) -> list[str]:
        """Return what was asked for and is not there: a client needs more than it has."""
        return [line for line in self.errors().splitlines() if line.startswith("gap: ")]

    def stop(self) -> None:
        """End it."""
        self.end()
        self._folder.cleanup()
