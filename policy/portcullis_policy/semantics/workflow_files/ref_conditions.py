"""Which refs the condition of a job admits, as far as a chain of `&&` says it."""

import re

_OTHER_WORDS = re.compile(r"\|\||!(?!=)")
_TAG = re.compile(r"startswith\(\s*github\.ref\s*,\s*'refs/tags/([\w.@/-]*)'\s*\)", re.IGNORECASE)
_ANY_TAG = re.compile(r"github\.ref_type\s*==\s*'tag'", re.IGNORECASE)
_NO_TAG = re.compile(
    r"github\.ref\s*==\s*'refs/heads/[^']*'|github\.ref_type\s*==\s*'branch'"
    r"|startswith\(\s*github\.ref\s*,\s*'refs/heads/[^']*'\s*\)"
    r"|github\.event_name\s*==\s*'(?!push')\w+'|github\.event\.action\s*==\s*'\w+'",
    re.IGNORECASE,
)


def refs_of_condition(condition: str) -> tuple[str, ...] | None:
    """Return filters of the tags that an `if` admits; none if only branches or other events.

    None if the condition says nothing of refs, or is not understood: every push may be admitted.
    """
    text = condition.strip().removeprefix("${{").removesuffix("}}").strip()
    if _OTHER_WORDS.search(text):
        return None
    for part in text.split("&&"):
        term = part.strip()
        if _NO_TAG.fullmatch(term):
            return ()
        if _ANY_TAG.fullmatch(term):
            return ("**",)
        tag = _TAG.fullmatch(term)
        if tag:
            return (f"{tag[1]}**",)
    return None
