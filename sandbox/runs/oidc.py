"""The issuer of OIDC tokens: who a job is, signed, for outside systems to trust.

Source: https://docs.github.com/actions/reference/security/oidc
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from nacl.secret import SecretBox

from sandbox.access.permissions import owner
from sandbox.api.http import Request, Response
from sandbox.enforcement.classic_model import rule_for
from sandbox.enforcement.ruleset_model import holds_for_ref, rulesets_of
from sandbox.world.clock import parse
from sandbox.world.kinds.accounts import TOKEN, USER
from sandbox.world.kinds.actions import JOB, RUN, Job, Run
from sandbox.world.kinds.documents import DOCUMENT
from sandbox.world.kinds.protection import ENVIRONMENT
from sandbox.world.kinds.repositories import REPOSITORY, Repository
from sandbox.world.world import digest

if TYPE_CHECKING:
    from sandbox.world.records import Record
    from sandbox.world.world import World

PATH = "_oidc"
"""The issuer's path below the world's."""
QUERY = "api-version=2.0"
"""What the address for tokens ends with, as on github.com: clients append `&audience=...`."""
LIFE = 300
"""Seconds that a token lives."""
TEMPLATE = "oidc"
"""The document with the template of subjects, of an organization or a repository."""
DEFAULT_KEYS = ["repo", "context"]
"""Claims of a subject that nobody customized."""
IDS_SINCE = parse("2026-07-15T00:00:00Z")
"""Repositories that are created or renamed from then on have subjects with ids."""
_BITS = 2048
_CLAIMS = (
    "sub",
    "aud",
    "exp",
    "iat",
    "iss",
    "jti",
    "nbf",
    "ref",
    "ref_type",
    "ref_protected",
    "sha",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "repository_visibility",
    "enterprise",
    "run_id",
    "run_number",
    "run_attempt",
    "runner_environment",
    "actor",
    "actor_id",
    "workflow",
    "workflow_ref",
    "workflow_sha",
    "head_ref",
    "base_ref",
    "event_name",
    "environment",
    "job_workflow_ref",
    "job_workflow_sha",
)


def answer(world: World, request: Request) -> Response:
    """Answer what is asked of the issuer: discovery, keys, or a token for a job."""
    place = request.path.removeprefix(f"/{PATH}/")
    issuer = f"{request.host}/{PATH}"
    if request.method != "GET":
        return Response(405, {"message": "The issuer is only read"})
    if place == ".well-known/openid-configuration":
        return Response(200, discovery(issuer))
    if place == ".well-known/jwks":
        response = Response(200, {"keys": [_public(world)]})
        world.commit()
        return response
    if place.startswith("token/"):
        response = _token(world, request, issuer)
        world.commit()
        return response
    return Response(404, {"message": "Not Found"})


def discovery(issuer: str) -> dict[str, Any]:
    """Return the discovery document (OpenID Connect Discovery 1.0, section 3)."""
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/.well-known/jwks",
        "subject_types_supported": ["public", "pairwise"],
        "response_types_supported": ["id_token"],
        "claims_supported": list(_CLAIMS),
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid"],
    }


def _key(world: World) -> rsa.RSAPrivateKey:
    """Return the world's signing key; it is made when first needed, and kept encrypted."""
    derived = hashlib.blake2b(
        f"{world.name}/oidc".encode(), digest_size=32, key=world.master_key
    ).digest()
    box = SecretBox(derived)
    kept = world.find(DOCUMENT, "oidc-key")
    if kept is None:
        key = rsa.generate_private_key(public_exponent=65_537, key_size=_BITS)
        der = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        sealed = base64.b64encode(bytes(box.encrypt(der))).decode()
        world.set_document(0, "oidc-key", sealed=sealed)
        return key
    der = box.decrypt(base64.b64decode(kept.data["sealed"]))
    loaded = serialization.load_der_private_key(der, None)
    if not isinstance(loaded, rsa.RSAPrivateKey):
        raise TypeError("the signing key is an RSA key")
    return loaded


def _public(world: World) -> dict[str, Any]:
    shown = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_key(world).public_key()))
    plain = {name: shown[name] for name in ("kty", "n", "e")}
    kid = hashlib.sha256(shown["n"].encode()).hexdigest()[:40]
    return {**plain, "kid": kid, "alg": "RS256", "use": "sig"}


def _token(world: World, request: Request, issuer: str) -> Response:
    job = _asker(world, request)
    if job is None:
        return Response(401, {"message": "Bad credentials"})
    run = world.get(RUN, job.parent)
    repository = None if run is None else world.get(REPOSITORY, run.parent)
    if run is None or repository is None:
        return Response(404, {"message": "Not Found"})
    audience = _query(request).get("audience")
    account = owner(world, repository)
    claims = claims_of(world, repository, run, job)
    now = int(world.clock.seconds())
    payload = {
        **claims,
        "iss": issuer,
        "aud": audience or f"{request.host}/{account.name}",
        "jti": secrets.token_hex(16),
        "iat": now,
        "nbf": now - 600,
        "exp": now + LIFE,
    }
    token = jwt.encode(payload, _key(world), "RS256", headers={"kid": _public(world)["kid"]})
    return Response(200, {"count": len(token), "value": token})


