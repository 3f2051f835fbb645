"""Deploy keys on the list of an incident: those on GitHub, and those that an update would add."""

from __future__ import annotations

from datetime import UTC, datetime

from components.connections.deploy_key import fingerprint
from components.declaration import Declaration, Mistake
from components.declaration.yaml_file import Place
from portcullis.incident.credentials.listed import Known, listed
from portcullis.live.raw.credentials import DeployKey, Stored
from portcullis.reach.report import Report
from tests.components.building import organization
from tests.components.declaration.resolved import resolved
from tests.support.public_keys import ECDSA, ED25519, OTHER, RSA_2048

MADE = datetime(2026, 11, 29, 12, tzinfo=UTC)
KEYS = {
    "bot": {"key": ED25519, "read_only": False},
    "gone": {"key": OTHER, "read_only": False},
    "reads": {"key": RSA_2048},
}


def test_declared_keys_are_replaced_in_the_yaml_and_others_on_github() -> None:
    """R16: a key that writes is listed whether GitHub or only the YAML has it, one that reads not.

    Each says where it is replaced: deleting a declared one on GitHub would not last.
    """
    declared = resolved(organization(("repositories.app.deploy_keys", KEYS)))
    there = [DeployKey("app", 1, "bot", ED25519, MADE), DeployKey("app", 2, "x", ECDSA, MADE)]
    known = Known(
        "acme",
        "https://github.com",
        "prod",
        Stored(keys=there),
        Declaration(
            declared, lambda path, what, allowed: Mistake(Place(""), str(path), what, allowed)
        ),
        Report("acme", ()),
    )
    found = {key: each for key, each in listed(known).items() if key.startswith("key:")}
    assert {key: facts.there for key, (_, facts) in found.items()} == {
        f"key:app/{fingerprint(ED25519)}": True,
        f"key:app/{fingerprint(ECDSA)}": True,
        f"key:app/{fingerprint(OTHER)}": False,
    }
    places = {facts.source: each.replace for each, facts in found.values()}
    assert places == {
        "": "https://github.com/acme/app/settings/keys",
        **{
            f"repositories.app.deploy_keys.{title}": f"another key at repositories.app.deploy_keys."
            f"{title}, and portcullis up --stack prod"
            for title in ("bot", "gone")
        },
    }
