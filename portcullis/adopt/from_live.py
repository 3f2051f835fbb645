"""Write a stack's state from what GitHub has: no request for a resource, and no run of the engine.

`pulumi import` reads each resource by requests of its own, and not all of it: no reviewers of an
environment, for instance. Here one reading of the organization gives all values, and the program,
recorded, gives what only it knows: names, parents, protection, order.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from portcullis.adopt import existing
from portcullis.adopt.completion import in_order
from portcullis.adopt.entries import base, component, entry
from portcullis.adopt.extras import with_extras
from portcullis.adopt.old_names import OldNames
from portcullis.check.recorder import record
from portcullis.drift.declared import declared, managed_files, recorded
from portcullis.live import files
from portcullis.live.compare import paired
from portcullis.live.resource import token
from portcullis.preview.differences import SECRET

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pulumi import automation

    from components.declaration import Declaration
    from components.github_access import GitHubAccess
    from portcullis.adopt.entries import Entry
    from portcullis.check.recorder import Registered
    from portcullis.live.asking import Asking
    from portcullis.live.compare import Declared
    from portcullis.live.resource import Live, LiveResource
    from portcullis.project import StackSettings

_STACK = "pulumi:pulumi:Stack"
_PROVIDER = "pulumi:providers:github"


@dataclass(frozen=True)
class There:
    """What is on GitHub, beside what the stack's program declares."""

    registered: Sequence[Registered]
    """What the program declares."""
    found: Mapping[str, LiveResource]
    """What GitHub has of it, by URN."""
    rest: Sequence[LiveResource]
    """What GitHub has and nobody declares."""

    @property
    def frozen(self) -> set[str]:
        """Return the URNs of the repositories that are declared as archived."""
        return {each.urn for each in self.registered if each.inputs.get("archived") is True}


@dataclass(frozen=True)
class Written:
    """What was written into a state."""

    adopted: Sequence[str] = ()
    """URNs of the resources that exist on GitHub and came into the state."""
    extras: Sequence[str] = ()
    """URNs of what came with them and nobody declares: an update removes it."""


def write(
    stack: automation.Stack,
    environment: Mapping[str, str],
    settings: StackSettings,
    declaration: Declaration,
    live: Live,
    *,
    asking: Asking,
) -> Written:
    """Write everything that is declared and exists on GitHub into the stack's state.

    Values of secrets cannot be read, so that secrets are left out: the next update sets them.

    Args:
        stack: The stack.
        environment: The environment of the run.
        settings: The stack's settings.
        declaration: The stack's organization.
        live: The organization on GitHub; it gets the texts of managed files.
        asking: A conversation with its GitHub, for those texts.

    Raises:
        UserError: Pulumi refuses.
    """
    there = compared(settings, declaration, live, asking=asking)
    return put(stack, environment, live, there)


def compared(
    settings: StackSettings,
    declaration: Declaration,
    live: Live,
    *,
    asking: Asking | None = None,
    names: OldNames | None = None,
) -> There:
    """Return what GitHub has of what the stack's program declares.

    Args:
        settings: The stack's settings.
        declaration: The stack's organization.
        live: The organization on GitHub.
        asking: A conversation with its GitHub, for the texts of managed files; None: without files.
        names: What GitHub calls things that are declared under a new name.
    """
    names = names or OldNames()
    registered = recorded(declaration, settings, live, names)
    if settings.config.get("portcullis:protect") in {False, "false"}:
        registered = [_unprotected(each) for each in registered]
    by_urn = {each.urn: each for each in registered}
    on_github = list(names.on_github(by_urn).values())
    wanted = [each for each in declared(on_github, declaration.resolved) if _is_resource(each)]
    if asking:
        files.read(asking, live, managed_files(wanted))
    pairs, rest = paired(wanted, live)
    missing = [each for each, there in pairs if there is None]
    renamed = [
        replace(each, inputs={**each.inputs, "name": old})
        for each in missing
        if (old := names.old_ruleset(by_urn[each.urn]))
    ]
    if renamed:
        more, rest = paired(renamed, replace(live, resources=rest))
        pairs = [*pairs, *more]
    found = {each.urn: there for each, there in pairs if there is not None}
    return There(registered, found, rest)


def _is_resource(each: Declared) -> bool:
    """Return whether a state has it; a file that comes by a pull request is no resource."""
    return each.urn.split("::", 3)[2].endswith(token(each.kind))


