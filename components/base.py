"""The strict model base, and the vocabulary as types."""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import re
import textwrap
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
)
from pydantic_core import core_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

Plan = Literal["free", "team", "enterprise"]
Visibility = Literal["public", "private", "internal"]
Permission = Literal["pull", "triage", "push", "maintain", "admin"]
Enforcement = Literal["active", "evaluate", "disabled"]
Ecosystem = Literal[
    "pip", "uv", "npm", "github-actions", "docker", "cargo", "gomod", "maven", "gradle", "bundler"
]

GITHUB_ACTIONS_APP = 15368
"""The App with which GitHub Actions reports its checks, on github.com.

A person who may only push cannot forge a check that is bound to it by a commit status.
"""


class Config(BaseModel):
    """Base of all models of the YAML: unknown fields are mistakes, values are not coerced.

    ``hide_input_in_errors`` keeps what was typed out of error texts: somebody may have typed a
    secret where a reference belongs.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        validate_default=True,
        hide_input_in_errors=True,
    )

    @field_validator("*", mode="after")
    @classmethod
    def _nothing_twice(cls, value: object) -> object:
        """Refuse a list with an item twice: a team that approves twice is still one approval."""
        lists: dict[str, object] = value if isinstance(value, dict) else {"": value}
        for key, items in lists.items():
            listed: list[object] = items if isinstance(items, list) else []
            for index, item in enumerate(listed):
                if item in listed[:index]:
                    of = f" of `{key}`" if key else ""
                    raise ValueError(f"item {index + 1}{of} is in the list already; remove it")
        return value


@functools.cache
def meanings(model: type[BaseModel]) -> Mapping[str, str]:
    """Return field to meaning: its `description`, or else the docstring below it.

    Pydantic's own `use_attribute_docstrings` reads the source of all models whenever they are
    imported, and few runs need a meaning.
    """
    found = {name: field.description or "" for name, field in model.model_fields.items()}
    for each in reversed(model.__mro__):
        if issubclass(each, Config) and each is not Config:
            found |= {name: text for name, text in _docstrings(each) if name in found}
    return found


def _docstrings(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield the fields that ``model`` itself has and the docstrings below them."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(model)))
    for field, below in pairwise(node for top in tree.body for node in ast.iter_child_nodes(top)):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, inspect.cleandoc(text)


@dataclass(frozen=True)
class Matching:
    """A text that matches a pattern; see `matching`."""

    pattern: str
    what: str

    def check(self, value: str) -> str:
        """Return ``value`` if all of it matches."""
        if not re.fullmatch(self.pattern, value):
            raise ValueError(self.what)
        return value

    def __get_pydantic_core_schema__(
        self, source: type, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Return a schema that checks the text after its type."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return a JSON Schema with the pattern, which editors check while people type."""
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}


def matching(pattern: str, what: str) -> Matching:
    """Return a validator of the whole text, whose message describes what is allowed."""
    return Matching(pattern, what)


def one_line(most: int, least: int = 0) -> Matching:
    """Return a validator of one line: at most ``most`` characters, none of them for control."""
    count = f"{least} to {most}" if least else f"at most {most}"
    return matching(
        rf"[^\x00-\x1f\x7f-\x9f]{{{least},{most}}}", f"allowed: one line of {count} characters"
    )


def _secret_name(value: str) -> str:
    """Return the name of a secret or variable as GitHub stores it.

    Source: https://docs.github.com/actions/reference/security/secrets
    """
    if value.upper().startswith("GITHUB_"):
        raise ValueError("GitHub reserves names that begin with GITHUB_; allowed: another name")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("allowed: letters, digits and underscores, not beginning with a digit")
    return value.upper()


def _days(value: object) -> object:
    """Return the length of time that ``90d`` stands for."""
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,3}d", value):
        return timedelta(days=int(value[:-1]))
    if isinstance(value, timedelta):
        return value
    raise ValueError("allowed: a number of days such as 90d")


