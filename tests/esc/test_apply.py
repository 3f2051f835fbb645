"""`portcullis esc diff`, `apply` and `list`: ESC is as the files have it, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.esc.project import ACCESS, KEYS, portcullis, write

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.support.esc import Esc

CANARY = "canary-0b6f3d"
KEPT = f"# said by a person\nvalues:\n  OPENAI_API_KEY:\n    fn::secret: {CANARY}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one group."""
    return write(tmp_path, {"esc/access.yaml": ACCESS, "esc/sophia/api-keys.yaml": KEYS})


def run(esc: Esc, root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `portcullis esc ...`; whatever it says, no value is in it."""
    done = portcullis(root, esc.environment({}), "esc", *arguments)
    assert CANARY not in done.stdout + done.stderr
    assert esc.token not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def names(esc: Esc) -> set[str]:
    """The environments that there are."""
    listed = esc.client().list_environments("acme").environments or []
    return {f"{each.project}/{each.name}" for each in listed}


def test_apply_makes_the_environments(fresh: Esc, root: Path) -> None:
    """S8: every group has an environment a stage; the stage's own imports them all."""
    for team in ("security-team", "developers"):
        fresh.team(team)
    before = run(fresh, root, "diff", "--expect-no-changes")
    assert before.returncode == 7
    assert "differs    sophia/api-keys-production: create it" in before.stdout
    assert names(fresh) == set()
    done = run(fresh, root, "apply")
    assert done.returncode == 0, done.stderr
    both = {f"sophia/{name}" for name in ("development", "production")}
    assert names(fresh) == both | {f"sophia/api-keys-{each[7:]}" for each in both}
    fresh.put("sophia/api-keys-production", KEPT)
    assert fresh.values("sophia/production") == {"OPENAI_API_KEY": CANARY}
    after = run(fresh, root, "diff", "--expect-no-changes")
    assert after.returncode == 0
    assert "sophia/api-keys-production: no value yet (portcullis secrets import): OTHER_KEY" in (
        after.stdout
    )


def test_values_stay(fresh: Esc, root: Path) -> None:
    """A value that is set in ESC is neither changed nor deleted by apply, nor is a comment."""
    fresh.put("sophia/api-keys-development", KEPT)
    opened = "opened:\n  FIRST: ${OPENAI_API_KEY}\n  OTHER: ${FIRST}\n"
    write(root, {"esc/sophia/api-keys.yaml": KEYS + opened})
    done = run(fresh, root, "apply")
    assert done.returncode != 0  # production lacks the value that FIRST refers to
    assert fresh.values("sophia/api-keys-development") == {
        "OPENAI_API_KEY": CANARY,
        "FIRST": CANARY,
        "OTHER": CANARY,
    }
    _, raw = fresh.client().get_environment("acme", "sophia", "api-keys-development")
    assert b"# said by a person" in raw


def test_a_secret_is_not_replaced_by_a_reference(fresh: Esc, root: Path) -> None:
    """Where ESC has a value and the file an expression, the value stays, and it is reported."""
    fresh.put("sophia/api-keys-development", KEPT)
    keys = "description: d\nstages: [development]\nopened: {OPENAI_API_KEY: '${x}'}\n"
    write(root, {"esc/sophia/api-keys.yaml": keys})
    done = run(fresh, root, "apply")
    assert "--delete sophia/api-keys-development:OPENAI_API_KEY" in done.stdout
    assert fresh.values("sophia/api-keys-development") == {"OPENAI_API_KEY": CANARY}


def test_only_what_is_named_is_deleted(fresh: Esc, root: Path) -> None:
    """What no file names is reported and stays, until a person names it."""
    fresh.put("sophia/old", "values: {a: 1}\n")
    fresh.put("elsewhere/base", "values: {a: 1}\n")
    fresh.put("sophia/api-keys-development", f"values: {{STALE: {{'fn::secret': {CANARY}}}}}\n")
    done = run(fresh, root, "apply")
    assert "sophia/old: no file names it: add one, or --delete sophia/old" in done.stdout
    assert "--delete sophia/api-keys-development:STALE" in done.stdout
    assert "elsewhere" not in done.stdout
    assert "sophia/old" in names(fresh)
    done = run(
        fresh,
        root,
        "apply",
        "--delete",
        "sophia/old",
        "--delete",
        "sophia/api-keys-development:STALE",
    )
    assert done.returncode == 0, done.stderr
    assert "sophia/old" not in names(fresh)
    assert fresh.values("sophia/api-keys-development") == {}


def test_list_is_masked(fresh: Esc, root: Path) -> None:
    """S12: every key is listed with how ESC has it, and the right to see values is not needed."""
    fresh.put("sophia/api-keys-development", f"{KEPT}  region: eu\n  copy: ${{OPENAI_API_KEY}}\n")
    environment = fresh.environment({}, fresh.login("ann", {"*/*": "read"}))
    done = portcullis(root, environment, "esc", "list")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "sophia/api-keys-development",
        "  secret     OPENAI_API_KEY  ******",
        "  plain      region  ******",
        "  reference  copy  ******",
    ]


def test_plain_text_is_named(fresh: Esc, root: Path) -> None:
    """A key whose value is not a secret in ESC is named, and its value is not shown."""
    fresh.put("sophia/api-keys-development", f"values: {{OPENAI_API_KEY: {CANARY}}}\n")
    assert "OPENAI_API_KEY is plain text in ESC" in run(fresh, root, "diff").stdout


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"PULUMI_ACCESS_TOKEN": ""}, "there is no access token"),
        ({"PULUMI_ACCESS_TOKEN": "pul-wrong"}, "ESC does not know the access token"),
        ({"PULUMI_BACKEND_URL": "http://esc.example"}, "allowed: https://"),
        ({"PULUMI_BACKEND_URL": "http://127.0.0.1:1"}, "cannot be reached"),
    ],
)
def test_not_logged_in(fresh: Esc, root: Path, change: dict[str, str], words: str) -> None:
    """Without a login, the message says what to do; it is no traceback."""
    done = portcullis(root, {**fresh.environment({}), **change}, "esc", "diff")
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "pul-wrong" not in done.stderr


def test_no_permission(fresh: Esc, root: Path) -> None:
    """A login that may not write gets an error that names the permission to ask for."""
    environment = fresh.environment({}, fresh.login("ann", {"*/*": "read"}))
    done = portcullis(root, environment, "esc", "apply")
    assert done.returncode == 1
    assert "no permission for this: ask for `write`" in done.stderr
