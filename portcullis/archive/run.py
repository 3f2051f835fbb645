"""From a stack's name to what was added to its organization's archive."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.text import Text

from components.declaration import DeclarationError, load
from components.github_access import GitHubAccess, address
from portcullis.archive import bucket as s3
from portcullis.archive import records
from portcullis.archive.log import AuditLog, NoLogError
from portcullis.archive.windows import archive
from portcullis.live.asking import Asking
from portcullis.project import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from components.organization import OrganizationConfig
    from portcullis.archive.bucket import Bucket
    from portcullis.archive.windows import Archived
    from portcullis.project import StackSettings

_TIME = "%Y-%m-%d %H:%M UTC"


def run(settings: StackSettings, console: Console, folder: Path | None = None) -> None:
    """Add the audit log, and the records of runs, to the archive of a stack's organization.

    Only the stack's file and its declaration are read: the job needs neither the stack's state nor
    its passphrase.

    Args:
        settings: The stack.
        console: Where it is shown.
        folder: With records; None: the log only.

    Raises:
        UserError: Something that a person can fix.
    """
    try:
        config = load(settings.organization, settings.root).config
    except DeclarationError as error:
        raise UserError(str(error)) from None
    token = os.environ.get("GITHUB_TOKEN")
    if not token:
        raise UserError(
            "set GITHUB_TOKEN to an App's token with the organization permission "
            "`organization_administration: read`"
        )
    base_url = address(os.environ.get("GITHUB_BASE_URL") or settings.base_url)
    bucket = _bucket(config)
    bucket.require_lock()
    console.print(Text(f"{'archive':<10} {bucket.name}/{bucket.folder}"))
    if folder:
        added = records.add(folder, bucket)
        console.print(Text(f"{'records':<10} {added} entries added"))

    def waits(reason: str, seconds: float) -> None:
        console.print(Text(f"{'wait':<10} {seconds:.0f} s for {reason}"))

    with Asking(GitHubAccess(base_url, token=token), waits=waits) as asking:
        console.print(Text(f"{'audit log':<10} {_log(config, asking, bucket)}"))


def _bucket(config: OrganizationConfig) -> Bucket:
    declared, account = config.audit_archive, config.trust.aws
    if declared is None or account is None:
        raise UserError(
            f"{config.organization} has no audit archive: declare audit_archive "
            "(docs/audit-archive.md)"
        )
    return s3.Bucket(
        s3.client(account.region), declared.bucket, account.account, config.organization
    )


def _log(config: OrganizationConfig, asking: Asking, bucket: Bucket) -> str:
    """Archive the audit log, and return what came of it in words."""
    now = datetime.now(UTC)
    try:
        done = archive(AuditLog(asking, config.organization, now), bucket, now)
    except NoLogError as error:
        if config.plan == "enterprise":
            raise UserError(
                f"GitHub shows no audit log: {error}; nothing of it was added"
            ) from None
        return f"GitHub has none for the plan {config.plan}: the archive has records only"
    return _words(done)


def _words(done: Archived | None) -> str:
    if done is None:
        return "GitHub has no event yet"
    until = f"complete until {done.end:{_TIME}}"
    if not done.hours:
        return f"nothing to add, {until}"
    what = f"{done.hours} hours with {done.events} events added, {until}"
    if done.gaps:
        return (
            f"{what}; {done.gaps} of them were missing though a later hour was there: somebody "
            "else has used the writer's login"
        )
    if done.continued:
        return what
    return f"{what}; it begins at {done.start:{_TIME}}, the oldest event that GitHub has"
