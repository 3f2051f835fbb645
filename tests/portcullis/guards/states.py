"""States and previews for the guards, without an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.declaration import load
from portcullis.pulumi_runs.events import ROOT, Run
from tests.portcullis.engine_events import PREFIX, before, run_of, urn

if TYPE_CHECKING:
    from pathlib import Path

    from components.organization import ResolvedOrganization

_MINIMAL = """\
organization: acme
plan: team
settings: {display_name: Acme, billing_email: billing@acme.example}
"""


def resource(kind: str, name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A resource of the GitHub provider, as a state has it."""
    where = urn(kind, name)
    found = {"urn": where, "type": where.split("::")[2].rsplit("$", 1)[-1], "custom": True}
    return {**found, "id": name, "inputs": {}, **more}


def component(kind: str, name: str, **inputs: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A component, as a state has it."""
    where = urn(f"portcullis:index:{kind}", name)
    return {"urn": where, "type": f"portcullis:index:{kind}", "inputs": inputs}


def environment(
    repository: str, name: str, *, release: str | None = "release", **inputs: object
) -> list[dict[str, Any]]:
    """An environment of a release path, with its component."""
    full = f"{repository}/{name}"
    of = component("Environment", full, **({"release": release} if release else {}))
    where = {"repository": repository, "environment": name}
    gate = resource("RepositoryEnvironment", full, parent=of["urn"], inputs={**where, **inputs})
    return [of, gate]


def root(**inputs: object) -> dict[str, Any]:
    """The organization's component, as a state has it."""
    return {"urn": PREFIX.removesuffix("$") + "::acme", "type": ROOT, "inputs": inputs}


def state(*resources: dict[str, Any]) -> dict[str, Any]:
    """A state with these resources."""
    return {"deployment": {"resources": list(resources)}}


def preview(**operations: list[dict[str, Any]]) -> Run:
    """A preview that does an operation, such as `delete`, to resources of a state."""
    return run_of(
        *(
            before(operation, each["urn"], old={**_of_state(each)}, new=None)
            for operation, listed in operations.items()
            for each in listed
        )
    )


def change(resource_: dict[str, Any], **new: object) -> dict[str, Any]:
    """The event of an update of a resource, whose inputs are ``new`` besides the old ones."""
    old = _of_state(resource_)
    after = {**old, "inputs": {**resource_["inputs"], **new}}
    return before("update", resource_["urn"], old=old, new=after, diffs=sorted(new))


def creation(resource_: dict[str, Any]) -> dict[str, Any]:
    """The event of a creation."""
    return before("create", resource_["urn"], old=None, new=_of_state(resource_))


def _of_state(resource_: dict[str, Any]) -> dict[str, Any]:
    given = {"parent": "", "provider": "", "outputs": {}, "id": "", **resource_}
    return {**given, "retainOnDelete": False, "protect": False}


def resolved(folder: Path, more: str = "") -> ResolvedOrganization:
    """A small organization, with what ``more`` declares."""
    (folder / "orgs").mkdir(exist_ok=True)
    (folder / "orgs" / "acme.yaml").write_text(_MINIMAL + more, encoding="utf-8")
    return load("acme", folder).resolved
