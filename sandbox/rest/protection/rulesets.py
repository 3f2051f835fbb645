"""Rulesets of organizations and repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.access.permissions import full_name, level, org_role, owner, permission
from sandbox.api.errors import forbidden, not_found
from sandbox.api.http import NO_CONTENT, Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.enforcement import ruleset_model
from sandbox.world import plans
from sandbox.world.kinds.accounts import ORGANIZATION
from sandbox.world.kinds.protection import RULESET, Ruleset
from sandbox.world.kinds.repositories import REPOSITORY
from sandbox.world.nodes import node_id

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_ORG = "/orgs/{org}/rulesets"
_REPO = "/repos/{owner}/{repo}/rulesets"


def _summary(call: Call, ruleset: Record[Ruleset]) -> dict[str, Any]:
    org = call.world.get(ORGANIZATION, ruleset.parent)
    if org is not None:
        source, kind = org.name, "Organization"
        url = f"{call.api}/orgs/{source}/rulesets/{ruleset.id}"
        html = f"{call.host}/organizations/{source}/settings/rules/{ruleset.id}"
    else:
        repository = call.world.get(REPOSITORY, ruleset.parent)
        if repository is None:
            raise AssertionError("a ruleset belongs to an organization or a repository")
        source, kind = full_name(call.world, repository), "Repository"
        url = f"{call.api}/repos/{source}/rulesets/{ruleset.id}"
        html = f"{call.host}/{source}/rules/{ruleset.id}"
    return {
        "id": ruleset.id,
        "name": ruleset.name,
        "target": ruleset.data["target"],
        "source_type": kind,
        "source": source,
        "enforcement": ruleset.data["enforcement"],
        "node_id": node_id("ruleset", ruleset.id),
        "created_at": ruleset.created_at,
        "updated_at": ruleset.updated_at,
        "_links": {"self": {"href": url}, "html": {"href": html}},
    }


def _full(call: Call, ruleset: Record[Ruleset]) -> dict[str, Any]:
    body = {**_summary(call, ruleset), "rules": ruleset.data["rules"]}
    if ruleset.data["conditions"] is not None:
        body["conditions"] = ruleset.data["conditions"]
    # only those who may edit the ruleset see who bypasses it
    if _may_edit(call, ruleset):
        body["bypass_actors"] = ruleset.data["bypass_actors"]
        body["current_user_can_bypass"] = "never"
    return body


def _may_edit(call: Call, ruleset: Record[Ruleset]) -> bool:
    org = call.world.get(ORGANIZATION, ruleset.parent)
    if org is not None:
        return call.actor.installation is not None or (
            org_role(call.world, org, call.actor.id) == "admin"
        )
    found = permission(call.world, call.repository, call.actor)
    return level(found) >= level("admin")


# --- organization


@ROUTES.get(_ORG, needs="org:admin")
def list_org(call: Call) -> Response:
    """Return an organization's rulesets."""
    found = call.world.all(RULESET, call.org.id)
    targets = call.query.get("targets")
    if targets is not None:
        found = [each for each in found if each.data["target"] in targets.split(",")]
    return page(call, found, lambda each: _summary(call, each))


@ROUTES.post(_ORG, needs="org:admin")
def create_org(call: Call) -> Response:
    """Create a ruleset over an organization's repositories."""
    found = ruleset_model.checked(call, call.org, None)
    plans.check_org_rulesets(call.org, found["enforcement"])
    name = found.pop("name")
    ruleset_model.unique(call.world, call.org.id, name, None)
    return Response(
        201, _full(call, call.world.make(RULESET, call.org.id, name, ruleset_model.NEW, **found))
    )


def _find_org(call: Call) -> Record[Ruleset]:
    found = call.world.get(RULESET, call.integer("ruleset_id"))
    if found is None or found.parent != call.org.id:
        raise not_found()
    return found


@ROUTES.get(_ORG + "/{ruleset_id}", needs="org:admin")
def get_org(call: Call) -> Response:
    """Return one ruleset of an organization."""
    return Response(200, _full(call, _find_org(call)))


@ROUTES.put(_ORG + "/{ruleset_id}", needs="org:admin")
def update_org(call: Call) -> Response:
    """Change an organization's ruleset; fields that are left out stay."""
    old = _find_org(call)
    found = ruleset_model.checked(call, call.org, old)
    plans.check_org_rulesets(call.org, found.get("enforcement", old.data["enforcement"]))
    return Response(200, _full(call, _changed(call, old, found)))


