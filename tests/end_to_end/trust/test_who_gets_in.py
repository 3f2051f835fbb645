"""Jobs of the sandbox at a real Vault and at the AWS double: who gets in, and who does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import hvac.exceptions
import pytest
from botocore.exceptions import ClientError

from portcullis.archive.bucket import Bucket
from tests.end_to_end.trust.organization import (
    ACCOUNT,
    ARCHIVE,
    BOUNDARY,
    OWN,
    READER,
    Job,
    Outside,
    add_workflow,
    deploying,
    started,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.project import Project
    from tests.support.sandbox import World

AWS_AUDIENCE = "sts.amazonaws.com"
ROLE = "arn:aws:iam::123456789012:role/acme+tool+cluster"


@pytest.fixture(scope="module")
def job(project: Project) -> Job:
    """The job that is trusted, running."""
    return deploying(project.world, "tool", "cluster")


@pytest.fixture(scope="module")
def own(project: Project) -> World:
    """The world, in which somebody has added a workflow file and a branch."""
    world = project.world
    add_workflow(world)
    sha = world.request("GET", "/repos/acme/tool/git/ref/heads/main")["body"]["object"]["sha"]
    for ref in ("refs/heads/wip", "refs/tags/nightly-1", "refs/tags/other-1"):
        body = {"ref": ref, "sha": sha}
        made = world.request("POST", "/repos/acme/tool/git/refs", body)
        assert made["status"] == 201, made
    return world


def vault_login(outside: Outside, job: Job, role: str = "tool--cluster") -> hvac.Client:
    """Log in to Vault as the action does; raises where Vault refuses."""
    return outside.vault.login(role, job.token(outside.vault.address), "github-acme")


def test_the_job_reads_its_secret_from_vault(outside: Outside, job: Job) -> None:
    """The job finds its role in its variables, logs in, and reads what is declared (A5, G2)."""
    seen = job.variables
    token = job.token(seen["VAULT_AUDIENCE"])
    client = outside.vault.login(seen["VAULT_ROLE"], token, seen["VAULT_AUTH_PATH"])
    found = client.secrets.kv.v2.read_secret_version(
        "tool/cluster", mount_point="kv", raise_on_deleted_version=True
    )
    assert found["data"]["data"]["url"] == "url of tool/cluster"


def test_and_reads_nothing_else(outside: Outside, job: Job) -> None:
    """Its token lives for minutes, and has one policy for the declared paths (A5, G2)."""
    client = vault_login(outside, job)
    looked_up = outside.vault.client.auth.token.lookup(client.token)["data"]
    assert looked_up["policies"] == ["acme--tool--cluster"]
    assert looked_up["creation_ttl"] == 900
    for path in ("tool/staging", "other"):
        with pytest.raises(hvac.exceptions.Forbidden):
            client.secrets.kv.v2.read_secret_version(
                path, mount_point="kv", raise_on_deleted_version=True
            )
    with pytest.raises(hvac.exceptions.Forbidden):
        client.secrets.kv.v2.create_or_update_secret(
            "tool/cluster", secret={"url": "x"}, mount_point="kv"
        )


def test_the_job_gets_its_permissions_in_aws(outside: Outside, job: Job) -> None:
    """The job assumes the role that its variables name, and may do what is declared (A5, G2)."""
    assert job.variables["AWS_ROLE_ARN"] == ROLE
    keys = outside.aws.assume(ROLE, job.token(AWS_AUDIENCE))
    level = outside.aws.parameters(keys).get_parameter(Name="/app/level", WithDecryption=True)
    assert level["Parameter"]["Value"] == "high"
    with pytest.raises(ClientError):
        outside.aws.parameters(keys).put_parameter(Name="/app/level", Value="x", Overwrite=True)


def test_no_credential_is_stored_on_github(project: Project) -> None:
    """The jobs know only names: neither secret nor key is in the repository (G2)."""
    assert project.world.state("secret") == []


def test_the_role_is_as_declared(outside: Outside, project: Project) -> None:
    """Boundary, session and permissions; audience and subject are exact, and the id is checked."""
    role: Any = outside.aws.iam().get_role(RoleName=ROLE.partition("/")[2])["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY
    assert role["MaxSessionDuration"] == 3600
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert list(statement["Condition"]) == ["StringEquals"]
    exact = {
        key.rpartition(":")[2]: each for key, each in statement["Condition"]["StringEquals"].items()
    }
    found = project.world.request("GET", "/repos/acme/tool")["body"]
    number, owner = found["id"], found["owner"]["id"]
    assert exact == {
        "aud": AWS_AUDIENCE,
        "sub": f"repo:acme@{owner}/tool@{number}:environment:cluster",
        "repository_id": str(number),
        "job_workflow_ref": ["acme/tool/.github/workflows/deploy.yml@refs/heads/main"],
    }
    name = role["RoleName"]
    attached = outside.aws.iam().list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == [READER]
    inline = outside.aws.iam().get_role_policy(RoleName=name, PolicyName="portcullis")
    allowed = json.dumps(inline["PolicyDocument"])
    assert "secretsmanager:GetSecretValue" in allowed
    assert "secret:app-*" in allowed


STRANGERS: dict[str, Callable[[World], Job]] = {
    "other environment": lambda world: deploying(world, "tool", "staging"),
    "other repository": lambda world: deploying(world, "other", "cluster"),
    "other workflow file": lambda world: started(world, "tool", "own.yml", "wrong"),
    "no environment": lambda world: started(world, "tool", "own.yml", "free"),
    "branch": lambda world: started(world, "tool", "own.yml", "free", "wip"),
}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_strangers_are_refused(outside: Outside, own: World, stranger: str) -> None:
    """A job that differs in one thing gets in neither here nor there (A5, G2)."""
    other = STRANGERS[stranger](own)
    with pytest.raises(hvac.exceptions.VaultError, match="claim"):
        vault_login(outside, other)
    with pytest.raises(ClientError, match="AccessDenied"):
        outside.aws.assume(ROLE, other.token(AWS_AUDIENCE))


def test_a_token_for_somebody_else_is_refused(outside: Outside, job: Job) -> None:
    """The right job's token, made for another system, opens nothing (A5, G2)."""
    with pytest.raises(hvac.exceptions.VaultError, match="audience"):
        outside.vault.login("tool--cluster", job.token(AWS_AUDIENCE), "github-acme")
    with pytest.raises(ClientError, match="InvalidIdentityToken"):
        outside.aws.assume(ROLE, job.token(outside.vault.address))


