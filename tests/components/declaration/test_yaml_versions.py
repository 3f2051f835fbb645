"""Two parsers, one meaning: the quick one never reads a text otherwise than the complete one."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from components.yaml_text import complete, parse, quick
from components.yaml_text.parsed import YamlTextError
from tests.bench.organization import fleet

if TYPE_CHECKING:
    from components.yaml_text.parsed import Parsed

ROOT = Path(__file__).parents[3]

WITHOUT_REASON = {"is not YAML", "is not YAML: unreadable"}
"""What ruamel.yaml reports of some sound texts: a block that begins with a line of blanks."""


def quickly(text: str) -> Parsed | None:
    """Return what the quick parser reads; None where it leaves the text to the complete one."""
    try:
        return quick.parse(text)
    except quick.NotCertainError:
        return None


def disagreement(text: str) -> tuple[object, object] | None:
    """Return the two readings of a text if they differ in a value, a type, an order or a place."""
    mine = quickly(text)
    if mine is None:
        return None
    try:
        other = complete.parse(text)
    except YamlTextError as error:
        return None if error.what in WITHOUT_REASON else (mine, error.what)
    # as text, since 1 == True, and not-a-number is never equal to itself
    return (mine, other) if repr(mine) != repr(other) else None


TEXTS_IN_1_2 = (
    *("on", "off", "yes", "no", "On", "OFF", "Yes", "NO", "y", "n", "tRue", "nULL"),
    *("1:30", "190:20:30", "1:30.5", "2027-03-31", "2027-03-31 10:00:00", "1.2.3", "~/x"),
    *("0b", "0x", "0o8", "08x", "+", "-x", ".", ".5e5", "+.nan", "1e", "_1", "==", "<<<"),
)
SCALARS: dict[str, Any] = {
    **{word: word for word in TEXTS_IN_1_2},
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("010", "0o12", "0xA", "+0b1010", "1_0", "+10", "0_1_0"), 10),
    **dict.fromkeys(("-0", "-_0", "08", "-0o17"), 0) | {"08": 8, "-0o17": -15},
    **dict.fromkeys(("1.5", "1.50", "+1.5", "1_.5", "15e-1", "0.15E1", "01.5"), 1.5),
    **dict.fromkeys((".5", "+.5", ".5e+0"), 0.5),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
"""Plain scalars that YAML 1.1 and 1.2 read differently, or nearly do, and what 1.2 means."""


@pytest.mark.parametrize("word", SCALARS)
def test_a_plain_scalar_means_what_yaml_1_2_means(word: str) -> None:
    """`on`, `010`, `1:30` and dates mean the same with either parser, as value and as item."""
    for text in (f"a: {word}\n", f"a: [{word}]\n" if word else "a:\n- \n"):
        quick_one = quickly(text)
        assert quick_one is not None
        for parsed in (quick_one, complete.parse(text)):
            found = parsed.data["a"]
            found = found[0] if isinstance(found, list) else found
            assert repr(found) == repr(SCALARS[word])


@pytest.mark.parametrize("word", ["on", "yes", "2027-03-31", "1:30", "n"])
def test_a_name_may_look_like_a_value_of_yaml_1_1(word: str) -> None:
    """`on:` is the text `on`, as GitHub reads it in workflows."""
    for parsed in (quickly(f"{word}: x\n"), complete.parse(f"{word}: x\n")):
        assert parsed is not None
        assert parsed.data == {word: "x"}


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2\n",
        "a: &a {}\nb: {<<: *a, <<: *a}\n",
        "a: &a [*a]\n",
        "a: &a {<<: *a}\n",
        "a: *b\n",
        "1: a\n",
        "true: a\n",
        "? [a]\n: b\n",
        "a: <<\n",
        "a: =\n",
        "a: {<<: 1}\n",
        "a: !!str 1\n",
        "a: !x 1\n",
        "a: ! 1\n",
        "%YAML 1.1\n---\na: on\n",
        "a: 1\n---\nb: 2\n",
        "a:\tb\n",
        "a: 1 \t# b\n",
        "a: |#\n  b\n",
        "a: &x:y b\nc: *x:y\n",
        "a: b\rc: d\n",
        "a: b\u2028  c\n",
        "a: b\x85  c\n",
        "a: \ufeffb\n",
        "a: [b\n",
        "- a\n",
        "a\n",
        "",
        f"a: {'9' * 5000}\n",
    ],
)
def test_what_the_parsers_may_read_differently_is_left_to_the_complete_one(text: str) -> None:
    """A key twice, tags, tabs and the like are read, or refused with the reason, as ever."""
    assert quickly(text) is None
    answers: list[object] = []
    for each in (parse, complete.parse):
        try:
            answers.append(each(text).places)
        except YamlTextError as error:
            answers.append((error.what, error.place))
    assert answers[0] == answers[1]


FILES = sorted(
    path
    for path in ROOT.rglob("*.y*ml")
    if ".venv" not in path.parts and path.is_file() and path.stat().st_size < 100_000
)


def test_the_parsers_agree_on_every_yaml_file_of_the_repository() -> None:
    """Organizations, workflows and the tests' data have the same values and places in both.

    Only the pieces of workflow files, which are no YAML by themselves, need the complete parser.
    """
    texts = {path: path.read_text(encoding="utf-8") for path in FILES}
    assert [disagreement(text) for text in texts.values() if disagreement(text)] == []
    slow = [path for path, text in texts.items() if quickly(text) is None]
    assert [path for path in slow if path.parent.parent.name != "workflows"] == []


def test_a_large_organization_is_read_by_the_quick_parser() -> None:
    """Nothing in an ordinary organization's file makes the loader slow."""
    assert quickly(fleet(3)) is not None
    assert quickly(fleet(3).replace("\n", "\r\n")) is not None
    assert quickly((ROOT / "orgs" / "guild.yaml").read_text(encoding="utf-8")) is not None


