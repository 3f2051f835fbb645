"""Mistakes on the command line, in seeds, at the control interface: reported, never a crash."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.__main__ import MISUSE, main
from sandbox.api.http import Request, json_bytes
from sandbox.control import control
from sandbox.world.worlds import Sandbox as Worlds
from tests.sandbox.conftest import ACME
from tests.support.keys import app_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.sandbox import Sandbox, World

OPTIONS = [
    (("--host", "0.0.0.0"), "--allow-remote"),  # noqa: S104 - it is refused
    (("--host", ""), "--host '' would let other machines in"),
    (("--host", "127.0.0.1:80"), "use 127.0.0.1"),
    (("--host", "nope.invalid", "--allow-remote"), "cannot listen on nope.invalid"),
    (("--host", "\u00e9" * 70, "--allow-remote"), "cannot listen on \u00e9"),
    (("--port", "99999"), "cannot listen on 127.0.0.1 port 99999"),
    (("--port", "-1"), "cannot listen on 127.0.0.1 port -1"),
    (("--port", "TAKEN"), "Address already in use"),
    (("--state", "FILE"), "cannot be used: File exists"),
    (("--state", "FILE/below"), "cannot be used: Not a directory"),
    (("--state", "DAMAGED"), "holds a damaged database"),
    (("--state", "KEY"), "master.key is no key of 32 bytes"),
    (("--seed", "FOLDER"), "cannot be read: Is a directory"),
    (("--seed", "FOLDER/none.yaml"), "cannot be read: No such file"),
    (("--seed", "DAMAGED/sandbox.sqlite"), "not YAML: it is no text"),
    (("--port", "0", "--ready-file", "FOLDER"), "--ready-file"),
]


@pytest.mark.parametrize(("options", "message"), OPTIONS, ids=[row[1] for row in OPTIONS])
def test_a_bad_option_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], message: str
) -> None:
    """The sandbox does not start, and says why (C2)."""
    for name in ("FOLDER", "DAMAGED", "KEY"):
        (tmp_path / name).mkdir()
    (tmp_path / "FILE").touch()
    (tmp_path / "DAMAGED/sandbox.sqlite").write_bytes(b"\0\xffno database" * 100)
    (tmp_path / "KEY/master.key").write_text("short")
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        places = {"TAKEN": str(taken.getsockname()[1])}
        for name in ("FOLDER", "DAMAGED", "KEY", "FILE"):
            places[name] = str(tmp_path / name)

        def filled(option: str) -> str:
            name, slash, rest = option.partition("/")
            return places.get(name, name) + slash + rest

        assert main([filled(each) for each in options]) == MISUSE
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [("--nope",), ("extra",), ("--port", "x"), ("--state", ""), ("--seed",), ("--seed", "")],
)
def test_what_is_no_option_is_reported(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    """With the options that there are (C2)."""
    with pytest.raises(SystemExit) as ended:
        main(options)
    assert ended.value.code == MISUSE
    assert "--ready-file" in capsys.readouterr().err


KEY = f"public_key: {json.dumps(app_keys()[1])}"
ORG = "world: x\norganizations:\n  - login: a\n    owners: [b]\n"
REPO = f"{ORG}    repositories:\n      w:\n        "
SEEDS = [
    ("wrold: x\n", ":1: wrold: no such field; allowed: world, clock"),
    ("world: x\nusers: [\n", "not YAML"),
    ("world: x\nworld: canary\n", ':2: not YAML: found duplicate key "world"'),
    ("world: x\n---\nworld: canary\n", "not YAML"),
    ("[canary]", ":1: has to be a mapping"),
    ("canary", ":1: has to be a mapping"),
    ("", "empty"),
    ("\0", "not YAML"),
    ("a: &a [*a]", "a: no such field"),
    ("world: x\nclock: 2026-13-01\n", "a date in it is none"),
    ("world: x\nclock: canary\n", ":2: clock: not a time"),
    ("world: x\nclock: 2026-01-01T00:00\n", ":2: clock: "),
    ("organizations: []\n", "has to name its world"),
    ("world: ../canary/..\n", "cannot name a world"),
    ("world: x\nsettings: {etags: 1, nope: canary}\n", "settings.etags: has to be of type bool"),
    ("world: x\nsettings: {limits: {core: -1}}\n", "settings.limits.core: has to be a whole"),
    ("world: x\nsettings: {limits: {nope: 1}}\n", "settings.limits.nope: no such limit"),
    (f"{ORG}    plan: canary\n", ":5: organizations.0.plan"),
    (f"{ORG}  - login: B\n    owners: [c]\n", ":5: organizations.1.login: somebody else"),
    (f"{ORG}    settings:\n      nope: canary\n", ":6: organizations.0.settings.nope: no such"),
    (
        f"{ORG}    settings: {{default_repository_permission: canary}}\n",
        "allowed: read, write, admin, none",
    ),
    (f"{ORG}    teams: {{t: {{parent: canary}}}}\n", "no such team; there are: t"),
    (f"{ORG}    teams: {{t: {{parent: u}}, u: {{parent: t}}}}\n", "cannot be above itself"),
    (f"{ORG}    repositories: {{a b: {{}}}}\n", "cannot name a repository"),
    (f"{ORG}    repositories: {{w: {{}}, W: {{}}}}\n", "stands there twice"),
    (f"{REPO}settings: {{has_wiki: 'canary'}}\n", ":7: organizations.0.repositories.w.settings"),
    (f"{REPO}settings: {{nope: canary}}\n", "settings.nope: no such setting"),
    (f"{REPO}default_branch: a..b\n", ":7: organizations.0.repositories.w.default_branch"),
    (f"{REPO}files: {{../x: canary}}\n", "a path goes down from the root"),
    (
        f"{REPO}files: {{canary: x, canary/y: z}}\n",
        ":7: organizations.0.repositories.w.files: what",
    ),
    (
        f'{REPO}files: {{a: "canary\\ud800"}}\n',
        ":7: organizations.0.repositories.w.files.a: is no text",
    ),
    (f"{ORG}    teams: {{A b: {{}}}}\n", ":5: organizations.0.teams.A b: is no slug"),
    (f"{ORG}    teams: {{'': {{}}}}\n", "is no slug"),
    (
        f"{REPO}teams: {{nope: pull}}\n",
        ":7: organizations.0.repositories.w.teams.nope: there is no",
    ),
    ("world: x\nusers: [ana, ben, ANA]\n", ":2: users.2: stands there twice"),
    ("world: x\nusers: [a-, {login: b, email: [canary]}]\n", "users.0: is no login"),
    ("world: x\nusers: [ana]\ntokens:\n  - login: ana\n", ":4: tokens.0: give either env"),
    ("world: x\ntokens: [{login: ana, app: b, env: X}]\n", "each is of a login or of an app"),
    ("world: x\ntokens: [{login: ana, env: X}]\n", ":2: tokens.0.login: there is no such user"),
    ("world: x\nusers: [ana]\ntokens: [{login: ana, env: canary}]\n", "never the token"),
    ("world: x\nusers: [ana]\ntokens: [{login: ana, token: canary}]\n", "tokens.0.token: no such"),
    ("world: x\nusers: [ana]\ntokens: [{login: ana, file: no/x}]\n", "No such file"),
    (
        "world: x\napps: [{slug: p, public_key: canary}]\n",
        ":2: apps.0.public_key: is no public key",
    ),
    ("world: x\napps: [{slug: p}]\n", ":2: apps.0: give either public_key"),
    ("world: x\napps: [{slug: p, public_key_file: none.pem}]\n", "public_key_file: No such file"),
    ("world: x\napps: [{slug: p, public_key_file: seed.yaml}]\n", "public_key_file: is no public"),
    (f"world: x\napps:\n  - {{slug: A p, {KEY}}}\n", ":3: apps.0.slug: is no slug"),
    (f"world: x\napps:\n  - {{slug: p, {KEY}, app_id: 0}}\n", ":3: apps.0.app_id: has to be"),
    (f"world: x\napps:\n  - {{slug: p, {KEY}}}\n  - {{slug: p, {KEY}}}\n", ":4: apps.1.slug: st"),
    (
        f"world: x\napps:\n  - {{slug: p, {KEY}, organizations: [n]}}\n",
        ":3: apps.0.organizations.0:",
    ),
    ('world: x\nusers:\n  - {login: ana, name: "\\ud800canary"}\n', ":3: users.0.name: is no text"),
]


@pytest.mark.parametrize(("text", "message"), SEEDS, ids=[row[1] for row in SEEDS])
def test_a_bad_seed_file_is_reported_with_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    """The sandbox does not start; where, what, what is allowed; never the value (C2, S1)."""
    path = tmp_path / "seed.yaml"
    path.write_text(text)
    assert main(["--port", "0", "--seed", str(path)]) == MISUSE
    said = capsys.readouterr().err
    assert message in said
    assert str(path) in said
    assert "canary" not in said.replace("'../canary/..'", "")


def test_all_mistakes_of_a_seed_are_reported_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with its line (C2)."""
    path = tmp_path / "seed.yaml"
    path.write_text(f"{REPO}default_branch: a..b\n        files: {{/x: y}}\nclock: never\n")
    main(["--port", "0", "--seed", str(path)])
    said = capsys.readouterr().err
    assert all(f"{path}:{line}: " in said for line in (7, 8, 9))


