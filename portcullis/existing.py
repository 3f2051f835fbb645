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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi import automation

from components.github_access import DOTCOM, App, GitHubAccess
from portcullis.events import Planned, plain, provider_urn
from portcullis.live_ids import live_id
from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def access(stack: automation.Stack, environment: Mapping[str, str]) -> GitHubAccess:
    """How to reach the stack's GitHub from outside of the program."""
    config = {key: value.value for key, value in stack.get_all_config().items()}
    base_url = environment.get("GITHUB_BASE_URL") or config.get("github:baseUrl") or DOTCOM
    base_url = base_url.rstrip("/").removesuffix("/api/v3") + "/"
    if app := json.loads(config.get("portcullis:githubApp", "null")):
        key = config.get("portcullis:githubAppKey") or environment.get("GITHUB_APP_PEM_FILE", "")
        return GitHubAccess(base_url, app=App(str(app["id"]), str(app["installationId"]), key))
    return GitHubAccess(base_url, token=config.get("github:token") or environment["GITHUB_TOKEN"])


def pending_creates(stack: automation.Stack) -> dict[str, Planned]:
    """URN to resource, of those whose creation was begun and not noted as done."""
    deployment: Mapping[str, Any] = stack.export_stack().deployment or {}
    pending: Iterable[Mapping[str, Any]] = deployment.get("pending_operations") or []
    begun = [operation["resource"] for operation in pending if operation["type"] == "creating"]
    return {
        state["urn"]: Planned(
            urn=state["urn"],
            type=state["type"],
            parent=state.get("parent", ""),
            provider=provider_urn(state.get("provider", "")),
            inputs=state.get("inputs", {}),
        )
        for state in begun
    }


def drop_pending(stack: automation.Stack) -> None:
    """Forget the operations that were interrupted.

    Pulumi offers this by hand (`pulumi refresh` asks for each), and then looks at every resource.
    """
    state = stack.export_stack()
    deployment: dict[str, Any] = dict(state.deployment or {})
    deployment.pop("pending_operations", None)
    stack.import_stack(automation.Deployment(state.version, deployment))


def find(
    stack: automation.Stack,
    environment: Mapping[str, str],
    organization: str,
    planned: Iterable[Planned],
) -> dict[str, str]:
    """URN to import id, of those planned creations that exist on GitHub already."""
    client = access(stack, environment).client()
    found = {item.urn: live_id(client, organization, item.type, item.inputs) for item in planned}
    return {urn: number for urn, number in found.items() if number}


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
        targets = [argument for urn in sorted(frame) for argument in ("--target", urn)]
        pulumi(stack, environment, ["up", "--yes", "--skip-preview", *targets])
    table = {each: each for urn in ids for each in (planned[urn].provider, planned[urn].parent)}
    resources = [
        {
            "type": planned[urn].type,
            "name": urn.rsplit("::", 1)[-1],
            "id": number,
            "parent": planned[urn].parent,
            "provider": planned[urn].provider,
        }
        for urn, number in ids.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "import.json"
        path.write_text(json.dumps({"nameTable": table, "resources": resources}), encoding="utf-8")
        options = ["--yes", "--skip-preview", "--generate-code=false", "--protect=false"]
        pulumi(stack, environment, ["import", "--file", str(path), *options])


def pulumi(
    stack: automation.Stack, environment: Mapping[str, str], arguments: Sequence[str]
) -> None:
    """Run `pulumi` on the stack.

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
