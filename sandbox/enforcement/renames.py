"""Renames of branches, and other default branches: they must not evade a protection.

A rename needs write access; that of the default branch or of a classically protected one needs
administrators. Rulesets must hold for the new name as for the old one, unless the actor may edit
them or passes by them; another default branch under an organization's ruleset is for organization
owners (docs.github.com, "Renaming a branch", "Allowing repository admins to rename branches with
organization rulesets").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.access.permissions import org_role, owner
from sandbox.api.errors import GitHubError, forbidden
from sandbox.enforcement import classic
from sandbox.enforcement.attempt import Attempt
from sandbox.enforcement.bypass import bypass_mode
from sandbox.enforcement.classic_model import rule_for
from sandbox.enforcement.rules import RULES
from sandbox.enforcement.ruleset_model import holds_for_ref, rulesets_of
from sandbox.git.update import Update

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.kinds.code import Ref
    from sandbox.world.kinds.protection import Ruleset
    from sandbox.world.records import Record

_HEADS = "refs/heads/"


def check_rename(call: Call, ref: Record[Ref], new: str) -> None:
    """Refuse to give a branch of the path's repository a name that evades its protections.

    Raises:
        GitHubError: 403 or 422.
    """
    world, repository = call.world, call.repository
    old = ref.name.removeprefix(_HEADS)
    if repository.data["archived"]:
        raise forbidden("Repository was archived so is read-only.")
    leaving = Attempt(world, call.actor, Update(repository, ref.name, str(ref.data["sha"]), None))
    coming = Attempt(
        world, call.actor, Update(repository, _HEADS + new, None, str(ref.data["sha"]))
    )
    default = repository.data["default_branch"] == old
    protected = rule_for(world, repository, old) is not None
    if (default or protected) and leaving.permission != "admin":
        raise forbidden("Must have admin rights to Repository.")
    after = repository
    if default:
        after = replace(repository, data={**repository.data, "default_branch": new})
    found: list[str] = []
    for ruleset in rulesets_of(world, repository):
        if ruleset.data["enforcement"] != "active" or _edits(leaving, ruleset):
            continue
        held = holds_for_ref(ruleset, repository, ref.name)
        holds = holds_for_ref(ruleset, after, _HEADS + new)
        if held and not holds and bypass_mode(leaving, ruleset) is None:
            found.append(f"Ruleset '{ruleset.name}' does not hold for the new name.")
        if holds and not held and bypass_mode(coming, ruleset) is None:
            found += _arrival(coming, ruleset)
    found += [] if protected else classic.violations(coming)
    if found:
        listed = "\n".join(dict.fromkeys(found))
        raise GitHubError(422, f"Repository rule violations found\n\n{listed}\n\n")


def _arrival(coming: Attempt, ruleset: Record[Ruleset]) -> list[str]:
    """Return why a ruleset refuses a name that it applies to."""
    return [
        text
        for rule in ruleset.data["rules"]
        if rule["type"] in ("creation", "branch_name_pattern")
        for text in RULES[rule["type"]](coming, rule.get("parameters") or {})
    ]


def check_repository(call: Call, name: str, default_branch: str) -> None:
    """Refuse a new name or default branch that evades an organization's rulesets.

    A ruleset may keep the repositories that it selects by name from renames; another default branch
    is refused where one holds for the present one.

    Args:
        call: The request; its repository is to be changed.
        name: The repository's name from now on.
        default_branch: Its default branch from now on.

    Raises:
        GitHubError: 403.
    """
    repository = call.repository
    ref = _HEADS + repository.data["default_branch"]
    attempt = Attempt(call.world, call.actor, Update(repository, ref, None, None))
    for ruleset in rulesets_of(call.world, repository):
        if ruleset.data["enforcement"] != "active" or _edits(attempt, ruleset):
            continue
        by_name = (ruleset.data["conditions"] or {}).get("repository_name", {})
        if name != repository.name and by_name.get("protected"):
            raise forbidden(f"Ruleset '{ruleset.name}' prevents renaming this repository.")
        of_branches = ruleset.data["target"] == "branch" and holds_for_ref(ruleset, repository, ref)
        if default_branch != repository.data["default_branch"] and of_branches:
            raise forbidden("Only organization owners may change the default branch.")


def _edits(attempt: Attempt, ruleset: Record[Ruleset]) -> bool:
    """Return whether the actor may edit a ruleset, so that it does not bind them in names."""
    if ruleset.parent == attempt.repository.id and attempt.permission == "admin":
        return True
    if attempt.actor.installation is not None:
        given = attempt.actor.permissions
        return attempt.permission == "admin" and (
            given is None or given.get("organization_administration") == "write"
        )
    account = owner(attempt.world, attempt.repository)
    return org_role(attempt.world, account, attempt.actor.id) == "admin"