WORLD = "worlds/acme"
ORDERS = [
    ("POST", "worlds", {}, "name: is missing; there are: name, seed"),
    ("POST", "worlds", {"name": 5}, "name: Input should be a valid string"),
    ("POST", "worlds", {"name": "acme"}, "there is a world 'acme' already"),
    ("POST", "worlds", {"name": "n", "seed": {"nope": 1}}, "nope: no such field"),
    ("PUT", "worlds", {}, "allowed: GET to list worlds, POST to create one"),
    ("GET", "worlds/nope", None, "no world 'nope'; there are: acme"),
    ("GET", "nope", None, "see GET /_control"),
    ("POST", f"{WORLD}/nope", {}, "see GET /_control"),
    ("POST", f"{WORLD}/reset", {"seed": {"users": "canary"}}, "users: Input should be a valid"),
    ("POST", f"{WORLD}/seed", {"settings": {"etags": "canary"}}, "has to be of type bool"),
    ("POST", f"{WORLD}/requests", {"actor": "ana"}, "path: is missing"),
    ("POST", f"{WORLD}/requests", {"actor": "ana", "method": "GET", "path": "x"}, "path: begins"),
    ("POST", f"{WORLD}/requests", {"actor": "no", "method": "GET", "path": "/"}, "no such user"),
    ("GET", f"{WORLD}/journal?limit=x", None, "limit: Input should be a valid integer"),
    ("GET", f"{WORLD}/journal?nope=1", None, "nope: no such field; there are: method, path"),
    ("GET", f"{WORLD}/journal/nope", None, "see GET /_control"),
    ("POST", f"{WORLD}/faults", {"drop": "canary"}, "'no', 'before', 'after' or 'half'"),
    ("POST", f"{WORLD}/faults", {"method": "get"}, "method: is written in capitals"),
    ("POST", f"{WORLD}/faults", {"status": 999}, "status: Input should be less than"),
    ("POST", f"{WORLD}/faults", {"count": 0}, "count: Input should be greater than"),
    ("POST", f"{WORLD}/faults", {"delay": "canary"}, "delay: Input should be a valid number"),
    ("POST", f"{WORLD}/faults", {"headers": {"a\nb": "canary\n"}}, "headers: names are letters"),
    ("POST", f"{WORLD}/faults", {"nope": 1}, "nope: no such field; there are: method, path"),
    ("DELETE", f"{WORLD}/faults/99", None, "no such fault"),
    ("PUT", f"{WORLD}/clock", {"set": "canary"}, "not a time: write it like"),
    ("PUT", f"{WORLD}/clock", {"advance": 1e300}, "advance: Input should be less than"),
    ("PUT", f"{WORLD}/clock", {"set": "2999-12-31T00:00:00Z", "advance": 1e6}, "1970 to 2999"),
    ("PUT", f"{WORLD}/clock", {"tick": -1}, "tick: Input should be greater than"),
    ("PATCH", f"{WORLD}/settings", {"etags": True, "nope": 1}, "settings.nope: no such setting"),
    ("POST", f"{WORLD}/tokens", {"login": "no"}, "login: there is no such user"),
    ("POST", f"{WORLD}/tokens", {"login": "ana", "scopes": "canary"}, "scopes: Input should be"),
    ("POST", f"{WORLD}/tokens", {"login": "ana", "token": "canary a"}, "token: is ASCII without"),
    ("POST", f"{WORLD}/secrets/reveal", {"name": "A", "store": "canary"}, "store: Input should"),
    ("POST", f"{WORLD}/secrets/reveal", {"name": "A", "org": "acme"}, "no such actions secret"),
    ("GET", f"{WORLD}/jobs/x", None, "no such job"),
    ("POST", f"{WORLD}/jobs/5", {"conclusion": "canary"}, "'success' or 'failure'"),
    ("PUT", f"{WORLD}/job-plans", {"repository": "acme"}, "repository: is written owner/name"),
]


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    """A sandbox without a server, with a world."""
    made = Worlds()
    assert _order(made, "POST", "worlds", {"name": "acme", "seed": ACME}).status_code == 201
    return made


