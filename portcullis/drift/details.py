"""What people want to know of a thing that nobody declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portcullis.live.jobs import subjects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from portcullis.live.resource import LiveResource

    Inputs = Mapping[str, Any]

_LEVELS = ("admin", "write", "read")


def details(live: LiveResource) -> Iterator[str]:
    """Yield lines about a thing, the most dangerous first; no value that may be a secret."""
    if tell := _KINDS.get(live.kind):
        yield from tell(live.inputs)


def _app(inputs: Inputs) -> Iterator[str]:
    yield f"repositories: {inputs.get('repositorySelection') or 'not shown'}"
    given: Mapping[str, str] = inputs.get("permissions") or {}
    for level in _LEVELS:
        if names := sorted(name for name, each in given.items() if each == level):
            yield f"permissions to {level}: {', '.join(names)}"


def _webhook(inputs: Inputs) -> Iterator[str]:
    if inputs["configuration"]["insecureSsl"]:
        yield "certificates are not checked (insecure SSL)"
    if not inputs["active"]:
        yield "not active"
    yield f"events: {', '.join(sorted(inputs['events']))}"


def _key(inputs: Inputs) -> Iterator[str]:
    yield "may only read" if inputs["readOnly"] else "may write"


def _permission(inputs: Inputs) -> Iterator[str]:
    yield f"permission: {inputs['permission']}"


def _runner(inputs: Inputs) -> Iterator[str]:
    if inputs["labels"]:
        yield f"labels: {', '.join(sorted(inputs['labels']))}"


def _group(inputs: Inputs) -> Iterator[str]:
    yield f"repositories: {inputs['visibility']}"
    if inputs["allowsPublicRepositories"]:
        yield "public repositories may use it"


def _repository(inputs: Inputs) -> Iterator[str]:
    yield f"visibility: {inputs['visibility']}"


def _role(inputs: Inputs) -> Iterator[str]:
    yield f"based on: {inputs['baseRole']}"
    if inputs["permissions"]:
        yield f"permissions: {', '.join(inputs['permissions'])}"


def _template(inputs: Inputs) -> Iterator[str]:
    claims = inputs.get("includeClaimKeys")
    yield f"claims: {', '.join(claims) if claims else 'those of the organization'}"


_KINDS: Mapping[str, Callable[[Inputs], Iterator[str]]] = {
    "ActionsRunnerGroup": _group,
    "AppInstallation": _app,
    "OrganizationRepositoryRole": _role,
    "OrganizationRole": _role,
    "OrganizationWebhook": _webhook,
    "Repository": _repository,
    "RepositoryCollaborator": _permission,
    "RepositoryDeployKey": _key,
    "RepositoryWebhook": _webhook,
    "Runner": _runner,
    "TeamRepository": _permission,
    subjects.ORGANIZATION: _template,
    subjects.REPOSITORY: _template,
}
