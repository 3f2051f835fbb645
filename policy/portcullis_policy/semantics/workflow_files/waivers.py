"""Comments that silence zizmor: a reason makes a decision of one, and without it nobody took it."""

import re

COMMENT = re.compile(r"#\s*zizmor:\s*ignore\[(?P<rules>[^\]\n]*)\](?P<rest>[^\n]*)", re.IGNORECASE)
DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_SHORTEST = 3


def reason_of(rest: str) -> str:
    """Return the reason behind a comment's brackets, without its date."""
    return DATE.sub("", rest).strip(" -:;,.()")


def is_reason(text: str) -> bool:
    """Say whether a text is long enough to be a reason."""
    return len(re.sub(r"\W", "", text)) >= _SHORTEST


def without_bare_ones(text: str) -> str:
    """Return a workflow file in which comments without a reason silence nothing; no line moves."""
    return COMMENT.sub(_honoured, text) if "zizmor" in text.lower() else text


def _honoured(comment: re.Match[str]) -> str:
    decided = is_reason(reason_of(comment["rest"]))
    return comment[0] if decided else f"# no reason{comment['rest']}"
