"""moto's server, with the one thing that moto takes on trust checked: other issuers' tokens.

`python -m tests.support.aws_double.server` listens on a loopback port that the system chooses, and
prints its address. The token of AssumeRoleWithWebIdentity is checked as AWS does; all else is
moto's, but for what s3.py adds.

What AWS checks: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
and https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

from __future__ import annotations

import fnmatch
import io
import json
import signal
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

import httpx
import jwt
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sts.models import sts_backends
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from tests.support.aws_double import s3

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ACTION = "AssumeRoleWithWebIdentity"
PARTITION = "aws"
NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
LIFETIME_SECONDS = 3600
IN_JSON = {
    "AccessDenied": "AccessDeniedException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
}
ALGORITHMS = ["RS256"]


class Refusal(Exception):  # noqa: N818 - an answer
    """AWS says no; the message is AWS' own."""

    def __init__(self, code: str, message: str) -> None:
        """Take the error's code and text."""
        super().__init__(message)
        self.code = code


def application(inner: WSGIApplication) -> WSGIApplication:
    """`inner`, with a check before it that refuses tokens of other issuers."""

    def respond(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        fields = {key: each[0] for key, each in parse_qs(body.decode("latin-1")).items()}
        s3.begin(environ)
        if s3.is_of_another_account(environ):
            return s3.refused()(environ, start)
        if fields.get("Action") != ACTION:
            environ["wsgi.input"] = io.BytesIO(body)
            return in_json(Response.from_app(inner, environ), environ)(environ, start)
        status = HTTPStatus.OK
        try:
            answer = assumed(fields)
        except Refusal as refusal:
            denied = refusal.code == "AccessDenied"
            status = HTTPStatus.FORBIDDEN if denied else HTTPStatus.BAD_REQUEST
            answer = document("ErrorResponse", {"Error": said(refusal)})
        start(f"{status.value} {status.phrase}", [("Content-Type", "text/xml")])
        return [answer]

    return respond


def in_json(answer: Response, environ: WSGIEnvironment) -> Response:
    """The answer; a refusal of a key or an action in JSON to anyone who speaks it.

    moto gives all services the XML of some. Codes by
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
    """
    speaks_json = "HTTP_X_AMZ_TARGET" in environ
    if answer.status_code != HTTPStatus.FORBIDDEN or not speaks_json:
        return answer
    error = fromstring(answer.get_data()).find(".//Error")  # noqa: S314 - moto's, not a stranger's
    assert error is not None
    code, message = error.findtext("Code", ""), error.findtext("Message", "")
    body = {"__type": IN_JSON.get(code, code), "message": message}
    return Response(json.dumps(body), HTTPStatus.BAD_REQUEST, mimetype="application/x-amz-json-1.1")


def assumed(fields: dict[str, str]) -> bytes:
    """The answer to AssumeRoleWithWebIdentity.

    Raises:
        Refusal: The token is not one that the role trusts.
    """
    arn, token = fields["RoleArn"], fields["WebIdentityToken"]
    iam = iam_backends[DEFAULT_ACCOUNT_ID][PARTITION]
    role = next((each for each in iam.get_roles() if each.arn == arn), None)
    claims = verified(token)
    if role is None or not trusted(json.loads(role.assume_role_policy_document), claims):
        raise Refusal("AccessDenied", f"Not authorized to perform sts:{ACTION}")
    made = sts_backends[DEFAULT_ACCOUNT_ID][PARTITION].assume_role_with_web_identity(
        region_name="us-east-1",
        role_session_name=fields["RoleSessionName"],
        role_arn=arn,
        policy=fields.get("Policy", ""),
        duration=LIFETIME_SECONDS,
        external_id="",
    )
    result = {
        "SubjectFromWebIdentityToken": claims["sub"],
        "Audience": claims["aud"],
        "Provider": claims["iss"],
        "AssumedRoleUser": {"Arn": made.arn, "AssumedRoleId": made.user_id},
        "Credentials": {
            "AccessKeyId": made.access_key_id,
            "SecretAccessKey": made.secret_access_key,
            "SessionToken": made.session_token,
            "Expiration": made.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    }
    return document(f"{ACTION}Response", {f"{ACTION}Result": result})


def verified(token: str) -> dict[str, Any]:
    """The claims of a token whose issuer IAM has, for an audience that IAM has for it.

    The keys are found by the issuer's discovery document, as anybody finds them.

    Raises:
        Refusal: It is none.
    """
    invalid = "InvalidIdentityToken"
    try:
        issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
    except (jwt.InvalidTokenError, KeyError):
        raise Refusal(invalid, "The ID Token provided is not a valid JWT.") from None
    known = iam_backends[DEFAULT_ACCOUNT_ID][PARTITION].open_id_providers.values()
    provider = next((each for each in known if each.url == without_scheme(issuer)), None)
    if provider is None:
        raise Refusal(
            invalid, f"No OpenIDConnect provider found in your account for {issuer}"
        ) from None
    try:
        found = httpx.get(f"{issuer}/.well-known/openid-configuration", trust_env=False)
        key = jwt.PyJWKClient(found.json()["jwks_uri"]).get_signing_key_from_jwt(token)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=provider.client_id_list,
            issuer=issuer,
            options={"require": ["exp", "iat", "sub", "aud"]},
        )
    except (httpx.HTTPError, jwt.PyJWKClientConnectionError, ValueError, KeyError):
        raise Refusal(
            invalid, "Couldn't retrieve verification key from your identity provider"
        ) from None
    except jwt.ExpiredSignatureError:
        raise Refusal("ExpiredTokenException", "Token expired: the token is too old") from None
    except jwt.InvalidAudienceError:
        raise Refusal(invalid, "Incorrect token audience") from None
    except (jwt.InvalidTokenError, jwt.PyJWKClientError):
        raise Refusal(invalid, "Provided Token is not valid: its signature is not") from None
    return claims


def trusted(policy: dict[str, Any], claims: dict[str, Any]) -> bool:
    """Whether a role's trust policy lets these claims in."""
    return any(_allows(statement, claims) for statement in policy["Statement"])


def _allows(statement: dict[str, Any], claims: dict[str, Any]) -> bool:
    issuer = without_scheme(claims["iss"])
    provider = f"arn:{PARTITION}:iam::{DEFAULT_ACCOUNT_ID}:oidc-provider/{issuer}"
    if statement["Effect"] != "Allow":
        return False
    if f"sts:{ACTION}" not in _listed(statement["Action"]):
        return False
    if provider not in _listed(statement.get("Principal", {}).get("Federated", [])):
        return False
    return all(
        key.startswith(f"{issuer}:")
        and any(
            _matches(operator, str(claims.get(key.removeprefix(f"{issuer}:"))), pattern)
            for pattern in _listed(patterns)
        )
        for operator, keys in statement.get("Condition", {}).items()
        for key, patterns in keys.items()
    )


def _matches(operator: str, value: str, pattern: str) -> bool:
    """Whether a claim is what a condition asks for; no other operator is known, and so none holds.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    if operator == "StringEquals":
        return value == pattern
    # To fnmatch, brackets mean something; to AWS, only * and ? do.
    return operator == "StringLike" and fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def without_scheme(issuer: str) -> str:
    """The name of an issuer in ARNs and in conditions."""
    return issuer.partition("://")[2]


def said(refusal: Refusal) -> dict[str, Any]:
    """The content of an error."""
    return {"Type": "Sender", "Code": refusal.code, "Message": str(refusal)}


def document(name: str, content: dict[str, Any]) -> bytes:
    """An answer as XML."""
    root = Element(name, xmlns=NAMESPACE)
    _fill(root, content)
    written: bytes = tostring(root)
    return written


def _fill(parent: Element, content: dict[str, Any]) -> None:
    for name, value in content.items():
        child = SubElement(parent, name)
        if isinstance(value, dict):
            _fill(child, value)
        else:
            child.text = value


def main() -> None:
    """Serve until the process is stopped."""
    s3.complete()
    inner = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application(inner), threaded=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201 - for who started it
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
