"""Managed files that people changed or wrote on GitHub, and that an update would overwrite.

The provider looks at no file that the declaration leaves as it was. Where the declaration changes
one, it names the content that it knows, and GitHub refuses that in the middle of the update if
somebody has changed the file since. So what GitHub has is written into the state first.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from portcullis.adopt.completion import REPOSITORY
from portcullis.files.live import Place, oids, read
from portcullis.pulumi_runs.events import Step, name_of
from portcullis.renames.state import FILE, forget_urns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from githubkit import GitHub

    from portcullis.files.live import File
    from portcullis.pulumi_runs.events import Planned, Run


@dataclass(frozen=True)
class Edited:
    """A managed file that is not as the state has it."""

    urn: str
    declared: str
    """The content as it was declared last."""
    live: File | None
    """None: it was deleted."""

    def __str__(self) -> str:
        """Return ``RepositoryFile app/SECURITY.md was changed on GitHub``, for people."""
        what = "changed" if self.live else "deleted"
        return f"RepositoryFile {name_of(self.urn)} was {what} on GitHub, not by Portcullis"


def edited(client: GitHub[Any], organization: str, state: Mapping[str, Any]) -> list[Edited]:
    """Return the managed files that somebody else changed or deleted.

    Args:
        client: A client of the organization's GitHub.
        organization: Its login.
        state: A stack's, exported.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    known = {_place(each["outputs"]): each for each in files_of(state)}
    found = oids(client, organization, known)
    others = [place for place, oid in found.items() if oid != known[place]["outputs"]["sha"]]
    live = read(client, organization, others)
    return [
        Edited(known[place]["urn"], known[place]["outputs"]["content"], live.get(place))
        for place in others
    ]


def files_of(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the managed files that the state has."""
    resources: Sequence[dict[str, Any]] = (state.get("deployment") or {}).get("resources") or []
    return [
        each
        for each in resources
        if each["type"] == FILE and each.get("outputs") and not each.get("delete")
    ]


def _place(properties: Mapping[str, Any]) -> Place:
    return Place(str(properties["repository"]), str(properties["file"]))


def as_on_github(state: Mapping[str, Any], files: Sequence[Edited]) -> dict[str, Any]:
    """Return the state with what GitHub has of ``files``: the next update restores them."""
    changed = copy.deepcopy(dict(state))
    live = {each.urn: each.live for each in files}
    resources: list[dict[str, Any]] = changed["deployment"]["resources"]
    for resource in resources:
        if file := live.get(resource["urn"]):
            resource["inputs"]["content"] = file.text
            resource["outputs"] |= {"content": file.text, "sha": file.oid}
    gone = {urn for urn, file in live.items() if file is None}
    kept = [each for each in resources if each["urn"] not in gone]
    for resource in kept:
        forget_urns(resource, gone)
    changed["deployment"]["resources"] = kept
    return changed


def note_edited(run: Run, files: Sequence[Edited], *, in_state: bool) -> None:
    """Put what people changed into a preview.

    Args:
        run: The preview.
        files: The changed files.
        in_state: Whether the preview was made with `as_on_github`.
    """
    for file in files:
        if in_state and file.urn not in run.steps:
            continue  # people made the file what it is declared as
        step = run.steps.get(file.urn, Step("same", new_inputs={"content": file.declared}))
        if file.live is None:
            _note_deleted(run, file, step)
        elif step.operation != "delete" and step.new_inputs.get("content") == file.live.text:
            _note_same(run, file, step)
        else:
            _note(run, file.urn, step, file.live.text)


def _note_deleted(run: Run, file: Edited, step: Step) -> None:
    """Note that a file that people deleted is made again, or need not be deleted any more."""
    if step.operation == "delete":
        del run.resources[file.urn], run.steps[file.urn]
    else:
        run.resources[file.urn] = "create"
        run.steps[file.urn] = Step("create", new_inputs=step.new_inputs)


def _note_same(run: Run, file: Edited, step: Step) -> None:
    """Note that people made a file what it is declared as: nothing else may change about it."""
    others = tuple(each for each in step.changed if each != "content")
    if others:
        run.steps[file.urn] = replace(step, changed=others)
    elif file.urn in run.resources:
        run.resources[file.urn] = "same"
        run.steps.pop(file.urn, None)


def _note(run: Run, urn: str, step: Step, live: str) -> None:
    operation = "update" if step.operation == "same" else step.operation
    run.resources[urn] = operation
    run.steps[urn] = replace(step, operation=operation, overwritten=live)


def note_existing(
    run: Run, client: GitHub[Any], organization: str, planned: Mapping[str, Planned]
) -> None:
    """Put the files into a preview that exist, and that a creation overwrites.

    Args:
        run: The preview.
        client: A client of the organization's GitHub.
        organization: Its login.
        planned: URN to creation, with the names that GitHub has.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    places = dict(_created(planned))
    live = read(client, organization, places.values())
    for urn, place in places.items():
        if place in live and run.steps[urn].operation == "create":
            _note(run, urn, run.steps[urn], live[place].text)


def note_adopted(run: Run) -> None:
    """Put the files into a preview that people wrote and adoption brought into the state.

    Such a file has no commit of Portcullis.
    """
    for urn, step in run.steps.items():
        adopted = "sha" in step.old_outputs and not step.old_outputs.get("commitSha")
        noted = step.operation != "update" or step.overwritten is not None
        if adopted and not noted and "content" in step.changed:
            run.steps[urn] = replace(step, overwritten=step.old_outputs["content"])


def creates_files(planned: Mapping[str, Planned]) -> bool:
    """Return whether a preview creates files in repositories that exist."""
    return any(True for _ in _created(planned))


def _created(planned: Mapping[str, Planned]) -> Iterator[tuple[str, Place]]:
    """Yield the URN and the place of each new file, in repositories that are not new."""
    new = {str(each.inputs.get("name")) for each in planned.values() if each.type == REPOSITORY}
    for urn, each in planned.items():
        if each.type == FILE and (place := _place(each.inputs)).repository not in new:
            yield urn, place
