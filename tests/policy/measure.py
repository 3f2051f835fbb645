"""What the pack costs, beside a pack with one empty rule.

`PYTHONPATH=policy python -m tests.policy.measure`, in time of the processor.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portcullis_policy.examples.base import Declared
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.linters import ZIZMOR, asked
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel, ResourceValidationPolicy, StackValidationPolicy
from pulumi_policy import policy as sdk

from tests.bench.organization import fleet
from tests.policy.harness import Pack, struct, urn_of
from tests.policy.sound_organization.files import RELEASE_FILE
from tests.policy.sound_organization.organization import ORGANIZATION
from tests.policy.sound_organization.test_secure import EVASIONS, SOUND, WEAKER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RESOURCES = 1000
FILES = 200
REPOSITORIES = 100
ROUNDS = 5
POLICY = Path(__file__).resolve().parents[2] / "policy"
OF_REPOSITORY = (
    "repository",
    "alerts",
    "updates",
    "gate",
    "gate-tags",
    "trial",
    "trial-branch",
    "token",
    "region",
    "access",
    "release-file",
    "ci-file",
    "dependabot-file",
    "manifest",
)


def resources() -> Iterator[Declared]:
    """A sound organization of 1,000 resources: some of its own, then repository by repository."""
    yield from (
        Declared(item.type, item.props, name)
        for name, item in ORGANIZATION.items()
        if name not in OF_REPOSITORY
    )
    for number in range(RESOURCES):
        for part in OF_REPOSITORY:
            item = ORGANIZATION[part]
            key = "name" if item.type == gh.REPOSITORY else "repository"
            props = {**item.props, key: f"r{number}"}
            if "content" in props:  # no two files are the same
                props["content"] = f"{props['content']}# r{number}\n"
            yield Declared(item.type, props, f"{part}-{number}")


def milliseconds(work: Callable[[], object]) -> float:
    """The median of several rounds: time of the processor, so that a busy machine matters less."""
    times = []
    for _ in range(ROUNDS):
        begin = _seconds()
        work()
        times.append(_seconds() - begin)
    return statistics.median(times) * 1000


def _seconds() -> float:
    """What this process and the programs that it ran have used of a processor."""
    all_ = os.times()
    return time.process_time() + all_.children_user + all_.children_system


def _each(requests: list[Any], servicer: Any) -> None:  # noqa: ANN401 - the SDK's own
    for request in requests:
        servicer.Analyze(request, None)


def _at_once(request: Any, servicer: Any) -> None:  # noqa: ANN401 - the SDK's own
    servicer.AnalyzeStack(request, None)


def offline() -> float:
    """Milliseconds of the processor for `portcullis check` on an organization of many."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "orgs").mkdir()
        file = Path(folder) / "orgs" / "fleet.yaml"
        file.write_text(fleet(REPOSITORIES), encoding="utf-8")
        command = [sys.executable, "-m", "portcullis", "check", str(file)]
        run = partial(subprocess.run, command, cwd=POLICY.parent, check=True, capture_output=True)
        return milliseconds(run)


def main() -> None:
    """Measure and print."""
    declared = [item for item, _ in zip(resources(), range(RESOURCES), strict=False)]
    requests = [
        proto.AnalyzeRequest(
            urn=urn_of(item), type=item.type, name=item.name, properties=struct(item.props)
        )
        for item in declared
    ]
    stack = proto.AnalyzeStackRequest()
    for request in requests:
        stack.resources.add(
            urn=request.urn, type=request.type, name=request.name, properties=request.properties
        )
    make: Any = vars(sdk)["_PolicyAnalyzerServicer"]
    nothing = [
        ResourceValidationPolicy("empty", "empty", validate=lambda _args, _report: None),
        StackValidationPolicy("empty-stack", "empty", validate=lambda _args, _report: None),
    ]
    pack = Pack()
    empty = make("empty", "0.1.0", nothing, EnforcementLevel.ADVISORY)
    naive = make("naive", "0.1.0", list(pack.policies), EnforcementLevel.ADVISORY)
    said = [
        item for request in requests for item in pack.servicer.Analyze(request, None).diagnostics
    ]
    said += pack.servicer.AnalyzeStack(stack, None).diagnostics
    print(  # noqa: T201 - a command
        f"from a sound organization of {len(ORGANIZATION)} resources: {len(WEAKER)} weakenings and "
        f"{len(EVASIONS)} evasions are found, {len(SOUND)} sound variations are not refused "
        "(tests/policy/sound_organization/test_secure.py)"
    )
    print(f"{len(pack.policies)} rules, {RESOURCES} resources, {len(said)} findings")  # noqa: T201 - a command
    print("                         empty pack   this pack")  # noqa: T201 - a command
    for title, work, share in (
        ("ms a resource", partial(_each, requests), RESOURCES),
        ("s a stack of 1,000", partial(_at_once, stack), 1000),
    ):
        one, all_ = (milliseconds(partial(work, s)) / share for s in (empty, pack.servicer))
        print(f"{title:24} {one:10.3f}  {all_:10.3f}   x {all_ / one:.1f}")  # noqa: T201 - a command
    few = requests[:100]
    slow = milliseconds(partial(_each, few, naive)) / len(few)
    print(f"ms a resource, every policy run: {slow:.3f}")  # noqa: T201 - a command
    texts = tuple(f"{RELEASE_FILE}# {number}\n" for number in range(FILES))
    took = milliseconds(lambda: asked.__wrapped__(ZIZMOR, texts).result())
    print(f"zizmor on {FILES} workflow files, once a preview: {took:.0f} ms")  # noqa: T201 - a command
    took = offline()
    print(f"portcullis check, {REPOSITORIES} repositories, start included: {took:.0f} ms")  # noqa: T201 - a command
    for title, code in (
        ("import pulumi_policy", "import pulumi_policy"),
        (
            "start of the pack",
            "from portcullis_policy.pulumi_pack.analyzer import policies; policies()",
        ),
    ):
        command = [sys.executable, "-c", code]
        took = milliseconds(partial(subprocess.run, command, cwd=POLICY, check=True))
        print(f"{title:24} {took:10.0f} ms")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
