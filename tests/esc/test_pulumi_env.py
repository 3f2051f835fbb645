"""The real `pulumi env` works against the stand-in for ESC, unchanged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.support.esc import Esc

CANARY = "canary-7d1f0c"


def run(esc: Esc, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command that has to go well."""
    done = esc.pulumi("env", *arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done


def opened(esc: Esc, environment: str) -> Any:  # noqa: ANN401 - any JSON
    """What `pulumi env open` prints."""
    return json.loads(run(esc, "open", environment).stdout)


def test_from_init_to_rm(esc: Esc) -> None:
    """`init`, `ls`, `set`, `get`, `open` and `rm` do what they do with Pulumi's own service."""
    name = "acme/first/development"
    run(esc, "init", name)
    assert name in run(esc, "ls").stdout.splitlines()
    run(esc, "set", name, "--secret", "service.key", CANARY)
    run(esc, "set", name, "service.port", "7")
    assert opened(esc, name) == {"service": {"key": CANARY, "port": 7}}
    assert run(esc, "open", name, "service.key").stdout.strip() == f'"{CANARY}"'
    shown = run(esc, "get", name)
    assert "ciphertext" in shown.stdout
    assert CANARY not in shown.stdout + shown.stderr
    assert CANARY in run(esc, "get", name, "--show-secrets").stdout
    run(esc, "rm", name, "--yes")
    assert name not in run(esc, "ls").stdout.splitlines()


def test_imports_of_a_pinned_revision(esc: Esc, tmp_path: Path) -> None:
    """An import that is pinned by `@stable` keeps its value until the tag is moved (S8)."""
    run(esc, "init", "acme/pinned/base")
    for value in ("one", "two"):
        run(esc, "set", "acme/pinned/base", "--secret", "key", value)
    run(esc, "version", "tag", "acme/pinned/base@stable", "@2")
    file = tmp_path / "top.yaml"
    file.write_text("imports:\n  - pinned/base@stable\nvalues:\n  copy: ${key}\n")
    run(esc, "init", "acme/pinned/top", "--file", str(file))
    assert opened(esc, "acme/pinned/top") == {"key": "one", "copy": "one"}
    run(esc, "version", "tag", "acme/pinned/base@stable", "@3")
    assert opened(esc, "acme/pinned/top") == {"key": "two", "copy": "two"}


def test_history(esc: Esc) -> None:
    """Each change is a revision that can be shown, opened, tagged and gone back to."""
    name = "acme/history/base"
    run(esc, "init", name)
    run(esc, "set", name, "key", "old")
    run(esc, "set", name, "key", "new")
    assert "revision 3 (tag: latest)" in run(esc, "version", "history", name).stdout
    run(esc, "version", "tag", f"{name}@before", "@2")
    assert "before" in run(esc, "version", "tag", "ls", name).stdout
    assert opened(esc, f"{name}@before") == {"key": "old"}
    run(esc, "version", "rollback", f"{name}@before")
    assert opened(esc, name) == {"key": "old"}
    assert "revision 4 (tag: latest)" in run(esc, "version", "history", name).stdout


def test_edit_from_a_file(esc: Esc, tmp_path: Path) -> None:
    """`env edit --file` takes a definition; one with a mistake changes nothing, and says where."""
    name = "acme/edited/base"
    run(esc, "init", name)
    file = tmp_path / "base.yaml"
    file.write_text(f"values:\n  key:\n    fn::secret: {CANARY}\n")
    run(esc, "edit", name, "--file", str(file))
    assert opened(esc, name) == {"key": CANARY}
    file.write_text("values:\n  key: ${nowhere}\n")
    done = esc.pulumi("env", "edit", name, "--file", str(file))
    assert 'unknown property "nowhere"' in done.stderr
    assert opened(esc, name) == {"key": CANARY}


def test_tags(esc: Esc) -> None:
    """Tags of an environment are set, renamed and listed."""
    name = "acme/tagged/base"
    run(esc, "init", name)
    run(esc, "tag", name, "owner", "security-team")
    run(esc, "tag", "mv", name, "owner", "keeper")
    listed = run(esc, "tag", "ls", name).stdout
    assert "Name: keeper\nValue: security-team" in listed


def test_login(esc: Esc) -> None:
    """`pulumi login` takes the token, and `whoami` says whose it is; a wrong one is refused."""
    assert esc.pulumi("whoami", token=esc.login("ann", {})).stdout.strip() == "ann"
    refused = esc.pulumi("login", esc.address, token="pul-wrong")
    assert refused.returncode != 0
    assert "pul-wrong" not in refused.stdout + refused.stderr
