"""`python -m tests.fidelity [PATTERN]`: run the provider's tests, compare, print the table.

With a PATTERN (a regular expression) only the tests whose names match run.
"""

from __future__ import annotations

import re
import sys

import engine
from tests.fidelity import provider_tests, table
from tests.fidelity.provider_tests import Chosen
from tests.fidelity.results import Result, leaves, merged
from tests.support.sandbox import Sandbox


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _narrowed(whole: table.Table, pattern: str) -> table.Table:
    """Return the table of the tests whose names match."""
    kept = {name: line for name, line in whole.tests.items() if re.search(pattern, name)}
    return whole.model_copy(
        update={
            "tests": kept,
            "individual": [name for name in whole.individual if name in kept],
            "alone": [name for name in whole.alone if name in kept],
        }
    )


def _results(sandbox: Sandbox, expected: table.Table) -> dict[str, Result]:
    """Run the tests of a table, each group in a world of its own."""
    together = set(expected.tests) - set(expected.alone)
    groups = (
        ("together", "enterprise", Chosen(together)),
        ("alone", "enterprise", Chosen(expected.alone, abreast=1)),
        ("individual", "individual", Chosen(expected.individual)),
    )
    runs = []
    for name, mode, chosen in groups:
        if chosen.names:
            _say(f"{len(chosen.names)} tests, {name}")
            world = provider_tests.seeded(sandbox, name)
            if name == "alone":
                provider_tests.allow_pull_requests(world)
            runs.append(provider_tests.run(world, mode, chosen, _say))
    return leaves(merged(*runs))


def main(arguments: list[str]) -> int:
    """Run the tests that are asked for; return 0 where all is as the table says."""
    expected = table.load()
    try:
        unlisted = set(provider_tests.names()) - set(expected.tests)
        if arguments:
            expected = _narrowed(expected, arguments[0])
        if not expected.tests:
            _say(f"error: no test's name matches {arguments[0]}")
            return 1
        sandbox = Sandbox()
        try:
            found = _results(sandbox, expected)
            wrong = table.differences(expected, found)
            wrong += [f"not as GitHub describes it: {line}" for line in sandbox.verdicts()]
        finally:
            sandbox.stop()
    except engine.EngineError as error:
        _say(f"error: {error}")
        return 1
    wrong += [f"{name}: not in the table" for name in sorted(unlisted)]
    for line in table.summary(expected, found):
        _say(line)
    for line in wrong:
        _say(f"DIFFERENT  {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
