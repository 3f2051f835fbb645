"""The archive's writer at moto's server, with IAM policies on, and the sandbox's audit log."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from components.github_access import GitHubAccess
from portcullis.archive import run
from portcullis.archive.bucket import Bucket
from portcullis.archive.log import AuditLog, NoLogError
from portcullis.archive.windows import archive
from portcullis.live.asking import Asking
from portcullis.project import StackSettings, UserError
from portcullis.records.chain import canonical, link
from tests.support.aws import REGION, Aws, Keys
from tests.support.project import ROOT
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.sandbox import World

ACCOUNT = "123456789012"
WRITER = ("s3:PutObject", "s3:GetObjectRetention", "s3:GetBucketObjectLockConfiguration")
"""What the writer's role may do; tests/end_to_end/trust shows that the role is made so."""
DECLARED = f"""\
organization: acme
plan: PLAN
settings: {{display_name: Acme, billing_email: billing@acme.example}}
trust:
  aws:
    account: "{ACCOUNT}"
    region: {REGION}
    permissions_boundary: arn:aws:iam::{ACCOUNT}:policy/ci-boundary
audit_archive: {{bucket: BUCKET, writer: {{repository: config}}}}
repositories:
  config: {{visibility: private}}
"""
DAYS = 2
"""Over which the log's events are spread."""


@dataclass
class Place:
    """A bucket, its writer, and the project of the organization whose archive it is."""

    aws: Aws
    writer: Keys
    world: World
    folder: Path
    name: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables of the job that archives."""
        return {
            "AWS_ENDPOINT_URL": self.aws.address,
            "AWS_ACCESS_KEY_ID": self.writer.access,
            "AWS_SECRET_ACCESS_KEY": self.writer.secret,
            "GITHUB_TOKEN": self.world.token,
            "GITHUB_BASE_URL": self.world.base_url,
        }

    def bucket(self, account: str = ACCOUNT, name: str = "") -> Bucket:
        """The bucket as the writer has it."""
        return Bucket(self.aws.buckets(self.writer), name or self.name, account, "acme")

    def versions(self) -> list[str]:
        """The keys of all versions of all objects."""
        found = self.aws.buckets().get_paginator("list_object_versions")
        pages = found.paginate(Bucket=self.name)
        return [each["Key"] for page in pages for each in page.get("Versions", [])]

    def read(self, key: str) -> bytes:
        """The content of an object, as an administrator."""
        content: bytes = self.aws.buckets().get_object(Bucket=self.name, Key=key)["Body"].read()
        return content

    def events(self) -> list[dict[str, Any]]:
        """All events in the archive."""
        keys = sorted(each for each in self.versions() if "/audit-log/" in each)
        lines = [gzip.decompress(self.read(key)).decode().splitlines() for key in keys]
        return [json.loads(line) for each in lines for line in each]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the command."""
        command = [sys.executable, "-m", "portcullis", "archive", "--stack", "prod", *arguments]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """A running AWS."""
    with Aws() as running:
        yield running


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """An organization whose log has events of some days, and some hours without any."""
    organization = {"login": "acme", "plan": "enterprise", "owners": ["owner"]}
    seed = {
        "organizations": [organization, {"login": "small", "plan": "team", "owners": ["owner"]}],
        "tokens": [{"login": "owner"}],
    }
    with Sandbox() as sandbox:
        made = sandbox.world("archive", seed)
        first = datetime.now(UTC) - timedelta(days=DAYS)
        with made.client("owner") as owner:
            for hours, count in ((0, 3), (1, 2), (1.5, 2), (5, 4), (30, 120), (40, 2)):
                made.clock(set=(first + timedelta(hours=hours)).isoformat(), stopped=True)
                for number in range(count):
                    name = f"V{hours * 10:.0f}_{number}"
                    body = {"name": name, "value": "x", "visibility": "all"}
                    owner.post("/orgs/acme/actions/variables", json=body).raise_for_status()
        made.clock(set=datetime.now(UTC).isoformat(), stopped=False)
        yield made


