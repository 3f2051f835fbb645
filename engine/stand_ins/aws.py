"""The stand-in for pulumi-aws: secrets, parameters, roles and buckets of a moto server.

Behaviour: hashicorp/terraform-provider-aws, internal/service/secretsmanager/
secret_version_data_source.go and secret_data_source.go, internal/service/ssm/
parameter_data_source.go, internal/service/iam/role.go, role_policy.go, role_policy_attachment.go,
openid_connect_provider.go; what happens before: pulumi/pulumi-aws, provider/resources.go.
Not like it: services are reached by `endpoints` or AWS_ENDPOINT_URL, on loopback addresses only.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore import UNSIGNED, xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from engine.stand_ins import s3
from engine.stand_ins.resource import Resource, as_json
from engine.stand_ins.stand_in import PluginError, StandIn, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VERSION = "aws:secretsmanager/getSecretVersion:getSecretVersion"
SECRET = "aws:secretsmanager/getSecret:getSecret"  # noqa: S105 - the name of a function
PARAMETER = "aws:ssm/getParameter:getParameter"

OIDC_PROVIDER_FUNCTION = "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider"

SERVICES = {
    "iam": "IAM",
    "s3": "S3",
    "secretsmanager": "Secrets Manager",
    "ssm": "SSM",
    "sts": "STS",
}
"""As Go's SDK names them in its errors."""

WITHOUT_BODY = ("Put", "Delete", "Attach", "Detach", "Update", "Add", "Remove")
"""How the names of IAM's operations begin that answer without a body."""

LOOPBACK = {"127.0.0.1", "::1", "localhost"}

WITHOUT_VALUE = {"ResourceNotFoundException", "InvalidRequestException"}
"""Codes of a secret that is not there, or whose value was deleted."""


