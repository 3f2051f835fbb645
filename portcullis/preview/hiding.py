"""Hide what looks like a secret in the lines of a file.

The rule: after a name that sounds secret, the rest of the line is hidden, and so are the lines
below that belong to it. What is shown all the same cannot be a secret: references such as
`${{ secrets.X }}`, permissions, names of actions. Where the rule is not sure, it hides.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HIDDEN = "(looks like a secret, not shown)"

_NAME = re.compile(
    r"tokens?|secrets?|passw|passphrases?|passcodes?|passkeys?|pass(?![a-z])|pwd|credentials?|creds"
    r"|(?:api|access|private|signing|encryption|account|master|deploy|ssh|gpg|client|shared|storage)"
    r"[-_. ]?keys?|[\w.-]key(?![a-z])|auth(?!ors?(?![a-z])|ored|orship|oring|orit)|bearer|cookie"
    r"|webhook|dsn|connection[-_. ]?string|mnemonic|(?<![a-z])login(?![a-z])|sshpass"
    r"|jwt|hmac|(?<![a-z])(?:otp|totp|pat|sas|salt|session[-_]?id)(?![a-z])"
    r"|(?<!\S)(?:mysql\w*(?=.*\s-p\S)|redis-cli(?=.*\s-a\s))"
    r"|(?<!\S)(?:-u|--user)(?=[ =]?[^\s:]+:[^\s])|(?<=[?&])(?:sig|signature|key|code)(?==)",
    re.IGNORECASE,
)
"""A name that sounds secret, anywhere in a line and in any spelling."""
_VALUE = re.compile(
    r"(?<![\w-])(?:value|val|default|data|stringData|contents?|literal)(?=[\"']?\s*[:=])",
    re.IGNORECASE,
)
"""The second half of a pair such as `name: API_TOKEN` and `value: ...`."""
_NEARBY = 8
"""Lines between the two halves of a pair."""
_ASSIGNED = re.compile(r"""[\w.\-]*["'\])]*\s*(?:=>|:=|[:=])\s*""")
_NOT_ASSIGNED = re.compile(r"""(?:[A-Za-z_.\-]|(?<=[_vV])\d{1,2}(?!\w))*["']?\s*""")
"""The rest of a name, and what separates it from its value."""

_REFERENCE = re.compile(
    r"\$\{\{(?:[^'\"{}]|'')*\}\}|\$[A-Z][A-Z0-9_]*(?!\w)|\$\{[A-Z][A-Z0-9_]*\}"
    r"|--password-stdin(?![\w-])"
)
"""Expressions without a text in them, and variables of a shell: they refer to a value."""
_HARMLESS = re.compile(
    r"""(?:[\s:=,;{}\[\]"'()|>&\\/*-]"""
    r"|(?<![\w-])(?:read|write|none|true|false|null|inherit|bearer|id-token|contents|packages|actions"
    r"|attestations|checks|deployments|discussions|issues|models|pages|pull-requests"
    r"|security-events|statuses)(?![\w-])"
    r"|(?<![\w-])@[\w.-]+/[\w.-]+(?!\S)|https?://[\w.-]+(?::\d+)?/?(?![^\s\"',]))*",
    re.IGNORECASE,
)
"""What may follow a secret's name: signs, permissions, teams, and addresses without a path."""
_ORDINARY = re.compile(
    r"""\s*(?:-\s+)?(?:uses:\s*[\w./-]+(?:@[\w./-]+)?(?:\s+\#\s*v?[\w.]+)?"""
    r"|(?:id-token|contents|packages|actions|attestations|checks|deployments|discussions|issues|models"
    r"|pages|pull-requests|security-events|statuses):\s+(?:read|write|none)(?:\s+\#.*)?"
    r"|name:\s+[A-Za-z]+(?: [A-Za-z,'()-]+)+|needs:\s*[\w\s,\[\]-]+)\s*"
)
"""Lines of workflows that are always shown: actions, permissions, names in words, `needs`."""
_JOB = re.compile(r"\s*(?:runs-on|uses|steps):")
"""What a job has below its id, which may sound secret: `secret-scan`."""
_JOB_BEGINS = 12
"""Lines at the beginning of a job in which one of these is."""

_KEYED = re.compile(r"""[\s-]*["']?[\w.-]+["']?\s*[:=]\s*""")
_SECTION = re.compile(r"""\[+[\w.\s"'-]+\]+\s*""")
_SCALAR = re.compile(r"[|>][-+\d]*")
_QUOTE = re.compile(r"[A-Za-z]{0,2}(\"\"\"|'''|[\"'`])")
_CLOSES = {"[": "]", "{": "}", "(": ")"}
_REMARK = re.compile(r"\S\s+(?:#|//)")
_PIPED = re.compile(r"(?:echo|printf)\s+(?:-n\s+)?(?:[\"']%s(?:\\n)?[\"'])?([^|]*)\|")
_LOGIN_IN_URL = re.compile(r"://(?!git@)[^/\s@\"'<>]+@")
_KEY_BEGINS, _KEY_ENDS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"), re.compile(r"-----END ")


def masked(text: str) -> list[str]:
    """Return the lines of ``text``; what looks like a secret is hidden in them."""
    lines = text.splitlines()
    bare = [_REFERENCE.sub(lambda found: " " * len(found[0]), line) for line in lines]
    named = [number for number, line in enumerate(bare) if _names_secret(line, lines[number])]
    near = {each for number in named for each in range(number - _NEARBY, number + _NEARBY + 1)}
    reader = _Reader()
    return [
        reader.shown(
            line,
            bare[number],
            near=number in near,
            below=lines[number + 1 : number + 1 + _JOB_BEGINS],
        )
        for number, line in enumerate(lines)
    ]


