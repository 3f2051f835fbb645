"""How a seed comes into a world: what it names is made; what is there already stays."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.repositories import defaults
from sandbox.runs import oidc
from sandbox.seed import models
from sandbox.seed.checks import NO_KEY, is_public_key, setting_mistakes
from sandbox.seed.read import SeedError
from sandbox.world import clock
from sandbox.world.kinds.accounts import (
    APP,
    INSTALLATION,
    ORGANIZATION,
    TOKEN,
    USER,
    App,
    Installation,
    Organization,
    Token,
    User,
)
from sandbox.world.kinds.people import (
    COLLABORATOR,
    MEMBER,
    ORG_INVITATION,
    TEAM,
    TEAM_MEMBER,
    TEAM_REPOSITORY,
    Member,
    Permission,
    Team,
    TeamMember,
)
from sandbox.world.kinds.repositories import REPOSITORY, Repository
from sandbox.world.world import digest

if TYPE_CHECKING:
    from sandbox.seed.checks import Place
    from sandbox.seed.models import GitHubApp, Seed
    from sandbox.world.records import Record
    from sandbox.world.world import World


def apply(world: World, seed: Seed, folder: Path | None = None) -> dict[str, str]:
    """Bring what a seed names into a world; what is there already stays.

    Args:
        world: The world.
        seed: The seed.
        folder: What relative paths in the seed are relative to.

    Returns:
        The tokens that were made: login to token; those that went to a file or came from the
        environment are not among them.

    Raises:
        SeedError: Something that the seed names is not there.
    """
    if seed.clock is not None:
        world.clock.set(clock.parse(seed.clock), stopped=False)
    set_settings(world, seed.settings)
    for user in seed.users:
        if isinstance(user, str):
            _user(world, user)
        else:
            _user(world, user.login, **user.model_dump(exclude={"login"}))
    for index, org in enumerate(seed.organizations):
        _organization(world, org, ("organizations", index))
    wanted = seed.tokens
    if wanted is None:
        wanted = [models.Token(login=org.owners[0]) for org in seed.organizations]
    for index, app in enumerate(seed.apps):
        _app(world, app, folder or Path(), ("apps", index))
    made = {}
    for index, token in enumerate(wanted):
        holder, value = _token(world, token, folder or Path(), ("tokens", index))
        if token.env is None and token.file is None:
            made[holder] = value
    return made


def set_settings(world: World, settings: dict[str, Any]) -> None:
    """Turn a world's switches: all, or none.

    Raises:
        SeedError: There is no such switch, or it has another type.
    """
    mistakes = list(setting_mistakes(settings))
    if mistakes:
        raise SeedError(
            "; ".join(f"settings.{'.'.join(map(str, place))}: {text}" for place, text in mistakes)
        )
    world.settings.update(settings)


def new_token(
    world: World,
    user: Record[User],
    scopes: list[str],
    value: str | None = None,
    installation: Record[Installation] | None = None,
) -> str:
    """Give a user, or an App's installation, a token and return it; only its hash is kept."""
    token = value or f"sandbox_{secrets.token_hex(20)}"
    if world.find(TOKEN, digest(token)) is None:
        data = Token(user=user.id)
        if installation is None:
            data["scopes"] = scopes
        else:
            app = world.get(APP, installation.data["app"])
            data["installation"] = installation.id
            data["permissions"] = None if app is None else app.data["permissions"]
        world.make(TOKEN, 0, digest(token), data)
    return token


def _user(world: World, login: str, **data: Any) -> Record[User]:  # noqa: ANN401 - JSON fields
    found = world.find(USER, login)
    if found is None:
        return world.make(USER, 0, login, User(), **data)
    return world.change(found, **data) if data else found


def _organization(world: World, seed: models.Organization, place: Place) -> None:
    org = world.find(ORGANIZATION, seed.login)
    if org is None:
        org = defaults.add_organization(
            world, seed.login, plan=seed.plan, licenses=seed.licenses, **seed.settings
        )
    else:
        given = {"plan": seed.plan, "licenses": seed.licenses}
        world.change(org, **{k: v for k, v in given.items() if k in seed.model_fields_set})
    for login, role in [
        *((login, "admin") for login in seed.owners),
        *((login, "member") for login in seed.members),
    ]:
        _member(world, org, login, role)
    for slug, team in seed.teams.items():
        _team(world, org, slug, team, seed.teams)
    for name, repository in seed.repositories.items():
        if world.find(REPOSITORY, name, org.id) is None:
            made = _repository(world, org, name, repository, seed.owners[0])
            _access(world, made, repository, (*place, "repositories", name))


def _member(world: World, org: Record[Organization], login: str, role: str) -> Record[User]:
    user = _user(world, login)
    if world.find(MEMBER, str(user.id), org.id) is None:
        invited = world.find(ORG_INVITATION, str(user.id), org.id)
        if invited is not None:
            world.remove(invited)
        world.make(MEMBER, org.id, str(user.id), Member(role=role))
    return user


