"""The sandbox as tests use it: started as a process of its own, on a free port, stopped by id."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from tests.support.server import Server

if TYPE_CHECKING:
    from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT = 20.0
"""Seconds that a sandbox may take until it says its address."""


class Refused(Exception):  # noqa: N818 - a test's own
    """The control interface refused a request; the message is its answer."""


def is_write(entry: dict[str, Any]) -> bool:
    """Whether a request of the journal changes something."""
    if entry["operation"] == "POST /graphql":
        return str((entry["body"] or {}).get("query", "")).lstrip().startswith("mutation")
    return entry["method"] in ("POST", "PUT", "PATCH", "DELETE")


class World:
    """One world of a running sandbox.

    Attributes:
        name: Its name.
        base_url: What clients are given as GitHub's base address; ends in a slash. The provider
            and go-github add `api/v3/` to it; PyGithub and others want `rest_url`.
        tokens: Login to token, of those that the seed asked for.
    """

    def __init__(self, sandbox: Sandbox, name: str, tokens: dict[str, str]) -> None:
        """Wrap a world that was made."""
        self.sandbox = sandbox
        self.name = name
        self.tokens = tokens

    @property
    def base_url(self) -> str:
        """The base address for the provider."""
        return f"{self.sandbox.url}/{self.name}/"

    @property
    def rest_url(self) -> str:
        """The base address of REST, without a slash at its end."""
        return f"{self.sandbox.url}/{self.name}/api/v3"

    @property
    def token(self) -> str:
        """The first token: an owner's, unless the seed asks for others."""
        return next(iter(self.tokens.values()))

    def client(self, login: str | None = None) -> httpx.Client:
        """Return an HTTP client of the REST API as a user; the first token's by default."""
        if login is not None and login not in self.tokens:
            self.tokens[login] = self.control("POST", "tokens", {"login": login})["token"]
        token = self.token if login is None else self.tokens[login]
        return httpx.Client(
            base_url=self.rest_url, headers={"Authorization": f"Bearer {token}"}, timeout=30
        )

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - any JSON
        """Make a request to this world's part of the control interface."""
        return self.sandbox.control(method, f"worlds/{self.name}/{path}", body)

    def request(
        self, method: str, path: str, body: object = None, actor: str | None = None
    ) -> dict[str, Any]:
        """Change something outside of the provider: not in the journal.

        Args:
            method: The HTTP method.
            path: The REST path, such as `/repos/acme/widget`, or `/graphql`.
            body: The JSON body.
            actor: The login that does it; the first token's by default.

        Returns:
            `status`, `headers` and `body` of the answer.
        """
        login = actor or next(iter(self.tokens))
        answer: dict[str, Any] = self.control(
            "POST", "requests", {"actor": login, "method": method, "path": path, "body": body}
        )
        return answer

    def journal(self, **filters: object) -> list[dict[str, Any]]:
        """Return the requests so far; filters: method, path, operation, status, actor, since."""
        query = httpx.QueryParams({key: str(value) for key, value in filters.items()})
        entries: list[dict[str, Any]] = self.control("GET", f"journal?{query}")
        return entries

    def writes(self, **filters: object) -> list[dict[str, Any]]:
        """Return the requests so far that change something.

        GraphQL's are those whose document is a mutation.
        """
        return [entry for entry in self.journal(**filters) if is_write(entry)]

    def clear_journal(self) -> None:
        """Forget the requests so far."""
        self.control("DELETE", "journal")

    def gaps(self) -> list[dict[str, Any]]:
        """Return the requests to routes that the sandbox does not have."""
        found: list[dict[str, Any]] = self.control("GET", "gaps")
        return found

    def fault(self, **fields: object) -> dict[str, Any]:
        """Set a fault: method, path, status, body, headers, count, skip, delay, drop."""
        made: dict[str, Any] = self.control("POST", "faults", fields)
        return made

    def clear_faults(self) -> None:
        """Take all faults away."""
        self.control("DELETE", "faults")

    def clock(self, **moves: object) -> str:
        """Move the clock (set, advance, stopped, tick) and return its time."""
        now: str = self.control("PUT", "clock", moves)["now"]
        return now

    def secret(
        self,
        name: str,
        *,
        org: str | None = None,
        repository: str | None = None,
        environment: str | None = None,
        store: str = "actions",
    ) -> str:
        """Return a secret's plaintext.

        Args:
            name: The secret's name.
            org: The organization, for a secret of the organization.
            repository: `owner/name`, for a secret of a repository or environment.
            environment: The environment's name.
            store: `actions` or `dependabot`.
        """
        place = {"org": org, "repository": repository, "environment": environment}
        value: str = self.control(
            "POST",
            "secrets/reveal",
            {"store": store, "name": name} | {k: v for k, v in place.items() if v is not None},
        )["value"]
        return value

    def jobs(self, **wanted: object) -> list[dict[str, Any]]:
        """Return the workflow jobs so far, oldest first, that have these fields."""
        found: list[dict[str, Any]] = self.control("GET", "jobs")
        return [job for job in found if all(job[key] == value for key, value in wanted.items())]

    def job(self, ident: int) -> dict[str, Any]:
        """Return what a job sees: `secrets`, `variables`, `github_token`, `oidc`."""
        found: dict[str, Any] = self.control("GET", f"jobs/{ident}")
        return found

    def plan(self, repository: str, job: str, plan: str) -> None:
        """Say how jobs of a key end from now on: `success`, `failure`, or `hold` them."""
        self.control("PUT", "job-plans", {"repository": repository, "job": job, "plan": plan})

    def state(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return all records, or those of a kind."""
        records: list[dict[str, Any]] = self.control(
            "GET", "state" if kind is None else f"state?kind={kind}"
        )
        return records


class Sandbox(Server):
    """A running sandbox, with a judge of every answer; a context manager that stops it.

    At the end it fails when something that was asked or answered is not what GitHub's published
    description says, or when something was asked for that the sandbox does not have.
    """

    def __init__(self, state: Path | None = None, *options: str, judged: bool = True) -> None:
        """Start it and wait until it listens.

        Args:
            state: The folder that keeps its worlds; None keeps them in memory.
            options: Further command line options.
            judged: Whether every answer is judged; measurements go without.

        Raises:
            RuntimeError: It ended instead of listening; with what it said.
        """
        self._folder = tempfile.TemporaryDirectory()
        self.judged = judged
        module = "tests.support.judged_sandbox" if judged else "sandbox"
        command = [sys.executable, "-m", module, "--port", "0", *options]
        if state is not None:
            command += ["--state", str(state)]
        self._errors = Path(self._folder.name, "stderr")
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        output = self.process.stdout
        if output is None:
            raise AssertionError("stdout is a pipe")
        line = output.readline().decode()  # ends when it listens, or when it ends
        if "listening on " not in line:
            code = self.process.wait(START_LIMIT)
            output.close()
            errors_text = self._errors.read_text()
            self._folder.cleanup()
            raise RuntimeError(f"the sandbox ended with {code}: {line}{errors_text}")
        self.url = line.split("listening on ")[1].strip()
        self._client = httpx.Client(base_url=f"{self.url}/_control/", timeout=60)

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - any JSON
        """Make a request to the control interface.

        Raises:
            Refused: It said no.
        """
        answer = self._client.request(method, path, json=body)
        if answer.is_error:
            raise Refused(f"{answer.status_code}: {answer.text}")
        return answer.json() if answer.content else None

    def world(self, name: str, seed: dict[str, Any] | None = None) -> World:
        """Make a world; the seed's structure is in `sandbox/seed/models.py`."""
        made = self.control("POST", "worlds", {"name": name, "seed": seed or {}})
        return World(self, name, made["tokens"])

    def copy(self, world: World, name: str) -> World:
        """Make a world that begins as another one; the same tokens open both."""
        self.control("POST", "worlds", {"name": name, "copy_of": world.name})
        return World(self, name, world.tokens)

    def delete(self, name: str) -> None:
        """Forget a world."""
        self.control("DELETE", f"worlds/{name}")

    def errors(self) -> str:
        """Return what it wrote to stderr so far."""
        return self._errors.read_text()

    def verdicts(self) -> list[str]:
        """Return what was not as GitHub's published description says."""
        found: list[str] = httpx.get(f"{self.url}/_verdicts", timeout=60).json()
        return found

    def all_gaps(self) -> list[str]:
        """Return what was asked for, in any world, and is not there."""
        worlds = [each["name"] for each in self.control("GET", "worlds")]
        gaps = [(name, self.control("GET", f"worlds/{name}/gaps")) for name in worlds]
        return [f"{name}: {e['method']} {e['path']}" for name, found in gaps for e in found]

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        self.process.kill()
        self._close()

    def stop(self) -> None:
        """End it in order."""
        self.end()
        self._close()

    def _close(self) -> None:
        self.process.wait(10)
        self._client.close()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._folder.cleanup()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it, if it still runs."""
        if self.process.poll() is None:
            wrong = self.verdicts() if error is None and self.judged else []
            gaps = self.all_gaps() if error is None else []
            self.stop()
            assert not wrong, "not as GitHub describes it:\n" + "\n".join(wrong)
            assert not gaps, "asked for, and not there:\n" + "\n".join(gaps)