def test_tags_get_in_by_pattern_and_file(outside: Outside, own: World) -> None:
    """Where tags are admitted by pattern, the file and the environment stay exact (A5, G2)."""
    tagged = started(own, "tool", "own.yml", "release", "nightly-1")
    role = tagged.variables["AWS_ROLE_ARN"]
    assert vault_login(outside, tagged, "tool--nightly").token
    assert outside.aws.assume(role, tagged.token(AWS_AUDIENCE)).session
    free = started(own, "tool", "own.yml", "free", "nightly-1")
    with pytest.raises(hvac.exceptions.VaultError, match="environment"):
        vault_login(outside, free, "tool--nightly")
    with pytest.raises(ClientError, match="AccessDenied"):
        outside.aws.assume(role, free.token(AWS_AUDIENCE))


@pytest.mark.usefixtures("project")
def test_the_archive_is_as_declared(outside: Outside) -> None:
    """Versions, lock, encryption, no public access, pruning after the retention (G8)."""
    s3, bucket = outside.aws.buckets(), {"Bucket": "acme-audit-archive"}
    assert s3.get_bucket_versioning(**bucket)["Status"] == "Enabled"
    lock = s3.get_object_lock_configuration(**bucket)["ObjectLockConfiguration"]
    kept = lock["Rule"]["DefaultRetention"]
    assert (kept["Mode"], kept["Days"]) == ("COMPLIANCE", 400)
    encryption = s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]
    assert "AES256" in str(encryption)
    closed = s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"]
    assert set(closed.values()) == {True}
    rules = s3.get_bucket_lifecycle_configuration(**bucket)["Rules"]
    assert rules[0]["Expiration"]["Days"] == 800
    policy = json.loads(s3.get_bucket_policy(**bucket)["Policy"])
    assert {each["Effect"] for each in policy["Statement"]} == {"Deny"}


