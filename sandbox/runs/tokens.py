"""What a job carries: the token of its workflow, and the request for an OIDC token."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sandbox.world.clock import stamp
from sandbox.world.kinds.accounts import (
    APP,
    INSTALLATION,
    TOKEN,
    USER,
    App,
    Installation,
    Token,
    User,
)
from sandbox.world.world import digest

if TYPE_CHECKING:
    from sandbox.world.kinds.actions import Job
    from sandbox.world.kinds.repositories import Repository
    from sandbox.world.records import Record
    from sandbox.world.world import World

APP_SLUG = "github-actions"
APP_ID = 15_368
"""The number of the App behind every workflow's token, on github.com."""
LIFE = 24 * 3600
"""Seconds that a job's token lives at most; it ends with the job."""


def app(world: World) -> Record[App]:
    """Return the App that workflows act as; every world has it."""
    found = world.find(APP, APP_SLUG)
    if found is None:
        bot = world.make(USER, 0, f"{APP_SLUG}[bot]", User(type="Bot"))
        found = world.make(APP, 0, APP_SLUG, App(public_key="", bot=bot.id, app_id=APP_ID))
    return found


def installation(world: World, account: int) -> Record[Installation]:
    """Return the App's installation in an account: it is everywhere."""
    actions = app(world)
    found = world.find(INSTALLATION, str(actions.id), account)
    if found is None:
        found = world.make(INSTALLATION, account, str(actions.id), Installation(app=actions.id))
    return found


def github_token(world: World, repository: Record[Repository], job: Record[Job]) -> str:
    """Make a token of a job: it may do what the job's `permissions` say, in its repository."""
    actions = app(world)
    data = Token(
        user=actions.data["bot"],
        installation=installation(world, repository.parent).id,
        permissions={
            key.replace("-", "_"): value for key, value in job.data["permissions"].items()
        },
        repositories=[repository.id],
        job=job.id,
    )
    return _add(world, f"sandbox_job_{secrets.token_hex(20)}", data)


def request_token(world: World, job: Record[Job]) -> str:
    """Make the token with which a job asks for OIDC tokens."""
    return _add(world, f"sandbox_oidc_{secrets.token_hex(20)}", Token(oidc_job=job.id))


def _add(world: World, token: str, data: Token) -> str:
    expires = stamp(world.clock.seconds() + LIFE)
    world.make(TOKEN, 0, digest(token), data, expires_at=expires)
    return token
