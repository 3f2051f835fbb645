"""What a rule is: one check with an id that never changes, its reason, remedy and examples.

A rule class that lacks any of them is refused when it is defined, naming all that is missing.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import is_
from typing import ClassVar, TypeVar, cast

from portcullis_policy.examples.base import Example
from portcullis_policy.exemptions import Exemption
from portcullis_policy.facts import UNKNOWN, Facts, Step, UnknownType
from portcullis_policy.families import FOLDER, link_to
from portcullis_policy.mappings.framework import Control
from portcullis_policy.printable import in_message
from portcullis_policy.settings import Parameter, Settings
from portcullis_policy.severity import Severity

RELEASE, TRIAL = "release", "trial"
"""What is published through an environment: packages for real, or to a test registry."""
USED = "used"
"""An environment that neither its name nor its component calls one for releases, and that a job of
the stack publishes through."""

YamlValue = str | int | bool
"""What one field of a YAML file can be set to."""

T = TypeVar("T")
_ID = re.compile(r"[A-Z]{2}\d{3}")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource as a rule sees it.

    Attributes:
        type: Pulumi type token.
        name: Pulumi name.
        urn: Pulumi URN.
        parent: URN of the parent, if any.
        facts: its inputs (rules on resources) or outputs (rules on the stack).
        depends: in a stack, URNs of the resources that a property was made from, by property: they
            name what an unknown id will be.
        provider: in a stack, the account that the provider is for, such as `guild`, or the URN of
            a provider that does not say: what tells two organizations apart.
        release: what the environment's component says of it, RELEASE or TRIAL; USED, in a stack,
            where only its use shows that it releases; None: nothing.
        automation_app: id of the App that the root component names as the organization's
            automation; None where it names none, or there is no such component.
        plan: GitHub's plan, as the root component says; None where there is no such component.
        private: its repository is surely not public; only of repositories and environments.
    """

    type: str
    name: str
    urn: str
    parent: str | None
    facts: Facts
    depends: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    provider: str | None = None
    release: str | None = None
    automation_app: float | UnknownType | None = None
    plan: str | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule does not hold. It never contains a value that could be secret.

    Attributes:
        detail: what is wrong here, in one line.
        at: steps from the item of the YAML file to the field to change, for the place.
        unknown: the rule could not see the value (preview); said in the message.
        urn: the resource that it is about; None in a rule on resources: the resource itself.
        subject: name of what it concerns besides (a repository); similar findings form one report.
        subject_urn: its URN: an exemption of the subject covers the finding too.
        remedy: what to do here, where the rule's own remedy does not fit.
    """

    detail: str
    at: tuple[Step, ...] = ()
    unknown: bool = False
    urn: str | None = None
    subject: str | None = None
    subject_urn: str | None = None
    remedy: str | None = None

    def __post_init__(self) -> None:
        """Keep escapes, tokens and endless names out of every message, whatever prints it."""
        object.__setattr__(self, "detail", in_message(self.detail))
        if self.subject is not None:
            object.__setattr__(self, "subject", in_message(self.subject))


def finding(detail: str, *at: Step, value: object = None) -> Finding:
    """Return a finding; `value` is what was read, to say when it could not be seen."""
    return Finding(detail, at, unknown=value is UNKNOWN)


class Rule(ABC):
    """The base of ResourceRule and StackRule; the docstring of a rule is its rationale.

    Attributes:
        id: two letters of the family and three digits; never reused, never renamed.
        title: what is wrong where the rule does not hold, as a short phrase.
        severity: see Severity.
        remediation: what to do, in one or two sentences.
        resource_types: Pulumi type tokens that it looks at.
        good: examples on which it is silent.
        bad: examples on which it speaks.
        parameters: what a policy config file may change.
        waits: an unknown value is decided at update instead of refused at preview. Only for rules
            on resources: at update they see every value before the resource is applied.
        maps: its like in published frameworks, where one fits.
        property_fixes: dotted paths of properties, and the values that are safe to set there where
            the rule finds something; Pulumi sets them when the rule's level is `remediate`. Only
            for rules on resources.
        yaml_fixes: fields of the YAML, and the values that are the whole remedy there;
            `portcullis check --fix` sets them. See `fix_in_yaml`.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    severity: ClassVar[Severity]
    remediation: ClassVar[str]
    resource_types: ClassVar[tuple[str, ...]]
    good: ClassVar[tuple[Example, ...]]
    bad: ClassVar[tuple[Example, ...]]
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    waits: ClassVar[bool] = False
    maps: ClassVar[tuple[Control, ...]] = ()
    property_fixes: ClassVar[tuple[tuple[str, object], ...]] = ()
    yaml_fixes: ClassVar[tuple[tuple[str, YamlValue], ...]] = ()

    def __init_subclass__(cls, *, abstract: bool = False) -> None:
        """Refuse an incomplete rule.

        Args:
            abstract: the class is a base of rules and no rule itself.

        Raises:
            TypeError: naming everything that is missing.
        """
        super().__init_subclass__()
        missing = [] if abstract else _missing(cls)
        if missing:
            raise TypeError(f"rule {cls.__name__} is incomplete: {'; '.join(missing)}")

    def fix_in_yaml(
        self, path: tuple[Step, ...], settings: Settings
    ) -> tuple[tuple[Step, ...], YamlValue] | None:
        """Return the field to set and its safe value; None if that is not the whole remedy.

        Args:
            path: from the top of the organization to the field that a finding is about.
            settings: the policy configuration.
        """
        del settings
        safe = dict(self.yaml_fixes).get(str(path[-1])) if path else None
        return None if safe is None else (path, safe)

    @property
    def anchor(self) -> str:
        """Return the rule's place in the catalogue, as printed after `why:`."""
        return f"{FOLDER}/{link_to(self.id)}"


