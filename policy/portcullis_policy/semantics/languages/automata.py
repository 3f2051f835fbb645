"""Patterns as regular languages: what each admits, and the shortest text that only some admit.

A pattern is built from expressions and becomes an automaton. `regions` walks several automata
side by side and finds every combination of patterns that some text matches, shortest text first.
So inclusion is decided for all texts, not for samples.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

Ranges = tuple[tuple[int, int], ...]
"""Characters, as ranges of code points that include both ends."""

MOST_STEPS = 250_000
"""How many steps `regions` takes before it gives up: about half a second."""
MOST_POSITIONS = 4_000
"""How many characters all patterns of one question may have."""

_LAST = 0x10FFFF
_NICE = "0a1bxA-_.:@"
"""Characters that a witness is made from where any would do."""


class TooComplexError(Exception):
    """A question about patterns that takes too long: what asks has to refuse."""


@dataclass(frozen=True, slots=True)
class One:
    """One character of a set; none if the set is empty."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Chain:
    """Expressions one after the other."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """One of several expressions; nothing if there are none."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Repeated:
    """An expression any number of times, or not at all."""

    part: "Expression"


Expression = One | Chain | Either | Repeated

ANY = One(((0, _LAST),))
ANYTHING = Repeated(ANY)
EMPTY = Chain(())
NOTHING = Either(())


def characters(text: str) -> Ranges:
    """Return the characters of a text as a set."""
    return tuple((ord(each), ord(each)) for each in sorted(set(text)))


def without(ranges: Ranges) -> Ranges:
    """Return all characters but these."""
    found, begin = [], 0
    for low, high in sorted(ranges):
        if low > begin:
            found.append((begin, low - 1))
        begin = max(begin, high + 1)
    return (*found, (begin, _LAST)) if begin <= _LAST else tuple(found)


def literal(text: str, *, any_case: bool = False) -> Chain:
    """Return the expression of a text itself, in upper and lower case if asked."""
    return Chain(
        tuple(
            One(characters(each.lower() + each.upper() + each if any_case else each))
            for each in text
        )
    )


def sequence(*parts: Expression) -> Chain:
    """Return expressions one after the other."""
    return Chain(parts)


def optional(part: Expression) -> Either:
    """Return an expression that may be left out."""
    return Either((EMPTY, part))


@dataclass(slots=True)
class Automaton:
    """An expression, ready to read texts. A state is a set of positions, as bits of a number.

    Attributes:
        ranges: the characters of each position; position 0 is the beginning.
        follow: the positions that may come after each one.
        accepting: the positions at which a text may end.
        absorbing: positions that accept whatever some others accept, by their bit: those others are
            left out of a state, which keeps the number of states small.
    """

    ranges: list[Ranges] = field(default_factory=lambda: [()])
    follow: list[int] = field(default_factory=lambda: [0])
    accepting: int = 0
    absorbing: dict[int, int] = field(default_factory=dict)
    _after: dict[int, int] = field(default_factory=dict)
    _reading: dict[int, int] = field(default_factory=dict)
    _reduced: dict[int, int] = field(default_factory=dict)

    def after(self, state: int) -> int:
        """Return the positions that may come next, whatever the character."""
        known = self._after.get(state)
        if known is None:
            known = 0
            for position in _bits(state):
                known |= self.follow[position]
            self._after[state] = known
        return known

    def reading(self, code: int) -> int:
        """Return the positions that may read a character."""
        known = self._reading.get(code)
        if known is None:
            known = 0
            for position, ranges in enumerate(self.ranges):
                if any(low <= code <= high for low, high in ranges):
                    known |= 1 << position
            self._reading[code] = known
        return known

    def reduced(self, state: int) -> int:
        """Return a state without the positions that another one of it makes superfluous."""
        known = self._reduced.get(state)
        if known is None:
            known = state
            for position, absorbed in self.absorbing.items():
                if known & position:
                    known &= ~absorbed
            self._reduced[state] = known
        return known

    def accepts(self, text: str) -> bool:
        """Say whether a whole text matches."""
        state = 1
        for character in text:
            state = self.after(state) & self.reading(ord(character))
            if not state:
                return False
        return bool(state & self.accepting)


def automaton(expression: Expression) -> Automaton:
    """Return the automaton of an expression.

    Raises:
        TooComplexError: the expression is too long.
    """
    made = Automaton()
    empty, first, last = _add(made, expression)
    made.follow[0] = first
    made.accepting = last | empty
    made.absorbing = dict(_absorbing(made))
    return made


