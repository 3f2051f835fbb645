"""From an organization on GitHub to files."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from portcullis.check.organization import Subject, configured_for
from portcullis.drift.look import conversation
from portcullis.importing import access, exemptions, files, not_imported, state, summary
from portcullis.importing.imported import Imported
from portcullis.importing.proof import prove
from portcullis.importing.translation.organization import drafted
from portcullis.importing.update import updated
from portcullis.live import reader
from portcullis.live.asking import Unread
from portcullis.live.jobs import subjects
from portcullis.project import UserError
from portcullis.pulumi_runs.run import in_words

if TYPE_CHECKING:
    from datetime import date

    from rich.console import Console

    from components.organization import ResolvedOrganization
    from portcullis.check.findings import Configuration
    from portcullis.importing.proof import Proven
    from portcullis.live.resource import Live
    from portcullis.project import StackSettings


@in_words()
def import_organization(
    root: Path, organization: str, stack: str | None, console: Console, *, update: bool
) -> None:
    """Write an organization's files, and its state, from one crawl; GitHub is not changed.

    Args:
        root: The project's folder.
        organization: Its login on GitHub.
        stack: The stack's name; None: the organization's own, if there is one.
        console: For people.
        update: Whether files that exist are brought up to date.

    Raises:
        UserError: Something that a person can fix.
    """
    if not re.fullmatch(_LOGIN, organization):
        raise UserError(f"{organization!r} is not the login of an organization on GitHub")
    _require_new(root, organization, update=update)
    way = access.way_to(root, organization, stack)
    with conversation(way.access, organization, console) as asking:
        answer = asking.get(f"/orgs/{organization}")
        # GitHub takes a login in any case; the reader explains what is wrong where it is none
        login = organization if isinstance(answer, Unread) else str(answer["login"])
        _require_new(root, login, update=update)
        live = reader.read(asking, login)
        subjects.read(asking, live, ())
        if files.target(root, login):
            found = brought_up_to_date(live, root, way.settings)
        else:
            found = imported(live, root, way.settings)
            files.write(root, login, files.texts(found.data, found.not_imported))
        adopted = state.write(way, root, live, asking)
    summary.show(found, asking.usage, console, way, adopted)


_LOGIN = "[A-Za-z0-9][A-Za-z0-9-]{0,38}"


def _require_new(root: Path, organization: str, *, update: bool) -> None:
    if not update and (there := files.target(root, organization)):
        raise UserError(
            f"{there.relative_to(root)} exists already, and nothing was changed; to bring it up to "
            f"date with GitHub: portcullis import {organization} --update"
        )


def imported(
    live: Live, root: Path, settings: StackSettings | None = None, today: date | None = None
) -> Imported:
    """Return an organization as its YAML, proven against the crawl; nothing is written.

    Args:
        live: The organization.
        root: The project's folder.
        settings: The stack, whose policy configuration counts; None without one.
        today: The day of the import.

    Raises:
        UserError: With all mistakes in the policy's configuration.
    """
    what = Subject(root, live.organization, settings)
    proven = _proven(live, what)
    accepted, refused = exemptions.exempted(proven.registered, _configured(what), root, _day(today))
    left = not_imported.leftovers(proven, live)
    return Imported(live, proven, left, accepted, refused, _blanks(proven.resolved))


def brought_up_to_date(
    live: Live, root: Path, settings: StackSettings | None = None, today: date | None = None
) -> Imported:
    """Bring the files of an organization up to date with GitHub, and write them.

    Args:
        live: The organization.
        root: The project's folder.
        settings: The stack, whose policy configuration counts; None without one.
        today: The day of the import.

    Raises:
        UserError: The files have mistakes; nothing was written.
    """
    what = Subject(root, live.organization, settings)
    fresh = _proven(live, what)
    now = updated(live, what, fresh)
    documents = now.documents
    known = documents.data().get("exemptions") or []
    accepted, refused = exemptions.exempted(
        now.registered, _configured(what), root, _day(today), known
    )
    if len(accepted) > len(known):
        documents.extend("exemptions", accepted[len(known) :])
    proven = replace(fresh, registered=now.registered, differs=now.differs)
    left = not_imported.leftovers(proven, live)
    found = Imported(live, proven, left, accepted, refused, _blanks(now.resolved), now.changes)
    documents.write()
    if documents.folder:
        files.replace(documents.folder / files.NOT_IMPORTED, found.not_imported)
    return found


def _proven(live: Live, what: Subject) -> Proven:
    data, left = drafted(live)
    origins = files.origins(live.organization, data.get("repositories") or {})
    return prove(data, left, live, what, origins)


def _configured(what: Subject) -> Configuration:
    named = os.environ.get("PULUMI_OPTION_POLICY_PACK_CONFIG", "").split(",")
    return configured_for(what, [Path(name) for name in named if name])


def _day(today: date | None) -> date:
    return today or datetime.now(UTC).date()


def _blanks(resolved: ResolvedOrganization) -> int:
    return sum(each.config.from_.is_blank for each in resolved.secrets)
