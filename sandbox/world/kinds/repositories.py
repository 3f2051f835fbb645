"""Repositories and what belongs to one, beside its code and its protection."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from sandbox.world.records import Kind


class Features(TypedDict):
    """Features of a repository that are on or off."""

    has_issues: bool
    has_projects: bool
    has_wiki: bool
    has_discussions: bool
    has_downloads: bool
    has_pages: bool
    has_pull_requests: bool
    is_template: bool
    archived: bool
    web_commit_signoff_required: bool


class MergeSettings(TypedDict):
    """How pull requests of a repository are merged."""

    allow_squash_merge: bool
    allow_merge_commit: bool
    allow_rebase_merge: bool
    allow_auto_merge: bool
    delete_branch_on_merge: bool
    allow_update_branch: bool
    use_squash_pr_title_as_default: bool
    squash_merge_commit_title: str
    squash_merge_commit_message: str
    merge_commit_title: str
    merge_commit_message: str


class Repository(Features, MergeSettings):
    """A repository. Its parent is its owner."""

    description: str | None
    homepage: str | None
    visibility: str
    """`public`, `private` or `internal`."""
    default_branch: str
    topics: list[str]
    license: dict[str, str | None] | None
    template: int | None
    """The id of the repository that it was made from."""
    fork_of: int | None
    """The id of the repository that it is a fork of. Worlds of earlier versions lack the field."""
    pushed_at: str
    allow_forking: bool
    security: dict[str, bool]
    """Security features, by GitHub's names in `security_and_analysis`."""
    vulnerability_alerts: bool


class Redirect(TypedDict):
    """A former name of a repository. The record's name is `OWNER_ID/NAME`."""

    repository: int


class DeployKey(TypedDict):
    """A deploy key of a repository."""

    key: str
    title: str
    read_only: bool
    added_by: str


class Autolink(TypedDict):
    """An autolink of a repository. The record's name is the prefix."""

    url_template: str
    is_alphanumeric: bool


class Hook(TypedDict):
    """A webhook of an organization or a repository, without its secret."""

    config: dict[str, Any]
    has_secret: bool
    active: bool
    events: list[str]


class PagesSite(TypedDict):
    """The GitHub Pages of a repository."""

    build_type: str
    source: dict[str, str]
    cname: str | None
    https_enforced: bool
    public: NotRequired[bool]


class Property(TypedDict):
    """A custom property of an organization's repositories."""

    value_type: str
    required: bool
    default_value: str | list[str] | None
    description: str | None
    allowed_values: list[str] | None
    values_editable_by: str


class Label(TypedDict):
    """A label of a repository."""

    color: str
    description: str | None


class Milestone(TypedDict):
    """A milestone of a repository. The record's name is the title."""

    number: int
    state: str
    description: str | None
    due_on: str | None
    closed_at: str | None
    creator: int


class Issue(TypedDict):
    """An issue of a repository. The record's name is the number."""

    title: str
    body: str | None
    labels: list[int]
    assignees: list[int]
    milestone: int | None
    state: str
    state_reason: str | None
    closed_at: str | None
    user: int


class IssueComment(TypedDict):
    """A comment on an issue or a pull request of a repository."""

    number: str
    """Of the issue or pull request."""
    body: str
    user: int
    editor: int | None
    """Who changed the text last; None: nobody did."""
    edited_at: str | None


class Release(TypedDict):
    """A release of a repository."""

    tag: str
    target: str
    title: str | None
    body: str | None
    draft: bool
    prerelease: bool
    author: int
    published_at: str | None


class ReleaseAsset(TypedDict):
    """A file of a release."""

    label: str | None
    content_type: str
    size: int
    digest: str
    content: str
    """In Base64."""
    uploader: int
    downloads: int


AUTOLINK: Kind[Autolink] = Kind("autolink")
DEPLOY_KEY: Kind[DeployKey] = Kind("deploy_key")
HOOK: Kind[Hook] = Kind("hook")
ISSUE: Kind[Issue] = Kind("issue")
ISSUE_COMMENT: Kind[IssueComment] = Kind("issue_comment")
LABEL: Kind[Label] = Kind("label")
MILESTONE: Kind[Milestone] = Kind("milestone")
PAGES_SITE: Kind[PagesSite] = Kind("pages_site")
PROPERTY: Kind[Property] = Kind("property")
REDIRECT: Kind[Redirect] = Kind("redirect")
RELEASE: Kind[Release] = Kind("release")
RELEASE_ASSET: Kind[ReleaseAsset] = Kind("release_asset")
REPOSITORY: Kind[Repository] = Kind("repository")
