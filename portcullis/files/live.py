"""The files of repositories on their default branches, as GitHub has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portcullis.files.tree import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from githubkit import GitHub

FILES_A_QUERY = 100

NOT_TEXT = "(binary, or too long to show)\n"
"""What stands for a content that cannot be shown."""


@dataclass(frozen=True)
class Place:
    """A path in a repository."""

    repository: str
    path: str
    revision: str = "HEAD"
    """A commit or a ref; `HEAD` is the default branch."""


@dataclass(frozen=True)
class File:
    """A file's git id and its text."""

    oid: str
    text: str


@dataclass(frozen=True)
class Head:
    """The last commit of a repository's default branch."""

    branch: str
    commit: str
    tree: str


def heads(
    client: GitHub[Any], organization: str, repositories: Iterable[str]
) -> dict[str, Head | None]:
    """Return the heads of the repositories that exist; None for one without a commit.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    field = "defaultBranchRef { name target { oid ... on Commit { tree { oid } } } }"
    found: dict[str, Head | None] = {}
    asked = list(repositories)
    for start in range(0, len(asked), FILES_A_QUERY):
        batch = asked[start : start + FILES_A_QUERY]
        answers = _ask(client, organization, [(name, field, None) for name in batch])
        for index, name in enumerate(batch):
            if (repository := answers.get(f"f{index}")) is not None:
                ref = repository["defaultBranchRef"]
                found[name] = _head(ref) if ref else None
    return found


def _head(ref: Mapping[str, Any]) -> Head:
    target = ref["target"]
    return Head(ref["name"], target["oid"], target["tree"]["oid"])


def oids(
    client: GitHub[Any], organization: str, places: Iterable[Place]
) -> dict[Place, str | None]:
    """Return git ids by place: None for no file, and nothing for what is in no repository.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    answers = _all(client, organization, places, "oid")
    return {place: (blob or {}).get("oid") for place, blob in answers.items()}


def read(client: GitHub[Any], organization: str, places: Iterable[Place]) -> dict[Place, File]:
    """Return the files that exist, by place.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    found = {}
    for place, blob in _all(client, organization, places, "oid text isTruncated").items():
        if blob:
            shown = blob["text"] is not None and not blob["isTruncated"]
            found[place] = File(blob["oid"], blob["text"] if shown else NOT_TEXT)
    return found


def entries(
    client: GitHub[Any], organization: str, places: Iterable[Place]
) -> dict[Place, dict[str, Entry]]:
    """Return what lies in folders, by folder and by path; nothing for what is no folder.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    found = {}
    asked = _all(client, organization, places, "entries { name type mode }", kind="Tree")
    for place, folder in asked.items():
        start = f"{place.path}/" if place.path else ""
        found[place] = {
            f"{start}{each['name']}": Entry(each["type"], f"{each['mode']:06o}")
            for each in (folder or {}).get("entries", ())
        }
    return found


def _all(
    client: GitHub[Any],
    organization: str,
    places: Iterable[Place],
    fields: str,
    kind: str = "Blob",
) -> dict[Place, Mapping[str, Any] | None]:
    """Return the objects of a kind by place, in one request for a hundred of them."""
    found: dict[Place, Mapping[str, Any] | None] = {}
    asked = list(dict.fromkeys(places))
    for start in range(0, len(asked), FILES_A_QUERY):
        batch = asked[start : start + FILES_A_QUERY]
        field = f"object(expression: %s) {{ ... on {kind} {{ {fields} }} }}"
        questions = [(each.repository, field, f"{each.revision}:{each.path}") for each in batch]
        answers = _ask(client, organization, questions)
        for index, place in enumerate(batch):
            if (repository := answers.get(f"f{index}")) is not None:
                found[place] = repository["object"] or None  # another kind is {}
    return found


def _ask(
    client: GitHub[Any], organization: str, questions: Sequence[tuple[str, str, str | None]]
) -> Mapping[str, Any]:
    """Return GitHub's answers, `f0` and so on; None for a repository that is not there.

    Args:
        client: A client of the organization's GitHub.
        organization: Its login.
        questions: A repository, a field of it, and the value of the field's argument.
    """
    from githubkit.exception import GraphQLFailed  # noqa: PLC0415 - slow, and only needed here

    variables: dict[str, str] = {"owner": organization}
    asked = []
    for index, (repository, field, value) in enumerate(questions):
        variables[f"r{index}"] = repository
        if value is not None:
            variables[f"v{index}"] = value
            field = field % f"$v{index}"  # noqa: PLW2901 - the same field, with its argument
        asked.append(f"f{index}: repository(owner: $owner, name: $r{index}) {{ {field} }}")
    declared = ", ".join(f"${name}: String!" for name in variables)
    try:
        return client.graphql(f"query({declared}) {{ {' '.join(asked)} }}", variables)
    except GraphQLFailed as failed:
        data = failed.response.data
        if data is None or any(e.type != "NOT_FOUND" for e in failed.response.errors or []):
            raise
        return data