PLAIN = st.sampled_from([word for word in SCALARS if word]) | st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=10
)
DATA = st.dictionaries(
    st.text("abc-: #é", min_size=1, max_size=5),
    st.recursive(
        PLAIN | st.integers() | st.floats() | st.booleans() | st.none(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text("abc:,?", max_size=3), inner, max_size=3)
        ),
        max_leaves=10,
    ),
    min_size=1,
    max_size=4,
)


@given(data=DATA, flow=st.sampled_from([True, False, None]), width=st.sampled_from([10, 80]))
@settings(max_examples=150, deadline=None)
def test_the_parsers_agree_on_what_a_writer_writes(
    data: dict[str, Any],
    flow: bool | None,  # noqa: FBT001 - hypothesis names its arguments
    width: int,
) -> None:
    """Any data, in blocks or in brackets, on long lines or folded, has one reading."""
    writer, stream = YAML(typ="safe", pure=True), StringIO()
    writer.default_flow_style = flow
    writer.width = width
    writer.dump(data, stream)
    assert disagreement(stream.getvalue()) is None


PIECES = (
    *":-?#&*!|>'\"[]{},.~=<_+\\01aé \n",
    *("\n  ", "\n- ", ": ", " #", "---\n", "<<: *a", "&a ", "*a", "|\n  ", ">1\n", "|-", "\n\n  "),
    *("{a: ", "[a, ", "''", "\r\n", "\\n", "a: &a {b: 1}\n", "1e5", "010", "yes"),
)
TEXTS = [text for path in FILES if len(text := path.read_text(encoding="utf-8")) < 3000]


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Return some lines of a file of the repository, with pieces put in or taken out."""
    lines = draw(st.sampled_from(TEXTS)).splitlines(keepends=True)
    start = draw(st.integers(0, len(lines)))
    text = "".join(lines[start : start + draw(st.integers(1, 12))])
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(PIECES)) + text[at + draw(st.integers(0, 2)) :]
    return text


@given(damaged())
@settings(max_examples=200, deadline=None)
def test_the_parsers_agree_on_damaged_texts(text: str) -> None:
    """What a slip of the hand makes of a file is read alike, or left to the complete parser."""
    assert disagreement(text) is None


def test_without_libyaml_a_file_means_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML can be built without its C parser; then loading is slower, and nothing else."""
    text = fleet(2)
    before = parse(text)
    monkeypatch.setattr(quick, "_Loader", None)
    assert quickly(text) is None
    assert repr(parse(text)) == repr(before)


def test_a_comment_that_the_complete_parser_has_no_room_for_is_named() -> None:
    """Where ruamel.yaml gives up over a comment, there is a reason, and no traceback."""
    with pytest.raises(YamlTextError, match="a comment between a key and its value"):
        complete.parse("a: # c\n|\n\n'x'}...\n")
