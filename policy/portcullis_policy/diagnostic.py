"""A finding, ready to be reported: its rule, where to look, and the words to print.

Values of properties never enter a message: policies see secrets as plain text.
"""

from dataclasses import dataclass

from portcullis_policy.facts import Step
from portcullis_policy.rule import Finding, Rule, YamlValue
from portcullis_policy.source_location import SourceLocation

MANDATORY, ADVISORY = "mandatory", "advisory"
"""The two levels at which a finding is reported: it stops an update, or it does not."""
UNSEEN = "its value is not known at preview, so it is refused: pass a literal, not an output"
"""The line that explains a finding about a value that cannot be seen."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding of a rule.

    Attributes:
        rule: the rule that does not hold.
        finding: what was found.
        urn: the resource that it is about; empty for none.
        location: where it is declared.
        subjects: names of what similar findings concern, which are reported together.
        yaml_fix: the field of the YAML to set and its safe value, if that is the whole remedy.
        level: MANDATORY or ADVISORY, where it is known.
    """

    rule: Rule
    finding: Finding
    urn: str
    location: SourceLocation
    subjects: tuple[str, ...] = ()
    yaml_fix: tuple[tuple[Step, ...], YamlValue] | None = None
    level: str = MANDATORY

    @property
    def fix(self) -> str:
        """Return what to do."""
        return self.finding.remedy or self.rule.remediation

    @property
    def details(self) -> tuple[str, ...]:
        """Return what is wrong, then everything else that it concerns."""
        concerns = (f"concerns: {', '.join(self.subjects)}",) if self.subjects else ()
        return (self.finding.detail, *concerns)

    @property
    def text(self) -> str:
        """Return what is printed under the rule's title.

        Pulumi prints the rule's id, level, severity and resource above it.
        """
        place = self.location.place
        lines = [f"  {place}  {self.location.dotted_item}".rstrip()] if place else []
        lines.append(f"    {self.finding.detail}")
        if self.subjects:
            more = f" and {len(self.subjects) - _SHOWN} more" if self.subjects[_SHOWN:] else ""
            lines.append(f"    concerns: {', '.join(self.subjects[:_SHOWN])}{more}")
        if self.finding.unknown:
            lines.append(f"    {UNSEEN}")
        lines += [f"  fix: {self.fix}", f"  why: {self.rule.anchor}"]
        return "\n".join(lines)

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Return a key that puts mandatory findings first, then sorts by location."""
        at = self.location
        place = (at.file or "", at.line or 0, at.column or 0)
        return (self.level != MANDATORY, place, self.rule.id, self.urn, self.text)