def _order(sandbox: Worlds, method: str, path: str, body: object) -> httpx.Response:
    place, _, query = path.partition("?")
    content = b"" if body is None else json_bytes(body)
    headers = {"host": "127.0.0.1"}
    host = "http://127.0.0.1"
    request = Request(method, f"/_control/{place}", query, headers, content, host, "127.0.0.1")
    answer = control.answer(sandbox, request)
    return httpx.Response(answer.status, content=answer.encoded())


@pytest.mark.parametrize(("method", "path", "body", "message"), ORDERS)
def test_a_bad_order_is_reported_and_changes_nothing(
    worlds: Worlds, method: str, path: str, body: dict[str, Any] | None, message: str
) -> None:
    """4xx, which field and what is allowed, never the value; the world is as it was (C2, S1)."""
    parts = ("state", "settings", "faults")
    before = [_order(worlds, "GET", f"{WORLD}/{each}", None).json() for each in parts]
    answer = _order(worlds, method, path, body)
    assert 400 <= answer.status_code < 500
    assert message in answer.json()["message"]
    assert "canary" not in answer.text
    assert [_order(worlds, "GET", f"{WORLD}/{each}", None).json() for each in parts] == before
    assert _order(worlds, "GET", f"{WORLD}/clock", None).json()["offset"] == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)
