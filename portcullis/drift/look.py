"""Look at the live organization, and compare it with the declaration or with the state."""

from __future__ import annotations

from contextlib import chdir, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.text import Text

from components.files.committing import PROPOSALS
from portcullis.adopt import existing
from portcullis.drift import standard
from portcullis.drift.declared import declared, managed_files, recorded
from portcullis.drift.history import events
from portcullis.drift.identity import recognize, without_consequences
from portcullis.drift.state import numbers_of
from portcullis.drift.undeclared import worth_showing
from portcullis.files.live import Place
from portcullis.live import files, reader
from portcullis.live.asking import Asking
from portcullis.live.compare import compare
from portcullis.live.etags import etags_of
from portcullis.live.jobs import subjects
from portcullis.live.organization import owners
from portcullis.renames.organization import now_called
from portcullis.renames.things import things

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from rich.console import Console

    from components.declaration import Declaration
    from components.github_access import GitHubAccess
    from components.organization import ResolvedOrganization
    from portcullis.check.recorder import Registered
    from portcullis.drift.identity import Identities
    from portcullis.live.asking import Usage
    from portcullis.live.compare import Declared, Drift
    from portcullis.live.resource import Live
    from portcullis.project import StackSettings


@dataclass(frozen=True)
class Look:
    """The live organization beside its declaration."""

    live: Live
    """With the declared names of repositories and teams that have other ones on GitHub."""
    on_github: Live
    """With GitHub's own names."""
    problems: Identities
    """What an update would refuse to go on with."""
    registered: Sequence[Registered]
    """What the stack's program declares."""
    drift: Sequence[Drift]
    """Where GitHub differs from the declaration."""
    log: Sequence[Mapping[str, Any]]
    """The newest events of the audit log; empty where the plan has none."""
    usage: Usage


def look(
    access: GitHubAccess,
    settings: StackSettings,
    declaration: Declaration,
    console: Console,
    *,
    state: Mapping[str, Any],
    texts: bool = True,
) -> Look:
    """Return the live organization, compared; nothing is changed.

    Args:
        access: Its address, and credentials.
        settings: The stack's settings.
        declaration: The stack's organization.
        console: For what is waited for.
        state: The stack's exported state, for the ids of things: what was renamed keeps its id.
        texts: Whether to read the texts of managed files, and compare them.

    Raises:
        UserError: There is no such organization, or GitHub cannot be reached.
    """
    resolved = declaration.resolved
    with conversation(access, resolved.name, console) as asking:
        on_github = _read(asking, resolved.name, state)
        identities = recognize(asking, on_github, things(state), declaration)
        live = identities.live
        numbers = numbers_of(state)
        registered = recorded(declaration, settings, live)
        wanted = [
            replace(each, number=numbers.get((each.kind, each.name), ""))
            for each in declared(registered, resolved)
        ]
        subjects.read(asking, live, _with_templates(declaration.resolved, wanted))
        if texts:
            files.read(asking, live, managed_files(wanted))
            wanted = list(_without_proposed(asking, live, wanted, resolved))
        else:
            wanted = [each for each in wanted if each.kind != "RepositoryFile"]
        found = list(worth_showing(compare(wanted, live), resolved, live))
        found = list(without_consequences(found, identities.strangers))
        found = _with_texts(asking, live, found)
        if texts:
            with chdir(settings.root):
                found += standard.lacking(asking, live, resolved)
        log = events(asking, resolved.name) if found else []
        return Look(live, on_github, identities, registered, found, log, asking.usage)


def _read(asking: Asking, organization: str, state: Mapping[str, Any]) -> Live:
    """Return the organization as GitHub has it.

    Raises:
        UserError: There is no such organization, or it has another name now.
    """
    try:
        return reader.read(asking, organization)
    except reader.NoOrganization as error:
        raise now_called(asking.client, organization, things(state)) or error from None


def _with_templates(resolved: ResolvedOrganization, wanted: Iterable[Declared]) -> Iterator[str]:
    """Yield the repositories whose templates of token subjects outside systems rely on."""
    yield from (
        str(each.inputs["repository"]) for each in wanted if each.kind == subjects.REPOSITORY
    )
    for name, each in resolved.repositories.items() if resolved.trusts else ():
        if not each.config.archived:
            yield name


def _without_proposed(
    asking: Asking, live: Live, wanted: Sequence[Declared], resolved: ResolvedOrganization
) -> Iterator[Declared]:
    """Yield what is declared, but for files whose pull request waits for people."""
    texts = {
        (str(each.inputs["repository"]), str(each.inputs["file"])): each.inputs.get("content")
        for each in live.of("RepositoryFile")
    }
    waiting = {
        Place(str(each.inputs["repository"]), str(each.inputs["file"]), PROPOSALS): each
        for each in wanted
        if each.kind == "RepositoryFile"
        and resolved.repositories[str(each.inputs["repository"])].by_pull_request
        and texts.get((str(each.inputs["repository"]), str(each.inputs["file"])))
        != each.inputs["content"]
    }
    proposed = files.texts(asking, live, waiting)
    ready = [
        each for place, each in waiting.items() if proposed.get(place) == each.inputs["content"]
    ]
    yield from (each for each in wanted if each not in ready)


def _with_texts(asking: Asking, live: Live, found: Sequence[Drift]) -> list[Drift]:
    """Return the drift with the texts of files that nobody declared: the policy pack reads them."""
    undeclared = {
        each.live.id: Place(str(each.live.inputs["repository"]), str(each.live.inputs["file"]))
        for each in found
        if each.live and (each.kind, each.what) == ("RepositoryFile", "undeclared")
    }
    files.read(asking, live, undeclared.values())
    read = {each.id: each for each in live.of("RepositoryFile") if each.id in undeclared}
    return [
        replace(each, live=read.get(each.live.id, each.live))
        if each.live and each.kind == "RepositoryFile"
        else each
        for each in found
    ]


def owners_of(access: GitHubAccess, organization: str, console: Console) -> set[str]:
    """Return the lower-case logins of an organization's owners.

    Raises:
        UserError: GitHub cannot be reached.
    """
    with conversation(access, organization, console) as asking:
        return owners(asking, organization)


@contextmanager
def conversation(access: GitHubAccess, organization: str, console: Console) -> Iterator[Asking]:
    """Open a conversation with GitHub.

    Raises:
        UserError: GitHub cannot be reached, or refuses.
    """

    def waits(reason: str, seconds: float) -> None:
        if seconds >= 1:
            console.print(Text(f"waiting    {seconds:.0f} s for {reason}"))

    opened = Asking(access, etags_of(access, organization), waits)
    with existing.asking(), opened as asking:
        yield asking