def _names_secret(bare: str, line: str) -> bool:
    """Return whether a line has a secret's name whose value may be on another line."""
    found = _NAME.search(bare)
    if found is None:
        return False
    assigned = _ASSIGNED.match(bare, found.end())
    if assigned is None:
        return True
    return not (line[assigned.end() :].strip() and _HARMLESS.fullmatch(bare, assigned.end()))


def _column(line: str) -> int:
    """Return where the text of a line begins, behind the dashes of lists."""
    return len(line) - len(line.lstrip(" \t-"))


def _is_job(line: str, below: Sequence[str]) -> bool:
    """Return whether a name with nothing behind it is the id of a job."""
    column = _column(line)
    deeper = itertools.takewhile(lambda each: not each.strip() or _column(each) > column, below)
    return any(_JOB.match(each) for each in deeper)


def _stands_alone(line: str) -> bool:
    """Return whether a line is a value without a name."""
    return not re.search("[:=]", line) and not _SECTION.fullmatch(line)


@dataclass
class _Reader:
    """What the lines above mean for the next one."""

    inside_key: bool = False
    """Whether the line is inside a private key."""
    quote: str | None = None
    """The quotation mark or bracket that ends a secret of several lines."""
    next_too: bool = False
    """Whether the next line is the secret of the last one."""
    section: bool = False
    """Whether the section's heading sounds secret, as in `[credentials]`."""
    blocks: list[tuple[int, bool]] = field(default_factory=list)
    """The column of each name whose block this is, and whether the block is one text."""

    def shown(self, line: str, bare: str, *, near: bool, below: Sequence[str]) -> str:
        """Return a line as it is shown.

        Args:
            line: The line.
            bare: The line with spaces in place of references.
            near: Whether a secret's name is nearby.
            below: The next lines.
        """
        # imported when a file differs: most previews show none
        from portcullis_policy.rules.secrets.shapes import looks_secret  # noqa: PLC0415 - see above

        text = line.strip()
        while self.blocks and text and text[0] != "#" and _column(line) <= self.blocks[-1][0]:
            self.blocks.pop()
        belongs = self._belongs_to_a_secret(line)
        if belongs or looks_secret(line) or _LOGIN_IN_URL.search(bare):
            return HIDDEN
        if not text or _ORDINARY.fullmatch(line):
            return line
        if _SECTION.fullmatch(line):
            self.section = _NAME.search(line) is not None
            return line
        if self.blocks or self.section:
            return self._in_block(line, bare)
        return self._named(line, bare, near=near, below=below)

    def _belongs_to_a_secret(self, line: str) -> bool:
        """Return whether the whole line belongs to a secret that began above, or is a key."""
        was_inside, quote, was_next = self.inside_key, self.quote, self.next_too
        begins = _KEY_BEGINS.search(line) is not None
        self.inside_key = (was_inside or begins) and _KEY_ENDS.search(line) is None
        if quote and quote in line:
            self.quote = None
        self.next_too = was_next and line.endswith("\\")
        in_text = bool(self.blocks) and self.blocks[-1][1]
        return was_inside or begins or bool(quote) or was_next or in_text

    def _in_block(self, line: str, bare: str) -> str:
        """Return a line below a secret's name: its own name is shown, its value is not."""
        keyed = _KEYED.match(bare)
        end = keyed.end() if keyed else 0
        return self._cut(line, bare, end, assigned=keyed is not None)

    def _named(self, line: str, bare: str, *, near: bool, below: Sequence[str]) -> str:
        """Return a line without what follows the first name that sounds secret."""
        names = [_NAME.search(bare), _VALUE.search(bare) if near else None]
        found = min((each for each in names if each), key=lambda each: each.start(), default=None)
        if found is None:
            return line
        before = bare[: found.start()]
        piped = _PIPED.search(before)
        if _REMARK.search(before) or (piped and not _HARMLESS.fullmatch(piped[1])):
            return HIDDEN
        assigned = _ASSIGNED.match(bare, found.end())
        rest = assigned or _NOT_ASSIGNED.match(bare, found.end())
        end = rest.end() if rest else found.end()
        nothing = not line[end:].strip(" \t\"',\\")
        if assigned and nothing and _is_job(line, below):
            return line
        if nothing and below:
            option = re.search(r"(?<![\w-])--?[\w.-]*$", before) is not None
            alone = assigned and line.rstrip().endswith((":", "=")) and _stands_alone(below[0])
            self.next_too = option or bool(alone) or line.endswith("\\")
        return self._cut(line, bare, end, assigned=assigned is not None)

    def _cut(self, line: str, bare: str, end: int, *, assigned: bool) -> str:
        """Return a line up to where its value begins, unless that is harmless."""
        value = bare[end:].strip()
        opened = _QUOTE.match(value) if assigned else None
        if opened and opened[1] not in value[opened.end() :]:
            self.quote = opened[1]
        if _HARMLESS.fullmatch(value):
            if assigned and value[-1:] in _CLOSES:
                self.quote = _CLOSES[value[-1]]
            opens = value.endswith(("[", "{", "(", ">")) or _SCALAR.fullmatch(value)
            if opens or (assigned and not line[end:].strip()):
                self.blocks.append((_column(line), _SCALAR.fullmatch(value) is not None))
            return line
        self.next_too = line.endswith("\\")
        if assigned and not line.lstrip().startswith(("#", "//")):
            self.blocks.append((_column(line), True))
        shown = line[:end]
        space = "" if not shown or shown.endswith((" ", ":", "=")) else " "
        return f"{shown}{space}{HIDDEN}"
