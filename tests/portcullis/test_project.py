"""The project's folder, its stacks, and the environment of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portcullis.practice.local_sandbox import (
    elsewhere,
    invited_in,
    practice_of,
    sandbox_variables,
)
from portcullis.project import (
    PACKS,
    PRACTICE_PASSPHRASE,
    StackSettings,
    UserError,
    project_root,
    pulumi_environment,
    require_pack,
    with_pack,
)

if TYPE_CHECKING:
    from pathlib import Path


def stack(folder: Path, text: str, name: str = "dev") -> StackSettings:
    """A stack whose file has ``text``."""
    (folder / f"Pulumi.{name}.yaml").write_text(text, encoding="utf-8")
    return StackSettings(name, folder)


def at(folder: Path, address: str) -> StackSettings:
    """A stack at an address."""
    return stack(folder, f'config: {{"github:baseUrl": "{address}"}}\n')


def test_the_folder_is_found_from_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Like Pulumi: from the working directory upwards."""
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert project_root() == tmp_path


def test_a_folder_without_project_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text names where it was looked for."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=rf"no Pulumi\.yaml in {tmp_path} or above"):
        project_root()


def test_a_missing_stack_names_those_that_are_there(tmp_path: Path) -> None:
    """Whole names, dots included."""
    stack(tmp_path, "", "prod")
    stack(tmp_path, "", "prod.eu")
    with pytest.raises(UserError, match=r"Pulumi\.dve\.yaml is missing; there are prod, prod\.eu "):
        _ = StackSettings("dve", tmp_path).config
    with pytest.raises(UserError, match="there are none "):
        _ = StackSettings("dve", tmp_path / "empty").config


@pytest.mark.parametrize("text", ["", "config:\n", "encryptionsalt: x\n"])
def test_a_stack_without_config_is_a_real_one(tmp_path: Path, text: str) -> None:
    """The default is github.com, never a sandbox."""
    settings = stack(tmp_path, text)
    assert (settings.base_url, settings.organization) == ("https://api.github.com/", "")
    assert not settings.practises


@pytest.mark.parametrize("text", ["config: [", "- a\n", "config: a\n", "config: [a]\n", "a: *b\n"])
def test_a_broken_stack_file_is_reported(tmp_path: Path, text: str) -> None:
    """The file is named; nobody gets a traceback."""
    with pytest.raises(UserError, match=r"Pulumi\.dev\.yaml"):
        _ = stack(tmp_path, text).config


