"""Which double answers which action: `tests/release/actions/OWNER/NAME/action.yml`.

Each double is a small composite action with the real one's inputs; its description says what it
leaves out. `inputs.yaml` beside them has the real actions' inputs by commit.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parents[1] / "actions"


class NoDouble(Exception):  # noqa: N818 - a mistake of a workflow, or of a double
    """A step uses what has no double, or an input that the action does not have."""


def real_inputs() -> dict[str, list[str]]:
    """Return the inputs of the real actions, by `owner/name@commit`."""
    loaded: dict[str, list[str]] = YAML(typ="safe").load(FOLDER / "inputs.yaml")
    return loaded


def load(action: str) -> dict[str, Any]:
    """Return the double of an action, `owner/name`.

    Raises:
        NoDouble: There is none.
    """
    file = FOLDER / action / "action.yml"
    if not file.is_file():
        raise NoDouble(f"{action}: there is no double in {FOLDER.name}/{action}")
    loaded: dict[str, Any] = YAML(typ="safe").load(file)
    return loaded


def used(job: dict[str, Any]) -> Iterator[str]:
    """Yield what the steps of a job use, each with its commit.

    act would fetch an action without a double from github.com, and does not look at inputs.

    Raises:
        NoDouble: A step uses an action or an input that is not there.
    """
    known = real_inputs()
    for step in job.get("steps", []):
        if "uses" not in step:
            continue
        uses = step["uses"]
        if uses not in known:
            raise NoDouble(f"{uses}: inputs.yaml does not have this commit")
        inputs = load(uses.partition("@")[0])["inputs"]
        unknown = sorted(step.get("with", {}).keys() - inputs.keys())
        if unknown:
            raise NoDouble(f"{uses}: the double has no input {', '.join(unknown)}")
        yield uses


def places(job: dict[str, Any]) -> list[str]:
    """Return act's options that lead from each action of a job to its double."""
    found = dict.fromkeys(used(job))
    return [
        part
        for uses in found
        for part in ("--local-repository", f"{uses}={FOLDER / uses.partition('@')[0]}")
    ]
