"""Rulesets and classic protection, in the words of the YAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from components.base import GITHUB_ACTIONS_APP
from components.names.versions import ReleaseTags
from components.ruleset import (
    BranchProtectionConfig,
    Bypass,
    OrganizationBranchProtectionConfig,
)
from components.tag_ruleset import OrganizationTagProtectionConfig, TagProtectionConfig
from portcullis.importing.seen import CannotSayError, short
from portcullis.live.compare import same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.names.versions import Scheme
    from portcullis.importing.seen import Seen

_SWITCHES = {
    "deletion": ("allow_deletions", False),
    "nonFastForward": ("allow_force_pushes", False),
    "requiredLinearHistory": ("require_linear_history", True),
    "requiredSignatures": ("require_signatures", True),
}
"""Rules without parameters: the field, and its value where the rule is on."""

_PULL_REQUEST = {
    "requiredApprovingReviewCount": "approvals",
    "dismissStaleReviewsOnPush": "dismiss_stale_reviews",
    "requireCodeOwnerReview": "require_code_owner_review",
    "requireLastPushApproval": "require_last_push_approval",
    "requiredReviewThreadResolution": "require_conversation_resolution",
}
_METHODS = ("merge", "squash", "rebase")
_ROLES = {2: "maintain", 4: "write", 5: "admin"}
_SPECIAL = {"~DEFAULT_BRANCH": "default", "~ALL": "all"}
_SCHEMES: tuple[Scheme, ...] = ("semver", "calver", "pep440")


def branches(inputs: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
    """Return a branch ruleset as `protection`.

    Args:
        inputs: The ruleset, of the organization or of a repository.
        seen: The organization.

    Raises:
        CannotSayError: `protection` has no field for something in it.
    """
    if inputs["target"] != "branch":
        raise CannotSayError(f"the YAML has no rulesets for the target `{inputs['target']}`")
    rules = dict(inputs["rules"])
    found: dict[str, Any] = {
        "branches": [_branch(each) for each in _refs(inputs, "includes")],
        "exclude_branches": [_branch(each) for each in _refs(inputs, "excludes")],
        "enforcement": inputs["enforcement"],
        "bypass": [short(Bypass, _actor(each, seen)) for each in inputs["bypassActors"]],
        **_required_checks(rules.pop("requiredStatusChecks", None)),
    }
    for rule, (name, on) in _SWITCHES.items():
        found[name] = on if rules.pop(rule, False) else not on
    pull_request = rules.pop("pullRequest", None)
    if pull_request is None:
        raise CannotSayError("it does not require pull requests, and `protection` always does")
    found |= {ours: pull_request[theirs] for theirs, ours in _PULL_REQUEST.items()}
    methods = pull_request.get("allowedMergeMethods") or _METHODS
    found["merge_methods"] = [each for each in _METHODS if each in [m.lower() for m in methods]]
    if set(found["merge_methods"]) == {"squash", "rebase"}:
        del found["merge_methods"]
    if others := sorted(rule for rule, on in rules.items() if on):
        raise CannotSayError(f"`protection` has no field for its rules: {', '.join(others)}")
    if "repository" in inputs:
        return short(BranchProtectionConfig, found)
    return short(OrganizationBranchProtectionConfig, found | _repositories(inputs))


def classic(inputs: Mapping[str, Any], default: str) -> dict[str, Any]:
    """Return classic protection as `protection`.

    Args:
        inputs: The classic rule.
        default: The repository's default branch.

    Raises:
        CannotSayError: `protection` has no field for something in it.
    """
    reviews, checks = inputs.get("requiredPullRequestReviews"), inputs.get("requiredStatusChecks")
    if not reviews:
        raise CannotSayError("it does not require pull requests, and `protection` always does")
    for field, what in (
        ("restrictPushes", "it restricts who may push"),
        ("forcePushBypassers", "it lets some people force pushes"),
        ("lockBranch", "it locks the branch"),
    ):
        if inputs.get(field):
            raise CannotSayError(f"{what}; `protection` has no field for that")
    if not inputs["enforceAdmins"]:
        raise CannotSayError("it does not bind administrators; `protection` always does")
    (review,) = reviews
    if review["restrictDismissals"]:
        raise CannotSayError("it restricts who dismisses reviews; `protection` has no field for it")
    bypass = []
    for actor in review["pullRequestBypassers"]:
        if actor.startswith("/") or "/" not in actor:
            raise CannotSayError("people or Apps may bypass it; classic `protection` takes teams")
        bypass.append({"team": actor.partition("/")[2]})
    pattern = inputs["pattern"]
    found = {
        "branches": ["default" if pattern == default else {"*": "all"}.get(pattern, pattern)],
        "enforced_by": "classic",
        "approvals": review["requiredApprovingReviewCount"],
        "dismiss_stale_reviews": review["dismissStaleReviews"],
        "require_code_owner_review": review["requireCodeOwnerReviews"],
        "require_last_push_approval": review["requireLastPushApproval"],
        "require_conversation_resolution": inputs["requireConversationResolution"],
        "require_signatures": inputs["requireSignedCommits"],
        "require_linear_history": inputs["requiredLinearHistory"],
        "allow_force_pushes": inputs["allowsForcePushes"],
        "allow_deletions": inputs["allowsDeletions"],
        "bypass": bypass,
    }
    if checks and checks[0]["contexts"]:
        found |= {
            "required_checks": sorted(checks[0]["contexts"]),
            "strict_checks": checks[0]["strict"],
        }
    elif checks:
        raise CannotSayError("it requires checks, and names none")
    return short(BranchProtectionConfig, found)


def tags(group: Sequence[Mapping[str, Any]], seen: Seen) -> dict[str, Any]:
    """Return four tag rulesets as `tag_protection`.

    Args:
        group: The rulesets, in the order of `components.tag_ruleset.ruleset_names`.
        seen: The organization.

    Raises:
        CannotSayError: They are not those that `tag_protection` makes.
    """
    makes, immutable, *_ = group
    known = _release_tags(_tags(makes), _tags(immutable))
    if known is None:
        raise CannotSayError("`tag_protection` has no scheme for its tags")
    actors = [_actor(each, seen) for each in makes["bypassActors"]]
    if not actors or any(set(each) != {"team", "mode"} for each in actors):
        raise CannotSayError("others than teams may create its tags")
    found: dict[str, Any] = {
        "created_by": sorted(each["team"] for each in actors),
        "prefix": known.prefix,
        "scheme": known.scheme,
    }
    if "repository" in makes:
        return short(TagProtectionConfig, found)
    return short(OrganizationTagProtectionConfig, found | _repositories(makes))


def _release_tags(versions: list[str], everything: list[str]) -> ReleaseTags | None:
    prefixes = {each.removesuffix("*") for each in everything if each.endswith("*")}
    for prefix in sorted(prefixes):
        for scheme in _SCHEMES:
            known = ReleaseTags(prefix, scheme)
            if same(list(known.admitted), versions) and same(list(known.everything), everything):
                return known
    return None


def _tags(inputs: Mapping[str, Any]) -> list[str]:
    return [each.removeprefix("refs/tags/") for each in _refs(inputs, "includes")]


def _refs(inputs: Mapping[str, Any], side: str) -> list[str]:
    conditions = inputs["conditions"].get("refName") or {}
    return sorted(conditions.get(side) or [])


def _branch(ref: str) -> str:
    """Return a ref as `branches` has it."""
    if ref in _SPECIAL:
        return _SPECIAL[ref]
    name = re.sub("^refs/heads/", "", ref)
    if name == ref or name in _SPECIAL.values():
        raise CannotSayError(f"`branches` cannot name `{ref}`")
    return name


def _repositories(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the repositories of a ruleset of the organization."""
    conditions = dict(inputs["conditions"])
    conditions.pop("refName", None)
    names = conditions.pop("repositoryName", None)
    if conditions or names is None:
        raise CannotSayError("it chooses repositories by something else than their names")
    if not names.get("protected"):
        raise CannotSayError(
            "administrators of its repositories may rename them, and so leave it; "
            "`protection` always forbids that"
        )
    if "~DEFAULT_BRANCH" in names["includes"]:
        raise CannotSayError("it chooses repositories in a way that is not known")
    return {
        "repositories": sorted("*" if each == "~ALL" else each for each in names["includes"]),
        "exclude_repositories": sorted(names["excludes"] or []),
    }