def _team(
    world: World,
    org: Record[Organization],
    slug: str,
    seed: models.Team,
    others: dict[str, models.Team],
) -> Record[Team]:
    found = world.find(TEAM, slug, org.id)
    if found is not None:
        return found
    parent = None
    if seed.parent is not None:
        parent = _team(world, org, seed.parent, others[seed.parent], others).id
    team = world.make(
        TEAM,
        org.id,
        slug,
        Team(
            name=seed.name or slug,
            description=seed.description,
            privacy=seed.privacy,
            notification_setting="notifications_enabled",
            parent_team=parent,
        ),
    )
    for login, role in [
        *((login, "maintainer") for login in seed.maintainers),
        *((login, "member") for login in seed.members),
    ]:
        user = _member(world, org, login, "member")
        if world.find(TEAM_MEMBER, str(user.id), team.id) is None:
            world.make(TEAM_MEMBER, team.id, str(user.id), TeamMember(role=role))
    return team


def _repository(
    world: World, org: Record[Organization], name: str, seed: models.Repository, owner: str
) -> Record[Repository]:
    repository = defaults.add_repository(
        world,
        org,
        name,
        visibility=seed.visibility,
        **{"default_branch": seed.default_branch, **seed.settings},
    )
    if seed.immutable_subject is not None:
        chosen = {"use_immutable_subject": seed.immutable_subject}
        world.set_document(repository.id, oidc.TEMPLATE, **chosen)
    if seed.files:
        files = {path: text.encode() for path, text in seed.files.items()}
        defaults.first_commit(world, repository, _user(world, owner), files)
    return repository


def _access(
    world: World, repository: Record[Repository], seed: models.Repository, place: Place
) -> None:
    for slug, permission in seed.teams.items():
        team = world.find(TEAM, slug, repository.parent)
        if team is None:
            raise SeedError("there is no such team", (*place, "teams", slug))
        world.make(
            TEAM_REPOSITORY,
            team.id,
            str(repository.id),
            Permission(permission=permission),
        )
    for login, permission in seed.collaborators.items():
        user = _user(world, login)
        world.make(COLLABORATOR, repository.id, str(user.id), Permission(permission=permission))


def _holder(
    world: World, seed: models.Token, place: Place
) -> tuple[Record[User], Record[Installation] | None]:
    """Return the account of a token, and the installation if it is an App's."""
    if seed.app is None:
        user = world.find(USER, str(seed.login))
        if user is None:
            raise SeedError("there is no such user", (*place, "login"))
        return user, None
    app = world.find(APP, seed.app)
    bot = None if app is None else world.get(USER, app.data["bot"])
    if app is None or bot is None:
        raise SeedError("there is no such app", (*place, "app"))
    for org in world.all(ORGANIZATION):
        installation = world.find(INSTALLATION, str(app.id), org.id)
        if installation is not None:
            return bot, installation
    raise SeedError("the app is installed nowhere", (*place, "app"))


def _token(world: World, seed: models.Token, folder: Path, place: Place) -> tuple[str, str]:
    """Give somebody a token; return whose it is, and the token."""
    user, installation = _holder(world, seed, place)

    def give(value: str | None = None) -> tuple[str, str]:
        return user.name, new_token(world, user, seed.scopes, value, installation)

    if seed.env is not None:
        value = os.environ.get(seed.env, "")
        if not value:
            text = "no such environment variable is set; env takes the name of one, never the token"
            raise SeedError(text, (*place, "env"))
        return give(value)
    if seed.file is None:
        return give()
    path = folder / seed.file
    try:
        if path.exists():
            return give(path.read_text(encoding="utf-8").strip())
        name, token = give()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "is no text"
        raise SeedError(f"{path}: {reason}", (*place, "file")) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{token}\n")
    return name, token


def _app(world: World, seed: GitHubApp, folder: Path, place: Place) -> None:
    key = seed.public_key
    if key is None:
        key = _key(folder / str(seed.public_key_file), (*place, "public_key_file"))
    if world.find(APP, seed.slug) is not None:
        return
    bot = _user(world, f"{seed.slug}[bot]", type="Bot")
    permissions: dict[str, str] | None = None if seed.permissions is None else {**seed.permissions}
    data = App(public_key=key, bot=bot.id, app_id=seed.app_id, permissions=permissions)
    app = world.make(APP, 0, seed.slug, data)
    for index, login in enumerate(seed.organizations):
        org = world.find(ORGANIZATION, login)
        if org is None:
            raise SeedError("there is no such organization", (*place, "organizations", index))
        world.make(INSTALLATION, org.id, str(app.id), Installation(app=app.id))


def _key(path: Path, place: Place) -> str:
    try:
        key = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "is no text"
        raise SeedError(reason, place) from None
    if not is_public_key(key):
        raise SeedError(NO_KEY, place)
    return key
