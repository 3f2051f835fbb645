"""The organization's own part of the YAML, and all repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.custom_property import CustomPropertyConfig
from components.organization import ActionsConfig, OrganizationConfig, SettingsConfig
from components.secrets.reference import BLANK
from components.team import TeamConfig
from portcullis.importing.seen import Left, Seen, short
from portcullis.importing.translation import protections, secrets
from portcullis.importing.translation.repositories import repository, scans
from portcullis.live.resource import camel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portcullis.live.resource import Live

_PLANS = {"free": "free", "team": "team"}
"""GitHub's names of plans; all others are Enterprise's."""

CHANGES = "an update changes it to the value in the YAML"
"""What happens where GitHub hides what the YAML always declares."""

BLANK_EMAIL = "a blank, `TODO`, is in the YAML: it is required"
"""The same for the only required setting that has no other value to begin with."""


def drafted(live: Live) -> tuple[dict[str, Any], list[Left]]:
    """Return an organization as the YAML has it, secure defaults left out, and what it cannot say.

    Nothing is checked here: the proof (`portcullis.importing.proof`) does that.
    """
    seen, left = Seen(live), list[Left]()
    repositories = sorted(live.repositories.values(), key=lambda each: each.name)
    licensed = any(scans(each, seen) for each in repositories)
    plan = _PLANS.get(live.plan, "enterprise")
    if not live.plan:
        left.append(
            Left(
                "plan of the organization",
                "GitHub shows it to owners only",
                "`enterprise` is assumed, which allows everything; correct it in the YAML",
            )
        )
    found = {
        "organization": live.organization,
        "plan": plan,
        "licenses": ["secret-protection"] if licensed else [],
        "settings": _settings(seen, left),
        "actions": _actions(seen, left),
        "teams": _teams(seen, left),
        **protections.of_organization(seen, left),
        "secrets": secrets.of_organization(seen, left),
        "properties": _properties(seen, left),
        "variables": secrets.variables_of_organization(seen, left),
        "repositories": {
            each.name: repository(each, seen, licensed=licensed, left=left) for each in repositories
        },
    }
    return short(OrganizationConfig, found), left


def _settings(seen: Seen, left: list[Left]) -> dict[str, Any]:
    there = seen.one("OrganizationSettings")
    found: dict[str, Any] = {}
    for name in SettingsConfig.model_fields:
        theirs = "name" if name == "display_name" else camel(name)
        if theirs in there:
            found[name] = there[theirs] if there[theirs] is not None else ""
        else:
            then = BLANK_EMAIL if name == "billing_email" else CHANGES
            left.append(Left(f"setting {name}", "GitHub hides it from these credentials", then))
    found["display_name"] = found.get("display_name") or seen.live.organization
    found["billing_email"] = found.get("billing_email") or BLANK
    return short(SettingsConfig, found)


def _actions(seen: Seen, left: list[Left]) -> dict[str, Any]:
    there = seen.one("ActionsOrganizationPermissions")
    if not there:
        left.append(Left("permissions of Actions", "GitHub hides them", CHANGES))
    found: dict[str, Any] = {}
    if there.get("enabledRepositories") in {"none", "selected"}:
        found["enabled_repositories"] = _enabled(there, seen)
    if there.get("allowedActions") and found.get("enabled_repositories") != "none":
        found["allowed_actions"] = there["allowedActions"]
    if there:
        found["sha_pinning_required"] = there["shaPinningRequired"]
    if chosen := there.get("allowedActionsConfig"):
        found |= {
            "github_owned_allowed": chosen["githubOwnedAllowed"],
            "verified_allowed": chosen["verifiedAllowed"],
            "patterns_allowed": sorted(chosen.get("patternsAlloweds") or []),
        }
    jobs = seen.one("ActionsOrganizationWorkflowPermissions")
    if jobs:
        found |= {
            "default_workflow_permissions": jobs["defaultWorkflowPermissions"],
            "can_approve_pull_request_reviews": jobs["canApprovePullRequestReviews"],
        }
    return short(ActionsConfig, found)


def _enabled(there: Mapping[str, Any], seen: Seen) -> str | list[str]:
    """Return the repositories with Actions; none of them are known where they are hidden."""
    numbers = (there.get("enabledRepositoriesConfig") or {}).get("repositoryIds") or []
    known = sorted(seen.names[number] for number in numbers if number in seen.names)
    return known or "none"


def _teams(seen: Seen, left: list[Left]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    hidden = {gap.what for gap in seen.live.gaps if "TeamMembers" in gap.kinds}
    for each in seen.of("Team"):
        slug, there = each.inputs["slug"], each.inputs
        if f"members of team {slug}" in hidden:
            left.append(Left(f"team {slug}", "GitHub does not show all of its members"))
            continue
        members = [one.inputs["members"] for one in seen.of("TeamMembers") if one.name == slug]
        people = members[0] if members else []
        by_role: dict[str, list[str]] = {"member": [], "maintainer": []}
        for person in people:
            by_role[person["role"]].append(person["username"])
        found[slug] = short(
            TeamConfig,
            {
                "name": there["name"] if there["name"] != slug else None,
                "description": there["description"],
                "members": sorted(by_role["member"], key=str.lower),
                "maintainers": sorted(by_role["maintainer"], key=str.lower),
                "visibility": there["privacy"],
                "parent": there.get("parentTeamReadSlug"),
            },
        )
    return found


def _properties(seen: Seen, left: list[Left]) -> dict[str, Any]:
    found = {}
    for each in seen.of("OrganizationCustomProperties"):
        there, default = each.inputs, each.inputs.get("defaultValue")
        if isinstance(default, list):
            if len(default) != 1:
                why = "`default` is one value, and it has several"
                left.append(Left(f"custom property {each.name}", why))
                continue
            (default,) = default
        found[there["propertyName"]] = short(
            CustomPropertyConfig,
            {
                "type": there["valueType"],
                "description": there["description"],
                "allowed": list(there["allowedValues"])
                if there["valueType"].endswith("_select")
                else [],
                "default": default,
            },
        )
    return found