@pytest.mark.parametrize(
    ("address", "practises"),
    [
        ("http://127.0.0.1:8930/guild/", True),
        ("http://localhost:1/guild/", True),
        ("http://[::1]:1/guild/", True),
        ("https://api.github.com/", False),
        ("https://127.0.0.1.example.com/", False),
        ("https://example.com/127.0.0.1", False),
    ],
)
def test_practice_is_on_this_machine_only(
    tmp_path: Path,
    address: str,
    practises: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """The address decides: a name that looks like this machine's is another's."""
    assert at(tmp_path, address).practises is practises


def test_an_address_that_is_none_is_reported(tmp_path: Path) -> None:
    """With the stack's file and what is allowed."""
    with pytest.raises(UserError, match=r"Pulumi\.dev\.yaml: github:baseUrl is http://\[: "):
        _ = at(tmp_path, "http://[").practises


def test_every_stack_gets_the_policy_pack(tmp_path: Path) -> None:
    """A real stack gets that and no more: its state and passphrase are the person's own."""
    settings = at(tmp_path, "https://api.github.com/")
    environment = pulumi_environment(settings, {"A": "b"})
    assert environment == {"A": "b", "PULUMI_OPTION_POLICY_PACK": str(tmp_path / "policy")}
    assert not (tmp_path / ".portcullis").exists()


def test_a_practice_stack_gets_state_and_passphrase(tmp_path: Path) -> None:
    """Nobody has to log in to anything for practice."""
    folder = tmp_path / "a b"
    folder.mkdir()
    environment = pulumi_environment(at(folder, "http://127.0.0.1:1/guild/"), {})
    assert environment["PULUMI_BACKEND_URL"] == f"file://{tmp_path}/a%20b/.portcullis/state"
    assert environment["PULUMI_CONFIG_PASSPHRASE"] == PRACTICE_PASSPHRASE
    assert (folder / ".portcullis" / "state").is_dir()


OWN = {
    "PULUMI_OPTION_POLICY_PACK": "policy",
    "PULUMI_BACKEND_URL": "https://example.com",
    "PULUMI_CONFIG_PASSPHRASE": "own",
    "PULUMI_CONFIG_PASSPHRASE_FILE": "own",
}


def test_a_real_stack_keeps_what_the_user_has_set(tmp_path: Path) -> None:
    """Its own backend and passphrase, and how it names the policy pack."""
    assert pulumi_environment(at(tmp_path, "https://api.github.com/"), OWN) == OWN


def test_practice_in_the_same_shell_is_not_for_a_real_stack(tmp_path: Path) -> None:
    """What `make -s env` of a practice stack left is taken out, and nothing else."""
    left = pulumi_environment(at(tmp_path, "http://127.0.0.1:1/guild/"), {"A": "b"})
    left |= {"GITHUB_BASE_URL": "http://127.0.0.1:1/guild/", "GITHUB_TOKEN": "of the sandbox"}
    environment = pulumi_environment(at(tmp_path, "https://api.github.com/"), left)
    assert environment == {"A": "b", PACKS: str(tmp_path / "policy")}


@pytest.mark.parametrize(
    ("given", "used", "refused"),
    [
        (None, "{}/policy", False),
        ("{}/policy", "{}/policy", False),
        ("policy", "policy", False),
        ("{}/other,policy/", "{}/other,policy/", False),
        ("", "{}/policy", True),
        (",", "{}/policy", True),
        ("{}/other", "{}/other,{}/policy", True),
    ],
)
def test_the_policy_pack_is_always_there(
    tmp_path: Path,
    given: str | None,
    used: str,
    refused: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Other packs may run beside it; a variable that leaves it out is refused by `up`."""
    settings = at(tmp_path, "https://api.github.com/")
    base = {} if given is None else {PACKS: given.format(tmp_path)}
    assert with_pack(settings, base)[PACKS] == used.format(tmp_path, tmp_path)
    if refused:
        with pytest.raises(UserError, match="PULUMI_OPTION_POLICY_PACK is "):
            require_pack(settings, base)
    else:
        require_pack(settings, base)


def test_practice_never_touches_the_users_state(tmp_path: Path) -> None:
    """The user's backend and passphrase are for real organizations."""
    environment = pulumi_environment(at(tmp_path, "http://127.0.0.1:1/guild/"), OWN)
    assert environment == {
        "PULUMI_OPTION_POLICY_PACK": "policy",
        "PULUMI_BACKEND_URL": (tmp_path / ".portcullis/state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PRACTICE_PASSPHRASE,
    }


def test_another_stacks_world_in_the_shell_is_not_this_ones(tmp_path: Path) -> None:
    """An address that the user chose stays; that of another world of the sandbox does not."""
    practice = practice_of(at(tmp_path, "http://127.0.0.1:8930/mine/"))
    for given, stays in (
        ("http://127.0.0.1:8930/guild/", False),
        ("http://127.0.0.1:8931/guild/", True),
        (None, False),
    ):
        environment = {} if given is None else {"GITHUB_BASE_URL": given}
        assert elsewhere(practice, environment) is stays
        expected = {} if stays else {"GITHUB_BASE_URL": "http://127.0.0.1:8930/mine/"}
        assert sandbox_variables(practice, environment) == expected


@pytest.mark.parametrize(
    ("written", "people"),
    [("[dan, eve]", ["dan", "eve"]), ("all", ["all"]), ("dan,eve", ["dan", "eve"]), ("[]", [])],
)
def test_people_to_be_invited_are_in_the_stacks_file(
    tmp_path: Path, written: str, people: list[str]
) -> None:
    """As a list, as Pulumi writes one, or as one word for everybody."""
    text = f'config: {{"portcullis:practiceInvited": {written!r}}}\n'.replace("'[", "[")
    assert invited_in(stack(tmp_path, text.replace("]'", "]"))) == people
    with pytest.raises(UserError, match="allowed: logins such as"):
        invited_in(stack(tmp_path, 'config: {"portcullis:practiceInvited": {a: b}}\n'))


def test_the_sandbox_is_where_the_stack_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """World and port are the address's; PORT overrules it."""
    monkeypatch.delenv("PORT", raising=False)
    settings = at(tmp_path, "http://127.0.0.1:8930/guild/")
    assert practice_of(settings).base_url == "http://127.0.0.1:8930/guild/"
    assert practice_of(at(tmp_path, "http://127.0.0.1")).world == "practice"
    monkeypatch.setenv("PORT", "8931")
    assert practice_of(settings).port == 8931


@pytest.mark.parametrize(
    ("address", "port"), [("http://127.0.0.1:x/", ""), ("http://127.0.0.1/", "x")]
)
def test_a_port_that_is_none_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, port: str
) -> None:
    """In the stack's file or in PORT."""
    monkeypatch.setenv("PORT", port)
    with pytest.raises(UserError, match="the sandbox's port is that of github:baseUrl"):
        practice_of(at(tmp_path, address))
