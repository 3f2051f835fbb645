"""Applies rules: gathers what the program declared, keeps exemptions, and words the findings.

It knows nothing of Pulumi's policy SDK. The engine, the offline check and the check of a state file
use it.
"""

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from portcullis_policy.diagnostic import Diagnostic
from portcullis_policy.exemptions import ORGANIZATION, Exemption, parse
from portcullis_policy.facts import UNKNOWN, Step, UnknownType
from portcullis_policy.rule import (
    RELEASE,
    TRIAL,
    USED,
    Finding,
    Known,
    Resource,
    ResourceRule,
    Rule,
    Stack,
    StackRule,
)
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.environment_use import BY_JOB, published_through
from portcullis_policy.semantics.github import is_private
from portcullis_policy.semantics.legacy_types import of_today
from portcullis_policy.semantics.release_environments import ENVIRONMENT, key, needs_reviewers
from portcullis_policy.semantics.renamed import with_new_names
from portcullis_policy.settings import EXEMPTIONS, PACK_RULE, Settings
from portcullis_policy.source_location import SourceLocation, locate

T = TypeVar("T")
_GITHUB = "https://api.github.com"
"""Where the provider finds GitHub by default."""


@dataclass(frozen=True, slots=True)
class _Item:
    """Where a component says it was declared."""

    declared_in: str | None
    path: tuple[Step, ...]


def utc_today() -> dt.date:
    """Return today's date; exemptions end with the day in UTC."""
    return dt.datetime.now(dt.UTC).date()


