"""How the engine was called, as far as its command line shows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from portcullis_policy.pulumi_pack import engine_call

SKIPPING = [
    "pulumi up --skip-preview",
    "/opt/bin/pulumi up --yes --skip-preview --stack dev",
    "pulumi update -f",
    "pulumi up -yf",
    "pulumi -C folder up --skip-preview=true",
    "pulumi up --skip-preview=1 --policy-pack policy",
    "pulumi watch",
]
NOT_SKIPPING = [
    "pulumi up",
    "pulumi up --yes --stack dev",
    "pulumi up --skip-preview=false",
    "pulumi up -y=true -s-f",
    "pulumi up -sstaff --message=-f",
    "pulumi preview --skip-preview",
    "pulumi refresh --yes --skip-preview",
    "pulumi import --skip-preview",
    "bash -f up",
    "python -m portcullis up --skip-preview",
]


@pytest.mark.parametrize("line", SKIPPING)
def test_an_update_without_preview_is_recognized(
    monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    """C3: in each form in which Pulumi takes the option, from any process above."""
    _called(monkeypatch, "language-host --x", line, "bash")
    assert engine_call.skips_preview()


@pytest.mark.parametrize("line", NOT_SKIPPING)
def test_nothing_else_is(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """C3: previews, refreshes, and letters that stand in a value."""
    _called(monkeypatch, line)
    assert not engine_call.skips_preview()


@pytest.mark.parametrize("value", ["true", "1", "false"])
def test_the_variable_says_it_too(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """C3: Pulumi takes every option from a variable."""
    _called(monkeypatch, "pulumi up")
    monkeypatch.setenv("PULUMI_OPTION_SKIP_PREVIEW", value)
    assert engine_call.skips_preview() is (value != "false")


def test_a_preview_in_an_earlier_step_can_be_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """C3: as Pulumi's Automation API always skips the CLI's own."""
    _called(monkeypatch, "pulumi up --skip-preview")
    monkeypatch.setenv("PORTCULLIS_PREVIEWED", "true")
    assert not engine_call.skips_preview()


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("pulumi up --policy-pack-config a.json", ["/folder/a.json"]),
        ("pulumi up --policy-pack-config=a.json,b.json", ["/folder/a.json", "/folder/b.json"]),
        ("pulumi up --policy-pack policy", []),
    ],
)
def test_policy_config_files(monkeypatch: pytest.MonkeyPatch, line: str, files: list[str]) -> None:
    """C3: relative to the folder in which the engine was started."""
    monkeypatch.delenv("PULUMI_OPTION_POLICY_PACK_CONFIG", raising=False)
    _called(monkeypatch, "language-host", line)
    assert engine_call.config_files() == files


def test_a_variable_hides_no_policy_config_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """C3: the option goes before the variable, so that both are checked, from the same folder."""
    monkeypatch.setenv("PULUMI_OPTION_POLICY_PACK_CONFIG", "a.json,/etc/b.json")
    _called(monkeypatch, "language-host", "pulumi up --policy-pack-config weak.json")
    assert engine_call.config_files() == ["/folder/weak.json", "/folder/a.json", "/etc/b.json"]
    _called(monkeypatch, "language-host", "/opt/bin/pulumi up")
    assert engine_call.config_files() == ["/folder/a.json", "/etc/b.json"]


def _called(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Let these be the command lines of the processes above, the nearest first."""
    found = [(line.split(), Path("/folder")) for line in lines]
    monkeypatch.setattr(engine_call, "_processes_above", lambda: iter(found))
