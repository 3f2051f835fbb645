"""How the SDK waits for the registrations of a large program."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import mocks

from components.stack import leave_out_debug_messages, start_registrations

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Answers(mocks.Mocks):
    """Nothing is asked of a provider."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return args.name, args.inputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        raise LookupError(args.token)


class _Part(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("test:waiting:Part", name)
        self.register_outputs({"name": name})


def watched(count: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Declare so many resources; return how many outputs the SDK looks at while it waits."""
    looked = 0
    wait: Any = asyncio.wait

    async def counted(outputs: Iterable[Any], **options: Any) -> Any:  # noqa: ANN401 - asyncio's
        nonlocal looked
        outputs = list(outputs)
        looked += len(outputs)
        return await wait(outputs, **options)

    async def program() -> None:
        for number in range(count):
            _Part(f"part-{number}")
        await start_registrations()

    mocks.set_mocks(_Answers())
    with monkeypatch.context() as patch:
        patch.setattr(asyncio, "wait", counted)
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    return looked


def test_waiting_grows_with_the_resources_not_with_their_square(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A program of many resources does not look at each output again for each other one."""
    assert watched(200, monkeypatch) < 200


@pytest.mark.parametrize(
    ("environment", "sent"),
    [({}, 0), ({"PULUMI_OPTION_DEBUG": "false"}, 0), ({"PULUMI_OPTION_DEBUG": "true"}, 1)],
)
def test_debug_messages_are_sent_only_if_they_are_wanted(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], sent: int
) -> None:
    """Each is a request for whose answer the program waits, four for each resource."""
    messages: list[str] = []
    engine = SimpleNamespace(Log=lambda request: messages.append(request.message))
    monkeypatch.setattr(pulumi.log, "get_engine", lambda: engine)
    monkeypatch.setattr(pulumi.log, "debug", pulumi.log.debug)  # put back after the test
    leave_out_debug_messages(environment)
    pulumi.log.debug("preparing resource")
    pulumi.log.warn("a warning")
    assert messages == ["preparing resource"] * sent + ["a warning"]