def _query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.query))


def _asker(world: World, request: Request) -> Record[Job] | None:
    """Return the job whose request token it is, while the job runs."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    record = world.find(TOKEN, digest(token.strip()))
    if scheme.lower() != "bearer" or record is None or not record.data.get("oidc_job"):
        return None
    if parse(record.data["expires_at"]) <= world.clock.seconds():
        return None
    job = world.get(JOB, record.data["oidc_job"])
    wanted = request.path.rpartition("/")[2]
    running = job is not None and job.data["status"] == "in_progress" and str(job.id) == wanted
    return job if running else None


def claims_of(
    world: World, repository: Record[Repository], run: Record[Run], job: Record[Job]
) -> dict[str, Any]:
    """Return what a job's token says of it, `sub` included."""
    account = owner(world, repository)
    actor = world.get(USER, run.data["actor"])
    full = f"{account.name}/{repository.name}"
    ref = str(run.data["ref"])
    environment = world.get(ENVIRONMENT, job.data.get("environment_id") or 0)
    claims: dict[str, Any] = {
        "ref": ref,
        "ref_type": "tag" if ref.startswith("refs/tags/") else "branch",
        "ref_protected": str(_protected(world, repository, ref)).lower(),
        "sha": run.data["sha"],
        "repository": full,
        "repository_id": str(repository.id),
        "repository_owner": account.name,
        "repository_owner_id": str(account.id),
        "repository_visibility": repository.data["visibility"],
        "run_id": str(run.id),
        "run_number": str(run.data["number"]),
        "run_attempt": str(run.data["attempt"]),
        "runner_environment": "github-hosted",
        "actor": "" if actor is None else actor.name,
        "actor_id": str(run.data["actor"]),
        "workflow": run.data["workflow_name"],
        "workflow_ref": f"{full}/{run.data['path']}@{ref}",
        "workflow_sha": run.data["sha"],
        "head_ref": run.data["head_branch"] if run.data["pull"] else "",
        "base_ref": run.data["base"] or "",
        "event_name": run.data["event"],
        "job_workflow_ref": job.data["workflow_ref"],
        "job_workflow_sha": job.data["workflow_sha"],
    }
    if environment is not None:
        claims["environment"] = environment.name
    return {"sub": subject(world, repository, claims), **claims}


def subject(world: World, repository: Record[Repository], claims: dict[str, Any]) -> str:
    """Return the subject, by the template of the repository or of its organization."""
    own = world.document(repository.id, TEMPLATE, {"use_default": True})
    keys = own.get("include_claim_keys") or []
    if own["use_default"]:
        keys = DEFAULT_KEYS
    elif not keys:
        # not the default, and no keys of its own: the organization's template
        of_org = world.document(repository.parent, TEMPLATE, {"include_claim_keys": []})
        keys = of_org["include_claim_keys"] or DEFAULT_KEYS
    parts = []
    for key in keys:
        if key == "repo":
            parts.append(prefix(world, repository))
        elif key == "context":
            parts.append(_context(claims))
        else:
            # a colon inside a value is written so that it cannot look like another claim
            parts.append(f"{key}:{str(claims.get(key, '')).replace(':', '%3A')}")
    return ":".join(parts)


def prefix(world: World, repository: Record[Repository]) -> str:
    """Return how a subject begins: with the names, or with names and ids."""
    account = owner(world, repository)
    if has_ids(world, repository):
        return f"repo:{account.name}@{account.id}/{repository.name}@{repository.id}"
    return f"repo:{account.name}/{repository.name}"


def has_ids(world: World, repository: Record[Repository]) -> bool:
    """Return whether the subjects have ids: by choice, or else by the repository's age."""
    for holder in (repository.id, repository.parent):
        chosen = world.document(holder, TEMPLATE, {}).get("use_immutable_subject")
        if chosen is not None:
            return bool(chosen)
    return parse(repository.created_at) >= IDS_SINCE


def renamed(world: World, repository: Record[Repository]) -> None:
    """Give the subjects of a renamed repository ids, as GitHub does since it has them."""
    if world.clock.seconds() >= IDS_SINCE:
        own = world.document(repository.id, TEMPLATE, {"use_default": True})
        world.set_document(repository.id, TEMPLATE, **{**own, "use_immutable_subject": True})


def _context(claims: dict[str, Any]) -> str:
    if "environment" in claims:
        return f"environment:{claims['environment'].replace(':', '%3A')}"
    if claims["event_name"] == "pull_request":
        return "pull_request"
    return f"ref:{claims['ref']}"


def _protected(world: World, repository: Record[Repository], ref: str) -> bool:
    branch = ref.removeprefix("refs/heads/")
    if branch != ref and rule_for(world, repository, branch) is not None:
        return True
    return any(
        ruleset.data["enforcement"] == "active" and holds_for_ref(ruleset, repository, ref)
        for ruleset in rulesets_of(world, repository)
        if ruleset.data["target"] != "push"
    )
