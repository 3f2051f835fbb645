"""The harness itself: what a Go test program prints is read, and held against the table."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.fidelity import table
from tests.fidelity.results import Outcome, leaves, merged, read

PRINTED = """\
\x16=== RUN   TestAccTeam
\x16=== PAUSE TestAccTeam
\x16=== RUN   TestAccBranch
\x16=== RUN   TestAccBranch/makes_one
\x16=== PAUSE TestAccBranch/makes_one
\x16=== RUN   TestAccBranch/as_a_person
    branch_test.go:12: Skipping as not supported test mode
\x16=== NAME  TestAccBranch/makes_one
    branch_test.go:20: Step 1/1 error: --- PASS: TestAccFake (0.00s)
\x16--- FAIL: TestAccBranch (1.00s)
\x16    --- FAIL: TestAccBranch/makes_one (1.00s)
\x16    --- SKIP: TestAccBranch/as_a_person (0.00s)
\x16=== CONT  TestAccTeam
\x16--- PASS: TestAccTeam (0.50s)
FAIL
"""


def _table(**tests: object) -> table.Table:
    return table.Table.model_validate(
        {
            "causes": {"mode": "for another account", "test": "wrong itself"},
            "skips": {"Skipping as not supported test mode": "mode"},
            "individual": [],
            "alone": [],
            "tests": tests,
        }
    )


def test_what_was_printed_is_read() -> None:
    """Each test has its outcome and what it printed; text in the middle of a line is no result."""
    found = read(PRINTED.splitlines())
    assert {name: result.outcome for name, result in found.items()} == {
        "TestAccBranch": Outcome.FAIL,
        "TestAccBranch/makes_one": Outcome.FAIL,
        "TestAccBranch/as_a_person": Outcome.SKIP,
        "TestAccTeam": Outcome.PASS,
    }
    assert set(leaves(found)) == found.keys() - {"TestAccBranch"}
    assert found["TestAccBranch/as_a_person"].skip_message == "Skipping as not supported test mode"
    assert "Step 1/1 error" in found["TestAccBranch/makes_one"].said[0]


def test_runs_are_merged() -> None:
    """What one run skips counts as the other run says; a failure counts in any."""
    skipped = read(["--- SKIP: TestA (0.00s)", "--- PASS: TestB (0.00s)"])
    ran = read(["--- PASS: TestA (0.00s)", "--- FAIL: TestB (0.00s)"])
    for both in (merged(skipped, ran), merged(ran, skipped)):
        assert [both[name].outcome for name in ("TestA", "TestB")] == [Outcome.PASS, Outcome.FAIL]


WRONG = {"cause": "test", "why": "sends nothing"}


@pytest.mark.parametrize(
    ("tests", "words"),
    [
        ({"TestAccTeam": "passes", "TestAccBranch": WRONG}, []),
        (
            {
                "TestAccTeam": "passes",
                "TestAccBranch": {"subtests": {"makes_one": WRONG}},
            },
            ["TestAccBranch: none of it passes"],
        ),
        ({"TestAccTeam": "passes", "TestAccBranch": "passes"}, ["makes_one: fails"]),
        ({"TestAccTeam": WRONG, "TestAccBranch": WRONG}, ["TestAccTeam: passes"]),
        ({"TestAccTeam": {**WRONG, "sometimes": True}, "TestAccBranch": WRONG}, []),
        ({"TestAccBranch": WRONG}, ["TestAccTeam: not in the table"]),
        (
            {"TestAccTeam": "passes", "TestAccBranch": WRONG, "TestAccGone": "passes"},
            ["TestAccGone: did not run"],
        ),
        (
            {
                "TestAccTeam": "passes",
                "TestAccBranch": {"subtests": {"makes_one": WRONG, "gone": WRONG}},
            },
            ["TestAccBranch/gone: in the table"],
        ),
    ],
)
def test_a_difference_in_either_direction_is_named(
    tests: dict[str, object], words: list[str]
) -> None:
    """What fails although it should pass, what passes although it should not, what is missing."""
    found = table.differences(_table(**tests), leaves(read(PRINTED.splitlines())))
    for word in words:
        assert any(word in line for line in found), found
    assert bool(found) == bool(words)


def test_a_skip_for_an_unknown_reason_is_a_difference() -> None:
    """A test may skip itself only for a reason that the table lists."""
    lines = ["=== RUN   TestA/b", "    a_test.go:1: Because", "    --- SKIP: TestA/b (0.00s)"]
    lines += ["    --- PASS: TestA/c (0.00s)", "--- PASS: TestA (0.00s)"]
    assert table.differences(_table(TestA="passes"), leaves(read(lines))) == [
        "TestA/b: skips itself: Because"
    ]


def test_an_excuse_names_a_cause_of_the_table() -> None:
    """A cause that the table does not explain is a mistake in it."""
    with pytest.raises(ValidationError, match="unknown causes: other"):
        _table(TestA={"cause": "other", "why": "x"})


def test_the_summary_counts() -> None:
    """How many pass, how many but for some subtests, and how many do not, by cause."""
    whole = _table(
        TestAccTeam="passes", TestAccBranch={"subtests": {"makes_one": WRONG}}, TestAccX=WRONG
    )
    text = "\n".join(table.summary(whole, leaves(read(PRINTED.splitlines()))))
    assert "3 tests" in text
    assert "1  pass, but for 1 " in text
    assert "1  test: wrong itself" in text


def test_the_committed_table_is_sound() -> None:
    """Every test that runs alone or as a person is in the table, once."""
    found = table.load()
    assert set(found.alone) | set(found.individual) <= set(found.tests)
    assert not set(found.alone) & set(found.individual)
