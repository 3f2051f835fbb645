"""What the policy pack costs on an organization of 1,000 repositories, counted at Pulumi's SDK.

`PYTHONPATH=policy python -m tests.bench.judgement` prints the lines that `make bench` shows.
"""

from __future__ import annotations

import json
import os
import resource
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from portcullis_policy.pulumi_pack.analyzer import ReadOnce
from portcullis_policy.pulumi_pack.start import collect_rarely
from portcullis_policy.rules.pack.pack import STACK
from pulumi.runtime import proto

from tests.policy.harness import STACK_URN, Pack, struct, urn_of
from tests.policy.measure import resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from portcullis_policy.examples.base import Declared

PARTS = (
    *("repository", "gate", "gate-tags", "token", "access"),
    *("release-file", "ci-file", "dependabot-file"),
)
"""What each repository has: eight resources, of which two are workflow files of its own."""


def declared() -> list[Declared]:
    """Return a sound organization of 1,000 repositories."""
    return [
        each
        for each in resources()
        if not each.name.rpartition("-")[2].isdigit() or each.name.rpartition("-")[0] in PARTS
    ]


class Spent:
    """Seconds of a clock and of processors, those of other programs included, of one piece."""

    def __init__(self, work: Callable[[], object]) -> None:
        """Do it."""
        before, begin = os.times(), time.monotonic()
        work()
        self.wall = time.monotonic() - begin
        self.cpu = sum(os.times()[:4]) - sum(before[:4])


def alike(resources: list[Declared]) -> list[Declared]:
    """Return the resources with the same files in every repository, as managed files are."""
    first: dict[str, object] = {}
    found = []
    for each in resources:
        kind = each.name.rpartition("-")[0]
        if kind.endswith("-file"):
            content = first.setdefault(kind, each.props["content"])
            each = replace(each, props={**each.props, "content": content})  # noqa: PLW2901 - the same one, with another text
        found.append(each)
    return found


def judged(resources: list[Declared]) -> tuple[Spent, Spent]:
    """Return what it takes to judge each resource alone, and then all as a whole."""
    pack = Pack()
    pack.policies.check_levels(
        {each.name: {"enforcementLevel": "mandatory"} for each in list.__iter__(pack.policies)}
    )
    requests = [
        proto.AnalyzeRequest(
            urn=urn_of(each), type=each.type, name=each.name, properties=struct(each.props)
        )
        for each in resources
    ]
    stack = proto.AnalyzeStackRequest()
    stack.resources.add(urn=STACK_URN, type=STACK, name="stack")
    for each in requests:
        stack.resources.add(
            urn=each.urn, type=each.type, name=each.name, properties=each.properties
        )
    one_by_one = Spent(lambda: [pack.servicer.Analyze(each, None) for each in requests])
    whole = Spent(lambda: pack.servicer.AnalyzeStack(ReadOnce(stack, pack.policies), None))
    return one_by_one, whole


def main() -> None:
    """Measure and print a line for files that are alike, and one for files that are not."""
    collect_rarely()
    os.environ["PORTCULLIS_REACH_BEFORE"] = json.dumps({"publish r0/pypi-release": 1})
    different = declared()
    for name, stack in (("alike", alike(different)), ("all different", different)):
        one_by_one, whole = judged(stack)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        each = one_by_one.cpu / len(stack) * 1000
        print(  # noqa: T201 - a command
            f"policy pack, 1,000 repositories, {len(stack):,} resources, their files {name}: "
            f"{each:.2f} ms of CPU a resource; judged as a whole, reach included: "
            f"{whole.wall:.1f} s, {whole.cpu:.1f} s of CPU; peak memory {peak:.0f} MB"
        )


if __name__ == "__main__":
    main()
