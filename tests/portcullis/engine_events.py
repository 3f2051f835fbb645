"""Engine events as Pulumi's event log has them, for runs that never took place."""

from __future__ import annotations

from typing import Any

from pulumi.automation import EngineEvent

from portcullis.pulumi_runs.events import Run

PREFIX = "urn:pulumi:test::portcullis::portcullis:index:Organization$"
STACK = "urn:pulumi:test::portcullis::pulumi:pulumi:Stack::portcullis-test"


def urn(kind: str, name: str) -> str:
    """The URN of a resource of the GitHub provider, such as ``Team``, or of a component."""
    if kind.startswith("portcullis:"):
        return f"{PREFIX}{kind}::{name}"
    return f"{PREFIX}github:index/{kind[0].lower()}{kind[1:]}:{kind}::{name}"


def step(op: str, where: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A step's metadata."""
    return {"op": op, "urn": where, "type": where.split("::")[2].rsplit("$", 1)[-1], **more}


def before(op: str, where: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """The event before a step."""
    return {"resourcePreEvent": {"metadata": step(op, where, **more)}}


def after(op: str, where: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """The event after a step."""
    return {"resOutputsEvent": {"metadata": step(op, where, **more)}}


def found(rule: str, where: str, message: str = "m", level: str = "mandatory") -> dict[str, Any]:
    """A violation of a policy."""
    return {
        "policyEvent": {
            "policyName": rule,
            "enforcementLevel": level,
            "resourceUrn": where,
            "message": message,
        }
    }


def said(message: str, where: str | None = None, **more: object) -> dict[str, Any]:
    """A diagnostic; an error unless it says otherwise."""
    return {"diagnosticEvent": {"severity": "error", "message": message, "urn": where, **more}}


def run_of(*events: dict[str, Any]) -> Run:
    """A run in which these events came, in this order."""
    run = Run()
    for event in events:
        run.take(EngineEvent.from_json(event))
    return run
