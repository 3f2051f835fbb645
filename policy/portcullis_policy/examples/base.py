"""The good and bad examples that a rule carries: tests and the catalogue are made from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Declared:
    """One resource of an example.

    Attributes:
        type: Pulumi type token, such as `github:index/repository:Repository`.
        props: its properties, as Pulumi writes them (camelCase); UNKNOWN may stand for a value.
        name: its Pulumi name; unique within a type of an example.
        depends: the name of the resource that a property is made from, by property.
        parent: name of the component that it is a child of, declared before it.
    """

    type: str
    props: Mapping[str, object]
    name: str = "example"
    depends: Mapping[str, str] = field(default_factory=dict)
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """What a rule is shown, and a word on what to see in it.

    Attributes:
        note: what is special here, in a few words.
        resources: one resource for a rule on resources, after its component if that matters; a
            whole stack for a rule on stacks.
        given: policy configuration by rule id, where the example needs some.
    """

    note: str
    resources: tuple[Declared, ...]
    given: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def example(note: str, type_: str, props: Mapping[str, object], **changes: object) -> Example:
    """Return an example of one resource: the props, with the changes laid over them.

    A change to None takes the property away.
    """
    merged = {key: value for key, value in {**props, **changes}.items() if value is not None}
    return Example(note, (Declared(type_, merged),))


def child(
    note: str, component: Declared, type_: str, props: Mapping[str, object], **changes: object
) -> Example:
    """Return an example of one resource, as `example` does, that is a child of a component."""
    (declared,) = example(note, type_, props, **changes).resources
    return Example(note, (component, replace(declared, parent=component.name)))


def stack(note: str, *resources: Declared) -> Example:
    """Return an example of several resources."""
    return Example(note, resources)
