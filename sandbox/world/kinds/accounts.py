"""Users and organizations, their keys, and what acts for them: tokens, Apps, installations."""

from __future__ import annotations

from typing import NotRequired, TypeAlias, TypedDict

from sandbox.world.records import Kind, Record


class User(TypedDict):
    """A person or a bot. The record's name is the login."""

    type: NotRequired[str]
    """`User` (also without this field) or `Bot`."""
    name: NotRequired[str | None]
    email: NotRequired[str | None]
    site_admin: NotRequired[bool]
    two_factor_disabled: NotRequired[bool]


class Organization(TypedDict):
    """An organization with its settings. The record's name is the login."""

    plan: str
    """`free`, `team` or `enterprise`."""
    licenses: list[str]
    """Paid additions, such as `secret-protection`."""
    name: str | None
    company: str | None
    blog: str | None
    location: str | None
    email: str | None
    description: str | None
    twitter_username: str | None
    billing_email: str | None
    has_organization_projects: bool
    has_repository_projects: bool
    default_repository_permission: str
    default_repository_branch: str
    members_can_create_repositories: bool
    members_allowed_repository_creation_type: str
    members_can_create_public_repositories: bool
    members_can_create_private_repositories: bool
    members_can_create_internal_repositories: bool
    members_can_create_pages: bool
    members_can_create_public_pages: bool
    members_can_create_private_pages: bool
    members_can_fork_private_repositories: bool
    members_can_delete_repositories: bool
    members_can_change_repo_visibility: bool
    members_can_invite_outside_collaborators: bool
    members_can_delete_issues: bool
    members_can_create_teams: bool
    members_can_view_dependency_insights: bool
    display_commenter_full_name_setting_enabled: bool
    readers_can_create_discussions: bool
    web_commit_signoff_required: bool
    deploy_keys_enabled_for_repositories: bool
    two_factor_requirement_enabled: bool
    advanced_security_enabled_for_new_repositories: bool
    dependabot_alerts_enabled_for_new_repositories: bool
    dependabot_security_updates_enabled_for_new_repositories: bool
    dependency_graph_enabled_for_new_repositories: bool
    secret_scanning_enabled_for_new_repositories: bool
    secret_scanning_push_protection_enabled_for_new_repositories: bool
    secret_scanning_push_protection_custom_link_enabled: bool
    secret_scanning_push_protection_custom_link: str | None


Account: TypeAlias = Record[User] | Record[Organization]
"""What a repository belongs to."""


class Block(TypedDict):
    """A user whom an organization blocks. The record's name is the user's id."""


class SshKey(TypedDict):
    """A user's SSH key: one to sign in with, or one for signatures."""

    key: str
    title: str


class GpgKey(TypedDict):
    """A user's GPG key."""

    key_id: str
    public_key: str
    """In Base64."""
    raw_key: str
    title: str | None


class Token(TypedDict):
    """A token of a user, an App's installation or a job. The record's name is its hash."""

    user: NotRequired[int]
    """Missing in the token with which a job asks for OIDC tokens."""
    scopes: NotRequired[list[str]]
    installation: NotRequired[int]
    permissions: NotRequired[dict[str, str] | None]
    repositories: NotRequired[list[int]]
    job: NotRequired[int]
    oidc_job: NotRequired[int]
    expires_at: NotRequired[str]


class App(TypedDict):
    """A GitHub App. The record's name is the slug."""

    public_key: str
    bot: int
    """The id of the user that the App acts as."""
    app_id: int | None
    """The number that clients see; None: the record's id."""
    permissions: NotRequired[dict[str, str] | None]


class Installation(TypedDict):
    """An App in an organization. The record's name is the App's id."""

    app: int


ACCOUNT_KEY: Kind[SshKey] = Kind("account_key")
APP: Kind[App] = Kind("app")
BLOCK: Kind[Block] = Kind("block")
GPG_KEY: Kind[GpgKey] = Kind("gpg_key")
INSTALLATION: Kind[Installation] = Kind("installation")
ORGANIZATION: Kind[Organization] = Kind("organization")
SIGNING_KEY: Kind[SshKey] = Kind("ssh_signing_key")
TOKEN: Kind[Token] = Kind("token")
USER: Kind[User] = Kind("user")
