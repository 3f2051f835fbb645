"""What requests that changed an organization have to leave behind, in the words of the reader.

A request, or a field of one, that nobody wrote down here fails: no setting is overlooked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from portcullis.live.repository_lists import shown_address
from portcullis.live.resource import camel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from portcullis.live.resource import Live, LiveResource
    from tests.support.sixty.script import Change

Key = tuple[str, str, str]
"""Kind, name, and field."""


@dataclass
class Wanted:
    """What has to be there; a later request replaces what an earlier one said."""

    organization: str
    fields: dict[Key, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """Names of what has a number in a path, such as a ruleset's."""
    archived: set[str] = field(default_factory=set)

    def note(self, kind: str, name: str, /, **fields: Any) -> None:  # noqa: ANN401 - any JSON
        """Note fields of a thing; without any, that it is there."""
        self.fields |= {(kind, name, each): value for each, value in (fields or {"": None}).items()}


@dataclass(frozen=True)
class Asked:
    """A request of the script."""

    at: Mapping[str, str]
    """The parts of its path."""
    body: Mapping[str, Any]
    answer: Any


_ORG, _REPO = r"/orgs/(?P<org>[^/]+)", r"/repos/[^/]+/(?P<repo>[^/]+)"
_STORE = r"(?P<store>actions|dependabot|codespaces)"
_STORES = {"actions": "Actions", "dependabot": "Dependabot", "codespaces": "Codespaces"}


def _settings(wanted: Wanted, asked: Asked) -> None:
    given = {camel(name): value for name, value in asked.body.items()}
    wanted.note("OrganizationSettings", asked.at["org"], **given)


def _membership(wanted: Wanted, asked: Asked) -> None:
    wanted.note("Membership", asked.at["login"], role=asked.body["role"])


def _team(wanted: Wanted, asked: Asked) -> None:
    names = {
        "name": "name",
        "description": "description",
        "privacy": "privacy",
        "notification_setting": "notificationSetting",
        "parent_team_id": "parentTeamId",
    }
    given = {names[name]: value for name, value in asked.body.items()}
    wanted.note("Team", asked.answer["slug"], **given)


def _role(wanted: Wanted, asked: Asked) -> None:
    given = {camel(field): value for field, value in asked.body.items()}
    wanted.note("OrganizationRepositoryRole", asked.body["name"], **given)


def _team_member(wanted: Wanted, asked: Asked) -> None:
    wanted.note(
        "TeamMembers", asked.at["team"], **{f"member {asked.at['login']}": asked.body["role"]}
    )


def _no_team_member(wanted: Wanted, asked: Asked) -> None:
    wanted.note("TeamMembers", asked.at["team"], **{f"member {asked.at['login']}": None})


def _team_access(wanted: Wanted, asked: Asked) -> None:
    name = f"{asked.at['repo']}/{asked.at['team']}"
    wanted.note("TeamRepository", name, permission=asked.body["permission"])


_RENAMED = {"homepage": "homepageUrl"}
_ELSEWHERE = frozenset({"name", "private", "organization", "default_branch"})


def _repository(wanted: Wanted, asked: Asked) -> None:
    name = asked.at.get("repo") or asked.body["name"]
    given = {
        _RENAMED.get(field, camel(field)): value
        for field, value in asked.body.items()
        if field not in {*_ELSEWHERE, "security_and_analysis"}
    }
    if "private" in asked.body:
        given["visibility"] = "private" if asked.body["private"] else "public"
    for feature, value in (asked.body.get("security_and_analysis") or {}).items():
        given[f"securityAndAnalysis {camel(feature)}"] = value
    wanted.note("Repository", name, name=asked.answer["name"], **given)
    if asked.body.get("archived"):
        wanted.archived.add(name)


def _topics(wanted: Wanted, asked: Asked) -> None:
    wanted.note("Repository", asked.at["repo"], topics=asked.body["names"])


def _file(wanted: Wanted, asked: Asked) -> None:
    if asked.at["path"].startswith(".github/workflows/"):
        wanted.note("RepositoryFile", f"{asked.at['repo']}/{asked.at['path']}")


def _branch(wanted: Wanted, asked: Asked) -> None:
    wanted.note("BranchDefault", asked.at["repo"], branch=asked.body["new_name"])


def _enabled(kind: str) -> Callable[[Wanted, Asked], None]:
    def rule(wanted: Wanted, asked: Asked) -> None:
        wanted.note(kind, asked.at["repo"], enabled=True)

    return rule


