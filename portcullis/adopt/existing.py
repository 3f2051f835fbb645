"""Taking what exists on GitHub into a stack's state.

There are two cases. A run that was killed may have created something that is not in the state. And
an organization may have had repositories, teams or rulesets before Portcullis came. In both cases
the provider would try to create what exists, and fail.

Source: https://www.pulumi.com/docs/iac/adopting-pulumi/import/
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.github_access import DOTCOM, App, GitHubAccess, address
from portcullis.adopt.completion import completed, is_incomplete
from portcullis.adopt.import_ids import live_id
from portcullis.project import PACKS, UserError
from portcullis.pulumi_runs.events import name_of, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pulumi import automation

    from portcullis.pulumi_runs.events import Planned

AT_ONCE = 8
"""Requests at the same time; GitHub allows a hundred."""

NOTHING_CHANGED = "what exists on GitHub could not be looked up; nothing was changed:"
"""How a message begins where GitHub is asked before anything changes."""


def access(stack: automation.Stack, environment: Mapping[str, str]) -> GitHubAccess:
    """How to reach the stack's GitHub from outside of the program.

    Raises:
        UserError: the stack has no credentials that could be used.
    """
    config = {key: value.value for key, value in stack.get_all_config().items()}
    base_url = address(environment.get("GITHUB_BASE_URL") or config.get("github:baseUrl") or DOTCOM)
    if text := config.get("portcullis:githubApp"):
        key = config.get("portcullis:githubAppKey") or environment.get("GITHUB_APP_PEM_FILE", "")
        try:
            app = json.loads(text)
            ids = str(int(app["id"])), str(int(app["installationId"]))
        except (ValueError, TypeError, KeyError):
            raise UserError(
                "portcullis:githubApp: allowed: id and installationId as numbers"
            ) from None
        return GitHubAccess(base_url, app=App(*ids, key))
    if token := config.get("github:token") or environment.get("GITHUB_TOKEN"):
        return GitHubAccess(base_url, token=token)
    raise UserError(
        f"no credentials for {base_url}: set portcullis:githubApp and its key, or github:token, "
        "or the environment variable GITHUB_TOKEN (docs/own-organization.md)"
    )


_KNOWN: dict[tuple[str, str], dict[str, Any]] = {}
"""The states that were exported and not changed since by this process, by folder and stack."""


def _key(stack: automation.Stack) -> tuple[str, str]:
    return stack.workspace.work_dir, stack.name


def known(stack: automation.Stack, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the stack's state as this process has seen it last; nobody may change the value.

    Each export costs a run of `pulumi`, which decrypts and encrypts every secret. Whatever is
    written into the state begins with a new export: somebody else may have changed it meanwhile.

    Raises:
        UserError: Pulumi refuses.
    """
    state = _KNOWN.get(_key(stack))
    return exported(stack, environment) if state is None else state


def forget(stack: automation.Stack) -> None:
    """Export the state again when it is needed next: something changes it."""
    _KNOWN.pop(_key(stack), None)


