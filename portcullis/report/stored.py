"""The secrets of an organization, by age and use, from what was read of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, get_args

from components.organization import reached
from components.secrets.secret import Store
from portcullis.printed import roots
from portcullis.secrets.listing import ListedSecret, listing
from portcullis.secrets.live import Live, LiveRepository, LiveSecret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from components.organization import ResolvedOrganization
    from portcullis.drift.run import Compared
    from portcullis.live.resource import Live as LiveOrganization
    from portcullis.live.resource import LiveResource

_FILE, _SECRET = "RepositoryFile", "Secret"
_ENVIRONMENT_SECRET = "ActionsEnvironmentSecret"  # noqa: S105 - a kind
_STORES: Mapping[str, Store] = {each.capitalize(): each for each in get_args(Store)}


def secrets_of(compared: Compared, today: date) -> list[ListedSecret]:
    """Return all secrets that are declared or on GitHub.

    What the sources say of them is what they said at the last update.

    Args:
        compared: The organization, as it was read.
        today: From which ages are counted.
    """
    resolved = compared.declaration.resolved
    found = _found(compared.look.live, resolved)
    return listing(resolved, _facts(compared.state), found, today)


def _facts(state: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return what an exported state has of the secrets, by their places in the YAML."""
    resources = (state.get("deployment") or {}).get("resources") or []
    root = set(roots(state))
    known = [each.get("inputs", {}).get("secrets") for each in resources if each["urn"] in root]
    return next((each for each in known if isinstance(each, dict)), {})


def _found(live: LiveOrganization, resolved: ResolvedOrganization) -> Live:
    files: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
    for each in live.of(_FILE):
        files[str(each.inputs["repository"])][str(each.inputs["file"])] = each.inputs.get("content")
    environments: defaultdict[str, list[str]] = defaultdict(list)
    for each in live.of("RepositoryEnvironment"):
        environments[str(each.inputs["repository"])].append(str(each.inputs["environment"]))
    names = {name.casefold(): name for name in resolved.repositories}
    repositories = {
        declared: LiveRepository(tuple(environments[name]), files[name])
        for name in live.repositories
        if (declared := names.get(name.casefold()))
    }
    numbers = {each.number: names.get(name.casefold()) for name, each in live.repositories.items()}
    secrets = [
        found
        for each in live.resources
        if each.kind.endswith(_SECRET) and each.updated
        for found in _secret(each, resolved, names, numbers)
    ]
    return Live(repositories, secrets)


def _secret(
    each: LiveResource,
    resolved: ResolvedOrganization,
    names: Mapping[str, str],
    numbers: Mapping[int, str | None],
) -> Iterator[LiveSecret]:
    """Yield a secret, unless it lies in a repository that nobody declares."""
    inputs = each.inputs
    name = str(inputs["secretName"]).upper()
    assert each.updated  # noqa: S101 - the caller has looked
    if each.kind.endswith("OrganizationSecret"):
        store = _STORES[each.kind.removesuffix("OrganizationSecret")]
        if inputs["visibility"] == "selected":
            chosen = (numbers.get(int(one)) for one in inputs.get("selectedRepositoryIds", ()))
            sees = tuple(one for one in chosen if one)
        else:
            sees = tuple(reached(inputs["visibility"], resolved.config))
        yield LiveSecret(name, store, "organization", sees, None, each.updated)
        return
    repository = names.get(str(inputs["repository"]).casefold())
    if repository is None:
        return
    if each.kind == _ENVIRONMENT_SECRET:
        environment = str(inputs["environment"])
        yield LiveSecret(name, "actions", "environment", (repository,), environment, each.updated)
    else:
        store = _STORES[each.kind.removesuffix(_SECRET)]
        yield LiveSecret(name, store, "repository", (repository,), None, each.updated)
