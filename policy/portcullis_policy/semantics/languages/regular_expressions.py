"""Regular expressions of rulesets, as GitHub's `regex` operator reads them: what each one admits.

A name is admitted if the expression is found anywhere in it, unless `^` and `$` say where. The
syntax is RE2's: https://github.com/google/re2/wiki/Syntax. Parts of it that no automaton knows,
such as word boundaries and flags, are not read.
"""

import re

from portcullis_policy.semantics.languages.automata import (
    ANYTHING,
    EMPTY,
    Either,
    Expression,
    One,
    Ranges,
    Repeated,
    literal,
    optional,
    sequence,
    without,
)

_LONGEST = 300
_MOST_TIMES = 40
_DIGITS: Ranges = ((ord("0"), ord("9")),)
_WORD: Ranges = (*_DIGITS, (ord("A"), ord("Z")), (ord("_"), ord("_")), (ord("a"), ord("z")))
_SPACE: Ranges = ((9, 13), (32, 32))
_CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
_COUNT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
_GROUP = re.compile(r"\?(?::|P?<\w+>)")


class _UnreadableError(Exception):
    """A part that is not read."""


def regular_expression(text: str) -> Expression | None:
    """Return the names in which an expression is found; None if it cannot be read."""
    if len(text) > _LONGEST:
        return None
    reader = _Reader(text)
    try:
        branches = [reader.branch()]
        while reader.take("|"):
            branches.append(reader.branch())
    except (_UnreadableError, RecursionError):
        return None
    return Either(tuple(branches)) if reader.at == len(text) else None


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def take(self, wanted: str) -> bool:
        """Pass over a text if it comes next."""
        found = self.text.startswith(wanted, self.at)
        self.at += len(wanted) if found else 0
        return found

    def branch(self) -> Expression:
        """Read one alternative at the top, with what may stand around it."""
        begins = self.take("^") or self.take("\\A")
        inner = self.sequence()
        ends = self.take("$") or self.take("\\z")
        return sequence(*([] if begins else [ANYTHING]), inner, *([] if ends else [ANYTHING]))

    def sequence(self) -> Expression:
        """Read parts one after the other, until an alternative or a group ends."""
        parts: list[Expression] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)$":
            if self.text.startswith("\\z", self.at):
                break
            parts.append(self.repeated(self.part()))
        return sequence(*parts)

    def part(self) -> Expression:
        """Read a character, a class or a group."""
        character = self.text[self.at]
        self.at += 1
        if character == "(":
            return self.group()
        if character == "[":
            return One(self.set())
        if character == ".":
            return One(without(((10, 10),)))
        if character == "\\":
            return One(self.escaped())
        if character in "^*+?{":
            raise _UnreadableError
        return literal(character)

    def group(self) -> Expression:
        """Read a group; its opening bracket is read."""
        if self.text.startswith("?", self.at):
            kind = _GROUP.match(self.text, self.at)
            if kind is None:
                raise _UnreadableError
            self.at = kind.end()
        parts = [self.sequence()]
        while self.take("|"):
            parts.append(self.sequence())
        if not self.take(")"):
            raise _UnreadableError
        return Either(tuple(parts))

    def escaped(self) -> Ranges:
        """Read what follows a backslash."""
        character = self.text[self.at : self.at + 1]
        self.at += 1
        if character.lower() in _CLASSES and character:
            known = _CLASSES[character.lower()]
            return known if character.islower() else without(known)
        if character in _CONTROLS:
            return ((ord(_CONTROLS[character]),) * 2,)
        if not character or character.isalnum():
            raise _UnreadableError
        return ((ord(character),) * 2,)

    def set(self) -> Ranges:
        """Read a set of characters; its opening bracket is read."""
        negated = self.take("^")
        found: list[tuple[int, int]] = []
        first = True
        while first or not self.text.startswith("]", self.at):
            if self.at >= len(self.text) or self.text.startswith("[:", self.at):
                raise _UnreadableError
            first = False
            found += self.range()
        self.at += 1
        ranges = tuple(sorted(found))
        return without(ranges) if negated else ranges

    def range(self) -> Ranges:
        """Read a character of a set, or a range of them."""
        low = self.member()
        single = len(low) == 1 and low[0][0] == low[0][1]
        rest = self.text[self.at : self.at + 2]
        if not single or len(rest) < len("-x") or rest[0] != "-" or rest[1] == "]":
            return low
        self.at += 1
        high = self.member()
        if len(high) != 1 or high[0][0] != high[0][1] or high[0][0] < low[0][0]:
            raise _UnreadableError
        return ((low[0][0], high[0][0]),)

    def member(self) -> Ranges:
        """Read one character or class within a set."""
        character = self.text[self.at]
        self.at += 1
        return self.escaped() if character == "\\" else ((ord(character),) * 2,)

    def repeated(self, part: Expression) -> Expression:
        """Read how often a part may come."""
        made = part
        if self.take("*"):
            made = Repeated(part)
        elif self.take("+"):
            made = sequence(part, Repeated(part))
        elif self.take("?"):
            made = optional(part)
        elif counted := _COUNT.match(self.text, self.at):
            self.at = counted.end()
            made = _times(part, int(counted[1]), counted[2] is not None, counted[3] or "")
        else:
            return part
        self.take("?")  # as few as possible: the same names
        return made


def _times(part: Expression, least: int, open_: bool, most: str) -> Expression:  # noqa: FBT001 - read from one place
    """Return a part so many times."""
    highest = int(most) if most else least
    if highest > _MOST_TIMES or highest < least:
        raise _UnreadableError
    more: Expression = EMPTY
    if open_ and not most:
        more = Repeated(part)
    for _ in range(highest - least):
        more = optional(sequence(part, more))
    return sequence(*(part,) * least, more)