FIELDS = {
    f"{method} {name}": tuple(model.model_fields)
    for (method, name), (_, model) in control.VERBS.items()
    if method != "GET" and "*" not in name
}


@st.composite
def _orders(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    verb = draw(st.sampled_from(sorted(FIELDS)))
    names = st.sampled_from(FIELDS[verb]) if FIELDS[verb] else st.text(max_size=5)
    method, name = verb.split()
    return method, name, draw(st.dictionaries(names, JSON, max_size=4))


@given(_orders())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_is_a_crash(worlds: Worlds, order: tuple[str, str, dict[str, Any]]) -> None:
    """Whatever stands in its fields: an answer, and the world can still be read (C2)."""
    method, name, body = order
    answer = _order(worlds, method, f"{WORLD}/{name}", body)
    assert answer.status_code in (200, 204, 400, 422)
    assert _order(worlds, "GET", WORLD, None).status_code == 200


@pytest.fixture
def raw(sandbox: Sandbox, world: World) -> Iterator[httpx.Client]:
    """The control interface of a running sandbox."""
    with httpx.Client(base_url=f"{sandbox.url}/_control/worlds/{world.name}") as client:
        yield client


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 100_000, b"1" * 5000, b"null", b"[]"])
def test_what_is_no_json_object_is_reported(raw: httpx.Client, content: bytes) -> None:
    """400, in words (C2)."""
    answer = raw.post("/faults", content=content)
    assert (answer.status_code, "JSON" in answer.json()["message"]) == (400, True)