def _date(value: object) -> object:
    """Return a date, whether it is quoted in the YAML or not."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        with contextlib.suppress(ValueError):
            return date.fromisoformat(value)
    if type(value) is date:
        return value
    raise ValueError("allowed: a date such as 2027-03-31")


def _ranges_in_order(pattern: str) -> str:
    """Refuse ``[z-a]``, in which no character is, and sets that are easily misread."""
    if any("/" in inside or inside in {"!", "^"} for inside in re.findall(r"\[(.*?)\]", pattern)):
        raise ValueError(
            "a set must not contain a slash, and needs characters after ! or ^; allowed: [a-z]"
        )
    for inside in re.findall(r"\[!?([^\]]+)\]", pattern):
        if any(first > last for first, last in re.findall(r"(.)-(.)", inside)):
            raise ValueError("a range such as [z-a] contains no character; allowed: [a-z]")
    return pattern


def _nobody_twice(logins: list[str]) -> list[str]:
    """Refuse one person in two spellings."""
    lower = [login.lower() for login in logins]
    for index, login in enumerate(lower):
        if login in lower[:index]:
            first = lower.index(login) + 1
            raise ValueError(
                f"item {index + 1} is in the list already: GitHub takes it and item {first} for "
                "the same login; remove it"
            )
    return logins


def _variable_value(value: str) -> str:
    """Refuse a value that is longer than GitHub stores."""
    if len(value.encode()) > MOST_VALUE_BYTES:
        kilobytes = MOST_VALUE_BYTES // 1024
        raise ValueError(f"the value is longer than {kilobytes} KB; allowed: {kilobytes} KB")
    return value


MOST_VALUE_BYTES = 48 * 1024
"""GitHub's limit for the value of a secret or a variable.

Source: https://docs.github.com/actions/reference/workflows-and-actions/variables
"""

Login = Annotated[
    str,
    matching(
        r"(?![^\[]{40})[A-Za-z0-9][A-Za-z0-9-]*(?:_[A-Za-z0-9]+)?(?:\[bot\])?",
        "allowed: a GitHub login: letters, digits and hyphens, at most 39; "
        "a managed user's login ends in an underscore and the enterprise's short code",
    ),
]
"""A person's login. Those of Enterprise Managed Users end in a short code, as in `ana_corp`.

Source: https://docs.github.com/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
"""
Logins = Annotated[list[Login], AfterValidator(_nobody_twice)]
"""People. GitHub compares logins without regard to case."""
OrganizationLogin = Annotated[
    str,
    matching(
        r"[A-Za-z0-9][A-Za-z0-9-]{0,38}",
        "allowed: an organization's login: letters, digits and hyphens, at most 39",
    ),
]
TeamSlug = Annotated[
    str,
    matching(
        r"(?!.{256})[a-z0-9]+(?:[-_][a-z0-9]+)*",
        "allowed: a team's slug: lower-case letters, digits, single hyphens or underscores, "
        "at most 255",
    ),
]
RepositoryName = Annotated[
    str,
    matching(
        r"(?!\.{1,2}$)(?!.*\.(?:[gG][iI][tT]|[wW][iI][kK][iI])$)[A-Za-z0-9._-]{1,100}",
        "allowed: a repository's name: letters, digits, . _ and -, at most 100, "
        "and neither .git nor .wiki at the end",
    ),
]
EnvironmentName = Annotated[
    str,
    matching(
        r"(?!\.{1,2}$)[^\x00-\x1f\x7f-\x9f'\"`,;\\]{1,255}",
        "allowed: 1 to 255 characters on one line, without quotes, commas, semicolons and "
        "backslashes, other than . and ..",
    ),
]
Command = Annotated[
    str,
    matching(
        r"(?!.*\.\.)[A-Za-z0-9_./][A-Za-z0-9_./ =:,@+-]{0,199}",
        "allowed: a command without quotes and variables, such as ./deploy.sh production",
    ),
]
"""A command of a managed workflow: one line of a script, with nothing that a shell expands."""
_NO_REF = r"\.\.|//|/\.|@\{|\.lock(?:/|$)|[/.]$"
"""What no name of a branch or tag contains: https://git-scm.com/docs/git-check-ref-format"""

