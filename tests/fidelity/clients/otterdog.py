"""otterdog: an organization as code; it applies a whole one, and then finds nothing to change."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fidelity.clients.running import ClientError, Shell, cache

if TYPE_CHECKING:
    from tests.support.sandbox import World

HERE = Path(__file__).parent
VERSION = "1.7.0"
TEMPLATE = "otterdog-defaults.libsonnet"
DECLARED = "otterdog-acme.jsonnet"


def _python() -> Path:
    """Return the Python of otterdog's own virtual environment; made once."""
    folder = cache(f"otterdog-{VERSION}")
    done = folder / "done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, f"otterdog=={VERSION}"], check=True)
        done.touch()
    return folder / "bin/python"


def run(world: World, home: Path) -> str:
    """Validate, apply and plan an organization; return otterdog's version."""
    python = _python()
    vendor = home / "orgs/acme/vendor/defaults"
    vendor.mkdir(parents=True)
    shutil.copy(HERE / TEMPLATE, vendor / "defaults.libsonnet")
    shutil.copy(HERE / DECLARED, home / "orgs/acme/acme.jsonnet")
    (home / "otterdog.json").write_text(json.dumps(_settings(world.token)), encoding="utf-8")
    shell = Shell(home, {"OTTERDOG_GITHUB": world.base_url, "NO_COLOR": "1", "COLUMNS": "200"})
    # -P: the files beside the script are no modules of otterdog's
    command = (python, "-P", HERE / "otterdog_cli.py")
    shell.run(*command, "validate", "--local", "acme", expected=["Validation succeeded"])
    how = ("--local", "--no-web-ui", "acme")
    planned = shell.run(*command, "plan", *how)
    if "0 to add" in planned:
        raise ClientError(f"otterdog plans nothing:\n{planned}")
    shell.run(*command, "apply", "--force", *how, expected=["Done.", "0 live resources ignored"])
    shell.run(*command, "plan", *how, expected=["0 to add, 0 to change, 0 to delete"])
    shell.run(*command, "show-live", *how, expected=['repository[name="vault"]'])
    assert world.secret("TOKEN", repository="acme/widget") == "canary-otterdog"
    return VERSION


def _settings(token: str) -> dict[str, object]:
    template = "https://github.com/acme/defaults#defaults.libsonnet@main"
    credentials = {
        "provider": "plain",
        "api_token": token,
        "username": "ana",
        "password": "unused",
        "twofa_seed": "unused",
    }
    return {
        "defaults": {
            "jsonnet": {"base_template": template, "config_dir": "orgs"},
            "github": {"config_repo": ".otterdog"},
        },
        "organizations": [{"name": "acme", "github_id": "acme", "credentials": credentials}],
    }