@ROUTES.delete(_ORG + "/{ruleset_id}", needs="org:admin")
def delete_org(call: Call) -> Response:
    """Delete an organization's ruleset."""
    call.world.remove(_find_org(call))
    return NO_CONTENT


def _changed(call: Call, old: Record[Ruleset], found: dict[str, Any]) -> Record[Ruleset]:
    name = found.pop("name", old.name)
    ruleset_model.unique(call.world, old.parent, name, old)
    return call.world.change(old, name, **found)


# --- repository


def _parents(call: Call) -> bool:
    return call.query.get("includes_parents", "true") != "false"


@ROUTES.get(_REPO, needs="repo:read")
def list_repo(call: Call) -> Response:
    """Return the rulesets of a repository; `includes_parents=false`: only its own."""
    found = ruleset_model.rulesets_of(call.world, call.repository)
    if not _parents(call):
        found = [each for each in found if each.parent == call.repository.id]
    targets = call.query.get("targets")
    if targets is not None:
        found = [each for each in found if each.data["target"] in targets.split(",")]
    return page(call, found, lambda each: _summary(call, each))


def _writable(call: Call, enforcement: str) -> None:
    if call.repository.data["archived"]:
        raise forbidden("Repository was archived so is read-only.")
    account = owner(call.world, call.repository)
    plans.check_branch_rules(account, call.repository)
    plans.check_evaluate(account, enforcement)


@ROUTES.post(_REPO, needs="repo:admin")
def create_repo(call: Call) -> Response:
    """Create a ruleset of a repository."""
    found = ruleset_model.checked(call, None, None)
    _writable(call, found["enforcement"])
    name = found.pop("name")
    ruleset_model.unique(call.world, call.repository.id, name, None)
    return Response(
        201,
        _full(call, call.world.make(RULESET, call.repository.id, name, ruleset_model.NEW, **found)),
    )


def _find_repo(call: Call, *, own: bool) -> Record[Ruleset]:
    found = call.world.get(RULESET, call.integer("ruleset_id"))
    if found is None or not ruleset_model.holds_for_repository(call.world, found, call.repository):
        raise not_found()
    if own and found.parent != call.repository.id:
        raise not_found()
    return found


@ROUTES.get(_REPO + "/{ruleset_id}", needs="repo:read")
def get_repo(call: Call) -> Response:
    """Return one ruleset that holds in a repository."""
    return Response(200, _full(call, _find_repo(call, own=not _parents(call))))


@ROUTES.put(_REPO + "/{ruleset_id}", needs="repo:admin")
def update_repo(call: Call) -> Response:
    """Change a repository's ruleset; fields that are left out stay."""
    old = _find_repo(call, own=True)
    found = ruleset_model.checked(call, None, old)
    _writable(call, found.get("enforcement", old.data["enforcement"]))
    return Response(200, _full(call, _changed(call, old, found)))


@ROUTES.delete(_REPO + "/{ruleset_id}", needs="repo:admin")
def delete_repo(call: Call) -> Response:
    """Delete a repository's ruleset."""
    if call.repository.data["archived"]:
        raise forbidden("Repository was archived so is read-only.")
    call.world.remove(_find_repo(call, own=True))
    return NO_CONTENT


@ROUTES.get("/repos/{owner}/{repo}/rules/branches/{branch*}", needs="repo:read")
def get_branch_rules(call: Call) -> Response:
    """Return all active rules of rulesets that hold for a branch, whether it exists or not."""
    ref = f"refs/heads/{call.parameters['branch']}"
    found = []
    for ruleset in ruleset_model.rulesets_of(call.world, call.repository):
        if ruleset.data["enforcement"] != "active" or ruleset.data["target"] != "branch":
            continue
        if ruleset_model.holds_for_ref(ruleset, call.repository, ref):
            shown = _summary(call, ruleset)
            found += [
                {
                    **rule,
                    "ruleset_source_type": shown["source_type"],
                    "ruleset_source": shown["source"],
                    "ruleset_id": ruleset.id,
                }
                for rule in ruleset.data["rules"]
            ]
    return page(call, found, lambda rule: rule)
