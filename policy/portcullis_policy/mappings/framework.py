"""A published list of controls, and one control of it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Framework:
    """A published list of controls.

    Attributes:
        key: short name, as written in a rule and in the tags of a policy.
        name: full name.
        version: the version whose numbers are used.
        url: where it is published.
        controls: titles in short by number or name.
        complete: all controls of the list are here, those that no rule serves too.
    """

    key: str
    name: str
    version: str
    url: str
    controls: Mapping[str, str]
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a framework.

    Attributes:
        framework: the list.
        number: its number or name there.
    """

    framework: Framework
    number: str

    @property
    def title(self) -> str:
        """Return its title in short."""
        return self.framework.controls[self.number]

    @property
    def tag(self) -> str:
        """Return the control as one word, such as `ssdf:PS.1.1`."""
        return f"{self.framework.key}:{self.number}".replace(" ", "-")
