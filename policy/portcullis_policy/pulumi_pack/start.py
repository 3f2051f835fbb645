"""What the pack is started with: levels, parameters and profile of the stack's configuration.

Pulumi tells a policy pack the stack's configuration by a call, older versions by a variable. Two
keys of it are read: `portcullis:policyProfile`, and `portcullis:policy`, written as a policy config
file is. A policy config file goes before both.
"""

import atexit
import gc
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from portcullis_policy.judge import utc_today
from portcullis_policy.profiles import PROFILES
from portcullis_policy.pulumi_pack.config import (
    UNREADABLE,
    check_content,
    read_json,
    why_unreadable,
)
from portcullis_policy.pulumi_pack.engine_call import config_files
from portcullis_policy.pulumi_pack.weakened import LEVEL, Weakened, listed, weakened
from portcullis_policy.registry import RULES
from portcullis_policy.rule import Rule
from portcullis_policy.settings import PACK_RULE, PROFILE

POLICY_KEY = "portcullis:policy"
PROFILE_KEY = "portcullis:policyProfile"
_VARIABLE = "PULUMI_CONFIG"


@dataclass(frozen=True, slots=True)
class Start:
    """What holds where the policy config file says nothing.

    Attributes:
        profile: one of PROFILES, or None.
        levels: level by rule id.
        parameters: parameters by rule id.
        weakened: what the stack's configuration and the policy config files weaken together.
    """

    profile: str | None = None
    levels: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    weakened: tuple[Weakened, ...] = ()


def collect_rarely() -> None:
    """Let Python look for garbage rarely: nearly all that a run makes stays until its end.

    Looking through it took a third of the time on 1,000 repositories, and freed nothing. At the
    end, Python does not look through it either.
    """
    gc.set_threshold(100_000, 50, 100)
    atexit.register(gc.freeze)


def begin(
    rules: Sequence[Rule] = RULES,
    config: Mapping[str, str] | None = None,
    files: Sequence[str] | None = None,
) -> Start:
    """Return what the pack is started with.

    Args:
        rules: the catalogue.
        config: the stack's configuration; None: as an older engine shows it, in a variable.
        files: policy config files; None: those that the engine was started with.

    Raises:
        SystemExit: with everything that is wrong in the stack's configuration or in the policy
            config file, so that the engine reports that the pack did not start.
    """
    wrong = []
    contents: list[tuple[str, object]] = []
    named = config_files() if files is None else files
    for where, file in ((f"policy config {name}", Path(name)) for name in named):
        try:
            contents.append((where, read_json(file.read_text(encoding="utf-8"))))
        except UNREADABLE as error:
            wrong.append(f"{where}: {why_unreadable(error)}")
    stack, unreadable = _stack_configuration(config)
    contents.append((f"stack config {POLICY_KEY}", stack.get(POLICY_KEY, {})))
    wrong += unreadable
    for where, content in contents:
        wrong += [f"{where}: {problem}" for problem in check_content(content, rules)]
    profile = stack.get(PROFILE_KEY)
    if profile is not None and profile not in PROFILES:
        wrong.append(f"stack config {PROFILE_KEY}: allowed: {', '.join(PROFILES)}")
    entries = _entries(stack.get(POLICY_KEY))
    weaker, undated = weakened(
        _together(profile, [c for _, c in reversed(contents)]), rules, utc_today()
    )
    wrong += [f"policy configuration: {problem}" for problem in undated]
    if wrong:
        raise SystemExit(listed(wrong))
    for _, content in contents:
        said = _object(_object(content).get(PACK_RULE)).get(PROFILE.name)
        if isinstance(said, str):
            profile = said  # files come first
            break
    return Start(
        profile if isinstance(profile, str) else None,
        {rule: str(entry[LEVEL]) for rule, entry in entries.items() if LEVEL in entry},
        {
            rule: {key: value for key, value in entry.items() if key != LEVEL}
            for rule, entry in entries.items()
        },
        tuple(weaker),
    )


def _together(profile: object, contents: Sequence[object]) -> dict[str, object]:
    """Return what holds: later contents go before earlier ones, field by field."""
    whole: dict[str, dict[str, object]] = {}
    if profile is not None:
        whole[PACK_RULE] = {PROFILE.name: profile}
    for content in contents:
        for rule, entry in _entries(content).items():
            whole[rule] = {**whole.get(rule, {}), **entry}
    return {**whole}


def _entries(content: object) -> dict[str, dict[str, object]]:
    """Return a policy configuration with an object for each rule."""
    return {
        rule: entry if isinstance(entry, dict) else {LEVEL: entry}
        for rule, entry in _object(content).items()
    }


def _stack_configuration(
    config: Mapping[str, str] | None,
) -> tuple[dict[str, object], list[str]]:
    """Return our two keys of the stack's configuration, and what cannot be read of them."""
    try:
        shown = config or json.loads(os.environ.get(_VARIABLE) or "{}")
        all_ = _object(dict(shown) if config else shown)
    except ValueError:
        return {}, []
    found: dict[str, object] = {key: all_[key] for key in (PROFILE_KEY,) if key in all_}
    text = all_.get(POLICY_KEY)
    if text is None:
        return found, []
    try:
        found[POLICY_KEY] = json.loads(text) if isinstance(text, str) else text
    except UNREADABLE as error:
        return found, [f"stack config {POLICY_KEY}: {why_unreadable(error)}"]
    return found, []


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
