"""How the engine was called: what it does not tell a policy pack, but its command line shows.

Processes above this one are seen on Linux only; an option is seen in its variable everywhere.
"""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

_CONFIG = "--policy-pack-config"
_CONFIG_VARIABLE = "PULUMI_OPTION_POLICY_PACK_CONFIG"
_SKIP, _SKIP_LETTER = "--skip-preview", "f"
_SKIP_VARIABLE = "PULUMI_OPTION_SKIP_PREVIEW"
_PREVIEWED_VARIABLE = "PORTCULLIS_PREVIEWED"
_BEFORE_VARIABLE = "PORTCULLIS_REACH_BEFORE"
_UPDATES = frozenset({"up", "update", "watch"})
_WITHOUT_VALUE = "defjry"
"""The one-letter options of `pulumi up` that take no value: others may stand behind them."""
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})
"""What Pulumi's command line reads as false: https://pkg.go.dev/strconv#ParseBool"""


def config_files() -> list[str]:
    """Return the policy config files that the engine was started with, as far as can be seen.

    The option goes before the variable. Both are returned: a file too many is only checked. Paths
    are relative to the folder of the engine, which is not the folder of the pack.

    Where they cannot be seen, run `python -m portcullis_policy.pulumi_pack.config FILE` before.
    """
    variable = [name for name in os.environ.get(_CONFIG_VARIABLE, "").split(",") if name]
    for arguments, folder in _processes_above():
        named = _values(arguments)
        if named or PurePath(arguments[0]).stem == "pulumi":
            return [str(folder / name) for name in [*named, *variable]]
    return variable


def skips_preview() -> bool:
    """Say whether the engine updates without a preview, as far as can be seen.

    Pulumi's Automation API always tells it so; `PORTCULLIS_PREVIEWED=true` says that a preview of
    the same change has passed before.
    """
    if os.environ.get(_PREVIEWED_VARIABLE, "0") not in _FALSE:
        return False
    if os.environ.get(_SKIP_VARIABLE, "0") not in _FALSE:
        return True
    return any(_skips(arguments) for arguments, _ in _processes_above())


def reach_before() -> object:
    """Return the fewest people for each goal before the change, as `portcullis` passes them.

    None: nobody has passed any. What is not JSON is returned as it is, and refused.
    """
    text = os.environ.get(_BEFORE_VARIABLE)
    if not text:
        return None
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text if found is None else found


def _processes_above() -> Iterator[tuple[list[str], Path]]:
    """Yield command line and folder of each process above this one, the nearest first."""
    process = os.getppid()
    while process > 1:
        try:
            arguments = Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8").split("\0")
            status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
            folder = Path(f"/proc/{process}/cwd").resolve()
        except (OSError, ValueError):
            return
        yield arguments, folder
        process = int(status.split("PPid:")[1].split()[0])


def _values(arguments: Sequence[str]) -> list[str]:
    """Return the values of the option for policy config files, in both of its forms."""
    pairs = zip(arguments, [*arguments[1:], ""], strict=True)
    values = [
        following if argument == _CONFIG else argument.removeprefix(f"{_CONFIG}=")
        for argument, following in pairs
        if argument == _CONFIG or argument.startswith(f"{_CONFIG}=")
    ]
    return [name for value in values for name in value.split(",") if name]


def _skips(arguments: Sequence[str]) -> bool:
    """Say whether a command line is an update of Pulumi's that skips its preview."""
    program, *rest = arguments
    if PurePath(program).stem != "pulumi" or not _UPDATES.intersection(rest):
        return False
    return "watch" in rest or any(_is_skip(argument) for argument in rest)


def _is_skip(argument: str) -> bool:
    name, _, value = argument.partition("=")
    if name.startswith("--"):
        return name == _SKIP and value not in _FALSE
    if not name.startswith("-"):
        return False
    before, found, _ = name[1:].partition(_SKIP_LETTER)
    return bool(found) and not before.strip(_WITHOUT_VALUE) and value not in _FALSE