def test_one_workflow_adds_to_the_archive_and_reads_nothing(
    outside: Outside, own: World, job: Job
) -> None:
    """The role trusts one job, which adds objects; it neither reads nor deletes (G8, A8)."""
    add_workflow(own, "tool", "audit-archive", ARCHIVE)
    writing = started(own, "tool", "audit-archive.yml", "archive")
    role = writing.variables["AWS_ROLE_ARN"]
    assert role == "arn:aws:iam::123456789012:role/acme+tool+audit-archive"
    with pytest.raises(ClientError, match="AccessDenied"):
        outside.aws.assume(role, job.token(AWS_AUDIENCE))
    s3 = outside.aws.buckets(outside.aws.assume(role, writing.token(AWS_AUDIENCE)))
    bucket = Bucket(s3, "acme-audit-archive", ACCOUNT, "acme")
    bucket.require_lock()
    assert bucket.add("audit-log/x", b"one")
    assert bucket.has("audit-log/x")
    assert not bucket.add("audit-log/x", b"two")
    own_object = {"Bucket": bucket.name, "Key": "acme/audit-log/x"}
    for operation, given in (
        ("get_object", own_object),
        ("list_objects_v2", {"Bucket": bucket.name}),
        ("delete_object", own_object),
        ("put_object", {**own_object, "Key": "other/x", "Body": b""}),
        ("delete_bucket_policy", {"Bucket": bucket.name}),
    ):
        with pytest.raises(ClientError, match=r"403|AccessDenied"):
            getattr(s3, operation)(**given)


@pytest.mark.usefixtures("project")
def test_not_even_an_administrator_replaces_or_deletes(outside: Outside) -> None:
    """The bucket's own policy refuses it to everybody, whatever roles allow (G8)."""
    s3, own_object = outside.aws.buckets(), {"Bucket": "acme-audit-archive", "Key": "acme/kept"}
    s3.put_object(**own_object, Body=b"one", IfNoneMatch="*")
    version = s3.head_object(**own_object)["VersionId"]
    with pytest.raises(ClientError, match=r"403"):
        s3.put_object(**own_object, Body=b"two")
    with pytest.raises(ClientError, match=r"403"):
        s3.delete_object(**own_object)
    with pytest.raises(ClientError, match=r"403|AccessDenied"):
        s3.delete_object(**own_object, VersionId=version)
    assert s3.get_object(**own_object)["Body"].read() == b"one"


@pytest.mark.usefixtures("project")
def test_the_archives_reader_reads_and_no_more(outside: Outside) -> None:
    """The named people may assume a role that reads and lists; no token of a job may (A8)."""
    iam: Any = outside.aws.iam()
    role = iam.get_role(RoleName="acme+audit-reader")["Role"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"AWS": [f"arn:aws:iam::{ACCOUNT}:user/auditor"]}
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY
    found = iam.get_role_policy(RoleName="acme+audit-reader", PolicyName="portcullis")
    actions = [action for each in found["PolicyDocument"]["Statement"] for action in each["Action"]]
    assert all(each.startswith(("s3:Get", "s3:List")) for each in actions)
    assert iam.list_attached_role_policies(RoleName="acme+audit-reader")["AttachedPolicies"] == []


