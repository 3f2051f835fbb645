"""Unlocks: by name, in the stack's config, for one update."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from portcullis.guards.deletions import SHARE
from portcullis.guards.judge import judge
from portcullis.guards.stop import Stop
from portcullis.guards.unlocks import Unlocks, share, unlocks
from portcullis.project import StackSettings, UserError

if TYPE_CHECKING:
    from pathlib import Path

STOP = Stop("release environment", "RepositoryEnvironment api/pypi is deleted", "delete x.pypi")
OTHER = Stop("ruleset", "OrganizationRuleset main is deleted", "delete protection.main")


def stack(folder: Path, config: str) -> StackSettings:
    """A stack whose file has this config."""
    (folder / "Pulumi.prod.yaml").write_text(f"config:\n  {config}\n", encoding="utf-8")
    return StackSettings("prod", folder)


def test_an_unlock_opens_what_it_names_and_nothing_else() -> None:
    """One guard is unlocked, the other still stops."""
    found = judge([STOP, OTHER], Unlocks("prod", ("delete x.pypi",)))
    assert found.stops == (OTHER,)
    assert found.unlocked == ((STOP, "delete x.pypi"),)
    assert found.unused == ()


def test_an_unlock_is_for_one_update() -> None:
    """What the state has as used unlocks nothing, and the command has a number."""
    spent = Unlocks("prod", ("delete x.pypi",), frozenset({"delete x.pypi"}))
    found = judge([STOP], spent)
    assert found.stops == (STOP,)
    assert found.unused == ("delete x.pypi",)
    (command,) = found.commands
    assert shlex.split(command)[-2:] == ["portcullis:allow[1]", "delete x.pypi (2)"]
    again = Unlocks("prod", ("delete x.pypi", "delete x.pypi (2)"), spent.spent)
    assert judge([STOP], again).unlocked == ((STOP, "delete x.pypi (2)"),)


def test_the_printed_commands_unlock_everything() -> None:
    """After all commands, nothing is stopped any more."""
    commands = judge([STOP, OTHER], Unlocks("prod", ("old",))).commands
    named = ("old", *(shlex.split(each)[-1] for each in commands))
    assert [shlex.split(each)[-2] for each in commands] == [
        "portcullis:allow[1]",
        "portcullis:allow[2]",
    ]
    assert judge([STOP, OTHER], Unlocks("prod", named)).stops == ()


@pytest.mark.parametrize("config", ["portcullis:allow: x", "portcullis:allow: [{secure: v1}]"])
def test_a_config_that_is_no_list_of_texts(tmp_path: Path, config: str) -> None:
    """It is a mistake with its place, and unlocks nothing."""
    with pytest.raises(UserError, match=r"Pulumi\.prod\.yaml: portcullis:allow has to be a list"):
        unlocks(stack(tmp_path, config), {})


@pytest.mark.parametrize(("given", "wanted"), [("25%", 0.25), ("0", 0.0), ("100%", 1.0)])
def test_the_share_is_a_percentage(tmp_path: Path, given: str, wanted: float) -> None:
    """The config may have another share than the default."""
    assert share(stack(tmp_path, f"portcullis:deletions: {given}")) == wanted
    assert share(stack(tmp_path, "a: b")) == SHARE


@pytest.mark.parametrize("given", ["many", "101%", "-1", "0.1"])
def test_a_share_that_is_none(tmp_path: Path, given: str) -> None:
    """It is a mistake, and never read as another share."""
    with pytest.raises(UserError, match="a percentage from 0% to 100%"):
        share(stack(tmp_path, f"portcullis:deletions: {given}"))
