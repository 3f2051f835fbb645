"""The text of a PDF that Chromium printed: what a reader can select and search.

Chromium writes each glyph of a font by a number, and with each font a table from these numbers to
characters.

Source: https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf, 9.10.3
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from itertools import count

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_FONT = re.compile(rb"/(F\d+) (\d+) 0 R")
_SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|(ET)")
_RANGE = re.compile(rb"<(\w{4})> <(\w{4})> <(\w{4})>")
_SINGLE = re.compile(rb"^<(\w{4})> <((?:\w{4})+)>$", re.MULTILINE)


def text(pdf: bytes) -> str:
    """Return the text of all pages; lines and words as they were placed, without their blanks."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    fonts: dict[bytes, dict[int, str]] = {}
    for body in objects.values():
        for name, number in _FONT.findall(body):
            fonts[name] = _characters(objects, objects[int(number)])
    streams = [_decoded(body) for body in objects.values()]
    shown = "".join(_shown(each, fonts) for each in streams if b" Tf" in each)
    return unicodedata.normalize("NFKC", shown)  # ligatures become letters


def pages(pdf: bytes) -> int:
    """Return how many pages there are."""
    return len(re.findall(rb"/Type /Page\b", pdf))


def _decoded(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if not found:
        return b""
    return zlib.decompress(found[1]) if b"/FlateDecode" in body else found[1]


def _characters(objects: dict[int, bytes], font: bytes) -> dict[int, str]:
    """Return the characters of a font by the numbers of their glyphs."""
    table = re.search(rb"/ToUnicode (\d+) 0 R", font)
    content = _decoded(objects[int(table[1])]) if table else b""
    found = {
        int(glyph, 16): bytes.fromhex(to.decode()).decode("utf-16-be")
        for glyph, to in _SINGLE.findall(content)
    }
    for start, end, to in _RANGE.findall(content):
        for glyph, character in zip(range(int(start, 16), int(end, 16) + 1), count(int(to, 16))):
            found[glyph] = chr(character)
    return found


def _shown(stream: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    font: dict[int, str] = {}
    parts = []
    for name, digits, end in _SHOWN.findall(stream):
        if name:
            font = fonts[name]
        elif digits:
            glyphs = (int(digits[i : i + 4], 16) for i in range(0, len(digits), 4))
            parts += [font.get(glyph, "") for glyph in glyphs]
        elif end:
            parts.append("\n")
    return "".join(parts)
