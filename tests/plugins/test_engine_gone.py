"""A plugin ends with the engine that started it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTER = """
import subprocess, sys, time
plugin = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
plugin.stdout.readline()
print("serves", flush=True)
time.sleep(600)
"""
"""An engine that starts a plugin, and waits for its port."""


def test_a_plugin_ends_when_the_engine_is_killed() -> None:
    """After `kill -9` of the engine no plugin is left: its output closes with it."""
    plugin = [sys.executable, "-m", "engine.stand_ins", "vault"]
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, *plugin],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,  # the plugin inherits it, and holds it open while it lives
        text=True,
    ) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "serves\n"
        starter.kill()
        starter.communicate(timeout=60)
