"""The stand-ins where the engine finds them: as executables on PATH.

Not by PULUMI_DEBUG_PROVIDERS: all providers of a program would share one process there, and the
protocol does not say on whose behalf a function is called. Two Vaults, or two tokens, would be
mixed up. From PATH the engine starts a process for each, as it does with the published plugins.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.stand_ins.stand_in import JOURNAL

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("vault", "aws")


@dataclass(frozen=True)
class Plugins:
    """Both plugins in a folder, and what they were asked to do."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Plugins:
        """Write the executables."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            file = folder / f"pulumi-resource-{name}"
            root, python = shlex.quote(str(ROOT)), shlex.quote(sys.executable)
            file.write_text(
                f"#!/bin/sh\nPYTHONPATH={root} exec {python} -m engine.stand_ins {name}\n",
                encoding="utf-8",
            )
            file.chmod(0o755)
        return cls(folder)

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return `base`, changed so that the engine finds the plugins, which keep a journal."""
        path = os.pathsep.join((str(self.folder), base.get("PATH", os.defpath)))
        return {**base, "PATH": path, JOURNAL: str(self._journal)}

    def calls(self, plugin: str) -> list[str]:
        """Return what the engine called, in order: `Configure`, or the token of a function."""
        return [
            entry.get("token", entry["call"]) for entry in self._entries(plugin) if "call" in entry
        ]

    def requests(self, plugin: str) -> list[str]:
        """Return what a plugin asked of its service, in order.

        Such as `GET kv/data/pypi`, or `ssm GetParameter /pypi`.
        """
        return [entry["request"] for entry in self._entries(plugin) if "request" in entry]

    def clear(self) -> None:
        """Forget what was called and asked so far."""
        self._journal.unlink(missing_ok=True)

    @property
    def _journal(self) -> Path:
        return self.folder / "journal.jsonl"

    def _entries(self, plugin: str) -> list[dict[str, str]]:
        if not self._journal.exists():
            return []
        lines = self._journal.read_text(encoding="utf-8").splitlines()
        return [entry for entry in map(json.loads, lines) if entry["plugin"] == plugin]
