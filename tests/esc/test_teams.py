"""The access policies of `esc/access.yaml` are what teams at Pulumi may do with environments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pulumi_esc_sdk
import pytest

from portcullis.esc.connection import Account, EscError
from portcullis.esc.files import load
from portcullis.esc.teams import revoke, teams
from tests.esc.project import ACCESS, KEYS, portcullis, write

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.support.esc import Esc

CANARY = "canary-71d0aa"
KEPT = f"values:\n  OPENAI_API_KEY:\n    fn::secret: {CANARY}\n"
DEVELOPMENT = ("sophia/api-keys-development", "sophia/development")
PRODUCTION = ("sophia/api-keys-production", "sophia/production")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one group and two policies."""
    return write(tmp_path, {"esc/access.yaml": ACCESS, "esc/sophia/api-keys.yaml": KEYS})


@pytest.fixture
def staffed(fresh: Esc) -> Esc:
    """An ESC with the teams that the policies name."""
    for name in ("security-team", "developers"):
        fresh.team(name)
    return fresh


def run(
    esc: Esc, root: Path, *arguments: str, token: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `portcullis esc ...`; it ends without a traceback, and tells no token."""
    done = portcullis(root, esc.environment({}, token), "esc", *arguments)
    assert esc.token not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_apply_gives_the_teams_what_the_policies_say(staffed: Esc, root: Path) -> None:
    """Each team its level in its stages, said before and after; then nothing differs (S9)."""
    before = run(staffed, root, "diff", "--expect-no-changes")
    assert before.returncode == 7
    line = f"team developers: open {', '.join(DEVELOPMENT)}"
    assert f"differs    {line}\n" in before.stdout
    assert staffed.permissions("developers") == {}
    done = run(staffed, root, "apply")
    assert f"applied    {line}\n" in done.stdout, done.stderr
    assert staffed.permissions("developers") == dict.fromkeys(DEVELOPMENT, "open")
    wide = dict.fromkeys((*DEVELOPMENT, *PRODUCTION), "write")
    assert staffed.permissions("security-team") == wide
    assert run(staffed, root, "diff", "--expect-no-changes").returncode == 0


def test_the_policies_hold(staffed: Esc, root: Path) -> None:
    """A developer opens development, changes nothing there, and sees no production (S9)."""
    run(staffed, root, "apply")
    for stage in ("development", "production"):
        staffed.put(f"sophia/api-keys-{stage}", KEPT)
    ann = staffed.login("ann", teams=["developers"])
    assert staffed.values("sophia/development", ann) == {"OPENAI_API_KEY": CANARY}
    with pytest.raises(pulumi_esc_sdk.exceptions.NotFoundException):
        staffed.values("sophia/production", ann)
    with pytest.raises(pulumi_esc_sdk.exceptions.ForbiddenException):
        staffed.client(ann).delete_environment("acme", "sophia", "development")
    sue = staffed.login("sue", teams=["security-team"])
    assert staffed.values("sophia/production", sue) == {"OPENAI_API_KEY": CANARY}


def test_a_level_that_somebody_changed_is_set_again(staffed: Esc, root: Path) -> None:
    """Too much or too little; what else was set of the permission stays (S9)."""
    run(staffed, root, "apply")
    there = {"projectName": "sophia", "envName": "development", "maxOpenDuration": "1h0m0s"}
    changed = {"editEnvironmentPermission": {**there, "permission": "write"}}
    staffed.request("PATCH", "teams/developers", changed)
    said = run(staffed, root, "diff").stdout
    assert "differs    team developers: open instead of write sophia/development\n" in said
    run(staffed, root, "apply")
    found = staffed.request("GET", "teams/developers")["environments"]
    assert {**there, "permission": "open"} in found


def test_what_no_policy_says_is_reported_and_stays_until_it_is_named(
    staffed: Esc, root: Path
) -> None:
    """A permission beyond the policies is reported; only a person takes it away (S9)."""
    run(staffed, root, "apply")
    staffed.put("elsewhere/base", "values: {}\n")
    for project, name in (("sophia", "production"), ("elsewhere", "base")):
        given = {"projectName": project, "envName": name, "permission": "open"}
        staffed.request("PATCH", "teams/developers", {"addEnvironmentPermission": given})
    said = run(staffed, root, "apply").stdout
    assert "note       team developers: may open sophia/production, and no policy grants it" in said
    assert "elsewhere" not in said
    assert staffed.permissions("developers")["sophia/production"] == "open"
    done = run(staffed, root, "apply", "--revoke", "developers:sophia/production")
    assert "revoked    developers:sophia/production\n" in done.stdout
    assert "sophia/production" not in staffed.permissions("developers")
    assert staffed.permissions("developers")["elsewhere/base"] == "open"


def test_the_highest_of_two_policies_counts(staffed: Esc, root: Path) -> None:
    """A team that two policies name has the higher level where both apply (S9)."""
    more = "  on-call: {teams: [developers], stages: [development, production], level: write}\n"
    write(root, {"esc/access.yaml": ACCESS + more})
    run(staffed, root, "apply")
    assert staffed.permissions("developers") == dict.fromkeys((*DEVELOPMENT, *PRODUCTION), "write")


def test_a_team_that_is_not_there_is_reported(fresh: Esc, root: Path) -> None:
    """The rest is done, and what a person has to create is reported (S9)."""
    fresh.team("developers")
    done = run(fresh, root, "apply")
    assert done.returncode == 0, done.stderr
    assert "note       team security-team: acme has none at Pulumi" in done.stdout
    assert "no differences" not in done.stdout
    assert fresh.permissions("developers") == dict.fromkeys(DEVELOPMENT, "open")


def test_who_may_not_change_teams_is_reported(staffed: Esc, root: Path) -> None:
    """What is to be asked for, and from whom; environments were made before (S9)."""
    writer = staffed.login("will", {"sophia/*": "write"})
    done = run(staffed, root, "apply", token=writer)
    assert done.returncode == 1
    assert "your token may not change teams: ask an administrator" in done.stderr
    assert staffed.permissions("developers") == {}


@pytest.mark.parametrize("named", ["developers", "developers:sophia", ":sophia/a", "a:/b"])
def test_what_to_revoke_is_named_whole(staffed: Esc, root: Path, named: str) -> None:
    """A mistake in the name takes nothing away, and says how it is written (S9)."""
    done = run(staffed, root, "apply", "--revoke", named)
    assert done.returncode == 1
    assert "--revoke: allowed: <team>:<project>/<environment>" in done.stderr


def test_what_is_not_there_is_reported_after_all_else(staffed: Esc, root: Path) -> None:
    """A run that was interrupted can be repeated: what is gone already stops nothing (S9)."""
    run(staffed, root, "apply")
    given = {"projectName": "sophia", "envName": "production", "permission": "open"}
    staffed.request("PATCH", "teams/developers", {"addEnvironmentPermission": given})
    staffed.put("sophia/old", "values: {}\n")
    gone = ["--revoke", "nobody:sophia/a", "--delete", "sophia/none", "--delete", "sophia/old:KEY"]
    there = ["--revoke", "developers:sophia/production", "--delete", "sophia/old"]
    done = run(staffed, root, "apply", *gone, *there)
    assert done.returncode == 1
    for each in ("--revoke nobody:sophia/a", "--delete sophia/none", "--delete sophia/old:KEY"):
        assert each in done.stderr
    assert "revoked    developers:sophia/production\n" in done.stdout
    assert "deleted    sophia/old\n" in done.stdout
    assert "sophia/production" not in staffed.permissions("developers")


def test_a_mistake_in_a_name_comes_before_anything_is_taken_away(staffed: Esc, root: Path) -> None:
    """All names are read first (S9)."""
    staffed.put("sophia/old", "values: {}\n")
    done = run(staffed, root, "apply", "--delete", "sophia/old", "--revoke", "developers")
    assert done.returncode == 1
    assert staffed.client().get_environment("acme", "sophia", "old")


def test_what_a_policy_gives_is_not_revoked(staffed: Esc, root: Path) -> None:
    """It would be given again at once, without what else was set of it (S9)."""
    run(staffed, root, "apply")
    done = run(staffed, root, "apply", "--revoke", "developers:sophia/development")
    assert done.returncode == 1
    assert "a policy in esc/access.yaml gives it" in done.stderr
    assert staffed.permissions("developers")["sophia/development"] == "open"


def test_a_team_that_leaves_the_policies_is_reported(staffed: Esc, root: Path) -> None:
    """What it still may do differs from the files, until a person takes it away (S9)."""
    run(staffed, root, "apply")
    write(root, {"esc/access.yaml": "".join(ACCESS.splitlines(keepends=True)[:3])})
    done = run(staffed, root, "diff", "--expect-no-changes")
    assert done.returncode == 7
    assert "note       team developers: may open sophia/development" in done.stdout
    assert "no differences" not in done.stdout


def test_the_highest_level_is_kept_and_known(staffed: Esc, root: Path) -> None:
    """`admin` is Pulumi's own level: a policy may give it, and lowering it is reported (S9)."""
    run(staffed, root, "apply")
    there = {"projectName": "sophia", "envName": "production", "permission": "admin"}
    staffed.request("PATCH", "teams/security-team", {"editEnvironmentPermission": there})
    said = run(staffed, root, "diff").stdout
    assert "differs    team security-team: write instead of admin sophia/production\n" in said
    write(root, {"esc/access.yaml": ACCESS.replace("level: write", "level: admin")})
    lower = "team security-team: admin instead of write "
    raised = run(staffed, root, "diff").stdout.partition(lower)[2].partition("\n")[0]
    assert set(raised.split(", ")) == {*DEVELOPMENT, "sophia/api-keys-production"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_token_with_a_line_s_end_is_taken_without_it(staffed: Esc, root: Path, end: str) -> None:
    """As files end; it stands in no complaint (S1)."""
    assert run(staffed, root, "diff", token=f"{staffed.token}{end}").returncode == 0


def test_a_token_that_is_none_is_not_shown(staffed: Esc, root: Path) -> None:
    """Clients would quote it in their complaints (S1)."""
    done = run(staffed, root, "diff", token=f"{CANARY} \N{SNOWMAN}")
    assert done.returncode == 1
    assert "the access token for" in done.stderr
    assert CANARY not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(302, headers={"location": "https://elsewhere.example"}), "answered 302"),
        (httpx.Response(200), "is the address right"),
        (httpx.Response(500, text=CANARY), "answered 500"),
        (httpx.Response(429), "too many requests"),
        (ImportError("socks"), "cannot be reached (ImportError)"),
        (httpx.InvalidURL("x"), "cannot be reached (InvalidURL)"),
        (FileNotFoundError("ca.pem"), "cannot be reached (FileNotFoundError)"),
    ],
)
def test_what_does_not_reach_pulumi_is_reported(
    monkeypatch: pytest.MonkeyPatch, root: Path, answer: httpx.Response | Exception, words: str
) -> None:
    """A redirect and a proxy's answer too: nothing is taken for done (S9)."""

    def request(*_args: object, **_more: object) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(httpx, "request", request)
    account = Account("https://esc.example", "token")
    with pytest.raises(EscError, match=re.escape(words)) as reported:
        teams(account, load(root))
    assert CANARY not in str(reported.value)
    if not (isinstance(answer, httpx.Response) and answer.is_success):
        with pytest.raises(EscError, match=re.escape(words)):
            revoke(account, "acme", "developers", "sophia/production")


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"teams": 5},
        {"teams": [], "environments": [{}]},
        {"teams": [], "environments": ["x"]},
        {"teams": [], "environments": 5},
        None,
    ],
)
def test_what_is_no_answer_of_pulumis_is_reported(
    monkeypatch: pytest.MonkeyPatch, root: Path, answer: object
) -> None:
    """Whatever stands there: in words, and nothing is changed (S9)."""
    given = (
        httpx.Response(200, json=answer) if answer is not None else httpx.Response(200, text="{")
    )
    monkeypatch.setattr(httpx, "request", lambda *_args, **_more: given)
    with pytest.raises(EscError, match="is the address right"):
        teams(Account("https://esc.example", "token"), load(root))
