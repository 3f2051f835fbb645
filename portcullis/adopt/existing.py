"""Taking what exists on GitHub into a stack's state.

Two ways lead here. A run that was killed may have created something and not noted it: the engine
keeps that as a pending operation. And an organization may have had repositories, teams or rulesets
before Portcullis came. In both cases the provider would try to create what is there, and fail.

Source: https://www.pulumi.com/docs/iac/adopting-pulumi/import/
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.github_access import DOTCOM, App, GitHubAccess
from portcullis.adopt.completion import completed, is_incomplete
from portcullis.adopt.extras import extras
from portcullis.adopt.import_ids import live_id
from portcullis.adopt.unmanaged import unmanaged
from portcullis.project import PACKS, UserError
from portcullis.pulumi_runs.events import Planned, name_of, plain, provider_urn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pulumi import automation

    from portcullis.adopt.extras import Extra
    from portcullis.adopt.old_names import OldNames

NOTHING_CHANGED = "what exists on GitHub could not be looked up; nothing was changed:"
"""How a message begins where GitHub is asked before anything changes."""


def access(stack: automation.Stack, environment: Mapping[str, str]) -> GitHubAccess:
    """How to reach the stack's GitHub from outside of the program.

    Raises:
        UserError: the stack has no credentials that could be used.
    """
    config = {key: value.value for key, value in stack.get_all_config().items()}
    base_url = environment.get("GITHUB_BASE_URL") or config.get("github:baseUrl") or DOTCOM
    base_url = base_url.rstrip("/").removesuffix("/api/v3") + "/"
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


def exported(stack: automation.Stack, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the stack's state as it is stored: secrets are ciphertext in it.

    Automation's own `export_stack` decrypts them, and its `import_stack` writes them to a file.

    Raises:
        UserError: Pulumi refuses.
    """
    state: dict[str, Any] = json.loads(pulumi(stack, environment, ["stack", "export"]))
    return state


def pending_creates(state: Mapping[str, Any]) -> dict[str, Planned]:
    """URN to resource, of those whose creation was begun and not noted as done.

    Args:
        state: of `exported`.
    """
    deployment: Mapping[str, Any] = state.get("deployment") or {}
    pending: Iterable[Mapping[str, Any]] = deployment.get("pending_operations") or []
    begun = [operation["resource"] for operation in pending if operation["type"] == "creating"]
    return {
        state["urn"]: Planned(
            urn=state["urn"],
            type=state["type"],
            parent=state.get("parent", ""),
            provider=provider_urn(state.get("provider", "")),
            inputs=state.get("inputs", {}),
            protect=state.get("protect", False),
            retain_on_delete=state.get("retainOnDelete", False),
        )
        for state in begun
    }


def drop_pending(
    stack: automation.Stack, environment: Mapping[str, str], state: Mapping[str, Any]
) -> None:
    """Forget the operations that were interrupted.

    Pulumi offers this by hand (`pulumi refresh` asks for each), and then looks at every resource.

    Args:
        stack: whose they are.
        environment: of the run.
        state: of `exported`, just now.

    Raises:
        UserError: Pulumi refuses.
    """
    deployment = {**state["deployment"]}
    deployment.pop("pending_operations", None)
    replace(stack, environment, {**state, "deployment": deployment})


def replace(
    stack: automation.Stack, environment: Mapping[str, str], state: Mapping[str, Any]
) -> None:
    """Put ``state``, a changed export of just now, in the place of the stack's.

    Raises:
        UserError: Pulumi refuses.
    """
    with _json_file(state) as path:
        pulumi(stack, environment, ["stack", "import", "--file", path])


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
    names: OldNames | None = None,
) -> dict[str, str]:
    """URN to import id, of those planned creations that exist on GitHub already.

    A ruleset that got another name may exist under its old one.

    Raises:
        UserError: GitHub cannot be asked.
    """
    client = access(stack, environment).client()
    with asking():
        found: dict[str, str | None] = {}
        for each in planned:
            found[each.urn] = live_id(client, organization, each.type, each.inputs)
            old = names.old_ruleset(each) if names else None
            if old and not found[each.urn]:
                before = {**each.inputs, "name": old}
                found[each.urn] = live_id(client, organization, each.type, before)
    return {urn: number for urn, number in found.items() if number}


def find_extras(
    stack: automation.Stack,
    environment: Mapping[str, str],
    organization: str,
    planned: Mapping[str, Planned],
    found: Mapping[str, str],
    *,
    names: OldNames,
) -> list[Extra]:
    """Return what exists below the resources ``found`` and is not declared.

    Raises:
        UserError: GitHub cannot be asked.
    """
    client = access(stack, environment).client()
    with asking():
        return extras(client, organization, planned, found, names.slugs)


def find_unmanaged(
    stack: automation.Stack,
    environment: Mapping[str, str],
    organization: str,
    planned: Mapping[str, Planned],
    found: Mapping[str, str],
) -> list[str]:
    """Return what exists beside the resources ``found``, and is neither declared nor removed.

    Raises:
        UserError: GitHub cannot be asked.
    """
    client = access(stack, environment).client()
    with asking():
        return list(unmanaged(client, organization, planned, found))


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
        # the preview before this judged the whole; the pack would misread what is no target
        unjudged = {**environment, PACKS: ""}
        targets = [argument for urn in sorted(frame) for argument in ("--target", urn)]
        pulumi(stack, unjudged, ["up", "--yes", *targets])
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


def pulumi(
    stack: automation.Stack, environment: Mapping[str, str], arguments: Sequence[str]
) -> str:
    """Run `pulumi` on the stack, and return what it printed to stdout.

    Raises:
        UserError: it failed; the text is its own.
    """
    command = ["pulumi", *arguments, "--stack", stack.name, "--non-interactive", "--color", "never"]
    done = subprocess.run(  # noqa: S603 - no shell, and nothing secret among the arguments
        command,
        cwd=stack.workspace.work_dir,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise UserError(f"pulumi {arguments[0]} failed:\n{plain(done.stdout + done.stderr)}")
    return done.stdout
