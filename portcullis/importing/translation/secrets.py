"""Secrets by name, with a blank in place of their source, and variables with their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.secrets.reference import BLANK
from components.secrets.secret import OrganizationSecretConfig, RepositorySecretConfig
from portcullis.importing.seen import CannotSayError, Left, short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portcullis.importing.seen import Seen
    from portcullis.live.resource import LiveResource

_OF_REPOSITORY = {
    "actions": "ActionsSecret",
    "dependabot": "DependabotSecret",
    "codespaces": "CodespacesSecret",
}
_OF_ORGANIZATION = {
    "actions": "ActionsOrganizationSecret",
    "dependabot": "DependabotOrganizationSecret",
    "codespaces": "CodespacesOrganizationSecret",
}


def of_repository(name: str, seen: Seen) -> dict[str, Any]:
    """Return `secrets` of a repository: a name has one entry, whatever stores have it."""
    stores: dict[str, list[str]] = {}
    for store, kind in _OF_REPOSITORY.items():
        for each in seen.of(kind, name):
            stores.setdefault(each.inputs["secretName"], []).append(store)
    return {
        secret: short(RepositorySecretConfig, {"from": BLANK, "stores": of})
        for secret, of in sorted(stores.items())
    }


def of_organization(seen: Seen, left: list[Left]) -> dict[str, Any]:
    """Return `secrets` of the organization; note those that it cannot say."""
    found: dict[str, Any] = {}
    for store, kind in _OF_ORGANIZATION.items():
        for each in seen.of(kind):
            name, what = each.inputs["secretName"], f"{store} secret {each.inputs['secretName']}"
            try:
                sees = visible_to(each, seen)
            except CannotSayError as reason:
                left.append(Left(f"{what} of the organization", str(reason)))
                continue
            known = found.setdefault(name, {"from": BLANK, "stores": [], "visible_to": sees})
            if known["visible_to"] == sees:
                known["stores"].append(store)
                continue
            why = (
                f"other repositories see it than see the {known['stores'][0]} secret of this "
                "name; `visible_to` is one for all stores"
            )
            left.append(Left(f"{what} of the organization", why))
    return {name: short(OrganizationSecretConfig, found[name]) for name in sorted(found)}


def variables_of_organization(seen: Seen, left: list[Left]) -> dict[str, Any]:
    """Return `variables` of the organization; note those that it cannot say."""
    found = {}
    for each in seen.of("ActionsOrganizationVariable"):
        try:
            sees = visible_to(each, seen)
        except CannotSayError as reason:
            left.append(Left(f"variable {each.name} of the organization", str(reason)))
            continue
        found[each.inputs["variableName"]] = {"value": each.inputs["value"], "visible_to": sees}
    return found


def variables(resources: list[LiveResource]) -> dict[str, str]:
    """Return variables of a repository or an environment."""
    return {each.inputs["variableName"]: each.inputs["value"] for each in resources}


def visible_to(each: LiveResource, seen: Seen) -> str | list[str]:
    """Return which repositories see a secret or variable of the organization.

    Raises:
        CannotSayError: They are hidden, or there are none.
    """
    inputs: Mapping[str, Any] = each.inputs
    if inputs["visibility"] != "selected":
        return str(inputs["visibility"])
    for why in each.unread.values():
        raise CannotSayError(f"GitHub does not show which repositories see it: {why}")
    numbers = inputs["selectedRepositoryIds"]
    if not numbers:
        raise CannotSayError("no repository sees it")
    if not set(numbers) <= seen.names.keys():
        raise CannotSayError("a repository that could not be read sees it")
    return sorted(seen.names[number] for number in numbers)
