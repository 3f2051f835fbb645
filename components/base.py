"""The strict model base, the vocabulary as types, and what all components of a stack share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from components.preflight import Preflight

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


def matching(pattern: str, what: str) -> AfterValidator:
    """A validator whose message says in words what is allowed."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(what)
        return value

    return AfterValidator(check)


def _secret_name(value: str) -> str:
    """GitHub's rules for names of secrets and variables.

    Source: https://docs.github.com/actions/reference/security/secrets
    """
    if value.upper().startswith("GITHUB_"):
        raise ValueError("a name beginning with GITHUB_ is refused by GitHub; choose another name")
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

    def with_team_ids(self, team_ids: Mapping[str, pulumi.Output[int]]) -> Context:
        """The context once the teams are declared."""
        return replace(self, team_ids=team_ids)