def _actor(actor: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
    """Return somebody who may bypass."""
    kind, number, mode = actor["actorType"], actor.get("actorId"), actor["bypassMode"]
    if mode not in {"always", "pull_request"}:
        raise CannotSayError(f"somebody may bypass it in the mode `{mode}`")
    found: dict[str, Any]
    if kind == "Team" and number in seen.slugs:
        found = {"team": seen.slugs[number]}
    elif kind == "Integration" and number != GITHUB_ACTIONS_APP:
        found = {"app": number}
    elif kind == "OrganizationAdmin":
        found = {"role": "organization-admin"}
    elif kind == "RepositoryRole" and number in _ROLES:
        found = {"role": _ROLES[number]}
    else:
        raise CannotSayError(f"`bypass` cannot name one who may bypass it: {kind} {number or ''}")
    return found | {"mode": mode}


def _required_checks(rule: Mapping[str, Any] | None) -> dict[str, Any]:
    if not rule:
        return {}
    apps = {each.get("integrationId") for each in rule["requiredChecks"]}
    if len(apps) > 1:
        raise CannotSayError("its checks have to come from several Apps; `checks_app` is one")
    if rule.get("doNotEnforceOnCreate"):
        raise CannotSayError("it does not require checks of new branches")
    return {
        "required_checks": sorted(each["context"] for each in rule["requiredChecks"]),
        "strict_checks": rule["strictRequiredStatusChecksPolicy"],
        "checks_app": next(iter(apps), GITHUB_ACTIONS_APP),
    }
