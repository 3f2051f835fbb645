"""What git keeps of a repository, and pull requests with their reviews and checks."""

from __future__ import annotations

from typing import Any, TypedDict, final

from sandbox.world.records import Kind


class Ref(TypedDict):
    """A branch or tag. The record's name is the full ref."""

    sha: str
    pusher: int | None
    tag_object: str | None


class Blob(TypedDict):
    """A file's content. The record's name is git's id."""

    content: str
    """In Base64."""


class Commit(TypedDict):
    """A commit. The record's name is git's id."""

    files: dict[str, str]
    """The whole tree: paths to ids of blobs."""
    parents: list[str]
    message: str
    author: dict[str, str]
    """Has `name`, `email` and `date`."""
    committer: dict[str, str]
    user: int
    """The id of the account that made it; 0 for none."""
    verification: dict[str, Any] | None
    """What GitHub found of its signature."""


class GitTag(TypedDict):
    """An annotated tag. The record's name is git's id."""

    tag: str
    commit: str
    message: str
    tagger: dict[str, str]


class Pull(TypedDict):
    """A pull request. The record's name is the number."""

    title: str
    body: str | None
    head: str
    """The branch that is merged."""
    head_repository: int
    """The id of the fork that the branch is in; 0: the same repository."""
    base: str
    """The branch that is merged into."""
    head_sha: str
    base_sha: str
    user: int
    state: str
    """`open` or `closed`."""
    draft: bool
    maintainer_can_modify: bool
    closed_at: str | None
    merged_at: str | None
    merged_by: int
    merge_commit_sha: str | None
    pushed_by: int
    requested_reviewers: list[int]
    requested_teams: list[int]


class Review(TypedDict):
    """A review of a pull request."""

    user: int
    body: str
    state: str
    commit: str | None
    submitted_at: str
    by_app: bool
    """Whether an App with write access made it."""


class ReviewComment(TypedDict):
    """A comment on a pull request's files. One that is no reply begins a conversation."""

    user: int
    path: str
    body: str
    commit: str
    review: int | None
    in_reply_to: int
    """The id of the comment that it replies to; 0 for none."""
    resolved: bool


class Status(TypedDict):
    """A status of a commit."""

    state: str
    target_url: str | None
    description: str | None
    context: str
    user: int
    app: int
    """The id of the App that reported it; 0 for none."""


@final
class CheckRun(TypedDict):
    """A check run of a commit, reported by an App."""

    context: str
    """The check's name."""
    status: str
    state: str
    """The conclusion, or `pending`."""
    app: int


BLOB: Kind[Blob] = Kind("blob")
CHECK_RUN: Kind[CheckRun] = Kind("check_run")
COMMIT: Kind[Commit] = Kind("commit")
GIT_TAG: Kind[GitTag] = Kind("git_tag")
PULL: Kind[Pull] = Kind("pull")
REF: Kind[Ref] = Kind("ref")
REVIEW: Kind[Review] = Kind("review")
REVIEW_COMMENT: Kind[ReviewComment] = Kind("review_comment")
STATUS: Kind[Status] = Kind("status")
