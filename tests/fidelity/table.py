"""What is expected of each test (`table.yaml`), and how it compares with what happened."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator
from ruamel.yaml import YAML

from tests.fidelity.results import Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TABLE = Path(__file__).with_name("table.yaml")
_SHOWN = 12
"""Lines of a failed test that are shown."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Excuse(_Model):
    """Why a test does not pass: one of the table's causes, and the details.

    Attributes:
        cause: One of the table's causes.
        why: The details.
        sometimes: Whether it passes now and then: its end depends on chance.
    """

    cause: str
    why: str
    sometimes: bool = False


class Except(_Model):
    """A test that passes, but for some subtests."""

    subtests: dict[str, Excuse]


class Table(_Model):
    """The whole table.

    Attributes:
        causes: The causes that an excuse may name, and what each means.
        skips: What tests say when they skip themselves, and the cause.
        individual: The tests that also run as a person without an organization.
        alone: The tests that run one after the other, in a world of their own.
        tests: All acceptance tests, each with what is expected of it.
    """

    causes: dict[str, str]
    skips: dict[str, str]
    individual: list[str]
    alone: list[str]
    tests: dict[str, Literal["passes"] | Excuse | Except]

    @model_validator(mode="after")
    def _causes_are_known(self) -> Table:
        named = set(self.skips.values())
        for line in self.tests.values():
            if isinstance(line, Excuse):
                named.add(line.cause)
            elif isinstance(line, Except):
                named |= {excuse.cause for excuse in line.subtests.values()}
        if unknown := named - set(self.causes):
            raise ValueError(f"unknown causes: {', '.join(sorted(unknown))}")
        return self


def load(path: Path = TABLE) -> Table:
    """Read the table."""
    data: Any = YAML(typ="safe").load(path)
    return Table.model_validate(data)


def by_test(leaves: Mapping[str, Result]) -> dict[str, dict[str, Result]]:
    """Return the leaves of each test; a test without subtests is its own leaf, named ''."""
    found: dict[str, dict[str, Result]] = {}
    for name, result in leaves.items():
        test, _, subtest = name.partition("/")
        found.setdefault(test, {})[subtest] = result
    return found


def differences(table: Table, leaves: Mapping[str, Result]) -> list[str]:
    """Return where the results differ from the table, in either direction."""
    found = by_test(leaves)
    unlisted = [f"{name}: not in the table" for name in sorted(found.keys() - table.tests.keys())]
    missing = [f"{name}: did not run" for name in sorted(table.tests.keys() - found.keys())]
    differing = [
        line
        for name in sorted(found.keys() & table.tests.keys())
        for line in _differences(table, name, found[name])
    ]
    return unlisted + missing + differing


def _differences(table: Table, name: str, results: Mapping[str, Result]) -> Iterator[str]:
    expected = table.tests[name]
    if isinstance(expected, Excuse):
        if _passes(results) and not expected.sometimes:
            yield f"{name}: passes; the table says: {expected.cause} ({expected.why})"
        return
    excused = expected.subtests if isinstance(expected, Except) else {}
    for subtest in sorted(excused.keys() - results.keys()):
        yield f"{name}/{subtest}: in the table, but did not run"
    for subtest, result in sorted(results.items()):
        whole = f"{name}/{subtest}".rstrip("/")
        if subtest in excused:
            if result.outcome is Outcome.PASS and not excused[subtest].sometimes:
                yield f"{whole}: passes; the table says: {excused[subtest].why}"
        elif result.outcome is Outcome.FAIL:
            yield "\n    ".join([f"{whole}: fails", *_shown(result)])
        elif result.outcome is Outcome.SKIP and result.skip_message not in table.skips:
            yield f"{whole}: skips itself: {result.skip_message or 'without a reason'}"
    if all(result.outcome is not Outcome.PASS for result in results.values()):
        yield f"{name}: none of it passes; the table says that it does"


def _passes(results: Mapping[str, Result]) -> bool:
    outcomes = {result.outcome for result in results.values()}
    return Outcome.PASS in outcomes and Outcome.FAIL not in outcomes


def _shown(result: Result) -> list[str]:
    boxes = ("╷", "╵", "│")
    lines = [line.strip() for line in result.said if not line.strip().startswith(boxes)]
    return lines[:_SHOWN]


def summary(table: Table, leaves: Mapping[str, Result]) -> list[str]:
    """Return the table in short: how many tests pass, and how many do not, by cause."""
    counts: Counter[str] = Counter()
    for line in table.tests.values():
        if isinstance(line, Excuse):
            counts[line.cause] += 1
        else:
            counts["passes" if line == "passes" else "but for"] += 1
    subtests = Counter(
        excuse.cause
        for line in table.tests.values()
        if isinstance(line, Except)
        for excuse in line.subtests.values()
    )
    passed = sum(result.outcome is Outcome.PASS for result in leaves.values())
    skipped = sum(result.outcome is Outcome.SKIP for result in leaves.values())
    rows = [
        f"{len(table.tests)} tests of the GitHub provider",
        f"  {counts['passes']:4}  pass",
        f"  {counts['but for']:4}  pass, but for {sum(subtests.values())} of their subtests",
    ]
    rows += [
        f"  {counts[cause]:4}  {cause}: {meaning}"
        for cause, meaning in table.causes.items()
        if counts[cause]
    ]
    return [*rows, f"of {len(leaves)} subtests {passed} passed and {skipped} skipped themselves"]
