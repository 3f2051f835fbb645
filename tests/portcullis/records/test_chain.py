"""Whatever is changed, removed, moved or cut off in a chain of entries is found."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portcullis.records.chain import Head, canonical, entries, link, raw, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The first signature of a process takes a second, and other tests run beside this one."""

SAID = st.dictionaries(
    st.sampled_from(["result", "at", "changes", "who"]),
    st.text(max_size=8) | st.lists(st.integers(), max_size=2) | st.none(),
)


def lines_of(said: list[dict[str, Any]], key: Ed25519PrivateKey | None) -> list[bytes]:
    """The lines of a chain that says this."""
    before, lines = None, []
    for each in said:
        before = link(each, before, key)
        lines.append(canonical(before).encode() + b"\n")
    return lines


CHAINS = st.builds(lines_of, st.lists(SAID, min_size=1, max_size=6), st.sampled_from([None, KEY]))


@SLOW
@given(lines=CHAINS)
def test_what_was_written_is_right(lines: list[bytes]) -> None:
    """A chain is right, with its head, and says what was written."""
    content = b"".join(lines)
    listed = entries(content)
    assert verify(content, head=Head(len(listed), listed[-1]["hash"])) is None
    assert [each["number"] for each in listed] == list(range(1, len(lines) + 1))


@SLOW
@given(lines=CHAINS, data=st.data())
def test_any_changed_byte_is_found(lines: list[bytes], data: st.DataObject) -> None:
    """Any other byte anywhere is found, at its entry or the next one (R12, A8)."""
    content = bytearray(b"".join(lines))
    place = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda each: each != content[place]))
    content[place] = byte
    bad = verify(bytes(content))
    assert bad is not None
    assert bad.number == bytes(b"".join(lines))[:place].count(b"\n") + 1


@SLOW
@given(lines=CHAINS, data=st.data())
def test_any_missing_entry_is_found(lines: list[bytes], data: st.DataObject) -> None:
    """One that was removed is found at its place; the last one only by a head from elsewhere."""
    place = data.draw(st.integers(0, len(lines) - 1))
    head = Head(len(lines), entries(b"".join(lines))[-1]["hash"])
    bad = verify(b"".join(lines[:place] + lines[place + 1 :]), head=head)
    assert bad is not None
    assert bad.number == place + 1


@SLOW
@given(lines=CHAINS.filter(lambda each: len(each) > 1), data=st.data())
def test_any_swap_is_found(lines: list[bytes], data: st.DataObject) -> None:
    """Two entries that changed places are found at the first of them."""
    first = data.draw(st.integers(0, len(lines) - 2))
    second = data.draw(st.integers(first + 1, len(lines) - 1))
    swapped = list(lines)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    bad = verify(b"".join(swapped))
    assert bad is not None
    assert bad.number == first + 1


@SLOW
@given(lines=CHAINS, cut=st.integers(1, 30))
def test_an_entry_that_is_cut_off_is_found(lines: list[bytes], cut: int) -> None:
    """The rest of a line is no entry."""
    bad = verify(b"".join(lines)[:-cut])
    assert bad is not None
    assert bad.number == len(lines)


@SLOW
@given(said=st.lists(SAID, min_size=1, max_size=4), data=st.data())
def test_a_chain_by_somebody_else_is_found(said: list[dict[str, Any]], data: st.DataObject) -> None:
    """A chain that is right in itself, but not signed with the key, is refused at once."""
    key = data.draw(st.sampled_from([None, OTHER]))
    signer = raw(KEY.public_key())
    bad = verify(b"".join(lines_of(said, key)), signer=signer)
    assert bad is not None
    assert (bad.number, bad.why) == (1, "it is not signed with this key")
    assert verify(b"".join(lines_of(said, KEY)), signer=signer) is None