BranchName = Annotated[
    str,
    matching(
        rf"(?!HEAD$|refs/|[0-9a-fA-F]{{40}}$|.*(?:{_NO_REF}))[A-Za-z0-9_][A-Za-z0-9._/-]{{0,243}}",
        "allowed: a branch's name: letters, digits, . _ / and -, at most 244; no slash, dot or "
        ".lock at its end, no two dots or slashes together, no refs/ at its start, no commit's id",
    ),
]
"""A branch's name as git and GitHub allow it, without the characters that need quoting.

Source: https://docs.github.com/get-started/using-git/dealing-with-special-characters-in-branch-and-tag-names
"""
Description = Annotated[str, one_line(350)]
"""A repository's description."""
ShortText = Annotated[str, one_line(255)]
"""A field that GitHub shows on one line, such as a homepage or a location."""
VariableValue = Annotated[str, AfterValidator(_variable_value)]
"""The value of a variable."""
TagProtectionName = Annotated[
    str,
    matching(
        r"[^\x00-\x1f\x7f-\x9f()]{1,80}", "allowed: 1 to 80 characters on one line, no parentheses"
    ),
]
"""Rulesets of release tags get names that end in parentheses, and GitHub allows 100 characters."""
RulesetName = Annotated[
    str, matching(r"[^\x00-\x1f\x7f-\x9f]{1,100}", "allowed: 1 to 100 characters on one line")
]
SecretName = Annotated[str, AfterValidator(_secret_name)]
RefPattern = Annotated[
    str,
    matching(
        rf"(?!refs/(?:heads|tags)/|[/.]|.*(?:{_NO_REF}))"
        r"(?:[^\s\x00-\x1f\x7f-\x9f~^:\\\[]|\[!?[^\s\x00-\x1f\x7f-\x9f~^:\\\[\]]+\])+",
        "allowed: the name of a branch or tag, or an fnmatch pattern, without refs/heads/ or "
        "refs/tags/, without blanks, ~ ^ : or \\, and with each [ closed",
    ),
    AfterValidator(_ranges_in_order),
]
"""A name or pattern of branches or tags: one that at least one name can match."""
FilePath = Annotated[
    str,
    matching(
        r"(?!.*(?:^|/)(?:\.{0,2}|\.[gG][iI][tT])(?:/|$))[^\x00-\x1f\x7f-\x9f%?#]{1,4095}",
        "allowed: a path inside the repository, such as docs/SECURITY.md, "
        "without % ? # and without a folder .git",
    ),
]
"""A managed file's path.

The GitHub provider puts the path into an address without encoding it: `100%.md` is refused in the
middle of an update, and what follows `?` or `#` is lost, so that another file is written.
"""
RepositoryPattern = Annotated[
    str,
    matching(
        r"[A-Za-z0-9._*?\[\]!-]{1,100}",
        "allowed: a repository's name or an fnmatch pattern, such as web-*",
    ),
]
PythonPackageName = Annotated[
    str,
    matching(
        r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?",
        "allowed: letters, digits, . _ and -, beginning and ending with a letter or digit, at most "
        "200",
    ),
]
SourceAddress = Annotated[
    str,
    matching(
        # plain http to other machines would expose the login
        r"https://[^\s/@]+/?|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]+)?/?",
        "allowed: https://host, or with a port; http on this machine only",
    ),
]
EmailAddress = Annotated[str, matching(r"[^@\s]+@[^@\s]+", "allowed: an e-mail address")]
Day = Annotated[
    date,
    BeforeValidator(
        _date, json_schema_input_type=Annotated[str, Field(json_schema_extra={"format": "date"})]
    ),
]
Days = Annotated[
    timedelta,
    BeforeValidator(_days, json_schema_input_type=Annotated[str, Field(pattern="^[0-9]+d$")]),
]
