"""Rule suites: the results of rules for pushes that succeeded.

Source: https://docs.github.com/rest/repos/rule-suites and https://docs.github.com/rest/orgs/rule-suites
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api.errors import not_found
from sandbox.api.http import Response
from sandbox.api.pages import page
from sandbox.api.routing import Routes
from sandbox.world import clock
from sandbox.world.kinds.accounts import USER
from sandbox.world.kinds.protection import RULE_SUITE, RuleSuite
from sandbox.world.kinds.repositories import REPOSITORY, Repository

if TYPE_CHECKING:
    from sandbox.api.http import Call
    from sandbox.world.records import Record

ROUTES = Routes()
_ORG = "/orgs/{org}/rulesets/rule-suites"
_REPO = "/repos/{owner}/{repo}/rulesets/rule-suites"
_PERIODS = {"hour": 3600, "day": 86_400, "week": 604_800, "month": 2_592_000}


def _shape(call: Call, suite: Record[RuleSuite], *, full: bool) -> dict[str, Any]:
    repository = call.world.get(REPOSITORY, suite.parent)
    user = call.world.get(USER, suite.data["actor"])
    if repository is None:
        raise AssertionError("a rule suite belongs to a repository")
    body = {
        "id": suite.id,
        "actor_id": suite.data["actor"],
        "actor_name": "" if user is None else user.name,
        "before_sha": suite.data["before"],
        "after_sha": suite.data["after"],
        "ref": suite.data["ref"],
        "repository_id": repository.id,
        "repository_name": repository.name,
        "pushed_at": suite.created_at,
        "result": suite.data["result"],
    }
    if full or suite.data["evaluation_result"] is not None:
        body["evaluation_result"] = suite.data["evaluation_result"]
    if full:
        body["rule_evaluations"] = suite.data["evaluations"]
    return body


def _listed(call: Call, repositories: list[Record[Repository]]) -> Response:
    """Answer with the suites of some repositories, newest first, as the query narrows them."""
    query = call.query
    now = call.world.clock.seconds()
    since = now - _PERIODS.get(query.get("time_period", "day"), _PERIODS["day"])
    actor = call.world.find(USER, query["actor_name"]) if "actor_name" in query else None
    ref = query.get("ref", "")
    result = query.get("rule_suite_result", "all")
    found = [
        suite
        for repository in repositories
        for suite in call.world.all(RULE_SUITE, repository.id)
        if clock.parse(suite.created_at) >= since
        and ("actor_name" not in query or (actor is not None and suite.data["actor"] == actor.id))
        and ref in ("", suite.data["ref"], suite.data["ref"].split("/", 2)[2])
        and result in ("all", suite.data["result"])
    ]
    found.sort(key=lambda suite: -suite.id)
    return page(call, found, lambda suite: _shape(call, suite, full=False))


@ROUTES.get(_REPO, needs="repo:write")
def list_repo(call: Call) -> Response:
    """Return the rule suites of a repository; of the last day when nothing else is asked for."""
    return _listed(call, [call.repository])


@ROUTES.get(_REPO + "/{rule_suite_id}", needs="repo:write")
def get_repo(call: Call) -> Response:
    """Return one rule suite with each rule."""
    found = call.world.get(RULE_SUITE, call.integer("rule_suite_id"))
    if found is None or found.parent != call.repository.id:
        raise not_found()
    return Response(200, _shape(call, found, full=True))


@ROUTES.get(_ORG, needs="org:admin")
def list_org(call: Call) -> Response:
    """Return the rule suites of an organization's repositories; `repository_name` narrows."""
    wanted = call.query.get("repository_name")
    every = call.world.all(REPOSITORY, call.org.id)
    return _listed(call, [each for each in every if wanted in (None, each.name)])


@ROUTES.get(_ORG + "/{rule_suite_id}", needs="org:admin")
def get_org(call: Call) -> Response:
    """Return one rule suite with each rule."""
    found = call.world.get(RULE_SUITE, call.integer("rule_suite_id"))
    repository = None if found is None else call.world.get(REPOSITORY, found.parent)
    if found is None or repository is None or repository.parent != call.org.id:
        raise not_found()
    return Response(200, _shape(call, found, full=True))
