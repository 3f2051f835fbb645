"""Sigstore: an authority that certifies jobs for some minutes, and a log of what they signed.

The libraries that sign are the real ones (`@actions/attest` and npm's own). They get a certificate
for a job's OIDC token, sign with a key that they throw away, and have the signature logged. The
`trusted_root` of this Sigstore is what clients need to verify their bundles.

Sources: https://docs.sigstore.dev/certificate_authority/overview/ and
https://docs.sigstore.dev/logging/overview/
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.release.harness.registries import publishers
from tests.release.harness.serving import answer_json, serving

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

CERTIFICATES, LOG = "fulcio.sigstore.dev", "rekor.sigstore.dev"
"""The hosts of the public Sigstore: its certificate authority and its log."""

ISSUER = "https://token.actions.githubusercontent.com"
"""The issuer in certificates: the sandbox's tokens stand for GitHub's."""

_AUDIENCE = "sigstore"
_SHA256 = ec.ECDSA(hashes.SHA256())

_STORE = re.compile(r"/repos/[^/]+/[^/]+/attestations")


def is_store(path: str) -> bool:
    """Return whether a path of GitHub's REST API is where attestations are stored."""
    return _STORE.fullmatch(path) is not None


@dataclass
class Sigstore:
    """A certificate authority, a log, and GitHub's store of attestations.

    Attributes:
        issuers: The issuers of OIDC tokens that it trusts.
        stored: The attestations that were stored at GitHub.
        entries: What was logged.
        address: Where it listens.
    """

    issuers: set[str] = field(default_factory=set)
    stored: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    address: str = ""

    def __post_init__(self) -> None:
        """Make the keys of the authority and of the log."""
        self._authority, self._log = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a Sigstore of the tests")])
        self._root = (
            _certificate(name, name, self._authority.public_key(), dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(self._authority, hashes.SHA256())
        )

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        path = environ["PATH_INFO"]
        body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        if path == "/api/v2/signingCert":
            sent = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
            return answer_json(start, *self._certify(body, sent))
        if path == "/api/v1/log/entries":
            logged = self._logged(body)
            return answer_json(start, 201, logged, ("ETag", next(iter(logged))))
        if is_store(path):
            self.stored.append(body["bundle"])
            return answer_json(start, 201, {"id": len(self.stored)})
        return answer_json(start, 404, {"message": "Not Found"})

    def _certify(self, body: dict[str, Any], sent: str) -> tuple[int, dict[str, Any]]:
        """Return a certificate for the key whose owner has signed the subject of its token.

        Clients send the token in the request, or as its authorization.
        """
        asked = body["publicKeyRequest"]
        key = serialization.load_pem_public_key(asked["publicKey"]["content"].encode())
        assert isinstance(key, ec.EllipticCurvePublicKey)
        try:
            token = sent or body["credentials"]["oidcIdentityToken"]
            claims = publishers.claims_of(token, _AUDIENCE, self.issuers)
            proof = base64.b64decode(asked["proofOfPossession"])
            key.verify(proof, claims["sub"].encode(), _SHA256)
        except (publishers.NotTrusted, InvalidSignature) as error:
            return 400, {"code": 3, "message": f"{type(error).__name__}: {error}"}
        made = _certificate(x509.Name([]), self._root.subject, key, dt.timedelta(minutes=10))
        for extension, critical in _extensions(claims):
            made = made.add_extension(extension, critical=critical)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._authority.public_key())
        made = made.add_extension(authority, critical=False)
        chain = [made.sign(self._authority, hashes.SHA256()), self._root]
        pem = [each.public_bytes(serialization.Encoding.PEM).decode() for each in chain]
        return 200, {"signedCertificateEmbeddedSct": {"chain": {"certificates": pem}}}

    def _logged(self, proposed: dict[str, Any]) -> dict[str, Any]:
        """Return the entry of the log for a signature: each is a tree of its own."""
        envelope = json.loads(proposed["spec"]["proposedContent"]["envelope"])
        (verifier,) = proposed["spec"]["proposedContent"]["verifiers"]
        (signature,) = envelope["signatures"]
        content = {
            "apiVersion": proposed["apiVersion"],
            "kind": proposed["kind"],
            "spec": {
                "envelopeHash": _digest(json.dumps(envelope).encode()),
                "payloadHash": _digest(base64.b64decode(envelope["payload"])),
                "signatures": [{"signature": signature["sig"], "verifier": verifier}],
            },
        }
        body = _canonical(content)
        promised = {
            "body": base64.b64encode(body).decode(),
            "integratedTime": int(time.time()),
            "logID": self._log_id().hex(),
            "logIndex": len(self.entries),
        }
        root = hashlib.sha256(b"\0" + body).digest()
        note = f"{LOG} - 1\n1\n{base64.b64encode(root).decode()}\n"
        signed = self._log_id()[:4] + self._log.sign(note.encode(), _SHA256)
        promise = self._log.sign(_canonical(promised), _SHA256)
        entry = {
            **promised,
            "verification": {
                "signedEntryTimestamp": base64.b64encode(promise).decode(),
                "inclusionProof": {
                    "checkpoint": f"{note}\n\u2014 {LOG} {base64.b64encode(signed).decode()}\n",
                    "hashes": [],
                    "logIndex": 0,
                    "rootHash": root.hex(),
                    "treeSize": 1,
                },
            },
        }
        self.entries.append(entry)
        return {root.hex(): entry}

    def _log_key(self) -> bytes:
        return self._log.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def _log_id(self) -> bytes:
        return hashlib.sha256(self._log_key()).digest()

    def trusted_root(self) -> dict[str, Any]:
        """Return the keys of the authority and of the log, as Sigstore's clients get them."""
        certificate = self._root.public_bytes(serialization.Encoding.DER)
        since = {"start": "2020-01-01T00:00:00Z"}
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "certificateAuthorities": [
                {
                    "uri": f"https://{CERTIFICATES}",
                    "certChain": {"certificates": [{"rawBytes": _text(certificate)}]},
                    "validFor": since,
                }
            ],
            "tlogs": [
                {
                    "baseUrl": f"https://{LOG}",
                    "hashAlgorithm": "SHA2_256",
                    "logId": {"keyId": _text(self._log_id())},
                    "publicKey": {
                        "rawBytes": _text(self._log_key()),
                        "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                        "validFor": since,
                    },
                }
            ],
            "ctlogs": [],
            "timestampAuthorities": [],
        }

    def signing_config(self) -> dict[str, Any]:
        """Return the services with which clients sign."""

        def service(host: str) -> dict[str, Any]:
            since = {"start": "2020-01-01T00:00:00Z"}
            url = f"https://{host}"
            return {"url": url, "majorApiVersion": 1, "validFor": since, "operator": "tests"}

        return {
            "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            "caUrls": [service(CERTIFICATES)],
            "rekorTlogUrls": [service(LOG)],
            "rekorTlogConfig": {"selector": "ANY"},
        }


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _canonical(value: object) -> bytes:
    """Return JSON as it is signed: members in order, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _digest(content: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(content).hexdigest()}


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, valid: dt.timedelta
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=1))
        .not_valid_after(now + valid)
    )


def _extensions(claims: dict[str, Any]) -> Iterator[tuple[x509.ExtensionType, bool]]:
    """Yield what a certificate says of a job, each with whether clients have to know it."""
    identity = f"https://github.com/{claims['job_workflow_ref']}"
    yield x509.SubjectAlternativeName([x509.UniformResourceIdentifier(identity)]), True
    yield _usage(signs_certificates=False), True
    yield x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False
    said = {
        8: ISSUER,
        9: identity,
        11: claims["runner_environment"],
        12: f"https://github.com/{claims['repository']}",
        13: claims["sha"],
        14: claims["ref"],
    }
    for number, text in said.items():
        raw = str(text).encode()
        assert len(raw) < 2**8
        # UTF8String, with its length in one byte or two
        length = bytes([len(raw)]) if len(raw) < 2**7 else bytes([0x81, len(raw)])
        oid = x509.ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{number}")
        yield x509.UnrecognizedExtension(oid, b"\x0c" + length + raw), False


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


@contextmanager
def sigstore() -> Iterator[Sigstore]:
    """Run a Sigstore with keys of its own."""
    made = Sigstore()
    with serving(made) as made.address:
        yield made