def _collaborator(wanted: Wanted, asked: Asked) -> None:
    name = f"{asked.at['repo']}/{asked.at['login']}"
    wanted.note("RepositoryCollaborator", name, permission=asked.body["permission"])


def _actions(wanted: Wanted, asked: Asked) -> None:
    given = {camel(name): value for name, value in asked.body.items()}
    kind = "ActionsOrganizationPermissions" if "org" in asked.at else "ActionsRepositoryPermissions"
    wanted.note(kind, asked.at.get("org") or asked.at["repo"], **given)


def _actions_repositories(wanted: Wanted, asked: Asked) -> None:
    config = {"repositoryIds": asked.body["selected_repository_ids"]}
    wanted.note("ActionsOrganizationPermissions", asked.at["org"], enabledRepositoriesConfig=config)


def _selected_actions(wanted: Wanted, asked: Asked) -> None:
    kind = "ActionsOrganizationPermissions" if "org" in asked.at else "ActionsRepositoryPermissions"
    config = {
        "githubOwnedAllowed": asked.body["github_owned_allowed"],
        "verifiedAllowed": asked.body["verified_allowed"],
        "patternsAlloweds": asked.body["patterns_allowed"],
    }
    wanted.note(kind, asked.at.get("org") or asked.at["repo"], allowedActionsConfig=config)


def _workflow(wanted: Wanted, asked: Asked) -> None:
    where = "Organization" if "org" in asked.at else "Repository"
    given = {camel(name): value for name, value in asked.body.items()}
    name = asked.at.get("org") or asked.at["repo"]
    wanted.note(f"Actions{where}WorkflowPermissions", name, **given)


def _access(wanted: Wanted, asked: Asked) -> None:
    level = asked.body["access_level"]
    wanted.note("ActionsRepositoryAccessLevel", asked.at["repo"], accessLevel=level)


def _property(wanted: Wanted, asked: Asked) -> None:
    given = {camel(name): value for name, value in asked.body.items()}
    wanted.note("OrganizationCustomProperties", asked.at["name"], **given)


def _property_values(wanted: Wanted, asked: Asked) -> None:
    for each in asked.body["properties"]:
        value = each["value"]
        values = value if isinstance(value, list) else [value]
        name = f"{asked.at['repo']}/{each['property_name']}"
        wanted.note("RepositoryCustomProperty", name, propertyValues=values)


def _seen_by(asked: Asked) -> dict[str, Any]:
    given = {"visibility": asked.body["visibility"]}
    if "selected_repository_ids" in asked.body:
        given["selectedRepositoryIds"] = asked.body["selected_repository_ids"]
    return given


def _secret(wanted: Wanted, asked: Asked) -> None:
    store, name = _STORES[asked.at["store"]], f"{asked.at['store']}/{asked.at['name']}"
    if "org" in asked.at:
        wanted.note(f"{store}OrganizationSecret", name, **_seen_by(asked))
    else:
        wanted.note(f"{store}Secret", f"{asked.at['repo']}/{name}")


def _variable(wanted: Wanted, asked: Asked) -> None:
    name, value = asked.body["name"], asked.body["value"]
    if "org" in asked.at:
        wanted.note("ActionsOrganizationVariable", name, value=value, **_seen_by(asked))
    else:
        wanted.note("ActionsVariable", f"{asked.at['repo']}/{name}", value=value)


def _webhook(wanted: Wanted, asked: Asked) -> None:
    config = asked.body["config"]
    kind = "OrganizationWebhook" if "org" in asked.at else "RepositoryWebhook"
    address = shown_address(config["url"])
    name = address if "org" in asked.at else f"{asked.at['repo']}/{address}"
    known = {key: value for key, value in config.items() if key != "secret"}
    known["insecure_ssl"] = known.get("insecure_ssl", "0") == "1"
    wanted.note(
        kind,
        f"{name} {asked.answer['id']}",
        events=asked.body["events"],
        active=asked.body.get("active", True),
        **{f"configuration {camel(key)}": value for key, value in known.items()},
    )


def _deploy_key(wanted: Wanted, asked: Asked) -> None:
    body, name = asked.body, f"{asked.at['repo']}/{asked.body['title']}"
    wanted.note("RepositoryDeployKey", name, key=body["key"], readOnly=body["read_only"])


_RULES_OF_PROVIDER = {
    "workflows": "requiredWorkflows",
    "code_scanning": "requiredCodeScanning",
}
_PARAMETERS = {
    "required_status_checks": "requiredChecks",
    "code_scanning_tools": "requiredCodeScanningTools",
}