class AwsStandIn(StandIn):
    """One configured provider."""

    package = "pulumi_aws"
    settings = frozenset(
        {
            *("region", "accessKey", "secretKey", "token", "profile", "endpoints", "maxRetries"),
            *("skipCredentialsValidation", "skipRequestingAccountId", "skipMetadataApiCheck"),
            *("skipRegionValidation", "assumeRoleWithWebIdentity", "allowedAccountIds"),
        }
    )

    def __init__(self) -> None:
        """Start without a session."""
        super().__init__()
        self._session = boto3.Session()

    def functions(self) -> Mapping[str, Callable[[Values], Values]]:
        """Return the functions of both services."""
        return {
            VERSION: self.get_secret_version,
            SECRET: self.get_secret,
            PARAMETER: self.get_parameter,
            OIDC_PROVIDER_FUNCTION: self.get_oidc_provider,
        }

    def resources(self) -> Mapping[str, Resource]:
        """Return the resources of IAM and S3."""
        return {
            **s3.resources(
                lambda operation, **given: self._ask("s3", operation, **given),
                lambda: str(self._session.region_name),
            ),
            "aws:iam/role:Role": Resource(
                create=self._create_role,
                read=self._read_role,
                update=self._update_role,
                delete=lambda ident: self._done("DeleteRole", RoleName=ident),
                replaced_by=frozenset({"name", "path"}),
                computed=frozenset({"arn"}),
                compared={"assumeRolePolicy": as_json},
            ),
            "aws:iam/rolePolicy:RolePolicy": Resource(
                create=self._create_role_policy,
                read=self._read_role_policy,
                update=lambda _, inputs: self._put_role_policy(inputs),
                delete=lambda ident: self._done("DeleteRolePolicy", **_of_role(ident)),
                replaced_by=frozenset({"name", "role"}),
                compared={"policy": as_json},
            ),
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Resource(
                create=self._attach,
                read=self._read_attachment,
                update=lambda *_: None,
                delete=self._detach,
                replaced_by=frozenset({"role", "policyArn"}),
            ),
            "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Resource(
                create=self._create_oidc_provider,
                read=self._read_oidc_provider,
                update=self._update_oidc_provider,
                delete=lambda ident: self._done(
                    "DeleteOpenIDConnectProvider", OpenIDConnectProviderArn=ident
                ),
                replaced_by=frozenset({"url"}),
                computed=frozenset({"arn"}),
                compared={"url": lambda url: str(url).rpartition("://")[2]},
            ),
        }

    def secret(self, token: str) -> frozenset[str]:
        """Return the values' names; those of unencrypted parameters are not secret."""
        return {
            VERSION: frozenset({"secretString", "secretBinary"}),
            PARAMETER: frozenset({"value"}),
        }.get(token, frozenset())

    def configure(self) -> None:
        """Find credentials, and ask STS whose they are unless that is to be skipped."""
        config = self.config
        try:
            self._session = boto3.Session(
                aws_access_key_id=config.get("accessKey"),
                aws_secret_access_key=config.get("secretKey"),
                aws_session_token=config.get("token"),
                profile_name=config.get("profile") or None,
                region_name=config.get("region"),
            )
            if role := config.get("assumeRoleWithWebIdentity"):
                self._session = self._assumed(role)
        except BotoCoreError as error:
            raise PluginError(_unvalidated(str(error))) from None
        if not self._session.region_name:
            raise PluginError("invalid AWS Region: ")
        if not config.get("skipCredentialsValidation"):
            try:
                account = self._ask("sts", "GetCallerIdentity")["Account"]
            except PluginError as error:
                said = f"validating provider credentials: retrieving caller identity: {error}"
                raise PluginError(_unvalidated(said)) from None
            if account not in config.get("allowedAccountIds", [account]):
                raise PluginError(f"AWS account ID not allowed: {account}")

    def get_secret_version(self, arguments: Values) -> Values:
        """Read the value of a secret."""
        wanted = {"SecretId": arguments["secretId"]}
        stage = arguments.get("versionStage") or "AWSCURRENT"
        if version := arguments.get("versionId"):
            wanted["VersionId"] = version
        else:
            wanted["VersionStage"] = stage
        ident = f"{arguments['secretId']}|{version or stage}"
        found = self._found(
            f"reading Secrets Manager Secret Version ({ident})",
            *("secretsmanager", "GetSecretValue"),
            **wanted,
            region=arguments.get("region"),
        )
        binary = found.get("SecretBinary", b"").decode("utf-8", "replace")
        return {
            **arguments,
            "id": ident,
            "arn": found["ARN"],
            "secretArn": found["ARN"],
            "createdDate": rfc3339(found["CreatedDate"]),
            "region": self._region(arguments),
            "secretBinary": binary,
            "secretString": found.get("SecretString", ""),
            "versionId": found["VersionId"],
            "versionStage": stage,
            "versionStages": sorted(found["VersionStages"]),
        }

    def get_secret(self, arguments: Values) -> Values:
        """Read what is known of a secret, but for its value."""
        if ("arn" in arguments) == ("name" in arguments):
            raise PluginError("one of `arn,name` must be specified, and only one")
        ident = arguments.get("arn") or arguments["name"]
        what = f"reading Secrets Manager Secret ({ident})"
        service, region = "secretsmanager", arguments.get("region")
        found = self._found(what, service, "DescribeSecret", SecretId=ident, region=region)
        arn = found["ARN"]
        policy = self._found(
            f"{what} policy", service, "GetResourcePolicy", SecretId=arn, region=region
        )
        return {
            "id": arn,
            "arn": arn,
            "name": found["Name"],
            "createdDate": rfc3339(found["CreatedDate"]),
            "lastChangedDate": rfc3339(found["LastChangedDate"]),
            "description": found.get("Description", ""),
            "kmsKeyId": found.get("KmsKeyId", ""),
            "policy": policy.get("ResourcePolicy", ""),
            "region": self._region(arguments),
            "tags": {each["Key"]: each["Value"] for each in found.get("Tags", [])},
            "type": found.get("Type", ""),
        }

    def get_parameter(self, arguments: Values) -> Values:
        """Read a parameter."""
        name = arguments["name"]
        decrypt = arguments.get("withDecryption", True)
        what = f"reading SSM Parameter ({name})"
        found = self._found(
            *(what, "ssm", "GetParameter"),
            Name=name,
            WithDecryption=decrypt,
            region=arguments.get("region"),
        )["Parameter"]
        open_ = found["Type"] != "SecureString"
        return {
            "id": found["Name"],
            "arn": found["ARN"],
            "name": found["Name"],
            "type": found["Type"],
            "version": found["Version"],
            "value": found["Value"],
            "insecureValue": found["Value"] if open_ else None,
            "region": self._region(arguments),
            "withDecryption": decrypt,
        }

    def get_oidc_provider(self, arguments: Values) -> Values:
        """Find the account's OIDC provider of an issuer."""
        if ("arn" in arguments) == ("url" in arguments):
            raise PluginError("one of `arn,url` must be specified, and only one")
        url = str(arguments.get("url", "")).rpartition("://")[2]
        listed = self._ask("iam", "ListOpenIDConnectProviders")["OpenIDConnectProviderList"]
        arns = [each["Arn"] for each in listed]
        wanted = arguments.get("arn")
        found = next((a for a in arns if a == wanted or a.endswith(f":oidc-provider/{url}")), None)
        if found is None:
            raise PluginError(f"finding IAM OIDC Provider by url ({arguments['url']}): not found")
        read = self._read_oidc_provider(found) or {}
        return {**read, "id": found, "tags": {}}

    def _create_role(self, inputs: Values) -> tuple[str, Values]:
        made = self._ask("iam", "CreateRole", **_role(inputs))["Role"]
        return inputs["name"], {"arn": made["Arn"]}

    def _read_role(self, ident: str) -> Values | None:
        found = self._there("GetRole", RoleName=ident)
        if found is None:
            return None
        role = found["Role"]
        return {
            "arn": role["Arn"],
            "name": role["RoleName"],
            "description": role.get("Description", ""),
            "assumeRolePolicy": json.dumps(role["AssumeRolePolicyDocument"]),
            "maxSessionDuration": role["MaxSessionDuration"],
            "permissionsBoundary": role.get("PermissionsBoundary", {}).get(
                "PermissionsBoundaryArn", ""
            ),
        }

    def _update_role(self, ident: str, inputs: Values) -> None:
        given = _role(inputs)
        self._done(
            "UpdateAssumeRolePolicy",
            RoleName=ident,
            PolicyDocument=given.pop("AssumeRolePolicyDocument"),
        )
        if boundary := given.pop("PermissionsBoundary", None):
            self._done("PutRolePermissionsBoundary", RoleName=ident, PermissionsBoundary=boundary)
        else:
            self._done("DeleteRolePermissionsBoundary", RoleName=ident)
        self._done("UpdateRole", **given)

    def _create_role_policy(self, inputs: Values) -> tuple[str, Values]:
        self._put_role_policy(inputs)
        return f"{inputs['role']}:{inputs['name']}", {}

    def _put_role_policy(self, inputs: Values) -> None:
        self._done(
            "PutRolePolicy",
            RoleName=inputs["role"],
            PolicyName=inputs["name"],
            PolicyDocument=inputs["policy"],
        )

    def _read_role_policy(self, ident: str) -> Values | None:
        found = self._there("GetRolePolicy", **_of_role(ident))
        if found is None:
            return None
        names = {"role": found["RoleName"], "name": found["PolicyName"]}
        return {**names, "policy": json.dumps(found["PolicyDocument"])}

    def _attach(self, inputs: Values) -> tuple[str, Values]:
        role, arn = inputs["role"], inputs["policyArn"]
        self._done("AttachRolePolicy", RoleName=role, PolicyArn=arn)
        return f"{role}/{arn}", {}

    def _read_attachment(self, ident: str) -> Values | None:
        role, _, arn = ident.partition("/")
        found = self._there("ListAttachedRolePolicies", RoleName=role)
        attached = [each["PolicyArn"] for each in (found or {}).get("AttachedPolicies", [])]
        return {"role": role, "policyArn": arn} if arn in attached else None

    def _detach(self, ident: str) -> None:
        role, _, arn = ident.partition("/")
        self._done("DetachRolePolicy", RoleName=role, PolicyArn=arn)

    def _create_oidc_provider(self, inputs: Values) -> tuple[str, Values]:
        made = self._ask(
            "iam",
            "CreateOpenIDConnectProvider",
            Url=inputs["url"],
            ClientIDList=inputs["clientIdLists"],
            ThumbprintList=inputs.get("thumbprintLists", []),
        )
        arn = made["OpenIDConnectProviderArn"]
        return arn, {"arn": arn}

    def _read_oidc_provider(self, ident: str) -> Values | None:
        found = self._there("GetOpenIDConnectProvider", OpenIDConnectProviderArn=ident)
        if found is None:
            return None
        return {
            "arn": ident,
            "url": found["Url"],
            "clientIdLists": found["ClientIDList"],
            "thumbprintLists": found["ThumbprintList"],
        }

    def _update_oidc_provider(self, ident: str, inputs: Values) -> None:
        live = set((self._read_oidc_provider(ident) or {}).get("clientIdLists", []))
        wanted = set(inputs["clientIdLists"])
        for operation, audiences in (
            ("AddClientIDToOpenIDConnectProvider", wanted - live),
            ("RemoveClientIDFromOpenIDConnectProvider", live - wanted),
        ):
            for audience in audiences:
                self._done(operation, OpenIDConnectProviderArn=ident, ClientID=audience)

    def _there(self, operation: str, **arguments: object) -> dict[str, Any] | None:
        """Return IAM's answer, or None where there is no such thing."""
        try:
            return self._ask("iam", operation, **arguments)
        except PluginError as error:
            if "NoSuchEntity" in str(error):
                return None
            raise

    def _done(self, operation: str, **arguments: object) -> None:
        """Do what IAM answers without a body."""
        self._ask("iam", operation, **arguments)

    def _region(self, arguments: Values) -> str:
        return str(arguments.get("region") or self._session.region_name)

    def _found(
        self, what: str, service: str, operation: str, **arguments: object
    ) -> dict[str, Any]:
        try:
            return self._ask(service, operation, **arguments)
        except PluginError as error:
            raise PluginError(f"{what}: {error}") from None

    def _ask(
        self,
        service: str,
        operation: str,
        region: object = None,
        signature: Any = None,  # noqa: ANN401 - a mark of botocore's
        **arguments: object,
    ) -> dict[str, Any]:
        """Make a request; its error reads as that of Go's SDK, which quotes no value either."""
        client = self._client(service, region, signature)
        method = xform_name(operation)
        self.note(request=f"{service} {operation} {next(iter(arguments.values()), '')}".strip())
        try:
            answer: dict[str, Any] = getattr(client, method)(**arguments)
        except ClientError as error:
            said, status = error.response["Error"], error.response["ResponseMetadata"]
            if operation == "GetSecretValue" and said["Code"] in WITHOUT_VALUE:
                raise PluginError("couldn't find resource") from None
            raise PluginError(
                f"operation error {SERVICES[service]}: {operation}, https response error "
                f"StatusCode: {status['HTTPStatusCode']}, RequestID: {status.get('RequestId')}, "
                f"{said['Code']}: {said.get('Message')}"
            ) from None
        except BotoCoreError as error:
            raise PluginError(
                f"operation error {SERVICES[service]}: {operation}, request send failed: {error}"
            ) from None
        finally:
            client.close()
        answered = answer.keys() > {"ResponseMetadata"} or operation.startswith(WITHOUT_BODY)
        if not answered:  # what is no JSON is an empty answer to botocore
            raise PluginError(
                f"operation error {SERVICES[service]}: {operation}, deserialization failed, "
                "failed to decode response body"
            )
        return answer

    def _client(
        self,
        service: str,
        region: object,
        signature: Any,  # noqa: ANN401 - a mark of botocore's
    ) -> Any:  # noqa: ANN401 - a client of any service
        given = self.config.get("endpoints") or [{}]
        endpoint = given[0].get(service) or os.environ.get("AWS_ENDPOINT_URL", "")
        if urlsplit(endpoint).hostname not in LOOPBACK:
            raise PluginError(
                f"aws:endpoints[0].{service}: the plugin that stands in for pulumi_aws "
                "reaches loopback addresses only; give one"
            )
        retries: Any = {"total_max_attempts": 1}
        config = Config(retries=retries, signature_version=signature, proxies={})
        make: Callable[..., Any] = self._session.client
        return make(service, region_name=region, endpoint_url=endpoint, config=config)

    def _assumed(self, role: Values) -> boto3.Session:
        """Return a session of a role, for a token that another issuer has signed."""
        token = role.get("webIdentityToken")
        if not token:
            token = Path(role["webIdentityTokenFile"]).read_text(encoding="utf-8").strip()
        try:
            answer = self._ask(
                *("sts", "AssumeRoleWithWebIdentity"),
                signature=UNSIGNED,
                RoleArn=role["roleArn"],
                RoleSessionName=role.get("sessionName") or "terraform",
                WebIdentityToken=token,
            )
        except PluginError as error:
            said = f"cannot assume role with web identity: {error}"
            raise PluginError(_unvalidated(said)) from None
        given = answer["Credentials"]
        return boto3.Session(
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
            region_name=self._session.region_name,
        )


def _role(inputs: Values) -> dict[str, Any]:
    """Return a role's inputs by their names in IAM."""
    found = {
        "RoleName": inputs["name"],
        "Description": inputs.get("description"),
        "AssumeRolePolicyDocument": inputs["assumeRolePolicy"],
        "MaxSessionDuration": inputs.get("maxSessionDuration", 3600),
        "PermissionsBoundary": inputs.get("permissionsBoundary"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _of_role(ident: str) -> dict[str, str]:
    """Return the names in the id of a role's own policy."""
    role, _, name = ident.partition(":")
    return {"RoleName": role, "PolicyName": name}


def _unvalidated(details: str) -> str:
    return f"unable to validate AWS credentials.\nDetails: {details}\n"


def rfc3339(moment: dt.datetime) -> str:
    """Return a time as Go writes it: in UTC, to the second."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
