"""Places for names: two release paths that differ only in names are equal, and worked out once.

The model and its clauses hold places, such as the third person of the second class. What stands
there is put in when an answer is given.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from portcullis_policy.release_path.derivation import Actor, Answer, Way

_BEGIN, _END = "\ue000", "\ue001"
"""Characters for private use, which no name on GitHub has."""
_PLACE = re.compile(f"{_BEGIN}[^{_END}]*{_END}")


def place(mark: str) -> str:
    """Return a place for a name.

    Args:
        mark: what tells it from other places of the same release path.
    """
    return f"{_BEGIN}{mark}{_END}"


def filled(text: str, names: Mapping[str, str]) -> str:
    """Return a text with names in their places."""
    return _PLACE.sub(lambda found: names[found[0]], text)


def with_names(answer: Answer, names: Mapping[str, str], urns: Mapping[str, str]) -> Answer:
    """Return an answer with names in their places.

    Args:
        answer: of a release path without names.
        names: by place.
        urns: of the resources that steps come from, by place or name.
    """
    ways = (
        Way(
            frozenset(replace(actor, name=filled(actor.name, names)) for actor in way.actors),
            tuple(filled(step, names) for step in way.steps),
            tuple(dict.fromkeys(urns[each] for each in way.sources if each in urns)),
        )
        for way in answer.ways
    )
    return replace(answer, ways=tuple(sorted(ways, key=_order)))


def _order(way: Way) -> tuple[int, list[Actor]]:
    return len(way.actors), sorted(way.actors)
