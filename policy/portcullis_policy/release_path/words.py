"""The ways of a release path, in the words of a finding."""

from collections.abc import Sequence

from portcullis_policy.release_path.derivation import Way
from portcullis_policy.release_path.model import Repository


def described(repository: Repository, ways: Sequence[Way]) -> str:
    """Return the first way step by step, and how many more have one.

    Args:
        repository: the release path.
        ways: of single actors.
    """
    named = {actor.name for way in ways for actor in way.actors}
    people = set()
    more = -1
    for each in repository.alike:
        standing = {repository.names[actor.name] for actor in each.actors}
        people |= standing
        more += len(each.names) if named & standing else 0
    more += len(named - people)
    others = f"; {more} other{'s' if more > 1 else ''} can do the same" if more > 0 else ""
    return f"{steps(ways[0])}{others}"


def steps(way: Way) -> str:
    """Return the steps in order; an actor is named once for the steps that follow."""
    found, before = [], ""
    for step in way.steps:
        actor, separator, what = step.partition(": ")
        found.append(what if separator and actor == before else step)
        before = actor if separator else before
    return " -> ".join(found)