@pytest.fixture
def place(aws: Aws, world: World, tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """A new bucket with its writer, and a project."""
    name = f"archive-{abs(hash(request.node.name)) % 10**12}"
    s3 = aws.buckets()
    s3.create_bucket(
        Bucket=name,
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"LocationConstraint": REGION},
    )
    retention = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 400}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": retention}
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock)
    (tmp_path / "orgs").mkdir()
    text = DECLARED.replace("BUCKET", name).replace("PLAN", "enterprise")
    (tmp_path / "orgs" / "acme.yaml").write_text(text, encoding="utf-8")
    stack = "config: {portcullis:organization: acme}\n"
    (tmp_path / "Pulumi.prod.yaml").write_text(stack, encoding="utf-8")
    (tmp_path / "Pulumi.yaml").write_text("name: portcullis\nruntime: python\n", encoding="utf-8")
    return Place(aws, aws.user(name, *WRITER), world, tmp_path, name)


def log_of(world: World) -> list[dict[str, Any]]:
    """Return what GitHub has of the hours that have ended long enough ago."""
    with world.client("owner") as owner:
        found: list[dict[str, Any]] = []
        path = "/orgs/acme/audit-log?include=all&order=asc&per_page=100"
        while path:
            answer = owner.get(path)
            found += answer.json()
            path = answer.links.get("next", {}).get("url", "")
    hour = (datetime.now(UTC) - timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    return [each for each in found if each["@timestamp"] < hour.timestamp() * 1000]


def ran(place: Place, monkeypatch: pytest.MonkeyPatch, records: Path | None = None) -> str:
    """Archive in this process, and return what was printed."""
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    out = io.StringIO()
    console = Console(file=out, width=1000)
    run.run(StackSettings("prod", place.folder), console, records)
    return out.getvalue()


def test_a_killed_run_is_made_good_by_the_next_one(place: Place) -> None:
    """Killed with -9 while it reads pages or adds objects, run again: no gap, no double (G8)."""
    for count in (1, 20):
        process = place.start()
        while len(place.versions()) < count and process.poll() is None:
            time.sleep(0.01)
        process.kill()
        process.communicate()
    process = place.start()
    said, _ = process.communicate()
    assert process.returncode == 0, said
    keys = place.versions()
    assert len(keys) == len(set(keys))
    assert len(keys) in {DAYS * 24 - 1, DAYS * 24}
    found = place.events()
    assert found == log_of(place.world)
    assert len(found) > 100


def test_a_second_run_adds_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The outcome says how far the archive is complete, and what began it (G8, A8)."""
    first = ran(place, monkeypatch)
    assert f"{len(log_of(place.world))} events added, complete until" in first
    assert "it begins at" in first
    before = place.versions()
    assert "nothing to add, complete until" in ran(place, monkeypatch)
    assert place.versions() == before


def test_github_that_fails_between_pages_adds_nothing_of_that_day(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of a day is not archived as if it were all of it (G8)."""
    for request in range(3):
        path = "/orgs/acme/audit-log*"
        place.world.fault(method="GET", path=path, status=422, skip=request)
        with pytest.raises(UserError, match="not read to its end: GitHub answered 422"):
            ran(place, monkeypatch)
        hours = sorted(place.versions())
        assert hours == [] or hours[-1].endswith("T23.jsonl.gz")
    ran(place, monkeypatch)
    assert place.events() == log_of(place.world)


@pytest.mark.parametrize("operation", ["read", "list", "delete", "erase", "unlock", "replace"])
def test_the_writer_only_adds(place: Place, operation: str) -> None:
    """Its policy lets it neither read nor list, delete nor unlock; nothing is replaced (G8)."""
    own = {"Bucket": place.name, "Key": "acme/x"}
    bucket = place.bucket()
    assert bucket.add("x", b"one")
    version = place.aws.buckets().head_object(**own)["VersionId"]
    s3 = place.aws.buckets(place.writer)
    locked = {"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(days=1)}
    if operation == "replace":
        assert not bucket.add("x", b"two")
    else:
        with pytest.raises(Exception, match="AccessDenied"):
            {
                "read": lambda: s3.get_object(**own),
                "list": lambda: s3.list_objects_v2(Bucket=place.name),
                "delete": lambda: s3.delete_object(**own),
                "erase": lambda: s3.delete_object(**own, VersionId=version),
                "unlock": lambda: s3.put_object_retention(**own, Retention=locked),
            }[operation]()
    assert place.read("acme/x") == b"one"
    assert place.versions() == ["acme/x"]


def test_not_even_an_administrator_erases(place: Place) -> None:
    """Object lock keeps a version from who may do everything (G8)."""
    place.bucket().add("x", b"one")
    s3, own = place.aws.buckets(), {"Bucket": place.name, "Key": "acme/x"}
    version = s3.head_object(**own)["VersionId"]
    with pytest.raises(Exception, match="AccessDenied"):
        s3.delete_object(**own, VersionId=version, BypassGovernanceRetention=True)


def test_what_is_there_is_known_without_reading_it(place: Place) -> None:
    """A run finds where to go on with rights that show no content (G8)."""
    bucket = place.bucket()
    bucket.add("x", b"one")
    assert bucket.has("x")
    assert not bucket.has("y")


def test_a_plan_without_a_log_has_records_only(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub has the log on plan Enterprise; otherwise the output says so, and it is no error."""
    file = place.folder / "orgs" / "acme.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("plan: enterprise", "plan: team").replace("n: acme", "n: small")
    file.write_text(text, encoding="utf-8")
    assert "GitHub has none for the plan team: the archive has records only" in ran(
        place, monkeypatch
    )
    assert place.versions() == []


def test_a_token_that_may_not_see_the_log_is_an_error(place: Place) -> None:
    """On plan Enterprise nothing is passed over in silence (A8)."""
    access = GitHubAccess(place.world.base_url, token=place.world.token)
    now = datetime.now(UTC)
    with Asking(access) as asking, pytest.raises(NoLogError, match="may not read it"):
        archive(AuditLog(asking, "small", now), place.bucket(), now)


def test_an_expired_token_is_no_plan_without_a_log(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On no plan does a run with a token that has expired end well (A8)."""
    file = place.folder / "orgs" / "acme.yaml"
    text = file.read_text(encoding="utf-8").replace("plan: enterprise", "plan: team")
    file.write_text(text.replace("n: acme", "n: small"), encoding="utf-8")
    monkeypatch.setitem(place.world.tokens, "owner", "expired")
    with pytest.raises(UserError, match="the token is wrong or has expired"):
        ran(place, monkeypatch)


def records(folder: Path, words: list[str]) -> None:
    """Write a chain of records of the stack `prod`."""
    entry, lines = None, []
    for word in words:
        entry = link({"kind": "begun", "command": word}, entry, None)
        lines.append(f"{canonical(entry)}\n")
    folder.mkdir(exist_ok=True)
    (folder / "prod.jsonl").write_text("".join(lines), encoding="utf-8")


def test_each_record_is_there_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries come in as the file grows, under their number and hash (R12, A8)."""
    folder = place.folder / "records"
    records(folder, ["one", "two"])
    assert "2 entries added" in ran(place, monkeypatch, folder)
    records(folder, ["one", "two", "three"])
    assert "1 entries added" in ran(place, monkeypatch, folder)
    keys = sorted(each for each in place.versions() if "/records/" in each)
    assert [each.partition("-")[0] for each in keys] == [
        f"acme/records/prod/0000000{number}" for number in (1, 2, 3)
    ]
    found = b"".join(place.read(key) for key in keys)
    assert found == (folder / "prod.jsonl").read_bytes()


def test_records_that_were_changed_are_not_archived(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first bad entry is named (R12)."""
    folder = place.folder / "records"
    records(folder, ["one", "two"])
    file = folder / "prod.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace("two", "six"), encoding="utf-8")
    with pytest.raises(UserError, match="records of prod: entry 2: it was changed"):
        ran(place, monkeypatch, folder)
    assert place.versions() == []


def test_a_bucket_of_somebody_else_is_refused(place: Place) -> None:
    """The owner is compared with each request (G8)."""
    with pytest.raises(UserError, match="it is not of the account 999999999999"):
        place.bucket(account="999999999999").require_lock()
    with pytest.raises(UserError, match="it is not of the account 999999999999"):
        place.bucket(account="999999999999").add("x", b"")
    assert place.versions() == []


def test_a_bucket_without_object_lock_is_refused(place: Place) -> None:
    """What is added could be deleted; the text says what to do (G8)."""
    place.aws.buckets().create_bucket(
        Bucket="unlocked", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    with pytest.raises(UserError, match="no object lock with a default retention"):
        place.bucket(name="unlocked").require_lock()
    with pytest.raises(UserError, match="there is no bucket not-there: run `portcullis up`"):
        place.bucket(name="not-there").require_lock()


def test_mistakes_of_the_job_are_in_words(place: Place) -> None:
    """No traceback, and no value of a credential, for a login that is wrong (A8)."""
    place.writer = Keys(place.writer.access, "canary-secret")
    process = place.start()
    said, _ = process.communicate()
    assert process.returncode == 1
    assert "the login to AWS is wrong, or has expired" in said
    assert "Traceback" not in said
    assert "canary" not in said
