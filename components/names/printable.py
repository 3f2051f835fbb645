"""Text that a terminal shows as it is: what people wrote reaches messages, escapes included."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Return ``text`` with each character that is not printable as an escape, such as ``\x1b``.

    Lines stay lines. The policy pack has the same: it imports nothing of the components.
    """
    if all(letter.isprintable() or letter == "\n" for letter in text):
        return text
    return "".join(
        letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1] for letter in text
    )
