"""A stack's state as Pulumi exports it, with secrets as the GitHub provider notes them."""

from __future__ import annotations

from typing import Any

from tests.portcullis.engine_events import STACK, urn

SET = "2026-11-25 22:46:49 +0000 UTC"
"""When each of them was set, as the provider writes it."""
ISO = "2026-11-25T22:46:49Z"
"""The same, as GitHub writes it."""
MARK = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
"""What makes a mapping a secret in Pulumi's state."""


def encrypted(ciphertext: str = "v1:old") -> dict[str, str]:
    """An encrypted value."""
    return {**MARK, "ciphertext": ciphertext}


def noted(kind: str, name: str, **outputs: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A secret of a type such as `ActionsSecret`; its last part is its name on GitHub."""
    value = "plaintextValue" if kind.startswith("Codespaces") else "value"
    inputs = {"secretName": name.rpartition("/")[2], value: encrypted()}
    where = urn(kind, name)
    return {
        "urn": where,
        "type": where.split("::")[2].rpartition("$")[2],
        "id": name,
        "custom": True,
        "inputs": {**inputs},
        "outputs": {"updatedAt": SET, "remoteUpdatedAt": SET, **inputs, **outputs},
    }


def of_repository(kind: str = "ActionsSecret", name: str = "TOKEN", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A secret of the repository tool."""
    return noted(kind, f"tool/{kind}/{name}", repository="tool", **more)


def of_organization(
    kind: str = "ActionsOrganizationSecret",
    name: str = "TOKEN",
    visibility: str = "selected",
    **more: Any,  # noqa: ANN401 - any JSON
) -> dict[str, Any]:
    """A secret of the organization."""
    return noted(kind, f"{kind}/{name}", visibility=visibility, **more)


def of_environment(
    environment: str = "gate",
    name: str = "TOKEN",
    **more: Any,  # noqa: ANN401 - any JSON
) -> dict[str, Any]:
    """A secret of an environment of the repository tool."""
    where = f"tool/{environment}/{name}"
    kind = "ActionsEnvironmentSecret"
    return noted(kind, where, repository="tool", environment=environment, **more)


def state(*resources: dict[str, Any]) -> dict[str, Any]:
    """An exported state."""
    stack = {"urn": STACK, "type": "pulumi:pulumi:Stack", "custom": False}
    return {"version": 3, "deployment": {"manifest": {}, "resources": [stack, *resources]}}