def put(
    stack: automation.Stack,
    environment: Mapping[str, str],
    live: Live,
    there: There,
    only: Collection[str] | None = None,
) -> Written:
    """Put into the stack's state what is declared and exists, with what exists below it.

    Args:
        stack: The stack.
        environment: The environment of the run.
        live: The organization on GitHub.
        there: What is on GitHub.
        only: The URNs that are to come into the state; None: all.

    Raises:
        UserError: Pulumi refuses.
    """
    wanted = {
        urn: each
        for urn, each in there.found.items()
        if (only is None or urn in only) and _is_whole(there, urn)
    }
    access = existing.access(stack, environment)
    in_config = "github:token" in stack.get_all_config()
    access = replace(access, in_environment=not (access.app or in_config))
    provider = _provider(access, live.organization, stack.name)
    state = existing.exported(stack, environment)
    state, adopted = with_entries(state, replace(there, found=wanted), live, provider)
    if not adopted:
        return Written()
    state, extras = with_extras(state, there.rest, live, there.frozen)
    existing.replace(stack, environment, state)
    return Written(adopted, extras)


def _is_whole(there: There, urn: str) -> bool:
    """Return whether a state can have a resource.

    No secret, whose value nobody can read; no file without its text; no deploy key without its
    number; no default branch under another name: renaming it is a step of its own.
    """
    live = there.found[urn]
    if live.kind == "RepositoryFile":
        return "content" in live.inputs
    if live.kind == "RepositoryDeployKey":
        return bool(live.number)
    if live.kind == "BranchDefault":
        branches = {each.urn: each.inputs.get("branch") for each in there.registered}
        return bool(live.inputs["branch"] == branches[urn])
    return not live.kind.endswith("Secret")


def with_entries(
    state: Mapping[str, Any], there: There, live: Live, provider: Registered
) -> tuple[dict[str, Any], list[str]]:
    """Return the state with what was found on GitHub, and the URNs of that.

    Args:
        state: An exported state.
        there: What is on GitHub.
        live: The organization on GitHub.
        provider: The provider, with its credentials as a state stores them.
    """
    deployment = {**(state.get("deployment") or {})}
    resources: list[Entry] = deployment.get("resources") or []
    registered = there.registered
    managed = {each["urn"]: each for each in resources}
    new = {urn: each for urn, each in there.found.items() if urn not in managed}
    around = _around(registered, new) - set(managed)
    known = {*managed, *new, *around}
    references: dict[str, str] = {}
    added: list[Entry] = []
    for each in registered:
        if each.type == _PROVIDER:
            given = managed.get(each.urn) or _provider_entry(each, provider)
            references[each.urn] = f"{each.urn}::{given['id']}"
            if each.urn not in managed:
                added.append(given)
        elif each.urn in new:
            reference = references[each.provider or ""]
            added.append(entry(each, new[each.urn], live, reference, known))
        elif each.urn in around:
            added.append(component(each, known))
    deployment["resources"] = in_order([*resources, *added])
    return {**state, "deployment": deployment}, list(new)


def _around(registered: Sequence[Registered], found: Collection[str]) -> set[str]:
    """Return the URNs of the stack, and of the components that belong into the state.

    A component belongs there if something in it does, or if it has nothing in it at all.
    """
    components = {each.urn: each for each in registered if _is_component(each)}
    filled: set[str | None] = set()
    wanted: set[str] = set()
    for each in registered:
        if not _is_component(each):
            for urn in _parents(each, components):
                filled.add(urn)
                if each.urn in found:
                    wanted.add(urn)
    for each in components.values():
        if each.urn not in filled and each.parent in wanted:
            wanted.add(each.urn)
    return wanted


def _is_component(each: Registered) -> bool:
    return each.type == _STACK or each.type.startswith("portcullis:")


def _parents(each: Registered, components: Mapping[str, Registered]) -> Iterator[str]:
    urn = each.parent
    while urn and urn in components:
        yield urn
        urn = components[urn].parent


def _unprotected(each: Registered) -> Registered:
    return replace(each, options=replace(each.options, protect=False))


def _provider(access: GitHubAccess, organization: str, stack: str) -> Registered:
    """Return the provider as the program declares it, with its credentials."""

    def as_stored(value: object) -> object:
        return {**SECRET, "plaintext": json.dumps(value)}

    made = record(lambda: access.provider(organization), stack, secret=as_stored)
    return next(each for each in made if each.type == _PROVIDER)


def _provider_entry(declared: Registered, provider: Registered) -> Entry:
    """Return a provider's entry; Pulumi encrypts the credentials when it reads the state."""
    values = {**provider.inputs, "version": provider.options.version}
    options = dict.fromkeys(provider.inputs, ())
    return {
        **base(replace(declared, depends=options), ()),
        "custom": True,
        "id": str(uuid.uuid4()),
        "inputs": {"__internal": {}, **values},
        "outputs": values,
        "additionalSecretOutputs": ["token"],
    }


def urns(state: Mapping[str, Any]) -> set[str]:
    """Return the URNs of the resources of an exported state."""
    return {each["urn"] for each in (state.get("deployment") or {}).get("resources") or ()}
