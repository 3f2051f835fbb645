"""The caller: a user or an App's installation, identified by the request's token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jwt

from sandbox.api.errors import GitHubError
from sandbox.world.clock import parse
from sandbox.world.kinds.accounts import APP, INSTALLATION, TOKEN, USER, App, Installation, User
from sandbox.world.kinds.actions import JOB, Job
from sandbox.world.world import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.world.records import Record
    from sandbox.world.world import World

ALL_SCOPES = (
    "admin:org",
    "admin:org_hook",
    "admin:public_key",
    "admin:repo_hook",
    "audit_log",
    "delete_repo",
    "gist",
    "project",
    "repo",
    "user",
    "workflow",
)
"""Scopes that a token gets when its seed names none."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The person, App or job that makes a request.

    Attributes:
        user: The account; an App's is its bot. None only for an App by its JWT.
        scopes: A classic token's scopes; empty for an App's.
        installation: The App's installation that the token belongs to.
        app: The App that signed the JWT.
        permissions: What the token may do, by GitHub's names of an App's permissions; None: all.
        repositories: Ids of the repositories that the token reaches; None: all of its account.
        job: Id of the workflow's job whose token it is.
        by_token: Whether a token's scopes hold the account down; not so behind the world's back.
    """

    user: Record[User] | None = None
    scopes: tuple[str, ...] = ()
    installation: Record[Installation] | None = None
    app: Record[App] | None = None
    permissions: Mapping[str, str] | None = None
    repositories: frozenset[int] | None = None
    job: int | None = None
    by_token: bool = False

    @property
    def login(self) -> str:
        """The name in the journal."""
        if self.user is not None:
            return self.user.name
        return f"app:{self.app.name}" if self.app is not None else "anonymous"

    @property
    def id(self) -> int:
        """The account's id; 0 for an App by its JWT."""
        return 0 if self.user is None else self.user.id


def authenticate(world: World, authorization: str | None) -> Actor:
    """Return the caller.

    Raises:
        GitHubError: 401, when there is no token or it is not known, has expired, or an App's JWT
            is not signed by the App's key.
    """
    if not authorization:
        # as a GitHub Enterprise Server in private mode: nobody reads without an account
        raise GitHubError(401, "Requires authentication")
    scheme, _, token = authorization.strip().partition(" ")
    token = token.strip()
    if scheme.lower() not in ("bearer", "token") or not token:
        raise GitHubError(401, "Bad credentials")
    if token.count(".") == 2:  # noqa: PLR2004 - a JWT has three parts
        return Actor(app=_app(world, token))
    record = world.find(TOKEN, digest(token))
    if record is None:
        raise GitHubError(401, "Bad credentials")
    expires = record.data.get("expires_at")
    if expires is not None and parse(expires) <= world.clock.seconds():
        raise GitHubError(401, "Bad credentials")
    job = record.data.get("job")
    running = None if job is None else world.get(JOB, job)
    if "user" not in record.data or (job is not None and not _runs(running)):
        raise GitHubError(401, "Bad credentials")
    user = world.get(USER, record.data["user"])
    reached = record.data.get("repositories")
    installation = record.data.get("installation")
    return Actor(
        user=user,
        scopes=tuple(record.data.get("scopes", ())),
        installation=None if installation is None else world.get(INSTALLATION, installation),
        permissions=record.data.get("permissions"),
        repositories=None if reached is None else frozenset(reached),
        job=job,
        by_token=True,
    )


def _runs(job: Record[Job] | None) -> bool:
    """Return whether a job still runs: its token expires with it."""
    return job is not None and job.data["status"] == "in_progress"


def _app(world: World, token: str) -> Record[App]:
    try:
        issuer = str(jwt.decode(token, options={"verify_signature": False}).get("iss"))
        app = next(
            (app for app in world.all(APP) if issuer == str(app.data["app_id"] or app.id)), None
        )
        if app is None:
            raise GitHubError(401, "A JSON web token could not be decoded")
        claims = jwt.decode(
            token,
            app.data["public_key"],
            algorithms=["RS256"],
            # the world's clock counts, not the machine's
            options={"verify_exp": False, "verify_iat": False, "verify_iss": False},
        )
        if float(claims["exp"]) <= world.clock.seconds():
            raise GitHubError(401, "'Expiration time' claim ('exp') is too far in the past")
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        raise GitHubError(401, "A JSON web token could not be decoded") from None
    return app