def _ruleset(wanted: Wanted, asked: Asked) -> None:
    if "org" in asked.at:
        kind, name = "OrganizationRuleset", asked.body["name"]
    else:
        kind, name = "RepositoryRuleset", f"{asked.at['repo']}/{asked.body['name']}"
    wanted.note(
        kind,
        name,
        target=asked.body["target"],
        enforcement=asked.body["enforcement"],
        conditions=_camels(asked.body.get("conditions") or {}),
        bypassActors=[_camels(each) for each in asked.body.get("bypass_actors") or []],
    )
    for rule in asked.body["rules"]:
        rule_name = _RULES_OF_PROVIDER.get(rule["type"], camel(rule["type"]))
        if rule.get("parameters") and rule["type"] != "update":
            for parameter, value in rule["parameters"].items():
                path = f"rules {rule_name} {_PARAMETERS.get(parameter, camel(parameter))}"
                wanted.note(kind, name, **{path: _camels(value)})
        else:
            wanted.note(kind, name, **{f"rules {rule_name}": True})
    wanted.note(kind, name, **{"rules count": len(asked.body["rules"])})


def _camels(value: Any) -> Any:  # noqa: ANN401 - any JSON
    names = {"include": "includes", "exclude": "excludes"}
    if isinstance(value, dict):
        return {names.get(key, camel(key)): _camels(each) for key, each in value.items()}
    return [_camels(each) for each in value] if isinstance(value, list) else value


_CLASSIC = {
    "enforce_admins": "enforceAdmins",
    "required_linear_history": "requiredLinearHistory",
    "allow_force_pushes": "allowsForcePushes",
    "allow_deletions": "allowsDeletions",
    "required_conversation_resolution": "requireConversationResolution",
    "lock_branch": "lockBranch",
}
_REVIEWS = {
    "required_approving_review_count": "requiredApprovingReviewCount",
    "dismiss_stale_reviews": "dismissStaleReviews",
    "require_code_owner_reviews": "requireCodeOwnerReviews",
    "require_last_push_approval": "requireLastPushApproval",
}


def _classic(wanted: Wanted, asked: Asked) -> None:
    kind, name = "BranchProtection", f"{asked.at['repo']}/{asked.at['branch']}"

    def actors(given: Mapping[str, Any]) -> list[str]:
        teams = [f"{wanted.organization}/{slug}" for slug in given.get("teams", ())]
        return [*(f"/{login}" for login in given.get("users", ())), *teams]

    rest = {*asked.body} - {*_CLASSIC}
    switches = {ours: asked.body[each] for each, ours in _CLASSIC.items() if each in asked.body}
    wanted.note(kind, name, **switches)
    if checks := asked.body["required_status_checks"]:
        wanted.note(kind, name, requiredStatusChecks=[checks])
    if reviews := asked.body["required_pull_request_reviews"]:
        known = {_REVIEWS[each]: reviews[each] for each in reviews if each in _REVIEWS}
        if "dismissal_restrictions" in reviews:
            known["restrictDismissals"] = True
            known["dismissalRestrictions"] = actors(reviews["dismissal_restrictions"])
        if "bypass_pull_request_allowances" in reviews:
            known["pullRequestBypassers"] = actors(reviews["bypass_pull_request_allowances"])
        wanted.note(kind, name, requiredPullRequestReviews=[known])
    if who := asked.body["restrictions"]:
        given = {"blocksCreations": asked.body["block_creations"], "pushAllowances": actors(who)}
        wanted.note(kind, name, restrictPushes=[given])
    assert rest <= {
        "required_status_checks",
        "required_pull_request_reviews",
        "restrictions",
        "block_creations",
    }


def _signatures(wanted: Wanted, asked: Asked) -> None:
    name = f"{asked.at['repo']}/{asked.at['branch']}"
    wanted.note("BranchProtection", name, requireSignedCommits=True)


_MUTATED = {
    "requiresApprovingReviews": None,
    "requiredApprovingReviewCount": ("requiredPullRequestReviews", "requiredApprovingReviewCount"),
    "allowsForcePushes": "allowsForcePushes",
    "requiresStatusChecks": None,
    "requiredStatusCheckContexts": ("requiredStatusChecks", "contexts"),
}


