"""Names of resources in messages: without escapes, not longer than a reader wants, no secrets."""

import re

from portcullis_policy.rules.secrets.shapes import without_tokens

_LONG_WORD = re.compile(r"(\S{60})\S{140,}")
_LONGEST = 4_000


def printable(text: str) -> str:
    r"""Return a text with each character that is not printable as an escape, such as `\x1b`.

    Lines stay lines. The components have the same: the pack imports nothing of them.
    """
    if all(letter.isprintable() or letter == "\n" for letter in text):
        return text
    return "".join(
        letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1] for letter in text
    )


def in_message(text: str) -> str:
    """Return a text as it may stand in a message, whatever the names in it are.

    A name that holds a token, which another rule reports, is not repeated; one that is long beyond
    reason is cut.
    """
    short = _LONG_WORD.sub(r"\1...", without_tokens(text))
    return printable(short if len(short) <= _LONGEST else f"{short[:_LONGEST]}...")
