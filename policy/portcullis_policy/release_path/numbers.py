"""How many must act together for each goal, and where that number falls from one state to the next.

The number is what people can watch: the fewer suffice, the weaker the release path.
"""

from collections.abc import Iterable, Mapping

from portcullis_policy.release_path.goals import Goal, GoalKind, Reached

Numbers = Mapping[str, int | None]
"""The fewest people by goal, in words; None where nobody suffices, in any number."""


def label(goal: Goal) -> str:
    """Return a goal in a few words, the same ones before and after a change."""
    if goal.kind is GoalKind.PACKAGE:
        return f"publish {goal.repository}/{goal.name}"
    if goal.kind is GoalKind.SECRET:
        return f"read the secret {goal.repository}/{goal.name}"
    if goal.login:
        return f"act in {goal.name} from {goal.repository}"
    if goal.kind is GoalKind.ROLE:
        return f"assume the role {goal.name} from {goal.repository}"
    if goal.kind is GoalKind.TAG:
        return f"move {goal.name} of {goal.repository}"
    return f"change the {goal.name} of {goal.repository}"


def numbers(answers: Iterable[Reached]) -> dict[str, int | None]:
    """Return the fewest people for each goal."""
    return {label(each.goal): each.answer.fewest_people for each in answers}


def people(count: int | None) -> str:
    """Return how many must act together, in words; a stolen credential counts as a person."""
    if count is None:
        return "nobody"
    if count == 0:
        return "anybody"
    return "1 person" if count == 1 else f"{count} people"


def falls(before: int | None, after: int | None) -> bool:
    """Say whether fewer suffice than before: nobody at all is the strongest."""
    return after is not None and (before is None or after < before)
