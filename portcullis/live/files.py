"""The text of files on default branches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from portcullis.files.live import FILES_A_QUERY
from portcullis.files.live import read as read_files
from portcullis.live.resource import LiveResource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portcullis.files.live import File, Place
    from portcullis.live.asking import Asking
    from portcullis.live.resource import Live


def read(asking: Asking, live: Live, wanted: Iterable[Place]) -> None:
    """Read the files ``wanted``, where their repositories exist and have a commit."""
    found = _read(asking, live, wanted)
    known = {
        (each.inputs["repository"].casefold(), each.inputs["file"]): index
        for index, each in enumerate(live.resources)
        if each.kind == "RepositoryFile"
    }
    for place, file in found.items():
        inputs = {"repository": place.repository, "file": place.path, "content": file.text}
        name = f"{place.repository}/{place.path}"
        ident = f"{place.repository}:{place.path}"
        resource = LiveResource("RepositoryFile", name, ident, inputs, node=file.oid)
        index = known.get((place.repository.casefold(), place.path))
        if index is None:
            live.resources.append(resource)
        else:
            live.resources[index] = replace(live.resources[index], inputs=inputs, node=file.oid)


def texts(asking: Asking, live: Live, wanted: Iterable[Place]) -> dict[Place, str]:
    """Return the texts of the files ``wanted`` that exist, at any revision."""
    return {place: file.text for place, file in _read(asking, live, wanted).items()}


def _read(asking: Asking, live: Live, wanted: Iterable[Place]) -> dict[Place, File]:
    """Return files, where their repositories exist and have a commit, under our names of these."""
    with_commits = {
        name.casefold(): each.name
        for name, each in live.repositories.items()
        if each.default_branch
    }
    places = {
        replace(each, repository=with_commits[each.repository.casefold()]): each
        for each in wanted
        if each.repository.casefold() in with_commits
    }
    asking.usage.graphql += -(-len(places) // FILES_A_QUERY)
    found = read_files(asking.client, live.organization, places)
    return {places[place]: file for place, file in found.items()}
