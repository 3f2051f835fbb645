"""A reference in YAML to where a secret's value lives: `from: {vault: ci/codecov, key: token}`."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import model_validator

from components.base import Config, matching

SourceName = Literal["config", "env", "esc", "vault", "aws"]
SOURCE_NAMES: tuple[SourceName, ...] = get_args(SourceName)

BLANK = "TODO"
"""What an import writes in place of a source: GitHub never shows a secret's value."""

_NOT_A_VALUE = r"(?!(?:gh[a-z]|github_pat|npm)_\w{20}|pypi-|AKIA|hvs\.|xox[a-z]-)"
"""How well-known tokens begin: where a key's name belongs, such a text is a pasted value."""

ConfigKey = Annotated[
    str,
    matching(
        _NOT_A_VALUE + r"[A-Za-z_][A-Za-z0-9_.-]{0,63}",
        "allowed: the key's name: letters, digits, _ . and -; never the value itself",
    ),
]
VariableName = Annotated[
    str,
    matching(
        _NOT_A_VALUE + r"[A-Za-z_][A-Za-z0-9_]{0,63}",
        "allowed: the variable's name: letters, digits and _; never the value itself",
    ),
]
VaultPath = Annotated[
    str,
    matching(
        _NOT_A_VALUE + r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)+",
        "allowed: the mount and the path in it, such as ci/codecov",
    ),
]
AwsName = Annotated[
    str,
    matching(
        _NOT_A_VALUE
        + r"(?:arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+"
        r"|ssm:/?[A-Za-z0-9_./-]{1,1011}|[A-Za-z0-9/_+=.@-]{1,512})",
        "allowed: a secret's name or ARN in Secrets Manager, or ssm:/path of a parameter",
    ),
]
EscName = Annotated[
    str,
    matching(
        _NOT_A_VALUE + r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}",
        "allowed: project/environment, such as sophia/api-keys",
    ),
]
ValueKey = Annotated[
    str,
    matching(
        _NOT_A_VALUE + r"[A-Za-z0-9_./-]{1,200}",
        "allowed: the key's name; never the value itself",
    ),
]
Version = Annotated[
    str,
    matching(
        _NOT_A_VALUE + r"[A-Za-z0-9_.-]{1,100}",
        "allowed: a version by the source's own numbering, in quotes, such as '7'",
    ),
]

_WITH_KEY: dict[SourceName, bool] = {"vault": True, "esc": True, "aws": False}
"""Sources that hold several values under a path, and whether the key has to be named."""


class Reference(Config):
    """Where a value comes from: exactly one source."""

    config: ConfigKey | None = None
    """A key of the stack's encrypted config."""
    env: VariableName | None = None
    """A variable of the run's environment or of a .env file, for local work."""
    esc: EscName | None = None
    """An environment of Pulumi ESC: project/environment."""
    vault: VaultPath | None = None
    """A path in Vault's key-value store, its mount first."""
    aws: AwsName | None = None
    """A secret of AWS Secrets Manager by name or ARN, or a parameter as ssm:/path."""
    key: ValueKey | None = None
    """The value under the path: a field in Vault, a dotted path in ESC, a key of a JSON object in
    AWS."""
    version: Version | None = None
    """A pinned version, in the source's own numbering. Without it: the newest."""

    @model_validator(mode="before")
    @classmethod
    def _blank(cls, value: object) -> object:
        """Take the blank of an import for a source that nobody has named yet."""
        return {"config": BLANK} if value == BLANK else value

    @model_validator(mode="after")
    def _one_source(self) -> Reference:
        given = [name for name in SOURCE_NAMES if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one source; allowed: {', '.join(SOURCE_NAMES)}")
        (name,) = given
        if name not in _WITH_KEY and (self.key or self.version):
            raise ValueError(f"{name} has one value and no versions; remove key and version")
        if _WITH_KEY.get(name) and self.key is None:
            raise ValueError(f"name the value under the {name} path: key: ...")
        if name == "vault" and self.version and not self.version.isdecimal():
            raise ValueError("a version in Vault is a number in quotes, such as '7'")
        return self

    @property
    def is_blank(self) -> bool:
        """Whether this is the blank of an import, which people have to fill in."""
        return self.config == BLANK

    @property
    def source(self) -> SourceName:
        """Return the name of the source."""
        return next(name for name in SOURCE_NAMES if getattr(self, name) is not None)

    @property
    def place(self) -> str:
        """Return the config key, the variable or the path."""
        place: str = getattr(self, self.source)
        return place

    def __str__(self) -> str:
        """Return ``vault ci/codecov token``, for messages and listings."""
        return " ".join(part for part in (self.source, self.place, self.key) if part)