def _mutation(wanted: Wanted, asked: Asked) -> None:
    given = dict(asked.body["variables"]["input"])
    repository, pattern = wanted.ids[given.pop("repositoryId")], given.pop("pattern")
    for name, value in given.items():
        where = _MUTATED[name]
        path = " ".join((where[0], "0", where[1])) if isinstance(where, tuple) else where
        wanted.note("BranchProtection", f"{repository}/{pattern}", **{path or "": value})


def _environment(wanted: Wanted, asked: Asked) -> None:
    given: dict[str, Any] = {}
    for name, value in (asked.body or {}).items():
        if name == "reviewers":
            of = {kind: [e["id"] for e in value if e["type"] == kind] for kind in ("Team", "User")}
            given["reviewers"] = [{"teams": of["Team"], "users": of["User"]}]
        else:
            given[camel(name)] = _camels(value)
    name = f"{asked.at['repo']}/{unquote(asked.at['environment'])}"
    wanted.note("RepositoryEnvironment", name, **given)


def _policy(wanted: Wanted, asked: Asked) -> None:
    environment = unquote(asked.at["environment"])
    name = f"{asked.at['repo']}/{environment}/{asked.body['type']}/{asked.body['name']}"
    wanted.note("RepositoryEnvironmentDeploymentPolicy", name)


def _environment_secret(wanted: Wanted, asked: Asked) -> None:
    name = f"{asked.at['repo']}/{unquote(asked.at['environment'])}/{asked.at['name']}"
    wanted.note("ActionsEnvironmentSecret", name)


def _environment_variable(wanted: Wanted, asked: Asked) -> None:
    name = f"{asked.at['repo']}/{unquote(asked.at['environment'])}/{asked.body['name']}"
    wanted.note("ActionsEnvironmentVariable", name, value=asked.body["value"])


def _nothing(_: Wanted, __: Asked) -> None:
    """Say that a request leaves nothing that Portcullis manages or shows."""


_ENVIRONMENT = rf"{_REPO}/environments/(?P<environment>[^/]+)"
_PERMISSIONS = r"/actions/permissions"
TABLE: dict[str, Callable[[Wanted, Asked], None]] = {
    rf"PATCH {_ORG}": _settings,
    rf"PUT {_ORG}/memberships/(?P<login>[^/]+)": _membership,
    r"PATCH /user/memberships/orgs/[^/]+": _nothing,
    r"PATCH /user/repository_invitations/\d+": _nothing,
    rf"POST {_ORG}/custom-repository-roles": _role,
    rf"POST {_ORG}/teams": _team,
    rf"PUT {_ORG}/teams/(?P<team>[^/]+)/memberships/(?P<login>[^/]+)": _team_member,
    rf"DELETE {_ORG}/teams/(?P<team>[^/]+)/memberships/(?P<login>[^/]+)": _no_team_member,
    rf"PUT {_ORG}/teams/(?P<team>[^/]+)/repos/[^/]+/(?P<repo>[^/]+)": _team_access,
    rf"POST {_ORG}/repos": _repository,
    rf"POST {_REPO}/forks": _repository,
    rf"PATCH {_REPO}": _repository,
    rf"PUT {_REPO}/topics": _topics,
    rf"PUT {_REPO}/contents/(?P<path>.+)": _file,
    rf"POST {_REPO}/git/refs": _nothing,
    rf"POST {_REPO}/branches/[^/]+/rename": _branch,
    rf"PUT {_REPO}/vulnerability-alerts": _enabled("RepositoryVulnerabilityAlerts"),
    rf"PUT {_REPO}/automated-security-fixes": _enabled("RepositoryDependabotSecurityUpdates"),
    rf"PUT {_REPO}/collaborators/(?P<login>[^/]+)": _collaborator,
    rf"PUT ({_ORG}|{_REPO}){_PERMISSIONS}": _actions,
    rf"PUT {_ORG}{_PERMISSIONS}/repositories": _actions_repositories,
    rf"PUT ({_ORG}|{_REPO}){_PERMISSIONS}/selected-actions": _selected_actions,
    rf"PUT ({_ORG}|{_REPO}){_PERMISSIONS}/workflow": _workflow,
    rf"PUT {_REPO}{_PERMISSIONS}/access": _access,
    rf"PUT {_ORG}/properties/schema/(?P<name>[^/]+)": _property,
    rf"PATCH {_REPO}/properties/values": _property_values,
    rf"PUT ({_ORG}|{_REPO})/{_STORE}/secrets/(?P<name>[^/]+)": _secret,
    rf"POST ({_ORG}|{_REPO})/actions/variables": _variable,
    rf"POST ({_ORG}|{_REPO})/hooks": _webhook,
    rf"POST {_REPO}/keys": _deploy_key,
    rf"POST ({_ORG}|{_REPO})/rulesets": _ruleset,
    rf"PUT {_REPO}/branches/(?P<branch>[^/]+)/protection": _classic,
    rf"POST {_REPO}/branches/(?P<branch>[^/]+)/protection/required_signatures": _signatures,
    r"POST .*/api/graphql": _mutation,
    rf"PUT {_ENVIRONMENT}": _environment,
    rf"POST {_ENVIRONMENT}/deployment-branch-policies": _policy,
    rf"PUT {_ENVIRONMENT}/secrets/(?P<name>[^/]+)": _environment_secret,
    rf"POST {_ENVIRONMENT}/variables": _environment_variable,
}
"""Requests, and what each has to leave behind."""


