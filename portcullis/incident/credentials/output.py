"""The list of an incident's credentials, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from portcullis.incident.credentials.credential import Status

if TYPE_CHECKING:
    from rich.console import Console

    from portcullis.incident.credentials.look import Answer


def show(console: Console, answer: Answer) -> None:
    """Print the list: what is open first, with the place where it is replaced."""
    console.print(
        Text(
            f"{answer.organization}: what could publish at the incident, open until it is newer "
            f"than {answer.began.isoformat(timespec='seconds')}"
        )
    )
    for each in answer.credentials:
        what = each.credential
        console.print(Text(f"{each.status.value:<10} {what.kind.value:<10} {what.name}"))
        console.print(Text(f"{'':<10} {what.could}; {each.why}"))
        if each.status is Status.OPEN:
            console.print(Text(f"{'':<10} replace: {what.replace}"))
        if each.by_hand:
            console.print(Text(f"{'':<10} then: --confirm {what.id}"))
    done = len(answer.credentials) - len(answer.open)
    console.print(Text(f"{done} of {len(answer.credentials)} replaced, {len(answer.open)} open"))


def as_json(answer: Answer) -> dict[str, Any]:
    """Return the list as an object; keys are never renamed or removed."""
    return {
        "version": 1,
        "organization": answer.organization,
        "began": answer.began.isoformat(),
        "open": len(answer.open),
        "credentials": [
            {
                **each.credential.model_dump(mode="json"),
                "status": each.status.value,
                "why": each.why,
                "by_hand": each.by_hand,
            }
            for each in answer.credentials
        ],
    }
