"""Deploy keys: what is a public key, and what is declared of one."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from components.connections.deploy_key import DeployKeyConfig, fingerprint
from components.declaration import DeclarationError, load, written_twice
from tests.components.building import declare, organization
from tests.support.public_keys import ED25519, OTHER, OTHER_FINGERPRINT, RSA_1024, RSA_2048

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE = base64.b64encode(b"openssh-key-v1\0" + b"canary" * 9).decode()
CANARY = PRIVATE[24:40]


def message(key: str) -> str:
    """Return what the model says of a key, without what pydantic adds."""
    with pytest.raises(ValidationError) as caught:
        DeployKeyConfig.model_validate({"key": key})
    return str(caught.value)


@given(st.sampled_from(["", " me@acme.example", "  two words ", "\n"]))
def test_a_comment_is_no_part_of_a_key(comment: str) -> None:
    """Promise: GitHub keeps no comment, so that none is a difference forever (E1)."""
    assert DeployKeyConfig.model_validate({"key": ED25519 + comment}).key == ED25519


@pytest.mark.parametrize("form", ["{}", "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n", " \n{}"])
def test_a_private_key_is_refused_and_not_shown(form: str) -> None:
    """Promise: a private key in place of the public one is called so, and never printed (S3)."""
    said = message(form.format(PRIVATE))
    assert "this is a private key" in said
    assert CANARY not in said


def test_all_mistakes_are_named_at_once_and_no_key_is_shown(tmp_path: Path) -> None:
    """Promise: each mistake has its file and line, and a private key in a block is not shown."""
    (tmp_path / "orgs").mkdir()
    (tmp_path / "orgs" / "acme.yaml").write_text(
        "organization: acme\nplan: team\n"
        "settings: {display_name: Acme, billing_email: b@acme.example}\n"
        "repositories:\n  tool:\n    deploy_keys:\n"
        f"      one:\n        key: |\n          -----BEGIN OPENSSH PRIVATE KEY-----\n"
        f"          {PRIVATE}\n"
        f"      two: {{key: {ED25519}, read_onyl: true}}\n      three: {PRIVATE}\n",
        encoding="utf-8",
    )
    with pytest.raises(DeclarationError) as caught:
        load("acme", tmp_path)
    said = str(caught.value)
    for place in ("acme.yaml:8:", "acme.yaml:11:", "acme.yaml:12:"):
        assert place in said
    assert "did you mean `read_only`?" in said
    assert CANARY not in said


def _dss() -> str:
    kind = b"ssh-dss"
    return f"ssh-dss {base64.b64encode(struct.pack('>I', len(kind)) + kind).decode()}"


@given(st.text(max_size=90).filter(lambda text: "PRIVATE KEY" not in text))
@example(_dss())
@example("ssh-ed25519")
@example(ED25519[:-8])
@example(ED25519.replace("ssh-ed25519", "ssh-rsa"))
@example(f"{ED25519}\n{OTHER}")
@example(f'from="10.0.0.1" {ED25519}')
@example("https://keys.acme.example/key.pub")
def test_what_is_no_public_key_is_refused(text: str) -> None:
    """Promise: what GitHub would refuse in the middle of an update is a mistake (E6)."""
    assert "this is no public key that GitHub takes" in message(text)


def test_a_short_rsa_key_is_refused() -> None:
    """Promise: RSA needs 2048 bits; the message says how many there are (E6)."""
    assert "an RSA key of 1024 bits is too short" in message(RSA_1024)
    assert DeployKeyConfig.model_validate({"key": RSA_2048}).key == RSA_2048


def test_a_key_reads_unless_the_yaml_says_otherwise() -> None:
    """Promise: the declared key is read-only, and named by what GitHub shows of it (E1)."""
    declared = declare(("repositories.app.deploy_keys", {"mirror": {"key": OTHER}}))
    key = declared.one("RepositoryDeployKey", f"app/{OTHER_FINGERPRINT}")
    assert fingerprint(OTHER) == OTHER_FINGERPRINT
    assert key.inputs["readOnly"] is True
    assert (key.inputs["title"], key.inputs["key"]) == ("mirror", OTHER)


def test_a_key_stands_in_one_repository() -> None:
    """Promise: GitHub takes a key once, so the second place is a mistake that names the first."""
    keys = {"one": {"key": ED25519}, "two": {"key": f"{ED25519} again"}}
    config = organization(
        ("repositories.app.deploy_keys", keys),
        ("repositories.lib.deploy_keys", {"three": {"key": ED25519}}),
    )
    found = list(written_twice.deploy_keys(config))
    assert [path for path, _, _ in found] == [
        ("repositories", "app", "deploy_keys", "two", "key"),
        ("repositories", "lib", "deploy_keys", "three", "key"),
    ]
    assert all("repositories.app.deploy_keys.one" in what for _, what, _ in found)