def wanted(organization: str, changes: Iterable[Change]) -> Wanted:
    """Return what has to be there after some requests.

    Raises:
        AssertionError: A request that nobody wrote down here.
    """
    found = Wanted(organization)
    for change in changes:
        asked = f"{change.method} {change.path}"
        rules = [
            (match, rule)
            for pattern, rule in TABLE.items()
            if (match := re.fullmatch(pattern, asked))
        ]
        assert rules, f"nobody wrote down what has to come of {asked}"
        match, rule = rules[0]
        at = {name: value for name, value in match.groupdict().items() if value is not None}
        if (
            isinstance(change.answer, dict)
            and "node_id" in change.answer
            and "full_name" in change.answer
        ):
            found.ids[change.answer["node_id"]] = change.answer["name"]
            at["repo"] = change.answer["name"]
        rule(found, Asked(at, change.body or {}, change.answer))
    return found


NOT_READ = {
    "ActionsRepositoryPermissions",
    "ActionsRepositoryWorkflowPermissions",
    "ActionsRepositoryAccessLevel",
}
"""What no repository can allow beyond its organization; docs/drift.md says that it is not read."""


NO_EFFECT = {("TeamRepository", "infra-live/sre-on-call")}
"""A grant that is weaker than that of the parent team."""


def overlooked(wanted: Wanted, live: Live) -> list[str]:
    """Return what has to be there and is not, or is different."""
    known: dict[tuple[str, str], LiveResource] = {}
    for each in live.resources:
        more = f" {each.inputs['number']}" if each.kind.endswith("Webhook") else ""
        known[each.kind, each.name + more] = each
    lines = []
    for (kind, name, path), value in wanted.fields.items():
        there = known.get((kind, name))
        if kind in NOT_READ or (path.startswith("member ") and _owns(path, live)):
            continue
        if there is None and value is None and path:
            continue  # it was taken away
        if there is None and (kind, name) not in NO_EFFECT:
            if name.partition("/")[0] not in wanted.archived:
                lines.append(f"{kind} {name}: not there")
        elif there and path and not _is(value, _at(there.inputs, path)):
            lines.append(f"{kind} {name}: {path} is {_at(there.inputs, path)!r}, not {value!r}")
    return lines


def _owns(path: str, live: Live) -> bool:
    """Say whether a member of a team is an owner: GitHub makes all of them maintainers."""
    return path.removeprefix("member ").lower() in live.owners


def _at(inputs: Any, path: str) -> Any:  # noqa: ANN401 - any JSON
    if path.startswith("member "):
        login = path.removeprefix("member ").lower()
        roles = {each["username"].lower(): each["role"] for each in inputs["members"]}
        return roles.get(login)
    for name in path.split(" "):
        if name == "count":
            return len(inputs)
        inputs = inputs[int(name)] if isinstance(inputs, list) else (inputs or {}).get(name)
    return inputs


def _is(value: Any, there: Any) -> bool:  # noqa: ANN401 - any JSON
    """Say whether a value is as it was asked for; of an object, the fields that were asked for."""
    if isinstance(value, dict) and isinstance(there, dict):
        return all(_is(each, there.get(name)) for name, each in value.items())
    if isinstance(value, list) and isinstance(there, list):
        rest = list(there)
        for each in value:
            partner = next((other for other in rest if _is(each, other)), None)
            if partner is None:
                return False
            rest.remove(partner)
        return not rest
    if not (value or there):
        return isinstance(value, bool) == isinstance(there, bool) or None in (value, there)
    return str(value) == str(there) if not isinstance(value, bool) else value is there