class Judge:
    """Judges resources one by one as they are registered, then the stack.

    It remembers the components and exemptions that passed by, because children and the stack's
    outputs do not repeat them. Safe to use from several threads.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        today: Callable[[], dt.date] = utc_today,
        root: Path | None = None,
    ) -> None:
        """Take the rules to apply.

        Args:
            rules: the catalogue.
            today: the clock.
            root: the folder that YAML files are relative to; looked for when None.
        """
        self.rules = {rule.id: rule for rule in rules}
        self.settings = Settings({}, today, frozenset(self.rules))
        self._today = today
        self._root = root
        self._items: dict[str, _Item] = {}
        self._parents: dict[str, str | None] = {}
        self._releases: dict[str, str] = {}
        self._release_environments: dict[tuple[object, object], str] = {}
        self._automation: dict[str, float | UnknownType] = {}
        self._plans: dict[str, str] = {}
        self._private: set[object] = set()
        self._declared: dict[str, tuple[Exemption, ...]] = {}
        self._configured: tuple[Exemption, ...] = ()
        self._used: set[tuple[str, int]] = set()
        self._lock = threading.Lock()
        self._by_type: dict[str, list[ResourceRule]] = {}
        for rule in rules:
            if isinstance(rule, ResourceRule):
                for type_ in rule.resource_types:
                    self._by_type.setdefault(type_, []).append(rule)

    def configure(self, given: Mapping[str, Mapping[str, object]]) -> None:
        """Take the policy configuration: parameters by rule id."""
        with self._lock:
            self.settings = Settings(dict(given), self._today, frozenset(self.rules))
            entries = self.settings.value(PACK_RULE, EXEMPTIONS)
            listed = list(entries) if isinstance(entries, list | tuple) else [entries]
            self._configured = parse(listed, self.rules, self._today())

    def register(self, resource: Resource) -> Resource:
        """Remember what children and the stack will need of a resource.

        Returns:
            The resource, with what its components say of it.
        """
        with self._lock:
            resource = of_today(resource)
            self._parents[resource.urn] = resource.parent
            if resource.type.startswith("portcullis:"):
                self._register_component(resource)
                return resource
            release = self._release_of(resource)
            if release is not None and resource.type == gh.ENVIRONMENT:
                at = key(resource.facts)
                if UNKNOWN not in at and self._release_environments.get(at) != RELEASE:
                    self._release_environments[at] = release
            automation = self._automation.get(self._root_above(resource.urn))
            if resource.type == gh.REPOSITORY and is_private(resource.facts):
                self._private.add(_name_of_repository(resource))
            return replace(self._completed(resource), automation_app=automation)

    def _register_component(self, resource: Resource) -> None:
        """Remember what a component says: the place, exemptions, kind of environment."""
        path = resource.facts.at("path")
        declared_in = resource.facts.at("declaredIn")
        if isinstance(path, list) and all(isinstance(step, str | int) for step in path):
            file = declared_in if isinstance(declared_in, str) else None
            self._items[resource.urn] = _Item(file, tuple(path))
        if resource.type == ORGANIZATION:
            file = declared_in if isinstance(declared_in, str) else None
            self._items.setdefault(resource.urn, _Item(file, ()))
            entries = resource.facts.entries("exemptions")
            listed = [UNKNOWN] if entries is UNKNOWN else entries
            self._declared[resource.urn] = parse(listed, self.rules, self._today())
            automation = resource.facts.number("automationApp")
            if automation is not None:
                self._automation[resource.urn] = automation
            plan = resource.facts.text("plan")
            if isinstance(plan, str):
                self._plans[resource.urn] = plan
        elif resource.type == ENVIRONMENT:
            said = resource.facts.at("release")
            if said is not None:  # what is not understood is no trial
                self._releases[resource.urn] = TRIAL if said == TRIAL else RELEASE

    def _release_of(self, resource: Resource) -> str | None:
        """Return what its component says of a resource's environment, or that of a namesake."""
        if resource.type not in gh.OF_ENVIRONMENTS:
            return None
        return self._nearest(resource.urn, self._releases) or self._release_environments.get(
            key(resource.facts)
        )

    def rules_for(self, type_: str) -> Sequence[ResourceRule]:
        """Return the rules that look at resources of a type."""
        return self._by_type.get(type_, ())

    def judge(self, rule: ResourceRule, resource: Resource) -> list[Diagnostic]:
        """Return what a rule finds at a resource, exempted findings left out."""
        found = self._apply(lambda: rule.findings(resource, self.settings))
        if rule.waits:  # values are unknown at preview only
            found = [item for item in found if not item.unknown]
        return self._diagnostics(rule, found, resource.urn, {resource.urn: resource})

    def judge_stack(self, rule: StackRule, stack: Stack) -> list[Diagnostic]:
        """Return what a rule finds in a stack, exempted findings left out."""
        found = self._apply(lambda: rule.findings(stack, self.settings))
        return self._diagnostics(rule, found, None, stack.once(_by_urn)) if found else []

    def stack_of(self, resources: tuple[Resource, ...]) -> Stack:
        """Return a stack with what is known of its exemptions so far."""
        known = self._known()
        with self._lock:
            accounts = _accounts(resources)
            placed = with_new_names(
                [self._completed(of_today(_in_account(each, accounts))) for each in resources]
            )
        stack = Stack(placed, known)
        used = published_through(stack, self.settings)
        return stack.changed(tuple(self._marked(each, used) for each in placed)) if used else stack

    def with_used_exemptions(self, stack: Stack) -> Stack:
        """Return the stack with what is known of its exemptions now."""
        return stack.with_exemptions(self._known())

    def _known(self) -> tuple[Known, ...]:
        with self._lock:
            groups = [*self._declared.items(), ("", self._configured)]
            return tuple(
                Known(exemption, urn or None, used=(urn, exemption.position) in self._used)
                for urn, group in groups
                for exemption in group
            )

    def _marked(self, resource: Resource, used: Mapping[tuple[object, object], str]) -> Resource:
        """Return a resource, marked if only its use shows that its environment releases."""
        if resource.type not in gh.OF_ENVIRONMENTS:
            return resource
        why = used.get(key(resource.facts))
        shown = why == BY_JOB or (why is not None and resource.release is None)
        if shown and not needs_reviewers(resource, self.settings):
            return replace(resource, release=USED)
        return resource

    def _completed(self, resource: Resource) -> Resource:
        """Return a resource with what its components and its repository say of it."""
        private = (
            resource.type in (gh.REPOSITORY, gh.ENVIRONMENT)
            and _name_of_repository(resource) in self._private
        )
        return replace(
            resource,
            release=self._release_of(resource),
            plan=self._plans.get(self._root_above(resource.urn)),
            private=private,
        )

    def _apply(self, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
        """Run a check; one that raises is a finding. Only the error's type is printed."""
        try:
            return list(check())
        except Exception as error:  # noqa: BLE001 - fail closed whatever a rule raises
            return [
                Finding(
                    f"the rule could not judge this ({type(error).__name__}), so it is refused; "
                    "please report it"
                )
            ]

    def _diagnostics(
        self,
        rule: Rule,
        found: Sequence[Finding],
        own_urn: str | None,
        resources: Mapping[str, Resource],
    ) -> list[Diagnostic]:
        """Drop exempted findings, join similar ones, and find where they are declared."""
        groups: dict[tuple[object, ...], list[Finding]] = {}
        for item in found:
            if not self._exempt(rule, item, own_urn, resources):
                groups.setdefault((item.urn, item.detail, item.at), []).append(item)
        diagnostics = []
        for similar in groups.values():
            first = similar[0]
            urn = first.urn or own_urn
            subjects = sorted({item.subject for item in similar if item.subject is not None})
            location = self._location(self._item(urn), first.at)
            fix = rule.fix_in_yaml(location.path, self.settings)
            diagnostics.append(Diagnostic(rule, first, urn or "", location, tuple(subjects), fix))
        return diagnostics

    def _exempt(
        self,
        rule: Rule,
        item: Finding,
        own_urn: str | None,
        resources: Mapping[str, Resource],
    ) -> bool:
        """Say whether an exemption that counts covers the finding, and note that it served."""
        today = self._today()
        targets = [urn for urn in (item.urn or own_urn, item.subject_urn) if urn is not None]
        for urn in targets:
            resource = resources.get(urn)
            names = {urn, resource.name} if resource is not None else {urn}
            path = (*self._item(urn).path, *item.at)
            with self._lock:
                groups = [*self._declared.items(), ("", self._configured)]
                root = self._root_above(urn)
                for source, group in groups:
                    for exemption in group if source in ("", root) else ():
                        if exemption.counts(today) and exemption.covers(rule.id, path, names):
                            self._used.add((source, exemption.position))
                            return True
        return False

    def _item(self, urn: str | None) -> _Item:
        """Return the nearest component that says where it was declared."""
        return self._nearest(urn, self._items) or _Item(None, ())

    def _root_above(self, urn: str | None) -> str:
        """Return the root component that a resource is below; nothing if it is below several.

        A component speaks only for what it declared: one that is put beside or between others
        exempts nothing of theirs.
        """
        seen: list[str] = []
        while urn and urn not in seen:
            seen.append(urn)
            urn = self._parents.get(urn)
        roots = [each for each in seen if each in self._declared]
        return roots[0] if len(roots) == 1 else ""

    def _nearest(self, urn: str | None, known: Mapping[str, T]) -> T | None:
        """Return what is known of a resource or of the nearest one above it."""
        seen: set[str] = set()
        while urn and urn not in seen:
            if urn in known:
                return known[urn]
            seen.add(urn)
            urn = self._parents.get(urn)
        return None

    def _location(self, item: _Item, at: tuple[Step, ...]) -> SourceLocation:
        """Return where the field of an item is declared; no file: Pulumi names the resource."""
        path = (*item.path, *at)
        if item.declared_in is None:
            return SourceLocation(path=path, item=len(item.path))
        return locate(item.declared_in, path, self._root, len(item.path))


def _by_urn(stack: Stack) -> dict[str, Resource]:
    return {each.urn: each for each in stack.resources}


def _accounts(resources: Sequence[Resource]) -> dict[str, str]:
    """Return the accounts that GitHub's providers are for, by their URN, as far as they say."""
    found = {}
    for resource in resources:
        if resource.type == gh.PROVIDER:
            owner = _first_text(resource, "owner", "organization")
            host = _first_text(resource, "baseUrl") or _GITHUB
            if owner and resource.facts.text("baseUrl") is not UNKNOWN:
                found[resource.urn] = f"{owner} {host.rstrip('/')}".lower()
    return found


def _first_text(resource: Resource, *fields: str) -> str:
    """Return the first of some properties that is a text; nothing where none is."""
    given = (resource.facts.text(field) for field in fields)
    return next((each for each in given if isinstance(each, str) and each), "")


def _in_account(resource: Resource, accounts: Mapping[str, str]) -> Resource:
    """Return a resource with its account in the place of its provider: two may be for one."""
    account = accounts.get(resource.provider or "")
    return resource if account is None else replace(resource, provider=account)


def _name_of_repository(resource: Resource) -> object:
    """Return the name of a repository, or of that of an environment, in lower case."""
    field = "name" if resource.type == gh.REPOSITORY else "repository"
    name = resource.facts.text(field)
    return name.lower() if isinstance(name, str) else name
