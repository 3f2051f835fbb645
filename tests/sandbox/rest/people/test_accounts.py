"""What belongs to a person's account: keys, Codespaces secrets."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.sandbox.conftest import ACME
from tests.sandbox.sealing import sealed

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.support.sandbox import World


def ssh_key() -> str:
    """Return a new public SSH key."""
    key = Ed25519PrivateKey.generate().public_key()
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def armored(packets: bytes) -> str:
    """Return packets as gpg exports them."""
    body = base64.b64encode(packets).decode()
    return (
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"
        f"{body}\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----\n"
    )


def test_ssh_keys(api: httpx.Client, world: World) -> None:
    """A key is its owner's, and public; nobody can add it a second time."""
    key = ssh_key()
    made = api.post("/user/keys", json={"title": "laptop", "key": f"{key} ana@laptop"}).json()
    assert (made["title"], made["key"], made["read_only"]) == ("laptop", key, False)
    assert api.get(f"/user/keys/{made['id']}").json() == made
    assert api.get("/users/ana/keys").json() == [{"id": made["id"], "key": key}]
    with world.client("ben") as client:
        assert client.post("/user/keys", json={"key": key}).status_code == 422
        assert client.get(f"/user/keys/{made['id']}").status_code == 404
        assert client.delete(f"/user/keys/{made['id']}").status_code == 404
    assert api.post("/user/keys", json={"key": "ssh-rsa nothing"}).status_code == 422
    assert api.delete(f"/user/keys/{made['id']}").status_code == 204
    assert api.get("/user/keys").json() == []


@pytest.mark.parametrize(
    ("packets", "key_id"),
    [
        # the first packet of RFC 9580's sample key (appendix A.1), in both forms of the header
        (
            "983304" + "53f35f0b16092b06010401da470f010107403f098994bdd916ed4053197934e4a87c80733"
            "a1280d62f8010992e43ee3b2406",
            "8CFDE12197965A9A",
        ),
        (
            "c63304" + "53f35f0b16092b06010401da470f010107403f098994bdd916ed4053197934e4a87c80733"
            "a1280d62f8010992e43ee3b2406",
            "8CFDE12197965A9A",
        ),
    ],
)
def test_gpg_keys(api: httpx.Client, packets: str, key_id: str) -> None:
    """A key goes by OpenPGP's own id; what is no armored key is refused."""
    key = armored(bytes.fromhex(packets))
    made = api.post("/user/gpg_keys", json={"name": "work", "armored_public_key": key}).json()
    assert (made["key_id"], made["name"], made["raw_key"]) == (key_id, "work", key)
    assert api.get(f"/user/gpg_keys/{made['id']}").json() == made
    assert [each["id"] for each in api.get("/users/ana/gpg_keys").json()] == [made["id"]]
    assert api.post("/user/gpg_keys", json={"armored_public_key": key}).status_code == 422
    assert api.post("/user/gpg_keys", json={"armored_public_key": "x"}).status_code == 422
    assert api.delete(f"/user/gpg_keys/{made['id']}").status_code == 204
    assert api.get("/user/gpg_keys").json() == []


def test_codespaces_secrets_of_a_person(api: httpx.Client, world: World) -> None:
    """Sealed for the person's key, for selected repositories; others never see them."""
    base = "/user/codespaces/secrets"
    widget = api.get("/repos/acme/widget").json()["id"]
    body = {**sealed(api, base, "canary"), "selected_repository_ids": [str(widget)]}
    assert api.put(f"{base}/token", json=body).status_code == 201
    assert api.put(f"{base}/TOKEN", json=sealed(api, base, "canary2")).status_code == 204
    [listed] = api.get(base).json()["secrets"]
    assert (listed["name"], listed["visibility"]) == ("TOKEN", "selected")
    chosen = f"{base}/TOKEN/repositories"
    assert [each["id"] for each in api.get(chosen).json()["repositories"]] == [widget]
    site = api.get("/repos/acme/site").json()["id"]
    assert api.put(f"{chosen}/{site}").status_code == 204
    assert api.delete(f"{chosen}/{widget}").status_code == 204
    assert [each["id"] for each in api.get(chosen).json()["repositories"]] == [site]
    assert api.put(chosen, json={"selected_repository_ids": [1]}).status_code == 422
    with world.client("ben") as client:
        assert client.get(f"{base}/TOKEN").status_code == 404
    assert api.delete(f"{base}/TOKEN").status_code == 204
    assert api.get(f"{base}/TOKEN").status_code == 404


def test_a_secret_that_is_not_sealed_is_refused(
    api: httpx.Client, make_world: Callable[[dict[str, object]], World]
) -> None:
    """GitHub cannot open what is only base64 and says so; a world can be set to accept it."""
    path = "/repos/acme/widget/actions/secrets"
    key = api.get(f"{path}/public-key").json()["key_id"]
    body = {"encrypted_value": base64.b64encode(b"plain").decode(), "key_id": key}
    refused = api.put(f"{path}/PLAIN", json=body)
    assert refused.status_code == 422
    assert "improperly encrypted secret" in refused.json()["message"]
    lenient = make_world({**ACME, "settings": {"sealed_boxes": False}})
    with lenient.client() as client:
        body["key_id"] = client.get(f"{path}/public-key").json()["key_id"]
        assert client.put(f"{path}/PLAIN", json=body).status_code == 201
    assert lenient.secret("PLAIN", repository="acme/widget") == "plain"