def _absorbing(made: Automaton) -> Iterator[tuple[int, int]]:
    """Yield the positions that read on for ever, and what each of them makes superfluous."""
    repeated = [
        position
        for position in _bits(made.accepting)
        if made.follow[position] >> position & 1 and position
    ]
    reachable = _reachable(made) if repeated else []
    known: dict[Ranges, int] = {}
    for position in repeated:
        own = made.ranges[position]
        if own not in known:
            others = _mask(not _within(ranges, own) for ranges in made.ranges)
            known[own] = _mask(not reached & others for reached in reachable)
        yield 1 << position, known[own] & ~(1 << position)


def _within(ranges: Ranges, own: Ranges) -> bool:
    return all(any(low >= a and high <= b for a, b in own) for low, high in ranges)


def _mask(answers: Iterable[bool]) -> int:
    """Return the positions for which the answer is yes."""
    return sum(1 << position for position, yes in enumerate(answers) if yes)


def _reachable(made: Automaton) -> list[int]:
    """Return the positions that may come after each one, at any distance."""
    found = list(made.follow)
    changed = True
    while changed:
        changed = False
        for position in reversed(range(len(found))):
            reached = _union(found[each] for each in _bits(found[position])) | found[position]
            if reached != found[position]:
                found[position], changed = reached, True
    return found


def _add(made: Automaton, expression: Expression) -> tuple[bool, int, int]:
    """Add the positions of an expression.

    Returns:
        Whether it matches the empty text, and the positions where it may begin and end.
    """
    if isinstance(expression, One):
        if len(made.ranges) > MOST_POSITIONS:
            raise TooComplexError
        made.ranges.append(expression.ranges)
        made.follow.append(0)
        own = 1 << len(made.ranges) - 1
        return False, own, own
    if isinstance(expression, Repeated):
        _, first, last = _add(made, expression.part)
        _link(made, last, first)
        return True, first, last
    parts = [_add(made, part) for part in expression.parts]
    if isinstance(expression, Either):
        return (
            any(empty for empty, _, _ in parts),
            _union(first for _, first, _ in parts),
            _union(last for _, _, last in parts),
        )
    all_empty, begin, end = True, 0, 0
    for empty, first, last in parts:
        _link(made, end, first)
        begin |= first if all_empty else 0
        end = last | (end if empty else 0)
        all_empty = all_empty and empty
    return all_empty, begin, end


def _link(made: Automaton, ends: int, begins: int) -> None:
    for position in _bits(ends):
        made.follow[position] |= begins


def _union(sets: Iterator[int]) -> int:
    found = 0
    for each in sets:
        found |= each
    return found


def _bits(state: int) -> Iterator[int]:
    while state:
        lowest = state & -state
        yield lowest.bit_length() - 1
        state ^= lowest


def regions(
    automata: Sequence[Automaton], needed: int = 1
) -> Iterator[tuple[tuple[bool, ...], str]]:
    """Yield each combination of automata that accept one text, with the shortest such text.

    Args:
        automata: the automata.
        needed: the first so many have to accept: texts that they can no longer accept are left.

    Raises:
        TooComplexError: after MOST_STEPS, so that no pattern takes long.
    """
    if sum(len(each.ranges) for each in automata) > MOST_POSITIONS:
        raise TooComplexError
    alphabet = _alphabet(automata)
    start = (1,) * len(automata)
    seen, found = {start}, set()
    queue, steps = deque([(start, "")]), 0
    while queue:
        states, text = queue.popleft()
        accepted = tuple(
            bool(state & each.accepting) for state, each in zip(states, automata, strict=True)
        )
        if all(accepted[:needed]) and accepted not in found:
            found.add(accepted)
            yield accepted, text
        after = [each.after(state) for state, each in zip(states, automata, strict=True)]
        steps += len(alphabet) * len(automata) + sum(map(int.bit_count, states))
        if steps > MOST_STEPS:
            raise TooComplexError
        for character, reading in alphabet:
            reached = tuple(
                each.reduced(a & b) for a, b, each in zip(after, reading, automata, strict=True)
            )
            if reached not in seen and all(reached[:needed]):
                seen.add(reached)
                queue.append((reached, text + character))


def _alphabet(automata: Sequence[Automaton]) -> list[tuple[str, tuple[int, ...]]]:
    """Return a character for each way in which the automata tell characters apart."""
    begins = {0}
    for each in automata:
        for low, high in {pair for ranges in each.ranges for pair in ranges}:
            begins |= {low, high + 1}
    codes = [*map(ord, _NICE), *sorted(begins - {_LAST + 1})]
    found: dict[tuple[int, ...], str] = {}
    for code in codes:
        found.setdefault(tuple(each.reading(code) for each in automata), chr(code))
    return [(character, reading) for reading, character in found.items()]
