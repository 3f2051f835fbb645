"""All rulesets and classic rules of the organization, or of one repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.tag_ruleset import ruleset_names
from portcullis.importing.seen import CannotSayError, Left
from portcullis.importing.translation import rulesets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portcullis.importing.seen import Seen
    from portcullis.live.resource import LiveResource


def of_organization(seen: Seen, left: list[Left]) -> dict[str, Any]:
    """Return `protection` and `tag_protection` of the organization; note what they cannot say."""
    return _sections(seen.of("OrganizationRuleset"), "the organization", seen, left)


def of_repository(name: str, default: str, seen: Seen, left: list[Left]) -> dict[str, Any]:
    """Return `protection` and `tag_protection` of a repository; note what they cannot say.

    Args:
        name: The repository's.
        default: Its default branch.
        seen: The organization.
        left: What is left out; more is added.
    """
    found = _sections(seen.of("RepositoryRuleset", name), name, seen, left)
    for each in seen.of("BranchProtection", name):
        what = f"classic protection {each.inputs['pattern']} of {name}"
        try:
            _whole(each)
            said = rulesets.classic(each.inputs, default)
        except CannotSayError as reason:
            left.append(Left(what, str(reason)))
            continue
        key = f"classic {each.inputs['pattern']}"
        if key in found["protection"]:
            left.append(Left(what, f"a ruleset has the name `{key}`"))
        else:
            found["protection"][key] = said
    return found


def _sections(
    resources: Sequence[LiveResource], holder: str, seen: Seen, left: list[Left]
) -> dict[str, Any]:
    protection: dict[str, Any] = {}
    tag_protection: dict[str, Any] = {}
    by_name = {each.inputs["name"]: each for each in resources}
    done: set[str] = set()
    for name, each in by_name.items():
        four = ruleset_names(name)
        if each.inputs["target"] != "tag" or not all(
            one in by_name and by_name[one].inputs["target"] == "tag" for one in four
        ):
            continue
        try:
            for one in four:
                _whole(by_name[one])
            tag_protection[name] = rulesets.tags([by_name[one].inputs for one in four], seen)
        except CannotSayError:
            continue  # each of the four is noted below
        done |= set(four)
    for each in resources:
        name = each.inputs["name"]
        if name in done and by_name[name] is each:
            continue
        try:
            _whole(each)
            said = rulesets.branches(each.inputs, seen)
        except CannotSayError as reason:
            left.append(Left(f"ruleset {name} of {holder}", str(reason)))
            continue
        if name in protection:
            left.append(Left(f"ruleset {name} of {holder}", "another ruleset has its name"))
        else:
            protection[name] = said
    return {"protection": protection, "tag_protection": tag_protection}


def _whole(resource: LiveResource) -> None:
    """Refuse a thing of which GitHub does not show all."""
    for why in resource.unread.values():
        raise CannotSayError(f"GitHub does not show all of it: {why}")
