"""The strict model base, the vocabulary as types, and what all components of a stack share."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pulumi
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
    from collections.abc import Mapping

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

    from components.preflight import Preflight
    from components.secrets.reference import Reference
    from components.secrets.source import SecretValue

Plan = Literal["free", "team", "enterprise"]
Visibility = Literal["public", "private", "internal"]
Permission = Literal["pull", "triage", "push", "maintain", "admin"]
Enforcement = Literal["active", "evaluate", "disabled"]
Ecosystem = Literal[
    "pip", "uv", "npm", "github-actions", "docker", "cargo", "gomod", "maven", "gradle", "bundler"
]


class Config(BaseModel):
    """Base of everything that a person writes: unknown fields are mistakes, values are not coerced.

    ``hide_input_in_errors`` keeps what was typed out of error texts: somebody may have typed a
    secret where a reference belongs.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        validate_default=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    @field_validator("*", mode="after")
    @classmethod
    def _nothing_twice(cls, value: object) -> object:
        """No list has an item twice: a team that approves twice would be one gate, not two."""
        if isinstance(value, list):
            for index, item in enumerate(value):
                if item in value[:index]:
                    raise ValueError(f"item {index + 1} stands there already; take it out")
        return value


@dataclass(frozen=True)
class Matching:
    """A text that fits a pattern; see `matching`."""

    pattern: str
    what: str

    def check(self, value: str) -> str:
        """``value``, if the whole of it fits."""
        if not re.fullmatch(self.pattern, value):
            raise ValueError(self.what)
        return value

    def __get_pydantic_core_schema__(
        self, source: type, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Check after the type is known to be right."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Editors check the pattern while it is typed."""
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}


def matching(pattern: str, what: str) -> Matching:
    """A validator whose message says in words what is allowed; ``pattern`` is the whole text."""
    return Matching(pattern, what)


def _secret_name(value: str) -> str:
    """GitHub's rules for names of secrets and variables.

    Source: https://docs.github.com/actions/reference/security/secrets
    """
    if value.upper().startswith("GITHUB_"):
        raise ValueError("GitHub keeps names with GITHUB_ for itself; allowed: another beginning")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("allowed: letters, digits and underscores, not beginning with a digit")
    return value.upper()


def _days(value: object) -> object:
    """``90d`` as a length of time."""
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,3}d", value):
        return timedelta(days=int(value[:-1]))
    if isinstance(value, timedelta):
        return value
    raise ValueError("allowed: a number of days such as 90d")


def _date(value: object) -> object:
    """A date as people write it; with or without quotes, YAML's text reaches us."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        with contextlib.suppress(ValueError):
            return date.fromisoformat(value)
    if type(value) is date:
        return value
    raise ValueError("allowed: a date such as 2027-03-31")


Login = Annotated[
    str,
    matching(
        r"[A-Za-z0-9][A-Za-z0-9-]{0,38}(\[bot\])?",
        "allowed: a GitHub login: letters, digits and hyphens, at most 39",
    ),
]
TeamSlug = Annotated[
    str,
    matching(
        r"[a-z0-9]+(?:[-_][a-z0-9]+)*",
        "allowed: a team's slug: lower-case letters, digits, single hyphens or underscores",
    ),
]
RepositoryName = Annotated[
    str,
    matching(
        r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}",
        "allowed: a repository's name: letters, digits, . _ and -, at most 100",
    ),
]
EnvironmentName = Annotated[
    str, matching(r"[^\x00-\x1f]{1,255}", "allowed: 1 to 255 characters on one line")
]
BranchName = Annotated[
    str,
    matching(
        r"[A-Za-z0-9](?!.*\.\.)[A-Za-z0-9._/-]*",
        "allowed: a branch's name: letters, digits, . _ / and -",
    ),
]
#: Rulesets of release tags get names that end in parentheses, and GitHub takes 100 characters.
TagProtectionName = Annotated[
    str,
    matching(r"[^\x00-\x1f()]{1,80}", "allowed: 1 to 80 characters on one line, no parentheses"),
]
RulesetName = Annotated[
    str, matching(r"[^\x00-\x1f]{1,100}", "allowed: 1 to 100 characters on one line")
]
SecretName = Annotated[str, AfterValidator(_secret_name)]
RefPattern = Annotated[
    str, matching(r"[^\s~^:\\]+", "allowed: a name or fnmatch pattern without blanks, ~ ^ : or \\")
]
FilePath = Annotated[
    str,
    matching(
        r"(?!.*(?:^|/)\.{1,2}(?:/|$))[^/\x00-\x1f][^\x00-\x1f]*(?<!/)",
        "allowed: a path inside the repository, such as docs/SECURITY.md",
    ),
]
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
        r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?",
        "allowed: letters, digits, . _ and -, beginning and ending with a letter or digit",
    ),
]
SourceAddress = Annotated[
    str,
    matching(
        # elsewhere a login would travel in the open
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


@dataclass(frozen=True)
class Origin:
    """Where a declaration stands: its file, and the path of its item in the whole organization.

    Both are stable while lines move, so they can be inputs of a component without making
    differences in previews; the policy pack and the error messages find the line themselves.
    """

    file: str
    path: tuple[str, ...] = ()

    def child(self, *segments: str) -> Origin:
        """The origin of an item below this one."""
        return Origin(self.file, (*self.path, *segments))

    def inputs(self) -> dict[str, Any]:
        """As inputs of a component, for the policy pack to name the place."""
        return {"declaredIn": self.file, "path": list(self.path)}

    def __str__(self) -> str:
        """``orgs/guild.yaml repositories.escai``, for messages."""
        return f"{self.file} {'.'.join(self.path)}".strip()


@dataclass(frozen=True)
class Context:
    """What the components of one organization share, besides their provider.

    ``protect`` keeps repositories, environments and rulesets from being deleted until a person
    names them to ``pulumi state unprotect``.
    """

    organization: str
    plan: Plan
    preflight: Preflight
    protect: bool = True
    automation_app: int | None = None
    licenses: frozenset[str] = frozenset()
    user_ids: Mapping[str, int] = field(default_factory=dict)
    """Numeric ids of reviewers, by lower-case login."""
    team_ids: Mapping[str, pulumi.Output[int]] = field(default_factory=dict)
    secrets: Mapping[Reference, SecretValue] = field(default_factory=dict, repr=False)
    """What each reference to a secret source gave."""

    def secret(self, reference: Reference) -> pulumi.Output[str]:
        """The value of ``reference``, as a Pulumi secret."""
        return pulumi.Output.secret(self.secrets[reference].value)

    def with_team_ids(self, team_ids: Mapping[str, pulumi.Output[int]]) -> Context:
        """The context once the teams are declared."""
        return replace(self, team_ids=team_ids)
