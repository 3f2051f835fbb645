"""One job of a workflow file as a workflow file of its own, for act.

The jobs that it needs become stubs with the results and outputs that the sandbox has of them; `if`,
`environment` and `concurrency` are gone, since the sandbox has decided about them.
"""

from __future__ import annotations

import json
from typing import Any

OBSERVER = "observer"
"""The job that writes down what came of the one that is run."""
_DECIDED = ("if", "environment", "concurrency", "needs", "strategy", "permissions")


def alone(workflow: dict[str, Any], key: str, contexts: dict[str, Any], results: str) -> str:
    """Return a workflow with one job, as JSON, which is YAML.

    Args:
        workflow: The workflow file, read.
        key: The job's key.
        contexts: The contexts of its expressions, as the sandbox has them.
        results: Where the observer writes results and outputs.
    """
    job = {name: value for name, value in workflow["jobs"][key].items() if name not in _DECIDED}
    needs = {name: _stub(each) for name, each in contexts["needs"].items()}
    job["needs"] = list(needs)
    # a stub that failed must not keep it from running: the sandbox has let it through
    job["if"] = "${{ always() }}"
    if contexts["matrix"]:
        job["strategy"] = {"matrix": {"include": [contexts["matrix"]]}}
    observer = {
        "needs": [key],
        "if": "${{ always() }}",
        "runs-on": job["runs-on"],
        "steps": [
            {
                "env": {"NEEDS": "${{ toJSON(needs) }}", "RESULTS": results},
                "run": 'printf "%s" "$NEEDS" > "$RESULTS"',
                "shell": "bash",
            }
        ],
    }
    kept: dict[str, Any] = {
        name: workflow[name] for name in ("name", "env", "defaults") if name in workflow
    }
    event = contexts["github"]["event_name"]
    kept["on"] = {event: _declared(workflow, event)}
    return json.dumps({**kept, "jobs": {**needs, key: job, OBSERVER: observer}}, indent=1)


def _declared(workflow: dict[str, Any], event: str) -> object:
    """Return what a trigger declares: act takes the types of inputs from there."""
    triggers = workflow["on"]
    if event != "workflow_dispatch" or not isinstance(triggers, dict):
        return {}
    return triggers.get(event)


def _stub(need: dict[str, Any]) -> dict[str, Any]:
    """Return a job that ends as a needed one did, with its outputs."""
    stub: dict[str, Any] = {
        "runs-on": "ubuntu-24.04",
        "outputs": need["outputs"],
        "steps": [{"run": "true" if need["result"] == "success" else "exit 1"}],
    }
    if need["result"] == "skipped":
        stub["if"] = "false"
    return stub
