"""The words of a finding. Pulumi prints the rule's id, level, severity and resource above them.

Values of properties never enter a message: policies see secrets as plain text.
"""

from collections.abc import Sequence

from portcullis_policy.rule import Finding, Rule

_SHOWN = 5
UNSEEN = "its value is not known at preview, so it is refused: pass a literal, not an output"


def message(rule: Rule, finding: Finding, place: str | None, subjects: Sequence[str] = ()) -> str:
    """Return the text under the title of a finding.

    Args:
        rule: the rule that does not hold.
        finding: where and how.
        place: file, line and path; None where no file is known.
        subjects: names of what alike findings concern, told together.
    """
    lines = [f"  {place}"] if place else []
    lines.append(f"    {finding.detail}")
    if subjects:
        more = f" and {len(subjects) - _SHOWN} more" if len(subjects) > _SHOWN else ""
        lines.append(f"    concerns: {', '.join(subjects[:_SHOWN])}{more}")
    if finding.unknown:
        lines.append(f"    {UNSEEN}")
    lines += [f"  fix: {rule.remediation}", f"  why: {rule.anchor}"]
    return "\n".join(lines)