def test_what_somebody_widens_is_narrowed_again(project: Project, outside: Outside) -> None:
    """A role that somebody opens in AWS or Vault is as declared after the next run (G2).

    Nothing else changes: what was read back is what had been declared.
    """
    name = ROLE.partition("/")[2]
    iam, vault = outside.aws.iam(), outside.vault.client
    before: Any = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    wide = json.loads(json.dumps(before))
    wide["Statement"][0]["Condition"] = {}
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(wide))
    vault.sys.create_or_update_policy("acme--tool--cluster", 'path "kv/*" {capabilities=["read"]}')
    outcome = project.update("--refresh")
    assert outcome.code == 0, outcome.text
    changed = {name for name, kind in outcome.operations(final=True).items() if kind != "refresh"}
    assert changed == {"Role tool/cluster", "Policy tool/cluster"}
    after: Any = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    assert after == before
    policy = vault.adapter.get("/v1/sys/policies/acl/acme--tool--cluster")
    assert "kv/*" not in str(policy)
    assert len(iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]) == 1


def test_after_a_rename_the_new_names_get_in_and_the_old_ones_do_not(
    outside: Outside, project: Project
) -> None:
    """A repository and an environment are renamed in the YAML, and everything follows (G2).

    A new repository under the old name has the same environment and workflow file, and gets in
    nowhere: neither with the old role, which is gone, nor with the new one. The old environment is
    deleted with all that it has, which has to be unlocked.
    """
    world = project.world
    project.edit("  other:\n", "  beacon:\n    renamed_from: other\n")
    project.edit("      staging:\n", "      rehearsal:\n")
    assert project.unlock(project.portcullis("up")) == ["delete 6 of 50 resources"]
    outcome = project.portcullis("up")
    assert outcome.code == 0, outcome.text
    for repository, environment, old in (
        ("beacon", "cluster", "other--cluster"),
        ("tool", "rehearsal", "tool--staging"),
    ):
        job = deploying(world, repository, environment)
        assert job.variables["VAULT_ROLE"] == f"{repository}--{environment}"
        assert vault_login(outside, job, f"{repository}--{environment}").token
        with pytest.raises(hvac.exceptions.VaultError, match="could not be found"):
            vault_login(outside, job, old)
    made = {"name": "other", "auto_init": True}
    assert world.request("POST", "/orgs/acme/repos", made)["status"] == 201
    path = "/repos/acme/other/environments/cluster"
    open_to_all = {"deployment_branch_policy": None}
    assert world.request("PUT", path, open_to_all)["status"] == 200
    add_workflow(
        world, "other", "deploy", OWN.replace("environment: nightly", "environment: cluster")
    )
    imitation = started(world, "other", "deploy.yml", "release")
    with pytest.raises(hvac.exceptions.VaultError, match="claim"):
        vault_login(outside, imitation, "beacon--cluster")
    role = ROLE.replace("tool", "beacon")
    renamed = deploying(world, "beacon", "cluster")
    assert outside.aws.assume(role, renamed.token(AWS_AUDIENCE)).session
    with pytest.raises(ClientError, match="AccessDenied"):
        outside.aws.assume(role, imitation.token(AWS_AUDIENCE))
    # the subject is compared whole: the form without ids is not the trusted one
    path = "/repos/acme/beacon/actions/oidc/customization/sub"
    by_names = {"use_default": True, "use_immutable_subject": False}
    assert world.request("PUT", path, by_names)["status"] == 201
    with pytest.raises(ClientError, match="AccessDenied"):
        outside.aws.assume(role, renamed.token(AWS_AUDIENCE))


def test_an_expired_token_is_refused(outside: Outside, project: Project) -> None:
    """The right job's token opens nothing an hour later (A5, G2)."""
    project.world.clock(advance=-3600)
    late = deploying(project.world, "tool", "cluster")
    with pytest.raises(hvac.exceptions.VaultError, match="expired"):
        vault_login(outside, late)
    with pytest.raises(ClientError, match="Expired"):
        outside.aws.assume(ROLE, late.token(AWS_AUDIENCE))
    project.world.clock(advance=3600)
