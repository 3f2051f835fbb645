"""otterdog: an organization as code; it applies a whole one, and then finds nothing to change."""

from __future__ import annotations

import json
import os
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


def _lay_out(world: World, home: Path, organization: str) -> tuple[str, ...]:
    """Write what otterdog takes for granted of an organization; return how to call otterdog."""
    vendor = home / f"orgs/{organization}/vendor/defaults"
    vendor.mkdir(parents=True)
    shutil.copy(HERE / TEMPLATE, vendor / "defaults.libsonnet")
    settings = _settings(world.token, organization)
    (home / "otterdog.json").write_text(json.dumps(settings), encoding="utf-8")
    # -P: the files beside the script are no modules of otterdog's
    return (str(_python()), "-P", str(HERE / "otterdog_cli.py"))


def _variables(world: World) -> dict[str, str]:
    return {"OTTERDOG_GITHUB": world.base_url, "NO_COLOR": "1", "COLUMNS": "200"}


def importing(
    world: World, home: Path, organization: str
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the command that imports an organization, and its environment."""
    command = _lay_out(world, home, organization)
    how = ("import", "--force", "--local", "--no-web-ui", organization)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), **_variables(world)}
    return (*command, *how), environment


def run(world: World, home: Path) -> str:
    """Validate, apply and plan an organization; return otterdog's version."""
    command = _lay_out(world, home, "acme")
    shutil.copy(HERE / DECLARED, home / "orgs/acme/acme.jsonnet")
    shell = Shell(home, _variables(world))
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


def _settings(token: str, organization: str) -> dict[str, object]:
    template = f"https://github.com/{organization}/defaults#defaults.libsonnet@main"
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
        "organizations": [
            {"name": organization, "github_id": organization, "credentials": credentials}
        ],
    }
