"""Workflow runs on pages: where they stand, who is asked, and what came of a decision."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sandbox.access.actors import Actor
from sandbox.access.permissions import level, permission
from sandbox.html import words
from sandbox.runs import gates, triggers
from sandbox.world.kinds.accounts import USER, Organization
from sandbox.world.kinds.actions import APPROVAL, JOB, RUN, Run
from sandbox.world.kinds.protection import ENVIRONMENT, Environment

if TYPE_CHECKING:
    from sandbox.api.http import Response
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record
    from sandbox.world.world import World


def address(
    world: World, org: Record[Organization], repository: Record[Repository], run: Record[Run]
) -> str:
    """Return where a run's page is."""
    parts = (world.name, org.name, repository.name)
    return "/" + "/".join(quoted(each) for each in parts) + f"/actions/runs/{run.id}"


def runs_of(
    world: World, org: Record[Organization], repository: Record[Repository]
) -> list[dict[str, Any]]:
    """Return the runs of a repository, newest first, each gone on as far as it can."""
    found = []
    for each in reversed(world.all(RUN, repository.id)):
        run = triggers.go_on(world, repository, each)
        found.append(_run(world, org, repository, run))
    return found


def _run(
    world: World, org: Record[Organization], repository: Record[Repository], run: Record[Run]
) -> dict[str, Any]:
    return {
        "address": address(world, org, repository, run),
        "repository": f"{org.name}/{repository.name}",
        "workflow": run.data["workflow_name"],
        "number": run.data["number"],
        "event": run.data["event"],
        "ref": run.data["ref"],
        "sha": run.data["head_sha"][:7],
        "actor": words.person(world, run.data["actor"]),
        "status": run.data["conclusion"] or run.data["status"],
        "created": run.created_at,
    }


def find_run(world: World, repository: Record[Repository], parts: list[str]) -> Record[Run] | None:
    """Return the run that `actions/runs/{id}` names, gone on as far as it can."""
    if len(parts) != 3 or parts[:2] != ["actions", "runs"] or not parts[2].isdigit():  # noqa: PLR2004 - the id
        return None
    run = world.get(RUN, int(parts[2]))
    if run is None or run.parent != repository.id:
        return None
    return triggers.go_on(world, repository, run)


_REASONS = {
    "reviewers": "waits for a review",
    "timer": "waits for its timer",
    "concurrency": "waits for its concurrency group",
}


def run(
    world: World, org: Record[Organization], repository: Record[Repository], run: Record[Run]
) -> dict[str, Any]:
    """Return a run: its jobs, where each stands and why, who may approve, who has."""
    waiting = {
        job.data["environment_id"]
        for job in world.all(JOB, run.id)
        if job.data["status"] == "waiting"
    }
    at = [gate for ident in waiting if (gate := world.get(ENVIRONMENT, ident)) is not None]
    return {
        "world": world.name,
        "org": org,
        "repository": repository,
        "address": address(world, org, repository, run),
        "run": _run(world, org, repository, run),
        "reason": run.data["reason"],
        "jobs": [
            {
                "name": job.data["title"],
                "status": job.data["conclusion"] or job.data["status"],
                "environment": getattr(
                    world.get(ENVIRONMENT, job.data.get("environment_id") or 0), "name", ""
                ),
                "reason": _REASONS.get(job.data["reason"] or "", job.data["reason"] or ""),
            }
            for job in world.all(JOB, run.id)
        ],
        "gates": [{"id": gate.id, **words.environment(world, gate)} for gate in at],
        "people": _people(world, repository, at),
        "approvals": [
            {
                "user": words.person(world, each.data["user"]),
                "state": each.data["state"],
                "comment": each.data["comment"],
                "environments": ", ".join(
                    found.name
                    for ident in each.data["environments"]
                    if (found := world.get(ENVIRONMENT, ident)) is not None
                ),
                "at": each.created_at,
            }
            for each in world.all(APPROVAL, run.id)
        ],
    }


def _people(
    world: World, repository: Record[Repository], at: list[Record[Environment]]
) -> list[dict[str, Any]]:
    """Return who one can act as: everybody who may read, reviewers first."""
    found = [
        {
            "login": user.name,
            "reviewer": any(gates.is_reviewer(world, repository, gate, user) for gate in at),
            "permission": has,
        }
        for user in world.all(USER)
        if user.data.get("type") != "Bot"
        and level(has := permission(world, repository, Actor(user=user)))
    ]
    return sorted(found, key=lambda each: (not each["reviewer"], each["login"]))


def decision(form: dict[str, str]) -> bytes:
    """Return the body of the review that a form asks for."""
    gate = form.get("environment", "")
    return json.dumps(
        {
            "environment_ids": [int(gate)] if gate.isdigit() else [],
            "state": form.get("state", ""),
            "comment": form.get("comment", ""),
        }
    ).encode()


def reported(login: str, form: dict[str, str], said: Response) -> str:
    """Return in words what came of a decision."""
    if said.status < 300:  # noqa: PLR2004 - HTTP's own
        return f"{login} {form.get('state', '')} the deployment."
    message = json.loads(said.body or b"{}").get("message", "")
    return f"GitHub refuses ({said.status}): {message}"


def quoted(text: str) -> str:
    """Return a text as it stands in an address."""
    return quote(text, safe="")
