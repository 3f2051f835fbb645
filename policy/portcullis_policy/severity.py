"""How much a finding matters, and what Pulumi does with it when nothing else is configured."""

from enum import Enum


class Severity(Enum):
    """The weight of a rule, in the words of Pulumi's policy metadata."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def level(self) -> str:
        """Return the default enforcement level: critical and high stop an update, others warn."""
        return "mandatory" if self in (Severity.CRITICAL, Severity.HIGH) else "advisory"