def exported(stack: automation.Stack, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the stack's state as it is stored: secrets are ciphertext in it.

    Automation's own `export_stack` decrypts them, and its `import_stack` writes them to a file.

    Raises:
        UserError: Pulumi refuses.
    """
    state: dict[str, Any] = json.loads(pulumi(stack, environment, ["stack", "export"]))
    _KNOWN[_key(stack)] = state
    return state


def replace(
    stack: automation.Stack, environment: Mapping[str, str], state: Mapping[str, Any]
) -> None:
    """Put ``state``, a changed export of just now, in the place of the stack's.

    Raises:
        UserError: Pulumi refuses.
    """
    pulumi(stack, environment, ["stack", "import"], json.dumps(state))


@contextmanager
def _json_file(data: object) -> Iterator[str]:
    """Return the path of a file with ``data``, in a folder that only this user can open."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.json"
        path.write_text(json.dumps(data), encoding="utf-8")
        yield str(path)


def find(
    stack: automation.Stack,
    environment: Mapping[str, str],
    organization: str,
    planned: Iterable[Planned],
) -> dict[str, str]:
    """URN to import id, of those planned creations that exist on GitHub already.

    Raises:
        UserError: GitHub cannot be asked.
    """
    client = access(stack, environment).client()

    def look_up(each: Planned) -> str | None:
        return live_id(client, organization, each.type, each.inputs)

    asked = list(planned)
    with asking(), ThreadPoolExecutor(AT_ONCE) as pool:
        ids = list(pool.map(look_up, asked))
    return {each.urn: number for each, number in zip(asked, ids, strict=True) if number}


@contextmanager
def asking(
    before: str = NOTHING_CHANGED,
) -> Iterator[None]:
    """Turn what goes wrong on the way into words; no header, and so no token, is in them.

    Args:
        before: The beginning of the message.

    Raises:
        UserError: GitHub refuses, or is out of reach.
    """
    from githubkit.exception import GitHubException, GraphQLFailed, RequestError, RequestFailed  # noqa: PLC0415 - see github_access

    try:
        yield
    except RequestFailed as failed:
        request, status = failed.request, failed.response.status_code
        raise UserError(
            f"{before} {request.method} {request.url} was answered with {status}"
        ) from None
    except RequestError as error:
        raise UserError(f"{before} GitHub could not be reached ({error.exc!r})") from None
    except GraphQLFailed as failed:
        messages = "; ".join(error.message for error in failed.response.errors or [])
        raise UserError(f"{before} {messages}") from None
    except GitHubException as error:
        raise UserError(f"{before} {error!r}") from None


def take_in(
    stack: automation.Stack,
    environment: Mapping[str, str],
    planned: Mapping[str, Planned],
    ids: Mapping[str, str],
) -> None:
    """Import the resources of ``ids`` below the components that declare them.

    Where they are new themselves, the provider and those components come into the state first, by
    an update of only them: it changes nothing on GitHub.

    Raises:
        UserError: Pulumi refuses.
    """
    frame: set[str] = set()
    for urn in ids:
        around = [planned[urn].provider, planned[urn].parent]
        while around and (item := planned.get(around.pop())):
            frame.add(item.urn)
            around.append(item.parent)
    if frame:
        make_only(stack, environment, frame)
    table = {each: each for urn in ids for each in (planned[urn].provider, planned[urn].parent)}
    resources = [
        {
            "type": planned[urn].type,
            "name": name_of(urn),
            "id": number,
            "parent": planned[urn].parent,
            "provider": planned[urn].provider,
        }
        for urn, number in ids.items()
    ]
    adopted = {urn: planned[urn] for urn in ids}
    to_complete = any(map(is_incomplete, adopted.values()))
    with _json_file({"nameTable": table, "resources": resources}) as path:
        # all are protected until the state is completed, in case this process ends before
        protect = f"--protect={str(to_complete).lower()}"
        options = ["--yes", "--skip-preview", "--generate-code=false", protect]
        pulumi(stack, environment, ["import", "--file", path, *options])
    if to_complete:
        replace(stack, environment, completed(exported(stack, environment), adopted))


def make_only(stack: automation.Stack, environment: Mapping[str, str], urns: Iterable[str]) -> None:
    """Put declared components and providers into the state, which are nothing on GitHub.

    Raises:
        UserError: Pulumi refuses.
    """
    # the preview of the whole is judged; the pack would misread a part
    unjudged = {**environment, PACKS: ""}
    targets = [argument for urn in sorted(urns) for argument in ("--target", urn)]
    pulumi(stack, unjudged, ["up", "--yes", *targets])


def pulumi(
    stack: automation.Stack,
    environment: Mapping[str, str],
    arguments: Sequence[str],
    stdin: str = "",
) -> str:
    """Run `pulumi` on the stack, and return what it printed to stdout.

    Args:
        stack: The stack.
        environment: The environment of the run.
        arguments: Of the command.
        stdin: What it reads; never written to a file.

    Raises:
        UserError: it failed; the text is its own.
    """
    forget(stack)
    command = ["pulumi", *arguments, "--stack", stack.name, "--non-interactive", "--color", "never"]
    done = subprocess.run(  # noqa: S603 - no shell, and nothing secret among the arguments
        command,
        cwd=stack.workspace.work_dir,
        env=dict(environment),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise UserError(f"pulumi {arguments[0]} failed:\n{plain(done.stdout + done.stderr)}")
    return done.stdout