class ResourceRule(Rule, abstract=True):
    """A rule on one resource at a time: it also stops an update that skipped its preview."""

    @abstractmethod
    def findings(self, resource: Resource, settings: Settings) -> Iterator[Finding]:
        """Yield what is wrong with the resource."""


class StackRule(Rule, abstract=True):
    """A rule on the whole stack: what no resource shows on its own."""

    @abstractmethod
    def findings(self, stack: "Stack", settings: Settings) -> Iterator[Finding]:
        """Yield what is wrong with the stack."""


@dataclass(frozen=True, slots=True)
class Known:
    """An exemption and what became of it.

    Attributes:
        exemption: as written.
        urn: URN of the component that declared it; None for policy configuration.
        used: a finding was accepted for it.
    """

    exemption: Exemption
    urn: str | None
    used: bool


class Stack:
    """All resources of a stack, found by type.

    What several rules need is worked out once: see `once`.
    """

    def __init__(self, resources: tuple[Resource, ...], exemptions: tuple[Known, ...] = ()) -> None:
        """Index the resources by type."""
        self.resources = resources
        self.exemptions = exemptions
        self._known: dict[Callable[[Stack], object], object] = {}
        self._by_type: dict[str, list[Resource]] = {}
        self._parts: dict[str, Stack] = {}
        for resource in resources:
            self._by_type.setdefault(resource.type, []).append(resource)

    def only(self, type_: str) -> "Stack":
        """Return the resources of one type as a stack, the same one each time.

        What is worked out of it once survives a change of other resources: see `changed`.
        """
        if type_ not in self._parts:
            self._parts[type_] = Stack(tuple(self._by_type.get(type_, ())))
        return self._parts[type_]

    def changed(self, resources: "tuple[Resource, ...]") -> "Stack":
        """Return this stack with other resources, and with its parts that are the same."""
        new = Stack(resources, self.exemptions)
        for type_, part in self._parts.items():
            same = new._by_type.get(type_, [])
            if len(same) == len(part.resources) and all(map(is_, same, part.resources)):
                new._parts[type_] = part
        return new

    def with_exemptions(self, exemptions: tuple[Known, ...]) -> "Stack":
        """Return this stack, with what is known of its exemptions now."""
        new = Stack(self.resources, exemptions)
        new._parts = self._parts
        return new

    def once(self, make: "Callable[[Stack], T]") -> T:
        """Return what a function makes of this stack; it is called the first time only."""
        if make not in self._known:
            self._known[make] = make(self)
        return cast("T", self._known[make])

    def of(self, *types: str) -> Iterator[Resource]:
        """Yield the resources of the given types, in the order of the types."""
        for type_ in types:
            yield from self._by_type.get(type_, ())


def _abstract_methods(cls: type[Rule]) -> set[str]:
    """Return the methods of its bases that a class does not define.

    `abc` knows them only after `__init_subclass__`.
    """
    declared = {name for base in cls.__bases__ for name in getattr(base, "__abstractmethods__", ())}
    return {name for name in declared if getattr(getattr(cls, name), "__isabstractmethod__", False)}


def _unset_fields(cls: type[Rule]) -> set[str]:
    """Return the fields that bases of rules declare, and neither they nor the class set."""
    bases = [base for base in cls.__mro__ if issubclass(base, Rule) and base is not Rule]
    return {name for base in bases for name in base.__annotations__ if not hasattr(cls, name)}


def _missing(cls: type[Rule]) -> list[str]:
    """Return what a rule class lacks, each with what is expected."""
    own: Mapping[str, object] = {name: getattr(cls, name, None) for name in Rule.__annotations__}
    documentation = (cls.__doc__ or "").strip()
    examples = {name: own[name] for name in ("good", "bad")}
    checks = {
        "id: two capital letters and three digits": isinstance(own["id"], str)
        and _ID.fullmatch(own["id"]),
        "title: a phrase without a full stop": isinstance(own["title"], str)
        and own["title"]
        and not own["title"].endswith("."),
        "severity: a Severity": isinstance(own["severity"], Severity),
        "remediation: what to do": isinstance(own["remediation"], str) and own["remediation"],
        "resource_types: a tuple of type tokens": isinstance(own["resource_types"], tuple)
        and own["resource_types"],
        "docstring: a summary, an empty line, the rationale": "\n\n" in documentation,
        "base: ResourceRule or StackRule": issubclass(cls, ResourceRule | StackRule),
        **{f"{name}: the check itself": False for name in sorted(_abstract_methods(cls))},
        **{f"{name}: its base has no default": False for name in sorted(_unset_fields(cls))},
        **{
            f"{name}: a tuple of at least one Example": isinstance(value, tuple)
            and value
            and all(isinstance(item, Example) for item in value)
            for name, value in examples.items()
        },
    }
    return [name for name, holds in checks.items() if not holds]
