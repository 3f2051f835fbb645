"""Managed files: files that Portcullis keeps in a repository."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pulumi
import pulumi_github as github
from pydantic import model_validator

from components.base import Config, FilePath, matching

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.files.standard import AddedFile


SharedFile = Annotated[
    FilePath, matching(r"files/[^./].*", "allowed: a file below the folder files/ of this project")
]
"""A file of this project that may be copied: no `.env`, no key and no state lies in that folder."""


class ManagedFileConfig(Config):
    """A file's content, written here or taken from a file of this project."""

    content: str | None = None
    """The file's text."""
    from_file: SharedFile | None = None
    """A file of this project, below the folder `files`."""

    @model_validator(mode="after")
    def _one(self) -> ManagedFileConfig:
        if (self.content is None) == (self.from_file is None):
            raise ValueError("give exactly one: content or from_file")
        return self

    def text(self) -> str:
        """Return the file's content; `references.check` has found it readable."""
        if self.content is not None:
            return self.content
        return Path(self.from_file or "").read_text(encoding="utf-8")


def managed_files(
    files: Mapping[FilePath, str],
    *,
    repository: github.Repository,
    repository_name: str,
    branch: pulumi.Input[str],
    hooks: pulumi.ResourceHookBinding,
    by_pull_request: bool,
    opts: pulumi.ResourceOptions,
) -> None:
    """Commit ``files`` (path to content) to ``branch``, one after the other, or propose them.

    They are chained because GitHub answers 409 to a commit on a branch that has just moved
    (terraform-provider-github #2909). A file that is there already is overwritten: git keeps the
    old one, and a run that was interrupted after its commit can be repeated.
    """
    if by_pull_request:
        for path, content in files.items():
            ProposedFile(repository_name, path, content, opts)
        return
    previous: list[pulumi.Resource] = []
    for path, content in files.items():
        file = github.RepositoryFile(
            f"{repository_name}/{path}",
            repository=repository.name,
            branch=branch,
            file=path,
            content=content,
            commit_message=f"Portcullis: keep {path}",
            overwrite_on_create=True,
            opts=pulumi.ResourceOptions.merge(
                opts,
                pulumi.ResourceOptions(
                    depends_on=previous,
                    hooks=hooks,
                    # the default branch, whatever its name: a rename would delete the file on it
                    ignore_changes=["branch"],
                ),
            ),
        )
        previous = [file]


class ProposedFile(pulumi.ComponentResource):
    """A managed file that `make up` proposes by a pull request: see `portcullis.files`.

    There is no resource of the provider below it: a branch and a pull request that people merge
    and delete do not fit into a state. The policy pack judges it as it judges a committed file.
    """

    def __init__(
        self, repository: str, path: str, content: str, opts: pulumi.ResourceOptions
    ) -> None:
        """Take the repository's name, and the file's path and content."""
        inputs = {"repository": repository, "file": path, "content": content}
        super().__init__("portcullis:index:ProposedFile", f"{repository}/{path}", inputs, opts)


class AddedFiles(pulumi.ComponentResource):
    """Files that `make up` adds to what people wrote, after the update: see `portcullis.files`.

    There is no resource of the provider below it, because those replace the whole file.
    """

    def __init__(
        self,
        repository: str,
        files: Mapping[str, AddedFile],
        *,
        by_pull_request: bool,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Take the files of a repository, by path."""
        each = {path: {"content": file.content, "how": file.how} for path, file in files.items()}
        way = {"byPullRequest": True} if by_pull_request else {}
        inputs = {"repository": repository, "files": each, **way}
        super().__init__("portcullis:index:AddedFiles", repository, inputs, opts)


def added_files(
    repository: str,
    files: Mapping[str, AddedFile],
    *,
    by_pull_request: bool,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the files that are added to what people wrote, if there are any."""
    if files:
        AddedFiles(repository, files, by_pull_request=by_pull_request, opts=opts)
