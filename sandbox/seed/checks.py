"""What a seed may not say though each of its fields has the right type.

Each mistake is the place in the seed, and words that never quote a value.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from sandbox.api import limits
from sandbox.repositories import defaults
from sandbox.shapes.repositories import FEATURES, MERGE_SETTINGS
from sandbox.world import clock, ref_names
from sandbox.world.world import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.seed.models import GitHubApp, Organization, Repository, Seed, Team

Place = tuple[int | str, ...]
Mistake = tuple[Place, str]
_REPOSITORY = {
    **FEATURES,
    **MERGE_SETTINGS,
    "description": None,
    "homepage": None,
    "allow_forking": True,
    "topics": [],
}
_PERMISSIONS = ("read", "write", "admin", "none")
_LONGEST_NAME = 100
_SLUG = re.compile(r"[a-z0-9_.-]+")
_APP_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
NO_KEY = "is no public key of RSA, in PEM"
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def mistakes(seed: Seed) -> Iterator[Mistake]:
    """Yield every mistake of a seed."""
    if seed.clock is not None:
        try:
            clock.parse(seed.clock)
        except ValueError as error:
            yield ("clock",), str(error)
    for place, text in setting_mistakes(seed.settings):
        yield ("settings", *place), text
    users = [(each if isinstance(each, str) else each.login).casefold() for each in seed.users]
    yield from _twice(users)
    people = set(users)
    for org in seed.organizations:
        people |= {login.casefold() for login in (*org.owners, *org.members)}
    taken: set[str] = set()
    for index, org in enumerate(seed.organizations):
        place = ("organizations", index)
        login = org.login.casefold()
        if login in people or login in taken:
            yield (*place, "login"), "somebody else has this login already, in any case"
        taken.add(login)
        yield from _organization(place, org)
    yield from _apps(seed.apps)
    for index, token in enumerate(seed.tokens or []):
        if (token.login is None) == (token.app is None):
            yield ("tokens", index), "each is of a login or of an app"


def surrogates(data: object, place: Place = ()) -> Iterator[Mistake]:
    """Yield every text that is none: JSON and YAML can write half of a character."""
    if isinstance(data, str) and _SURROGATE.search(data):
        yield place, "is no text: it has half of a surrogate pair"
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from surrogates(value, (*place, index))
    elif isinstance(data, dict):
        for key, value in data.items():
            if _SURROGATE.search(str(key)):
                yield place, "has a name that is no text: it has half of a surrogate pair"
            else:
                yield from surrogates(value, (*place, str(key)))


def _apps(apps: list[GitHubApp]) -> Iterator[Mistake]:
    slugs = [app.slug for app in apps]
    ids = [app.app_id for app in apps]
    for index, app in enumerate(apps):
        place: Place = ("apps", index)
        if not _APP_SLUG.fullmatch(app.slug):
            yield (*place, "slug"), "is no slug: small letters, digits, and hyphens inside"
        if app.slug in slugs[:index]:
            yield (*place, "slug"), "stands there twice"
        if app.app_id is not None and app.app_id < 1:
            yield (*place, "app_id"), "has to be a whole number, 1 or more"
        elif app.app_id is not None and app.app_id in ids[:index]:
            yield (*place, "app_id"), "stands there twice"
        if (app.public_key is None) == (app.public_key_file is None):
            yield place, "give either public_key (the PEM) or public_key_file"
        elif app.public_key is not None and not is_public_key(app.public_key):
            yield (*place, "public_key"), NO_KEY


def is_public_key(text: str) -> bool:
    """Return whether a text is the PEM of an RSA public key, with which GitHub's Apps sign.

    Source: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app
    """
    try:
        return isinstance(load_pem_public_key(text.encode()), RSAPublicKey)
    except (ValueError, UnsupportedAlgorithm):
        return False


def _twice(users: list[str]) -> Iterator[Mistake]:
    for index, login in enumerate(users):
        if login in users[:index]:
            yield ("users", index), "stands there twice: case does not matter"


def setting_mistakes(settings: dict[str, Any]) -> Iterator[Mistake]:
    """Yield what is wrong with a world's switches."""
    yield from _typed(settings, SETTINGS)
    given = settings.get("limits")
    for name, value in given.items() if isinstance(given, dict) else ():
        if name not in limits.NAMES:
            yield ("limits", name), f"no such limit; there are: {', '.join(limits.NAMES)}"
        elif type(value) is not int or value < 0:
            yield ("limits", name), "has to be a whole number, 0 or more"


def _typed(given: dict[str, Any], known: Mapping[str, object]) -> Iterator[Mistake]:
    for name, value in given.items():
        if name not in known:
            yield (name,), f"no such setting; there are: {', '.join(known)}"
            continue
        # a setting that is nothing by default is a text
        wanted = str if known[name] is None else type(known[name])
        if type(value) is not wanted and not (value is None and known[name] is None):
            yield (name,), f"has to be of type {wanted.__name__}"


def _organization(place: tuple[int | str, ...], org: Organization) -> Iterator[Mistake]:
    for where, text in _typed(org.settings, defaults.NEW_ORGANIZATION):
        yield (*place, "settings", *where), text
    if org.settings.get("default_repository_permission", "read") not in _PERMISSIONS:
        where = (*place, "settings", "default_repository_permission")
        yield where, f"allowed: {', '.join(_PERMISSIONS)}"
    yield from _teams((*place, "teams"), org.teams)
    taken: set[str] = set()
    for name, repository in org.repositories.items():
        where = (*place, "repositories", name)
        if name.casefold() in taken:
            yield where, "stands there twice: case does not matter"
        taken.add(name.casefold())
        yield from _repository(where, name, repository)


def _teams(place: tuple[int | str, ...], teams: dict[str, Team]) -> Iterator[Mistake]:
    for slug, team in teams.items():
        if not _SLUG.fullmatch(slug):
            yield (*place, slug), "is no slug: small letters, digits, '-', '_' and '.'"
        if team.parent is not None and team.parent not in teams:
            yield (*place, slug, "parent"), f"no such team; there are: {', '.join(teams)}"
        above, seen = team.parent, {slug}
        while above in teams and above not in seen:
            seen.add(above)
            above = teams[above].parent
        if above in seen:
            yield (*place, slug, "parent"), "a team cannot be above itself"


def _repository(
    place: tuple[int | str, ...], name: str, repository: Repository
) -> Iterator[Mistake]:
    well_formed = name == defaults.repository_name(name) and name not in ("", ".", "..")
    if not well_formed or len(name) > _LONGEST_NAME:
        yield place, "cannot name a repository; allowed: 100 letters, digits, '-', '_' and '.'"
    if not ref_names.is_valid(f"refs/heads/{repository.default_branch}"):
        yield (*place, "default_branch"), "cannot name a branch"
    for where, text in _typed(repository.settings, _REPOSITORY):
        yield (*place, "settings", *where), text
    yield from _files((*place, "files"), repository.files)


def _files(place: tuple[int | str, ...], files: dict[str, str]) -> Iterator[Mistake]:
    for path in files:
        if any(part in ("", ".", "..") for part in path.split("/")):
            yield place, "a path goes down from the root, such as src/app.py"
        if any(str(above) in files for above in PurePosixPath(path).parents):
            yield place, "what is a file cannot be a folder of others"
