"""The practice organization, fed from a real Vault: `make up SECRETS=vault`.

The same organization as in stack `dev`, in a copy of the project below `.portcullis/vault`: each
reference to the stack's config is one to Vault there. A Vault is started if none runs, and has the
same dummies. Where the engine was built from source, the plugin of
pulumi-vault is not available, and the engine's stand-in takes its place.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import hvac
from ruamel.yaml import YAML

import engine
from engine.stand_ins.on_path import Plugins
from portcullis.project import PRACTICE_PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


ROOT = Path(__file__).resolve().parents[2]
PARTS = ("__main__.py", "Pulumi.yaml", "components", "workflows", "policy", "portcullis", "engine")
PATH = "secret/guild"
PORT = "8931"
PATIENCE_SECONDS = 20.0


def main(arguments: Sequence[str]) -> int:
    """Run `portcullis` with these arguments in the copy; `down` ends the Vault too."""
    folder = Path(os.environ.get("PORTCULLIS_PRACTICE") or ROOT / ".portcullis" / "vault")
    ready = folder / "vault.json"
    tools = engine.ensure()
    environment = tools.environment(os.environ)
    dummies = _dummies(environment)
    lay_out(folder, dummies)
    if list(arguments) == ["down"]:
        stop(ready)
    else:
        vault = running(ready) or _start(ready)
        client = hvac.Client(vault["address"], token=vault["root_token"])
        client.session.trust_env = False
        environment |= {"VAULT_ADDR": vault["address"], "VAULT_TOKEN": _fill(client, dummies)}
        if tools.origin is engine.Origin.BUILT:
            environment = Plugins.make(folder / "plugins").environment(environment)
        print(f"vault      {vault['address']} ({PATH}, {len(dummies)} values)", flush=True)  # noqa: T201 - a command
    environment |= {"PYTHONPATH": str(folder), "PORT": os.environ.get("PORT") or PORT}
    command = [sys.executable, "-m", "portcullis", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, check=False)  # noqa: S603 - our own
    return done.returncode


def lay_out(folder: Path, dummies: Mapping[str, str]) -> None:
    """Make the copy: links to the program, and an organization that refers to Vault."""
    (folder / "orgs").mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        if not (folder / part).exists():
            (folder / part).symlink_to(ROOT / part)
    if not (folder / ".venv").exists():
        (folder / ".venv").symlink_to(sys.prefix)
    text = (ROOT / "orgs" / "guild.yaml").read_text(encoding="utf-8")
    (folder / "orgs" / "guild.yaml").write_text(referring(text), encoding="utf-8")
    yaml = YAML()
    settings = yaml.load(ROOT / "Pulumi.dev.yaml")
    for key in dummies:
        settings["config"].pop(f"portcullis:{key}", None)
    with (folder / "Pulumi.dev.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(settings, file)


def referring(text: str) -> str:
    """Return an organization's YAML with references to Vault instead of the stack's config."""
    return re.sub(r"\{config: (\w+)\}", rf"{{vault: {PATH}, key: \1}}", text)


def _dummies(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the values of stack `dev`, which are public; by their keys."""
    state = ROOT / ".portcullis" / "state"
    state.mkdir(parents=True, exist_ok=True)
    environment = {
        **environment,
        "PULUMI_BACKEND_URL": state.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PRACTICE_PASSPHRASE,
    }

    def pulumi(*arguments: str) -> str:
        command = ["pulumi", *arguments, "--stack", "dev", "--non-interactive"]
        done = subprocess.run(  # noqa: S603 - no shell, and nothing secret among the arguments
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"pulumi {arguments[0]} failed:\n{done.stderr}")
        return done.stdout

    pulumi("stack", "select", "--create")  # a fresh clone has no stack yet
    found = json.loads(pulumi("config", "--show-secrets", "--json"))
    return {
        key.removeprefix("portcullis:"): entry["value"]
        for key, entry in found.items()
        if entry["secret"] and key.startswith("portcullis:")
    }


def _fill(client: hvac.Client, dummies: Mapping[str, str]) -> str:
    """Write the values, if they are not there; a token that may read them and nothing else."""
    mount, path = PATH.split("/")
    mounts = client.adapter.get("/v1/sys/mounts")
    if f"{mount}/" not in mounts["data"]:
        client.sys.enable_secrets_engine("kv", path=mount, options={"version": "2"})
        client.secrets.kv.v2.configure(mount_point=mount)
        client.secrets.kv.v2.create_or_update_secret(path, secret=dict(dummies), mount_point=mount)
        rule = f'path "{mount}/data/{path}" {{ capabilities = ["read", "create", "update"] }}'
        client.sys.create_or_update_policy("practice", rule)
    made: str = client.auth.token.create(policies=["practice"])["auth"]["client_token"]
    return made


def running(ready: Path) -> dict[str, str] | None:
    """Return the Vault of an earlier run, if it still answers."""
    try:
        vault: dict[str, str] = json.loads(ready.read_text(encoding="utf-8"))
        client = hvac.Client(vault["address"], token=vault["root_token"], timeout=5)
        client.session.trust_env = False
        return vault if client.is_authenticated() else None
    except (OSError, ValueError):
        return None


def _start(ready: Path) -> dict[str, str]:
    ready.unlink(missing_ok=True)
    with (ready.parent / "vault.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - the Vault that the engine has built
            [engine.ensure_vault(), "-ready-file", ready],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (ready.parent / "vault.pid").write_text(str(process.pid), encoding="utf-8")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if vault := running(ready):
            return vault
        time.sleep(0.05)
    raise SystemExit(f"the Vault did not start: {ready.parent / 'vault.log'} says why")


def stop(ready: Path) -> None:
    """End the Vault, if one runs; all that is in it is gone."""
    if running(ready):
        pid = int((ready.parent / "vault.pid").read_text(encoding="utf-8"))
        os.kill(pid, signal.SIGTERM)
    ready.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
