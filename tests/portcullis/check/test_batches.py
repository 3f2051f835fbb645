"""A large organization is registered in batches, which is nothing that anybody sees."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pulumi

from portcullis.check import program
from portcullis.check.organization import Subject, recorded
from portcullis.check.recorder import record, settle

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from portcullis.check.recorder import Registered

REPOSITORY = """\
  tool-{}:
    description: One of many
    visibility: public
    workflows: false
    access: {{core: push}}
"""


def by_urn(root: Path) -> dict[str, Registered]:
    """What the organization's program declares."""
    registered = recorded(Subject(root, "many"))[1]
    found = {each.urn: each for each in registered}
    assert len(found) == len(registered)
    return found


def test_batches_change_nothing_of_what_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: the size of a batch has no part in what is judged and compared (E8)."""
    (tmp_path / "orgs").mkdir()
    (tmp_path / "orgs/many.yaml").write_text(
        "organization: many\nplan: team\n"
        "settings: {display_name: Many, billing_email: b@many.example}\n"
        "teams:\n  core: {members: [ana]}\nsecrets:\n"
        "  TOKEN: {from: {config: token}, visible_to: [tool-0, tool-6]}\nrepositories:\n"
        + "".join(REPOSITORY.format(number) for number in range(7)),
        encoding="utf-8",
    )
    whole = by_urn(tmp_path)
    monkeypatch.setattr(program, "BATCH", 2)
    assert by_urn(tmp_path) == whole
    assert sum(each.type.endswith(":Repository") for each in whole.values()) >= 7


class _Part(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("test:batches:Part", name)
        self.register_outputs({"name": name})


def test_a_batch_takes_no_longer_because_of_those_before_it() -> None:
    """The event loop keeps nothing of a batch: 1,000 repositories are fifty of them."""
    left: list[int] = []

    def declare() -> None:
        for batch in range(10):
            for number in range(40):
                _Part(f"{batch}-{number}")
            settle()
            left.append(len(asyncio.get_running_loop()._ready))  # type: ignore[attr-defined]  # noqa: SLF001 - no other way shows it

    record(declare, "test")
    assert max(left) <= 100, left
