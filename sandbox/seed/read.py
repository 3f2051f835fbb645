"""Read a seed from a file or from JSON; all its mistakes are reported at once, with lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sandbox.seed import checks
from sandbox.seed.models import GitHubApp, Organization, Repository, Seed, Team, Token, User

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.seed.checks import Mistake


class SeedError(ValueError):
    """A seed that cannot be used: the message names every mistake and its place.

    Attributes:
        place: The keys and indexes that lead to the mistake; empty where the message has them.
    """

    def __init__(self, text: str, place: tuple[int | str, ...] = ()) -> None:
        """Say a mistake, and where in the seed it is."""
        super().__init__(": ".join(filter(None, (_dotted(place), text))))
        self.place = place


def _allowed(location: tuple[int | str, ...]) -> str:
    """Return what may stand beside an unknown field."""
    kinds: dict[str, type[BaseModel]] = {
        "users": User,
        "teams": Team,
        "repositories": Repository,
        "organizations": Organization,
        "tokens": Token,
        "apps": GitHubApp,
    }
    model: type[BaseModel] = Seed
    for part in location[:-1]:
        model = kinds.get(str(part), model)
    return ", ".join(model.model_fields)


def _mistakes(error: ValidationError) -> list[Mistake]:
    found = []
    for each in error.errors():
        kind, place, message = each["type"], each["loc"], each["msg"]
        other = "User" if isinstance(each["input"], str) else "constrained-str"
        if place[:1] == ("users",) and other in place:
            continue  # a person is a login or a mapping; of the two, this is not meant
        place = tuple(part for part in place if part not in ("User", "constrained-str", "[key]"))
        if kind == "extra_forbidden":
            message = f"no such field; allowed: {_allowed(place)}"
        elif kind == "string_pattern_mismatch":
            message = "is no login: letters, digits and hyphens inside"
        elif kind == "model_type":
            message = "has to be a mapping of fields to values"
        found.append((place, message))
    return found


def parse(data: object) -> Seed:
    """Check a seed that came as JSON.

    Raises:
        SeedError: It has mistakes; all are named.
    """
    seed, mistakes = _checked(data)
    if seed is None:
        lines = [f"{_dotted(place) or 'seed'}: {text}" for place, text in mistakes]
        raise SeedError("the seed has mistakes:\n  " + "\n  ".join(lines))
    return seed


def _checked(data: object) -> tuple[Seed | None, list[Mistake]]:
    """Return a seed, or all that is wrong with it."""
    halves = list(checks.surrogates(data))
    if halves:
        return None, halves  # pydantic cannot take them
    try:
        seed = Seed.model_validate(data)
    except ValidationError as error:
        return None, _mistakes(error)
    mistakes = list(checks.mistakes(seed))
    return (None, mistakes) if mistakes else (seed, [])


def load(path: Path) -> Seed:
    """Read a seed file.

    Raises:
        SeedError: It cannot be read, is no YAML, or has mistakes; each with its line.
    """
    try:
        data = YAML(typ="rt").load(path)
    except OSError as error:
        raise SeedError(f"{path}: cannot be read: {error.strerror}") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark is not None else 1
        # of a key that stands there twice ruamel quotes the values
        problem = str(error.problem).partition(" with value")[0]
        raise SeedError(f"{path}:{line}: not YAML: {problem}") from None
    except (YAMLError, UnicodeDecodeError, RecursionError):
        raise SeedError(f"{path}:1: not YAML: it is no text, or nested without end") from None
    except ValueError:
        raise SeedError(f"{path}:1: not YAML: a date in it is none") from None
    if data is None:
        raise SeedError(f"{path}:1: empty; a seed has: {', '.join(Seed.model_fields)}")
    seed, mistakes = _checked(_plain(data))
    if seed is not None and seed.world is None:
        mistakes.append(((), "world: a seed file has to name its world"))
    for index, token in enumerate(seed.tokens or [] if seed is not None else []):
        if (token.env is None) == (token.file is None):
            text = (
                "give either env (the name of a variable that holds the token) or file (where to "
                "write a new one)"
            )
            mistakes.append((("tokens", index), text))
    if seed is None or mistakes:
        lines = (
            f"{path}:{_line(data, place)}: " + ": ".join(filter(None, (_dotted(place), text)))
            for place, text in mistakes
        )
        raise SeedError("\n".join(dict.fromkeys(lines)))
    return seed


def _dotted(place: tuple[int | str, ...]) -> str:
    return ".".join(map(str, place))


def _plain(data: Any) -> Any:  # noqa: ANN401 - any YAML
    if isinstance(data, dict):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    if hasattr(data, "isoformat"):
        text = str(data.isoformat())
        return text if "+" in text or text.endswith("Z") else f"{text}Z"
    if isinstance(data, str):
        return str(data)
    return data


def line_of(path: Path, place: tuple[int | str, ...]) -> int:
    """Return the line of a place in a seed file that was loaded before."""
    return _line(YAML(typ="rt").load(path), place)


def _line(data: Any, place: tuple[int | str, ...]) -> int:  # noqa: ANN401 - any YAML
    line = 1
    for part in place:
        try:
            where = data.lc.key if hasattr(data, "keys") else data.lc.item
            line = where(part)[0] + 1
            data = data[part]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return line
