"""Text that a terminal shows as it is: names of resources reach messages, escapes included."""


def printable(text: str) -> str:
    r"""Return a text with each character that is not printable as an escape, such as `\x1b`.

    Lines stay lines. The components have the same: the pack imports nothing of them.
    """
    if all(letter.isprintable() or letter == "\n" for letter in text):
        return text
    return "".join(
        letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1] for letter in text
    )
