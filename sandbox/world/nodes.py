"""Node ids: GraphQL's global ids, computed from a record's kind and id, so they never change."""

from __future__ import annotations

import base64
import binascii

PREFIXES = {
    "user": "U",
    "organization": "O",
    "team": "T",
    "repository": "R",
    "branch_protection": "BPR",
    "ruleset": "RRS",
    "deploy_key": "DK",
    "environment": "EN",
    "deployment_policy": "DBP",
    "deployment_rule": "GA",
    "app": "A",
    "pull": "PR",
    "invitation": "RI",
    "org_invitation": "OI",
    "ref": "REF",
    "commit": "C",
    "git_tag": "TA",
    "installation": "I",
    "label": "LA",
    "issue": "I2",
    "issue_comment": "IC",
    "milestone": "MI",
    "release": "RE",
    "release_asset": "RA",
    "check_suite": "CS",
    "review": "PRR",
    "review_comment": "PRRC",
    "review_thread": "PRRT",
    "status": "SC",
    "check_run": "CR",
    "run": "WFR",
    "job": "CRJ",
    "deployment": "DE",
    "workflow": "W",
}
_KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}


def node_id(kind: str, ident: int) -> str:
    """Return the node id of a record, such as `R_a2dvAAAD6Q`."""
    payload = base64.urlsafe_b64encode(b"kgo" + ident.to_bytes(6, "big")).decode().rstrip("=")
    return f"{PREFIXES[kind]}_{payload}"


def parse_node_id(text: str) -> tuple[str, int] | None:
    """Return kind and id of a node id, or None when it is none."""
    prefix, _, payload = text.partition("_")
    kind = _KINDS.get(prefix)
    if kind is None:
        return None
    try:
        raw = base64.b64decode(payload + "=" * (-len(payload) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    ident = int.from_bytes(raw[3:], "big")
    return (kind, ident) if node_id(kind, ident) == text else None
